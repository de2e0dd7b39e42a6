"""Whoever logs out is out: the cookie that a browser had ends on the server, whoever kept a copy of it (ASVS V7.4.1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller, caller
from tests.statements import listening

from packdesk.store import browser_sessions
from packdesk.store.browser_sessions import LIFETIME
from packdesk.store.platform_tables import browser_session
from packdesk.web.request_context import SESSION_ID, Logins

COOKIE = "packdesk"


@dataclass(slots=True)
class _Clock:
    """A clock that the test sets."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.moment


def _log_in(client: FlaskClient, login: str = "rita") -> FlaskClient:
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
    assert client.get("/api/v1/me").get_json()["login"] == login
    return client


def _copy(app: Flask, browser: FlaskClient) -> FlaskClient:
    """Return another browser with the cookie that this one has."""
    taken = app.test_client()
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    taken.set_cookie(COOKIE, cookie.value)
    return taken


def _is_in(browser: FlaskClient) -> tuple[bool, bool]:
    """Say whether the desk and whether the administration take the browser for somebody."""
    return browser.get("/api/v1/me").status_code == 200, browser.get("/users/userinfo/").status_code == 200


def test_a_cookie_that_was_copied_before_logging_out_is_worth_nothing_afterwards(app: Flask) -> None:
    browser = _log_in(app.test_client())
    copy = _copy(app, browser)
    before = _is_in(copy)

    browser.post("/logout/", headers=SAME_ORIGIN)

    assert (before, _is_in(copy), _is_in(browser)) == ((True, True), (False, False), (False, False))


def test_a_link_logs_nobody_out(app: Flask) -> None:
    """A page elsewhere may have a browser follow a link with its cookie; a form of that page does not pass the gate."""
    browser = _log_in(app.test_client())

    asked = browser.get("/logout/", headers={"Sec-Fetch-Site": "cross-site"})
    forged = browser.post("/logout/", headers={"Sec-Fetch-Site": "cross-site"})

    assert (asked.status_code, forged.status_code, _is_in(browser)) == (200, 403, (True, True))


def test_logging_out_leaves_other_browsers_and_programs_in(app: Flask) -> None:
    program, here, elsewhere = caller(app, "rita"), _log_in(app.test_client()), _log_in(app.test_client())

    here.post("/logout/", headers=SAME_ORIGIN)

    assert (program.get("/me").status_code, _is_in(elsewhere)) == (200, (True, True))


def test_logging_in_again_ends_the_session_that_the_new_one_takes_the_place_of(app: Flask) -> None:
    browser = _log_in(app.test_client())
    copy = _copy(app, browser)
    with browser.session_transaction() as session:
        session.pop("_user_id")

    _log_in(browser)

    assert (_is_in(copy), _is_in(browser)) == ((False, False), (True, True))


@pytest.mark.parametrize("session_id", [None, "", "00000000-0000-7000-8000-000000000000"])
def test_a_session_that_the_server_did_not_begin_is_none(app: Flask, session_id: str | None) -> None:
    browser = _log_in(app.test_client())

    with browser.session_transaction() as session:
        session.pop(SESSION_ID)
        if session_id is not None:
            session[SESSION_ID] = session_id

    assert _is_in(browser) == (False, False)


def test_a_session_of_somebody_else_is_none(app: Flask) -> None:
    mine, other = _log_in(app.test_client()), _log_in(app.test_client(), "carl")
    with other.session_transaction() as session:
        theirs = session[SESSION_ID]

    with mine.session_transaction() as session:
        session[SESSION_ID] = theirs

    assert _is_in(mine) == (False, False)


def test_asking_whether_a_session_stands_costs_a_request_nothing(app: Flask, rita: Caller) -> None:
    browser = _log_in(app.test_client())
    database = app.extensions["packdesk"].database
    rita.get("/me")

    with listening(database) as of_program:
        rita.get("/me")
    with listening(database) as of_browser:
        browser.get("/api/v1/me")

    assert len(of_browser) == len(of_program)


def test_the_end_of_a_session_lets_no_process_forget_who_anybody_is(app: Flask, rita: Caller) -> None:
    live, browser, other = app.extensions["packdesk"].live, _log_in(app.test_client(), "carl"), _log_in(app.test_client())
    before = live.current()

    browser.post("/logout/", headers=SAME_ORIGIN)
    rita.get("/me")
    with listening(app.extensions["packdesk"].database) as of_program:
        rita.get("/me")
    after = live.current()

    assert (after.security_epoch, after.session_epoch) == (before.security_epoch, before.session_epoch + 1)
    assert len(of_program) == 1
    assert (_is_in(browser), _is_in(other)) == ((False, False), (True, True))


AGES = [(timedelta(0), "rita"), (LIFETIME - timedelta(seconds=1), "rita"), (LIFETIME, ""), (LIFETIME + timedelta(days=300), "")]


@pytest.mark.parametrize(("age", "login"), AGES, ids=[str(age) for age, _ in AGES])
def test_a_login_that_nobody_ends_is_over_after_a_month_whether_or_not_anybody_logs_in(app: Flask, age: timedelta, login: str) -> None:
    services = app.extensions["packdesk"]
    with app.app_context():
        rita = app.extensions["appbuilder"].sm.find_user(username="rita").id
    now = services.clock.now()

    with services.database.begin(write=True) as connection:
        old = browser_sessions.begin(connection, rita, now - age)
        found = browser_sessions.login_of(connection, old, rita, now)

    assert found.login == login


def test_a_process_that_remembers_a_session_forgets_it_when_it_is_too_old(app: Flask) -> None:
    """Without a statement: the moment is remembered with the session, and the clock is asked."""
    services = app.extensions["packdesk"]
    browser = _log_in(app.test_client())
    with browser.session_transaction() as session:
        session_id, user_id = str(session[SESSION_ID]), int(session["_user_id"])
    began = services.clock.now()
    clock = _Clock(began)
    logins = Logins(replace(services, clock=clock))
    before = logins.by_session(session_id, user_id, (1, 1))

    with listening(services.database) as statements:
        clock.moment = began + LIFETIME - timedelta(minutes=1)
        at_last = logins.by_session(session_id, user_id, (1, 1))
        clock.moment = began + LIFETIME
        after = logins.by_session(session_id, user_id, (1, 1))

    assert (before, at_last, after, len(statements)) == ("rita", "rita", "", 0)


def test_what_is_too_old_goes_when_somebody_logs_in(app: Flask) -> None:
    services = app.extensions["packdesk"]
    now = services.clock.now()
    with services.database.begin(write=True) as connection:
        old = browser_sessions.begin(connection, 1, now - LIFETIME)

    with services.database.begin(write=True) as connection:
        browser_sessions.begin(connection, 1, now)
        left = set(connection.execute(sa.select(browser_session.c.id)).scalars())

    assert old not in left
