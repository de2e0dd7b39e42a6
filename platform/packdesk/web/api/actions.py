"""``/records/<entity_type>/<ref>/actions``: what can be done now and why not, and doing it."""

from flask import Response, request

from packdesk.records import act as acting
from packdesk.records import actions as offering
from packdesk.records import explaining
from packdesk.records.claim import takes
from packdesk.records.json_values import plain
from packdesk.records.outcome import Control, Outcome
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.lifecycle import ActionState
from packdesk.web.api.findings import warnings_json
from packdesk.web.api.idempotency import once
from packdesk.web.api.records import stored_json
from packdesk.web.api.versions import demanded_version, etag, optional_version
from packdesk.web.bodies import answer, optional_body
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context, runtime


@policy(LOGGED_IN)
def available(entity_type: str, ref: str) -> Response:
    """Answer every action with whether it can be done now, and the reasons where it cannot."""
    asked = context()
    states = offering.available(asked, entity_type, ref)
    return answer({"actions": [_state(state, asked.language) for state in states]})


@policy(LOGGED_IN)
@once
def perform(entity_type: str, ref: str, action: str) -> Response:
    """Do it, if the version is still the one that the client read; the body holds the inputs. Claiming works without a version: the first one wins."""
    asked = context()
    version = demanded_version(request) if _goes_by_a_version(entity_type, action) else optional_version(request)
    outcome = acting.act(asked, entity_type, ref, action, optional_body(request), version)
    body = stored_json(asked, entity_type, outcome)
    if outcome.control is not None:
        body["control"] = _control(outcome.control)
    if made := _results(outcome):
        body["results"] = made
    return answer(body, headers=etag(outcome.record.get("version")))


@policy(LOGGED_IN)
def why(entity_type: str, ref: str, action: str) -> Response:
    """Answer why the action is refused now: the rule, where it is written, and the values that decided."""
    asked = context()
    reasons = explaining.explain_action(asked, entity_type, ref, action)
    described = [{**warnings_json((one.finding,), asked.language)[0], "explanation": _explanation(one.explanation)} for one in reasons]
    return answer({"action": action, "refused": bool(described), "reasons": described})


def _goes_by_a_version(entity_type: str, action: str) -> bool:
    """Say whether there is such an action, and it is none that assigns the record to whoever does it."""
    found = runtime().type(entity_type).actions.get(action)
    return found is not None and not takes(found)


def _explanation(part: Explanation | None) -> object:
    """Return a condition with the values it had, part by part."""
    if part is None:
        return None
    return {"text": part.text, "value": plain(part.value), "sentence": part.sentence, "parts": [_explanation(child) for child in part.children]}


def _state(state: ActionState, language: str) -> dict[str, object]:
    """Return one action as JSON."""
    return {
        "id": state.action.id,
        "label": state.action.label.in_language(language),
        "offered": state.offered,
        "enabled": state.enabled,
        "statuses": list(state.statuses),
        "default_status": state.default_status,
        "inputs": list(state.inputs),
        "findings": warnings_json(state.findings, language),
    }


def _control(control: Control) -> dict[str, object]:
    """Return where a screen would go next."""
    record = control.record
    return {
        "form": control.form,
        "record": None if record is None else {"entity_type": record.entity_type, "id": record.id, "number": record.number, "title": record.title},
        "message": control.message,
        "reveal": plain(control.reveal),
        "values": plain(dict(control.values)),
        "readonly": list(control.readonly),
        "then": control.then,
    }


def _results(outcome: Outcome) -> dict[str, object]:
    """Return what the effects made; those that were skipped are left out."""
    return {name: plain(value) for name, value in outcome.results.items() if value is not None}
