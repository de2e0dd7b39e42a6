"""The effect that asks for an approval: until it is given, nobody goes on with the record."""

from packdesk.errors import Refused
from packdesk.model.rules import Approval
from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.records.findings import about
from packdesk.runtime.engine_columns import PENDING
from packdesk.store import approvals


def request_approval(draft: Draft, prepared: Prepared) -> Performed:
    """Ask for an approval, once at a time; one that is not effective is asked for by nobody.

    Raises ``Refused`` where too few people could give it: the record would be blocked for ever.
    """
    name = str(prepared.arguments.get("approval"))
    approval = draft.work.runtime.model.approvals[name]
    if not approval.effective or name in draft.approvals or _is_open(draft, name):
        return Performed(draft=draft)
    refuse_without_approvers(draft, approval)
    return Performed(draft=draft.writing({"approval": PENDING}).having(approvals=(*draft.approvals, name)), result=name)


def refuse_without_approvers(draft: Draft, approval: Approval) -> None:
    """Raise ``Refused`` where fewer people than are needed could give an approval that the actor asks for."""
    work = draft.work
    organisation = work.runtime.model.organisation
    units = [unit for unit in organisation.units if not set(organisation.ancestors(unit)).isdisjoint(approval.allow.units)]
    able = approvals.able(work.unit.connection, approval.allow, units) - {work.context.actor.login}
    if len(able) < approval.needed:
        label = approval.label.in_language(work.context.language)
        raise Refused([about(work.runtime.model, "approval_without_approvers", approval.path, label=label, needed=approval.needed, able=len(able))])


def _is_open(draft: Draft, name: str) -> bool:
    if draft.record.get("approval") is None or draft.old is None:
        return False
    stored = approvals.of_record(draft.work.unit.connection, draft.entity.id, draft.record.id)
    return any(request.approval == name and request.state == approvals.PENDING for request in stored)
