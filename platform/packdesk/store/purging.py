"""Drops what is retired, for good and only on an explicit word: the one place where something that a person entered is deleted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.store.database import Database
from packdesk.store.inspection import inspect_storage
from packdesk.store.leftovers import drop_column, drop_table, live_release
from packdesk.store.platform_tables import number_sequence, release
from packdesk.store.publish_lock import publishing
from packdesk.store.releases import StoredRelease
from packdesk.store.storage_map import StorageMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Purgeable:
    """A retired table or column, with how much would be deleted; ``about`` is the word that confirms it."""

    #: ``visit.size`` or ``visit#guests``, with the kind that it had: ``visit.size:string``.
    about: str
    table: str
    #: Empty for a whole table.
    column: str
    #: Rows, or values that are not empty.
    count: int

    def to_json(self) -> dict[str, Json]:
        """Return the entry as JSON."""
        return {"about": self.about, "table": self.table, "column": self.column, "count": self.count}


def purgeable(database: Database) -> tuple[Purgeable, ...]:
    """Return everything that is retired, with its counts; reads only."""
    with database.begin() as connection:
        stored = live_release(connection)
        return () if stored is None else _purgeable(connection, stored.storage)


def purge(database: Database, confirmed: Collection[str]) -> tuple[Purgeable, ...]:
    """Drop the retired things that are named and return them; raises ``not_retired`` for anything that is not retired.

    Older releases can still be rolled back to; what was purged comes back empty.
    """
    with publishing(database):
        there = {one.about: one for one in purgeable(database)}
        for about in confirmed:
            if about not in there:
                raise PackdeskError("not_retired", name=about, retired=", ".join(there) or "nothing")
        gone = tuple(one for about, one in there.items() if about in confirmed)
        with database.begin(write=True) as connection:
            stored = live_release(connection)
            if stored is not None and gone:
                _forget(connection, stored, frozenset(one.about for one in gone))
                _drop(connection, gone)
    return gone


def _purgeable(connection: Connection, storage: StorageMap) -> tuple[Purgeable, ...]:
    found = inspect_storage(connection)
    everything = {**storage.physical.names, **{about.rpartition(":")[0]: name for about, name in storage.retired.items() if "." not in about}}
    entries = []
    for about, name in storage.retired.items():
        key, dot, _path = about.partition(".")
        table = everything.get(key, "") if dot else name
        retired_table = f"{key}:" in storage.retired
        if table not in found.tables or (dot and retired_table):
            continue
        columns = [column for column in found.tables[table] if dot and column.partition("__")[0] == name]
        filled = sa.or_(*(sa.column(column).is_not(None) for column in columns)) if columns else sa.true()
        count = int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(table)).where(filled)).scalar_one())
        entries.append(Purgeable(about=about, table=table, column=name if dot else "", count=count))
    return tuple(entries)


def _forget(connection: Connection, stored: StoredRelease, gone: frozenset[str]) -> None:
    """Take the names out of the live release's map; they stay taken, so that nothing else gets them."""
    tables = {about[:-1] for about in gone if about.endswith(":")}
    stay: Mapping[str, str] = {about: name for about, name in stored.storage.retired.items() if about not in gone and about.partition(".")[0] not in tables}
    storage = replace(stored.storage, retired=MappingProxyType(dict(stay)))
    connection.execute(sa.update(release).where(release.c.number == stored.number).values(physical=storage.to_json()))


def _drop(connection: Connection, gone: tuple[Purgeable, ...]) -> None:
    found = inspect_storage(connection)
    for one in sorted(gone, key=lambda entry: ("klr".index(entry.table[0]), entry.table)):
        if one.column:
            columns = [column for column in found.tables[one.table] if column.partition("__")[0] == one.column]
            statements = [statement for column in columns for statement in drop_column(one.table, column, found)]
        else:
            owned = [f"s_{one.table[2:]}"] if one.table.startswith("r_") else []
            statements = [statement for table in (*owned, one.table) for statement in drop_table(table, connection.dialect)]
            connection.execute(sa.delete(number_sequence).where(number_sequence.c.name == f"q_{one.table[2:]}"))
            if connection.dialect.name == "postgresql" and one.table.startswith("r_"):
                statements.append(f"DROP SEQUENCE IF EXISTS q_{one.table[2:]}")
        for statement in statements:
            connection.exec_driver_sql(statement)
