"""Actions: one thing a person, the API or a rule can do; and the effects it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.entity_types import Field
from packdesk.model.nodes import Check, Condition, Expression, Text, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One member of the closed list of things that an action does (SPEC 5.4)."""

    id: str
    path: str
    #: ``set_field``, ``set_section``, ``assign``, ``add_note``, ``call_operation``, ...
    do: str
    when: Condition = True
    #: Field -> value, for the effects that write.
    values: Mapping[str, Value]
    #: The other keys of the effect, by name (``section``, ``user``, ``unit``, ``operation``, ``text``, ``message``, ...).
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where control goes on screen when the action is done."""

    form: str = ""
    record: Expression | None = None
    message: Text | None = None
    reveal: Expression | None = None
    values: Mapping[str, Value]
    readonly: tuple[str, ...] = ()
    then: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action on the record types it names or on those with its capability; the move of the same id is what it makes."""

    id: str
    path: str
    label: Text
    icon: str = ""
    description: Text | None = None
    entity_types: tuple[str, ...] = ()
    capability: str = ""
    #: Move id; the type's move of the action's own id when empty.
    move: str = ""
    #: Section whose fields are inputs.
    section: str = ""
    #: Input name -> field; for a field of the record, a field path with what the document says on top.
    inputs: Mapping[str, Field]
    #: The names in ``inputs`` that are paths of the record's own fields.
    field_inputs: tuple[str, ...] = ()
    when: Condition = True
    checks: Mapping[str, Check]
    requires_party: bool = False
    permission: str = ""
    place: str = "menu"
    style: str = "normal"
    confirm: Text | None = None
    effects: Mapping[str, Effect]
    result: Result | None = None
    #: Made by the engine for a move that has no document.
    generated: bool = False
    order: int = 100
