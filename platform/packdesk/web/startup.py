"""Bringing a system up: tables of the platform, the first release, and the parts that every request needs."""

import logging
from collections.abc import Callable

from packdesk.clock import SystemClock
from packdesk.errors import PackdeskError, Severity, render
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import find_pack
from packdesk.records.kit import Kit
from packdesk.records.operations import installed, unknown_operations
from packdesk.runtime.compile import check
from packdesk.runtime.values import SYSTEM
from packdesk.settings import Settings
from packdesk.store import migrations, people
from packdesk.store.blobs import Blobs
from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import publish, resume
from packdesk.store.releases import ReleaseStore
from packdesk.web.secret_key import secret_key
from packdesk.web.services import Services
from packdesk.web.tokens import Tokens

BASE_PACK = "care"
_LOG = logging.getLogger("packdesk.web")


def open_services(settings: Settings, key: str = "") -> Services:
    """Return the parts of a system, connected to its database; nothing is changed there."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database, operations = Database(settings.database_url), installed()
    return Services(
        settings=settings,
        database=database,
        live=LiveRuntime(database, operations.contracts),
        tokens=Tokens(key or secret_key(settings)),
        kit=Kit(operations=operations, files=Blobs(settings.home)),
        clock=SystemClock(),
    )


def prepare(services: Services, progress: Callable[[str], None] = lambda _: None) -> None:
    """Bring the platform's own tables forward, and publish the packs of the settings where nothing was published yet."""
    migrations.upgrade(services.database)
    resume(services.database, services.clock, lambda what, _count: progress(what))
    if ReleaseStore(services.database).active() is None:
        progress("publishing the first release")
        publish_first(services)
    for problem in unknown_operations(services.live.current().runtime.model, services.kit.operations):
        _LOG.warning("%s The actions that call it are switched off. %s", problem.message, problem.advice)


def publish_first(services: Services) -> int:
    """Publish the packs of the settings, else the base pack, as the first release; return its number."""
    loaded = load([find_pack(name) for name in services.settings.packs or (BASE_PACK,)])
    problems = loaded.problems
    if loaded.merged is not None:
        model, operations = build(loaded.merged), services.kit.operations
        problems = (*problems, *unknown_operations(model, operations), *check(model, operations.contracts))
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
