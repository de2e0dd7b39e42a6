"""Compiles moves, rules, subtypes, actions with their effects, and views of an entity type."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from packdesk.model.actions import Action, Effect
from packdesk.model.entity_types import EntityType, Field
from packdesk.model.lifecycles import Lifecycle, Rule
from packdesk.model.nodes import Expression
from packdesk.model.subtypes import Subtype
from packdesk.model.views import View
from packdesk.runtime.compile_fields import Spot, compile_field, literal
from packdesk.runtime.contracts import Contract, called, input_faults, input_types, result_type
from packdesk.runtime.entity_parts import ActionRuntime, EffectRuntime, FieldRuntime, MoveRuntime, ResultRuntime, RuleRuntime, SubtypeRuntime, ViewRuntime
from packdesk.runtime.expressions import tree, types
from packdesk.runtime.expressions.catalogue import Place, Scope
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.workshop import Workshop

_ARGUMENTS: Mapping[str, Type] = {"unit": types.UNIT, "user": types.USER, "text": types.TEXT}


def compile_moves(workshop: Workshop, lifecycle: Lifecycle, entity: EntityType) -> dict[str, MoveRuntime]:
    """Compile when each move is offered and what it checks."""
    scope = workshop.scope(Place.MOVE, entity.id)
    return {
        move.id: MoveRuntime(move=move, when=workshop.guard(move.when, scope), checks=workshop.checks(move.checks, scope)) for move in lifecycle.moves.values()
    }


def compile_rules(workshop: Workshop, rules: Mapping[str, Rule], entity: EntityType) -> tuple[RuleRuntime, ...]:
    """Compile when each rule permits its change of status."""
    scope = workshop.scope(Place.RULE, entity.id)
    return tuple(RuleRuntime(rule=rule, when=workshop.guard(rule.when, scope)) for rule in rules.values())


def compile_subtype(workshop: Workshop, subtype: Subtype, entity: EntityType) -> SubtypeRuntime:
    """Compile a subtype's values, defaults of its fields filled in, and its rules."""
    scope = workshop.scope(Place.SUBTYPE, entity.id)
    values: dict[str, object] = {}
    for name, field in entity.subtype_fields.items():
        value = subtype.values.get(name, field.default)
        expected = workshop.catalogue.field_type(field, entity.id)
        values[name] = workshop.expression(value, scope, expected) if isinstance(value, Expression) else literal(workshop, field, value)
    rules = None if subtype.rules is None else compile_rules(workshop, subtype.rules, entity)
    return SubtypeRuntime(subtype=subtype, values=values, rules=rules)


def compile_action(
    workshop: Workshop, action: Action, entity: EntityType | None, fields: Mapping[str, FieldRuntime], moves: Mapping[str, MoveRuntime]
) -> ActionRuntime:
    """Compile an action; one that belongs to no entity type has neither record nor move."""
    owner = entity.id if entity is not None else ""
    inputs = _inputs(workshop, action, owner, fields)
    offered = {name: field.field for name, field in inputs.items()}
    scope = workshop.catalogue.scope(Place.ACTION, owner, section=action.section, inputs=offered)
    inside = workshop.catalogue.scope(Place.EFFECT, owner, section=action.section, inputs=offered, effects=result_types(workshop, action.effects))
    before = len(workshop.problems)
    effects = compile_effects(workshop, action.effects, entity, inside, path=action.path, section=action.section)
    result = _result(workshop, action, inside)
    missing = _missing_operation(workshop, action, broken=len(workshop.problems) > before)
    if missing and workshop.live:
        del workshop.problems[before:]
    return ActionRuntime(
        action=action,
        move=moves.get(action.move or action.id),
        when=workshop.guard(action.when, scope),
        checks=workshop.checks(action.checks, scope),
        inputs=inputs,
        effects=effects,
        result=result,
        missing_operation=missing,
    )


def result_types(workshop: Workshop, effects: Mapping[str, Effect]) -> dict[str, Type]:
    """Return what ``effect.<id>`` means for each effect."""
    return {effect.id: _result_type(workshop, effect) for effect in effects.values()}


def compile_effects(
    workshop: Workshop, effects: Mapping[str, Effect], entity: EntityType | None, scope: Scope, *, path: str, section: str = ""
) -> tuple[EffectRuntime, ...]:
    """Compile effects and bring them into an order in which each finds the results that it needs; ``path`` is that of their document."""
    return _in_order(workshop, path, tuple(_effect(workshop, effect, section, entity, scope) for effect in effects.values()))


def _missing_operation(workshop: Workshop, action: Action, *, broken: bool) -> str:
    """Return the operation that is to blame when the action cannot work: one that is not there, else the one whose contract it breaks."""
    contracts = workshop.catalogue.contracts
    names = [name for effect in action.effects.values() if (name := called(effect))]
    if contracts is None or not names:
        return ""
    return next((name for name in names if name not in contracts), names[0] if broken else "")


