"""Applies a draft that passed the guards: effects, derived fields, the record itself, notes, what must leave, and who reads it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packdesk.errors import Refused
from packdesk.model.rules import Event
from packdesk.records.assigning import assigned_after_effects
from packdesk.records.drafts import Draft, Happening, LinkEnd, Work
from packdesk.records.evaluation import environment, meant
from packdesk.records.field_rules import left_by_effects
from packdesk.records.filling import settled
from packdesk.records.outcome import Control, Outcome, Reference
from packdesk.records.performing import after_effects, performed
from packdesk.records.reactions import deeper, first_that_fits, happened, running
from packdesk.records.recomputing import changed_paths, refresh, refresh_ends
from packdesk.runtime.entity_parts import WorkflowRuntime
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.lifecycle import is_final
from packdesk.runtime.situation import stored
from packdesk.runtime.tags import fill
from packdesk.runtime.values import Record
from packdesk.store import approvals


def store(draft: Draft) -> Outcome:
    """Write the draft and everything that goes with it; raises ``Refused`` when effects or rules left something that may not be stored."""
    draft = _after_effects(draft)
    record = apply(draft)
    record = react(draft, record)
    changed = tuple(path for path in changed_paths(draft.old, record) if path)
    return Outcome(record=record, changed=changed, results=_open_results(draft), control=_control(draft, record))


def apply(draft: Draft) -> Record:
    """Write a draft as it is, with its notes, its messages and what reads it; return the record as it stands then."""
    draft = _released(draft)
    ends = _ends(draft)
    record = _written(draft)
    _keep_approvals(draft, record)
    for text in draft.notes:
        draft.work.unit.add_note(record, text)
    for place, message in enumerate(draft.messages):
        draft.work.unit.enqueue(f"{record.id}:{record.get('version')}:{message.topic}:{place}", message.topic, message.body)
    refresh(draft.work, draft.old, record)
    refresh_ends(draft.work, record, ends)
    return draft.work.unit.get(record.entity_type, record.id) or record


def _released(draft: Draft) -> Draft:
    """Return the draft of a record that came to its end as one that waits for no approval any more."""
    ends = draft.record.get("approval") is not None and is_final(draft.entity, draft.record)
    return draft.writing({"approval": None}) if ends else draft


def _keep_approvals(draft: Draft, record: Record) -> None:
    """Store the requests for approval that effects made, and end those of a record that came to its end."""
    work = draft.work
    for name in draft.approvals:
        approvals.ask(
            work.unit.connection,
            approvals.asked(work.new_id(), record, work.runtime.model.approvals[name], work.runtime.release, work.context.actor.login, work.now),
        )
    if draft.old is not None and draft.old.get("approval") is not None and is_final(draft.entity, record):
        approvals.withdraw(work.unit.connection, record.entity_type, record.id, work.now)


def react(draft: Draft, record: Record, said: Iterable[tuple[Event, str]] = ()) -> Record:
    """Let the workflows answer what happened to the record, which is stored; return it as they leave it, each change an entry of its own.

    ``said`` is what people decided about its approvals. Raises ``Refused`` for what may not be stored, ``rules_too_deep`` where rules
    lead to one another without end (WF-11, E-3).
    """
    if not draft.entity.workflows:
        return record
    work, old, action = draft.work, draft.old, draft.action.action.id if draft.action is not None else ""
    said = (*said, *_requested(draft.approvals))
    while happenings := happened(draft, old, record, action, said):
        before, work, said = record, deeper(work), ()
        for workflow in draft.entity.workflows:
            found = first_that_fits(workflow, happenings, work, record)
            if found is not None:
                work = running(work, workflow, record)
                record, asked = _ran(workflow, found, work, record)
                said = (*said, *_requested(asked))
        old, action = before, ""
        if record is before and not said:
            break
    return record


def _requested(asked: Iterable[str]) -> Iterator[tuple[Event, str]]:
    return ((Event.APPROVAL_REQUESTED, name) for name in asked)


def _ran(workflow: WorkflowRuntime, happening: Happening, work: Work, record: Record) -> tuple[Record, tuple[str, ...]]:
    """Return the record as a workflow leaves it, and the approvals that it asked for."""
    path = workflow.workflow.path
    draft = Draft(work=work, entity=work.runtime.type(record.entity_type), old=record, record=record, happening=happening, rules=(path,))
    done = settled(after_effects(draft, workflow.effects))
    if (done.record != record or done.links) and (findings := left_by_effects(done, draft)):
        raise Refused([finding if finding.rule else replace(finding, rule=path) for finding in findings])
    left = done.record != record or done.links or done.notes or done.messages or done.approvals
    return (apply(done) if left else record), done.approvals


def _after_effects(draft: Draft) -> Draft:
    if draft.action is None or not draft.action.effects:
        return draft
    done = settled(performed(draft))
    if (done.record != draft.record or done.links != draft.links) and (findings := left_by_effects(done, draft)):
        action = draft.action.action.id
        raise Refused([replace(finding, action=finding.action or action) for finding in findings])
    return assigned_after_effects(done)


def _ends(draft: Draft) -> Mapping[str, tuple[LinkEnd, ...]]:
    """Return the other ends of the links that an edit touches, those that it takes away among them."""
    old = draft.old
    if old is None:
        return {}
    before = {name: draft.work.unit.related(old, name) for name in draft.links}
    return {name: (*ends, *(LinkEnd(other.record.entity_type, other.record.id) for other in before[name])) for name, ends in draft.links.items()}


def _written(draft: Draft) -> Record:
    unit, action = draft.work.unit, draft.action.action.id if draft.action is not None else ""
    if draft.old is None:
        return unit.insert(draft.record, draft.links, action=action, rules=draft.rules)
    return unit.update(draft.old, draft.record, draft.links, action=action, rules=draft.rules)


def _open_results(draft: Draft) -> Mapping[str, object]:
    """Return the effects' results without what is shown once only, so that whoever stores an answer stores no secret (O-6)."""
    return {
        name: {member: value for member, value in result.items() if member not in draft.reveal} if isinstance(result, Mapping) else result
        for name, result in draft.results.items()
    }


def _control(draft: Draft, record: Record) -> Control | None:
    """Return where the screen goes, evaluated on the record as it was stored."""
    action = draft.action
    result = action.action.result if action is not None else None
    if action is None or result is None or action.result is None:
        return Control(reveal=dict(draft.reveal)) if draft.reveal else None
    env = environment(replace(draft, record=record))
    values: Mapping[str, object] = {name: meant(source, env) if isinstance(source, Compiled) else source for name, source in action.result.values.items()}
    target = meant(action.result.record, env) if action.result.record is not None else None
    reveal = action.result.reveal.evaluate(env) if action.result.reveal is not None else None
    language = draft.work.context.language
    return Control(
        form=result.form,
        record=reference(draft, target) if isinstance(target, Record) else None,
        message=fill(result.message.in_language(language), draft.entity, env, language) if result.message is not None else "",
        reveal=stored(reveal) if reveal is not None else (dict(draft.reveal) or None),
        values={name: reference(draft, value) if isinstance(value, Record) else stored(value) for name, value in values.items()},
        readonly=result.readonly,
        then=result.then,
    )


def reference(draft: Draft, record: Record) -> Reference:
    """Return a record as others name it."""
    title = draft.work.runtime.type(record.entity_type).title_of
    named = title.evaluate(replace(environment(draft), record=record)) if title is not None else None
    return Reference(record.entity_type, record.id, record.number, str(named or record.number))
