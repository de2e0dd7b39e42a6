"""A password that was changed ends what was got with the earlier one (ASVS V7.4.3)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, caller

from packdesk.web.request_context import SESSION_MARK

OTHER = "another correct horse"


def _screen(app: Flask, login: str, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": password}, headers=SAME_ORIGIN)
    assert client.get("/api/v1/me").status_code == 200
    return client


def _reset(app: Flask, login: str, password: str) -> None:
    """Give somebody another password, as the administration of users does."""
    with app.test_request_context():
        security = app.extensions["appbuilder"].sm
        security.reset_password(security.find_user(username=login).id, password)


def test_a_reset_ends_tokens_and_sessions_at_once(app: Flask) -> None:
    program, screen = caller(app, "rita"), _screen(app, "rita")
    assert program.get("/me").status_code == 200

    _reset(app, "rita", OTHER)

    assert program.get("/me").status_code == 401
    assert screen.get("/api/v1/me").status_code == 401
    assert screen.get("/users/userinfo/").status_code == 401
    _screen(app, "rita", OTHER)


def test_a_reset_leaves_everybody_else_in(app: Flask) -> None:
    program, screen = caller(app, "carl"), _screen(app, "carl")

    _reset(app, "sven", OTHER)

    assert (program.get("/me").status_code, screen.get("/api/v1/me").status_code) == (200, 200)


def test_whoever_changes_his_own_password_stays_in_here_and_nowhere_else(app: Flask) -> None:
    program, here, elsewhere = caller(app, "kim"), _screen(app, "kim"), _screen(app, "kim")

    here.post("/resetmypassword/form", data={"current": PASSWORD, "password": OTHER, "conf_password": OTHER}, headers=SAME_ORIGIN)

    assert here.get("/api/v1/me").status_code == 200
    assert here.get("/resetmypassword/form").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401
    assert program.get("/me").status_code == 401


@pytest.mark.parametrize("mark", [None, "", "0" * 32, "\u00e9"])
def test_a_session_without_the_mark_of_the_password_is_none(app: Flask, mark: str | None) -> None:
    screen = _screen(app, "carl")

    with screen.session_transaction() as session:
        session.pop(SESSION_MARK)
        if mark is not None:
            session[SESSION_MARK] = mark

    assert screen.get("/api/v1/me").status_code == 401
    assert screen.get("/users/userinfo/").status_code == 401
