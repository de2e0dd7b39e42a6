"""Approvals of a record: who asked, who may decide, and what came of it (WF-6 to WF-9).

Of each approval the newest request counts. Whoever asked for it since it was last given does not give it, however often it was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.characters import unseen
from packdesk.model.nodes import Allow
from packdesk.model.rules import Approval, Event, OnRejection
from packdesk.records import everywhere, policy
from packdesk.records.act import act_in
from packdesk.records.context import Context, run
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.effects.approving import able_to_give, refuse_without_approvers
from packdesk.records.filling import settled
from packdesk.records.finding_records import existing
from packdesk.records.findings import about
from packdesk.records.once import change_once
from packdesk.records.outcome import Outcome
from packdesk.records.recomputing import refresh
from packdesk.records.storing import react
from packdesk.runtime.engine_columns import PENDING, REJECTED
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lifecycle import gives_up, is_final, names
from packdesk.runtime.values import Record
from packdesk.store import approvals
from packdesk.store.approvals import ApprovalRequest, Vote
from packdesk.store.people import names_of

#: Of a reason nobody needs more.
LONGEST_REASON = 1000
_STATES = {
    approvals.PENDING: ("open", "offen"),
    approvals.APPROVED: ("approved", "genehmigt"),
    approvals.REJECTED: ("not approved", "nicht genehmigt"),
    approvals.WITHDRAWN: ("withdrawn", "zurückgezogen"),
}
#: What the history calls a decision: no action of a pack has such an id.
APPROVE, REJECT, RESUBMIT = "$approve", "$reject", "$resubmit"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A request among all that were ever made about its record."""

    record: Record
    request: ApprovalRequest
    #: Those for the same approval, the oldest first.
    own: tuple[ApprovalRequest, ...]

    @property
    def newest(self) -> bool:
        """Say whether no later one took its place."""
        return self.own[-1].id == self.request.id

    @property
    def askers(self) -> frozenset[str]:
        """Return who asked for it since it was last given."""
        return approvals.askers(self.own)


def approvals_of(context: Context, entity_type: str, ref: str) -> tuple[ApprovalView, ...]:
    """Return what was ever asked for about a record, the oldest first."""
    return run(context, lambda unit, runtime: seen_by(begin(context, unit, runtime), entity_type, ref), write=False)


def seen_by(work: Work, entity_type: str, ref: str) -> tuple[ApprovalView, ...]:
    """Return what ``approvals_of`` does, inside a transaction."""
    record = existing(work, entity_type, ref)
    requests = approvals.of_record(work.unit.connection, entity_type, record.id)
    known = {name: work.runtime.model.approvals.get(name) for name in dict.fromkeys(request.approval for request in requests)}
    deciders = {name: _named(work, approval.allow) if approval is not None else "" for name, approval in known.items()}
    edits = bool(requests) and policy.may(work.runtime, work.context.actor, "edit", entity_type, record=record, graph=work.unit) is None
    return tuple(
        ApprovalView(
            request=case.request,
            label=_label(work, case.request),
            deciders=deciders[case.request.approval],
            refused=_refused(work, case, deciders[case.request.approval]),
            may_resubmit=edits and _can_be_asked_again(work, case),
        )
        for case in (_case(record, request, requests) for request in requests)
    )


def waiting(context: Context, each: int = 20) -> tuple[everywhere.Hits, ...]:
    """Return the records of each type that wait for a decision of the actor, the oldest first; what he does not see is left out."""

    def work(at: Work) -> tuple[everywhere.Hits, ...]:
        own = [approval.id for approval in at.runtime.model.approvals.values() if names(approval.allow, context.actor)]
        wanted = approvals.waiting(at.unit.connection, own, context.actor.login)
        return tuple(hits for hits in everywhere.among(at, wanted, each) if hits.rows)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def decide(context: Context, entity_type: str, ref: str, request: str, *, agrees: bool, reason: str = "") -> Outcome:
    """Agree to a record, or do not; the last one that is needed lets it go on. Raises ``Refused`` or ``unknown_approval_request``."""
    return change_once(context, lambda unit, runtime: _decided(begin(context, unit, runtime), (entity_type, ref, request), agrees, _read(reason)))


def resubmit(context: Context, entity_type: str, ref: str, request: str, *, reason: str = "") -> Outcome:
    """Ask once more for an approval that was not given, or that nobody can give any more; whoever may edit the record may."""
    return change_once(context, lambda unit, runtime: _asked_again(begin(context, unit, runtime), (entity_type, ref, request), _read(reason)))


