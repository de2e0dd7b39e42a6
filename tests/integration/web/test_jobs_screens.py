"""Changes of many records on screen: chosen in a list, several fields, previewed, begun, followed, stopped, taken back (QUALITY 15, 16)."""

import re
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak
from tests.statements import listening
from werkzeug.test import TestResponse

from packdesk.web.background import runner_of
from packdesk.web.request_context import EXTENSION

LIST = "/r/book"


@dataclass(slots=True)
class Screen:
    """Somebody with a browser that has no script."""

    app: Flask
    login: str
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.client.post("/login/", data={"username": self.login, "password": PASSWORD}, headers=SAME_ORIGIN)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={**SAME_ORIGIN, "Accept": "text/html", **headers})

    def post(self, path: str, data: dict[str, object]) -> TestResponse:
        return self.client.post(path, data=data, headers={**SAME_ORIGIN, "Accept": "text/html"})

    def work(self) -> None:
        runner = runner_of(self.app.extensions[EXTENSION], 1)._runner
        while runner.run_once():
            pass


@pytest.fixture(scope="module")
def kims(app: Flask) -> Screen:
    """The keeper at a screen."""
    return Screen(app, "kim")


@pytest.fixture(scope="module")
def books(kim: Caller) -> list[str]:
    """Three books to change, and one that nobody changes any more."""
    numbers = [kim.made("book", name=f"Screen {name}", pages=10)["number"] for name in ("one", "two", "three")]
    gone = kim.made("book", name="Screen gone", pages=10)
    kim.act("book", gone["number"], "write_off")
    return [*numbers, gone["number"]]


def _key(response: TestResponse) -> str:
    found = re.search(r'name="_key" value="([^"]+)"', response.text)
    assert found is not None, response.text
    return found[1]


