"""Builds workflows, assignment rules and approvals."""

from collections.abc import Mapping

from packdesk.model.nodes import Allow
from packdesk.model.rules import Approval, AssignmentRule, OnRejection, Workflow
from packdesk.packs.build_actions import build_effect
from packdesk.packs.merged import Body
from packdesk.packs.parts import Texts, allow_of, expression_at, flag_at, members, names_at, number_at, text_at, value_of, when_at


def build_workflows(bodies: Mapping[str, Body], texts: Texts) -> dict[str, Workflow]:
    """Return the workflows by id."""
    return {identifier: _workflow(identifier, body, f"workflows.{identifier}", texts) for identifier, body in bodies.items()}


def build_assignment_rules(bodies: Mapping[str, Body], texts: Texts) -> dict[str, AssignmentRule]:
    """Return the assignment rules by id."""
    return {identifier: _assignment_rule(identifier, body, f"assignment_rules.{identifier}", texts) for identifier, body in bodies.items()}


def build_approvals(bodies: Mapping[str, Body], texts: Texts) -> dict[str, Approval]:
    """Return the approvals by id."""
    return {identifier: _approval(identifier, body, f"approvals.{identifier}", texts) for identifier, body in bodies.items()}


def _workflow(identifier: str, body: Body, path: str, texts: Texts) -> Workflow:
    return Workflow(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        entity_type=text_at(body, "entity_type"),
        subtypes=names_at(body, "subtypes"),
        events=names_at(body, "events"),
        when=when_at(body, path),
        order=number_at(body, "order", 100),
        effects={name: build_effect(name, part, f"{path}.effects.{name}", texts) for name, part in members(body, "effects")},
        description=texts.optional(body, path, "description"),
        effective=flag_at(body, "effective", default=True),
    )


def _assignment_rule(identifier: str, body: Body, path: str, texts: Texts) -> AssignmentRule:
    found = body.get("assign")
    assign: Body = found if isinstance(found, Mapping) else {}
    return AssignmentRule(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        entity_type=text_at(body, "entity_type"),
        when=when_at(body, path),
        allow=allow_of(body),
        order=number_at(body, "order", 100),
        unit=value_of(assign.get("unit"), f"{path}.assign.unit"),
        user=value_of(assign.get("user"), f"{path}.assign.user"),
        address=expression_at(assign, "address", f"{path}.assign") if text_at(assign, "by") == "area" else None,
        replaces_manual=flag_at(body, "replaces_manual"),
        description=texts.optional(body, path, "description"),
        effective=flag_at(body, "effective", default=True),
    )


def _approval(identifier: str, body: Body, path: str, texts: Texts) -> Approval:
    return Approval(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        entity_type=text_at(body, "entity_type"),
        allow=allow_of(body) or Allow(),
        needed=number_at(body, "needed", 1),
        on_rejection=OnRejection(text_at(body, "on_rejection") or OnRejection.STAY_BLOCKED),
        description=texts.optional(body, path, "description"),
        effective=flag_at(body, "effective", default=True),
    )
