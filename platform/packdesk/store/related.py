"""The other ends of a record's relations for its page: how many there are, up to a bound, and the newest few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection as DatabaseConnection

from packdesk.runtime.expressions.catalogue import Connection
from packdesk.store import access as access_rules
from packdesk.store.access import AccessFilter
from packdesk.store.column_types import CodePointText
from packdesk.store.prepared import Prepared
from packdesk.store.tables import Tables

#: Entity types that somebody may see at the other end of a relation, with the filter under which each record is open.
Open: TypeAlias = Mapping[str, AccessFilter | None]
_Select: TypeAlias = sa.Select[*tuple[object, ...]]

#: Statements of one release that are kept: one for each type and set of groups that looked.
_REMEMBERED = 2_000
_MEMO = "other ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The other ends of a relation: how it is stored, and which of them somebody may see."""

    way: Connection
    open: Open

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes two of them the same statement."""
        return (self.way.how, self.way.holder, self.way.stored, *self.open.items())


def counts(  # noqa: PLR0917 - where, of what, and how far
    connection: DatabaseConnection, tables: Tables, entity_type: str, record_id: str, asked: Mapping[str, Ends], most: int
) -> Mapping[str, int]:
    """Return how many live, open records stand at the other end of each relation, never more than ``most``; one statement for all of them."""
    relations = list(asked)
    if not relations:
        return {}
    key = ("counts", entity_type, most, tuple((name, ends.key) for name, ends in asked.items()))
    known = tables.memo.setdefault(_MEMO, {})
    if key not in known:
        parts: list[_Select] = [
            sa.select(sa.literal_column(str(place)).label("place"), sa.func.count().label("found")).select_from(
                _ends(tables, entity_type, asked[name]).limit(most).subquery()
            )
            for place, name in enumerate(relations)
        ]
        _remember(known, key, Prepared(sa.union_all(*parts) if len(parts) > 1 else parts[0], connection.dialect, tables.stamp(entity_type)))
    rows = known[key].rows(connection, {"here": record_id})
    return {relations[int(str(row[0]))]: int(str(row[1])) for row in rows}


def newest(  # noqa: PLR0917 - where, of what, and how many
    connection: DatabaseConnection, tables: Tables, entity_type: str, record_id: str, ends: Ends, most: int
) -> tuple[tuple[str, str], ...]:
    """Return entity type and id of the newest records at the other end of a relation, the newest first."""
    key = ("newest", entity_type, most, ends.key)
    known = tables.memo.setdefault(_MEMO, {})
    if key not in known:
        found = _ends(tables, entity_type, ends).subquery()
        query = sa.select(found.c.kind, found.c.id).order_by(found.c.created_at.desc(), found.c.number.desc()).limit(most)
        _remember(known, key, Prepared(query, connection.dialect, tables.stamp(entity_type)))
    return tuple((str(row[0]), str(row[1])) for row in known[key].rows(connection, {"here": record_id}))


def _remember(known: dict[object, Prepared], key: object, made: Prepared) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = made


def _ends(tables: Tables, entity_type: str, ends: Ends) -> _Select | sa.CompoundSelect[*tuple[object, ...]]:
    parts = [part for target, access in ends.open.items() for part in _of_type(tables, ends.way, entity_type, target, access)]
    return sa.union(*parts) if len(parts) > 1 else parts[0]


def _of_type(tables: Tables, way: Connection, entity_type: str, target: str, access: AccessFilter | None) -> list[_Select]:
    """Return the queries for the other ends of one type; a relation that is read from both ends has two."""
    other = tables.record(target)
    here = sa.bindparam("here", type_=CodePointText)
    shown = sa.select(sa.literal(target, CodePointText).label("kind"), other.c.id, other.c.created_at, other.c.number)
    shown = shown.where(other.c.deleted_at.is_(None), access_rules.condition(tables, target, access))
    if way.how == "field":
        return [shown.where(tables.column(way.holder, way.stored) == here)]
    table = tables.links(way.holder, way.stored)
    outward = shown.where(sa.exists().where(table.c.from_id == here, table.c.to_type == target, table.c.to_id == other.c.id))
    inward = shown.where(sa.exists().where(table.c.to_id == here, table.c.to_type == entity_type, table.c.from_id == other.c.id))
    return {"links": [outward], "linked": [inward], "symmetric": [outward, inward]}[way.how]