def state_word(state: str, language: str) -> str:
    """Return how people call the state of a request."""
    english, german = _STATES[state]
    return german if language == "de" else english


# deciding ------------------------------------------------------------------------------------------------------------------------


def _decided(work: Work, asked: tuple[str, str, str], agrees: bool, reason: str) -> Outcome:
    case = _taken(work, asked)
    request, old = case.request, case.record
    if refused := _refused(work, case):
        raise Refused([refused])
    approval = work.runtime.model.approvals[request.approval]
    approvals.vote(work.unit.connection, request.id, Vote(login=work.context.actor.login, agrees=agrees, reason=reason, at=work.now))
    if agrees and request.agreed + 1 < request.needed:
        return _outcome(old, _stored(work, old, APPROVE, approval))
    approvals.end(work.unit.connection, request.id, approvals.APPROVED if agrees else approvals.REJECTED, work.now)
    if agrees:
        return _outcome(old, _stored(work, old, APPROVE, approval, Event.APPROVAL_GIVEN))
    warnings: tuple[Finding, ...] = ()
    if approval.on_rejection is OnRejection.CANCEL:
        try:
            return _cancelled(work, old, approval)
        except Refused as not_ended:  # it stays blocked, and who decided hears why it did not end
            warnings = not_ended.findings
    return replace(_outcome(old, _stored(work, old, REJECT, approval, Event.APPROVAL_REFUSED)), warnings=warnings)


def _cancelled(work: Work, old: Record, approval: Approval) -> Outcome:
    """End a record that was not approved, by the action that does so; raises ``Refused`` with nothing done where it asks for what nobody gave."""
    with work.unit.savepoint():
        done = _stored(work, old, REJECT, approval, Event.APPROVAL_REFUSED, gone=True)
        ending = _ending(work.runtime.type(done.entity_type), done)
        if not ending:
            raise Refused([about(work.runtime.model, "approval_rejected", f"{approval.path}.on_rejection")])
        return act_in(_as_the_rule(work), done.entity_type, done.id, ending)


def _asked_again(work: Work, asked: tuple[str, str, str], reason: str) -> Outcome:
    case = _taken(work, asked)
    old, request = case.record, case.request
    if refused := policy.may(work.runtime, work.context.actor, "edit", old.entity_type, record=old, graph=work.unit):
        raise Refused([refused])
    if not _can_be_asked_again(work, case):
        raise Refused([_ended(work, request)])
    approval = work.runtime.model.approvals.get(request.approval)
    wanted = approval if approval is not None and approval.effective else None
    if request.state == approvals.PENDING or wanted is None:
        approvals.end(work.unit.connection, request.id, approvals.WITHDRAWN, work.now)
    if wanted is not None:
        refuse_without_approvers(work, wanted, case.askers)
        again = approvals.asked(work.new_id(), old, wanted, work.runtime.release, work.context.actor.login, work.now)
        approvals.ask(work.unit.connection, again)
    if reason:
        work.unit.add_note(old, reason)
    event = Event.APPROVAL_REQUESTED if wanted is not None else None
    return _outcome(old, _stored(work, old, RESUBMIT, approval, event))


def _taken(work: Work, asked: tuple[str, str, str]) -> _Case:
    """Return the case, with the record held for this change, so that two who decide at once come one after the other."""
    entity_type, ref, wanted = asked
    there = existing(work, entity_type, ref)
    record = work.unit.get(entity_type, there.id, for_update=True)
    if record is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    requests = approvals.of_record(work.unit.connection, entity_type, record.id)
    found = next((request for request in requests if request.id == wanted), None)
    if found is None:
        raise PackdeskError("unknown_approval_request")
    return _case(record, found, requests)


def _stored(work: Work, old: Record, what: str, approval: Approval | None, event: Event | None = None, *, gone: bool = False) -> Record:
    """Store what a record lacks of approvals now, as an entry of its history; let the rules answer what was decided."""
    entity = work.runtime.type(old.entity_type)
    latest = {request.approval: request.state for request in approvals.of_record(work.unit.connection, old.entity_type, old.id)}
    missing = PENDING if approvals.PENDING in latest.values() else REJECTED if approvals.REJECTED in latest.values() and not gone else None
    rules = () if approval is None else (approval.path,)
    draft = settled(Draft(work=work, entity=entity, old=old, record=old, rules=rules).writing({"approval": missing}))
    record = work.unit.update(old, draft.record, action=what, rules=rules)
    refresh(work, old, record)
    record = work.unit.get(record.entity_type, record.id) or record
    return react(draft, record, ((event, approval.id),) if event is not None and approval is not None else ())


