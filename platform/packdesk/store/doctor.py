"""Examines a database: what killed publishes left, what is unfinished, and whether the tables are those of the live release.

Findings are data; ``clean`` removes or repairs what it is given and says what it did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.model.nodes import Json
from packdesk.packs.build import build
from packdesk.store.blobs import Blobs
from packdesk.store.database import Database
from packdesk.store.executing import Progress, silent
from packdesk.store.expansion import Ddl, as_found, column_types, contraction, expansion
from packdesk.store.inspection import inspect_storage
from packdesk.store.leftovers import Leftover, find, live_release, remove
from packdesk.store.migrate_values import finish
from packdesk.store.platform_tables import attachment, idempotency, outbox
from packdesk.store.publish_lock import publishing
from packdesk.store.publishing import contract, expand_live
from packdesk.store.releases import StoredRelease, read_failures, read_pending
from packdesk.store.request_keys import LIFETIME
from packdesk.store.steps import sentence
from packdesk.store.storage_map import NOTHING
from packdesk.store.tables import Tables

#: A file younger than this may still get the row that names it.
_YOUNG = timedelta(hours=1)
_ADVICE = {
    "orphan_table": "No release knows this table; clean drops it.",
    "orphan_column": "No release knows this column; clean drops it.",
    "orphan_sequence": "No release knows this number sequence; clean drops it.",
    "invalid_index": "Its build was killed; clean drops it and builds it again if it is wanted.",
    "abandoned_release": "A publish was killed before it went live; clean forgets it.",
    "unfinished_migration": "A publish was killed after it went live; clean finishes it.",
    "orphan_file": "No record has this file; clean removes it.",
    "unwanted_index": "The live release has no use for this index; clean drops it.",
    "missing": "The live release needs this; clean makes it.",
    "orphan_key": "Requests left these keys behind, long ago or without an answer; clean forgets them.",
    "stale_lease": "Who was to deliver these died; clean gives them back.",
    "wrong_type": "The column is not of the type that the live release reads; restore it from a backup.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that is not as it should be."""

    kind: str
    name: str
    table: str = ""
    advice: str = ""
    #: Whether ``clean`` can do something about it.
    curable: bool = True

    def to_json(self) -> dict[str, Json]:
        """Return the finding as JSON."""
        return {"kind": self.kind, "name": self.name, "table": self.table, "advice": self.advice, "curable": self.curable}


def examine(database: Database, clock: Clock, blobs: Blobs | None = None) -> tuple[Diagnosis, ...]:
    """Return everything that is not as it should be; reads only. What a running publish is busy with shows up too."""
    with database.begin() as connection:
        release = live_release(connection)
        found = inspect_storage(connection)
        storage = NOTHING if release is None else release.storage
        left = find(connection, storage, found)
        diagnoses = [_diagnosis(one.kind, one.name, one.table) for one in left]
        if release is not None:
            diagnoses += _unfinished(connection, release.number)
            diagnoses += _differences(connection, release, {one.name for one in left})
        diagnoses += [_diagnosis("orphan_file", digest) for digest in _orphan_files(connection, clock, blobs)]
        diagnoses += [_diagnosis(kind, str(count), table.name) for kind, table, left in _left_rows(clock) if (count := _count(connection, table, left))]
    return tuple(diagnoses)


def clean(database: Database, clock: Clock, blobs: Blobs | None = None, progress: Progress = silent) -> tuple[Diagnosis, ...]:
    """Remove leftovers, finish migrations as far as their data lets, build what is missing; returns what was found before.

    Waits for nobody: ``publish_running``.
    """
    with publishing(database):
        before = examine(database, clock, blobs)
        _remove_leftovers(database)
        expand_live(database)
        contract(database)
        finish(database, clock, progress)
        _clear_rows(database, clock)
        _remove_files(blobs, (one.name for one in before if one.kind == "orphan_file"))
    return before


def _remove_leftovers(database: Database) -> None:
    with database.begin() as connection:
        release = live_release(connection)
        left: Sequence[Leftover] = find(connection, NOTHING if release is None else release.storage, inspect_storage(connection))
    remove(database, left)


def _unfinished(connection: Connection, number: int) -> list[Diagnosis]:
    """Return the steps of the live release that are not done; one that a record stops is done once somebody changed that record."""
    failures = read_failures(connection, number)
    found = [(_diagnosis("unfinished_migration", sentence(step)), failures.get(ordinal, "")) for ordinal, step, _cursor in read_pending(connection, number)]
    return [replace(one, advice=failure, curable=False) if failure else one for one, failure in found]


def _left_rows(clock: Clock) -> tuple[tuple[str, sa.Table, sa.ColumnElement[bool]], ...]:
    """Return what dead processes leave in tables: keys that nobody asks for any more, and leases that nobody gives back."""
    now = clock.now()
    key = sa.or_(idempotency.c.expires < now - LIFETIME, idempotency.c.response.is_(None))
    return (("orphan_key", idempotency, key), ("stale_lease", outbox, sa.and_(outbox.c.owner.is_not(None), outbox.c.lease_until < now)))


def _count(connection: Connection, table: sa.Table, left: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(left)).scalar_one())


def _clear_rows(database: Database, clock: Clock) -> None:
    (_keys, keys, orphan), (_leases, leases, stale) = _left_rows(clock)
    with database.begin(write=True) as connection:
        connection.execute(keys.delete().where(orphan))
        connection.execute(leases.update().where(stale).values(owner=None, lease_until=None))


def _remove_files(blobs: Blobs | None, digests: Iterable[str]) -> None:
    if blobs is not None:
        for digest in digests:
            blobs.remove(digest)


def _differences(connection: Connection, release: StoredRelease, named: set[str]) -> list[Diagnosis]:
    tables = Tables(build(release.merged), release.physical, connection.dialect.name)
    found = inspect_storage(connection)
    missing: Sequence[Ddl] = [one for one in expansion(tables, found, connection.dialect) if one.name not in named]
    diagnoses = [_diagnosis("missing", one.name, one.table) for one in missing]
    diagnoses += [_diagnosis("unwanted_index", one.name, one.table) for one in contraction(tables, found, connection.dialect)]
    for table, columns in column_types(tables, connection.dialect).items():
        actual = found.tables.get(table, {})
        wrong = [column for column, kind in columns.items() if column in actual and as_found(actual[column]) != kind]
        diagnoses += [_diagnosis("wrong_type", column, table, curable=False) for column in wrong]
    return diagnoses


def _orphan_files(connection: Connection, clock: Clock, blobs: Blobs | None) -> list[str]:
    if blobs is None:
        return []
    known = set(connection.execute(sa.select(attachment.c.digest).distinct()).scalars())
    return [digest for digest in blobs.digests(clock.now() - _YOUNG) if digest not in known]


def _diagnosis(kind: str, name: str, table: str = "", *, curable: bool = True) -> Diagnosis:
    return Diagnosis(kind=kind, name=name, table=table, advice=_ADVICE[kind], curable=curable)
