"""A small installation for the tests of the doors: a pack of its own, four people in two groups, made once and copied per module."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from packdesk.settings import Settings
from packdesk.web import members
from packdesk.web.app import Limits, close, create_app

PACK = Path(__file__).parent / "library"
PASSWORD = "correct horse battery"
WIDE = Limits(per_account=1000, per_address=1000)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Caller:
    """A program with a token, or nobody."""

    app: Flask
    token: str = ""

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request to an address under /api/v1."""
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        return self.app.test_client(use_cookies=False).open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:
        """POST JSON."""
        return self.request("POST", path, json={} if body is None else body, **options)

    def patch(self, path: str, body: object, version: object = None, **options: Any) -> TestResponse:
        """PATCH JSON, with the version if there is one."""
        return self.request("PATCH", path, json=body, headers={} if version is None else {"If-Match": f'"{version}"'}, **options)

    def act(self, entity_type: str, number: object, action: str, version: object = 1) -> TestResponse:
        """Perform an action on a version, that of a new record unless told otherwise."""
        return self.post(f"/records/{entity_type}/{number}/actions/{action}", headers={"If-Match": f'"{version}"'})

    def made(self, entity_type: str, **values: object) -> dict[str, Any]:
        """Create a record and return it."""
        response = self.post(f"/records/{entity_type}", values)
        assert response.status_code == 201, response.get_json()
        return response.get_json()  # type: ignore[no-any-return]


def build(home: Path, database_url: str = "", packs: Sequence[Path] = (PACK,)) -> Flask:
    """Return the app of a fresh installation with the people of its packs in it."""
    settings = Settings(home=home, database_url=database_url or f"sqlite:///{home / 'packdesk.sqlite3'}", packs=tuple(map(str, packs)))
    app = create_app(settings, limits=WIDE)
    users = app.extensions["packdesk"].live.current().runtime.model.organisation.users.values()
    members.add(app, [members.Member(login=user.login, name=user.name, password=PASSWORD, roles=user.roles, units=user.units) for user in users])
    return app


def caller(app: Flask, login: str) -> Caller:
    """Return a program that is logged in."""
    response = Caller(app).post("/security/login", {"username": login, "password": PASSWORD})
    assert response.status_code == 200, response.get_json()
    return Caller(app, response.get_json()["access_token"])


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that is made once."""
    home = tmp_path_factory.mktemp("template")
    close(build(home))
    return home


@pytest.fixture(scope="module")
def app(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app of an installation of this module's own."""
    home = tmp_path_factory.mktemp("installation") / "home"
    shutil.copytree(template_home, home)
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'packdesk.sqlite3'}", packs=(str(PACK),))
    made = create_app(settings, prepare=False, limits=WIDE)
    yield made
    close(made)


@pytest.fixture(scope="module")
def nobody(app: Flask) -> Caller:
    """A program without a token."""
    return Caller(app)


@pytest.fixture(scope="module")
def rita(app: Flask) -> Caller:
    """A reader of the northern group."""
    return caller(app, "rita")


@pytest.fixture(scope="module")
def carl(app: Flask) -> Caller:
    """A clerk of the northern group."""
    return caller(app, "carl")


@pytest.fixture(scope="module")
def kim(app: Flask) -> Caller:
    """The keeper of the northern group."""
    return caller(app, "kim")


@pytest.fixture(scope="module")
def sven(app: Flask) -> Caller:
    """The keeper of the southern group."""
    return caller(app, "sven")
