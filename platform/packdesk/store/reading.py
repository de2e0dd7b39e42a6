"""Loading records by id, number or condition: one statement for the records and one per line group, however many there are."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from packdesk.runtime.values import Line, Record
from packdesk.store import access as access_rules
from packdesk.store import joined_names, presence
from packdesk.store.access import AccessFilter
from packdesk.store.codec import line_codec, record_codec
from packdesk.store.joined_names import Named
from packdesk.store.prepared import Prepared
from packdesk.store.presence import Absent
from packdesk.store.tables import Tables

_ID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Ids in one statement; both databases take more, plans don't get better.
_CHUNK = 500
_Select = sa.Select[*tuple[object, ...]]


class LazyLines(Mapping[str, tuple[Line, ...]]):
    """A record's lines, each group read when somebody first asks: most records reached over a relation are asked for a name only."""

    def __init__(self, groups: Iterable[str], read: Callable[[str], tuple[Line, ...]]) -> None:
        """Know the groups, and how to read one."""
        self._groups = tuple(groups)
        self._read = read
        self._found: dict[str, tuple[Line, ...]] = {}

    def __getitem__(self, group: str) -> tuple[Line, ...]:
        """Return the lines of a group."""
        if group not in self._groups:
            raise KeyError(group)
        if group not in self._found:
            self._found[group] = self._read(group)
        return self._found[group]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the groups."""
        return iter(self._groups)

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self._groups)

    def __repr__(self) -> str:
        """Return the groups, without reading."""
        return f"LazyLines{self._groups}"


def is_id(reference: str) -> bool:
    """Say whether a text is an id, in contrast to a number."""
    return _ID.fullmatch(reference) is not None


def one(
    connection: Connection, tables: Tables, entity_type: str, reference: str, *, access: AccessFilter | None = None, for_update: bool = False
) -> Record | None:
    """Return the live record with this id or number, its lines read on demand; None also where the filter doesn't let it be seen."""
    codec = record_codec(tables, entity_type)
    if access is None:
        rows = _named(connection, tables, entity_type, reference, for_update, lambda query: query.with_for_update() if for_update else query)
    else:
        table = tables.record(entity_type)
        name = "id" if is_id(reference) else "number"
        query = sa.select(*codec.columns).where(table.c[name] == reference, table.c.deleted_at.is_(None))
        query = query.where(access_rules.condition(tables, entity_type, access)).prefix_with(tables.stamp(entity_type))
        rows = [] if "\0" in reference else list(connection.execute(query.with_for_update(of=table) if for_update else query))
    return with_lazy_lines(connection, tables, [codec.record(rows[0])])[0] if rows else None


class Lock(Enum):
    """How a record is held until the transaction ends; SQLite, where writers queue, needs neither."""

    #: Nobody deletes it. Others may change it, and hold it so too.
    THERE = "there"
    #: Nobody else changes or deletes it.
    MINE = "mine"


def one_locked(connection: Connection, tables: Tables, entity_type: str, reference: str, lock: Lock) -> Record | None:
    """Return the live record with this id or number as it is now, locked, its lines read on demand."""
    rows = _named(connection, tables, entity_type, reference, lock, lambda query: query.with_for_update(read=lock is Lock.THERE, key_share=True))
    return with_lazy_lines(connection, tables, [record_codec(tables, entity_type).record(rows[0])])[0] if rows else None


def one_with_names(
    connection: Connection, tables: Tables, entity_type: str, reference: str, named: tuple[Named, ...]
) -> tuple[Record, Mapping[tuple[str, str], Record], Absent] | None:
    """Return the live record with this id or number and, read with it, what is wanted of the records that its references name, and what it has not."""
    codec = record_codec(tables, entity_type)
    rows = _named(
        connection,
        tables,
        entity_type,
        reference,
        named,
        lambda query: joined_names.joined(tables, codec, query, (), named, presence.questions(tables, entity_type)),
    )
    if not rows:
        return None
    own, others = len(codec.columns), len(rows[0]) - joined_names.width(tables, named)
    absent = presence.answers(tables, entity_type, rows[0][own:others])
    found = with_lazy_lines(connection, tables, [codec.record(rows[0][:own])], absent.groups)[0]
    return found, joined_names.read(tables, rows, others, named), absent


