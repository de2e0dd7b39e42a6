"""Lists what may be done with a record now, and why the rest may not (GEN-13)."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from packdesk.errors import Finding
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.findings import about
from packdesk.records.screening import closed_to
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.explain import condition_at
from packdesk.runtime.lifecycle import ActionState, allowed
from packdesk.runtime.situation import situation
from packdesk.runtime.unmet import is_about_person, reasoned
from packdesk.runtime.values import Actor, Record

#: Refusals that may be said in more words than the guards know.
_WORDED = frozenset({"unavailable", "transition_forbidden", "not_assignee"})


def available(context: Context, entity_type: str, ref: str) -> tuple[ActionState, ...]:
    """Return every action of the record, those that the actor may do enabled; the guards say the same when it is done."""

    def work(unit: Work) -> tuple[ActionState, ...]:
        record = existing(unit, entity_type, ref)
        return with_reasons(unit, record, states(unit, record))

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def states(work: Work, record: Record, only: Collection[str] | None = None) -> tuple[ActionState, ...]:
    """Return every action of a record (or ``only`` these) inside a transaction, refused for rights first, as the guards would."""
    runtime, actor = work.runtime, work.context.actor
    found = allowed(runtime, record, actor, work.unit, work.now, zone=work.zone, only=only)
    if actor.system or not found:
        return found
    on_type = policy.may(runtime, actor, "act", record.entity_type)
    if on_type is not None:
        return tuple(_refused(state, on_type) for state in found)
    beyond = policy.record_refused(runtime, actor, "act", record, work.unit)
    return tuple(
        state
        if (refused := _permission_missing(work, state) or beyond or policy.form_refused(runtime, actor, state.action)) is None
        else _refused(state, refused)
        for state in found
    )


def _permission_missing(work: Work, state: ActionState) -> Finding | None:
    runtime, action = work.runtime, state.action
    if policy.has_permission(runtime, work.context.actor, action.permission):
        return None
    return about(runtime.model, "permission_missing", f"{action.path}.permission", permission=action.permission)


def _refused(state: ActionState, refused: Finding) -> ActionState:
    return replace(state, enabled=False, findings=(replace(refused, action=state.action.id),))


def with_reasons(work: Work, record: Record, found: Iterable[ActionState]) -> tuple[ActionState, ...]:
    """Return the states with the reasons in words, where no more was said than that an action is not open.

    For who reads them: working the words out for every row of a list would cost more than the rest of it.
    """
    actions = work.runtime.type(record.entity_type).actions
    return tuple(
        replace(state, findings=reasons(work, record, actions[state.action.id], state.findings), for_others=_is_for_others(work, record, state))
        for state in found
    )


def _is_for_others(work: Work, record: Record, state: ActionState) -> bool:
    """Say whether an action that is not offered lacks nothing but another person."""
    if state.offered or not state.findings or state.findings[0].code != "unavailable":
        return False
    at = situation(work.runtime.type(record.entity_type), record, work.context.actor, work.unit, work.now, zone=work.zone, old=record)
    condition = condition_at(at.entity, state.findings[0].rule)
    return condition is not None and is_about_person(at, condition)


def reasons(work: Work, record: Record, action: ActionRuntime, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings about an action of a record with who was faster, or with what would have to be otherwise for it to be open."""
    if not any(finding.code in _WORDED for finding in findings):
        return findings
    actor = work.context.actor
    at = situation(work.runtime.type(record.entity_type), record, actor, work.unit, work.now, zone=work.zone, old=record)
    closed = closed_to(work.runtime, actor)
    return tuple(_claimed(finding, action, record, actor) or reasoned(at, finding, closed) for finding in findings)


def _claimed(finding: Finding, action: ActionRuntime, record: Record, actor: Actor) -> Finding | None:
    """Return that somebody was faster, when the action would have given the record to a person (T-30)."""
    holder = record.get("assigned_user")
    takes = any(effect.effect.do == "assign" and "user" in effect.arguments for effect in action.effects)
    if finding.code != "unavailable" or not takes or holder is None or holder == actor.login:
        return None
    return replace(finding, code="already_claimed", facts={**finding.facts, "user": holder})
