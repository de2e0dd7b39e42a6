"""Records by their dates: which ones stand somewhere in a period, and what some of them hold; two statements, however many days it has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.runtime.values import Record
from packdesk.store import joined_names
from packdesk.store.codec import record_codec
from packdesk.store.current_values import current
from packdesk.store.queries import Page, Query, conditions, stamped
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A period as the column of a date holds it: days, or the moments when its days begin."""

    path: str
    first: date
    #: What no longer belongs to the period.
    after: date


def standing(connection: Connection, tables: Tables, query: Query, begins: Bounds, ends: Bounds | None, most: int) -> tuple[Record, ...]:  # noqa: PLR0917 - what is asked, and when
    """Return the first records of a period in the order of their dates, at most one more than ``most``; they hold their dates only."""
    table = tables.record(query.entity_type)
    paths = (begins.path, *((ends.path,) if ends is not None and ends.path != begins.path else ()))
    codec = record_codec(tables, query.entity_type, paths)
    start = current(tables, query.entity_type, begins.path, table)
    inside = start >= begins.first
    if ends is not None:
        inside = sa.or_(inside, current(tables, query.entity_type, ends.path, table) >= ends.first)
    found = sa.select(*codec.columns).select_from(table).where(*conditions(connection, tables, query), start < begins.after, inside)
    rows = connection.execute(stamped(tables, query, found.order_by(start, table.c.id).limit(most + 1)))
    return tuple(codec.record(row) for row in rows)


def chosen(connection: Connection, tables: Tables, query: Query, ids: Collection[str]) -> Page:
    """Return these records, in no order, and what their references name."""
    table, codec = tables.record(query.entity_type), record_codec(tables, query.entity_type)
    found: sa.Select[*tuple[object, ...]] = sa.select(*codec.columns).select_from(table).where(table.c.id.in_(sorted(ids)))
    if query.named:
        found = joined_names.joined(tables, codec, found, (), query.named)
    rows = list(connection.execute(found.prefix_with(tables.stamp(query.entity_type)))) if ids else []
    return Page(
        rows=tuple(codec.record(row) for row in rows),
        next_cursor="",
        count=None,
        capped=False,
        named=joined_names.read(tables, rows, len(codec.columns), query.named),
    )
