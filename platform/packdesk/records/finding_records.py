"""Finds the record that a caller means, as far as he may see it."""

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.runtime.values import Record


def visible(work: Work, entity_type: str, ref: str, *, for_update: bool = False) -> Record | None:
    """Return the live record with this id or number; None when there is none that the actor may see."""
    work.runtime.type(entity_type)
    access = policy.access_filter(work.runtime, work.context.actor, entity_type, "view")
    return work.unit.get(entity_type, ref, access, for_update=for_update)


def existing(work: Work, entity_type: str, ref: str) -> Record:
    """Return the record; raises ``not_permitted`` without the right to view the type, ``unknown_record`` when there is none to see."""
    if refused := policy.may(work.runtime, work.context.actor, "view", entity_type):
        raise Refused([refused])
    found = visible(work, entity_type, ref)
    if found is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    return found
