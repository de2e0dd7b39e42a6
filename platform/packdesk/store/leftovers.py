"""What a killed publish left in the database: found by comparing what is there with what any release knows, and dropped on request."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from packdesk.store.database import Database
from packdesk.store.inspection import Inspection, has_broken_index, inspect_storage
from packdesk.store.platform_tables import migration_step, number_sequence, release
from packdesk.store.releases import EXPANDING, StoredRelease, read_active, read_release, read_storage
from packdesk.store.storage_map import NOTHING, StorageMap
from packdesk.store.tables import ENGINE_TYPES

#: Columns that every table of a kind has, by the letter that its name begins with.
_BASE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "r": frozenset(ENGINE_TYPES),
        "l": frozenset({"id", "record_id", "position"}),
        "k": frozenset({"from_id", "to_type", "to_id", "position"}),
        "s": frozenset({"place", "record_id", "content"}),
    }
)
_SAFE = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something that no release knows, and the statements that remove it."""

    #: ``orphan_table``, ``orphan_column``, ``orphan_sequence``, ``invalid_index``, ``abandoned_release``.
    kind: str
    name: str
    table: str = ""
    statements: tuple[str, ...] = ()


def known_names(storage: StorageMap) -> Mapping[str, frozenset[str]]:
    """Return table -> stems of columns, of everything that the release reads or keeps retired."""
    stems: dict[str, set[str]] = {}
    retired = ((key.rpartition(":")[0], name) for key, name in storage.retired.items())
    everything = [*storage.physical.names.items(), *retired]
    tables = {key: name for key, name in everything if "." not in key}
    for key, name in everything:
        owner, dot, _path = key.partition(".")
        if dot and owner in tables:
            stems.setdefault(tables[owner], set()).add(name)
    known = {name: frozenset(stems.get(name, ())) for name in tables.values()}
    return known | {f"s_{name[2:]}": frozenset() for name in tables.values() if name.startswith("r_")}


def find(connection: Connection, storage: StorageMap, found: Inspection) -> tuple[Leftover, ...]:
    """Return what an abandoned expansion left beside the live release."""
    known = known_names(storage)
    return (
        *_orphan_columns(found, known),
        *_orphan_tables(found, known, connection.dialect),
        *_orphan_sequences(found, known, connection.dialect),
        *_invalid_indexes(found, connection.dialect),
        *_abandoned_releases(connection),
    )


def sweep(database: Database) -> tuple[Leftover, ...]:
    """Remove what abandoned publishes left and return it; needs the lock of publishing.

    A publish writes its release down before it touches a table, and that row is the last thing to go when it is swept. So where no
    such row and no half-built index stands, nothing was left, and nobody needs to look through all tables.
    """
    with database.begin() as connection:
        if not _abandoned(connection) and not has_broken_index(connection):
            return ()
        left = find(connection, live_storage(connection), inspect_storage(connection))
    remove(database, left)
    return left


def remove(database: Database, left: Sequence[Leftover]) -> None:
    """Run the statements that remove leftovers, each thing in a transaction of its own."""
    for one in left:
        if any("CONCURRENTLY" in statement for statement in one.statements):
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in one.statements:
                    connection.exec_driver_sql(statement)
        else:
            with database.begin(write=True) as connection:
                for statement in one.statements:
                    connection.exec_driver_sql(statement)


def live_storage(connection: Connection) -> StorageMap:
    """Return the storage map of the live release; the empty one before the first."""
    active = read_active(connection)
    return NOTHING if active is None else read_storage(connection, active.number)


def live_release(connection: Connection) -> StoredRelease | None:
    """Return the live release, or None before the first."""
    active = read_active(connection)
    return None if active is None else read_release(connection, active.number)


def _orphan_tables(found: Inspection, known: Mapping[str, frozenset[str]], dialect: Dialect) -> Iterator[Leftover]:
    orphans = [table for table in found.tables if table not in known]
    for table in sorted(orphans, key=lambda name: ("slkr".index(name[0]), name)):
        yield Leftover(kind="orphan_table", name=table, statements=drop_table(table, dialect))


def drop_table(table: str, dialect: Dialect) -> tuple[str, ...]:
    """Return the statements that drop a table with everything that hangs on it."""
    name = _safe(table)
    if dialect.name == "postgresql":
        return (f"DROP TABLE IF EXISTS {name} CASCADE",)
    return (*((f"DROP TABLE IF EXISTS {name}_fts",) if name.startswith("s_") else ()), f"DROP TABLE IF EXISTS {name}")


def _orphan_columns(found: Inspection, known: Mapping[str, frozenset[str]]) -> Iterator[Leftover]:
    for table, columns in found.tables.items():
        if table not in known:
            continue
        for column in columns:
            if column not in _BASE[table[0]] and column.partition("__")[0] not in known[table]:
                yield Leftover(kind="orphan_column", name=column, table=table, statements=drop_column(table, column, found))


def drop_column(table: str, column: str, found: Inspection) -> tuple[str, ...]:
    """Return the statements that drop a column; SQLite wants the indexes on it to go first."""
    drops = [f'DROP INDEX IF EXISTS "{index.name}"' for index in found.indexes.values() if index.table == table and column in index.columns]
    return (*drops, f"ALTER TABLE {_safe(table)} DROP COLUMN {_safe(column)}")


def _orphan_sequences(found: Inspection, known: Mapping[str, frozenset[str]], dialect: Dialect) -> Iterator[Leftover]:
    wanted = {f"q_{table[2:]}" for table in known if table.startswith("r_")}
    for name in sorted(found.sequences - wanted):
        sql = f"DROP SEQUENCE IF EXISTS {_safe(name)}" if dialect.name == "postgresql" else f"DELETE FROM {number_sequence.name} WHERE name = '{_safe(name)}'"  # noqa: S608 - a checked name
        yield Leftover(kind="orphan_sequence", name=name, statements=(sql,))


def _invalid_indexes(found: Inspection, dialect: Dialect) -> Iterator[Leftover]:
    for index in found.indexes.values():
        if not index.valid:
            quoted = dialect.identifier_preparer.quote(index.name)
            yield Leftover(kind="invalid_index", name=index.name, table=index.table, statements=(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted}",))


def _abandoned_releases(connection: Connection) -> Iterator[Leftover]:
    for number in _abandoned(connection):
        statements = (
            f"DELETE FROM {migration_step.name} WHERE release = {int(number)}",  # noqa: S608 - a number
            f"DELETE FROM {release.name} WHERE number = {int(number)} AND state = '{EXPANDING}'",  # noqa: S608 - a number
        )
        yield Leftover(kind="abandoned_release", name=str(number), statements=statements)


def _abandoned(connection: Connection) -> Sequence[int]:
    return connection.execute(sa.select(release.c.number).where(release.c.state == EXPANDING).order_by(release.c.number)).scalars().all()


def _safe(name: str) -> str:
    if not _SAFE.fullmatch(name):
        raise ValueError(f"{name!r} is not a physical name")
    return name


def described(left: Iterable[Leftover]) -> str:
    """Return leftovers in words."""
    return ", ".join(f"{one.kind} {one.table + '.' if one.table else ''}{one.name}" for one in left)
