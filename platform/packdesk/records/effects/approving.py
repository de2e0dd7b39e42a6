"""The effect that asks for an approval: until it is given, nobody goes on with the record."""

from packdesk.errors import Refused
from packdesk.model.rules import Approval
from packdesk.records.drafts import Draft, Work
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.records.findings import about
from packdesk.runtime.engine_columns import PENDING
from packdesk.runtime.lifecycle import is_final
from packdesk.store import approvals


def request_approval(draft: Draft, prepared: Prepared) -> Performed:
    """Ask for an approval, once at a time; one that is not effective is asked for by nobody, and so is any about a record that came to its end.

    Raises ``Refused`` where too few people could give it: the record would be blocked for ever.
    """
    name = str(prepared.arguments.get("approval"))
    approval = draft.work.runtime.model.approvals[name]
    if not approval.effective or name in draft.approvals or is_final(draft.entity, draft.record):
        return Performed(draft=draft)
    asked = approvals.of_record(draft.work.unit.connection, draft.entity.id, draft.record.id) if draft.old is not None else ()
    own = tuple(request for request in asked if request.approval == name)
    if any(request.state == approvals.PENDING for request in own):
        return Performed(draft=draft)
    refuse_without_approvers(draft.work, approval, approvals.askers(own))
    return Performed(draft=draft.writing({"approval": PENDING}).having(approvals=(*draft.approvals, name)), result=name)


def refuse_without_approvers(work: Work, approval: Approval, askers: frozenset[str]) -> None:
    """Raise ``Refused`` where fewer people than are needed could give an approval that the actor asks for, as others (``askers``) did before."""
    able = able_to_give(work, approval) - askers - {work.context.actor.login}
    if len(able) < approval.needed:
        label = approval.label.in_language(work.context.language)
        raise Refused([about(work.runtime.model, "approval_without_approvers", approval.path, label=label, needed=approval.needed, able=len(able))])


def able_to_give(work: Work, approval: Approval) -> frozenset[str]:
    """Return the logins of those whom an approval names and who may log in now."""
    organisation = work.runtime.model.organisation
    units = [unit for unit in organisation.units if not set(organisation.ancestors(unit)).isdisjoint(approval.allow.units)]
    return approvals.able(work.unit.connection, approval.allow, units)
