"""Gives a record to a unit or a person."""

from packdesk.records.context import Context
from packdesk.records.outcome import Outcome
from packdesk.records.update import update


def assign(context: Context, entity_type: str, ref: str, *, unit: str = "", user: str = "", version: int | None = None) -> Outcome:
    """Set who is responsible: a unit alone leaves the user open, a user alone brings his unit (CARE-15, CARE-20)."""
    data: dict[str, object] = {"assigned_user": user or None}
    if unit:
        data["assigned_unit"] = unit
    return update(context, entity_type, ref, data, version)
