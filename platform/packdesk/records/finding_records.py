"""Finds the record that a caller means, as far as he may see it."""

from collections.abc import Mapping

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.runtime.values import Record
from packdesk.store.joined_names import Named


def visible(work: Work, entity_type: str, ref: str, *, for_update: bool = False) -> Record | None:
    """Return the live record with this id or number; None when there is none that the actor may see."""
    work.runtime.type(entity_type)
    found = work.unit.get(entity_type, ref, for_update=for_update)
    return found if found is not None and policy.is_open(work.runtime, work.context.actor, "view", found, work.unit) else None


def existing(work: Work, entity_type: str, ref: str) -> Record:
    """Return the record; raises ``not_permitted`` without the right to view the type, ``unknown_record`` when there is none to see."""
    _may_view(work, entity_type)
    found = visible(work, entity_type, ref)
    if found is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    return found


def existing_with_names(work: Work, entity_type: str, ref: str, named: tuple[Named, ...]) -> tuple[Record, Mapping[tuple[str, str], Record]]:
    """Return the record as ``existing`` does, and what names the records that its references lead to, open to the actor or not."""
    _may_view(work, entity_type)
    found, others = work.unit.get_with_names(entity_type, ref, named)
    if found is None or not policy.is_open(work.runtime, work.context.actor, "view", found, work.unit):
        raise PackdeskError("unknown_record", entity_type=entity_type)
    return found, others


def _may_view(work: Work, entity_type: str) -> None:
    work.runtime.type(entity_type)
    if refused := policy.may(work.runtime, work.context.actor, "view", entity_type):
        raise Refused([refused])