def _inputs(workshop: Workshop, action: Action, owner: str, fields: Mapping[str, FieldRuntime]) -> dict[str, FieldRuntime]:
    """Return the section's editable fields, then the document's own inputs."""
    found = {
        path: field
        for path, field in fields.items()
        if action.section and field.section == action.section and field.derived is None and field.readonly is not True and field.visible is not False
    }
    for name, field in action.inputs.items():
        section = fields[name].section if name in action.field_inputs and name in fields else action.section
        own = name in action.field_inputs
        found[name] = compile_field(workshop, field, name, Spot(entity_type=owner, section=section, inputs=None if own else action.inputs))
    return found


def _result_type(workshop: Workshop, effect: Effect) -> Type:
    target = effect.arguments.get("entity_type")
    if effect.do == "create_record" and isinstance(target, str) and target in workshop.model.entity_types:
        return types.record(target)
    contract = _contract(workshop, effect)
    return result_type(contract) if contract is not None else types.object_of({})


def _contract(workshop: Workshop, effect: Effect) -> Contract | None:
    return (workshop.catalogue.contracts or {}).get(called(effect))


def _effect(workshop: Workshop, effect: Effect, own_section: str, entity: EntityType | None, scope: Scope) -> EffectRuntime:
    expected = _targets(workshop, effect, own_section, entity)
    if (contract := _contract(workshop, effect)) is not None:
        expected = input_types(contract)
        for name, fault in input_faults(contract, effect).items():
            place = f"{effect.path}.values.{name}" if name in effect.values else effect.path
            workshop.note(place, "operation_input", f"'{name}' of the operation '{called(effect)}': {fault}")
    values = {path: workshop.source(value, scope, expected.get(path)) for path, value in effect.values.items()}
    arguments = {name: workshop.source(value, scope, _ARGUMENTS.get(name)) for name, value in effect.arguments.items()}
    when = workshop.guard(effect.when, scope)
    needs = {name for part in (when, *values.values(), *arguments.values()) if isinstance(part, Compiled) for name in _results_read(part)}
    return EffectRuntime(effect=effect, when=when, values=values, arguments=arguments, needs=frozenset(needs))


def _targets(workshop: Workshop, effect: Effect, own_section: str, entity: EntityType | None) -> Mapping[str, Type]:
    """Return the type of every place that an effect may write, by the path it uses for it."""
    catalogue = workshop.catalogue

    def typed(fields: Mapping[str, Field], owner: str) -> dict[str, Type]:
        return {path: catalogue.field_type(field, owner) for path, field in fields.items()}

    target = effect.arguments.get("entity_type")
    if effect.do == "create_record" and isinstance(target, str) and target in workshop.model.entity_types:
        return typed(catalogue.fields(target), target)
    if entity is None:
        return {}
    if effect.do == "set_field":
        return typed(catalogue.fields(entity.id), entity.id)
    if effect.do == "set_section":
        section = entity.sections.get(str(effect.arguments.get("section") or own_section))
        return typed(section.fields, entity.id) if section is not None else {}
    if effect.do in ("add_line", "remove_line"):
        group = entity.lines.get(str(effect.arguments.get("lines", "")))
        return typed(group.fields, entity.id) if group is not None else {}
    return {}


def _results_read(compiled: Compiled) -> set[str]:
    return {
        node.path.partition(".")[0]
        for node in compiled.tree.walk()
        if isinstance(node, tree.Field) and isinstance(node.target, tree.Root) and node.target.name == "effect"
    }


def _in_order(workshop: Workshop, path: str, effects: tuple[EffectRuntime, ...]) -> tuple[EffectRuntime, ...]:
    """Return the effects so that each comes after those whose results it reads; otherwise as written."""
    by_id = {effect.effect.id: effect for effect in effects}
    try:
        order = tuple(TopologicalSorter({name: [need for need in effect.needs if need in by_id] for name, effect in by_id.items()}).static_order())
    except CycleError as cycle:
        names = " -> ".join(cycle.args[1])
        workshop.note(f"{path}.effects", "effect_cycle", f"The effects need one another's results: {names}.")
        return effects
    return tuple(by_id[name] for name in order)


def _result(workshop: Workshop, action: Action, scope: Scope) -> ResultRuntime | None:
    result = action.result
    if result is None:
        return None
    fields = workshop.catalogue.fields(result.form) if result.form in workshop.model.entity_types else {}
    expected = {path: workshop.catalogue.field_type(field, result.form) for path, field in fields.items()}
    return ResultRuntime(
        record=workshop.expression(result.record, scope),
        reveal=workshop.expression(result.reveal, scope),
        values={path: workshop.source(value, scope, expected.get(path)) for path, value in result.values.items()},
    )


def compile_view(workshop: Workshop, view: View) -> ViewRuntime:
    """Compile the conditions of columns and filters."""
    scope = workshop.scope(Place.FILTER, view.entity_type)
    return ViewRuntime(
        view=view,
        columns={path: workshop.expression(column.when, scope, types.BOOLEAN) for path, column in view.columns.items()},
        filters={name: workshop.expression(filter_.when, scope, types.BOOLEAN) for name, filter_ in view.filters.items()},
    )
