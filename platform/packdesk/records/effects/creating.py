"""The effect that makes another record."""

from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared


def create_record(draft: Draft, prepared: Prepared) -> Performed:
    """Create a record through the same path as anybody, in the same transaction; a refusal there refuses the whole change."""
    from packdesk.records.creation import insert_for_effect

    made = insert_for_effect(
        draft.work.holding(draft.record), str(prepared.arguments["entity_type"]), str(prepared.arguments.get("subtype") or ""), prepared.values
    )
    return Performed(draft=draft, result=made)
