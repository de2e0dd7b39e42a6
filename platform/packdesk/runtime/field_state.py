"""What a field is now: there or hidden, open or read-only, required or not; and why (format rules 8 and 13)."""

from dataclasses import dataclass

from packdesk.model.lifecycles import Flag
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.lifecycle import flags
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """The answer for one field of one record. A hidden field is never required."""

    hidden: bool
    readonly: bool
    required: bool
    #: Path of the metadata that hides, locks or demands it.
    rule: str


def present(at: Situation, section: str, forced: str = "") -> bool:
    """Return whether a section is there; the section of an action is, by definition."""
    return not section or section == forced or at.holds(at.entity.sections[section].present_when)


def hidden_by(at: Situation, field: FieldRuntime, *, section: str = "", in_line: bool = False) -> str:
    """Return the path of what hides a field, empty while it is there: all that most fields of a change are asked."""
    if not in_line:
        if not present(at, field.section, section):
            return f"{at.entity.sections[field.section].section.path}.present_when"
        if Flag.HIDDEN in flags(at.entity, str(at.record.get("state")), field.path):
            return _state_path(at.entity, at.record)
    return "" if at.holds(field.visible) else f"{field.field.path}.visible"


def field_state(at: Situation, field: FieldRuntime, *, section: str = "", in_line: bool = False) -> FieldState:
    """Return what a field is on the situation's record; ``section`` is that of the action in hand."""
    if hides := hidden_by(at, field, section=section, in_line=in_line):
        return FieldState(hidden=True, readonly=False, required=False, rule=hides)
    return shown_state(at, field, in_line=in_line)


def shown_state(at: Situation, field: FieldRuntime, *, in_line: bool = False) -> FieldState:
    """Return what a field is that nothing hides."""
    path = field.field.path
    marked = frozenset() if in_line else flags(at.entity, str(at.record.get("state")), field.path)
    section_locks = bool(field.section) and not in_line and at.holds(at.entity.sections[field.section].readonly)
    readonly = Flag.READONLY in marked or section_locks or field.derived is not None or at.holds(field.readonly)
    required = field.derived is None and (Flag.REQUIRED in marked or at.holds(field.required))
    rule = _state_path(at.entity, at.record) if marked & {Flag.READONLY, Flag.REQUIRED} else f"{path}.{'required' if required else 'readonly'}"
    return FieldState(hidden=False, readonly=readonly, required=required, rule=rule)


def _state_path(entity: EntityRuntime, record: Record) -> str:
    state = str(record.get("state"))
    return entity.lifecycle.states[state].path + ".fields" if entity.lifecycle is not None and state in entity.lifecycle.states else entity.entity.path
