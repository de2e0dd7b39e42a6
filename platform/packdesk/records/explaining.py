"""Explains: why an action is refused, with the values that decided; and where a leaf of the metadata came from."""

from dataclasses import dataclass

from packdesk.errors import Finding, PackdeskError
from packdesk.model.nodes import Origin
from packdesk.records.actions import states
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.screening import closed_to
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, CheckRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.situation import situation
from packdesk.runtime.values import Record


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, and the tree of the condition with the values it had, as far as the actor may see them; None where no condition decided."""

    finding: Finding
    explanation: Explanation | None = None


def explain_action(context: Context, entity_type: str, ref: str, action: str) -> tuple[Why, ...]:
    """Return why an action is refused now; nothing when it may be done (X-6). Raises ``unknown_action`` where the type has none of that id."""

    def work(unit: Work) -> tuple[Why, ...]:
        record = existing(unit, entity_type, ref)
        if action not in unit.runtime.type(entity_type).actions:
            raise PackdeskError("unknown_action", action=action, entity_type=entity_type)
        findings = [finding for state in states(unit, record) if state.action.id == action for finding in state.findings]
        return tuple(Why(finding, _explained(unit, record, action, finding)) for finding in findings)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def provenance(runtime: Runtime, path: str) -> tuple[Origin, ...]:
    """Return where the leaf at a path, or the node around it, came from: the origin in force first, then what it overrode (M-6)."""
    origin = runtime.model.origin(path)
    return () if origin is None else (origin, *origin.overrides)


def _explained(work: Work, record: Record, action: str, finding: Finding) -> Explanation | None:
    entity = work.runtime.type(record.entity_type)
    compiled = _condition(entity, action, finding.rule)
    if compiled is None:
        return None
    at = situation(entity, record, work.context.actor, work.unit, work.now, zone=work.zone, old=record)
    return compiled.explain(at.environment, work.context.language, closed_to(work.runtime, work.context.actor))


def _condition(entity: EntityRuntime, action: str, rule: str) -> Compiled | None:
    """Return the compiled condition that stands at the rule's path."""
    found = entity.actions.get(action)
    guards = _guards(found) if found is not None else {}
    of_subtypes = (one for subtype in entity.subtypes.values() for one in subtype.rules or ())
    guards |= {one.rule.path: one.when for one in (*entity.rules, *of_subtypes)}
    guard = guards.get(rule)
    return guard if isinstance(guard, Compiled) else None


def _guards(action: ActionRuntime) -> dict[str, Guard | None]:
    checks: list[CheckRuntime] = [*action.checks, *(action.move.checks if action.move is not None else ())]
    found: dict[str, Guard | None] = {f"{action.action.path}.when": action.when, **{check.check.path: check.that for check in checks}}
    if action.move is not None:
        found[f"{action.move.move.path}.when"] = action.move.when
    return found
