"""The additive difference between the tables that a release wants and those that the database has, as statements.

Everything here can be repeated and abandoned: what the old release reads is never changed. New columns take nulls, because the old
release goes on inserting without them. An index that only the old release needs, or that is unique where the new one allows
duplicates, goes after the flip.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateSequence, CreateTable

from packdesk.store.ddl import search_statements, sequence_name
from packdesk.store.indexes import indexed
from packdesk.store.inspection import Inspection
from packdesk.store.tables import Tables


class DdlKind(StrEnum):
    """What a statement does."""

    CREATE_TABLE = "create_table"
    ADD_COLUMN = "add_column"
    CREATE_INDEX = "create_index"
    DROP_INDEX = "drop_index"
    MAKE_SEARCH = "make_search"
    MAKE_SEQUENCE = "make_sequence"


@dataclass(frozen=True, slots=True)
class Ddl:
    """One statement, and what it makes or drops."""

    kind: DdlKind
    table: str
    name: str
    sql: str


def table_names(tables: Tables, types: Iterable[str]) -> frozenset[str]:
    """Return the names of the tables of these types: what has to be inspected for them."""
    return frozenset(table.name for entity_type in types for table in tables.of_type(entity_type))


def expansion(tables: Tables, found: Inspection, dialect: Dialect, types: Iterable[str] | None = None) -> tuple[Ddl, ...]:
    """Return the statements that add what these types (all) miss, in an order that works."""
    return tuple(_expand(tables, found, dialect, tuple(tables.model.entity_types if types is None else types)))


def contraction(tables: Tables, found: Inspection, dialect: Dialect, types: Iterable[str] | None = None) -> tuple[Ddl, ...]:
    """Return the statements for after the flip: drop indexes that nobody wants any more, and make plain what was unique."""
    known = {table.name: table for entity in (tables.model.entity_types if types is None else types) for table in indexed(tables, entity)}
    wanted = {str(index.name): index for table in known.values() for index in table.indexes}
    statements: list[Ddl] = []
    for index in found.indexes.values():
        if index.table not in known or index.table.startswith("s_") or not index.name.startswith("ix_"):
            continue
        if index.name not in wanted:
            statements.append(_drop(index.table, index.name, dialect))
        elif index.unique and not wanted[index.name].unique:
            statements += [_drop(index.table, index.name, dialect), _create_index(wanted[index.name], index.table, dialect)]
    return tuple(statements)


def column_types(tables: Tables, dialect: Dialect) -> Mapping[str, Mapping[str, str]]:
    """Return table -> column -> type as ``inspection`` finds it."""
    return {
        table.name: {column.name: _plain_type(column.type.compile(dialect=dialect)) for column in table.columns}
        for entity in tables.model.entity_types
        for table in tables.of_type(entity)
    }


def _plain_type(written: str) -> str:
    return as_found(written.upper().partition(" COLLATE")[0].replace(", ", ","))


def as_found(kind: str) -> str:
    """Return one name for types that PostgreSQL keeps alike."""
    return "TEXT" if kind in ("VARCHAR", "CHARACTER VARYING") else kind


def _expand(tables: Tables, found: Inspection, dialect: Dialect, types: Sequence[str]) -> Iterator[Ddl]:
    yield from _expand_tables([table for entity in types for table in indexed(tables, entity)], found, dialect)
    for entity in (tables.model.entity_types[key] for key in types):
        search, sequence = tables.search(entity.id).name, sequence_name(tables, entity.id)
        if not found.search_complete(search):
            for statement in search_statements(tables, entity.id):
                yield Ddl(DdlKind.MAKE_SEARCH, search, search, statement)
        if sequence not in found.sequences:
            yield Ddl(DdlKind.MAKE_SEQUENCE, "", sequence, _make_sequence(sequence, entity.number.start, dialect))


def _make_sequence(name: str, start: int, dialect: Dialect) -> str:
    if dialect.name == "postgresql":
        return str(CreateSequence(sa.Sequence(name, start=start), if_not_exists=True).compile(dialect=dialect)).strip()
    return f"INSERT OR IGNORE INTO number_sequence (name, value) VALUES ('{name}', {start - 1})"  # noqa: S608 - a physical name and a number


def _expand_tables(tables: Sequence[sa.Table], found: Inspection, dialect: Dialect) -> Iterator[Ddl]:
    for table in tables:
        columns = found.tables.get(table.name)
        if columns is None:
            yield Ddl(DdlKind.CREATE_TABLE, table.name, table.name, str(CreateTable(table).compile(dialect=dialect)).strip())
        else:
            for column in table.columns:
                if column.name not in columns:
                    yield Ddl(DdlKind.ADD_COLUMN, table.name, column.name, _add_column(table, column, dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield from _expand_index(index, table.name, found, dialect, fresh=columns is None)


def _expand_index(index: sa.Index, table: str, found: Inspection, dialect: Dialect, *, fresh: bool) -> Iterator[Ddl]:
    name = str(index.name)
    there = found.indexes.get(name)
    if there is not None and there.valid and (there.unique or not index.unique):
        return
    if there is not None:
        yield _drop(table, name, dialect)
    yield _create_index(index, table, dialect, at_once=fresh)


def _add_column(table: sa.Table, column: sa.Column[object], dialect: Dialect) -> str:
    nullable = sa.Column(column.name, column.type)
    sa.Table(table.name, sa.MetaData(), nullable)
    quoted = dialect.identifier_preparer.format_table(table)
    return f"ALTER TABLE {quoted} ADD COLUMN {CreateColumn(nullable).compile(dialect=dialect)}"


def _create_index(index: sa.Index, table: str, dialect: Dialect, *, at_once: bool = False) -> Ddl:
    sql = str(CreateIndex(index).compile(dialect=dialect))
    if dialect.name == "postgresql" and not at_once:
        sql = sql.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
    return Ddl(DdlKind.CREATE_INDEX, table, str(index.name), sql)


def _drop(table: str, name: str, dialect: Dialect) -> Ddl:
    quoted = dialect.identifier_preparer.quote(name)
    return Ddl(DdlKind.DROP_INDEX, table, name, f"DROP INDEX {'CONCURRENTLY ' if dialect.name == 'postgresql' else ''}IF EXISTS {quoted}")
