"""``/records/<entity_type>/<ref>/history`` and ``/notes``: what happened to a record, and what people wrote about it."""

from collections.abc import Mapping

from flask import Response, request

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.records import history as telling
from packdesk.records import note as noting
from packdesk.records.json_values import plain
from packdesk.records.output import References
from packdesk.store.history import Event
from packdesk.web.api import parameters
from packdesk.web.api.idempotency import once
from packdesk.web.bodies import answer, json_body
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context

_PAGE = 50
_LARGEST = 200
_LONGEST_CURSOR = 64


@policy(LOGGED_IN)
def history(entity_type: str, ref: str) -> Response:
    """Answer a page of the record's history, newest first."""
    given = parameters.only(request, frozenset({"limit", "cursor"}))
    cursor = given.get("cursor", "")
    if len(cursor) > _LONGEST_CURSOR or not cursor.isascii():
        raise PackdeskError("bad_cursor")
    page = telling.history(context(), entity_type, ref, parameters.number(given, "limit", _PAGE, _LARGEST), cursor)
    return answer({"entries": [_entry(event, page) for event in page.events], "next_cursor": page.next_cursor or None})


@policy(LOGGED_IN)
def notes(entity_type: str, ref: str) -> Response:
    """Answer the record's notes, newest first."""
    parameters.only(request, frozenset())
    return answer({"notes": [_note(note) for note in noting.notes(context(), entity_type, ref)]})


@policy(LOGGED_IN)
@once
def add_note(entity_type: str, ref: str) -> Response:
    """Add a note: ``{"text": ...}``."""
    body = json_body(request)
    text = body.get("text", "")
    if not isinstance(text, str) or set(body) - {"text"}:
        raise PackdeskError("malformed_json", reason='{"text": "..."} is expected')
    return answer(_note(noting.add_note(context(), entity_type, ref, text)), 201)


def _note(note: noting.Note) -> dict[str, object]:
    """Return a note as JSON."""
    return {"id": note.id, "at": plain(note.at), "by": note.by, "text": note.text}


def _entry(event: Event, page: telling.HistoryPage) -> dict[str, object]:
    """Return an entry of the history as JSON."""
    return {
        "id": event.id,
        "at": plain(event.at),
        "by": event.by,
        "release": event.release,
        "door": event.door,
        "kind": event.kind,
        "action": event.action,
        "version": event.version,
        "rules": list(event.rules),
        "changes": {path: {"old": _value(path, old, page), "new": _value(path, new, page)} for path, (old, new) in event.changes.items()},
    }


def _value(path: str, value: Json, page: telling.HistoryPage) -> object:
    """Return an old or new value as JSON; references and links as a record gives its own, with number and title where the actor may see the record."""
    if target := page.targets.get(path):
        return [_named(target, one, page) for one in value] if isinstance(value, list | tuple) else _named(target, value, page)
    ends = telling.ends_of(value) if path in page.links else ()
    return [_end(end, page.linked) for end in ends] if ends else plain(value)


def _named(entity_type: str, value: Json, page: telling.HistoryPage) -> object:
    """Return a record that a reference field names, as the record itself gives it."""
    if not isinstance(value, str) or value == telling.MASK:
        return value
    return page.linked.get((entity_type, value)) or {"id": value}


def _end(end: Mapping[str, Json], linked: References) -> dict[str, object]:
    named = {"entity_type": end["entity_type"], "id": end["record"]}
    known = linked.get((str(end["entity_type"]), str(end["record"])))
    if known is not None:
        named |= {"number": known.number, "title": known.title}
    return {**named, **{name: plain(value) for name, value in end.items() if name not in ("entity_type", "record")}}
