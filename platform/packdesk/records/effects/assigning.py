"""The effect that gives a record to a unit or a person."""

from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.runtime.values import Actor


def assign(draft: Draft, prepared: Prepared) -> Performed:
    """Set unit, user or both; a unit alone takes the record away from the user it had."""
    given = {f"assigned_{name}": _login(prepared.arguments[name]) for name in ("unit", "user") if name in prepared.arguments}
    if set(given) == {"assigned_unit"} and given["assigned_unit"] != draft.record.get("assigned_unit"):
        given["assigned_user"] = None
    return Performed(draft=draft.writing(given), result=given.get("assigned_user") or given.get("assigned_unit"))


def _login(value: object) -> object:
    return value.login if isinstance(value, Actor) else value
