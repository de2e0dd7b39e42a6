"""Logging in: slow to guess, telling nothing (ASVS V2.4.1, V6)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from tests.integration.web.installation import PACK, PASSWORD, Caller, close

from packdesk.settings import Settings
from packdesk.web.app import Limits, create_app


@pytest.fixture
def strict(template_home: Path, tmp_path: Path) -> Iterator[Flask]:
    """An installation with the limits that a server has."""
    home = tmp_path / "home"
    shutil.copytree(template_home, home)
    app = create_app(Settings(home=home, database_url=f"sqlite:///{home / 'packdesk.sqlite3'}", packs=(str(PACK),)), prepare=False)
    yield app
    close(app)


def _try(app: Flask, name: str, password: str, address: str = "10.0.0.1") -> tuple[int, str]:
    response = app.test_client().post("/api/v1/security/login", json={"username": name, "password": password}, environ_base={"REMOTE_ADDR": address})
    return response.status_code, str(response.get_json().get("code", ""))


def test_an_account_can_be_tried_ten_times_a_minute_from_anywhere(strict: Flask) -> None:
    tries = [_try(strict, "kim", "guess", f"10.0.0.{number}") for number in range(11)]

    assert tries[:10] == [(401, "bad_credentials")] * 10
    assert tries[10] == (429, "rate_limited")
    assert _try(strict, "KIM ", PASSWORD)[0] == 429
    assert _try(strict, "carl", PASSWORD)[0] == 200


def test_an_address_can_try_sixty_accounts_a_minute(strict: Flask) -> None:
    # Without a password nothing is hashed: sixty slow tries would not fit into the minute of a busy machine.
    for number in range(60):
        assert _try(strict, f"nobody{number}", "")[0] == 401

    assert _try(strict, "kim", PASSWORD) == (429, "rate_limited")
    assert _try(strict, "kim", PASSWORD, "10.0.0.2")[0] == 200


def test_a_limited_answer_says_when_to_come_back(strict: Flask) -> None:
    for _ in range(10):
        _try(strict, "kim", "x")

    response = strict.test_client().post("/api/v1/security/login", json={"username": "kim", "password": "x"})

    assert int(response.headers["Retry-After"]) > 0


def test_the_login_form_is_limited_as_well(strict: Flask) -> None:
    client = strict.test_client()
    form = {"username": "kim", "password": "x"}

    answers = [client.post("/login/", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code for _ in range(11)]

    assert answers[-1] == 429
    assert 429 not in answers[:10]


def test_several_processes_share_the_limit() -> None:
    settings = Settings(home=Path(), database_url="sqlite://")

    assert Limits.of(settings, 2) == Limits(per_account=5, per_address=30)
    assert Limits.of(settings, 64).per_account == 1
    assert Limits.of(replace(settings, redis_url="redis://"), 64) == Limits(per_account=10, per_address=60)


def test_a_centre_behind_one_address_says_how_many_log_in_there() -> None:
    settings = Settings.from_environment({"PACKDESK_LOGINS_PER_ADDRESS": "600"})

    assert Limits.of(settings, 2) == Limits(per_account=5, per_address=300)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "kim"},
        {"username": "kim", "password": ""},
        {"username": "kim", "password": None},
        {"username": ["kim"], "password": PASSWORD},
        {"username": "kim", "password": {"$ne": ""}},
        {"username": "", "password": PASSWORD},
        {"username": "kim", "password": "x" * 100_000},
        {"username": "kim\x00", "password": PASSWORD},
        {"username": "kim' OR 1=1 --", "password": "x"},
    ],
)
def test_wrong_credentials_of_any_shape_sound_the_same(nobody: Caller, body: dict[str, object]) -> None:
    response = nobody.post("/security/login", body)

    assert response.get_json()["code"] == "bad_credentials"
    assert response.get_json()["title"] == "User name or password is wrong."


def test_whoever_is_switched_off_is_out_at_once(app: Flask, nobody: Caller, rita: Caller) -> None:
    """Rights are remembered per security epoch; the administration of users moves it."""
    assert rita.get("/me").status_code == 200
    with app.app_context():
        security = app.extensions["appbuilder"].sm
        user = security.find_user(username="rita")
        user.active = False
        security.update_user(user)

    refused = rita.get("/me")
    again = nobody.post("/security/login", {"username": "rita", "password": PASSWORD})

    assert (refused.status_code, refused.get_json()["code"]) == (401, "not_authenticated")
    assert again.status_code == 401


def test_roles_that_are_taken_away_are_gone_at_once(app: Flask, carl: Caller) -> None:
    assert carl.post("/records/shelf", {"name": "before"}).status_code == 201
    with app.app_context():
        security = app.extensions["appbuilder"].sm
        user = security.find_user(username="carl")
        user.roles = [security.find_role("reader")]
        security.update_user(user)

    assert carl.post("/records/shelf", {"name": "after"}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "null", "Bearer x", "\u00e9"])
def test_a_token_that_is_none_is_no_login(app: Flask, token: str) -> None:
    response = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}".encode("latin-1").decode("latin-1")})

    assert response.status_code == 401