def _outcome(old: Record, new: Record) -> Outcome:
    return Outcome(record=new, changed=("approval",) if new.get("approval") != old.get("approval") else ())


def _ending(entity: EntityRuntime, record: Record) -> str:
    """Return the action that ends a record without completing it from where it stands; empty where none does."""
    moves = ((action.action.id, action.move) for action in entity.actions_in_order if action.move is not None)
    return next((name for name, move in moves if record.get("state") in move.move.from_states and gives_up(entity, move)), "")


def _as_the_rule(work: Work) -> Work:
    """Return the work of what the approval itself demands: no right of who decided stands in its way, and the history names him."""
    return replace(work, context=replace(work.context, actor=replace(work.context.actor, system=True)))


# what may be done ----------------------------------------------------------------------------------------------------------------


def _case(record: Record, request: ApprovalRequest, requests: tuple[ApprovalRequest, ...]) -> _Case:
    return _Case(record=record, request=request, own=tuple(each for each in requests if each.approval == request.approval))


def _refused(work: Work, case: _Case, deciders: str = "") -> Finding | None:
    """Return why the actor may not decide about a request; None: he may. ``deciders`` are those who may, in words, where they are known."""
    actor, request = work.context.actor, case.request
    approval = work.runtime.model.approvals.get(request.approval)
    if request.state != approvals.PENDING or approval is None or is_final(work.runtime.type(case.record.entity_type), case.record):
        return _ended(work, request)
    if not actor.system and not names(approval.allow, actor):
        return _about(work, "not_approver", approval, {"others": deciders or _named(work, approval.allow)})
    if actor.login in case.askers:
        return _about(work, "own_request", approval)
    return _about(work, "already_decided", approval) if any(vote.login == actor.login for vote in request.votes) else None


def _can_be_asked_again(work: Work, case: _Case) -> bool:
    """Say whether a request may be made once more: the newest of its approval, which was not given or which nobody can give any more."""
    request = case.request
    if not case.newest or is_final(work.runtime.type(case.record.entity_type), case.record):
        return False
    return request.state == approvals.REJECTED or (request.state == approvals.PENDING and _is_stuck(work, case))


def _is_stuck(work: Work, case: _Case) -> bool:
    """Say whether fewer people than are missing could still agree: the release dropped the approval, or people left."""
    request, approval = case.request, work.runtime.model.approvals.get(case.request.approval)
    if approval is None or not approval.effective:
        return True
    left = able_to_give(work, approval) - case.askers - {vote.login for vote in request.votes}
    return len(left) < request.needed - request.agreed


def _ended(work: Work, request: ApprovalRequest) -> Finding:
    return about(work.runtime.model, "approval_ended", f"approvals.{request.approval}", state=state_word(request.state, work.context.language))


def _about(work: Work, code: str, approval: Approval, facts: Mapping[str, str] | None = None) -> Finding:
    found = about(work.runtime.model, code, f"{approval.path}.allow", label=approval.label.in_language(work.context.language))
    return replace(found, facts={**found.facts, **(facts or {})})


def _label(work: Work, request: ApprovalRequest) -> str:
    approval = work.runtime.model.approvals.get(request.approval)
    return approval.label.in_language(work.context.language) if approval is not None else request.approval


def _named(work: Work, allow: Allow) -> str:
    """Return in words whom an ``allow`` names: units, roles and people."""
    model, language = work.runtime.model, work.context.language
    units = (model.organisation.units[unit].label.in_language(language) for unit in allow.units if unit in model.organisation.units)
    roles = (model.roles[role].label.in_language(language) for role in allow.roles if role in model.roles)
    people = names_of(work.unit.connection, allow.users) if allow.users else {}
    return ", ".join((*units, *roles, *(people[login] for login in allow.users if login in people)))


def _read(reason: str) -> str:
    """Return a reason as it is kept; raises ``Refused`` for one that is too long or holds what nobody sees."""
    text = reason.strip()
    if character := unseen(text, lines=True):
        raise Refused([Finding(code="forbidden_character", field="reason", facts={"label": "reason", "character": character})])
    if len(text) > LONGEST_REASON:
        raise Refused([Finding(code="too_long", field="reason", facts={"label": "reason", "limit": LONGEST_REASON, "length": len(text)})])
    return text
