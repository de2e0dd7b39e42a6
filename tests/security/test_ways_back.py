"""Where a client is sent to after what he asked: to pages of this server alone, whatever he says that he came from or wanted (ASVS V1.2, V3.7)."""

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN

HOME = "http://localhost"

#: What a client may say -> where it leads; empty: to nowhere of ours.
ADDRESSES = {
    f"{HOME}/r/book?order=name&open=2": "/r/book?order=name&open=2",
    f"{HOME}/r/book#notes": "/r/book",
    "/r/book": "/r/book",
    f"{HOME}//evil.example/x": "",
    f"{HOME}///evil.example/x": "",
    f"{HOME}/\\evil.example/x": "",
    f"{HOME}\\evil.example/x": "",
    f"{HOME}/\t/evil.example/x": "",
    f"{HOME}/\x0b/evil.example/x": "",
    f"{HOME}/\u00a0/evil.example/x": "",
    f"{HOME}.evil.example/x": "",
    f"{HOME}@evil.example/x": "",
    f"http://evil.example@{HOME[7:]}/x": "",
    f"{HOME}:8080/x": "",
    "https://localhost/x": "",
    "http://[evil/x": "",
    "http:///evil.example/x": "",
    "//evil.example/x": "",
    "///evil.example/x": "",
    "/\\evil.example/x": "",
    "/\\/evil.example/x": "",
    "\\\\evil.example/x": "",
    "/\t/evil.example/x": "",
    " //evil.example/x": "",
    "evil.example/x": "",
    "javascript:alert(1)": "",
    "data:text/html,x": "",
    "/" + "x" * 5_000: "",
    "": "",
}


def _in(app: Flask, address: str = "/login/") -> tuple[FlaskClient, str]:
    """Return a browser that logged in at this address, and where it was sent."""
    browser = app.test_client()
    answer = browser.post(address, data={"username": "rita", "password": PASSWORD}, headers=SAME_ORIGIN)
    return browser, answer.headers["Location"]


@pytest.mark.parametrize(("referer", "place"), ADDRESSES.items(), ids=[ascii(address)[:40] for address in ADDRESSES])
def test_a_choice_leads_back_to_the_page_it_was_made_on_and_to_no_other_host(app: Flask, referer: str, place: str) -> None:
    browser, headers = app.test_client(), {**SAME_ORIGIN, "Referer": referer}

    answers = [
        browser.post("/theme", data={"theme": "dark"}, headers=headers),
        browser.post("/language", data={"language": "de"}, headers=headers),
    ]

    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, place or "/")}


@pytest.mark.parametrize(("wanted", "place"), ADDRESSES.items(), ids=[ascii(address)[:40] for address in ADDRESSES])
def test_the_login_leads_to_the_page_that_was_wanted_and_to_no_other_host(app: Flask, wanted: str, place: str) -> None:
    address = f"/login/?next={quote(wanted, safe='')}"

    browser, sent = _in(app, address)
    again = browser.get(address).headers["Location"]

    assert {sent.removeprefix(HOME).partition("#")[0], again.removeprefix(HOME).partition("#")[0]} == {place or "/"}


@pytest.mark.parametrize("address", ["//evil.example/login", "//evil.example//r//book", "/\\evil.example/login", "//evil.example/users/list"])
def test_an_address_that_looks_like_a_host_leads_nowhere_else(app: Flask, address: str) -> None:
    browser, _ = _in(app)

    places = [each.get(f"{HOME}{address}", headers={"Accept": "text/html"}).headers.get("Location", "/") for each in (browser, app.test_client())]

    assert [place for place in places if not (place.startswith(f"{HOME}/") or (place[0] == "/" and place[1:2] not in ("/", "\\")))] == []
