"""Fills in what nobody typed: defaults, choices of the subtype, derived fields, stamps; in the order in which they read each other."""

from collections.abc import Mapping
from dataclasses import replace

from packdesk.errors import PackdeskError
from packdesk.model.lifecycles import Flag
from packdesk.records.drafts import Draft
from packdesk.records.evaluation import environment, holds, situation, source_value
from packdesk.runtime.derivation import STATE
from packdesk.runtime.entity_parts import FieldRuntime, LineRuntime
from packdesk.runtime.field_state import hidden_by
from packdesk.runtime.lifecycle import flags
from packdesk.runtime.situation import stored
from packdesk.runtime.starting import first_value
from packdesk.runtime.values import Line, Record

ROUNDS = 5


def with_defaults(draft: Draft, wanted: frozenset[str], typed: frozenset[str] = frozenset()) -> Draft:
    """Return the draft with the wanted paths filled where they are visible, empty and nobody gave them; derived fields between them.

    ``typed`` are paths that a person must give himself: what the subtype's choices preselect on screen does not answer for him.
    """
    for path in draft.entity.filling_order if wanted else ():
        field = draft.entity.fields[path]
        if field.derived is not None:
            draft = _with_derived(draft, path) if _stale(draft, path) else draft
        elif path in wanted and path not in draft.given and draft.record.values.get(path) is None and not _hidden(draft, field):
            draft = draft.writing({path: first_value(draft.situation, field, choosing=path not in typed)})
    return draft.worked_out()


def newly_open(draft: Draft) -> frozenset[str]:
    """Return the paths that the record as it stood hid and the draft shows."""
    old = draft.old
    if old is None:
        return frozenset(draft.entity.fields)
    before = replace(draft, record=old, section="")
    maybe = [field for field in draft.entity.fields.values() if draft.entity.may_begin(field)]
    return frozenset(field.path for field in maybe if _hidden(before, field) and not _hidden(draft, field))


def _hidden(draft: Draft, field: FieldRuntime) -> bool:
    if not field.section and field.visible is True and Flag.HIDDEN not in flags(draft.entity, str(draft.record.get("state")), field.path):
        return False
    if field.section and field.section != draft.section and draft.lacks(field.section):
        return True
    return bool(hidden_by(draft.situation, field, section=draft.section))


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
    """Return the draft with defaults and derived fields of its lines filled in; a new line gets those of the fields that it does not mention.

    A field that somebody emptied stays empty, as one of the record does: a default must not answer what he was asked.
    """
    for name, group in draft.entity.groups.items():
        known = {line.id for line in draft.old.lines.get(name, ())} if draft.old else set()
        lines = draft.record.lines.get(name, ())
        filled = tuple(_filled(draft, group, line, new=line.id not in known) for line in lines)
        if filled != lines:
            draft = draft.with_lines(name, filled)
    return draft


def settled(draft: Draft, *, everything: bool = False) -> Draft:
    """Return the draft with stored derived fields and stamps recomputed until nothing moves; refuses to go round forever (E-3).

    An edit recomputes what reads something that it changed: a table that was published since applies to later changes only (T-14).
    """
    for _ in range(ROUNDS):
        before = draft
        draft = _recomputed(draft, everything=everything)
        if draft.record == before.record:
            return draft
    moving = sorted(path for path, value in draft.record.values.items() if before.record.get(path) != value)
    raise PackdeskError("derived_unstable", fields=", ".join(moving), entity_type=draft.entity.id)


def _recomputed(draft: Draft, *, everything: bool) -> Draft:
    for path in draft.entity.derived_order:
        if everything or (path == STATE and draft.old is None) or _stale(draft, path):
            draft = _with_state(draft) if path == STATE else _with_derived(draft, path)
    return _stamped(draft)


def _stale(draft: Draft, path: str) -> bool:
    """Say whether a derived field reads something that the draft changed; other records' changes come through ``recomputing``."""
    before = draft.old or draft.filled
    if before is None or (draft.old is not None and draft.links) or any(isinstance(result, Record) for result in draft.results.values()):
        return True
    own = draft.entity.own_reads.get(path, frozenset())
    return any(draft.record.get(read) != before.get(read) or draft.record.lines.get(read) != before.lines.get(read) for read in own)


def _with_derived(draft: Draft, path: str) -> Draft:
    derived = draft.entity.fields[path].derived
    return draft if derived is None else draft.writing({path: stored(derived.evaluate(environment(draft)))})


def _with_state(draft: Draft) -> Draft:
    state = stored(draft.entity.state_of.evaluate(environment(draft))) if draft.entity.state_of is not None else None
    if not isinstance(state, str) or state == draft.record.get("state"):
        return draft
    return draft.writing({"state": state, "status": draft.default_status(state)})


def _stamped(draft: Draft) -> Draft:
    for path, stamped_when in draft.entity.stamped:
        if draft.record.get(path) is None and holds(stamped_when, environment(draft)):
            draft = draft.writing({path: draft.work.now})
    return draft


def _preset(draft: Draft, group: LineRuntime, key: str, values: Mapping[str, object]) -> dict[str, object]:
    words = draft.work.reading
    preset: dict[str, object] = {
        name: source_value(value, environment(draft), group.fields[name], words) for name, value in values.items() if name in group.fields
    }
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
            values[name] = stored(field.derived.evaluate(environment(draft, line=here)))
        elif new and name not in values:
            values[name] = first_value(situation(draft).on(here), field)
    return Line(line.id, values)
