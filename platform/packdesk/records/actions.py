"""Lists what may be done with a record now, and why the rest may not (GEN-13)."""

from collections.abc import Collection
from dataclasses import replace

from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.findings import about
from packdesk.runtime.lifecycle import ActionState, allowed
from packdesk.runtime.values import Record


def available(context: Context, entity_type: str, ref: str) -> tuple[ActionState, ...]:
    """Return every action of the record, those that the actor may do enabled; the guards say the same when it is done."""

    def work(unit: Work) -> tuple[ActionState, ...]:
        return states(unit, existing(unit, entity_type, ref))

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def states(work: Work, record: Record, only: Collection[str] | None = None) -> tuple[ActionState, ...]:
    """Return every action of a record (or ``only`` these) inside a transaction."""
    found = allowed(work.runtime, record, work.context.actor, work.unit, work.now, zone=work.zone, only=only)
    return tuple(_with_rights(work, record, state) for state in found)


def _with_rights(work: Work, record: Record, state: ActionState) -> ActionState:
    """Return the state refused for rights first, as the guards would."""
    runtime, actor, action = work.runtime, work.context.actor, state.action
    refused = policy.may(runtime, actor, "act", record.entity_type)
    if refused is None and not policy.has_permission(runtime, actor, action.permission):
        refused = about(runtime.model, "permission_missing", f"{action.path}.permission", permission=action.permission)
    refused = refused or policy.may(runtime, actor, "act", record.entity_type, record=record, graph=work.unit)
    return state if refused is None else replace(state, enabled=False, findings=(replace(refused, action=action.id),))
