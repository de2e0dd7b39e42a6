"""What a database says about a unique index, as a finding about the field."""

import re
import sqlite3

import psycopg
import sqlalchemy as sa

from packdesk.errors import Finding, Refused
from packdesk.model.entity_types import Field
from packdesk.store.indexes import unique_indexes
from packdesk.store.tables import ENGINE_TYPES, Tables

_SQLITE = re.compile(r"UNIQUE constraint failed: (.+)\Z")


def as_refusal(tables: Tables, entity_type: str, error: sa.exc.IntegrityError) -> Refused | None:
    """Return the refusal that a violated unique index stands for; None for any other violation."""
    paths = _violated(tables, entity_type, error)
    return Refused([_finding(tables, entity_type, paths)]) if paths else None


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
