"""A record beside its list: what is done to it leads back to the list, its place is kept, and its neighbours go on over all pages."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak
from tests.statements import listening
from werkzeug.test import TestResponse

COUNT = 203
BUDGET = 6


@pytest.fixture(scope="module")
def numbers(kim: Caller) -> list[str]:
    """More books than two pages of the narrow column hold, in the order of their numbers."""
    rows = "\n".join(["name,pages", *(f"Split {count},{count + 1}" for count in range(COUNT))])
    report = kim.request("POST", "/records/book/import", data=rows.encode(), headers={"Content-Type": "text/csv"})
    return [row["number"] for row in report.get_json()["rows"]]


@pytest.fixture(scope="module")
def kims(app: Flask) -> FlaskClient:
    """The keeper at a screen."""
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _narrowed(client: FlaskClient, condition: str) -> str:
    """Return the name under which the server keeps a list with this condition, in the order of numbers."""
    sent = {"_filter": condition, "_order": "number"}
    return client.post("/r/book", data=sent, headers={**SAME_ORIGIN, "HX-Request": "true"}).headers["HX-Push-Url"].partition("asked=")[2].partition("&")[0]


@pytest.fixture
def listed(kims: FlaskClient, numbers: list[str]) -> str:
    """The list of these books alone."""
    assert numbers
    return _narrowed(kims, "matches(record.name, '^Split')")


def _split(number: str, listed: str, **parts: str) -> str:
    return "/r/book?" + "&".join(f"{name}={value}" for name, value in {"asked": listed, "open": number, **parts}.items())


def _key(text: str, key: str) -> str:
    """Return the address that a key leads to; empty where it leads nowhere."""
    found = re.search(rf'href="([^"]+)"(?: rel="\w+")? data-key="{key}"', text)
    return found[1].replace("&amp;", "&") if found is not None else ""


def _opened(text: str) -> str:
    found = re.search(r'id="opened"[^>]* hx-get="/r/book/(\w+)"', text)
    assert found is not None, text
    return found[1]


def _here(text: str) -> str:
    found = re.search(r'data-origin="([^"]+)"', text)
    assert found is not None, text
    return found[1].replace("&amp;", "&")


def _follow(client: FlaskClient, address: str) -> TestResponse:
    return client.get(address, follow_redirects=True)


def _walked(client: FlaskClient, address: str, key: str, most: int) -> tuple[list[str], str]:
    """Return the records that a key leads to one after the other, and the last page."""
    text = client.get(address).text
    seen = [_opened(text)]
    while len(seen) < most and (onward := _key(text, key)):
        text = _follow(client, onward).text
        seen.append(_opened(text))
    return seen, text


def test_the_key_of_the_next_record_goes_on_over_all_pages_and_back(kims: FlaskClient, numbers: list[str], listed: str) -> None:
    """QUALITY 10."""
    forth, third_page = _walked(kims, _split(numbers[97], listed), "j", 5)
    beyond = _follow(kims, re.search(r'href="([^"]+step=next_page[^"]*)"', third_page)[1].replace("&amp;", "&")).request.full_path  # type: ignore[index]
    to_the_end, end = _walked(kims, beyond, "j", COUNT)
    back, _ = _walked(kims, beyond, "k", 3)
    _, start = _walked(kims, _split(numbers[1], listed), "k", COUNT)

    assert forth == numbers[97:102]
    assert to_the_end == numbers[200:]
    assert back == numbers[200:197:-1]
    assert f"{COUNT} / {COUNT}" in end
    assert re.search(r'data-key="j" data-end="This is the last record of the list\."', end)
    assert re.search(r'data-key="k" data-end="This is the first record of the list\."', start)


def test_a_page_beside_a_record_costs_few_statements(app: Flask, kims: FlaskClient, numbers: list[str], listed: str) -> None:
    second = _follow(kims, _split(numbers[99], listed, step="next")).request.full_path
    kims.get(second)

    with listening(app.extensions["packdesk"].database) as statements:
        answer = kims.get(second)

    assert _opened(answer.text) == numbers[100]
    assert "101 / 200+" in answer.text
    assert len(statements) <= BUDGET, statements


def test_pages_are_turned_without_a_script_and_no_address_says_what_is_in_the_records(kims: FlaskClient, numbers: list[str], listed: str) -> None:
    first = kims.get(_split(numbers[3], listed)).text
    forth = _follow(kims, re.search(r'href="([^"]+step=next_page[^"]*)"', first)[1].replace("&amp;", "&"))  # type: ignore[index]
    back = _follow(kims, re.search(r'href="([^"]+step=previous_page[^"]*)"', forth.text)[1].replace("&amp;", "&"))  # type: ignore[index]

    assert (_opened(forth.text), _opened(back.text)) == (numbers[100], numbers[0])
    assert "page 2" in forth.text
    assert re.search(r"page=[0-9a-f]{16}", forth.request.full_path)


def test_a_record_that_left_the_list_keeps_its_place(kims: FlaskClient, kim: Caller) -> None:
    """QUALITY 10: it was acted on, and the next one is the one that followed it."""
    first, second, third = (str(kim.made("book", name="Leaving", pages=300)["number"]) for _ in range(3))
    listed = _narrowed(kims, "record.name == 'Leaving' && record.pages > 200")
    text = kims.get(_split(second, listed)).text

    kim.patch(f"/records/book/{second}", {"pages": 1}, 1)
    gone = kims.get(_here(text)).text
    moved = _follow(kims, _here(text) + "&step=next")

    assert "2 / 3" in text
    assert "No longer in this list" in gone
    assert (f"open={third}" in _key(gone, "j"), f"open={first}" in _key(gone, "k")) == (True, True)
    assert f'<li data-near><a href="/r/book?asked={listed}&amp;open={third}"' in gone
    assert _opened(moved.text) == third


def test_what_is_done_to_the_opened_record_leads_back_to_its_place(kims: FlaskClient, kim: Caller) -> None:
    first, second, third = (str(kim.made("book", name="Acted", pages=300)["number"]) for _ in range(3))
    here = _here(kims.get(_split(second, _narrowed(kims, "record.name == 'Acted'"))).text)
    with_origin = {**SAME_ORIGIN, "Packdesk-Origin": here, "HX-Request": "true"}
    edit = f"/r/book/{second}/edit"

    form = kims.get(edit, headers=with_origin).text
    saved = kims.post(edit, data={"_version": "1", "_base": "{}", "pages": "400"}, headers=with_origin)
    gone_on = kims.post(edit, data={"_version": "2", "_base": "{}", "pages": "500", "_go_on": "1"}, headers=with_origin)
    acted = kims.post(f"/r/book/{second}/actions/lend", headers=with_origin)
    elsewhere = kims.post(f"/r/book/{first}/actions/lend", headers=with_origin)
    deleted = kims.post(f"/r/book/{second}/delete", data={"_version": "4"}, headers=with_origin)

    assert "Save and next" in form
    assert "Save and next" not in kims.get(f"/r/book/{third}/edit").text
    assert (f"open={second}" in here, f"previous={first}" in here, f"next={third}" in here) == (True, True, True)
    assert saved.headers["HX-Redirect"] == here
    assert _opened(_follow(kims, gone_on.headers["HX-Redirect"]).text) == third
    assert acted.headers["HX-Redirect"] == here
    assert elsewhere.headers["HX-Redirect"] == f"/r/book/{first}"
    assert _opened(_follow(kims, deleted.headers["HX-Redirect"]).text) == third


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example/r/book?open={}",
        "//evil.example/r/book?open={}",
        "/r/shelf?open={}",
        "/login?open={}",
        "/r/book?open=BO1",
        "http://[",
        "/r/book?" + "a=1&" * 50,
    ],
)
def test_nothing_but_the_list_of_the_record_is_led_back_to(kims: FlaskClient, numbers: list[str], origin: str) -> None:
    answer = kims.post(f"/r/book/{numbers[30]}/notes", data={"text": "seen"}, headers={**SAME_ORIGIN, "Packdesk-Origin": origin.format(numbers[30])})

    assert answer.location == f"/r/book/{numbers[30]}"


@pytest.mark.parametrize("parts", [{"step": "sideways"}, {"page": "none"}, {"previous": "x", "next": "y"}, {"step": "next", "page": "none"}])
def test_no_rubbish_in_the_address_breaks_the_split_view(kims: FlaskClient, numbers: list[str], listed: str, parts: dict[str, str]) -> None:
    answer = _follow(kims, _split(numbers[5], listed, **parts))

    assert answer.status_code == 200
    assert _opened(answer.text) in numbers[5:7]


def test_a_page_of_the_table_is_found_again_and_its_records_open_on_their_page(kims: FlaskClient, numbers: list[str], listed: str) -> None:
    answer = kims.get(f"/r/book?asked={listed}")
    for _ in range(5):
        cursor = re.search(r'name="_cursor" value="([^"]+)"', answer.text)[1]  # type: ignore[index]
        trail = re.search(r"name=\"_trail\" value=\"([^\"]*)\"", answer.text)[1].replace("&#34;", '"')  # type: ignore[index]
        sent = {"_cursor": cursor, "_trail": trail}
        answer = kims.post(f"/r/book?asked={listed}", data=sent, headers={**SAME_ORIGIN, "HX-Request": "true"})
    address = answer.headers["HX-Push-Url"]

    again = kims.get(address)
    beside = kims.get(f"{address}&open={numbers[130]}")

    assert re.findall(r'data-row="(\w+)"', again.text) == numbers[125:150]
    assert re.findall(r'data-key="(\w)"[^>]* name="(_previous|_cursor)"', again.text) == [("h", "_previous"), ("l", "_cursor")]
    assert "page 6" in again.text
    assert "131 / 200+" in beside.text


@pytest.mark.usefixtures("numbers")
def test_the_sentences_at_the_ends_are_german_too(app: Flask) -> None:
    german = app.test_client()
    german.post("/login/", data={"username": "rita", "password": PASSWORD}, headers=SAME_ORIGIN)
    speak(german, "de")

    first = re.search(r'data-row="([^"]+)"', german.get("/r/book?order=number").text)
    assert first is not None

    text = _follow(german, f"/r/book?order=number&open={first[1]}&step=previous").text

    assert text.count("Das ist der erste Datensatz der Liste.") >= 2


@pytest.mark.parametrize(
    ("language", "never", "all_records"), [("en", "Not in this list", "Show all records"), ("de", "Nicht in dieser Liste", "Alle Datensätze zeigen")]
)
def test_a_record_that_was_never_in_the_list_is_not_said_to_have_left_it(app: Flask, numbers: list[str], language: str, never: str, all_records: str) -> None:
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    speak(client, language)

    text = client.get(_split(numbers[0], _narrowed(client, "record.name == 'Nothing is called so'"))).text
    whole = re.search(rf'<a href="([^"]+)">{all_records}</a>', text)
    speak(client, "en")

    assert never in text
    assert whole is not None
    assert f"open={numbers[0]}" in whole[1]
    assert all_records not in client.get(whole[1].replace("&amp;", "&")).text
