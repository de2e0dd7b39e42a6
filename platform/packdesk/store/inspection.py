"""What tables, columns and indexes the database really has, in a few queries whatever their number."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

#: Tables made from metadata: records, lines, links, search.
_OURS = re.compile(r"[rlks]_")

_SQLITE_COLUMNS = "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
_SQLITE_ONLY = " AND m.tbl_name IN (SELECT value FROM json_each(:only))"
#: Tables in which SQLite keeps a full-text index: its name with these behind.
_SHADOWS = ("", "_data", "_idx", "_content", "_docsize", "_config")
_SQLITE_SEQUENCES = "SELECT name FROM number_sequence"
_POSTGRESQL_SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relname LIKE 'q\\_%' AND relnamespace = current_schema()::regnamespace"
_SQLITE_SEARCH = "SELECT name FROM sqlite_master WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%'"
_POSTGRESQL_SEARCH = "SELECT extname FROM pg_extension"
_SQLITE_INDEXES = """
SELECT m.name, m.tbl_name, m.sql LIKE 'CREATE UNIQUE%', 1, (SELECT group_concat(i.name) FROM pragma_index_info(m.name) i)
FROM sqlite_master m WHERE m.type = 'index' AND m.sql IS NOT NULL"""
_POSTGRESQL_COLUMNS = """
SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace"""
_POSTGRESQL_INDEXES = """
SELECT i.relname, t.relname, x.indisunique, x.indisvalid AND x.indisready, ''
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid)"""
_POSTGRESQL_ONLY = " AND t.relname = ANY(CAST(:only AS name[]))"
_POSTGRESQL_BROKEN = """
SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE i.relnamespace = current_schema()::regnamespace AND NOT (x.indisvalid AND x.indisready) LIMIT 1"""


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """An index that the database has; one whose concurrent build was killed is not valid. Columns are only known on SQLite."""

    name: str
    table: str
    unique: bool
    valid: bool
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The tables made from metadata as the database has them."""

    #: Table -> column -> type as the database writes it.
    tables: Mapping[str, Mapping[str, str]]
    indexes: Mapping[str, FoundIndex]
    #: Names of number sequences.
    sequences: frozenset[str]
    #: Full-text tables and their triggers on SQLite, trigram indexes on PostgreSQL.
    search: frozenset[str]
    sqlite: bool

    def search_complete(self, table: str) -> bool:
        """Return whether quick search on the table has its index."""
        if self.sqlite:
            return self.search.issuperset({f"{table}_fts", f"{table}_added", f"{table}_gone", f"{table}_changed"})
        return "pg_trgm" not in self.search or f"ix_{table}__content" in self.indexes


def inspect_storage(connection: Connection, only: Iterable[str] | None = None) -> Inspection:
    """Return every table made from metadata (of those named, when any are named) with its columns, and their indexes."""
    sqlite = connection.dialect.name == "sqlite"
    named = None if only is None else sorted(only)
    tables: dict[str, dict[str, str]] = {}
    search = frozenset(connection.execute(sa.text(_SQLITE_SEARCH if sqlite else _POSTGRESQL_SEARCH)).scalars())
    shadows = {f"{name}{suffix}" for name in search for suffix in _SHADOWS} if sqlite else set()
    for table, column, kind in _rows(connection, _SQLITE_COLUMNS if sqlite else _POSTGRESQL_COLUMNS, named):
        if _OURS.match(table) and table not in shadows:
            tables.setdefault(table, {})[column] = str(kind).upper()
    indexes = {
        name: FoundIndex(name, table, bool(unique), bool(valid), frozenset(str(columns or "").split(",")))
        for name, table, unique, valid, columns in _rows(connection, _SQLITE_INDEXES if sqlite else _POSTGRESQL_INDEXES, named)
        if table in tables
    }
    return Inspection(
        tables=MappingProxyType(tables),
        indexes=MappingProxyType(indexes),
        sequences=frozenset(connection.execute(sa.text(_SQLITE_SEQUENCES if sqlite else _POSTGRESQL_SEQUENCES)).scalars()),
        search=search,
        sqlite=sqlite,
    )


def has_broken_index(connection: Connection) -> bool:
    """Return whether the concurrent build of any index was killed; only PostgreSQL leaves such an index behind."""
    return connection.dialect.name == "postgresql" and connection.execute(sa.text(_POSTGRESQL_BROKEN)).first() is not None


def _rows(connection: Connection, query: str, named: list[str] | None) -> Sequence[sa.Row[Any]]:
    """Return what a query about tables finds, all at once; there may be ten thousands, and few are wanted when they are named."""
    if named is None:
        return connection.execute(sa.text(query)).all()
    condition, only = (_SQLITE_ONLY, json.dumps(named)) if connection.dialect.name == "sqlite" else (_POSTGRESQL_ONLY, named)
    return connection.execute(sa.text(query + condition), {"only": only}).all()
