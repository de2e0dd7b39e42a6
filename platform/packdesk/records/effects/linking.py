"""Effects that tie the record to another, or untie it."""

from packdesk.records.drafts import Draft, LinkEnd
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.runtime.values import Record


def link(draft: Draft, prepared: Prepared) -> Performed:
    """Tie the record to another through one of its relations; a tie that is there already stays as it is."""
    relation, other = _arguments(prepared)
    if other is None:
        return Performed(draft=draft)
    ends = draft.ends(relation)
    wanted = LinkEnd(other.entity_type, other.id, dict(prepared.values))
    many = draft.entity.entity.relations[relation].many
    kept = tuple(end for end in ends if (end.entity_type, end.id) != (wanted.entity_type, wanted.id)) if many else ()
    return Performed(draft=draft.with_links(relation, (*kept, wanted)), result=other)


def unlink(draft: Draft, prepared: Prepared) -> Performed:
    """Untie the record from another, or from all when none is named."""
    relation, other = _arguments(prepared)
    kept = tuple(end for end in draft.ends(relation) if other is not None and end.id != other.id)
    return Performed(draft=draft.with_links(relation, kept), result=other)


def _arguments(prepared: Prepared) -> tuple[str, Record | None]:
    record = prepared.arguments.get("record")
    return str(prepared.arguments["relation"]), record if isinstance(record, Record) else None