def _named(  # noqa: PLR0917 - where, what, and what for
    connection: Connection, tables: Tables, entity_type: str, reference: str, purpose: object, made: Callable[[_Select], _Select]
) -> list[Sequence[object]]:
    """Return the row of the live record with this id or number, or nothing; the statement is ``made`` once per release and purpose."""
    if "\0" in reference:  # which PostgreSQL doesn't take as text
        return []
    name = "id" if is_id(reference) else "number"
    key = ("named", entity_type, name, purpose)
    if key not in tables.memo:
        table = tables.record(entity_type)
        query = sa.select(*record_codec(tables, entity_type).columns).where(table.c[name] == sa.bindparam("reference"), table.c.deleted_at.is_(None))
        tables.memo[key] = Prepared(made(query), connection.dialect, tables.stamp(entity_type))
    rows: list[Sequence[object]] = tables.memo[key].rows(connection, {"reference": reference})
    return rows


def many(connection: Connection, tables: Tables, entity_type: str, ids: Iterable[str], paths: tuple[str, ...] | None = None) -> dict[str, Record]:
    """Return the live records with these ids, their lines read on demand, for all of them at once.

    With ``paths`` they hold only these fields beside id, number and version, and no lines.
    """
    wanted = sorted(set(ids))
    table, codec = tables.record(entity_type), record_codec(tables, entity_type, paths)
    key = ("many", entity_type, paths)
    if key not in tables.memo:
        query = sa.select(*codec.columns).where(among(tables, table.c.id, "ids"), table.c.deleted_at.is_(None))
        tables.memo[key] = Prepared(query, connection.dialect, tables.stamp(entity_type))
    found: list[Record] = []
    for start in range(0, len(wanted), _CHUNK):
        rows = tables.memo[key].rows(connection, {"ids": as_list(tables, wanted[start : start + _CHUNK])})
        records = [codec.record(row) for row in rows]
        found += records if paths is not None else with_lazy_lines(connection, tables, records)
    return {record.id: record for record in found}


def among(tables: Tables, column: sa.Column[object], name: str) -> sa.ColumnElement[bool]:
    """Return the condition that the column holds one of the texts in a parameter of this name; its text is the same for any number."""
    if tables.dialect == "sqlite":
        listed = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(sa.Text)))


def as_list(tables: Tables, texts: Sequence[str]) -> object:
    """Return texts as the value of such a parameter."""
    return orjson.dumps(texts).decode() if tables.dialect == "sqlite" else list(texts)


def where(
    connection: Connection, tables: Tables, entity_type: str, condition: sa.ColumnElement[bool], *, order: tuple[sa.ColumnElement[object], ...] | None = None
) -> list[Record]:
    """Return the live records under a condition, oldest first, their lines read on demand for all of them at once."""
    table = tables.record(entity_type)
    codec = record_codec(tables, entity_type)
    query = sa.select(*codec.columns).where(condition, table.c.deleted_at.is_(None)).prefix_with(tables.stamp(entity_type))
    rows = connection.execute(query.order_by(*((table.c.created_at, table.c.number) if order is None else order))).all()
    return with_lazy_lines(connection, tables, [codec.record(row) for row in rows])


