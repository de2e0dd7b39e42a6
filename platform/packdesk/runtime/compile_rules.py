"""Compiles the rules that act by themselves: workflows with their effects, and assignment rules."""

from packdesk.model.entity_types import EntityType
from packdesk.model.rules import AssignmentRule, Workflow
from packdesk.runtime.compile_actions import compile_effects, result_types
from packdesk.runtime.entity_parts import AssignmentRuntime, WorkflowRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.workshop import Workshop


def compile_workflows(workshop: Workshop, entity: EntityType) -> tuple[WorkflowRuntime, ...]:
    """Compile the effective workflows of an entity type, in order and then by id."""
    own = (one for one in workshop.model.workflows.values() if one.entity_type == entity.id and one.effective)
    return tuple(_workflow(workshop, one, entity) for one in sorted(own, key=lambda one: (one.order, one.id)))


def compile_assignment_rules(workshop: Workshop, entity: EntityType) -> tuple[AssignmentRuntime, ...]:
    """Compile the effective assignment rules of an entity type, in order and then by id."""
    own = (one for one in workshop.model.assignment_rules.values() if one.entity_type == entity.id and one.effective)
    return tuple(_assignment_rule(workshop, one, entity) for one in sorted(own, key=lambda one: (one.order, one.id)))


def event_type(workshop: Workshop, entity: EntityType) -> Type:
    """Return what ``event`` means to the rules of an entity type: its name, the action, and between which states and statuses."""
    parts: dict[str, Type] = {"name": types.TEXT, "action": types.TEXT, "approval": types.TEXT}
    if entity.id in workshop.model.lifecycles:
        state, status = types.entry(f"states.{entity.id}"), types.entry(f"statuses.{entity.id}")
        parts |= {"state": state, "old_state": state, "status": status, "old_status": status}
    return types.object_of(parts)


def _workflow(workshop: Workshop, workflow: Workflow, entity: EntityType) -> WorkflowRuntime:
    event = {"event": event_type(workshop, entity)}
    when = workshop.catalogue.scope(Place.RULE, entity.id, names=event)
    inside = workshop.catalogue.scope(Place.EFFECT, entity.id, effects=result_types(workshop, workflow.effects), names=event)
    return WorkflowRuntime(
        workflow=workflow,
        when=workshop.guard(workflow.when, when),
        effects=compile_effects(workshop, workflow.effects, entity, inside, path=workflow.path),
    )


def _assignment_rule(workshop: Workshop, rule: AssignmentRule, entity: EntityType) -> AssignmentRuntime:
    scope = workshop.scope(Place.RULE, entity.id)
    when, address = workshop.guard(rule.when, scope), workshop.expression(rule.address, scope, types.ADDRESS)
    if "assignment" not in entity.capabilities:
        workshop.note(
            f"{rule.path}.entity_type",
            "not_assignable",
            f"Nobody can be given records of '{entity.id}'.",
            advice="Add 'assignment' to the capabilities of the entity type, or remove the rule.",
        )
    read = (part for part in (when, address) if isinstance(part, Compiled))
    return AssignmentRuntime(
        rule=rule,
        when=when,
        unit=workshop.source(rule.unit, scope, types.UNIT),
        user=workshop.source(rule.user, scope, types.USER),
        address=address,
        reads=frozenset(dependency.path for part in read for dependency in part.dependencies if dependency.entity_type == entity.id),
    )
