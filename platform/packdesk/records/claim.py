"""Takes over what is assigned to a unit: the first one wins (CARE-18)."""

from packdesk.errors import PackdeskError
from packdesk.records.act import act
from packdesk.records.context import Context
from packdesk.records.outcome import Outcome
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.expressions.compile import Compiled


def claim(context: Context, entity_type: str, ref: str) -> Outcome:
    """Do the type's action that assigns the record to whoever does it; no version is asked, for the record itself says who was first.

    Raises ``already_claimed`` with the user who was faster.
    """
    entity = context.live.current().runtime.type(entity_type)
    taking = next((name for name, action in entity.actions.items() if takes(action)), None)
    if taking is None:
        raise PackdeskError("unknown_action", action="claim", entity_type=entity_type)
    return act(context, entity_type, ref, taking)


def takes(action: ActionRuntime) -> bool:
    """Say whether an action assigns the record to whoever does it."""
    users = (effect.arguments.get("user") for effect in action.effects if effect.effect.do == "assign")
    return any(isinstance(user, Compiled) and user.source.strip() == "actor" for user in users)
