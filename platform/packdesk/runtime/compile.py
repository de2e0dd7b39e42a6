"""Turns a Model into a Runtime: everything checked, typed and ready, each entity type when it is first asked for."""

from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

from packdesk.errors import PackdeskError, Problem, Severity
from packdesk.model.entity_types import EntityType
from packdesk.model.model import Model
from packdesk.model.nodes import Expression
from packdesk.model.scenarios import Scenario
from packdesk.runtime.compile_actions import compile_action, compile_moves, compile_rules, compile_subtype, compile_view
from packdesk.runtime.compile_fields import Spot, compile_field, compile_fields, compile_group, compile_relation, compile_sections
from packdesk.runtime.compile_rules import compile_assignment_rules, compile_workflows
from packdesk.runtime.contracts import Contracts
from packdesk.runtime.derivation import STATE, Dependent, Order, order, reverse_index
from packdesk.runtime.engine_columns import engine_fields
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, FieldRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.workshop import Workshop

__all__ = ["EntityRuntime", "Runtime", "check", "compile"]

_NO_DEPENDENTS: Mapping[str, tuple[Dependent, ...]] = MappingProxyType({})


class Runtime:
    """The compiled meaning of one release; immutable to everybody who asks."""

    def __init__(self, model: Model, release: int = 0, contracts: Contracts | None = None) -> None:
        """Take a checked model and what is known of the operations it names; nothing is compiled yet."""
        self.model = model
        self.release = release
        self.hash = model.hash
        self.types: tuple[str, ...] = tuple(model.entity_types)
        #: Values of the modules' settings by ``module.key``; none before the packs speak of modules.
        self.settings: Mapping[str, object] = MappingProxyType({})
        self.catalogue = Catalogue(model, contracts)
        #: What others work out once for this release, under keys of their own; it goes with the release.
        self.memo: dict[object, Any] = {}
        self._compiled: dict[str, EntityRuntime] = {}
        self._dependents: Mapping[str, Mapping[str, tuple[Dependent, ...]]] | None = None
        self._lock = Lock()

    def type(self, entity_type: str) -> EntityRuntime:
        """Return an entity type in compiled form; the first call compiles it."""
        found = self._compiled.get(entity_type)
        if found is not None:
            return found
        if entity_type not in self.model.entity_types:
            raise PackdeskError("unknown_entity_type", entity_type=entity_type)
        with self._lock:
            if entity_type not in self._compiled:
                workshop = Workshop(self.model, self.catalogue, live=True)
                entity = compile_entity(workshop, self.model.entity_types[entity_type])
                self._refuse(workshop)
                self._compiled[entity_type] = entity
        return self._compiled[entity_type]

    def free_action(self, action: str) -> ActionRuntime | None:
        """Return an action that belongs to no entity type, or None."""
        found = self.model.free_actions.get(action)
        if found is None:
            return None
        workshop = Workshop(self.model, self.catalogue, live=True)
        compiled = compile_action(workshop, found, None, {}, {})
        self._refuse(workshop)
        return compiled

    def areas(self) -> Mapping[str, Compiled]:
        """Return the condition of each area over ``address``."""
        workshop = Workshop(self.model, self.catalogue)
        compiled = _areas(workshop)
        self._refuse(workshop)
        return compiled

    def dependents(self, entity_type: str, path: str) -> tuple[Dependent, ...]:
        """Return the stored derived fields of other records that read a field of this type; ``path`` empty: that read its existence."""
        return self.dependents_of(entity_type).get(path, ())

    def dependents_of(self, entity_type: str) -> Mapping[str, tuple[Dependent, ...]]:
        """Return by path, for those that any derived field of other records reads, what ``dependents`` returns."""
        if self._dependents is None:
            workshop = Workshop(self.model, self.catalogue)
            self._dependents = reverse_index({entity.id: _stored_derived(workshop, entity) for entity in self.model.entity_types.values()})
        return self._dependents.get(entity_type, _NO_DEPENDENTS)

    @staticmethod
    def _refuse(workshop: Workshop) -> None:
        errors = [problem for problem in workshop.problems if problem.severity is Severity.ERROR]
        if errors:
            raise PackdeskError("pack_refused", count=len(errors), problems=[str(problem) for problem in errors])


def compile(model: Model, release: int = 0, contracts: Contracts | None = None) -> Runtime:  # noqa: A001 - the word of the architecture
    """Return the runtime of a checked model; entity types are compiled when first asked for.

    An action whose operation the contracts do not have, or have otherwise than it needs, is there and never available.
    """
    return Runtime(model, release, contracts)


def check(model: Model, contracts: Contracts | None = None) -> tuple[Problem, ...]:
    """Return every problem of the model's expressions, derived fields and lifecycles, and of the operations where they are known."""
    from packdesk.runtime.verify import verify_with

    workshop = Workshop(model, Catalogue(model, contracts))
    for entity in model.entity_types.values():
        compiled = compile_entity(workshop, entity)
        verify_with(workshop, compiled)
        _uniqueness(workshop, compiled)
    for action in model.free_actions.values():
        compile_action(workshop, action, None, {}, {})
    _areas(workshop)
    for scenario in model.scenarios.values():
        compile_scenario(workshop, scenario)
    return tuple(dict.fromkeys(workshop.problems))


