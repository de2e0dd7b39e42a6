"""What tables, columns and indexes the database really has, in two queries whatever their number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Tables made from metadata: records, lines, links, search.
_OURS = re.compile(r"[rlks]_")
_SQLITE_SHADOWS = re.compile(r".*_(data|idx|content|docsize|config)\Z")

_SQLITE_COLUMNS = "SELECT m.name, c.name, c.type, m.sql FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
_SQLITE_INDEXES = "SELECT name, tbl_name, sql LIKE 'CREATE UNIQUE%', 1 FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
_POSTGRESQL_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), ''
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"""
_POSTGRESQL_INDEXES = """
SELECT i.relname, t.relname, x.indisunique, x.indisvalid AND x.indisready
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid)"""


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """An index that the database has; one whose concurrent build was killed is not valid."""

    name: str
    table: str
    unique: bool
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The tables made from metadata as the database has them."""

    #: Table -> column -> type as the database writes it.
    tables: Mapping[str, Mapping[str, str]]
    indexes: Mapping[str, FoundIndex]


def inspect_storage(connection: Connection) -> Inspection:
    """Return every table made from metadata with its columns, and their indexes."""
    sqlite = connection.dialect.name == "sqlite"
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind, sql in connection.execute(sa.text(_SQLITE_COLUMNS if sqlite else _POSTGRESQL_COLUMNS)):
        if _OURS.match(table) and not _is_virtual(table, str(sql)):
            tables.setdefault(table, {})[column] = str(kind).upper()
    found = connection.execute(sa.text(_SQLITE_INDEXES if sqlite else _POSTGRESQL_INDEXES))
    indexes = {name: FoundIndex(name, table, bool(unique), bool(valid)) for name, table, unique, valid in found if table in tables}
    return Inspection(tables=MappingProxyType(tables), indexes=MappingProxyType(indexes))


def _is_virtual(table: str, sql: str) -> bool:
    """Return whether SQLite keeps the table for a full-text index, which belongs to whoever made the index."""
    return sql.upper().startswith("CREATE VIRTUAL") or bool(_SQLITE_SHADOWS.match(table) and "'" in sql)
