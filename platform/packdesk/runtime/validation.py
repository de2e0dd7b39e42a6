"""Judges a record as it would be: every failing field at once, then the checks of the whole record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as having

from packdesk.errors import Finding
from packdesk.model.lifecycles import Flag
from packdesk.runtime.candidates import not_admitted, refusal
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity_parts import FieldRuntime, LineRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.field_state import field_state, hidden_by, present, shown_state
from packdesk.runtime.kinds_choice import LISTED
from packdesk.runtime.lifecycle import flags
from packdesk.runtime.reading import Input, LinkInput, Resolve, read_fields, read_input
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Line, Record

__all__ = ["Change", "Input", "LinkInput", "Resolve", "check_fields", "check_immutable", "check_line_input", "check_record", "read_fields", "read_input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record before and after, and which paths a person gave: those obey ``readonly``, the rest came from effects and defaults."""

    at: Situation
    new: Record
    old: Record | None
    given: frozenset[str] = frozenset()
    #: Section of the action in hand: present by definition.
    section: str = ""
    changed: frozenset[str] = having(default=frozenset())

    def was(self, path: str) -> object:
        """Return the value before."""
        return self.old.get(path) if self.old is not None else None


def _change(rt: Runtime, env: Environment, new: Record, old: Record | None, *, given: frozenset[str] = frozenset(), section: str = "") -> Change:
    at = Situation(entity=rt.type(new.entity_type), environment=replace(env, record=new, old=old))
    before: Mapping[str, object] = old.values if old is not None else {}
    groups = {name for name in new.lines if old is None or new.lines.get(name, ()) != old.lines.get(name, ())}
    # Without a value before, most of a new record's many fields are told apart without looking twice.
    changed = {path for path, value in new.values.items() if value != before.get(path)} if before else _filled(new)
    changed |= {path for path, value in before.items() if value is not None and path not in new.values} | groups
    return Change(at=at, new=new, old=old, given=given, section=section, changed=frozenset(changed))


def _filled(record: Record) -> set[str]:
    return {path for path, value in record.values.items() if value is not None}


def check_record(
    rt: Runtime, env: Environment, new: Record, old: Record | None, *, given: frozenset[str] = frozenset(), section: str = ""
) -> tuple[Finding, ...]:
    """Return all that is wrong with a record as it would be; checks of the whole are asked only when every field is right.

    ``given`` are the paths (and line groups) that a person sent; ``readonly`` and hiding bind only those.
    """
    change = _change(rt, env, new, old, given=given, section=section)
    findings = (*_immutable(change), *_fields(change))
    return findings or change.at.failed(change.at.entity.checks)


def check_immutable(rt: Runtime, env: Environment, new: Record, old: Record | None) -> tuple[Finding, ...]:
    """Return a finding for each field that is fixed once set and would change (format rule: null to value is allowed)."""
    return _immutable(_change(rt, env, new, old))


def check_fields(
    rt: Runtime, env: Environment, new: Record, old: Record | None, *, given: frozenset[str] = frozenset(), section: str = ""
) -> tuple[Finding, ...]:
    """Return what is wrong with fields and lines alone."""
    return _fields(_change(rt, env, new, old, given=given, section=section))


def check_line_input(rt: Runtime, env: Environment, record: Record, old: Record | None, lines: Mapping[str, tuple[Line, ...]]) -> tuple[Finding, ...]:
    """Return a finding for each value of a line that a person changed and may not; asked of the rows as they were sent, before defaults.

    What is read-only or hidden binds him, and whom a member of a list admits; the lines and values that a subtype adds do not.
    """
    at = Situation(entity=rt.type(record.entity_type), environment=replace(env, record=record, old=old))
    found: list[Finding] = []
    for group, rows in lines.items():
        before = {line.id: line.values for line in old.lines.get(group, ())} if old is not None else {}
        for place, row in enumerate(rows):
            inside = at.on(row)
            for name, value in row.values.items():
                field = at.entity.groups[group].fields[name]
                state = field_state(inside, field, in_line=True)
                was = before.get(row.id, {}).get(name)
                if value is None or value == was:
                    continue
                path = f"{group}[{place}].{name}"
                if state.readonly or state.hidden:
                    code = "hidden_field" if state.hidden else "readonly_field"
                    found.append(at.finding(code, state.rule, field=path, label=field.label(at.language)))
                elif field.derived is None and (unadmitted := not_admitted(at, field, value, was)):
                    found.append(replace(unadmitted, field=path))
    return tuple(found)


def _immutable(change: Change) -> tuple[Finding, ...]:
    at = change.at
    return tuple(
        at.finding("immutable_field", f"{field.field.path}.immutable", field=path, label=field.label(at.language))
        for path, field in at.entity.fields.items()
        if field.field.immutable and path in change.changed and change.was(path) is not None
    )


def _fields(change: Change) -> tuple[Finding, ...]:
    at = change.at
    found: list[Finding] = []
    entered = change.old is not None and change.new.get("state") != change.was("state")
    absent = {name for name in at.entity.sections if not present(at, name, change.section)}
    for path, field in at.entity.fields.items():
        touched = path in change.given and path in change.changed
        if touched or (path in at.entity.questionable and _concerned(change, field, path)):
            # Nothing is wrong with what is not there, unless somebody gave it.
            found += _field(change, field, path, touched=touched) if touched or field.section not in absent else ()
        elif entered:
            found += _entering(change, field, path)
    for name, group in at.entity.groups.items():
        found += _group(change, name, group)
    return tuple(found)


