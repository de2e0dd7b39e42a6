"""What is assigned to somebody, whatever its type: how many open records there are, and their ids page by page."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.store.current_values import current
from packdesk.store.tables import Tables

#: So many types are counted by one statement, well below what databases allow.
_CHUNK = 200


def count(connection: Connection, tables: Tables, finals: Mapping[str, Collection[str]], login: str) -> int:
    """Return how many live records of these types (each with its final states) are assigned to somebody and open; a statement for many types."""
    parts = [sa.select(sa.func.count().label("found")).where(_open(tables, entity_type, states, login)) for entity_type, states in finals.items()]
    total = 0
    for start in range(0, len(parts), _CHUNK):
        found = sa.union_all(*parts[start : start + _CHUNK]).subquery()
        total += int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(found.c.found), 0))) or 0)
    return total


def page(  # noqa: PLR0917 - of what, whose, and which page of it
    connection: Connection, tables: Tables, entity_type: str, states: Collection[str], login: str, after: str, limit: int
) -> tuple[str, ...]:
    """Return the ids of open records of a type that are assigned to somebody, in their order behind an id."""
    table = tables.record(entity_type)
    chosen = sa.select(table.c.id).where(_open(tables, entity_type, states, login), table.c.id > after).order_by(table.c.id).limit(limit)
    return tuple(connection.execute(chosen).scalars())


def _open(tables: Tables, entity_type: str, states: Collection[str], login: str) -> sa.ColumnElement[bool]:
    table = tables.record(entity_type)
    own = sa.and_(tables.column(entity_type, "assigned_user") == login, table.c.deleted_at.is_(None))
    if not states:
        return own
    state = current(tables, entity_type, "state", table)
    return sa.and_(own, sa.or_(state.is_(None), state.not_in(states)))
