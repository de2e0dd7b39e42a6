"""Indexes of a release's tables, for whoever compares them with those of the database or reads what a unique one refused.

A process that answers requests has no use for them, and they are half of what its tables would cost; so they are made here and not
with the tables.
"""

import hashlib
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

import sqlalchemy as sa

from packdesk.model.entity_types import EntityType, Kind
from packdesk.model.views import Layout
from packdesk.store.long_texts import ROOM, SHORT, beginning, digest, digest_of, width
from packdesk.store.physical import link_key
from packdesk.store.tables import ENGINE_TYPES, Stored, Tables, fields_by_path

_LONGEST = 63
#: What takes more bytes than that stands in a crowded unique index by its digest.
_WIDE = 300
#: Columns of the engine by which every type has an index already.
_ORDERED = frozenset({"id", "number", "created_at", "updated_at"})
_LOOKED_UP = frozenset({Kind.REFERENCE, Kind.PHONE, Kind.EMAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """A unique index on the records of a type, and the field paths that it keeps unique."""

    name: str
    columns: tuple[sa.Column[object], ...]
    paths: tuple[str, ...]
    #: Which of the columns stand in the index by their digest, because the texts would not fit.
    digested: frozenset[str] = frozenset()

    @property
    def expressions(self) -> tuple[sa.ColumnElement[object], ...]:
        """Return what the index holds of each column."""
        return tuple(digest(column) if column.name in self.digested else column for column in self.columns)

    def same(self, values: Iterable[object]) -> Iterator[sa.ColumnElement[bool]]:
        """Yield the conditions that a row holds these values, as the index answers them."""
        for column, value in zip(self.columns, values, strict=True):
            if column.name in self.digested:
                yield digest(column) == digest_of(str(value))
            yield column == value


def indexed(tables: Tables, entity_type: str) -> tuple[sa.Table, ...]:
    """Return every table of a type with its indexes, parents first: records, lines, links, search."""
    if not tables.record(entity_type).indexes:
        _add_indexes(tables, tables.model.entity_types[entity_type])
    return tables.of_type(entity_type)


def unique_indexes(tables: Tables, entity_type: str) -> tuple[Unique, ...]:
    """Return the unique indexes on the records of a type: on the number, and on what the packs want unique."""
    entity = tables.model.entity_types[entity_type]
    declared = [(path,) for path, field in fields_by_path(entity).items() if field.unique]
    wanted = dict.fromkeys([("number",), *declared, *(tuple(paths) for paths in entity.unique.values())])
    columns = {paths: tuple(column for path in paths for column in _columns_of(tables, entity_type, path)) for paths in wanted}
    return tuple(_unique(tables, entity_type, paths, found) for paths, found in columns.items())


def unique_alone(tables: Tables, entity_type: str, path: str) -> Unique | None:
    """Return the index that keeps a field unique by itself, where its texts stand there by their digest; None where the column itself does."""
    if not tables.is_long(entity_type, path) or not fields_by_path(tables.model.entity_types[entity_type])[path].unique:
        return None
    return _unique(tables, entity_type, (path,), _columns_of(tables, entity_type, path))


def has_crowded_index(tables: Tables, entity_type: str) -> bool:
    """Say whether an index of the type has texts that may not fit; asks the model alone, because a publish asks for every type."""
    if tables.dialect != "postgresql":
        return False
    entity = tables.model.entity_types[entity_type]
    fields = fields_by_path(entity)
    alone = ((path,) for path, field in fields.items() if field.unique)
    lists = (view for view in tables.model.views.values() if view.entity_type == entity_type and view.layout is Layout.LIST)
    sorts = (tuple(order) for view in lists for order in view.orders)
    return any(sum(width(fields[path]) if path in fields else SHORT for path in paths) > ROOM - SHORT for paths in (*alone, *entity.unique.values(), *sorts))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What an index holds so that a list is read in its order: the names of its parts, and the parts."""

    names: tuple[str, ...]
    parts: tuple[sa.ColumnElement[object], ...]


def _unique(tables: Tables, entity_type: str, paths: tuple[str, ...], columns: tuple[sa.Column[object], ...]) -> Unique:
    widths = {column.name: _width(tables, entity_type, path) for path in paths for column in _columns_of(tables, entity_type, path)}
    crowded = tables.dialect == "postgresql" and sum(widths.values()) > ROOM
    digested = frozenset(name for name, taken in widths.items() if crowded and taken > _WIDE)
    ends = tuple(f"{column.name}__md5" if column.name in digested else column.name for column in columns)
    return Unique(name=_name(tables.record(entity_type), ends), columns=columns, paths=paths, digested=digested)


def _width(tables: Tables, entity_type: str, path: str) -> int:
    stored = tables.stored(entity_type).get(path)
    return SHORT if stored is None else stored.width


def _add_indexes(tables: Tables, entity: EntityType) -> None:
    _index_records(tables, entity)
    for group in entity.lines:
        table = tables.lines(entity.id, group)
        _index(table, (table.c.record_id, table.c.position))
        for stored in tables.stored_lines(entity.id, group).values():
            for column in _looked_up(stored) if tables.dialect == "sqlite" or stored.width <= ROOM else ():
                _index(table, (column,))
    for relation in entity.relations.values():
        if link_key(entity.id, relation.id) in tables.physical:
            table = tables.links(entity.id, relation.id)
            _index(table, (table.c.to_id, table.c.to_type))
            if not relation.many:
                _index(table, (table.c.from_id,), unique=True)


def _index_records(tables: Tables, entity: EntityType) -> None:
    table, stored = tables.record(entity.id), tables.stored(entity.id)
    live = table.c.deleted_at.is_(None)
    number, *declared = unique_indexes(tables, entity.id)
    _index_parts(table, number.name, number.expressions, unique=True)
    _index(table, (table.c.created_at, table.c.id), where=live)
    _index(table, (table.c.updated_at, table.c.id), where=live)
    for path in _filtered(tables, entity):
        _index(table, (table.c[path], table.c.created_at, table.c.id), where=live)
    if entity.access.value == "explicit" and tables.dialect == "postgresql":
        # SQLite, which has no statistics, would prefer it to the index that gives the order, and sort all of a group's records.
        _index(table, (table.c.owner_unit, table.c.privacy_level, table.c.created_at), where=live)
    for one in declared:
        _index_parts(table, one.name, one.expressions, unique=True, where=live)
    alone = {one.paths for one in declared}
    for field in stored.values():
        if (field.path,) not in alone and not tables.is_long(entity.id, field.path):
            for column in _looked_up(field):
                _index(table, (column,), where=live)
    for order in _sorted_by(tables, entity.id):
        _index_parts(table, _name(table, order.names), order.parts, where=live)


def _filtered(tables: Tables, entity: EntityType) -> Iterator[str]:
    """Yield the engine columns by which lists of the type are narrowed."""
    if entity.id in tables.model.lifecycles:
        yield from ("status", "state")
    if entity.subtyped:
        yield "subtype"
    if "assignment" in entity.capabilities:
        yield from ("assigned_user", "assigned_unit")


def _columns_of(tables: Tables, entity_type: str, path: str) -> tuple[sa.Column[object], ...]:
    if path in ENGINE_TYPES:
        return (tables.record(entity_type).c[path],)
    stored = tables.stored(entity_type)[path]
    return stored.columns if stored.kind is Kind.MONEY else stored.columns[:1]


def _looked_up(stored: Stored) -> tuple[sa.Column[object], ...]:
    """Return the columns by which others find a record: of a phone its normal forms, not what was typed."""
    if stored.kind not in _LOOKED_UP:
        return ()
    return stored.columns[1:] if stored.kind is Kind.PHONE else stored.columns


def _sorted_by(tables: Tables, entity_type: str) -> Iterator[_Sorted]:
    """Yield what lists are sorted by, as far as it fits into an index: the rest is sorted among those that are alike up to there."""
    for columns in _orders(tables, entity_type):
        names: list[str] = []
        parts: list[sa.ColumnElement[object]] = []
        room = ROOM if tables.dialect == "postgresql" else math.inf
        for column, taken in {**columns, tables.record(entity_type).c.id: SHORT}.items():
            room -= taken
            if room >= 0:
                names.append(column.name)
                parts.append(column)
            elif taken > ROOM:
                names.append(f"{column.name}__start")
                parts.append(beginning(column))
            if room < 0:
                break
        yield _Sorted(tuple(names), tuple(parts))


def _orders(tables: Tables, entity_type: str) -> Iterator[dict[sa.Column[object], int]]:
    """Yield the columns, with how many bytes they may take, by which each list of the type is sorted, as far as they go the same way, and by which calendars find their days.

    All of a list's: behind one of ten priorities alone, a database sorts a tenth of its records for each page.
    """
    table, stored = tables.record(entity_type), tables.stored(entity_type)
    for view in tables.model.views.values():
        if view.entity_type == entity_type and view.layout is Layout.CALENDAR and view.date in stored:
            yield {stored[view.date].columns[0]: stored[view.date].width}
        for order in view.orders if view.entity_type == entity_type and view.layout is Layout.LIST else ():
            _, same = next(itertools.groupby(order.items(), itemgetter(1)), (True, iter(())))
            columns = {stored[path].columns[0] if path in stored else table.c[path]: _width(tables, entity_type, path) for path, _ in same}
            if columns and next(iter(columns)).name not in _ORDERED:
                yield columns


def _index(table: sa.Table, columns: tuple[sa.Column[object], ...], *, unique: bool = False, where: sa.ColumnElement[bool] | None = None) -> None:
    _index_parts(table, _name(table, tuple(column.name for column in columns)), columns, unique=unique, where=where)


def _index_parts(
    table: sa.Table, name: str, parts: tuple[sa.ColumnElement[object], ...], *, unique: bool = False, where: sa.ColumnElement[bool] | None = None
) -> None:
    if name not in {index.name for index in table.indexes}:
        table.append_constraint(sa.Index(name, *parts, unique=unique, postgresql_where=where, sqlite_where=where))


def _name(table: sa.Table, parts: tuple[str, ...]) -> str:
    full = f"ix_{table.name}__{'__'.join(parts)}"
    return full if len(full) <= _LONGEST else f"{full[: _LONGEST - 11]}_{hashlib.sha256(full.encode()).hexdigest()[:10]}"
