"""The second version of the harbour, with one of every kind of step in it, and the decisions that it needs."""

from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses, visit

from packdesk.packs.merged import Merged

DECISIONS: dict[str, object] = {
    "map_status": {"visit.waiting": "moored"},
    "default": {"visit.floor": 3},
    "convert": {"visit.size": "convert"},
    "map_value": {"visit.extras.red": "blue"},
}


def second() -> Merged:
    """Return the second version."""
    return merged(_change, version="2.0.0")


def _change(found: Documents) -> None:
    rename(statuses(found), "planned", "booked")
    del statuses(found)["waiting"]
    fields(found)["size"] = {"type": "integer"}
    fields(found)["floor"] = {"type": "integer", "required": True, "searchable": True}
    del fields(found)["berth"]
    fields(found)["subject"]["unique"] = True
    del found["value_lists"]["room"]["options"]["red"]
    visit(found)["lines"]["boats"] = {"fields": {"name": {"type": "string"}}}
    found["entity_types"]["pilot"] = {"id": "pilot", "title": "record.number", "number": {"prefix": "PI"}, "fields": {"name": {"type": "string"}}}
