"""Rules that act by themselves: workflows answer what happened to a record, assignment rules say who gets it, approvals who must agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.actions import Effect
from packdesk.model.nodes import Allow, Condition, Expression, Text, Value


class Event(StrEnum):
    """What can happen to a record in one change; SPEC 5.3."""

    CREATED = "record.created"
    UPDATED = "record.updated"
    STATUS_CHANGED = "status.changed"
    STATE_LEFT = "state.left"
    STATE_ENTERED = "state.entered"
    ACTION_PERFORMED = "action.performed"
    ASSIGNMENT_CHANGED = "assignment.changed"
    ASSIGNMENT_CLAIMED = "assignment.claimed"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_GIVEN = "approval.approved"
    APPROVAL_REFUSED = "approval.rejected"


class OnRejection(StrEnum):
    """What becomes of a record to which somebody did not agree (WF-8)."""

    #: Nobody goes on with it until it is submitted again, or ended without completing.
    STAY_BLOCKED = "stay_blocked"
    #: It ends without completing.
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What happens, in the same transaction, when one of its events happened to a record of its type."""

    id: str
    path: str
    label: Text
    entity_type: str
    #: Subtypes whose records it is about; empty: all.
    subtypes: tuple[str, ...] = ()
    events: tuple[str, ...]
    when: Condition = True
    order: int = 100
    effects: Mapping[str, Effect]
    description: Text | None = None
    effective: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRule:
    """Who gets a record that fits; the first rule in order that fits counts (NET-7)."""

    id: str
    path: str
    label: Text
    entity_type: str
    when: Condition = True
    #: Whose changes it answers; None: everybody's.
    allow: Allow | None = None
    order: int = 100
    unit: Value = None
    user: Value = None
    #: Address whose area gives the unit; None where the rule names it.
    address: Expression | None = None
    #: Also of what somebody assigned by hand on creation.
    replaces_manual: bool = False
    description: Text | None = None
    effective: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who must agree before anybody goes on with a record for which a rule asks for it (WF-6)."""

    id: str
    path: str
    label: Text
    entity_type: str
    #: Who may agree; never who asked for it.
    allow: Allow
    #: How many of them must.
    needed: int = 1
    on_rejection: OnRejection = OnRejection.STAY_BLOCKED
    description: Text | None = None
    effective: bool = True
