"""Takes from somebody who leaves what is assigned to him: his open records stay with their unit, where others find them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from packdesk.errors import Finding, PackdeskError
from packdesk.model.lifecycles import StateKind
from packdesk.records.assignment import home_unit
from packdesk.records.bulk import refusals
from packdesk.records.context import Context, Door, run
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.filling import settled
from packdesk.records.storing import apply, react
from packdesk.runtime.compile import Runtime
from packdesk.runtime.lifecycle import is_final
from packdesk.store import assigned

_PAGE = 200
#: After this long the caller is told how far it came; what was done stays done, and he goes on by asking again.
PATIENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How far it came."""

    #: Records that were taken from him now.
    taken: int
    #: Open records that are assigned to him still.
    open: int
    #: Why the first of those could not be taken from him; empty where there was no time.
    findings: tuple[Finding, ...] = ()


def open_records(context: Context, login: str) -> int:
    """Return how many open records are assigned to somebody, over all types, whoever may see them."""
    return run(context, lambda unit, runtime: assigned.count(unit.connection, unit.tables, _finals(runtime), login), write=False)


def unassign(context: Context, login: str, patience: timedelta = PATIENCE) -> Left:
    """Take his open records from somebody, each in a transaction of its own, as a change of the system's that names who asked for it.

    His own rights and those of whoever asks play no part: nobody could work with a record that stays behind.
    """
    inside = replace(context, door=Door.SYSTEM, request_key=None)
    until = context.clock.now() + patience
    taken, findings = 0, tuple[Finding, ...]()
    for entity_type, record_id in _assigned(inside, login):
        if context.clock.now() > until:
            break
        try:
            taken += _unassigned(inside, entity_type, record_id, login)
        except PackdeskError as error:
            findings = findings or refusals(error)
    return Left(taken=taken, open=open_records(inside, login), findings=findings)


def _assigned(context: Context, login: str) -> Iterator[tuple[str, str]]:
    """Yield type and id of what is assigned to him and open, read page by page."""
    for entity_type, states in _finals(context.live.current().runtime).items():
        after = ""
        while ids := _page(context, entity_type, states, login, after):
            yield from ((entity_type, record_id) for record_id in ids)
            after = ids[-1]


def _page(context: Context, entity_type: str, states: tuple[str, ...], login: str, after: str) -> tuple[str, ...]:
    return run(context, lambda unit, _: assigned.page(unit.connection, unit.tables, entity_type, states, login, after, _PAGE), write=False)


def _unassigned(context: Context, entity_type: str, record_id: str, login: str) -> int:
    return run(context, lambda unit, runtime: _taken(begin(context, unit, runtime), entity_type, record_id, login))


def _finals(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the final states of each type whose records are given to people."""
    found: dict[str, tuple[str, ...]] = {}
    for name, declared in runtime.model.entity_types.items():
        if "assignment" in declared.capabilities:
            lifecycle = runtime.type(name).lifecycle
            found[name] = tuple(state.id for state in lifecycle.states.values() if state.kind is StateKind.FINAL) if lifecycle is not None else ()
    return found


def _taken(work: Work, entity_type: str, record_id: str, login: str) -> int:
    """Take one record from him; 0 where somebody else was faster."""
    entity = work.runtime.type(entity_type)
    old = work.unit.take(entity_type, record_id)
    if old is None or old.get("assigned_user") != login or is_final(entity, old):
        return 0
    given: dict[str, object] = {"assigned_user": None}
    if old.get("assigned_unit") is None:
        organisation = work.runtime.model.organisation.units
        top = next((unit.id for unit in organisation.values() if not unit.parent), None)
        given["assigned_unit"] = home_unit(Draft(work=work, entity=entity, old=old, record=old), login) or work.context.actor.default_unit or top
    draft = settled(Draft(work=work, entity=entity, old=old, record=old.having(given)))
    react(draft, apply(draft))
    return 1