def naming(connection: Connection, tables: Tables, entity_type: str, path: str, ids: Sequence[str]) -> list[Record]:
    """Return the live records whose reference names one of these, oldest first, their lines read on demand for all of them at once."""
    codec = record_codec(tables, entity_type)
    key = ("naming", entity_type, path)
    if key not in tables.memo:
        table = tables.record(entity_type)
        query = sa.select(*codec.columns).where(among(tables, tables.column(entity_type, path), "ids"), table.c.deleted_at.is_(None))
        tables.memo[key] = Prepared(query.order_by(table.c.created_at, table.c.number), connection.dialect, tables.stamp(entity_type))
    rows = tables.memo[key].rows(connection, {"ids": as_list(tables, ids)})
    return with_lazy_lines(connection, tables, [codec.record(row) for row in rows])


def with_lazy_lines(connection: Connection, tables: Tables, records: list[Record], empty: frozenset[str] = frozenset()) -> list[Record]:
    """Return the records of one type with lines that are read, group by group, for all of them when the first is asked.

    Groups that are known to be ``empty`` are not asked for.
    """
    if not records:
        return records
    entity_type = records[0].entity_type
    groups = tuple(tables.model.entity_types[entity_type].lines)
    if not groups:
        return records
    ids = tuple(record.id for record in records)
    read: dict[str, dict[str, dict[str, tuple[Line, ...]]]] = {}

    def lines(record_id: str, group: str) -> tuple[Line, ...]:
        if group in empty:
            return ()
        if group not in read:
            read[group] = lines_of(connection, tables, entity_type, ids, (group,))
        return read[group][record_id][group]

    return [Record(entity_type, record.values, LazyLines(groups, partial(lines, record.id))) for record in records]


def whole(record: Record) -> Record:
    """Return the record with its lines read, to outlive the transaction."""
    return Record(record.entity_type, record.values, dict(record.lines))


def with_lines(connection: Connection, tables: Tables, records: list[Record], groups: Iterable[str]) -> list[Record]:
    """Return the records of one type with their lines of these groups."""
    if not records:
        return records
    found = lines_of(connection, tables, records[0].entity_type, tuple(record.id for record in records), groups)
    return [Record(record.entity_type, record.values, found[record.id]) for record in records]


def lines_of(
    connection: Connection, tables: Tables, entity_type: str, ids: tuple[str, ...], only: Iterable[str] | None = None
) -> dict[str, dict[str, tuple[Line, ...]]]:
    """Return the lines by record and group, one statement per group (and per 500 records)."""
    groups = tuple(tables.model.entity_types[entity_type].lines if only is None else only)
    found: dict[str, dict[str, list[Line]]] = {record_id: {group: [] for group in groups} for record_id in ids}
    for group in groups:
        codec = line_codec(tables, entity_type, group)
        for row in _line_rows(connection, tables, entity_type, group, ids):
            found[str(row[0])][group].append(Line(str(row[1]), codec.decode(row, 2)))
    return {record_id: {group: tuple(lines) for group, lines in of.items()} for record_id, of in found.items()}


def _line_rows(connection: Connection, tables: Tables, entity_type: str, group: str, ids: tuple[str, ...]) -> Iterator[Sequence[object]]:
    table = tables.lines(entity_type, group)
    columns = (table.c.record_id, table.c.id, *line_codec(tables, entity_type, group).columns)
    if len(ids) == 1:
        key = ("lines", entity_type, group)
        if key not in tables.memo:
            query = sa.select(*columns).where(table.c.record_id == sa.bindparam("record_id")).order_by(table.c.position, table.c.id)
            tables.memo[key] = Prepared(query, connection.dialect, tables.stamp(entity_type))
        yield from tables.memo[key].rows(connection, {"record_id": ids[0]})
        return
    key = ("lines of many", entity_type, group)
    if key not in tables.memo:
        query = sa.select(*columns).where(among(tables, table.c.record_id, "ids")).order_by(table.c.record_id, table.c.position, table.c.id)
        tables.memo[key] = Prepared(query, connection.dialect, tables.stamp(entity_type))
    for start in range(0, len(ids), _CHUNK):
        yield from tables.memo[key].rows(connection, {"ids": as_list(tables, ids[start : start + _CHUNK])})
