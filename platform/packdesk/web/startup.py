"""Bringing a system up: tables of the platform, the first release, and the parts that every request needs."""

from collections.abc import Callable

from packdesk.clock import SystemClock
from packdesk.errors import PackdeskError, Severity, render
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import find_pack
from packdesk.records.kit import Kit
from packdesk.records.operations import installed
from packdesk.runtime.compile import check
from packdesk.runtime.values import SYSTEM
from packdesk.settings import Settings
from packdesk.store import migrations, people
from packdesk.store.blobs import Blobs
from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import publish
from packdesk.store.releases import ReleaseStore
from packdesk.web.secret_key import secret_key
from packdesk.web.services import Services
from packdesk.web.tokens import Tokens

BASE_PACK = "care"


def open_services(settings: Settings, key: str = "") -> Services:
    """Return the parts of a system, connected to its database; nothing is changed there."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    return Services(
        settings=settings,
        database=database,
        live=LiveRuntime(database),
        tokens=Tokens(key or secret_key(settings)),
        kit=Kit(operations=installed(), files=Blobs(settings.home)),
        clock=SystemClock(),
    )


def prepare(services: Services, progress: Callable[[str], None] = lambda _: None) -> None:
    """Bring the platform's own tables forward, and publish the packs of the settings where nothing was published yet."""
    migrations.upgrade(services.database)
    if ReleaseStore(services.database).active() is None:
        progress("publishing the first release")
        publish_first(services)


def publish_first(services: Services) -> int:
    """Publish the packs of the settings, else the base pack, as the first release; return its number."""
    loaded = load([find_pack(name) for name in services.settings.packs or (BASE_PACK,)])
    problems = loaded.problems if loaded.merged is None else (*loaded.problems, *check(build(loaded.merged)))
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if loaded.merged is None or errors:
        raise PackdeskError("pack_refused", count=len(errors), problems=render(errors))
    first = plan(services.database, loaded.merged, services.clock)
    return publish(services.database, first, None, actor=SYSTEM.login, note="first start", clock=services.clock)


def role_names(services: Services) -> tuple[str, ...]:
    """Return the roles of the release in force."""
    return tuple(services.live.current().runtime.model.roles)


def bump_epoch(services: Services) -> None:
    """Make every process forget the rights it remembers."""
    with services.database.begin(write=True) as connection:
        people.bump_security_epoch(connection)
