"""Whether a record has any lines and links at all, asked together with the record: most have none, and need not be asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from packdesk.store.tables import Tables

_HELD = frozenset({"links", "symmetric"})


@dataclass(frozen=True, slots=True)
class Absent:
    """The line groups and relations of a record that hold nothing."""

    groups: frozenset[str]
    relations: frozenset[str]


def questions(tables: Tables, entity_type: str) -> list[sa.ColumnElement[bool]]:
    """Return a column for each line group, then for each relation that links hold: whether the row of the record has any."""
    table = tables.record(entity_type)
    found: list[sa.ColumnElement[bool]] = []
    for group in tables.model.entity_types[entity_type].lines:
        lines = tables.lines(entity_type, group)
        found.append(sa.exists(sa.select(sa.literal(1)).where(lines.c.record_id == table.c.id)))
    for relation in _relations(tables, entity_type):
        way = tables.connections(entity_type)[relation]
        links = tables.links(way.holder, way.stored)
        found.append(sa.exists(sa.select(sa.literal(1)).where(links.c.from_id == table.c.id)))
        if way.how == "symmetric":
            inward = sa.exists(sa.select(sa.literal(1)).where(links.c.to_id == table.c.id, links.c.to_type == entity_type))
            found[-1] = sa.or_(found[-1], inward)
    return found


def answers(tables: Tables, entity_type: str, values: Sequence[object]) -> Absent:
    """Return what the columns of ``questions`` said."""
    groups = tuple(tables.model.entity_types[entity_type].lines)
    relations = _relations(tables, entity_type)
    return Absent(
        frozenset(group for group, has in zip(groups, values[: len(groups)], strict=True) if not has),
        frozenset(relation for relation, has in zip(relations, values[len(groups) :], strict=True) if not has),
    )


def _relations(tables: Tables, entity_type: str) -> tuple[str, ...]:
    return tuple(name for name, way in tables.connections(entity_type).items() if way.how in _HELD)
