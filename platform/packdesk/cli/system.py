"""The installation that a command works on, found by the settings in the environment."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from packdesk.errors import PackdeskError
from packdesk.records.context import Context, Door
from packdesk.runtime.values import SYSTEM, Actor
from packdesk.settings import Settings
from packdesk.store import people
from packdesk.web.services import Services
from packdesk.web.startup import open_services


@contextmanager
def opened() -> Iterator[Services]:
    """Open the installation's database for as long as the command runs."""
    services = open_services(Settings.from_environment())
    try:
        yield services
    finally:
        services.database.close()


def author() -> str:
    """Return who runs the command, for the history of releases: the account of the machine."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError):
        return "command line"


def context_for(services: Services, login: str, door: Door) -> Context:
    """Return the context of a use case that a person, or without a login the system, runs from the command line."""
    who = _actor(services, login) if login else SYSTEM
    return Context(actor=who, clock=services.clock, live=services.live, database=services.database, door=door, language=who.language, kit=services.kit)


def _actor(services: Services, login: str) -> Actor:
    """Return the person with the login; raises ``bad_parameter``."""
    runtime = services.live.current().runtime
    with services.database.begin(write=False) as connection:
        found = people.load_actor(connection, login, runtime)
    if found is None:
        raise PackdeskError("bad_parameter", name="--as", reason=f"there is no active user '{login}'")
    return found
