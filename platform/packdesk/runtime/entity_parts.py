"""The parts of an entity type in compiled form: fields, lines, moves, rules and actions with their expressions ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from packdesk.model.actions import Action, Effect
from packdesk.model.entity_types import Field, LineGroup, Relation, Section
from packdesk.model.lifecycles import Move, Rule
from packdesk.model.nodes import Check, Text
from packdesk.model.rules import AssignmentRule, Workflow
from packdesk.model.subtypes import Subtype
from packdesk.model.views import View
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.field_kind import FieldKind

#: A fixed yes or no, or a compiled condition.
Guard: TypeAlias = bool | Compiled
#: A Python value, or a ``Compiled`` that gives it.
Source: TypeAlias = object


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRuntime:
    """A field as the engine runs it. ``path`` is its name in a record (``response.category``), in a line or among inputs."""

    path: str
    field: Field
    kind: FieldKind
    type: Type
    #: Section that it stands in; empty for the record's own.
    section: str = ""
    #: Kept by the engine (number, status, ...).
    engine: bool = False
    required: Guard = False
    readonly: Guard = False
    visible: Guard = True
    default: Source = None
    derived: Compiled | None = None
    stamped_when: Compiled | None = None
    options_when: Compiled | None = None
    #: Paths of the own record that ``options_when`` reads.
    options_read: frozenset[str] = frozenset()
    suggest: Compiled | None = None
    #: Entity types of the candidates when the field names records.
    targets: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Return the label in a language."""
        return self.field.label.in_language(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRuntime:
    """A refusal with a sentence."""

    check: Check
    that: Compiled | None
    #: The line group whose lines it is asked of; empty: it is asked of the record.
    group: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the pack's sentence per language."""
        message: Text = self.check.message
        return message.by_language or {"en": message.fallback}


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRuntime:
    """Fields that appear and become required together."""

    section: Section
    present_when: Guard
    readonly: Guard
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRuntime:
    """Repeating rows with fields of their own."""

    group: LineGroup
    fields: Mapping[str, FieldRuntime]
    checks: tuple[CheckRuntime, ...]
    #: The field that a subtype's choices name: the first reference, option, level or category.
    keyed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRuntime:
    """A relation with what children inherit, by field of the child."""

    relation: Relation
    connection: Connection
    carry_over: Mapping[str, Compiled]
    #: Fields of the link itself.
    fields: Mapping[str, FieldRuntime]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRuntime:
    """A permitted change of state."""

    move: Move
    when: Guard
    checks: tuple[CheckRuntime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRuntime:
    """A permitted change of status."""

    rule: Rule
    when: Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRuntime:
    """An effect with its values compiled; ``needs`` are the effects whose results it reads."""

    effect: Effect
    when: Guard
    values: Mapping[str, Source]
    arguments: Mapping[str, Source]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRuntime:
    """Where control goes on screen."""

    record: Compiled | None
    reveal: Compiled | None
    values: Mapping[str, Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRuntime:
    """An action with the move it makes; its effects stand in an order in which each finds the results it needs."""

    action: Action
    move: MoveRuntime | None
    when: Guard
    checks: tuple[CheckRuntime, ...]
    #: Input path (``accepted``, ``response.category``) -> field, section's fields first, in written order.
    inputs: Mapping[str, FieldRuntime]
    effects: tuple[EffectRuntime, ...]
    result: ResultRuntime | None
    #: An operation that the action calls and no installed plugin brings as the action needs it; empty where all is well.
    missing_operation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRuntime:
    """A workflow; its effects stand in an order in which each finds the results it needs."""

    workflow: Workflow
    when: Guard
    effects: tuple[EffectRuntime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRuntime:
    """An assignment rule, with the fields of the record that decide whether it fits, and where its address lies."""

    rule: AssignmentRule
    when: Guard
    unit: Source
    user: Source
    address: Compiled | None
    reads: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtypeRuntime:
    """A subtype with the values and rules of its own; ``rules`` is None where the lifecycle's apply."""

    subtype: Subtype
    values: Mapping[str, Source]
    rules: tuple[RuleRuntime, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRuntime:
    """A list or form with its conditions."""

    view: View
    columns: Mapping[str, Compiled | None]
    filters: Mapping[str, Compiled | None]