def _words(response: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def _tool(response: TestResponse, address: str) -> bool:
    return address in response.text


def test_several_fields_are_chosen_one_after_the_other_and_nothing_typed_is_lost(kims: Screen, books: list[str]) -> None:
    first = kims.post(f"{LIST}/bulk", {"picked": books, "_bulk": "choose"})
    added = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_bulk": "add", "_field": "pages", "_key": _key(first)})
    typed = {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "88"}
    both = kims.post(f"{LIST}/bulk", {**typed, "_bulk": "add", "_field": "name"})
    one = kims.post(f"{LIST}/bulk", {**typed, "_chosen": ["pages", "name"], "name": "x", "_bulk": "remove:name"})

    assert "The 4 selected" in first.text
    assert 'name="pages"' not in first.text
    assert 'name="pages"' in added.text
    assert ('value="88"' in both.text, 'name="name"' in both.text) == (True, True)
    assert ('value="88"' in one.text, 'name="name"' in one.text) == (True, False)


def test_what_cannot_be_read_is_said_before_any_record_is_tried(kims: Screen, books: list[str]) -> None:
    sent = {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "many", "_bulk": "preview"}

    refused = kims.post(f"{LIST}/bulk", sent)
    nothing = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_bulk": "preview"})

    assert refused.status_code == 422
    assert "whole number" in refused.text
    assert 'value="many"' in refused.text
    assert (nothing.status_code, "Field is required" in nothing.text) == (422, True)


def test_a_preview_says_how_many_will_change_and_why_the_others_not_and_is_then_begun(kims: Screen, kim: Caller, books: list[str]) -> None:
    """QUALITY 16: "3 of 4 will change, 1 not:", with numbers and sentences."""
    sent = {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages", "name"], "pages": "88", "name": "Both", "_bulk": "preview"}

    begun = kims.post(f"{LIST}/bulk", sent)
    waiting = kims.get(begun.location)
    kims.work()
    tried = kims.get(begun.location)
    again = kims.get(f"{LIST}/bulk?like={begun.location.rpartition('/')[2]}")
    started = kims.post(f"{begun.location}/start", {"_key": _key(tried)})
    kims.work()
    done = kims.get(started.location)
    refused = kims.get(f"{started.location}?show=refused")

    assert begun.status_code == 303
    assert (waiting.status_code, 'data-poll="' in waiting.text, "Refresh" in waiting.text) == (200, True, True)
    assert "3 of 4 will change, 1 not:" in _words(tried)
    assert f'<a class="number" href="/r/book/{books[3]}">{books[3]}</a>' in tried.text
    assert "can no longer be changed" in tried.text
    assert "Change 3 records" in tried.text
    assert ('value="88"' in again.text, 'value="Both"' in again.text, "The 4 records of the preview" in again.text) == (True, True, True)
    assert kim.get(f"/records/book/{books[0]}").get_json()["name"] == "Both"
    assert "3 of 4 were changed, 1 was not:" in _words(done)
    assert (done.text.count("<tr>"), refused.text.count("<tr>")) == (5, 2)
    assert _tool(done, f"{started.location}/undo")
    assert "data-poll" not in done.text


def test_all_that_the_list_finds_can_be_chosen_in_its_place(kims: Screen, kim: Caller) -> None:
    one = kim.made("book", name="Listed one", pages=10)["number"]
    kim.made("book", name="Listed two", pages=10)

    chosen = kims.post(f"{LIST}/bulk", {"picked": [one], "_bulk": "choose", "_q": "Listed", "_filter": "record.pages == 10"})
    condition = re.search(r'name="_condition" value="([^"]*)"', chosen.text)
    assert condition is not None
    sent = {"picked": [one], "_scope": "all", "_condition": "record.pages == 10", "_words": "Listed", "_chosen": ["pages"], "pages": "5", "_bulk": "apply"}
    begun = kims.post(f"{LIST}/bulk", sent)
    kims.work()

    assert "All 2 that the list finds" in chosen.text
    assert "record.pages == 10" in condition[1]
    assert [book["pages"] for book in kim.get("/records/book?q=Listed").get_json()["records"]] == [5, 5]
    assert "2 of 2 were changed." in _words(kims.get(begun.location))


def test_all_that_match_are_one_step_from_the_list(kims: Screen, kim: Caller) -> None:
    """QUALITY 16: a page of a list is left for all that it finds, whether or not anything is ticked on it."""
    numbers = [kim.made("book", name="Stepwise", pages=10)["number"] for _ in range(26)]
    shown = kims.post(LIST, {"_filter": "record.name == 'Stepwise'"})
    page = re.findall(r'name="picked" value="(\w+)"', shown.text)
    state = {"_filter": "record.name == 'Stepwise'", "_q": ""}

    ticked = kims.post(f"{LIST}/bulk", {**state, "picked": page, "_scope": "all"})
    bare = kims.post(f"{LIST}/bulk", {**state, "_scope": "all"})
    narrow = kims.post(LIST, {"_filter": f"record.number == '{numbers[0]}'"})

    assert re.search(r'name="_scope" value="all" data-whole>.*?Select all 26 that match', shown.text)
    assert all(re.search(r'value="all" checked[^>]*>\s*<label[^>]*>All 26 that the list finds', answer.text) for answer in (ticked, bare)), ticked.text
    assert "Select all" not in narrow.text.replace("Select all on this page", "")


def test_the_way_back_from_a_change_and_from_its_job_is_the_list_as_it_was(kims: Screen, kim: Caller) -> None:
    number = kim.made("book", name="Leads back", pages=10)["number"]
    shown = kims.post(f"{LIST}?order=pages", {"_filter": "record.name == 'Leads back'"})
    found = re.search(r'formaction="([^"]+)"', shown.text)
    assert found is not None
    address = found[1].replace("&amp;", "&")
    back = f'href="{found[1].replace("/bulk", "", 1)}"'

    chosen = kims.post(address, {"picked": [number], "_bulk": "choose"})
    action = re.search(r'<form class="card narrow" method="post" action="([^"]+)"', chosen.text)
    begun = kims.post(address, {"picked": [number], "_condition": "", "_chosen": ["pages"], "pages": "7", "_bulk": "apply", "_key": _key(chosen)})
    kims.work()
    ended = kims.get(begun.location)
    again = kims.get(f"{LIST}/bulk?like={begun.location.rpartition('/')[2]}")

    assert "asked=" in address
    assert action is not None
    assert action[1] == found[1]
    assert back in chosen.text
    assert back in ended.text
    assert back in again.text


def test_a_job_is_stopped_and_its_page_says_what_was_not_reached(kims: Screen, books: list[str]) -> None:
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "1", "_bulk": "apply"})

    shown = kims.get(begun.location)
    stopped = kims.post(f"{begun.location}/stop", {})
    page = kims.get(stopped.location)

    assert _tool(shown, f"{begun.location}/stop")
    assert "Stopped before the end: 4 were not reached and are as they were." in _words(page)
    assert not _tool(page, f"{begun.location}/undo")


def test_a_job_is_taken_back_and_says_which_records_it_left_alone(kims: Screen, kim: Caller) -> None:
    """QUALITY 15."""
    first, second = (kim.made("book", name=name, pages=10) for name in ("Undo one", "Undo two"))
    picked = [first["number"], second["number"]]
    typed = {"_condition": "", "_words": "", "_chosen": ["pages"], "pages": "20", "_bulk": "apply"}
    begun = kims.post(f"{LIST}/bulk?order=-name&layout=board", {"picked": picked, **typed})
    kims.work()
    kim.patch(f"/records/book/{picked[1]}", {"pages": 30}, second["version"] + 1)

    done = kims.get(begun.location)
    back = kims.post(f"{begun.location}/undo", {"_key": _key(done)})
    kims.work()
    page, before = kims.get(back.location), kims.get(begun.location)

    assert [kim.get(f"/records/book/{number}").get_json()["pages"] for number in picked] == [10, 30]
    assert "1 of 2 was put back, 1 was left alone:" in _words(page)
    assert "changed meanwhile by Kim Keeper" in page.text
    assert "This was taken back." in before.text
    assert not _tool(before, f"{begun.location}/undo")
    way_back = re.search(rf'href="({LIST}\?[^"]*order=-name[^"]*)"', done.text)
    assert way_back is not None
    assert f'href="{way_back[1]}"' in page.text


