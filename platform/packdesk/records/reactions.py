"""What happened to a record in one change, and which workflows answer it; how far rules may lead to one another."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packdesk.errors import PackdeskError
from packdesk.model.rules import Event
from packdesk.records.drafts import Chain, Draft, Happening, Work
from packdesk.records.evaluation import holds
from packdesk.records.recomputing import changed_paths
from packdesk.runtime.entity_parts import WorkflowRuntime
from packdesk.runtime.values import Record

#: How many times a rule may lead to the next (E-3).
DEPTH = 5
#: Every write changes these; what an approval lacks has events of its own, and is no change that starts the rule which asks for it.
_ALWAYS = frozenset({"version", "updated_at", "updated_by", "approval"})


def happened(draft: Draft, old: Record | None, new: Record, action: str, said: Iterable[tuple[Event, str]] = ()) -> tuple[Happening, ...]:
    """Return what happened between two versions of a record, and what was ``said`` about its approvals, in the order in which rules are asked about it."""
    return tuple(_happenings(draft, old, new, action, said))


def first_that_fits(workflow: WorkflowRuntime, happenings: Iterable[Happening], work: Work, record: Record) -> Happening | None:
    """Return the event that starts a workflow; None where none does, or where it ran on the record already."""
    declared = workflow.workflow
    if _key(workflow, record) in work.chain.ran or (declared.subtypes and record.get("subtype") not in declared.subtypes):
        return None
    entity = work.runtime.type(record.entity_type)
    for happening in happenings:
        if happening.event in declared.events:
            seen = Draft(work=work, entity=entity, old=record, record=record, happening=happening)
            if holds(workflow.when, seen.environment):
                return happening
    return None


def deeper(work: Work) -> Work:
    """Return the work of what the rules do that are asked next."""
    return replace(work, chain=replace(work.chain, depth=work.chain.depth + 1))


def running(work: Work, workflow: WorkflowRuntime, record: Record) -> Work:
    """Return the work with a workflow that runs on a record now; raises ``rules_too_deep`` where rules led to one another too often."""
    chain = work.chain
    path = (*chain.path, workflow.workflow.path)
    if chain.depth > DEPTH:
        raise PackdeskError("rules_too_deep", rules=" -> ".join(dict.fromkeys(path)), limit=DEPTH, entity_type=record.entity_type)
    return replace(work, chain=Chain(depth=chain.depth, ran=chain.ran | {_key(workflow, record)}, path=path))


def _key(workflow: WorkflowRuntime, record: Record) -> tuple[str, str, str]:
    return workflow.workflow.path, record.entity_type, record.id


def _happenings(draft: Draft, old: Record | None, new: Record, action: str, said: Iterable[tuple[Event, str]]) -> Iterator[Happening]:
    parts = {
        "action": action,
        "approval": "",
        "state": new.get("state"),
        "status": new.get("status"),
        "old_state": old.get("state") if old is not None else None,
        "old_status": old.get("status") if old is not None else None,
    }
    for event in _events(draft, old, new, action):
        yield Happening(event=event.value, parts={**parts, "name": event.value}, old=old)
    for event, approval in said:
        yield Happening(event=event.value, parts={**parts, "name": event.value, "approval": approval}, old=old)


def _events(draft: Draft, old: Record | None, new: Record, action: str) -> Iterator[Event]:
    changed = frozenset(changed_paths(old, new)) - _ALWAYS
    if old is None:
        yield Event.CREATED
    elif changed:
        yield Event.UPDATED
    if action:
        yield Event.ACTION_PERFORMED
    if "status" in changed and new.get("status") is not None:
        yield Event.STATUS_CHANGED
    if "state" in changed and new.get("state") is not None:
        if old is not None:
            yield Event.STATE_LEFT
        yield Event.STATE_ENTERED
    if {"assigned_unit", "assigned_user"} & changed and (new.get("assigned_unit") or new.get("assigned_user") or old is not None):
        yield Event.ASSIGNMENT_CHANGED
        if new.get("assigned_user") == draft.work.context.actor.login and (old is None or old.get("assigned_user") != new.get("assigned_user")):
            yield Event.ASSIGNMENT_CLAIMED
