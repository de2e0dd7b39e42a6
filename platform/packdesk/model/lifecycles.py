"""Lifecycles: states, the statuses that name them, moves as the law, and the rules that narrow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.nodes import Allow, Check, Condition, Expression, Text


class StateKind(StrEnum):
    """Where a state stands: records begin in the initial one and are locked in a final one."""

    INITIAL = "initial"
    OPEN = "open"
    FINAL = "final"


class Flag(StrEnum):
    """What a state does to a field."""

    HIDDEN = "hidden"
    READONLY = "readonly"
    REQUIRED = "required"
    PROMPT = "prompt"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A closed, engine-known stage that carries behaviour."""

    id: str
    path: str
    label: Text
    kind: StateKind
    #: For final states: completed well, completed badly, or ended without completing (None).
    success: bool | None = None
    #: Field path -> flags.
    fields: Mapping[str, tuple[Flag, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A business label that maps to exactly one state; people see and pick statuses."""

    id: str
    path: str
    label: Text
    state: str
    default: bool = False
    #: Clocks pause here: the customer's turn.
    waiting: bool = False
    description: Text | None = None
    #: One line that says what to do with a record that stands here.
    guidance: Text | None = None
    #: Paths of the fields that matter here, at most five.
    key_fields: tuple[str, ...] = ()
    code: str = ""
    #: Hue name of the design system, or empty for the state's own.
    colour: str = ""
    effective: bool = True
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A permitted change of state: when it is offered, what is checked, who may."""

    id: str
    path: str
    label: Text
    from_states: tuple[str, ...]
    to: str
    when: Condition = True
    checks: Mapping[str, Check]
    needs_assignee: bool = False
    allow: Allow | None = None
    description: Text | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A permitted change of status, for whom and when; rules for the same pair add up."""

    id: str
    path: str
    label: Text
    from_statuses: tuple[str, ...]
    to: str
    allow: Allow | None = None
    when: Condition = True
    description: Text | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The life of one entity type's records. With ``derived`` the state follows from data and there are no moves."""

    id: str
    path: str
    states: Mapping[str, State]
    statuses: Mapping[str, Status]
    moves: Mapping[str, Move]
    rules: Mapping[str, Rule]
    derived: Expression | None = None

    @property
    def initial(self) -> State:
        """Return the one initial state."""
        return next(state for state in self.states.values() if state.kind is StateKind.INITIAL)

    def default_status(self, state: str) -> str:
        """Return the id of the state's default status."""
        of_state = [status for status in self.statuses.values() if status.state == state and status.effective]
        return next((status.id for status in of_state if status.default), of_state[0].id if of_state else state)
