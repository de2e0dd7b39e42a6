"""What a field starts with when nobody gave it a value; the same on screen and in the write path."""

from packdesk.runtime.candidates import admits
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.kinds_choice import members
from packdesk.runtime.situation import Situation


def first_value(at: Situation, field: FieldRuntime, *, choosing: bool = True) -> object:
    """Return the subtype's default among its choices, else the field's own default, else what its list offers first (GEN-15).

    Without ``choosing`` neither the subtype nor the list answers for the person: only the field's own default does.
    """
    chosen = _chosen(at, field) if choosing else None
    own = chosen if chosen is not None else at.value(field.default)
    return own if own is not None or not choosing else _listed(at, field)


def _admitted(at: Situation, field: FieldRuntime, name: str | None) -> str | None:
    """Return the id of a member that the actor may choose; nothing is preselected for him that he may not."""
    return name if name is None or admits(at, members(field.field, at.entity.model).get(name)) else None


def _chosen(at: Situation, field: FieldRuntime) -> str | None:
    """Return the member of the subtype's choices that is marked default."""
    subtype = at.entity.subtypes.get(str(at.record.get("subtype") or "")) if field.field.choices else None
    offered = subtype.subtype.choices.get(field.field.choices, {}) if subtype is not None else {}
    return _admitted(at, field, next((choice.id for choice in offered.values() if choice.default), None))


def _listed(at: Situation, field: FieldRuntime) -> str | None:
    """Return the entry that the field's list offers first, unless the subtype does not let it be chosen."""
    first = at.entity.listed_default(field)
    subtype = at.entity.subtypes.get(str(at.record.get("subtype") or ""))
    choices = field.field.choices
    allowed = subtype.subtype.choices.get(choices) if subtype is not None and choices else None
    return _admitted(at, field, first) if allowed is None or first in allowed else None
