"""Fills in what nobody typed: defaults, choices of the subtype, derived fields, stamps; in the order in which they read each other."""

from collections.abc import Mapping
from dataclasses import replace

from packdesk.errors import PackdeskError
from packdesk.records.drafts import Draft
from packdesk.records.evaluation import environment, holds, reading, source_value, storable
from packdesk.runtime.entity import EntityRuntime, FieldRuntime, LineRuntime
from packdesk.runtime.values import Line

ROUNDS = 5


def with_defaults(draft: Draft, wanted: frozenset[str]) -> Draft:
    """Return the draft with the wanted paths filled by their defaults where they are empty and nobody gave them, derived fields between them."""
    for path in reading_order(draft.entity):
        field = draft.entity.fields[path]
        if field.derived is not None:
            draft = draft.writing({path: storable(field.derived.evaluate(environment(draft)))})
        elif path in wanted and path not in draft.given and draft.record.get(path) is None:
            draft = draft.writing({path: default_of(draft, field)})
    return draft


def default_of(draft: Draft, field: FieldRuntime) -> object:
    """Return what the field starts with: the subtype's default among its choices, else the field's own default."""
    chosen = chosen_default(draft, field.field.choices)
    return chosen if chosen is not None else source_value(field.default, environment(draft), field, reading(draft))


def chosen_default(draft: Draft, choices: str) -> str | None:
    """Return the member of the subtype's choices that is marked default."""
    subtype = draft.entity.subtypes.get(str(draft.record.get("subtype") or "")) if choices else None
    offered = subtype.subtype.choices.get(choices, {}) if subtype is not None else {}
    return next((choice.id for choice in offered.values() if choice.default), None)


def with_automatic_lines(draft: Draft) -> Draft:
    """Return the draft with the lines that its subtype adds on creation, in groups that nobody gave."""
    subtype = draft.entity.subtypes.get(str(draft.record.get("subtype") or ""))
    for name, group in draft.entity.groups.items():
        choices = subtype.subtype.choices.get(group.group.choices, {}) if subtype is not None and group.group.choices else {}
        automatic = [choice for choice in choices.values() if choice.automatic]
        present = {line.values.get(group.keyed_by) for line in draft.record.lines.get(name, ())}
        added = [Line(draft.work.new_id(), _preset(draft, group, choice.id, choice.values)) for choice in automatic]
        fresh = tuple(line for line in added if line.values.get(group.keyed_by) not in present)
        if fresh:
            draft = draft.with_lines(name, (*draft.record.lines.get(name, ()), *fresh))
    return draft


def with_line_values(draft: Draft) -> Draft:
    """Return the draft with defaults and derived fields of its lines filled in; only lines that are new get defaults."""
    for name, group in draft.entity.groups.items():
        known = {line.id for line in draft.old.lines.get(name, ())} if draft.old else set()
        lines = draft.record.lines.get(name, ())
        filled = tuple(_filled(draft, group, line, new=line.id not in known) for line in lines)
        if filled != lines:
            draft = draft.with_lines(name, filled)
    return draft


def settled(draft: Draft) -> Draft:
    """Return the draft with stored derived fields and stamps recomputed until nothing moves; refuses to go round forever (E-3)."""
    for _ in range(ROUNDS):
        before = draft
        draft = _recomputed(draft)
        if draft.record == before.record:
            return draft
    moving = sorted(path for path, value in draft.record.values.items() if before.record.get(path) != value)
    raise PackdeskError("derived_unstable", fields=", ".join(moving), entity_type=draft.entity.id)


def reading_order(entity: EntityRuntime) -> tuple[str, ...]:
    """Return the paths that have a default, choices or a derivation, each after those of the same record that it reads."""
    done: dict[str, None] = {}
    doing: set[str] = set()

    def visit(path: str) -> None:
        field = entity.fields.get(path)
        if field is None or path in done or path in doing:
            return
        doing.add(path)
        for needed in _reads(entity, field):
            visit(needed)
        doing.discard(path)
        if field.derived is not None or field.default is not None or field.field.choices:
            done[path] = None

    for path in entity.fields:
        visit(path)
    return tuple(path for path in done if not _reads_clock(entity, path))


def _reads(entity: EntityRuntime, field: FieldRuntime) -> tuple[str, ...]:
    found = []
    for source in (field.derived, field.default):
        dependencies = getattr(source, "dependencies", frozenset())
        found += [dependency.path for dependency in dependencies if dependency.entity_type == entity.id]
    return tuple(sorted(found))


def _reads_clock(entity: EntityRuntime, path: str) -> bool:
    return path in entity.computed_on_read


def _recomputed(draft: Draft) -> Draft:
    for path in draft.entity.derived_order:
        derived = draft.entity.fields[path].derived
        if derived is not None:
            draft = draft.writing({path: storable(derived.evaluate(environment(draft)))})
    if draft.entity.state_of is not None and draft.entity.lifecycle is not None:
        state = storable(draft.entity.state_of.evaluate(environment(draft)))
        if isinstance(state, str) and state != draft.record.get("state"):
            draft = draft.writing({"state": state, "status": draft.default_status(state)})
    return _stamped(draft)


def _stamped(draft: Draft) -> Draft:
    for path, field in draft.entity.fields.items():
        if field.stamped_when is not None and draft.record.get(path) is None and holds(field.stamped_when, environment(draft)):
            draft = draft.writing({path: draft.work.now})
    return draft


def _preset(draft: Draft, group: LineRuntime, key: str, values: Mapping[str, object]) -> dict[str, object]:
    words = reading(draft)
    preset: dict[str, object] = {
        name: source_value(value, environment(draft), group.fields[name], words) for name, value in values.items() if name in group.fields
    }  # type: ignore[arg-type]
    keyed = group.fields.get(group.keyed_by)
    if keyed is not None:
        named = draft.work.unit.by_key(keyed.field.to, key) if keyed.field.to else None
        preset[group.keyed_by] = named.id if named is not None else None if keyed.field.to else key
    return preset


def _filled(draft: Draft, group: LineRuntime, line: Line, *, new: bool) -> Line:
    values = dict(line.values)
    for name, field in group.fields.items():
        here = replace(line, values=values)
        if field.derived is not None:
            values[name] = storable(field.derived.evaluate(environment(draft, line=here)))
        elif new and values.get(name) is None and field.default is not None:
            values[name] = source_value(field.default, environment(draft, line=here), field, reading(draft))
    return Line(line.id, values)
