"""What the server would say of a form, asked whenever somebody leaves a field: the sentences of saving, and how it read what was typed.

In: the whole form and the names of the fields that were left. Out: for each of them its sentences and what was understood.
"""

import json
from collections.abc import Callable, Iterable, Mapping

from flask import Response, jsonify

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records import read as reading
from packdesk.records.check import check_action, check_edit, check_new
from packdesk.records.context import Context
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import RecordView
from packdesk.runtime.entity import EntityRuntime
from packdesk_ui import acting, answers, editing
from packdesk_ui.controls import Raw
from packdesk_ui.faults import by_field
from packdesk_ui.formstate import Form
from packdesk_ui.lists import dates
from packdesk_ui.understanding import understood

_LEFT = "_left"


def check(entity_type: str, number: str = "", action: str = "") -> Response:
    """Answer for the fields that were left of a record's form, or of an action's."""
    return _checked(lambda look, raw: _form(look, entity_type, number, action, raw))


def check_assign(entity_type: str, number: str) -> Response:
    """Answer for the fields that were left of who is assigned."""
    return _checked(lambda look, _raw: acting.assign_form(look, *_seen(look, entity_type, number)))


def check_dates(entity_type: str, number: str) -> Response:
    """Answer for the fields that were left of a record's dates."""
    return _checked(lambda look, _raw: dates.dates_form(look, *_seen(look, entity_type, number)))


def _checked(form_of: Callable[[Look, Raw], Form]) -> Response:
    """Return what is wrong with each field that was left, and what was understood."""
    context, raw = answers.context(), editing.sent_form()
    with looking(context) as look:
        form = form_of(look, raw)
        base = editing.base_of(raw) if not form.new else json.loads(form.base())
        gone, data = form.gone(raw, base), form.said(raw, base)
        places = form.places(raw)
        left = tuple(name for name in dict.fromkeys(raw.get(_LEFT, ())) if name in places or form.field_at(name) is not None)
        read = {name: understood(form, raw, name) for name in left}
    found = gone or _findings(context, form, data)
    said = _by_name(found, places, look.language)
    return jsonify({"fields": {name: {"faults": said.get(name, ()), "read": read[name]} for name in left}})


def _form(look: Look, entity_type: str, number: str, action: str, raw: Raw) -> Form:
    entity = look.runtime.type(entity_type)
    if refused := policy.may(look.runtime, look.context.actor, _verb(number, action), entity_type):
        raise Refused((refused,))
    if not number:
        return editing.new_form(look, entity, (raw.get("subtype") or [""])[-1])
    view = reading.read(look.context, entity_type, number)
    if not action:
        return editing.edit_form(look, entity, view)
    if action not in entity.actions:
        raise PackdeskError("unknown_action", action=action, entity_type=entity_type)
    return acting.action_form(look, entity, view, entity.actions[action])


def _seen(look: Look, entity_type: str, number: str) -> tuple[EntityRuntime, RecordView]:
    """Return a record that may be edited, with its type."""
    if refused := policy.may(look.runtime, look.context.actor, "edit", entity_type):
        raise Refused((refused,))
    return look.runtime.type(entity_type), reading.read(look.context, entity_type, number)


def _verb(number: str, action: str) -> str:
    return "create" if not number else "act" if action else "edit"


def _findings(context: Context, form: Form, data: Mapping[str, Json]) -> tuple[Finding, ...]:
    """Return what saving would refuse; that the person may not do it at all belongs to saving."""
    entity_type, record = form.entity.id, form.record
    if form.new:
        return check_new(context, entity_type, data)
    if form.action is not None:
        return check_action(context, entity_type, record.id, form.action.action.id, data)
    return check_edit(context, entity_type, record.id, data)


def _by_name(found: Iterable[Finding], places: Mapping[str, str], language: str) -> dict[str, tuple[str, ...]]:
    """Return the sentences by the name of the input that they are about."""
    return {places[path]: sentences for path, sentences in by_field(found, language).items() if path in places}
