"""``/records/<entity_type>/<ref>/approvals``: what was asked for about a record, and the decisions about it."""

from flask import Response, request

from packdesk.errors import PackdeskError
from packdesk.records import approving
from packdesk.records.json_values import plain
from packdesk.web.api import parameters
from packdesk.web.api.idempotency import once
from packdesk.web.api.records import stored_json
from packdesk.web.api.versions import etag
from packdesk.web.bodies import answer, optional_body
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context


@policy(LOGGED_IN)
def approvals(entity_type: str, ref: str) -> Response:
    """Answer every request for approval of the record, the oldest first."""
    parameters.only(request, frozenset())
    return answer({"approvals": [_view(view) for view in approving.approvals_of(context(), entity_type, ref)]})


@policy(LOGGED_IN)
@once
def approve(entity_type: str, ref: str, approval: str) -> Response:
    """Agree to the record: ``{"reason": ...}``, or nothing."""
    return _decided(entity_type, ref, approval, agrees=True)


@policy(LOGGED_IN)
@once
def reject(entity_type: str, ref: str, approval: str) -> Response:
    """Do not agree to the record: ``{"reason": ...}``, or nothing."""
    return _decided(entity_type, ref, approval, agrees=False)


@policy(LOGGED_IN)
@once
def resubmit(entity_type: str, ref: str, approval: str) -> Response:
    """Ask once more for what was not approved: ``{"reason": ...}``, or nothing."""
    asked = context()
    outcome = approving.resubmit(asked, entity_type, ref, approval, reason=_reason())
    return answer(stored_json(asked, entity_type, outcome), 200, etag(outcome.record.get("version")))


def _decided(entity_type: str, ref: str, approval: str, *, agrees: bool) -> Response:
    asked = context()
    outcome = approving.decide(asked, entity_type, ref, approval, agrees=agrees, reason=_reason())
    return answer(stored_json(asked, entity_type, outcome), 200, etag(outcome.record.get("version")))


def _reason() -> str:
    body = optional_body(request)
    reason = body.get("reason", "")
    if not isinstance(reason, str) or set(body) - {"reason"}:
        raise PackdeskError("malformed_json", reason='{"reason": "..."} is expected')
    return reason


def _view(view: approving.ApprovalView) -> dict[str, object]:
    asked = view.request
    return {
        "id": asked.id,
        "approval": asked.approval,
        "label": view.label,
        "state": asked.state,
        "needed": asked.needed,
        "requested_by": asked.requested_by,
        "requested_at": plain(asked.requested_at),
        "ended_at": plain(asked.ended_at),
        "deciders": view.deciders,
        "may_decide": view.refused is None,
        "may_resubmit": view.may_resubmit,
        "votes": [{"login": vote.login, "agrees": vote.agrees, "reason": vote.reason, "at": plain(vote.at)} for vote in asked.votes],
    }
