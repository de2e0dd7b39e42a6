"""Lays what was given over the record: the draft that the field rules judge and that effects start from."""

from dataclasses import replace

from packdesk.records import policy
from packdesk.records.assigning import assigned
from packdesk.records.assignment import is_assignable, with_unit
from packdesk.records.attempts import Attempt
from packdesk.records.drafts import Draft
from packdesk.records.evaluation import environment, situation
from packdesk.records.filling import newly_open, settled, with_automatic_lines, with_defaults, with_line_values
from packdesk.runtime.engine_columns import NORMAL
from packdesk.runtime.situation import stored
from packdesk.runtime.values import Record


def new_record(attempt: Attempt) -> Draft:
    """Return the draft of a creation: number, subtype, first status, what related records hand on, defaults, derived fields."""
    draft = _given(attempt, _blank(attempt))
    draft = _carried_over(draft)
    draft = with_automatic_lines(draft)
    draft = with_defaults(draft, frozenset(draft.entity.fields))
    return _finished(draft)


def edited_record(attempt: Attempt) -> Draft:
    """Return the draft of an edit; a chosen status brings its state."""
    draft = _moved(attempt, _given(attempt, _standing(attempt)))
    return _finished(with_defaults(draft, newly_open(draft)))


def acted_record(attempt: Attempt) -> Draft:
    """Return the draft of an action: on the way to the move's state, its section present, inputs nobody gave filled by their defaults."""
    action = attempt.action
    if action is None:
        raise TypeError("there is no action to do")
    draft = replace(_given(attempt, _standing(attempt)), action=action, section=action.action.section)
    draft = _moved(attempt, draft)
    own = draft.entity.fields
    typed = frozenset(name for name, field in action.inputs.items() if field.required is True and name in own and own[name].required is not True)
    draft = with_defaults(draft, newly_open(draft) | (frozenset(action.inputs) & frozenset(own)), typed)
    return _finished(_with_free_inputs(attempt, draft))


def _blank(attempt: Attempt) -> Draft:
    work, entity, given = attempt.work, attempt.entity, attempt.given.values
    subtype = given.get("subtype") or _default_subtype(attempt)
    own: dict[str, object] = {
        "id": work.new_id(),
        "number": "" if work.trial else work.unit.next_number(entity.id),
        "version": 0,
        "subtype": subtype,
        "owner_unit": policy.owner_group(work.runtime.model, attempt.actor),
        "privacy_level": NORMAL,
        "created_at": work.now,
        "created_by": attempt.actor.login,
        "updated_at": work.now,
        "updated_by": attempt.actor.login,
    }
    if entity.lifecycle is not None:
        state = entity.lifecycle.initial.id
        own |= {"state": state, "status": entity.default_status(state, str(subtype or ""))}
    values = {**dict.fromkeys(entity.fields), **{name: value for name, value in own.items() if name in entity.fields or name in ("id", "number", "version")}}
    return Draft(work=work, entity=entity, old=None, record=Record(entity.id, values, dict.fromkeys(entity.groups, ())))


def _standing(attempt: Attempt) -> Draft:
    if attempt.old is None:
        raise TypeError("there is no record to change")
    return Draft(work=attempt.work, entity=attempt.entity, old=attempt.old, record=attempt.old)


def _given(attempt: Attempt, draft: Draft) -> Draft:
    given = attempt.given
    values = {path: value for path, value in given.values.items() if value is not None or path not in ("subtype", "status", "privacy_level", "owner_unit")}
    record = draft.record.having(values, given.lines)
    if draft.old is None and isinstance(status := given.values.get("status"), str) and draft.entity.lifecycle is not None:
        record = record.having({"state": draft.entity.lifecycle.statuses[status].state})
    return draft.having(record=record, links=given.links, given=frozenset((*given.values, *given.lines, *given.links)), inputs=given.inputs)


def _moved(attempt: Attempt, draft: Draft) -> Draft:
    judged = attempt.judged
    if not judged.status:
        return draft
    return draft.writing({"status": judged.status, "state": judged.state}).having(rules=(*draft.rules, *judged.rules))


def _carried_over(draft: Draft) -> Draft:
    """Return the draft with what its parents hand on, where nobody gave it."""
    for relation, ends in draft.links.items():
        carried = draft.entity.relations[relation].carry_over
        other = draft.work.unit.get(ends[0].entity_type, ends[0].id) if ends and carried else None
        if other is None:
            continue
        env = replace(environment(draft), names={relation: other})
        values = {path: stored(value.evaluate(env)) for path, value in carried.items() if path not in draft.given}
        draft = draft.writing({path: value for path, value in values.items() if value is not None})
    return draft


def _with_free_inputs(attempt: Attempt, draft: Draft) -> Draft:
    """Return the draft with the action's own inputs, those left out at their defaults."""
    action = attempt.action
    free = {name: field for name, field in (action.inputs.items() if action else ()) if name not in draft.entity.fields or name not in draft.given}
    values = dict(draft.inputs)
    for name, field in free.items():
        own = name in (action.action.inputs if action else ()) and name not in (action.action.field_inputs if action else ())
        if own and name not in values:
            values[name] = situation(replace(draft, inputs=values)).value(field.default)
    return draft.having(inputs=values)


def _finished(draft: Draft) -> Draft:
    draft = with_line_values(draft)
    if draft.entity.assignment_rules:
        # A rule may read what is computed.
        draft = assigned(settled(draft))
    return settled(with_unit(draft) if is_assignable(draft) else draft)


def _default_subtype(attempt: Attempt) -> str | None:
    if not attempt.entity.entity.subtyped:
        return None
    offered = policy.offered_subtypes(attempt.work.runtime, attempt.actor, attempt.entity.id)
    return offered[0].id if offered and offered[0].default else None