def _field(change: Change, field: FieldRuntime, path: str, *, touched: bool) -> Iterable[Finding]:
    at, value = change.at, change.new.get(path)
    if hides := hidden_by(at, field, section=change.section):
        if touched and value is not None:
            yield _about(at, field, "hidden_field", hides)
        return
    if touched or value is None:
        state = shown_state(at, field)
        if touched and state.readonly and not field.engine:
            yield _about(at, field, "readonly_field", state.rule)
            return
        if value is None:
            if state.required:
                yield _about(at, field, "required_field", state.rule)
            return
    yield from _entering(change, field, path)
    again = not field.options_read.isdisjoint(change.changed)
    if (
        field.derived is None
        and (again or path in change.changed)
        and (found := refusal(at, field, value, chosen=frozenset(_ids(change.was(path))), again=again, by_hand=touched))
    ):
        yield found


def _about(at: Situation, field: FieldRuntime, code: str, rule: str) -> Finding:
    return at.finding(code, rule, field=field.path, label=field.label(at.language))


def _concerned(change: Change, field: FieldRuntime, path: str) -> bool:
    """Return whether anything can be wrong with a field that nobody touched: it may be demanded, or its value is new or asked again."""
    if change.new.get(path) is None:
        return field.required is not False or Flag.REQUIRED in flags(change.at.entity, str(change.new.get("state")), path)
    restricted = field.options_when is not None or bool(field.targets) or field.field.kind in LISTED
    return restricted and field.derived is None and (path in change.changed or not field.options_read.isdisjoint(change.changed))


def _entering(change: Change, field: FieldRuntime, path: str) -> Iterable[Finding]:
    """Demand of fields that a state must be entered with a fresh answer."""
    state = str(change.new.get("state"))
    if change.old is None or state == change.was("state"):
        return
    marked = flags(change.at.entity, state, path)
    if change.new.get(path) is None:
        return
    stale = (Flag.CHANGE in marked and path not in change.changed) or (Flag.PROMPT in marked and path not in change.given)
    lifecycle = change.at.entity.lifecycle
    if stale and lifecycle is not None:
        rule = f"{lifecycle.states[state].path}.fields.{path}"
        yield change.at.finding("required_field", rule, field=path, label=field.label(change.at.language), unchanged=True)


def _group(change: Change, name: str, group: LineRuntime) -> Iterable[Finding]:
    """Judge the rows of a group, those that nobody touched apart."""
    at, lines = change.at, change.new.lines.get(name, ())
    label = group.group.label.in_language(at.language)
    if len(lines) < group.group.min_items:
        yield at.finding("too_few_items", group.group.path, field=name, label=label, limit=group.group.min_items)
    if group.group.max_items is not None and len(lines) > group.group.max_items:
        yield at.finding("too_many_items", group.group.path, field=name, label=label, limit=group.group.max_items)
    before = {line.id: line for line in change.old.lines.get(name, ())} if change.old is not None else {}
    for place, line in enumerate(lines):
        if before.get(line.id) != line:
            yield from _line(change, group, line, before.get(line.id), f"{name}[{place}]")
    yield from _doubles(change, group, lines)


def _line(change: Change, group: LineRuntime, line: Line, before: Line | None, place: str) -> Iterable[Finding]:
    at = change.at.on(line)
    found: list[Finding] = []
    for name, field in group.fields.items():
        path, label = f"{place}.{name}", field.label(at.language)
        state = field_state(at, field, in_line=True)
        value, was = line.values.get(name), before.values.get(name) if before is not None else None
        if state.hidden:
            continue
        if field.field.immutable and was is not None and value != was:
            found.append(at.finding("immutable_field", f"{field.field.path}.immutable", field=path, label=label))
        elif state.required and value is None:
            found.append(at.finding("required_field", state.rule, field=path, label=label))
        elif value is not None and value != was and (refused := refusal(at, _choosing(group, field), value, chosen=frozenset(), by_hand=False)):
            found.append(replace(refused, field=path))
    yield from found or at.failed(group.checks, field=place)


def _choosing(group: LineRuntime, field: FieldRuntime) -> FieldRuntime:
    """Return the field with the group's choices when it is the one that they name; records are named by key there, which is judged elsewhere."""
    if field.path != group.keyed_by or not group.group.choices or field.targets:
        return field
    return replace(field, field=replace(field.field, choices=group.group.choices))


def _doubles(change: Change, group: LineRuntime, lines: tuple[Line, ...]) -> Iterable[Finding]:
    seen: set[tuple[object, ...]] = set()
    for place, line in enumerate(lines):
        key = tuple(line.values.get(name) for name in group.group.unique)
        if not key or None in key:
            continue
        if key in seen:
            first = group.group.unique[0]
            label = ", ".join(group.fields[name].label(change.at.language) for name in group.group.unique)
            at, lines_label = f"{group.group.id}[{place}].{first}", group.group.label.in_language(change.at.language)
            yield change.at.finding("line_not_unique", f"{group.group.path}.unique", field=at, lines=lines_label, label=label)
        seen.add(key)


def _ids(value: object) -> Iterable[str]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
