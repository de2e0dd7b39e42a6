"""What may be chosen for a field, and why a value may not be: effectiveness, the subtype's choices, ``options_when``."""

from collections.abc import Iterable
from dataclasses import replace

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.model.lists import Entry
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.kinds_choice import LISTED, Member, is_offered, members
from packdesk.runtime.lifecycle import is_allowed
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Record

_RECORDS = frozenset({Kind.REFERENCE, Kind.REFERENCES})


def offered(at: Situation, field: FieldRuntime, current: object = None) -> tuple[Member, ...]:
    """Return the members of a listed field that may be chosen now, and the current one even if it no longer may."""
    kept = current if isinstance(current, tuple) else (current,)
    return tuple(
        member for name, member in members(field.field, at.entity.model).items() if name in kept or refusal(at, field, name, chosen=frozenset()) is None
    )


def refusal(at: Situation, field: FieldRuntime, value: object, *, chosen: frozenset[str], again: bool = False, by_hand: bool = True) -> Finding | None:
    """Return why a value may not be chosen for the field, or None.

    ``chosen`` are ids that stand in the record already and stay valid; ``again`` asks ``options_when`` of them too, because
    something that it reads has changed. Whom a member of a list admits binds the person who chooses ``by_hand``, no effect.
    """
    for name in _named(value):
        found = _one(at, field, name, by_hand=by_hand) if name not in chosen else _again(at, field, name) if again else None
        if found is not None:
            return found
    return None


def _again(at: Situation, field: FieldRuntime, name: str) -> Finding | None:
    candidate = found_record(at, field, name) if field.field.kind in _RECORDS else name
    return None if candidate is None or allows(at, field, candidate) else _excluded(at, field, name)


def admits(at: Situation, member: Member | None) -> bool:
    """Return whether a member of a list may be chosen by the actor: his unit, role or login is named, or nobody's is (GEN-22)."""
    return not isinstance(member, Entry) or is_allowed(member.allow, at.actor)


def not_admitted(at: Situation, field: FieldRuntime, value: object, was: object) -> Finding | None:
    """Return why the actor may not choose a value that names members of a list, or None; what it ``was`` stays valid."""
    if field.field.kind not in LISTED:
        return None
    known, kept = members(field.field, at.entity.model), frozenset(_named(was))
    return next((_closed(at, field, known[name]) for name in _named(value) if name in known and name not in kept and not admits(at, known[name])), None)


def _closed(at: Situation, field: FieldRuntime, member: Member) -> Finding:
    value = member.label.in_language(at.language)
    return at.finding("not_selectable", f"{member.path}.allow", field=field.path, label=field.label(at.language), value=value)


def _one(at: Situation, field: FieldRuntime, name: str, *, by_hand: bool) -> Finding | None:
    if field.field.kind in LISTED:
        return _listed(at, field, name, by_hand=by_hand)
    if field.field.kind in _RECORDS:
        record = found_record(at, field, name)
        if record is None:
            return at.finding("unknown_reference", field.field.path, field=field.path, label=field.label(at.language), value=name)
        return None if allows(at, field, record) else _excluded(at, field, record.number)
    return None if allows(at, field, name) else _excluded(at, field, name)


def _listed(at: Situation, field: FieldRuntime, name: str, *, by_hand: bool) -> Finding | None:
    member = members(field.field, at.entity.model).get(name)
    label = name if member is None else member.label.in_language(at.language)
    if member is not None and not is_offered(member):
        return at.finding("retired_value", member.path, field=field.path, label=field.label(at.language), value=label)
    if by_hand and member is not None and not admits(at, member):
        return _closed(at, field, member)
    choices = at.entity.choice_of(str(at.record.get("subtype") or ""), field.field.choices) if field.field.choices else ()
    if choices and name not in choices:
        subtype = at.entity.subtypes[str(at.record.get("subtype"))].subtype
        return at.finding("not_selectable", f"{subtype.path}.choices.{field.field.choices}", field=field.path, label=field.label(at.language), value=label)
    return None if allows(at, field, name) else _excluded(at, field, label)


def allows(at: Situation, field: FieldRuntime, candidate: Record | str) -> bool:
    """Return whether ``options_when`` lets a candidate be chosen."""
    return field.options_when is None or field.options_when.evaluate(replace(at.environment, candidate=candidate)) is True


def found_record(at: Situation, field: FieldRuntime, record_id: str) -> Record | None:
    """Return the record that a reference names, of whichever type it may be."""
    graph = at.environment.graph
    return next((record for target in field.targets if (record := graph.get(target, record_id)) is not None), None)


def _excluded(at: Situation, field: FieldRuntime, shown: str) -> Finding:
    return at.finding("not_selectable", f"{field.field.path}.options_when", field=field.path, label=field.label(at.language), value=shown)


def _named(value: object) -> Iterable[str]:
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return (value,) if isinstance(value, str) else ()
