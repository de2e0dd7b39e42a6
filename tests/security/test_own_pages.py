"""What the administration answers to whom: a page to a person without the role for it, and to everybody his own password."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN

OTHER = "another correct horse"
FORM = "/resetmypassword/form"


def _person(app: Flask, login: str, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": password}, headers=SAME_ORIGIN)
    return client


def _sent(client: FlaskClient, current: str, new: str, again: str) -> int:
    return client.post(FORM, data={"current": current, "password": new, "conf_password": again}, headers=SAME_ORIGIN).status_code


@pytest.mark.parametrize("address", ["/users/list/", "/roles/list/", "/resetpassword/form?pk=1"])
def test_a_closed_page_of_the_administration_says_so_as_a_page(app: Flask, address: str) -> None:
    answer = _person(app, "carl").get(address, headers={"Accept": "text/html"})

    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    assert "Your roles do not open this page." in answer.text


def test_a_program_gets_the_refusal_as_a_problem_document(app: Flask) -> None:
    answer = _person(app, "carl").get("/users/list/", headers={"Accept": "application/json"})

    assert answer.status_code == 403
    assert answer.get_json()["code"] == "page_not_permitted"


def test_everybody_changes_his_own_password(app: Flask) -> None:
    """The frame leads there; afterwards the new password opens the door and the earlier one does not."""
    client = _person(app, "rita")

    assert f'href="{FORM}"' in client.get("/").text
    assert client.get("/users/userinfo/").status_code == 200
    assert 'name="current"' in client.get(FORM).text
    assert _sent(client, PASSWORD, OTHER, OTHER) == 303

    assert _person(app, "rita", OTHER).get("/api/v1/me").status_code == 200
    assert _person(app, "rita").get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(("current", "again"), [pytest.param("a guess", OTHER, id="wrong password"), pytest.param(PASSWORD, "else", id="mistyped")])
def test_a_password_stays_where_the_form_is_not_right(app: Flask, current: str, again: str) -> None:
    assert _sent(_person(app, "carl"), current, OTHER, again) == 422

    assert _person(app, "carl").get("/api/v1/me").status_code == 200


def test_nobody_gets_to_the_login_first(app: Flask) -> None:
    answer = app.test_client().get(FORM, headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert "/login" in answer.headers["Location"]
