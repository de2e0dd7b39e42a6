"""The records that reference fields of a page name, read with the page in one statement: a page first, then the joins for its rows only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from packdesk.runtime.values import Record
from packdesk.store import cursors
from packdesk.store.codec import RecordCodec, record_codec
from packdesk.store.cursors import Key
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Named:
    """A reference field, the type that it names, and which fields of the record named are wanted beside id, number and version."""

    path: str
    entity_type: str
    wanted: tuple[str, ...]


def joined(  # noqa: PLR0917 - a query and what is joined to it
    tables: Tables,
    codec: RecordCodec,
    page: sa.Select[*tuple[object, ...]],
    keys: Sequence[Key],
    named: Sequence[Named],
    more: Sequence[sa.ColumnElement[Any]] = (),
) -> sa.Select[*tuple[object, ...]]:
    """Return the page's rows in their order, each followed by ``more`` about it and the columns of the live records that its references name."""
    shown: tuple[sa.Label[Any], ...] = tuple(column.label(f"shown_{place}") for place, column in enumerate((*codec.columns, *more)))
    sorted_by = tuple(key.column.label(f"sorted_{place}") for place, key in enumerate(keys))
    links = tuple(tables.column(codec.entity_type, one.path).label(f"named_{place}") for place, one in enumerate(named))
    rows = page.with_only_columns(*shown, *sorted_by, *links).subquery("page")
    source: sa.FromClause = rows
    columns: list[sa.ColumnElement[object]] = [rows.c[column.name] for column in shown]
    for place, one in enumerate(named):
        other = tables.record(one.entity_type).alias(f"other_{place}")
        source = source.outerjoin(other, sa.and_(other.c.id == rows.c[f"named_{place}"], other.c.deleted_at.is_(None)))
        columns += [other.c[column.name] for column in _codec(tables, one).columns]
    order = cursors.ordering([replace(key, column=rows.c[f"sorted_{place}"], long=False) for place, key in enumerate(keys)], tables.dialect)
    return sa.select(*columns).select_from(source).order_by(*order)


def read(tables: Tables, rows: Sequence[Sequence[object]], start: int, named: Sequence[Named]) -> dict[tuple[str, str], Record]:
    """Return the records named in the rows, whose columns begin at ``start``, by entity type and id."""
    found: dict[tuple[str, str], Record] = {}
    for one in named:
        codec = _codec(tables, one)
        # Many rows of a page name the same records: each is made once.
        for record_id, row in {row[start]: row for row in rows if row[start] is not None}.items():
            key = (one.entity_type, str(record_id))
            if key not in found:
                found[key] = codec.record(row, start)
        start += len(codec.columns)
    return found


def width(tables: Tables, named: Sequence[Named]) -> int:
    """Return how many columns the records named take in a row."""
    return sum(len(_codec(tables, one).columns) for one in named)


def _codec(tables: Tables, one: Named) -> RecordCodec:
    """Return what reads the named record; its id stands in the first column."""
    return record_codec(tables, one.entity_type, one.wanted)
