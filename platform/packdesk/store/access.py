"""Which records an actor may see, as one SQL condition for every query, count, export and tab.

Policy decides which pairs of owner group and privacy level are open; here they become SQL on the record itself, or for types
that follow a master on the master's row.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from packdesk.model.entity_types import Access
from packdesk.store.column_types import CodePointText
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """The (owner unit, privacy level) pairs that are open; where a type has no filter at all, use None instead."""

    pairs: frozenset[tuple[str, str]]


def condition(tables: Tables, entity_type: str, access: AccessFilter | None) -> sa.ColumnElement[bool]:
    """Return the condition on the type's table under which a record is open; always true for public types and without a filter."""
    return condition_on(tables, entity_type, tables.record(entity_type), access)


def condition_on(tables: Tables, entity_type: str, table: sa.FromClause, access: AccessFilter | None) -> sa.ColumnElement[bool]:
    """Return the condition on rows of the type's table, or of an alias of it, that a query reaches on its way."""
    return sa.true() if access is None else _open(tables, entity_type, table, access, frozenset())


def _open(tables: Tables, entity_type: str, table: sa.FromClause, access: AccessFilter, seen: frozenset[str]) -> sa.ColumnElement[bool]:
    entity = tables.model.entity_types[entity_type]
    if entity.access is Access.EXPLICIT:
        return _in_pairs(table, access)
    if entity.access is not Access.IMPLICIT or entity_type in seen:
        return sa.true()
    return _master_is_open(tables, entity_type, table, access, seen | {entity_type})


def _master_is_open(tables: Tables, entity_type: str, table: sa.FromClause, access: AccessFilter, seen: frozenset[str]) -> sa.ColumnElement[bool]:
    entity = tables.model.entity_types[entity_type]
    if entity.master in tables.stored(entity_type):
        column = table.c[tables.column(entity_type, entity.master).name]
        target = _reference_target(tables, entity_type, entity.master)
        master = tables.record(target).alias()
        return sa.exists().where(master.c.id == column, _open(tables, target, master, access, seen))
    connection = tables.connections(entity_type).get(entity.master)
    if connection is None or connection.how not in ("links", "symmetric"):
        return sa.false()
    links = tables.links(connection.holder, connection.stored).alias()
    kind = connection.type.item or connection.type
    ways = []
    for target in kind.entity_types:
        master = tables.record(target).alias()
        ways.append(sa.exists().where(master.c.id == links.c.to_id, links.c.to_type == target, _open(tables, target, master, access, seen)))
    return sa.exists().where(links.c.from_id == table.c.id, sa.or_(sa.false(), *ways))


def _reference_target(tables: Tables, entity_type: str, path: str) -> str:
    entity = tables.model.entity_types[entity_type]
    section, _, name = path.rpartition(".")
    return (entity.sections[section].fields if section else entity.fields)[name].to


def _in_pairs(table: sa.FromClause, access: AccessFilter) -> sa.ColumnElement[bool]:
    """Return the condition with one IN per set of privacy levels, so that it stays short with many groups."""
    levels: dict[str, set[str]] = {}
    for owner, level in access.pairs:
        levels.setdefault(owner, set()).add(level)
    owners: dict[frozenset[str], list[str]] = {}
    for owner, opened in levels.items():
        owners.setdefault(frozenset(opened), []).append(owner)
    ways = [
        sa.and_(table.c.owner_unit.in_(_each(group)), table.c.privacy_level.in_(_each(opened)))
        for opened, group in sorted(owners.items(), key=lambda item: sorted(item[0]))
    ]
    return sa.or_(sa.false(), *ways)


def _each(values: Iterable[str]) -> list[sa.BindParameter[str]]:
    """Return a parameter per value, so that the text of the statement is complete and can be kept."""
    return [sa.bindparam(None, value, type_=CodePointText, unique=True) for value in sorted(values)]
