"""``packdesk doctor``: whether the installation is as it should be, what killed publishes left, and, on request, putting it right."""

import argparse
from collections.abc import Mapping

from packdesk.cli.command import OK, REFUSED, Command, add_format
from packdesk.cli.output import Output
from packdesk.cli.progress import progress_of
from packdesk.cli.system import has_database, opened_as_it_is
from packdesk.settings import Settings
from packdesk.store import migrations
from packdesk.store.blobs import Blobs
from packdesk.store.doctor import Diagnosis, clean, examine
from packdesk.store.releases import ReleaseStore
from packdesk.web.services import Services

_BEGIN = "'packdesk serve' sets everything up at its start."


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--clean", action="store_true", help="remove leftovers, finish migrations, make what is missing")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Examine, and clean if asked; 1 when something is not as it should be afterwards."""
    settings = Settings.from_environment()
    if not settings.home.is_dir() or not has_database(settings):
        # Opening would make folder and database: a mistyped PACKDESK_HOME is to be seen, not furnished.
        output.result({"home": str(settings.home), "installed": False}, f"home: {settings.home}\nThere is no installation here. {_BEGIN}")
        return REFUSED
    with opened_as_it_is(settings) as services:
        facts = _facts(services)
        found = _examined(services) if facts["pending_migrations"] is False else ()
        if arguments.clean and found:
            clean(services.database, services.clock, _blobs(services), progress_of(output))
            left = _examined(services)
        else:
            left = found
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in facts.items()]
    # What is left may be told otherwise than before it was tried: a step that a record stops names that record.
    remaining = {(one.kind, one.table, one.name) for one in left}
    lines += [_sentence(one, cured=True) for one in found if (one.kind, one.table, one.name) not in remaining]
    lines += [_sentence(one, cured=False) for one in left]
    lines += [] if found else [_health(facts)]
    output.result({**facts, "found": [one.to_json() for one in found], "left": [one.to_json() for one in left]}, "\n".join(lines))
    return REFUSED if left or facts["pending_migrations"] else OK


def _health(facts: Mapping[str, object]) -> str:
    """Return what is to be said where no leftover was found."""
    if not facts["pending_migrations"]:
        return "Everything is as it should be." if facts["release"] is not None else f"Nothing is published yet. {_BEGIN}"
    return f"The platform's tables are missing or of an earlier version. {_BEGIN}"


def _facts(services: Services) -> dict[str, object]:
    """Return what the installation runs on; addresses without user and password."""
    pending = migrations.pending(services.database)
    active = None if pending else ReleaseStore(services.database).active()
    return {
        "home": str(services.settings.home),
        "database": services.database.engine.url.render_as_string(hide_password=True),
        "redis": bool(services.settings.redis_url),
        "pending_migrations": pending,
        "release": None if active is None else active.number,
        "operations": sorted(services.kit.operations.by_name),
    }


def _blobs(services: Services) -> Blobs:
    """Return the store of files."""
    return Blobs(services.settings.home)


def _examined(services: Services) -> tuple[Diagnosis, ...]:
    """Return what is not as it should be."""
    return examine(services.database, services.clock, _blobs(services))


def _sentence(one: Diagnosis, *, cured: bool) -> str:
    """Return a finding as a line."""
    place = f"{one.table}.{one.name}" if one.table and one.table != one.name else one.name
    return f"{'cleaned' if cured else one.kind}: {place}. {'' if cured else one.advice}".rstrip()


COMMAND = Command(name="doctor", help="Examine the installation, and put it right with --clean.", arguments=_arguments, run=_run)
