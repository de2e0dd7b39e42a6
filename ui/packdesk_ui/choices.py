"""What a picker offers: records of the field's types that fit the typed text, found by the same search as a list; without one the last used.

A form remembers in the person's session what he chose in it, so that the next form offers that first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from flask import Response, jsonify, request, session, url_for

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.records import everywhere, policy
from packdesk.records.looking import Look, looking
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.forms import groups_of
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, controls, people
from packdesk_ui.formstate import link_name, targets_of
from packdesk_ui.shell import words

_MOST = 10
#: The session keeps numbers of records that were chosen, by entity type, the last first.
_RECENT = "recent"
_REMEMBERED, _TYPES = 5, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that a picker offers: what it writes into the input, and where to look at it."""

    value: str
    text: str
    href: str = ""


def choices(entity_type: str) -> Response:
    """Answer the choices for a field and a text, whether there are more, and which types of records could be made instead."""
    context = answers.context()
    runtime = request_context.runtime()
    entity = runtime.type(entity_type)
    typed = request.form.get("q", "").rpartition(",")[2].strip()
    path = request.form.get("field", "")
    if _is_person(entity, path):
        found = tuple(Choice(value=login, text=_person(login, name)) for login, name in people.matching(typed, _MOST + 1))
        return _answer(found, ())
    targets = _targets(runtime, entity, path)
    with looking(context) as look:
        return _answer(_records(look, targets, controls.key_of(typed)), tuple(target for target in targets if _may_create(look, target)))


def remember(chosen: Iterable[Record]) -> None:
    """Keep in the session which records were chosen, so that pickers offer them first."""
    kept = {entity_type: list(numbers) for entity_type, numbers in _remembered().items()}
    for record in chosen:
        before = kept.pop(record.entity_type, [])
        kept[record.entity_type] = [record.number, *(number for number in before if number != record.number)][:_REMEMBERED]
    session[_RECENT] = dict(list(kept.items())[-_TYPES:])


def only_match(look: Look, targets: Iterable[str], typed: str) -> str:
    """Return the number of the one record that fits a typed name; empty for none or several."""
    found = everywhere.offered(look.work, tuple(targets), typed, {}, 2)
    return found[0].number if len(found) == 1 else ""


def address_of(record: Record) -> str:
    """Return where a record is looked at."""
    return _address(record.entity_type, record.number)


def _address(entity_type: str, number: str) -> str:
    return url_for("packdesk_ui.record", entity_type=entity_type, number=number)


def _answer(found: tuple[Choice, ...], creatable: Iterable[str]) -> Response:
    runtime, language = request_context.runtime(), answers.context().language
    offered: tuple[Json, ...] = tuple({"value": one.value, "text": one.text, "href": one.href} for one in found[:_MOST])
    create = tuple(
        {
            "label": words("choice.create", label=runtime.type(target).entity.label.in_language(language)),
            "href": url_for("packdesk_ui.new", entity_type=target, _quick="1"),
        }
        for target in creatable
    )
    more = words("choice.more") if len(found) > _MOST else words("choice.none") if not found else ""
    return jsonify({"choices": offered, "more": more, "create": create})


def _remembered() -> dict[str, list[str]]:
    return cast("dict[str, list[str]]", session.get(_RECENT, {}))


def _person(login: str, name: str) -> str:
    return f"{login}{controls.SEPARATOR}{name}" if name else login


def _may_create(look: Look, target: str) -> bool:
    return policy.creation_refused(look.runtime, look.context.actor, target) is None


def _records(look: Look, targets: tuple[str, ...], typed: str) -> tuple[Choice, ...]:
    found = everywhere.offered(look.work, targets, typed, _remembered(), _MOST + 1)
    return tuple(Choice(value=one.number, text=link_name(one.number, one.title, several=False), href=_address(one.entity_type, one.number)) for one in found)


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
