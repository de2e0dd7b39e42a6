"""The installation that a command works on, found by the settings in the environment."""

import contextlib
import getpass
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from packdesk.errors import PackdeskError
from packdesk.records.context import Context, Door
from packdesk.runtime.values import SYSTEM, Actor
from packdesk.settings import Settings
from packdesk.store import migrations, people
from packdesk.store.database import Database
from packdesk.store.releases import ReleaseStore
from packdesk.web.secret_key import kept_key
from packdesk.web.services import Services
from packdesk.web.startup import open_services


@contextmanager
def opened() -> Iterator[Services]:
    """Open the installation for as long as the command runs; raises ``no_installation`` where nothing was published, ``no_home`` without its folder.

    Beginning makes a folder, a key and a database: a mistyped PACKDESK_HOME is to be seen, not furnished, so that it is looked for before.
    """
    settings = Settings.from_environment()
    if not is_begun(settings):
        raise PackdeskError("no_installation", home=str(settings.home), database=_shown(settings))
    _demand_home(settings)
    with opened_as_it_is(settings) as services:
        yield services


@contextmanager
def opened_or_begun() -> Iterator[Services]:
    """Open the installation for as long as the command runs, or begin one; raises ``no_home`` for one without its folder."""
    settings = Settings.from_environment()
    if is_begun(settings):
        _demand_home(settings)
    with contextlib.closing(open_services(settings)) as services:
        yield services


@contextmanager
def opened_as_it_is(settings: Settings) -> Iterator[Services]:
    """Open what there is, make nothing: a command signs nothing, so that where no key was kept, one for its time does."""
    with contextlib.closing(open_services(settings, kept_key(settings) or secrets.token_urlsafe())) as services:
        yield services


def _demand_home(settings: Settings) -> None:
    """Refuse a folder that does not exist though the database has an installation; only PostgreSQL's lies elsewhere."""
    if not settings.home.is_dir():
        raise PackdeskError("no_home", home=str(settings.home), database=_shown(settings))


def is_begun(settings: Settings) -> bool:
    """Say whether something was published in the database of the settings; makes nothing there."""
    if not has_database(settings):
        return False
    with contextlib.closing(Database(settings.database_url)) as database:
        return bool(migrations.current(database)) and ReleaseStore(database).active() is not None


def has_database(settings: Settings) -> bool:
    """Say whether there is a database: an SQLite file that exists, or any other, which nobody makes by connecting to it."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or (bool(url.database) and Path(str(url.database)).is_file())


def _shown(settings: Settings) -> str:
    """Return the address of the database without its password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


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
