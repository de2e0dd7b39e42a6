"""Merged documents for tests of releases: a harbour that logs visits, in versions that differ in one thing each."""

import copy
from collections.abc import Callable
from typing import Any

from packdesk.model.model import PackInfo
from packdesk.packs.merged import Merged, Origins
from packdesk.packs.schemas.catalogue import KINDS

Documents = dict[str, dict[str, Any]]

VISIT: dict[str, Any] = {
    "id": "visit",
    "title": "record.number",
    "number": {"prefix": "VI"},
    "fields": {
        "subject": {"type": "string", "required": True, "searchable": True},
        "room": {"type": "option", "list": "room"},
        "extras": {"type": "options", "list": "room"},
        "size": {"type": "string"},
        "berth": {"type": "reference", "to": "berth"},
    },
    "sections": {"leave": {"present_when": "record.state == 'done'", "fields": {"reason": {"type": "text"}}}},
    "lines": {"guests": {"fields": {"name": {"type": "string"}, "meal": {"type": "option", "list": "meal"}}}},
    "relations": {"related": {"to": "visit", "many": True, "symmetric": True, "fields": {"why": {"type": "string"}}}},
}
BERTH: dict[str, Any] = {"id": "berth", "title": "record.number", "number": {"prefix": "BE"}, "fields": {"name": {"type": "string", "required": True}}}
LIFE: dict[str, Any] = {
    "id": "visit",
    "states": {"open": {"kind": "initial"}, "busy": {"kind": "open"}, "done": {"kind": "final", "success": True}},
    "statuses": {
        "planned": {"state": "open", "default": True},
        "waiting": {"state": "open"},
        "moored": {"state": "busy", "default": True},
        "left": {"state": "done", "default": True},
    },
    "moves": {"moor": {"from": ["open"], "to": "busy"}, "leave": {"from": ["busy", "open"], "to": "done"}},
}
LISTS: dict[str, Any] = {
    "room": {"id": "room", "options": {"blue": {}, "red": {"label": "Crimson"}, "green": {}}},
    "meal": {"id": "meal", "options": {"fish": {}, "soup": {}}},
}


def documents() -> Documents:
    """Return the first version of the harbour, to be changed at will."""
    found: Documents = {kind: {} for kind in KINDS}
    found["entity_types"] = copy.deepcopy({"berth": BERTH, "visit": VISIT})
    found["transitions"] = copy.deepcopy({"visit": LIFE})
    found["value_lists"] = copy.deepcopy(LISTS)
    return found


def merged(*changes: Callable[[Documents], None], version: str = "1.0.0") -> Merged:
    """Return the harbour with changes."""
    found = documents()
    for change in changes:
        change(found)
    pack = PackInfo(id="harbour", version=version, title="Harbour", format=1, language="en", plugins={})
    return Merged(documents=found, origins=Origins([], {}), packs=(pack,), language="en")


def visit(found: Documents) -> dict[str, Any]:
    """Return the visit's document."""
    visit: dict[str, Any] = found["entity_types"]["visit"]
    return visit


def fields(found: Documents) -> dict[str, Any]:
    """Return the visit's own fields."""
    own: dict[str, Any] = visit(found)["fields"]
    return own


def statuses(found: Documents) -> dict[str, Any]:
    """Return the visit's statuses."""
    own: dict[str, Any] = found["transitions"]["visit"]["statuses"]
    return own


def rename(members: dict[str, Any], old: str, new: str) -> None:
    """Give a member another id, in its place, saying what it was called."""
    kept = {new if key == old else key: {**body, "renamed_from": old} if key == old else body for key, body in members.items()}
    members.clear()
    members.update(kept)
