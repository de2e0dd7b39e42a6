"""Says what would be refused, before anybody saves: the change goes the way of a real one up to the point where it would be written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from packdesk.errors import Finding, Refused
from packdesk.records.act import acted
from packdesk.records.context import Context, run
from packdesk.records.creation import created
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.update import edited
from packdesk.runtime.compile import Runtime
from packdesk.store.unit_of_work import UnitOfWork
from packdesk.store.violations import taken

_Try = Callable[[Work], Draft]


def check_new(context: Context, entity_type: str, data: Mapping[str, object]) -> tuple[Finding, ...]:
    """Return what would be refused of a new record; no number is drawn."""
    return _findings(context, lambda work: created(work, entity_type, data))


def check_edit(context: Context, entity_type: str, ref: str, data: Mapping[str, object]) -> tuple[Finding, ...]:
    """Return what would be refused of an edit; that somebody was faster is said when it is saved."""
    return _findings(context, lambda work: edited(work, entity_type, ref, data))


def check_action(context: Context, entity_type: str, ref: str, action: str, inputs: Mapping[str, object]) -> tuple[Finding, ...]:
    """Return what would be refused of an action; what its effects leave is judged when it is done."""
    return _findings(context, lambda work: acted(work, entity_type, ref, action, inputs=inputs))


def _findings(context: Context, attempt: _Try) -> tuple[Finding, ...]:
    return run(context, partial(_tried, context, attempt), write=False)


def _tried(context: Context, attempt: _Try, unit: UnitOfWork, runtime: Runtime) -> tuple[Finding, ...]:
    try:
        draft = attempt(replace(begin(context, unit, runtime), trial=True))
    except Refused as refused:
        return tuple(refused.findings)
    return taken(unit.connection, unit.tables, draft.record)
