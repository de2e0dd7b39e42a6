"""Gives records to units and people by the assignment rules of their type (NET-7 to NET-10, CARE-16)."""

from collections.abc import Iterable, Mapping

from packdesk.errors import Refused
from packdesk.model.actions import Effect
from packdesk.records.drafts import Draft
from packdesk.records.effects.assigning import assign
from packdesk.records.effects.protocol import Prepared
from packdesk.records.evaluation import holds, source_value
from packdesk.records.field_rules import left_by_effects
from packdesk.records.filling import settled
from packdesk.records.recomputing import changed_paths
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity_parts import AssignmentRuntime
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.lifecycle import is_allowed


def assigned(draft: Draft) -> Draft:
    """Return the draft as the first assignment rule that fits assigns it.

    Rules are asked of a new record, and of one of which something changed that a rule reads; what somebody assigns in the same
    change stays, unless the rule of a new record says otherwise.
    """
    rules = draft.entity.assignment_rules
    if not rules or (draft.old is not None and not _stirred(draft, rules)):
        return draft
    for rule in rules:
        given = _assignment(draft, rule) if _may_take(draft, rule) and _fits(draft, rule) else {}
        if given:
            effect = Effect(id=rule.rule.id, path=rule.rule.path, do="assign", values={}, arguments={})
            done = assign(draft, Prepared(effect=effect, values={}, arguments=given)).draft
            return draft if done.record == draft.record else done.having(rules=(*done.rules, rule.rule.path))
    return draft


def assigned_after_effects(draft: Draft) -> Draft:
    """Return the draft of an action, whose effects ran, as the rules assign it; raises ``Refused`` where one names who cannot have it."""
    done = assigned(draft)
    if done is draft:
        return draft
    done = settled(done)
    if findings := left_by_effects(done, draft):
        raise Refused(findings)
    return done


def _stirred(draft: Draft, rules: Iterable[AssignmentRuntime]) -> bool:
    """Say whether a change touches what a rule reads, and gives the record to nobody itself (NET-8)."""
    changed = frozenset(changed_paths(draft.old, draft.record))
    return not changed.intersection(ASSIGNMENT) and any(rule.reads & changed for rule in rules)


def _may_take(draft: Draft, rule: AssignmentRuntime) -> bool:
    """Say whether a rule may assign a record that somebody may have given away by hand when he made it (NET-10)."""
    by_hand = draft.old is None and any(path in draft.given and draft.record.get(path) is not None for path in ASSIGNMENT)
    return rule.rule.replaces_manual or not by_hand


def _fits(draft: Draft, rule: AssignmentRuntime) -> bool:
    return is_allowed(rule.rule.allow, draft.work.context.actor) and holds(rule.when, draft.environment)


def _assignment(draft: Draft, rule: AssignmentRuntime) -> Mapping[str, object]:
    """Return unit and user as far as the rule names them; nothing where its address lies in no area."""
    env, words = draft.environment, draft.work.reading
    if rule.address is not None:
        unit = _unit_of_area(draft, rule.address, env)
        return {"unit": unit} if unit else {}
    sources = {"unit": rule.unit, "user": rule.user}
    found = {name: source_value(source, env, None, words) for name, source in sources.items() if source is not None}
    return {name: value for name, value in found.items() if value is not None}


def _unit_of_area(draft: Draft, address: Compiled, env: Environment) -> str:
    """Return the unit that serves the first area in which an address lies; empty for one without (NET-9)."""
    where = address.evaluate(env)
    if where is None:
        return ""
    runtime = draft.work.runtime
    areas = runtime.memo.get("areas")
    if areas is None:
        areas = runtime.memo["areas"] = runtime.areas()
    inside = Environment(graph=env.graph, now=env.now, zone=env.zone, actor=env.actor, names={"address": where})
    declared = runtime.model.organisation.areas
    return next((declared[name].unit for name, condition in areas.items() if holds(condition, inside)), "")
