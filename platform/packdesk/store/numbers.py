"""Numbers of records: prefix and zero-padded sequence, never given twice."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.store.ddl import sequence_name
from packdesk.store.platform_tables import number_sequence
from packdesk.store.prepared import Prepared
from packdesk.store.tables import Tables


def next_number(connection: Connection, tables: Tables, entity_type: str) -> str:
    """Return the type's next number: from a sequence on PostgreSQL, from a counter row on SQLite, whose writers queue anyway."""
    numbering = tables.model.entity_types[entity_type].number
    name = sequence_name(tables, entity_type)
    if tables.dialect == "postgresql":
        key = ("next number", entity_type)
        if key not in tables.memo:
            tables.memo[key] = Prepared(sa.select(sa.func.nextval(name)), connection.dialect, "")
        value = tables.memo[key].rows(connection, {})[0][0]
    else:
        value = connection.scalar(_counted(name, numbering.start))
    return f"{numbering.prefix}{value:0{numbering.width}d}"


def _counted(name: str, start: int) -> sa.TextClause:
    """Return the statement that counts on, from the start where nothing was counted yet."""
    table = number_sequence.name
    return sa.text(
        f"INSERT INTO {table} (name, value) VALUES (:name, :start) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"  # noqa: S608 - our own table
    ).bindparams(name=name, start=start)
