"""Calendars of lists: on which days records stand, what a period costs, who sees and moves what (GEN-9, GEN-11, GEN-18)."""

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, Caller, build, caller, close
from tests.speaking import speak
from tests.statements import listening

from packdesk.records import calendar

#: The release, what the person set up, the dates of the period, the records that are shown with what they name, and the people.
MOST = 6
VISIT = {
    "id": "visit",
    "access": "explicit",
    "title": "'Visit ' + record.name",
    "fields": {
        "name": {"type": "string", "searchable": True},
        "secret": {"type": "string", "searchable": True},
        "at": {"type": "datetime"},
        "shelf": {"type": "reference", "to": "shelf"},
        "closed": {"type": "boolean", "default": False},
        "planned": {"type": "datetime", "readonly": "=record.closed"},
        "due": {"type": "datetime", "derived": "record.planned + duration('1 days')"},
    },
}
STAY = {
    "id": "stay",
    "access": "public",
    "title": "record.name",
    "fields": {"name": {"type": "string"}, "begins": {"type": "date"}, "ends": {"type": "date"}, "left": {"type": "datetime"}},
}
VIEWS = {
    "visits": {"entity_type": "visit", "layout": "calendar", "date": "at", "card": {"shelf": {}, "closed": {"show": "badge"}}},
    "stays": {"entity_type": "stay", "layout": "calendar", "date": "begins", "until": "ends"},
}
ALL = ["view", "create", "edit", "act"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of the library with a type that has moments and one that has days, in Berlin."""
    folder = tmp_path_factory.mktemp("calendar")
    pack, home = folder / "pack", folder / "home"
    shutil.copytree(PACK, pack)
    for document in (VISIT, STAY):
        (pack / "entity_types" / f"{document['id']}.json").write_text(json.dumps(document))
    (pack / "views").mkdir()
    (pack / "views" / "calendars.json").write_text(json.dumps(VIEWS))
    _permit(pack / "roles" / "roles.json")
    app = build(home, packs=(pack,))
    yield app
    close(app)


def _permit(path: Path) -> None:
    roles = json.loads(path.read_text())
    roles["keeper"]["permit"] |= dict.fromkeys(("visit", "stay"), ALL)
    roles["clerk"]["permit"] |= {name: ["view"] for name in ("visit", "stay")}
    roles["reader"]["permit"] |= {name: ["view"] for name in ("visit", "stay")}
    roles["clerk"]["fields"] = {"visit.secret": []}
    roles["reader"]["fields"] = {"visit.at": []}
    path.write_text(json.dumps(roles))


@pytest.fixture(scope="module")
def keeper(desk: Flask) -> Caller:
    """The keeper at the API, who fills the calendar."""
    return caller(desk, "kim")


@pytest.fixture(scope="module")
def kim(desk: Flask) -> FlaskClient:
    """The keeper at a screen."""
    return _logged_in(desk, "kim")


def _logged_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _days(text: str) -> dict[str, list[str]]:
    """Return the records of each day that the page shows, by name."""
    days = re.findall(r'data-day="([\d-]+)">(.*?)(?=data-day="|</ol>)', text, re.DOTALL)
    return {day: [unescape(name) for name in re.findall(r'<a href="[^"]*" title="\w+ ([^"]*)" dir', inside)] for day, inside in days}


def _shown(client: FlaskClient, address: str) -> dict[str, list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return {day: names for day, names in _days(answer.text).items() if names}


def test_records_stand_on_the_days_of_who_looks_also_when_the_clocks_change(kim: FlaskClient, keeper: Caller) -> None:
    """GEN-18: the night of 25 October 2026 has 25 hours in Berlin."""
    moments = {
        "eve": "2026-10-24T21:59:00Z",
        "midnight": "2026-10-24T22:00:00Z",
        "first two": "2026-10-25T00:30:00Z",
        "second two": "2026-10-25T01:30:00Z",
        "last": "2026-10-25T22:59:00Z",
        "after": "2026-10-25T23:00:00Z",
    }
    for name, at in moments.items():
        keeper.made("visit", name=f"dst {name}", at=at)

    shown = _shown(kim, "/r/visit?layout=calendar&period=week&day=2026-10-25") | _shown(kim, "/r/visit?layout=calendar&period=day&day=2026-10-26")

    assert {day: [name.removeprefix("Visit dst ") for name in names] for day, names in shown.items()} == {
        "2026-10-24": ["eve"],
        "2026-10-25": ["midnight", "first two", "second two", "last"],
        "2026-10-26": ["after"],
    }


def test_a_month_is_made_of_whole_weeks_and_its_neighbours_are_a_link_away(kim: FlaskClient) -> None:
    text = kim.get("/r/visit?layout=calendar&day=2026-02-10").text

    assert next(iter(_days(text))) == "2026-01-26"
    assert list(_days(text))[-1] == "2026-03-01"
    assert "February 2026" in text
    assert re.search(r'href="([^"]*day=2026-01-01[^"]*)" rel="prev"', text)
    assert re.search(r'href="([^"]*day=2026-03-01[^"]*)" rel="next"', text)
    assert "Nothing in this period" in text
    assert "time zone Europe/Berlin" in text


@pytest.mark.parametrize("day", ["", "rubbish", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_today(kim: FlaskClient, day: str) -> None:
    assert 'aria-current="date"' in kim.get(f"/r/visit?layout=calendar&period=century&day={day}").text


def test_a_period_costs_the_same_however_much_stands_in_it(desk: Flask, kim: FlaskClient, keeper: Caller) -> None:
    """One statement for the dates, one for the records that are shown; three records of each day are read, not more."""
    shelves = [keeper.made("shelf", name=f"Cost {number}")["number"] for number in range(4)]
    for number in range(60):
        keeper.made("visit", name=f"cost {number:02}", at=f"2027-03-{number % 5 + 10}T{number % 12 + 6:02}:00:00Z", shelf=shelves[number % 4])
    keeper.made("visit", name="cost alone", at="2027-05-10T08:00:00Z", shelf=shelves[0])
    pages = {day: f"/r/visit?layout=calendar&day={day}" for day in ("2027-03-01", "2027-05-01")}
    costs = {}

    for day, page in pages.items():
        kim.get(page)
        with listening(desk.extensions["packdesk"].database) as statements:
            assert kim.get(page).status_code == 200
        costs[day] = len(statements)
    full = _days(kim.get(pages["2027-03-01"]).text)

    assert costs["2027-03-01"] == costs["2027-05-01"] <= MOST, costs
    assert [len(full[f"2027-03-{day}"]) for day in range(10, 15)] == [3] * 5


def test_the_rows_of_a_period_are_bounded_and_what_was_not_read_is_said(desk: Flask, kim: FlaskClient, keeper: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        keeper.made("visit", name=f"bound {number}", at=f"2028-01-{10 + number}T08:00:00Z")
    monkeypatch.setattr(calendar, "PLACED", 5)

    text = kim.get("/r/visit?layout=calendar&day=2028-01-01").text

    assert sum(len(names) for names in _days(text).values()) == 5
    assert "from January 15, 2028 on, not everything is shown" in text
    assert "5+ records" in text


def test_what_is_not_shown_of_a_day_is_a_list_of_it(kim: FlaskClient, keeper: Caller) -> None:
    for number in range(5):
        keeper.made("visit", name=f"many {number}", at=f"2029-06-15T{10 + number}:00:00Z")
    keeper.made("visit", name="other day", at="2029-06-16T10:00:00Z")
    page = "/r/visit?layout=calendar&day=2029-06-15"
    text = kim.get(page).text
    action = unescape(re.findall(r'<form method="post" action="(/r/[^"]*)" data-repeat', text)[0])

    answer = kim.post(action, data={"_day": "2029-06-15"}, headers={**SAME_ORIGIN, "HX-Request": "true"})
    again = kim.get(answer.headers["HX-Push-Url"])

    assert "2 more" in text
    assert re.findall(r'data-row="\w+"', answer.text) == re.findall(r'data-row="\w+"', again.text)
    assert len(re.findall(r'<tr data-row="', again.text)) == 5
    assert "on Jun 15, 2029" in again.text
    assert "layout=" not in answer.headers["HX-Push-Url"]


def test_search_words_and_filters_narrow_a_calendar_and_stay_when_it_is_turned(kim: FlaskClient, keeper: Caller) -> None:
    for name in ("narrow alpha", "narrow beta"):
        keeper.made("visit", name=name, at="2030-04-05T08:00:00Z")
    keeper.made("visit", name="narrow alpha later", at="2030-05-20T08:00:00Z")

    found = kim.post("/r/visit?layout=calendar&day=2030-04-01", data={"_q": "narrow alpha"}, headers={**SAME_ORIGIN, "HX-Request": "true"})
    later = unescape(re.findall(r'href="([^"]*)" rel="next"', found.text)[0])
    broken = kim.post("/r/visit?layout=calendar&day=2030-04-01", data={"_filter": "record.ghost == 1"}, headers=SAME_ORIGIN)

    assert _shown_in(found.text) == {"2030-04-05": ["Visit narrow alpha"]}
    assert _shown(kim, later) == {"2030-05-20": ["Visit narrow alpha later"]}
    assert "narrow" not in later
    assert broken.status_code == 400


def _shown_in(text: str) -> dict[str, list[str]]:
    return {day: names for day, names in _days(text).items() if names}


def test_a_stay_stands_on_each_of_its_days_and_so_does_the_list_of_a_day(kim: FlaskClient, keeper: Caller) -> None:
    stays = {
        "before": ("2026-05-25", "2026-06-01"),
        "inside": ("2026-06-03", "2026-06-05"),
        "open": ("2026-06-04", None),
        "backwards": ("2026-06-05", "2026-06-01"),
        "through": ("2026-05-01", "2026-07-31"),
        "over": ("2026-05-01", "2026-05-31"),
    }
    for name, (begins, ends) in stays.items():
        keeper.made("stay", name=name, begins=begins, **({"ends": ends} if ends else {}))

    shown = _shown(kim, "/r/stay?layout=calendar&period=week&day=2026-06-04")
    listed = kim.post("/r/stay?layout=calendar", data={"_day": "2026-06-05"}, headers=SAME_ORIGIN).text

    assert {day: set(names) for day, names in shown.items()} == {
        "2026-06-01": {"before", "through"},
        "2026-06-02": {"through"},
        "2026-06-03": {"inside", "through"},
        "2026-06-04": {"inside", "open", "through"},
        "2026-06-05": {"inside", "backwards", "through"},
        "2026-06-06": {"through"},
        "2026-06-07": {"through"},
    }
    assert {name for name in stays if f">{name}<" in listed} == {"inside", "backwards", "through"}


def test_a_calendar_shows_and_counts_what_the_person_may_see(desk: Flask, kim: FlaskClient, keeper: Caller) -> None:
    """Access filters are on: what belongs to another group is neither shown nor counted; whose date is closed has no calendar."""
    keeper.made("visit", name="northern", at="2031-01-10T08:00:00Z")
    caller(desk, "sven").made("visit", name="southern", at="2031-01-10T09:00:00Z")
    page = "/r/visit?layout=calendar&day=2031-01-01"

    assert _shown(kim, page) == {"2031-01-10": ["Visit northern"]}
    assert _shown(_logged_in(desk, "sven"), page) == {"2031-01-10": ["Visit southern"]}
    assert "1 record<" in kim.get(page).text
    rita = _logged_in(desk, "rita")
    assert "layout=calendar" not in rita.get("/r/visit").text
    assert "data-calendar" not in rita.get(page).text


def test_types_without_a_date_of_their_own_offer_no_calendar(kim: FlaskClient) -> None:
    assert "layout=calendar" not in kim.get("/r/shelf").text
    assert "data-calendar" not in kim.get("/r/shelf?layout=calendar").text
    assert "layout=calendar" in kim.get("/r/visit").text


def test_who_may_edit_puts_a_record_on_another_day_and_comes_back(desk: Flask, kim: FlaskClient, keeper: Caller) -> None:
    """GEN-11: who may only look is offered nothing, and the server asks again."""
    made = keeper.made("visit", name="moved", at="2032-02-03T08:00:00Z")
    page = "/r/visit?layout=calendar&day=2032-02-01"
    form = unescape(re.findall(r'class="board-move" href="([^"]*)"', kim.get(page).text)[0])
    opened = kim.get(form).text
    carl = _logged_in(desk, "carl")

    looking = carl.get(page).text
    refused = carl.post(form, data={"at": "2032-02-05T09:30", "_version": str(made["version"])}, headers=SAME_ORIGIN)
    wrong = kim.post(form, data={"at": "rubbish", "_version": str(made["version"])}, headers=SAME_ORIGIN)
    done = kim.post(form, data={"at": "2032-02-05T09:30", "_version": str(made["version"])}, headers=SAME_ORIGIN)
    stale = kim.post(form, data={"at": "2032-02-06T09:30", "_version": str(made["version"])}, headers=SAME_ORIGIN)

    assert 'name="at"' in opened
    assert "moved" in looking
    assert "board-move" not in looking
    assert refused.status_code in (403, 422)
    assert wrong.status_code == 422
    assert "rubbish" in wrong.text
    assert (done.status_code, done.location) == (303, page)
    assert _shown(kim, page) == {"2032-02-05": ["Visit moved"]}
    assert stale.status_code == 409
    assert "Changed in another window" in stale.text
    assert _shown(kim, page) == {"2032-02-05": ["Visit moved"]}


def _opened(text: str) -> dict[str, str]:
    """Return the hidden inputs of a form."""
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)}


def _stay(keeper: Caller, name: str) -> tuple[str, str]:
    """Return the address of a new stay, and of the form of its days as the calendar opens it."""
    number = keeper.made("stay", name=name, begins="2033-05-02", ends="2033-05-04")["number"]
    return f"/records/stay/{number}", f"/r/stay/{number}/dates?layout=calendar&day=2033-05-01"


def test_who_was_overtaken_in_the_same_date_is_asked_and_comes_back_to_the_calendar(kim: FlaskClient, keeper: Caller) -> None:
    """GEN-26: a second click does not overwrite, and neither does the first after the form was drawn again."""
    record, form = _stay(keeper, "overtaken")
    opened = _opened(kim.get(form).text)
    keeper.patch(record, {"begins": "2033-05-03"}, 1)
    typed = {"begins": "2033-05-01", "ends": "2033-05-04"}

    drawn = kim.post(form, data={**opened, **typed, "_line": "again"}, headers=SAME_ORIGIN)
    asked = kim.post(form, data={**_opened(drawn.text), **typed}, headers=SAME_ORIGIN)
    again = kim.post(form, data={**opened, **typed, "_key": "second-click"}, headers=SAME_ORIGIN)
    before = keeper.get(record).get_json()["begins"]
    action = unescape(re.findall(r'action="([^"]*)" data-code="version_conflict"', asked.text)[0])
    settled = kim.post(action, data={**_opened(asked.text), "_keep:begins": "mine"}, headers=SAME_ORIGIN)

    assert _opened(drawn.text)["_version"] == opened["_version"] == "1"
    assert (asked.status_code, again.status_code, before) == (409, 409, "2033-05-03")
    assert re.search(r"Begins was set to “[^”]*3[^”]*2033” [^<]* by Kim", asked.text)
    assert (settled.status_code, settled.location) == (303, "/r/stay?layout=calendar&day=2033-05-01")
    assert keeper.get(record).get_json()["begins"] == "2033-05-01"


def test_two_who_change_different_dates_both_keep_theirs(kim: FlaskClient, keeper: Caller) -> None:
    """GEN-26: only the date that was changed is sent."""
    record, form = _stay(keeper, "shared")
    opened = _opened(kim.get(form).text)
    keeper.patch(record, {"begins": "2033-05-03"}, 1)

    done = kim.post(form, data={**opened, "begins": "2033-05-02", "ends": "2033-05-06"}, headers=SAME_ORIGIN)

    assert done.status_code == 303
    stored = keeper.get(record).get_json()
    assert (stored["begins"], stored["ends"]) == ("2033-05-03", "2033-05-06")


def test_a_type_without_dates_to_change_has_no_form_for_them(kim: FlaskClient, keeper: Caller) -> None:
    shelf = keeper.made("shelf", name="Dateless")

    assert kim.get(f"/r/shelf/{shelf['number']}/dates").status_code == 404


def test_the_layout_is_kept_with_a_saved_view(kim: FlaskClient) -> None:
    saved = kim.post("/r/visit/views/new?layout=calendar", data={"label": "As days"}, headers=SAME_ORIGIN)

    shown = kim.get(saved.location).text
    listed = kim.post(saved.location, data={"_day": "2029-06-15"}, headers={**SAME_ORIGIN, "HX-Request": "true"})

    assert "data-calendar" in shown
    assert "data-calendar" not in kim.get(listed.headers["HX-Push-Url"]).text


def test_german_weeks_and_months(kim: FlaskClient) -> None:
    speak(kim, "de")
    try:
        text = kim.get("/r/visit?layout=calendar&day=2026-03-10").text
    finally:
        speak(kim, "en")

    assert "März 2026" in text
    assert ">Mo</span>" in text
    assert "Nichts in diesem Zeitraum" in text or "Datensatz" in text


def test_quick_search_finds_and_counts_nothing_by_a_value_that_is_closed(desk: Flask, kim: FlaskClient, keeper: Caller) -> None:
    for name, at in (("alpha", "2033-03-03"), ("beta", "2033-03-04")):
        keeper.made("visit", name=f"sifted {name}", at=f"{at}T08:00:00Z", secret=f"whisper {name}")
    page, carl = "/r/visit?layout=calendar&day=2033-03-01", _logged_in(desk, "carl")

    def found(client: FlaskClient, typed: str) -> dict[str, list[str]]:
        return _shown_in(client.post(page, data={"_q": typed}, headers=SAME_ORIGIN).text)

    assert found(kim, "whisper alpha") == {"2033-03-03": ["Visit sifted alpha"]}
    assert found(carl, "whisper alpha") == {}
    assert found(carl, "sifted beta") == {"2033-03-04": ["Visit sifted beta"]}
    assert "Nothing in this period" in carl.post(page, data={"_q": "whisper alpha"}, headers=SAME_ORIGIN).text