def compile_entity(workshop: Workshop, entity: EntityType) -> EntityRuntime:
    """Compile one entity type; what is wrong is noted in the workshop."""
    model, catalogue = workshop.model, workshop.catalogue
    lifecycle = model.lifecycles.get(entity.id)
    fields = compile_fields(workshop, entity, engine_fields(entity, lifecycle is not None))
    moves = compile_moves(workshop, lifecycle, entity) if lifecycle is not None else {}
    state_of = _state(workshop, entity)
    derived = {path: field.derived for path, field in fields.items() if field.derived is not None}
    ordered = _ordered(workshop, entity, fields, {**derived, **({STATE: state_of} if state_of is not None else {})})
    own = Spot(entity_type=entity.id)
    return EntityRuntime(
        id=entity.id,
        model=model,
        entity=entity,
        lifecycle=lifecycle,
        subtypes={subtype.id: compile_subtype(workshop, subtype, entity) for subtype in model.subtypes.get(entity.id, {}).values()},
        fields=fields,
        sections=compile_sections(workshop, entity),
        groups={group.id: compile_group(workshop, entity, group) for group in entity.lines.values()},
        relations={relation.id: compile_relation(workshop, entity, relation) for relation in entity.relations.values()},
        connections=catalogue.connections(entity.id),
        subtype_fields={name: compile_field(workshop, field, name, own) for name, field in entity.subtype_fields.items()},
        checks=workshop.checks(entity.checks, workshop.scope(Place.CHECK, entity.id)),
        moves=moves,
        rules=compile_rules(workshop, lifecycle.rules, entity) if lifecycle is not None else (),
        actions={action.id: compile_action(workshop, action, entity, fields, moves) for action in model.actions.get(entity.id, {}).values()},
        workflows=compile_workflows(workshop, entity),
        assignment_rules=compile_assignment_rules(workshop, entity),
        views={view.id: compile_view(workshop, view) for view in model.views.values() if view.entity_type == entity.id},
        title_of=workshop.expression(entity.title, workshop.scope(Place.TITLE, entity.id), types.TEXT),
        state_of=state_of,
        derived_order=ordered.stored,
        computed_on_read=ordered.on_read,
    )


def compile_scenario(workshop: Workshop, scenario: Scenario) -> Mapping[str, Compiled]:
    """Compile what must hold in the end; names are the records given and those that steps create."""
    made = {given.id: given.entity_type for given in scenario.given.values()} | {step.id: step.create for step in scenario.when.values() if step.create}
    names = {name: types.record(target) for name, target in made.items() if target in workshop.model.entity_types}
    scope = workshop.catalogue.scope(Place.SCENARIO, names=names)
    compiled = {name: workshop.expression(expression, scope, types.BOOLEAN) for name, expression in scenario.then.items()}
    return {name: expression for name, expression in compiled.items() if expression is not None}


def _state(workshop: Workshop, entity: EntityType) -> Compiled | None:
    lifecycle = workshop.model.lifecycles.get(entity.id)
    if lifecycle is None or lifecycle.derived is None:
        return None
    return workshop.expression(lifecycle.derived, workshop.scope(Place.DERIVED, entity.id), types.entry(f"states.{entity.id}"))


def _ordered(workshop: Workshop, entity: EntityType, fields: Mapping[str, FieldRuntime], derived: Mapping[str, Compiled]) -> Order:
    found = order(derived)
    if found.cycle:
        path = fields[found.cycle[0]].field.path if found.cycle[0] in fields else entity.path
        workshop.note(
            f"{path}.derived",
            "derived_cycle",
            f"Derived fields need one another: {' -> '.join(found.cycle)}.",
            advice="Let one of them be entered or take it from elsewhere.",
        )
    return found


def _uniqueness(workshop: Workshop, entity: EntityRuntime) -> None:
    """Note what is to be unique though no record holds it: what the clock moves is worked out whenever it is read."""
    moved = frozenset(entity.computed_on_read)
    alone = ((f"{field.field.path}.unique", path) for path, field in entity.fields.items() if not field.engine and field.field.unique)
    together = ((f"{entity.entity.path}.unique.{name}", path) for name, paths in entity.entity.unique.items() for path in paths)
    for where, path in (*alone, *together):
        if path in moved:
            workshop.note(
                where,
                "unique_but_moving",
                f"'{path}' is to be unique, but changes with the time at which it is read and is never stored.",
                advice="Remove the uniqueness, or derive the field from what does not move.",
            )


def _areas(workshop: Workshop) -> Mapping[str, Compiled]:
    scope = workshop.catalogue.scope(Place.AREA)
    compiled = {area.id: workshop.expression(area.when, scope, types.BOOLEAN) for area in workshop.model.organisation.areas.values()}
    return {name: condition for name, condition in compiled.items() if condition is not None}


def _stored_derived(workshop: Workshop, entity: EntityType) -> Mapping[str, Compiled]:
    """Compile only the derived fields of a type, and leave out those that the clock moves."""
    written: dict[str, tuple[Expression, str]] = {path: (field.derived, "") for path, field in entity.fields.items() if field.derived is not None}
    for section in entity.sections.values():
        written |= {f"{section.id}.{name}": (field.derived, section.id) for name, field in section.fields.items() if field.derived is not None}
    derived = {}
    for path, (expression, section_id) in written.items():
        compiled = workshop.expression(expression, workshop.scope(Place.DERIVED, entity.id, section=section_id))
        if compiled is not None:
            derived[path] = compiled
    state = _state(workshop, entity)
    if state is not None:
        derived[STATE] = state
    return {path: derived[path] for path in order(derived).stored}
