"""A card that is dropped on a column of the board moves by the same actions as its menu offers, or is told why it does not (QUALITY 4, 24)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak
from tests.statements import listening

BUDGET = 9
PART = {**SAME_ORIGIN, "HX-Request": "true", "HX-Target": "modal-inside"}


@pytest.fixture(scope="module")
def kims(app: Flask) -> FlaskClient:
    """The keeper at a screen."""
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _book(kim: Caller, status: str, **values: object) -> str:
    number = str(kim.made("book", **{"name": "Boarded", "pages": 10, **values})["number"])
    for action, then in (("lend", "lent"), ("write_off", "lost")):
        if then == status or (action == "lend" and status == "overdue"):
            assert kim.act("book", number, action).status_code == 200
    if status == "overdue":
        assert kim.patch(f"/records/book/{number}", {"status": "overdue"}, 2).status_code == 200
    return number


def _dropped(client: FlaskClient, number: str, column: str) -> str:
    answer = client.get(f"/r/book/{number}/moves?view=all&to={column}", headers=PART)
    assert answer.status_code == 200, answer.text
    return answer.text


def _sent(text: str) -> tuple[str, dict[str, str]]:
    """Return where the form of the only way leads and what it sends."""
    form = re.search(r'<form method="post" action="([^"]+)"[^>]* data-at-once>(.*?)</form>', text, re.DOTALL)
    assert form is not None, text
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
    return form[1], {name: value.replace("&#34;", '"') for name, value in fields}


@pytest.mark.parametrize(
    ("status", "column", "action"),
    [
        ("on_shelf", "lent", "/actions/lend"),
        ("lent", "on_shelf", "/actions/give_back"),
        ("overdue", "on_shelf", "/actions/give_back"),
        ("lent", "lost", "/actions/write_off"),
        ("lent", "overdue", "/edit"),
    ],
)
def test_the_one_way_to_a_column_is_gone_at_once(kims: FlaskClient, kim: Caller, status: str, column: str, action: str) -> None:
    number = _book(kim, status)

    address, sent = _sent(_dropped(kims, number, column))
    done = kims.post(address, data=sent, headers=SAME_ORIGIN)

    assert address == f"/r/book/{number}{action}"
    assert (done.status_code, "/r/book" in done.location) == (303, True)
    assert kim.get(f"/records/book/{number}").get_json()["status"] == column


@pytest.mark.parametrize(
    ("status", "column", "values", "said"),
    [
        ("on_shelf", "lent", {"pages": None}, "Count the pages first."),
        ("on_shelf", "overdue", {}, "The rules do not let you change"),
        ("lent", "lent", {}, "The card already stands in"),
        ("lost", "on_shelf", {}, "can no longer be changed"),
    ],
)
def test_a_column_to_which_nothing_leads_says_why(kims: FlaskClient, kim: Caller, status: str, column: str, values: dict[str, object], said: str) -> None:
    number = _book(kim, status, **values)

    text = _dropped(kims, number, column)

    assert said in text
    assert "data-at-once" not in text
    assert kim.get(f"/records/book/{number}").get_json()["status"] == status


def test_only_the_steps_that_lead_to_the_column_are_there_and_the_menu_has_all(kims: FlaskClient, kim: Caller) -> None:
    number = _book(kim, "lent")

    menu = kims.get(f"/r/book/{number}/moves?view=all").text
    there = _dropped(kims, number, "on_shelf")

    assert {"give_back", "write_off"} <= set(re.findall(r'data-action="(\w+)"', menu))
    assert re.findall(r'data-action="(\w+)"', there) == ["give_back"]
    assert "data-at-once" not in menu


@pytest.mark.parametrize("column", ["nowhere", "%00", "on_shelf%27"])
def test_a_column_that_is_none_is_refused(kims: FlaskClient, kim: Caller, column: str) -> None:
    answer = kims.get(f"/r/book/{_book(kim, 'on_shelf')}/moves?to={column}", headers=PART)

    assert answer.status_code == 400


def test_a_drop_costs_few_statements(app: Flask, kims: FlaskClient, kim: Caller) -> None:
    number = _book(kim, "lent")
    _dropped(kims, number, "on_shelf")

    with listening(app.extensions["packdesk"].database) as statements:
        _dropped(kims, number, "on_shelf")

    assert len(statements) <= BUDGET, statements


def test_who_may_not_act_is_told_so(app: Flask, kim: Caller) -> None:
    number = _book(kim, "on_shelf")
    rita = app.test_client()
    rita.post("/login/", data={"username": "rita", "password": PASSWORD}, headers=SAME_ORIGIN)
    speak(rita, "de")

    text = _dropped(rita, number, "lent")

    assert "data-at-once" not in text
    assert 'aria-disabled="true"' in text or 'role="alert"' in text


def test_what_a_script_does_to_a_row_leads_back_to_the_list_as_it_was_asked_for(kims: FlaskClient, kim: Caller) -> None:
    """Without a script the form says at least which view it was."""
    numbers = [kim.made("book", name=f"Row to lend {place}", pages=90)["number"] for place in range(2)]
    here = "/r/book?layout=board&order=-name"

    scripted = kims.post(
        f"/r/book/{numbers[0]}/actions/lend",
        data={"_list": "", "_key": "lend-scripted"},
        headers={**SAME_ORIGIN, "HX-Request": "true", "Packdesk-Origin": here},
    )
    plain = kims.post(f"/r/book/{numbers[1]}/actions/lend", data={"_list": "", "_key": "lend-plain"}, headers=SAME_ORIGIN)

    assert (scripted.headers["HX-Redirect"], plain.headers["Location"]) == (here, "/r/book")
    assert f"{numbers[0]}: " in kims.get(here).text
