"""Columns as the live release means them: what a publish maps and has not reached yet is mapped while it is read."""

from collections.abc import Mapping

import sqlalchemy as sa

from packdesk.store.column_types import CodePointText
from packdesk.store.tables import Tables


def current(tables: Tables, entity_type: str, path: str, rows: sa.FromClause, part: str = "") -> sa.ColumnElement[object]:
    """Return a column of a record, over the type's table or an alias of it; the column itself where nothing is mapped."""
    column: sa.ColumnElement[object] = rows.c[tables.column(entity_type, path, part).key]
    states = tables.reading.states.get(entity_type)
    if path == "state" and states:
        return _mapped(rows.c[tables.column(entity_type, "status").key], states, column)
    mapping = tables.reading.places.get(f"{entity_type}.{path}")
    return _mapped(column, mapping, column) if mapping and not part else column


def current_in_line(tables: Tables, entity_type: str, group: str, path: str, rows: sa.FromClause, part: str = "") -> sa.ColumnElement[object]:  # noqa: PLR0917
    """Return a column of a group's lines, over their table or an alias of it."""
    column: sa.ColumnElement[object] = rows.c[tables.line_column(entity_type, group, path, part).key]
    mapping = tables.reading.places.get(f"{entity_type}.{group}.{path}")
    return _mapped(column, mapping, column) if mapping and not part else column


def _mapped(key: sa.ColumnElement[object], mapping: Mapping[str, str], otherwise: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    """Return what the key is mapped to, else the other column."""
    found = {old: sa.literal(new, CodePointText()) for old, new in mapping.items()}
    return sa.type_coerce(sa.case(found, value=key, else_=otherwise), otherwise.type)
