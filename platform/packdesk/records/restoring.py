"""Takes a change back: what the changed fields held before is written again, where nobody has changed the record since.

It goes beneath the lifecycle and the rules of fields: what is written was allowed to stand there, and a way back from a final state
is what undoing is for. Rights are asked again, for they may have been taken meanwhile, and what waits for an approval is not touched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from packdesk.errors import Finding, Refused
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.records.finding_records import visible
from packdesk.records.recomputing import refresh
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.lifecycle import lock
from packdesk.runtime.situation import situation
from packdesk.runtime.values import Line, Record
from packdesk.store import history
from packdesk.store.history import conflict

#: What an approval lacks follows from its requests.
_NOT_RESTORED = frozenset({"approval"})
#: How the history calls it.
UNDONE = "undone"


def before(work: Work, old: Record, new: Record) -> dict[str, Json]:
    """Return what the fields and lines that a change touched held before, as JSON."""
    return {path: was for path, (was, _) in history.changes(work.unit.tables, old, new).items() if path not in _NOT_RESTORED}


def restore_in(work: Work, entity_type: str, ref: str, held: Mapping[str, Json], version: int) -> Record:
    """Write what was held before; raises ``Refused`` where the record is gone, was changed since or is closed to the actor now."""
    entity = work.runtime.type(entity_type)
    old = visible(work, entity_type, ref, for_update=True)
    if old is None:
        raise Refused([Finding(code="unknown_record", facts={"entity_type": entity_type})])
    if findings := tuple(_refused(work, entity, old, held, version)):
        raise Refused(findings)
    values: dict[str, object] = {}
    lines: dict[str, tuple[Line, ...]] = {}
    for path, was in held.items():
        if path in entity.groups:
            lines[path] = tuple(_lines(work, entity, path, was))
        else:
            values[path] = _value(work, entity.fields[path], path, was)
    made = work.unit.update(old, old.having(values, lines), kind=UNDONE)
    refresh(work, old, made)
    return work.unit.get(entity_type, made.id) or made


def _refused(work: Work, entity: EntityRuntime, old: Record, held: Mapping[str, Json], version: int) -> Iterator[Finding]:
    runtime, actor = work.runtime, work.context.actor
    if refused := policy.may(runtime, actor, "edit", entity.id, record=old, graph=work.unit):
        yield refused
        return
    at = situation(entity, old, actor, work.unit, work.now, zone=work.zone, old=old)
    if old.get("approval") is not None and (held_back := lock(at)) is not None:
        yield held_back
        return
    closed = policy.closed_fields(runtime, actor, "edit", entity.id)
    for path in held:
        if path not in entity.fields and path not in entity.groups:
            yield Finding(code="unknown_field", field=path, facts={"name": path, "did_you_mean": ""})
        elif path in closed and (refused := policy.field_refused(runtime, actor, "edit", entity.id, path)):
            yield refused
    status = held.get("status")
    if status is not None and (entity.lifecycle is None or status not in entity.lifecycle.statuses):
        yield Finding(code="status_not_allowed", field="status", facts={"status": status})
    if old.get("version") != version:
        clash = conflict(work.unit.connection, entity.id, old.id, version)
        yield Finding(code=clash.code, facts={**clash.facts, "version": old.get("version")})


def _value(work: Work, field: FieldRuntime, path: str, was: Json) -> object:
    """Return a value as the record held it; limits that were set since do not bind what stood there before."""
    read = KINDS[field.field.kind].read(replace(field.field, constraints={}), was, work.reading)
    if isinstance(read, Finding):
        raise Refused([replace(read, field=path)])
    return read


def _lines(work: Work, entity: EntityRuntime, group: str, was: Json) -> Iterator[Line]:
    fields = entity.groups[group].fields
    for row in cast("tuple[Mapping[str, Json], ...]", was or ()):
        values = {name: _value(work, field, f"{group}.{name}", row.get(name)) for name, field in fields.items()}
        yield Line(str(row["id"]), values)
