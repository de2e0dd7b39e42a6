"""The history of records: what one change says, and how it is read back. Rows are written by the unit of work alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType, Field, Kind
from packdesk.model.nodes import Json
from packdesk.runtime.engine_columns import engine_fields
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Line, Record
from packdesk.store.platform_tables import history
from packdesk.store.tables import Tables

#: Engine columns whose change is no news.
_SILENT = frozenset({"id", "number", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"})
_NO_VALUES: Mapping[str, object] = MappingProxyType({})
_SECRET = "***"  # noqa: S105 - what the history says instead of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a record's history."""

    id: int
    at: datetime
    by: str
    release: int
    door: str
    #: ``created``, ``updated``, ``action``, ``deleted``, ``note``, ``attachment``, ``migrated``, ...
    kind: str
    action: str
    #: Version of the record after the change.
    version: int
    rules: tuple[str, ...]
    #: Path (or group, or relation) -> old and new value as JSON.
    changes: Mapping[str, tuple[Json, Json]]


def changes(tables: Tables, old: Record | None, new: Record) -> dict[str, list[Json]]:
    """Return path -> [old, new] of everything that differs, as JSON; secrets only say that they changed."""
    entity = tables.model.entity_types[new.entity_type]
    found: dict[str, list[Json]] = {}
    before, after = old.values if old else _NO_VALUES, new.values
    for path, field in _fields(tables, entity):
        was, now = before.get(path), after.get(path)
        if was is not now and was != now:
            found[path] = [None if was is None else _written(field, was), _written(field, now)]
    for group in entity.lines.values():
        before_lines, after_lines = old.lines.get(group.id, ()) if old else (), new.lines.get(group.id, ())
        if before_lines != after_lines:
            found[group.id] = [_lines(group.fields, before_lines), _lines(group.fields, after_lines)]
    return found


def _fields(tables: Tables, entity: EntityType) -> tuple[tuple[str, Field], ...]:
    """Return the fields whose change is news, with their paths."""
    memo = ("history fields", entity.id)
    if memo not in tables.memo:
        engine = engine_fields(entity, entity.id in tables.model.lifecycles)
        sections = {f"{section.id}.{name}": field for section in entity.sections.values() for name, field in section.fields.items()}
        fields = {**engine, **entity.fields, **sections}
        tables.memo[memo] = tuple((path, field) for path, field in fields.items() if path not in _SILENT)
    return tables.memo[memo]  # type: ignore[no-any-return]


def read(connection: Connection, entity_type: str, record_id: str, *, limit: int = 200, before: int = 0, kinds: Collection[str] = ()) -> tuple[Event, ...]:
    """Return the newest events of a record, newest first; ``before`` (an event's id) pages on, ``kinds`` leaves out all others."""
    query = sa.select(history).where(history.c.record_id == record_id, history.c.entity_type == entity_type).order_by(history.c.id.desc()).limit(limit)
    if before:
        query = query.where(history.c.id < before)
    if kinds:
        query = query.where(history.c.kind.in_(sorted(kinds)))
    return tuple(_event(row) for row in connection.execute(query).mappings())


def values(connection: Connection, entity_type: str, record_id: str, path: str) -> frozenset[Json]:
    """Return the values that a field had before and after each of the newest changes of a record."""
    return frozenset(value for event in read(connection, entity_type, record_id) for value in event.changes.get(path, ()) if isinstance(value, str))


def conflict(connection: Connection, entity_type: str, record_id: str, version: int) -> PackdeskError:
    """Return the error for a change that was based on an older version: which fields were changed since, and by whom."""
    query = (
        sa.select(history.c.by, history.c.changes)
        .where(history.c.record_id == record_id, history.c.entity_type == entity_type, history.c.version > version)
        .order_by(history.c.id)
    )
    rows = connection.execute(query).all()
    authors = list(dict.fromkeys(str(row.by) for row in rows))
    fields = list(dict.fromkeys(path for row in rows for path in row.changes or {}))
    return PackdeskError("version_conflict", fields=fields, authors=authors)


def migrated_since(connection: Connection, entity_type: str, record_id: str, versions: range) -> frozenset[str] | None:
    """Return the paths that publishes changed in these versions; None when a version among them is somebody's own change."""
    query = sa.select(history.c.version, history.c.changes).where(
        history.c.record_id == record_id, history.c.entity_type == entity_type, history.c.version >= versions.start, history.c.kind == "migrated"
    )
    rows = connection.execute(query).all()
    if {row.version for row in rows} != set(versions):
        return None
    return frozenset(path for row in rows for path in row.changes or {})


def _event(row: Mapping[str, object] | sa.RowMapping) -> Event:
    given = row["changes"]
    rules = row["rules"]
    return Event(
        id=int(str(row["id"])),
        at=row["at"],  # type: ignore[arg-type]
        by=str(row["by"]),
        release=int(str(row["release"])),
        door=str(row["door"]),
        kind=str(row["kind"]),
        action=str(row["action"]),
        version=int(str(row["version"])),
        rules=tuple(rules) if isinstance(rules, Sequence) else (),
        changes={path: (old, new) for path, (old, new) in given.items()} if isinstance(given, Mapping) else {},
    )


def _written(field: Field, value: object) -> Json:
    if value is None:
        return None
    return _SECRET if field.kind is Kind.SECRET else KINDS[field.kind].write(value)


def _lines(fields: Mapping[str, Field], lines: Sequence[Line]) -> Json:
    return tuple({"id": line.id, **{name: _written(field, line.values.get(name)) for name, field in fields.items()}} for line in lines)
