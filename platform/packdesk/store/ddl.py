"""The statements that make the tables of a type, each harmless when it runs again.

Goes to the planner of a publish and to tests; what a later release adds to existing tables is planned there.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable

from packdesk.store.indexes import indexed
from packdesk.store.platform_tables import number_sequence
from packdesk.store.tables import Tables

_TRIGRAM_INDEX = """DO $$ BEGIN
IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
CREATE INDEX IF NOT EXISTS ix_{table}__content ON {table} USING gin (content gin_trgm_ops);
END IF; END $$"""
#: The full-text table holds no text of its own; triggers keep it equal to the search table.
_FULL_TEXT = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_fts USING fts5(content, content='{table}', content_rowid='place', tokenize='trigram')",
    "CREATE TRIGGER IF NOT EXISTS {table}_added AFTER INSERT ON {table} BEGIN INSERT INTO {table}_fts(rowid, content) VALUES (new.place, new.content); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_gone AFTER DELETE ON {table} BEGIN"
    " INSERT INTO {table}_fts({table}_fts, rowid, content) VALUES ('delete', old.place, old.content); END",
    "CREATE TRIGGER IF NOT EXISTS {table}_changed AFTER UPDATE ON {table} BEGIN"
    " INSERT INTO {table}_fts({table}_fts, rowid, content) VALUES ('delete', old.place, old.content);"
    " INSERT INTO {table}_fts(rowid, content) VALUES (new.place, new.content); END",
)
_NAME = re.compile("[a-z0-9_]+")


def create_statements(tables: Tables, entity_type: str, dialect: Dialect) -> Iterator[str]:
    """Yield the statements that make every table, index and number sequence of a type, parents first."""
    for table in indexed(tables, entity_type):
        yield str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)).strip()
        yield from index_statements(table, dialect)
    yield from search_statements(tables, entity_type)
    if tables.dialect == "postgresql":
        start = tables.model.entity_types[entity_type].number.start
        yield str(CreateSequence(sa.Sequence(sequence_name(tables, entity_type), start=start), if_not_exists=True).compile(dialect=dialect)).strip()


def index_statements(table: sa.Table, dialect: Dialect, *, concurrently: bool = False) -> Iterator[str]:
    """Yield the statements that make a table's indexes; ``concurrently`` lets writers go on (PostgreSQL, outside a transaction)."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        statement = str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)).strip()
        yield statement.replace(" INDEX ", " INDEX CONCURRENTLY ", 1) if concurrently and dialect.name == "postgresql" else statement


def search_statements(tables: Tables, entity_type: str) -> Iterator[str]:
    """Yield the statements that make the trigram index of quick search."""
    name = _safe(tables.search(entity_type).name)
    for statement in (_TRIGRAM_INDEX,) if tables.dialect == "postgresql" else _FULL_TEXT:
        yield statement.format(table=name)


def sequence_name(tables: Tables, entity_type: str) -> str:
    """Return the name of the type's number sequence on PostgreSQL."""
    return f"q_{_safe(tables.record(entity_type).name)[2:]}"


def create(connection: Connection, tables: Tables) -> None:
    """Make the tables of every type of a release that has none yet."""
    for entity in tables.model.entity_types.values():
        for statement in create_statements(tables, entity.id, connection.dialect):
            connection.exec_driver_sql(statement)
        if tables.dialect == "sqlite":
            row = {"name": sequence_name(tables, entity.id), "value": entity.number.start - 1}
            connection.execute(sa.insert(number_sequence).prefix_with("OR IGNORE").values(row))


def _safe(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a physical name")
    return name
