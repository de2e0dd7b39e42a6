"""Why a field is there, hidden, read-only or required on a record: each rule that says so, where it is written, and its condition with the values.

The same guards answer here that ``field_state`` asks, so that what is explained is what happens.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.lifecycles import Flag
from packdesk.model.nodes import Origin
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled, Dependency
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.field_state import hidden_by
from packdesk.runtime.lifecycle import flags
from packdesk.runtime.situation import Situation

Closed = Callable[[Dependency], bool]


class Says(StrEnum):
    """What a rule says of a field."""

    THERE = "there"
    HIDDEN = "hidden"
    SHOWN = "shown"
    COMPUTED = "computed"
    READONLY = "readonly"
    FIXED = "fixed"
    OPEN = "open"
    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReason:
    """One rule about a field: what it says, its path, where it is written, what that overrode, and its condition with the values it had."""

    says: Says
    rule: str
    origin: Origin | None
    tree: Explanation | None = None


def field_reasons(at: Situation, field: FieldRuntime, closed: Closed = lambda _: False) -> tuple[FieldReason, ...]:
    """Return every rule that makes the field what it is on this record; the first says where the field itself is written."""
    return tuple(_reasons(at, field, closed))


def _reasons(at: Situation, field: FieldRuntime, closed: Closed) -> Iterator[FieldReason]:
    entity, path = at.entity, field.field.path

    def reason(says: Says, rule: str, guard: object = None) -> FieldReason:
        tree = guard.explain(at.environment, at.language, closed) if isinstance(guard, Compiled) else None
        return FieldReason(says=says, rule=rule, origin=entity.model.origin(rule), tree=tree)

    yield reason(Says.THERE, path)
    hides = hidden_by(at, field)
    section = entity.sections.get(field.section)
    if hides:
        guard: Guard | None = field.visible if hides == f"{path}.visible" else None
        yield reason(Says.HIDDEN, hides, section.present_when if section is not None and hides.endswith(".present_when") else guard)
        return
    if section is not None and isinstance(section.present_when, Compiled):
        yield reason(Says.SHOWN, f"{section.section.path}.present_when", section.present_when)
    if isinstance(field.visible, Compiled):
        yield reason(Says.SHOWN, f"{path}.visible", field.visible)
    marked = flags(entity, str(at.record.get("state")), field.path)
    state = _state_fields(entity, str(at.record.get("state")))
    if field.derived is not None:
        yield reason(Says.COMPUTED, f"{path}.derived", field.derived)
        return
    if field.field.immutable:
        yield reason(Says.FIXED, f"{path}.immutable")
    for says, rule, guard in _locks(entity, field, marked, state):
        holds = guard is True or at.holds(guard)
        if holds or isinstance(guard, Compiled):
            yield reason(says if holds else Says.OPEN, rule, guard)
    if Flag.REQUIRED in marked:
        yield reason(Says.REQUIRED, state)
    if field.required is not False:
        yield reason(Says.REQUIRED if at.holds(field.required) else Says.OPTIONAL, f"{path}.required", field.required)


def _locks(entity: EntityRuntime, field: FieldRuntime, marked: frozenset[Flag], state: str) -> Iterator[tuple[Says, str, Guard]]:
    """Yield what may make a field read-only."""
    if Flag.READONLY in marked:
        yield Says.READONLY, state, True
    if field.section in entity.sections:
        yield Says.READONLY, f"{entity.sections[field.section].section.path}.readonly", entity.sections[field.section].readonly
    yield Says.READONLY, f"{field.field.path}.readonly", field.readonly


def _state_fields(entity: EntityRuntime, state: str) -> str:
    known = entity.lifecycle.states if entity.lifecycle is not None else {}
    return f"{known[state].path}.fields" if state in known else entity.entity.path
