"""Indexes of a release's tables, for whoever compares them with those of the database or reads what a unique one refused.

A process that answers requests has no use for them, and they are half of what its tables would cost; so they are made here and not
with the tables.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

import sqlalchemy as sa

from packdesk.model.entity_types import EntityType, Kind
from packdesk.model.views import Layout
from packdesk.store.physical import link_key
from packdesk.store.tables import ENGINE_TYPES, Stored, Tables, fields_by_path

_LONGEST = 63
#: Columns of the engine by which every type has an index already.
_ORDERED = frozenset({"id", "number", "created_at", "updated_at"})
_LOOKED_UP = frozenset({Kind.REFERENCE, Kind.PHONE, Kind.EMAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """A unique index on the records of a type, and the field paths that it keeps unique."""

    name: str
    columns: tuple[sa.Column[object], ...]
    paths: tuple[str, ...]


def indexed(tables: Tables, entity_type: str) -> tuple[sa.Table, ...]:
    """Return every table of a type with its indexes, parents first: records, lines, links, search."""
    if not tables.record(entity_type).indexes:
        _add_indexes(tables, tables.model.entity_types[entity_type])
    return tables.of_type(entity_type)


def unique_indexes(tables: Tables, entity_type: str) -> tuple[Unique, ...]:
    """Return the unique indexes on the records of a type: on the number, and on what the packs want unique."""
    table, entity = tables.record(entity_type), tables.model.entity_types[entity_type]
    declared = [(path,) for path, field in fields_by_path(entity).items() if field.unique]
    wanted = dict.fromkeys([("number",), *declared, *(tuple(paths) for paths in entity.unique.values())])
    columns = {paths: tuple(column for path in paths for column in _columns_of(tables, entity_type, path)) for paths in wanted}
    return tuple(Unique(name=_name(table, found), columns=found, paths=paths) for paths, found in columns.items())


def _add_indexes(tables: Tables, entity: EntityType) -> None:
    _index_records(tables, entity)
    for group in entity.lines:
        table = tables.lines(entity.id, group)
        _index(table, (table.c.record_id, table.c.position))
        for stored in tables.stored_lines(entity.id, group).values():
            for column in _looked_up(stored):
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
    _index(table, number.columns, unique=True)
    _index(table, (table.c.created_at, table.c.id), where=live)
    _index(table, (table.c.updated_at, table.c.id), where=live)
    for path in _filtered(tables, entity):
        _index(table, (table.c[path], table.c.created_at, table.c.id), where=live)
    if entity.access.value == "explicit" and tables.dialect == "postgresql":
        # SQLite, which has no statistics, would prefer it to the index that gives the order, and sort all of a group's records.
        _index(table, (table.c.owner_unit, table.c.privacy_level, table.c.created_at), where=live)
    for one in declared:
        _index(table, one.columns, unique=True, where=live)
    alone = {one.paths for one in declared}
    for field in stored.values():
        if (field.path,) not in alone:
            for column in _looked_up(field):
                _index(table, (column,), where=live)
    for columns in _sorted_by(tables, entity.id):
        _index(table, tuple(dict.fromkeys((*columns, table.c.id))), where=live)


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


def _sorted_by(tables: Tables, entity_type: str) -> Iterator[tuple[sa.Column[object], ...]]:
    """Yield the columns by which each list of the type is sorted, as far as they go the same way, and by which calendars find their days.

    All of a list's: behind one of ten priorities alone, a database sorts a tenth of its records for each page.
    """
    table, stored = tables.record(entity_type), tables.stored(entity_type)
    for view in tables.model.views.values():
        if view.entity_type == entity_type and view.layout is Layout.CALENDAR and view.date in stored:
            yield (stored[view.date].columns[0],)
        if view.entity_type == entity_type and view.layout is Layout.LIST:
            _, same = next(itertools.groupby(view.sort.items(), itemgetter(1)), (True, iter(())))
            columns = tuple(stored[path].columns[0] if path in stored else table.c[path] for path, _ in same if path in stored or path in ENGINE_TYPES)
            if columns and columns[0].name not in _ORDERED:
                yield columns


def _index(table: sa.Table, columns: tuple[sa.Column[object], ...], *, unique: bool = False, where: sa.ColumnElement[bool] | None = None) -> None:
    name = _name(table, columns)
    if name not in {index.name for index in table.indexes}:
        table.append_constraint(sa.Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where))


def _name(table: sa.Table, columns: tuple[sa.Column[object], ...]) -> str:
    full = f"ix_{table.name}__{'__'.join(column.name for column in columns)}"
    return full if len(full) <= _LONGEST else f"{full[: _LONGEST - 11]}_{hashlib.sha256(full.encode()).hexdigest()[:10]}"
