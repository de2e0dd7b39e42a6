"""What a database says about a unique index, as a finding about the field; and what it would say."""

import re
import sqlite3

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import Finding, Refused
from packdesk.model.entity_types import Field, Kind
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Record
from packdesk.store.indexes import unique_indexes
from packdesk.store.tables import ENGINE_TYPES, Tables

_SQLITE = re.compile(r"UNIQUE constraint failed: (.+)\Z")


def as_refusal(tables: Tables, entity_type: str, error: sa.exc.IntegrityError) -> Refused | None:
    """Return the refusal that a violated unique index stands for; None for any other violation."""
    paths = _violated(tables, entity_type, error)
    return Refused([_finding(tables, entity_type, paths)]) if paths else None


def taken(connection: Connection, tables: Tables, record: Record) -> tuple[Finding, ...]:
    """Return a finding for each value that has to be unique and stands on another live record of the type."""
    table = tables.record(record.entity_type)
    others = sa.and_(table.c.deleted_at.is_(None), table.c.id != str(record.get("id") or ""))
    found = []
    for one in unique_indexes(tables, record.entity_type):
        values = tuple(value for path in one.paths for value in _stored(tables, record, path))
        if one.paths == ("number",) or any(value is None for value in values):
            continue
        if connection.scalar(sa.select(sa.exists().where(others, *one.same(values)))):
            found.append(_finding(tables, record.entity_type, one.paths))
    return tuple(found)


def _stored(tables: Tables, record: Record, path: str) -> tuple[object, ...]:
    """Return what the columns of a unique index hold for a value."""
    if path in ENGINE_TYPES:
        return (record.get(path),)
    kind = tables.stored(record.entity_type)[path].kind
    columns = KINDS[kind].to_columns(record.get(path))
    return columns if kind is Kind.MONEY else columns[:1]


def _violated(tables: Tables, entity_type: str, error: sa.exc.IntegrityError) -> tuple[str, ...]:
    if isinstance(error.orig, psycopg.errors.UniqueViolation):
        return next((one.paths for one in unique_indexes(tables, entity_type) if one.name == error.orig.diag.constraint_name), ())
    if isinstance(error.orig, sqlite3.IntegrityError) and (match := _SQLITE.search(str(error.orig))):
        named = {part.strip().partition(".")[2] for part in match[1].split(",")}
        return next((one.paths for one in unique_indexes(tables, entity_type) if {column.name for column in one.columns} == named), ())
    return ()


def _finding(tables: Tables, entity_type: str, paths: tuple[str, ...]) -> Finding:
    entity = tables.model.entity_types[entity_type]
    if len(paths) > 1:
        rule = next((f"{entity.path}.unique.{name}" for name, given in entity.unique.items() if tuple(given) == paths), entity.path)
        return Finding(code="not_unique", field=paths[0], rule=rule, facts={"label": ", ".join(_label(tables, entity_type, path) for path in paths)})
    field = _declared(tables, entity_type, paths[0])
    return Finding(code="not_unique", field=paths[0], rule=field.path if field else entity.path, facts={"label": _label(tables, entity_type, paths[0])})


def _label(tables: Tables, entity_type: str, path: str) -> str:
    field = _declared(tables, entity_type, path)
    return str(field.label) if field else path.capitalize()


def _declared(tables: Tables, entity_type: str, path: str) -> Field | None:
    entity = tables.model.entity_types[entity_type]
    section, _, name = path.rpartition(".")
    if path in ENGINE_TYPES:
        return None
    return entity.sections[section].fields[name] if section else entity.fields.get(path)
