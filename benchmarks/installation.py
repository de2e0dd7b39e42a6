"""A filled installation on a PostgreSQL server of its own, and one signed-in agent in it."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from tests.servers import postgresql_database, running_postgresql

from packdesk.settings import Settings
from packdesk.store import people
from packdesk.web import members
from packdesk.web.app import close, create_app
from packdesk.web.services import Services
from packdesk.web.tokens import Proof

LOGIN = "anna"
#: The groups whose records the agent may see.
GROUPS = ("service",)


@dataclass(frozen=True, slots=True)
class Installation:
    """A running Packdesk of the base pack."""

    url: str
    app: Flask
    services: Services
    #: Bearer token of the agent.
    token: str
    #: Cookie of the session of his browser.
    cookie: str


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Give the URL of a fresh database on a server that is stopped afterwards."""
    with running_postgresql(folder / "postgresql") as server, postgresql_database(server) as url:
        yield url


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    """Publish the base pack into a fresh database and give the app, with an agent of the first line."""
    with tempfile.TemporaryDirectory(prefix="packdesk-bench-") as name, postgresql(Path(name)) as url:
        app = create_app(Settings(home=Path(name) / "home", database_url=url))
        services: Services = app.extensions["packdesk"]
        password = members.new_password()
        members.add(app, [members.Member(login=LOGIN, name="Anna Berg", password=password, roles=("agent",), units=("first_line",))])
        try:
            with services.database.begin() as connection:
                mark = services.tokens.mark(people.load_password_hash(connection, LOGIN))
            token = services.tokens.make(Proof(login=LOGIN, mark=mark), services.clock.now())
            yield Installation(url, app, services, token, _logged_in(app, password))
        finally:
            close(app)


def _logged_in(app: Flask, password: str) -> str:
    """Log in as a browser does and return its cookie, after the first page has put into the session what later ones take from there."""
    browser = app.test_client()
    browser.post("/login/", data={"username": LOGIN, "password": password}, headers={"Sec-Fetch-Site": "same-origin"})
    if browser.get("/").status_code != 200:
        raise AssertionError("the agent could not log in")
    held = browser.get_cookie("packdesk")
    if held is None:
        raise AssertionError("the session has no cookie")
    return f"{held.key}={held.value}"
