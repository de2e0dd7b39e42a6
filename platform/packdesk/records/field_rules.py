"""The late guard stages: what was given must be readable and fit, then the conditions that the packs word themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packdesk.errors import Finding
from packdesk.records.assignment import misfits
from packdesk.records.attempts import Attempt
from packdesk.records.drafts import Draft
from packdesk.records.evaluation import environment, situation
from packdesk.records.findings import about
from packdesk.records.guards import LateStage
from packdesk.records.linking import misplaced
from packdesk.records.named_users import unknown_users, unknown_users_of_effects
from packdesk.records.performing import written_paths
from packdesk.records.views import called
from packdesk.runtime.candidates import refusal
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.field_state import field_state
from packdesk.runtime.lifecycle import preconditions
from packdesk.runtime.validation import check_line_input, check_record

_CHECK = "check_failed"


def field_rules(attempt: Attempt, draft: Draft) -> Iterable[Finding]:
    """Refuse what cannot be read, what is missing and what does not fit, all at once."""
    given = attempt.given
    env = _naming(draft)
    found = [*given.findings, *_first_status(draft), *_inputs(attempt, draft)]
    if not attempt.trusted:
        found += check_line_input(draft.work.runtime, env, draft.record, draft.old, given.lines)
    of_person = frozenset() if attempt.trusted else draft.given
    found += check_record(draft.work.runtime, env, draft.record, draft.old, given=of_person, section=draft.section)
    strangers = tuple(unknown_users(attempt, draft))
    found += [*strangers, *_of_known_users(misfits(draft), strangers), *misplaced(draft), *_unlisted_lines(draft)]
    # What could not be read is not missing, and what effects fill in is judged after them.
    excused = _filled_by_effects(attempt) | {finding.field for finding in given.findings}
    return _once(finding for finding in found if not _is_excused(finding, excused))


def _is_excused(finding: Finding, excused: frozenset[str]) -> bool:
    """Say whether what is missing was given after all; either part of an assignment answers for both."""
    if finding.code == "assignment_missing":
        return not excused.isdisjoint(ASSIGNMENT)
    return finding.code == "required_field" and finding.field in excused


def conditions(attempt: Attempt, draft: Draft) -> Iterable[Finding]:
    """Refuse with the pack's own sentence what a check of the move or of the action does not let through."""
    if attempt.action is None and attempt.judged.move is None:
        return ()
    at = attempt.situation.with_input(draft.inputs)
    return preconditions(replace(at, environment=replace(at.environment, naming=called(draft.work))), attempt.judged)


def left_by_effects(draft: Draft, before: Draft) -> tuple[Finding, ...]:
    """Return what is wrong with the record as the effects left it; ``readonly`` does not bind them, everything else does."""
    strangers = tuple(unknown_users_of_effects(draft, before))
    wrong = check_record(draft.work.runtime, _naming(draft), draft.record, draft.old, section=draft.section)
    return tuple(_once([*wrong, *strangers, *_of_known_users(misfits(draft), strangers), *misplaced(draft), *_owned_by_none(draft)]))


def _owned_by_none(draft: Draft) -> Iterator[Finding]:
    """Refuse an owner that is no group: nobody would ever see the record again; what people give was judged when it was read."""
    owner, model = draft.record.get("owner_unit"), draft.work.runtime.model
    if owner is None or owner in model.organisation.groups() or (draft.old is not None and owner == draft.old.get("owner_unit")):
        return
    field = draft.entity.fields["owner_unit"]
    yield about(model, "not_an_option", field.field.path, field="owner_unit", label=field.label(draft.work.context.language), value=owner)


def _naming(draft: Draft) -> Environment:
    """Return the draft's environment with the names of records, for the sentences of checks."""
    return replace(environment(draft), naming=called(draft.work))


LATE: tuple[LateStage, ...] = (LateStage("inputs and field rules", field_rules), LateStage("preconditions", conditions))


def _of_known_users(findings: Iterable[Finding], strangers: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings but those about fields that name nobody: who is not there belongs to no unit either."""
    named = {finding.field for finding in strangers}
    return (finding for finding in findings if finding.field not in named)


def _inputs(attempt: Attempt, draft: Draft) -> Iterator[Finding]:
    """Judge the action's inputs by what the action says about them: its own, and the record's that it demands."""
    action = attempt.action
    for name, field in action.inputs.items() if action is not None else ():
        own = name not in draft.entity.fields or (name in action.action.inputs and name not in action.action.field_inputs) if action else False
        value = draft.inputs.get(name) if own else draft.record.get(name)
        yield from _input(draft, field, name, value, own=own)


def _input(draft: Draft, field: FieldRuntime, name: str, value: object, *, own: bool) -> Iterator[Finding]:
    at = situation(draft)
    state = field_state(at, field, section=draft.section)
    label = field.label(at.language)
    if state.hidden:
        if own and value is not None and name in draft.inputs and field.default is None:
            yield at.finding("hidden_field", state.rule, field=name, label=label)
    elif value is None:
        if state.required:
            yield at.finding("required_field", state.rule, field=name, label=label)
    elif own and (refused := refusal(at, field, value, chosen=frozenset())):
        yield refused


def _first_status(draft: Draft) -> Iterator[Finding]:
    """Refuse to begin anywhere but in the initial state, with a status that the subtype has."""
    entity, status = draft.entity, str(draft.record.get("status") or "")
    if draft.old is not None or entity.lifecycle is None or "status" not in draft.given:
        return
    found = entity.lifecycle.statuses.get(status)
    usable = found is not None and found.effective and status in entity.statuses_for(str(draft.record.get("subtype") or ""))
    if found is None or not usable or found.state != entity.lifecycle.initial.id:
        label = found.label.in_language(draft.work.context.language) if found is not None else status
        yield about(draft.work.runtime.model, "status_not_allowed", entity.lifecycle.path, field="status", status=label)


def _unlisted_lines(draft: Draft) -> Iterator[Finding]:
    """Refuse a line whose record the subtype's choices do not name; documents name it by its key."""
    subtype = str(draft.record.get("subtype") or "")
    for name, group in draft.entity.groups.items():
        field = group.fields.get(group.keyed_by)
        allowed = draft.entity.choice_of(subtype, group.group.choices) if group.group.choices else ()
        if field is None or not field.targets or not allowed:
            continue
        known = {line.id for line in draft.old.lines.get(name, ())} if draft.old is not None else set()
        for place, line in enumerate(draft.record.lines.get(name, ())):
            value = line.values.get(group.keyed_by)
            other = draft.work.unit.get(field.targets[0], value) if isinstance(value, str) and line.id not in known else None
            if other is not None and str(other.get(draft.work.runtime.model.entity_types[other.entity_type].key)) not in allowed:
                rule = f"{draft.entity.subtypes[subtype].subtype.path}.choices.{group.group.choices}"
                label = field.label(draft.work.context.language)
                yield about(draft.work.runtime.model, "not_selectable", rule, field=f"{name}[{place}].{group.keyed_by}", label=label, value=other.number)


def _filled_by_effects(attempt: Attempt) -> frozenset[str]:
    action = attempt.action
    if action is None:
        return frozenset()
    return frozenset(path for effect in action.effects for path in written_paths(effect, action.action.section)) - frozenset(action.action.inputs)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for finding in findings:
        key = (finding.code, finding.field, finding.rule if finding.code == _CHECK else "")
        if key not in seen:
            seen.add(key)
            yield finding
