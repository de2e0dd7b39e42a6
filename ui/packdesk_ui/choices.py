"""What a picker offers: records of the field's types that fit the typed text, found by the same search as a list."""

from collections.abc import Iterable

from flask import Response, jsonify, request

from packdesk.model.entity_types import Kind
from packdesk.records import policy, search
from packdesk.records.context import Context
from packdesk.records.looking import Look, looking
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.forms import groups_of
from packdesk.web import request_context
from packdesk_ui import answers, controls, people
from packdesk_ui.formstate import named, targets_of

_MOST = 8


def choices(entity_type: str) -> Response:
    """Answer the choices for a field and a text."""
    context = answers.context()
    runtime = request_context.runtime()
    entity = runtime.type(entity_type)
    typed = request.form.get("q", "").rpartition(",")[2].strip()
    path = request.form.get("field", "")
    if _is_person(entity, path):
        found = [{"value": login, "text": f"{login}{controls.SEPARATOR}{name}" if name else login} for login, name in people.matching(typed, _MOST)]
    else:
        with looking(context) as look:
            found = [{"value": number, "text": shown} for number, shown in _records(look, _targets(runtime, entity, path), controls.key_of(typed))]
    return jsonify({"choices": found})


def only_match(look: Look, targets: Iterable[str], typed: str) -> str:
    """Return the number of the one record that fits a typed name; empty for none or several."""
    found = [number for target in targets for number in _numbers(look.context, target, typed, 2)]
    return found[0] if len(found) == 1 else ""


def _records(look: Look, targets: Iterable[str], typed: str) -> list[tuple[str, str]]:
    found = []
    for target in targets:
        for number in _numbers(look.context, target, typed, _MOST):
            record = look.graph.get(target, number)
            if record is not None:
                found.append((number, named(look, record)))
    return found[:_MOST]


def _numbers(context: Context, target: str, typed: str, limit: int) -> list[str]:
    if "view" not in policy.verbs(request_context.runtime(), context.actor, target) or len(typed) == 1:
        return []
    page = search.search(context, target, search.SearchCommand(q=typed, limit=limit, fields=("number",), expand=False))
    return [record.number for record in page.rows]


def _targets(runtime: Runtime, entity: EntityRuntime, path: str) -> tuple[str, ...]:
    if path in entity.relations:
        return targets_of(runtime.model, entity.relations[path].relation)
    if path in entity.fields:
        return entity.fields[path].targets
    group, _, name = path.partition(".")
    rows = groups_of(entity)
    if group in rows and name in rows[group].fields:
        return rows[group].fields[name].targets
    inputs = (action.inputs[path] for action in entity.actions.values() if path in action.inputs)
    return next((each.targets for each in inputs), ())


def _is_person(entity: EntityRuntime, path: str) -> bool:
    if path in entity.fields:
        return entity.fields[path].field.kind is Kind.USER
    return any(path in action.inputs and action.inputs[path].field.kind is Kind.USER for action in entity.actions.values())
