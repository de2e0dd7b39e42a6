"""What a list shows of its rows beside their values: where a column's condition holds, and which row actions can be done now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packdesk.records.actions import states
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import visible
from packdesk.records.views import computed
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.lifecycle import ActionState
from packdesk.runtime.situation import situation
from packdesk.runtime.values import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """The answer for one row."""

    #: Columns whose condition holds.
    marked: frozenset[str]
    #: Row actions that this person can do now, and where it was asked for those that the record offers and something blocks.
    actions: tuple[ActionState, ...]


def row_states(
    context: Context, entity_type: str, ids: Iterable[str], *, conditions: Mapping[str, Compiled], actions: tuple[str, ...], blocked: bool = False
) -> Mapping[str, RowState]:
    """Return the state of each row that the person may see, by id; nothing is read where nothing is asked."""
    wanted = tuple(ids)
    if not wanted or not (conditions or actions):
        return {}

    def work(unit: Work) -> Mapping[str, RowState]:
        _read_ahead(unit, unit.runtime.type(entity_type), unit.unit.prefetch(entity_type, wanted), conditions, actions)
        found = ((name, visible(unit, entity_type, name)) for name in wanted)
        return {name: _state(unit, record, conditions, actions, blocked=blocked) for name, record in found if record is not None}

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def _read_ahead(work: Work, entity: EntityRuntime, records: Mapping[str, Record], conditions: Mapping[str, Compiled], actions: tuple[str, ...]) -> None:
    """Load what the conditions of all rows walk to, at once instead of row by row: whose business they are, and what they are related to."""
    party = entity.fields.get(entity.entity.party)
    if party is not None:
        held = (record.get(party.path) for record in records.values())
        work.unit.prefetch(party.field.to, {value for value in held if isinstance(value, str)})
    read = frozenset().union(*map(_reads, conditions.values()), *(_action_reads(entity.actions[name]) for name in actions))
    for relation in sorted(path for owner, path in read if owner == entity.id and path in entity.connections):
        work.unit.prefetch_related(entity.id, records, relation)


def _action_reads(action: ActionRuntime) -> frozenset[tuple[str, str]]:
    move = action.move
    checks = (*action.checks, *(move.checks if move is not None else ()))
    guards = (action.when, *(() if move is None else (move.when,)), *(check.that for check in checks))
    return frozenset().union(*map(_reads, guards))


def _reads(guard: Guard | None) -> frozenset[tuple[str, str]]:
    """Return entity type and path of what a condition reads."""
    return frozenset((one.entity_type, one.path) for one in guard.dependencies) if isinstance(guard, Compiled) else frozenset()


def _state(work: Work, record: Record, conditions: Mapping[str, Compiled], actions: tuple[str, ...], *, blocked: bool) -> RowState:
    entity = work.runtime.type(record.entity_type)
    seen = computed(work, entity, record) if conditions else record
    at = situation(entity, seen, work.context.actor, work.unit, work.now, zone=work.zone)
    offered = states(work, record, actions) if actions else ()
    return RowState(
        marked=frozenset(path for path, condition in conditions.items() if at.holds(condition)),
        actions=tuple(state for state in offered if state.offered and (blocked or state.enabled)),
    )
