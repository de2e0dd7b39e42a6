"""Effects that write the record's own fields; ``readonly`` does not bind them, ``immutable``, ``derived`` and validation do."""

from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared


def set_field(draft: Draft, prepared: Prepared) -> Performed:
    """Write fields by path."""
    return Performed(draft=draft.writing(prepared.values), result=draft.record)


def set_section(draft: Draft, prepared: Prepared) -> Performed:
    """Write fields of one section: the one that the effect names, else the action's."""
    section = str(prepared.arguments.get("section") or (draft.action.action.section if draft.action else ""))
    return Performed(draft=draft.writing({f"{section}.{name}": value for name, value in prepared.values.items()}), result=draft.record)


def set_status(draft: Draft, prepared: Prepared) -> Performed:
    """Set a status, or the default status of a state as the subtype has it."""
    status = prepared.arguments.get("status") or draft.default_status(str(prepared.arguments.get("state") or ""))
    return Performed(draft=draft.with_status(str(status)), result=status)