def test_ones_own_jobs_are_listed_and_those_of_others_are_not_there(app: Flask, kims: Screen, books: list[str]) -> None:
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "2", "_bulk": "apply"})
    sven = Screen(app, "sven")

    mine, others = kims.get("/jobs"), sven.get("/jobs")
    foreign = [sven.get(begun.location), *(sven.post(f"{begun.location}/{what}", {}) for what in ("start", "stop", "undo"))]
    kims.work()

    assert begun.location in mine.text
    assert "You have no jobs" in others.text
    assert [response.status_code for response in foreign] == [404] * 4


def test_a_page_asked_for_by_a_script_brings_only_what_changes(kims: Screen, books: list[str]) -> None:
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "3", "_bulk": "apply"})

    going = kims.get(begun.location, **{"HX-Request": "true"})
    kims.work()
    over = kims.get(begun.location, **{"HX-Request": "true"})

    assert ("<html" in going.text, "0 / 4" in going.text, "data-over" in going.text, "job-tools" in going.text) == (False, True, False, False)
    assert ("<html" in over.text, "data-over" in over.text, 'id="job-tools" hx-swap-oob="innerHTML"' in over.text) == (False, True, True)


def test_a_form_that_was_sent_is_begun_once_and_one_that_was_changed_since_is_shown_again(kims: Screen, books: list[str]) -> None:
    sent = {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "4", "_bulk": "apply", "_key": "the same form"}

    first, second = (kims.post(f"{LIST}/bulk", sent) for _ in range(2))
    other = kims.post(f"{LIST}/bulk", {**sent, "pages": "6"})
    kims.work()

    assert first.location == second.location
    assert (other.status_code, 'value="6"' in other.text) == (422, True)


def test_who_never_made_a_job_pays_nothing_for_them_and_who_did_one_statement(app: Flask, kims: Screen, books: list[str]) -> None:
    """The bar on top of every page."""
    carl = Screen(app, "carl")
    carl.get(LIST)
    database = app.extensions[EXTENSION].database

    with listening(database) as without:
        quiet = carl.get(LIST)
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "8", "_bulk": "apply"})
    with listening(database) as during:
        going = kims.get(LIST)
    kims.work()
    over = kims.get(LIST)
    with listening(database) as after:
        again = kims.get(LIST)

    assert [text for text in without if "FROM job" in text] == []
    assert len([text for text in during if "FROM job" in text]) == 1, during
    assert [text for text in after if "FROM job" in text] == []
    assert "job-notes" not in quiet.text
    assert (f'class="job-note" href="{begun.location}"' in going.text, "0 / 4" in going.text) == (True, True)
    assert "job-notes" not in over.text
    assert "Change 4 records: 3 of 4 were changed, 1 was not" in over.text
    assert "were changed" not in again.text


def test_a_job_that_a_program_began_is_in_the_bar_too(kims: Screen, kim: Caller, books: list[str]) -> None:
    kims.get("/jobs")
    kim.post("/records/book/bulk", {"records": books, "values": {"pages": 9}}, headers={"Prefer": "respond-async"})

    going = kims.get("/")
    kims.work()
    polled = kims.get("/jobs/running", **{"HX-Request": "true"})

    assert "0 / 4" in going.text
    assert ("data-over" in polled.text, 'hx-swap-oob="beforeend:#toasts"' in polled.text) == (True, True)
    assert "3 of 4 were changed" in polled.text


def test_the_end_that_was_read_on_the_page_of_the_job_is_not_told_again(kims: Screen, books: list[str]) -> None:
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "293", "_bulk": "apply"})

    kims.work()
    there = kims.get(begun.location)
    elsewhere = kims.get(LIST)

    assert "3 of 4 were changed" in _words(there)
    assert begun.location not in elsewhere.text


@pytest.mark.parametrize("path", ["/jobs", "/jobs/x"])
def test_who_is_not_logged_in_is_sent_to_the_login(app: Flask, path: str) -> None:
    response = app.test_client().get(path, headers={**SAME_ORIGIN, "Accept": "text/html"})

    assert response.status_code in (302, 303)
    assert "/login" in response.location


def test_the_pages_speak_german(app: Flask, kims: Screen, books: list[str]) -> None:
    begun = kims.post(f"{LIST}/bulk", {"picked": books, "_condition": "", "_words": "", "_chosen": ["pages"], "pages": "7", "_bulk": "preview"})
    kims.work()
    german = Screen(app, "kim")
    speak(german.client, "de")

    page, mine, form = german.get(begun.location), german.get("/jobs"), german.post(f"{LIST}/bulk", {"picked": books, "_bulk": "choose"})
    speak(german.client, "en")

    assert "3 von 4 werden geändert, 1 nicht:" in _words(page)
    assert "were changed" not in form.text
    assert "Aufträge" in mine.text
    assert "Die 4 ausgewählten" in form.text
