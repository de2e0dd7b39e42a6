"""Finds the record that a caller means, as far as he may see it."""

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.runtime.values import Record


def visible(work: Work, entity_type: str, ref: str, *, for_update: bool = False) -> Record | None:
    """Return the live record with this id or number; None when there is none that the actor may see."""
    work.runtime.type(entity_type)
    found = work.unit.get(entity_type, ref, for_update=for_update)
    return found if found is not None and policy.is_open(work.runtime, work.context.actor, "view", found, work.unit) else None


def existing(work: Work, entity_type: str, ref: str) -> Record:
    """Return the record; raises ``not_permitted`` without the right to view the type, ``unknown_record`` when there is none to see."""
    work.runtime.type(entity_type)
    if refused := policy.may(work.runtime, work.context.actor, "view", entity_type):
        raise Refused([refused])
    found = visible(work, entity_type, ref)
    if found is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    return found
