"""The base pack and the complaints example behind the real app, with people of every role: made once, copied per module."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from tests.speaking import speak
from werkzeug.test import TestResponse

from packdesk.records.context import Context, Door
from packdesk.records.create import create
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import SYSTEM, Actor, Record
from packdesk.settings import Settings
from packdesk.store import people
from packdesk.web import members
from packdesk.web.app import Limits, close, create_app
from packdesk.web.services import Services

ROOT = Path(__file__).parents[3]
PACKS = (str(ROOT / "metadata"), str(ROOT / "examples" / "packs" / "complaints"))
PASSWORD = "correct horse battery"
WIDE = Limits(per_account=1000, per_address=1000)
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
#: What every record of a test belongs to; ids in braces are numbers of records made before.
NEEDED: Mapping[str, Mapping[str, object]] = {
    "contact": {"kind": "person", "person": {"first_name": "Ada", "last_name": "Moor"}, "phones": [{"type": "mobile", "number": "+49 30 1234567"}]},
    "account": {"owner": "{contact}", "classification": "private", "credit_rating": "a"},
    "service_request": {"subtype": "information_request", "account": "{account}", "description": "Where is my bill?", "assigned_unit": "first_line"},
    "activity": {"subtype": "call_back", "contact": "{contact}", "assigned_unit": "first_line"},
    "lead": {"subtype": "existing_customer", "contact": "{contact}", "account": "{account}", "assigned_unit": "first_line"},
    "communication": {"media": "phone", "direction": "incoming", "contact": "{contact}", "content": "Asked for the bill."},
    "complaint": {
        "subtype": "about_staff",
        "complainant": "{contact}",
        "received_on": "2026-01-15",
        "publicity": "press",
        "description": "Nobody rang me back.",
        "assigned_unit": "first_line",
    },
}


@dataclass(slots=True)
class Visitor:
    """Somebody at a screen."""

    client: FlaskClient
    login: str

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open an address."""
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, data: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        sent = {**SAME_ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(path, data=dict(data or {}), headers=sent)


@dataclass(slots=True)
class Desk:
    """The app, and shorthands to fill it with the system's rights."""

    app: Flask

    @property
    def services(self) -> Services:
        """Return what the doors work with."""
        found: Services = self.app.extensions["packdesk"]
        return found

    @property
    def runtime(self) -> Runtime:
        """Return the release in force."""
        return self.services.live.current().runtime

    def context(self, login: str = "", language: str = "en") -> Context:
        """Return the context of somebody, or of the system."""
        actor = SYSTEM if not login else self.actor(login)
        found = self.services
        return Context(
            actor=replace(actor, language=language),
            clock=found.clock,
            live=found.live,
            database=found.database,
            door=Door.SCREEN,
            language=language,
            kit=found.kit,
        )

    def actor(self, login: str) -> Actor:
        """Return who somebody is."""
        with self.services.database.begin(write=False) as connection:
            found = people.load_actor(connection, login, self.runtime)
        assert found is not None
        return found

    def made(self, entity_type: str, **values: object) -> Record:
        """Create a record."""
        return create(self.context(), entity_type, values).record

    def needed(self) -> dict[str, Record]:
        """Create one record of each type that the tests walk over."""
        found: dict[str, Record] = {}
        for entity_type, values in NEEDED.items():
            given = {name: _filled(value, found) for name, value in values.items()}
            found[entity_type] = self.made(entity_type, **given)
        return found

    def put(self, record: Record, **columns: object) -> None:
        """Write columns of a record past all rules, as a test needs it to stand."""
        table = self.services.live.current().tables.record(record.entity_type)
        with self.services.database.begin(write=True) as connection:
            connection.execute(sa.update(table).where(table.c.id == record.id).values(**columns))

    def visitor(self, login: str, language: str = "en") -> Visitor:
        """Return somebody who is logged in."""
        client = self.app.test_client()
        answer = client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
        assert answer.status_code == 302, answer.status_code
        speak(client, language)
        return Visitor(client, login)


def _filled(value: object, made: Mapping[str, Record]) -> object:
    return made[value[1:-1]].number if isinstance(value, str) and value.startswith("{") else value


def texts(html: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def settings(home: Path) -> Settings:
    """Return the settings of an installation."""
    return Settings(home=home, database_url=f"sqlite:///{home / 'packdesk.sqlite3'}", packs=PACKS)


def hidden_inputs(answer: TestResponse) -> dict[str, str]:
    """Return the hidden inputs of a form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in found}


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that is made once."""
    home = tmp_path_factory.mktemp("screens")
    app = create_app(settings(home), limits=WIDE)
    users = app.extensions["packdesk"].live.current().runtime.model.organisation.users.values()
    members.add(app, [members.Member(login=user.login, name=user.name, password=PASSWORD, roles=user.roles, units=user.units) for user in users])
    close(app)
    return home


@pytest.fixture(scope="module")
def desk(template_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation of this module's own."""
    home: Any = tmp_path_factory.mktemp("installation") / "home"
    shutil.copytree(template_home, home)
    app = create_app(settings(home), prepare=False, limits=WIDE)
    yield Desk(app)
    close(app)
