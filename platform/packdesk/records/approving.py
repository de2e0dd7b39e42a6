"""Approvals of a record: who asked, who may decide, and what came of it (WF-6 to WF-9)."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.characters import unseen
from packdesk.model.nodes import Allow
from packdesk.model.rules import Approval, OnRejection
from packdesk.records import policy
from packdesk.records.act import act_in
from packdesk.records.context import Context, run
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.effects.approving import refuse_without_approvers
from packdesk.records.filling import settled
from packdesk.records.finding_records import existing
from packdesk.records.findings import about
from packdesk.records.once import change_once
from packdesk.records.outcome import Outcome, Reference
from packdesk.records.recomputing import refresh
from packdesk.records.storing import react
from packdesk.records.views import reference
from packdesk.runtime.engine_columns import PENDING, REJECTED
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lifecycle import gives_up, is_final, names
from packdesk.runtime.values import Record
from packdesk.store import approvals
from packdesk.store.approvals import ApprovalRequest, Vote
from packdesk.store.people import load_people

#: Of a reason nobody needs more.
LONGEST_REASON = 1000
_STATES = {
    approvals.PENDING: ("open", "offen"),
    approvals.APPROVED: ("approved", "genehmigt"),
    approvals.REJECTED: ("not approved", "nicht genehmigt"),
    approvals.WITHDRAWN: ("withdrawn", "zurückgezogen"),
}
#: What the history calls a decision.
APPROVE, REJECT, RESUBMIT = "approve", "reject", "resubmit"
DECISIONS = frozenset({APPROVE, REJECT, RESUBMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """A request for approval as one actor sees it."""

    request: ApprovalRequest
    label: str
    #: Who may decide, in words; empty where the release knows the approval no longer.
    deciders: str
    #: Why the actor may not decide about it; None: he may.
    refused: Finding | None
    #: The actor may submit the record again.
    may_resubmit: bool


def approvals_of(context: Context, entity_type: str, ref: str) -> tuple[ApprovalView, ...]:
    """Return what was ever asked for about a record, the oldest first."""
    return run(context, lambda unit, runtime: seen_by(begin(context, unit, runtime), entity_type, ref), write=False)


def seen_by(work: Work, entity_type: str, ref: str) -> tuple[ApprovalView, ...]:
    """Return what ``approvals_of`` does, inside a transaction."""
    record = existing(work, entity_type, ref)
    found = approvals.of_record(work.unit.connection, entity_type, record.id)
    again = _may_resubmit(work, record)
    return tuple(_view(work, request, again=again) for request in found)


def waiting(context: Context, limit: int = 20) -> tuple[Reference, ...]:
    """Return the records that wait for a decision of the actor, the oldest first; what he does not see is left out."""

    def work(at: Work) -> tuple[Reference, ...]:
        actor, model = context.actor, at.runtime.model
        own = [approval.id for approval in model.approvals.values() if names(approval.allow, actor)]
        found: list[Reference] = []
        for request in approvals.waiting(at.unit.connection, own, actor.login, limit):
            record = at.unit.get(request.entity_type, request.record_id) if request.entity_type in model.entity_types else None
            if record is not None and policy.is_open(at.runtime, actor, "view", record, at.unit):
                found.append(reference(at, record))
        return tuple(dict.fromkeys(found))

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def decide(context: Context, entity_type: str, ref: str, request: str, *, agrees: bool, reason: str = "") -> Outcome:
    """Agree to a record, or do not; the last one that is needed lets it go on. Raises ``Refused`` or ``unknown_approval_request``."""
    return change_once(context, lambda unit, runtime: _decided(begin(context, unit, runtime), (entity_type, ref, request), agrees, _read(reason)))


def resubmit(context: Context, entity_type: str, ref: str, request: str, *, reason: str = "") -> Outcome:
    """Ask once more for an approval that was not given; whoever may edit the record may."""
    return change_once(context, lambda unit, runtime: _asked_again(begin(context, unit, runtime), (entity_type, ref, request), _read(reason)))


def _decided(work: Work, asked: tuple[str, str, str], agrees: bool, reason: str) -> Outcome:
    old, request = _taken(work, asked)
    if refused := _refused(work, request):
        raise Refused([refused])
    approval = work.runtime.model.approvals[request.approval]
    connection, now = work.unit.connection, work.now
    try:
        approvals.vote(connection, request.id, Vote(login=work.context.actor.login, agrees=agrees, reason=reason, at=now))
    except sa.exc.IntegrityError as error:
        raise Refused([_about(work, "already_decided", approval)]) from error
    if not agrees:
        approvals.end(connection, request.id, approvals.REJECTED, now)
    elif request.agreed + 1 >= request.needed:
        approvals.end(connection, request.id, approvals.APPROVED, now)
    warnings: tuple[Finding, ...] = ()
    if not agrees and approval.on_rejection is OnRejection.CANCEL:
        try:
            return _cancelled(work, old, approval)
        except Refused as not_ended:  # it stays blocked, and who decided hears why it did not end
            warnings = not_ended.findings
    done = _stored(work, old, APPROVE if agrees else REJECT, approval)
    return Outcome(record=done, changed=_changed(old, done), warnings=warnings)


def _cancelled(work: Work, old: Record, approval: Approval) -> Outcome:
    """End a record that was not approved, by the action that does so; raises ``Refused`` with nothing done where it asks for what nobody gave."""
    with work.unit.savepoint():
        done = _stored(work, old, REJECT, approval, gone=True)
        ending = _ending(work.runtime.type(done.entity_type), done)
        if not ending:
            raise Refused([about(work.runtime.model, "approval_rejected", f"{approval.path}.on_rejection")])
        return act_in(_as_the_rule(work), done.entity_type, done.id, ending)


def _asked_again(work: Work, asked: tuple[str, str, str], reason: str) -> Outcome:
    old, request = _taken(work, asked)
    entity = work.runtime.type(old.entity_type)
    if refused := policy.may(work.runtime, work.context.actor, "edit", entity.id, record=old, graph=work.unit):
        raise Refused([refused])
    approval = work.runtime.model.approvals.get(request.approval)
    if request.state != approvals.REJECTED or is_final(entity, old):
        raise Refused([_ended(work, request)])
    if approval is not None and approval.effective:
        refuse_without_approvers(Draft(work=work, entity=entity, old=old, record=old), approval)
        request_again = approvals.asked(work.new_id(), old, approval, work.runtime.release, work.context.actor.login, work.now)
        approvals.ask(work.unit.connection, request_again)
    else:  # nobody is to be asked any more
        approvals.end(work.unit.connection, request.id, approvals.WITHDRAWN, work.now)
    if reason:
        work.unit.add_note(old, reason)
    done = _stored(work, old, RESUBMIT, approval)
    return Outcome(record=done, changed=_changed(old, done))


def _changed(old: Record, new: Record) -> tuple[str, ...]:
    return ("approval",) if new.get("approval") != old.get("approval") else ()


def state_word(state: str, language: str) -> str:
    """Return how people call the state of a request."""
    english, german = _STATES[state]
    return german if language == "de" else english


def _read(reason: str) -> str:
    """Return a reason as it is kept; raises ``Refused`` for one that is too long or holds what nobody sees."""
    text = reason.strip()
    if character := unseen(text, lines=True):
        raise Refused([Finding(code="forbidden_character", field="reason", facts={"label": "reason", "character": character})])
    if len(text) > LONGEST_REASON:
        raise Refused([Finding(code="too_long", field="reason", facts={"label": "reason", "limit": LONGEST_REASON, "length": len(text)})])
    return text


def _taken(work: Work, asked: tuple[str, str, str]) -> tuple[Record, ApprovalRequest]:
    """Return the record, held for this change so that two who decide at once come one after the other, and the request."""
    entity_type, ref, wanted = asked
    there = existing(work, entity_type, ref)
    record = work.unit.get(entity_type, there.id, for_update=True)
    if record is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    found = next((request for request in approvals.of_record(work.unit.connection, entity_type, record.id) if request.id == wanted), None)
    if found is None:
        raise PackdeskError("unknown_approval_request")
    return record, found


def _refused(work: Work, request: ApprovalRequest) -> Finding | None:
    """Return why the actor may not decide about a request; None: he may."""
    actor, approval = work.context.actor, work.runtime.model.approvals.get(request.approval)
    if request.state != approvals.PENDING or approval is None:
        return _ended(work, request)
    if not actor.system and not names(approval.allow, actor):
        return _about(work, "not_approver", approval)
    if request.requested_by == actor.login:
        return _about(work, "own_request", approval)
    return _about(work, "already_decided", approval) if any(vote.login == actor.login for vote in request.votes) else None


def _ended(work: Work, request: ApprovalRequest) -> Finding:
    return about(work.runtime.model, "approval_ended", f"approvals.{request.approval}", state=state_word(request.state, work.context.language))


def _about(work: Work, code: str, approval: Approval) -> Finding:
    label = approval.label.in_language(work.context.language)
    return about(work.runtime.model, code, f"{approval.path}.allow", label=label, others=_named(work, approval.allow))


def _stored(work: Work, old: Record, action: str, approval: Approval | None, *, gone: bool = False) -> Record:
    """Store what a record lacks of approvals now, as an entry of its history; let the rules answer it."""
    entity = work.runtime.type(old.entity_type)
    latest = {request.approval: request.state for request in approvals.of_record(work.unit.connection, old.entity_type, old.id)}
    missing = PENDING if approvals.PENDING in latest.values() else REJECTED if approvals.REJECTED in latest.values() and not gone else None
    draft = settled(Draft(work=work, entity=entity, old=old, record=old, rules=() if approval is None else (approval.path,)).writing({"approval": missing}))
    record = work.unit.update(old, draft.record, action=action, rules=draft.rules)
    refresh(work, old, record)
    record = work.unit.get(record.entity_type, record.id) or record
    return react(draft, record, action=action, approval=approval.id if approval is not None else "")


def _ending(entity: EntityRuntime, record: Record) -> str:
    """Return the action that ends a record without completing it from where it stands; empty where none does."""
    moves = ((action.action.id, action.move) for action in entity.actions_in_order if action.move is not None)
    return next((name for name, move in moves if record.get("state") in move.move.from_states and gives_up(entity, move)), "")


def _as_the_rule(work: Work) -> Work:
    """Return the work of what the approval itself demands: no right of who decided stands in its way, and the history names him."""
    return replace(work, context=replace(work.context, actor=replace(work.context.actor, system=True)))


def _view(work: Work, request: ApprovalRequest, *, again: bool) -> ApprovalView:
    approval = work.runtime.model.approvals.get(request.approval)
    return ApprovalView(
        request=request,
        label=approval.label.in_language(work.context.language) if approval is not None else request.approval,
        deciders=_named(work, approval.allow) if approval is not None else "",
        refused=_refused(work, request),
        may_resubmit=again and request.state == approvals.REJECTED,
    )


def _may_resubmit(work: Work, record: Record) -> bool:
    if record.get("approval") != REJECTED:
        return False
    return policy.may(work.runtime, work.context.actor, "edit", record.entity_type, record=record, graph=work.unit) is None


def _named(work: Work, allow: Allow) -> str:
    """Return in words whom an ``allow`` names: units, roles and people."""
    model, language = work.runtime.model, work.context.language
    units = (model.organisation.units[unit].label.in_language(language) for unit in allow.units if unit in model.organisation.units)
    roles = (model.roles[role].label.in_language(language) for role in allow.roles if role in model.roles)
    people = (person.name for person in load_people(work.unit.connection) if person.login in allow.users) if allow.users else ()
    return ", ".join((*units, *roles, *people))
