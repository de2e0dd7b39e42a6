"""A form that is sent, gone back to, changed and sent again keeps what was typed, and says where it stands."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak
from werkzeug.test import TestResponse


@pytest.fixture(scope="module")
def browser(app: Flask) -> FlaskClient:
    """The clerk at the screen."""
    client = app.test_client()
    client.post("/login/", data={"username": "carl", "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _hidden(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    return found[1].replace("&#34;", '"') if found else ""


def _form(answer: TestResponse) -> dict[str, str]:
    return {name: _hidden(answer, name) for name in ("_key", "_version", "_base")}


def _sent(browser: FlaskClient, address: str, form: dict[str, str], **typed: str) -> TestResponse:
    return browser.post(address, data={**form, **typed}, headers=SAME_ORIGIN)


def _names(carl: Caller, beginning: str) -> list[str]:
    return sorted(row["name"] for row in carl.get(f"/records/book?q={beginning}").get_json()["records"])


def test_a_new_record_sent_with_a_used_key_is_drawn_again_as_typed(browser: FlaskClient, carl: Caller) -> None:
    form = _form(browser.get("/r/book/new"))
    assert _sent(browser, "/r/book/new", form, name="Zazie").status_code == 303

    again = _sent(browser, "/r/book/new", form, name="Zazie, second copy")

    assert again.status_code == 422
    assert "You sent this form before" in again.text
    assert 'value="Zazie, second copy"' in again.text
    assert "Idempotency-Key" not in again.text
    assert _hidden(again, "_key") not in ("", form["_key"])
    assert _names(carl, "Zazie") == ["Zazie"]

    assert _sent(browser, "/r/book/new", _form(again), name="Zazie, second copy").status_code == 303
    assert _names(carl, "Zazie") == ["Zazie", "Zazie, second copy"]


def test_a_change_sent_with_a_used_key_is_drawn_again_as_typed(browser: FlaskClient, carl: Caller) -> None:
    address = f"/r/book/{carl.made('book', name='Ulysses')['number']}/edit"
    form = _form(browser.get(address))
    assert _sent(browser, address, form, name="Ulysses I").status_code == 303

    again = _sent(browser, address, form, name="Ulysses II")

    assert again.status_code == 422
    assert 'value="Ulysses II"' in again.text
    assert "Ulysses I" in _names(carl, "Ulysses")


def test_the_sentence_is_said_in_german_too(browser: FlaskClient) -> None:
    form = _form(browser.get("/r/book/new"))
    _sent(browser, "/r/book/new", form, name="Effi")
    speak(browser, "de")

    again = _sent(browser, "/r/book/new", form, name="Effi Briest")
    speak(browser, "en")

    assert "Sie haben dieses Formular schon einmal mit anderem Inhalt gesendet." in again.text


def test_the_same_form_sent_twice_still_counts_once(browser: FlaskClient, carl: Caller) -> None:
    form = _form(browser.get("/r/book/new"))

    answers = [_sent(browser, "/r/book/new", form, name="Once") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert _names(carl, "Once").count("Once") == 1
