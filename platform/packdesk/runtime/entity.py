"""An entity type in compiled form, and what is asked of it again and again, worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.errors import Finding
from packdesk.model.entity_types import Access, EntityType, Kind
from packdesk.model.lifecycles import Flag, Lifecycle
from packdesk.model.model import Model
from packdesk.runtime.derivation import STATE, own_reads
from packdesk.runtime.engine_columns import WRITABLE
from packdesk.runtime.entity_parts import (
    ActionRuntime,
    AssignmentRuntime,
    CheckRuntime,
    FieldRuntime,
    LineRuntime,
    MoveRuntime,
    RelationRuntime,
    RuleRuntime,
    SectionRuntime,
    SubtypeRuntime,
    ViewRuntime,
    WorkflowRuntime,
)
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import Field as Reading
from packdesk.runtime.expressions.tree import Root
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.kinds_choice import LISTED
from packdesk.runtime.values import SYSTEM, Graph, Record

_NAMING = frozenset({Kind.REFERENCE, Kind.REFERENCES})
_UTC = ZoneInfo("UTC")
#: Titles are not offered ``now``.
_NO_MOMENT = datetime.fromtimestamp(0, _UTC)


@dataclass(frozen=True, kw_only=True)
class EntityRuntime:
    """Everything the engine runs for the records of one type."""

    id: str
    model: Model
    entity: EntityType
    lifecycle: Lifecycle | None
    subtypes: Mapping[str, SubtypeRuntime]
    #: Engine columns, own fields, fields of sections.
    fields: Mapping[str, FieldRuntime]
    sections: Mapping[str, SectionRuntime]
    groups: Mapping[str, LineRuntime]
    relations: Mapping[str, RelationRuntime]
    #: Also those that follow from another type's inverse.
    connections: Mapping[str, Connection]
    subtype_fields: Mapping[str, FieldRuntime]
    checks: tuple[CheckRuntime, ...]
    moves: Mapping[str, MoveRuntime]
    rules: tuple[RuleRuntime, ...]
    actions: Mapping[str, ActionRuntime]
    workflows: tuple[WorkflowRuntime, ...]
    assignment_rules: tuple[AssignmentRuntime, ...]
    views: Mapping[str, ViewRuntime]
    title_of: Compiled | None
    state_of: Compiled | None
    #: Stored derived fields, each after those it reads.
    derived_order: tuple[str, ...]
    #: Derived fields that read ``now``, each after those it reads.
    computed_on_read: tuple[str, ...]

    @cached_property
    def lines(self) -> Mapping[str, Mapping[str, FieldRuntime]]:
        """Return the fields of each line group."""
        return MappingProxyType({name: group.fields for name, group in self.groups.items()})

    @cached_property
    def searchable(self) -> tuple[str, ...]:
        """Return the paths that a quick search looks into, ``group.field`` for lines."""
        own = [path for path, field in self.fields.items() if field.field.searchable]
        return (*own, *(f"{name}.{path}" for name, group in self.groups.items() for path, field in group.fields.items() if field.field.searchable))

    def place(self, rule: str) -> str:
        """Return ``pack/file:line`` of a rule about records of the type; empty for what no pack wrote."""
        found = self._places.get(rule)
        if found is None:
            origin = self.model.origin(rule)
            found = self._places[rule] = str(origin) if origin is not None else ""
        return found

    def worded(self, about: tuple[str, ...], word: Callable[[], Finding]) -> Finding:
        """Return a finding that is the same for every record ``about`` which this is so; every grey button of every record page has one."""
        found = self._findings.get(about)
        return found if found is not None else self._findings.setdefault(about, word())

    @cached_property
    def _findings(self) -> dict[tuple[str, ...], Finding]:
        """Return the findings that were asked for; there are no more than moves and actions in each status, subtype and language."""
        return {}

    @cached_property
    def _places(self) -> dict[str, str]:
        """Return the places of the rules that were asked for; there are no more than rules."""
        return {}

    @cached_property
    def marks(self) -> Mapping[str, Mapping[str, frozenset[Flag]]]:
        """Return what each state does to which fields."""
        states = self.lifecycle.states if self.lifecycle is not None else {}
        return {name: {path: frozenset(flags) for path, flags in state.fields.items()} for name, state in states.items()}

    @cached_property
    def questionable(self) -> frozenset[str]:
        """Return the fields that can be wrong though nobody touched them: they may be demanded, or what they name may be refused anew."""
        marked = {path for state in self.marks.values() for path in state}
        asked = (path for path, field in self.fields.items() if field.required is not False or field.options_when is not None or field.targets)
        return frozenset({*marked, *asked, *(path for path, field in self.fields.items() if field.field.kind in LISTED)})

    @cached_property
    def stamped(self) -> tuple[tuple[str, Compiled], ...]:
        """Return the fields that take the moment at which a condition first holds, with that condition."""
        return tuple((path, field.stamped_when) for path, field in self.fields.items() if field.stamped_when is not None)

    @cached_property
    def own_reads(self) -> Mapping[str, frozenset[str]]:
        """Return what each derived field and default reads of its own record; the derived state stands under ``state``."""
        found: dict[str, frozenset[str]] = {}
        for path, field in self.fields.items():
            sources = [source for source in (field.derived, field.default) if isinstance(source, Compiled)]
            found[path] = frozenset().union(*map(own_reads, sources))
        return found | ({STATE: own_reads(self.state_of)} if self.state_of is not None else {})

    @cached_property
    def filling_order(self) -> tuple[str, ...]:
        """Return the paths that have a default, choices, a list's default or a derivation, each after those of the same record that it reads."""
        done: dict[str, None] = {}
        doing: set[str] = set()

        def visit(path: str) -> None:
            field = self.fields.get(path)
            if field is None or path in done or path in doing:
                return
            doing.add(path)
            for needed in sorted(self.own_reads[path]):
                visit(needed)
            doing.discard(path)
            if field.derived is not None or self.may_begin(field):
                done[path] = None

        for path in self.fields:
            visit(path)
        return tuple(path for path in done if path not in self.computed_on_read)

    def listed_default(self, field: FieldRuntime) -> str | None:
        """Return the entry that the list of a required field offers first; an optional field, such as a reason, waits for a person."""
        declared, model = field.field, self.model
        if declared.derived is not None or field.required is not True:
            return None
        lists = {
            Kind.OPTION: model.value_lists.get(declared.list),
            Kind.LEVEL: model.level_lists.get(declared.list),
            Kind.CATEGORY: model.categories.get(declared.tree),
        }
        listed = lists.get(declared.kind)
        return listed.default if listed is not None else None

    def may_begin(self, field: FieldRuntime) -> bool:
        """Say whether the field can begin with a value that nobody gave."""
        return field.default is not None or bool(field.field.choices) or self.listed_default(field) is not None

    @cached_property
    def naming(self) -> tuple[tuple[str, FieldRuntime], ...]:
        """Return the fields that name records, with their paths."""
        return tuple((path, field) for path, field in self.fields.items() if field.field.kind in _NAMING and field.targets)

    @cached_property
    def naming_lines(self) -> Mapping[str, tuple[tuple[str, FieldRuntime], ...]]:
        """Return the fields of lines that name records, for the groups that have any."""
        found = {
            group: tuple((name, field) for name, field in fields.items() if field.field.kind in _NAMING and field.targets)
            for group, fields in self.lines.items()
        }
        return {group: fields for group, fields in found.items() if fields}

    @cached_property
    def user_fields(self) -> tuple[str, ...]:
        """Return the paths of the fields that name users and that somebody writes, in contrast to what the engine and derivations keep."""
        named = ((path, field) for path, field in self.fields.items() if field.field.kind is Kind.USER and field.derived is None)
        return tuple(path for path, field in named if not field.engine or path in WRITABLE)

    @cached_property
    def user_line_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Return the fields of lines that name users, for the groups that have any."""
        found = {
            group: tuple(name for name, field in fields.items() if field.field.kind is Kind.USER and field.derived is None)
            for group, fields in self.lines.items()
        }
        return {group: names for group, names in found.items() if names}

    @cached_property
    def title_reads(self) -> frozenset[str] | None:
        """Return the columns and fields of its own that the title is made of; None where it walks further than that."""
        if self.title_of is None:
            return frozenset()
        if any(isinstance(node, Reading) and not isinstance(node.target, Root) for node in self.title_of.tree.walk()):
            return None
        reads = frozenset(dependency.path for dependency in self.title_of.dependencies if dependency.entity_type == self.id)
        return reads if len(reads) == len(self.title_of.dependencies) and reads <= self.fields.keys() else None

    @cached_property
    def glance(self) -> tuple[str, ...] | None:
        """Return the columns and fields that name a record and say to whom it is open; None where that takes other records or lines."""
        if self.title_reads is None or self.entity.access is Access.IMPLICIT:
            return None
        return ("owner_unit", "privacy_level", *sorted(self.title_reads - {"id", "number", "version", "owner_unit", "privacy_level"}))

    @cached_property
    def title_field(self) -> str:
        """Return the text field that the title is, as it stands; empty where the title is made of more."""
        tree = self.title_of.tree if self.title_of is not None else None
        if not isinstance(tree, Reading) or not isinstance(tree.target, Root) or tree.target.name != "record" or tree.type.base is not Base.TEXT:
            return ""
        return tree.path if self.title_reads == frozenset({tree.path}) else ""

    def title(self, record: Record, graph: Graph, language: str = "en") -> str:
        """Return what the record is called; its number where the title says nothing."""
        if self.title_of is None:
            return record.number
        environment = Environment(graph=graph, now=_NO_MOMENT, zone=_UTC, actor=replace(SYSTEM, language=language), record=record)
        said = self.title_of.evaluate(environment)
        return said if isinstance(said, str) and said else record.number

    def rules_for(self, subtype: str) -> tuple[RuleRuntime, ...]:
        """Return the rules that narrow a record's moves: its subtype's own, else the lifecycle's."""
        own = self.subtypes[subtype].rules if subtype in self.subtypes else None
        return self.rules if own is None else own

    def rules_between(self, subtype: str, before: str, after: str) -> tuple[RuleRuntime, ...]:
        """Return those of ``rules_for`` the subtype that speak of a change from one status to another."""
        held = self._rules_between.get(subtype)
        return (self._rules_between[""] if held is None else held).get((before, after), ())

    @cached_property
    def _rules_between(self) -> Mapping[str, Mapping[tuple[str, str], tuple[RuleRuntime, ...]]]:
        """Return the rules by both statuses: the lifecycle's under an empty name, those of a subtype that has its own under the subtype's."""
        own = {name: subtype.rules for name, subtype in self.subtypes.items() if subtype.rules is not None}
        found: dict[str, dict[tuple[str, str], tuple[RuleRuntime, ...]]] = {}
        for name, rules in {"": self.rules, **own}.items():
            by_step = found.setdefault(name, {})
            for rule in rules:
                for before in rule.rule.from_statuses:
                    by_step[before, rule.rule.to] = (*by_step.get((before, rule.rule.to), ()), rule)
        return found

    @cached_property
    def actions_in_order(self) -> tuple[ActionRuntime, ...]:
        """Return the actions as they are shown: those that move a record first, in the lifecycle's order."""
        moves, names = list(self.moves), list(self.actions)

        def place(action: ActionRuntime) -> tuple[int, int, int]:
            move = action.move.move.id if action.move is not None else ""
            return (0, moves.index(move), 0) if move else (1, action.action.order, names.index(action.action.id))

        return tuple(sorted(self.actions.values(), key=place))

    def statuses_of(self, subtype: str, state: str) -> tuple[str, ...]:
        """Return the statuses in use of a state that a record of the subtype may take, in the lifecycle's order."""
        return self._statuses_of.get(subtype, self._statuses_of[""]).get(state, ())

    @cached_property
    def _statuses_of(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        statuses = self.lifecycle.statuses if self.lifecycle is not None else {}
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for subtype in ("", *self.subtypes):
            for status in self.statuses_for(subtype):
                if statuses[status].effective:
                    by_state = found.setdefault(subtype, {})
                    by_state[statuses[status].state] = (*by_state.get(statuses[status].state, ()), status)
            found.setdefault(subtype, {})
        return found

    def statuses_for(self, subtype: str) -> tuple[str, ...]:
        """Return the statuses that a record of the subtype may use, in the lifecycle's order; retired ones too."""
        if self.lifecycle is None:
            return ()
        allowed = self.subtypes[subtype].subtype.statuses if subtype in self.subtypes else {}
        return tuple(status for status in self.lifecycle.statuses if not allowed or status in allowed)

    def default_status(self, state: str, subtype: str) -> str:
        """Return the status a record takes when it enters the state: the subtype's default, else the lifecycle's, else the first allowed."""
        if self.lifecycle is None:
            return ""
        statuses = self.lifecycle.statuses
        offered = [status for status in self.statuses_for(subtype) if statuses[status].state == state and statuses[status].effective]
        marked = self.subtypes[subtype].subtype.statuses if subtype in self.subtypes else {}
        own = next((status for status in offered if marked.get(status)), "")
        general = self.lifecycle.default_status(state)
        return own or (general if general in offered or not offered else offered[0])

    def choice_of(self, subtype: str, choices: str) -> tuple[str, ...]:
        """Return the ids that a subtype offers under a name of choices; empty means all."""
        return tuple(self.subtypes[subtype].subtype.choices.get(choices, {})) if subtype in self.subtypes else ()
