"""Much of everything: a pack with a type of 200 fields, a list of 500 options and rows without end, and a record with a long past."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.acceptance.running import Client, Desk

from packdesk.store.platform_tables import history

FIELDS, SECTIONS, OPTIONS, ROWS, EVENTS, NOTE = 200, 10, 500, 100, 20_000, 100_000
#: The fields of a section in turn; one of each section chooses from the 500 options.
_KINDS: tuple[Mapping[str, object], ...] = (
    {"type": "string", "maxLength": 100},
    {"type": "integer"},
    {"type": "date"},
    {"type": "boolean", "default": False},
    {"type": "decimal"},
    {"type": "text", "maxLength": 4000},
    {"type": "duration"},
)


def write_pack(folder: Path) -> Path:
    """Write the pack into a folder, to lie on the base pack, and return it."""
    sections = {f"part_{part}": {"label": f"Part {part + 1}", "fields": _fields(part)} for part in range(SECTIONS)}
    row = {"what": {"type": "string", "maxLength": 100, "required": True}, "amount": {"type": "integer"}, "kind": {"type": "option", "list": "answer"}}
    actions = ["view", "create", "edit", "act", "delete", "export", "import", "bulk"]
    documents: Mapping[str, object] = {
        "pack.json": {"id": "large", "title": "Large", "version": "1.0.0", "format": 1, "language": "en", "requires": {"care": ">=1,<2"}},
        "entity_types/survey.json": {
            "id": "survey",
            "icon": "clipboard-list",
            "number": {"prefix": "SV"},
            "title": "record.number + ' ' + record.name",
            "access": "public",
            "capabilities": ["notes", "attachments"],
            "fields": {"name": {"type": "string", "maxLength": 100, "required": True, "searchable": True}},
            "sections": sections,
            "lines": {"rows": {"label": "Rows", "fields": row}},
        },
        "value_lists/large.json": {
            "site": {"options": {f"site_{number:03d}": {"label": f"Site {number:03d} {_town(number)}"} for number in range(OPTIONS)}},
            "answer": {"options": {"yes": {}, "no": {}, "unknown": {"default": True}}},
        },
        "roles/large.json": {"$patch": {role: {"permit": {"$add": {"survey": actions}}} for role in ("agent", "team_leader", "administrator")}},
        "views/large.json": {
            "survey_list": {
                "entity_type": "survey",
                "layout": "list",
                "columns": {"number": {}, "name": {}, "part_0.field_000": {}, "updated_at": {}},
                "filters": {"all": {"default": True}},
            }
        },
    }
    for path, body in documents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(body))
    return folder


def _fields(part: int) -> dict[str, object]:
    own = range(part * (FIELDS // SECTIONS), (part + 1) * (FIELDS // SECTIONS))
    found: dict[str, object] = {f"field_{number:03d}": dict(_KINDS[number % len(_KINDS)]) for number in own}
    found[f"field_{own[-1]:03d}"] = {"type": "option", "list": "site"}
    return found


def _town(number: int) -> str:
    return ("Aachen", "Bremen", "Celle", "Dessau", "Essen", "Fulda", "Gera")[number % 7]


def values() -> dict[str, object]:
    """Return what the record is created with: everything filled in, and 100 rows."""
    rows = [{"what": f"Row {number + 1}", "amount": number, "kind": "yes"} for number in range(ROWS)]
    return {"name": "Everything at once", "rows": rows, **{f"part_{part}": _values(part) for part in range(SECTIONS)}}


def note() -> str:
    """Return a note of 100,000 characters."""
    words = "All that was said on the telephone. "
    return (words * (NOTE // len(words) + 1))[: NOTE - 13] + "The very end."


def past(record_id: str) -> list[dict[str, object]]:
    """Return 20,000 rows of the history of a record."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    shared = {"entity_type": "survey", "record_id": record_id, "by": "anna", "release": 1, "door": "screen", "kind": "updated", "action": "", "version": 1}
    return [{**shared, "rules": (), "at": begun + timedelta(seconds=number), "changes": {"part_0.field_001": [number, number + 1]}} for number in range(EVENTS)]


def fill(desk: Desk, client: Client) -> Mapping[str, Any]:
    """Make the record in a running installation, with its note and its past, and return it."""
    made = client.create("survey", **values())
    assert client.api("POST", f"/records/survey/{made['number']}/notes", {"text": note()}).status == 201
    engine = sa.create_engine(desk.database_url or f"sqlite:///{desk.home / 'packdesk.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(sa.insert(history), past(made["id"]))
    engine.dispose()
    return made


def _values(part: int) -> dict[str, object]:
    given: Mapping[str, object] = {"string": "Something that was answered", "integer": 42, "date": "2026-03-04", "boolean": True, "decimal": "12.5"}
    fields: dict[str, Any] = _fields(part)
    said = {name: given.get(field["type"]) for name, field in fields.items()}
    return {name: value for name, value in said.items() if value is not None} | {f"field_{(part + 1) * (FIELDS // SECTIONS) - 1:03d}": "site_123"}
