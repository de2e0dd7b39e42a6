"""What a list shows of its rows beside their values: where a column's condition holds, which row actions can be done now, and which can be edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packdesk.records import policy
from packdesk.records.actions import states
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.search import SearchCommand, SearchPage, looked_up, shown
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.lifecycle import ActionState, is_locked
from packdesk.runtime.situation import situation
from packdesk.runtime.values import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RowState:
    """The answer for one row."""

    #: Columns whose condition holds.
    marked: frozenset[str]
    #: Row actions that this person can do now; those that are blocked too where they were asked for.
    actions: tuple[ActionState, ...]
    #: This person may edit the record, and it can still be changed.
    editable: bool = False


_SILENT = RowState(marked=frozenset(), actions=())
_EDITABLE = RowState(marked=frozenset(), actions=(), editable=True)
#: Records that follow one another with their owner and privacy, so many deep.
_FOLLOWED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """A page of a list with what is to be said of its rows."""

    page: SearchPage
    #: Id of a record -> the state of its row; empty where nothing was asked.
    states: Mapping[str, RowState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be said of the rows of a list."""

    #: Column -> the condition that marks it.
    conditions: Mapping[str, Compiled]
    actions: tuple[str, ...]
    #: Tell of actions that are not possible now, too, with what blocks them.
    blocked: bool = False
    #: Tell which rows can be edited.
    editing: bool = False


def listed(context: Context, entity_type: str, command: SearchCommand, wanted: Wanted) -> ListedPage:
    """Return a page as ``search`` does and the state of each of its rows, read together; raises what ``search`` raises."""
    return run(context, lambda unit, runtime: listed_in(begin(context, unit, runtime), entity_type, command, wanted), write=False)


def listed_in(work: Work, entity_type: str, command: SearchCommand, wanted: Wanted) -> ListedPage:
    """Return what ``listed`` does, inside a transaction."""
    entity, asked = work.runtime.type(entity_type), bool(wanted.conditions or wanted.actions)
    found = looked_up(work, entity_type, command, "view", whole=asked, also=_read_for_editing(work, entity) if wanted.editing else ())
    states: Mapping[str, RowState] = {}
    if asked:
        work.unit.keep(found.page.rows)
        _read_ahead(work, entity, found.page.rows, wanted.conditions, wanted.actions)
    editable = _editable(work, entity, found.page.rows) if wanted.editing else frozenset()
    if asked:
        pairs = zip(found.page.rows, found.rows, strict=True)
        states = {record.id: _state(work, record, seen, wanted, editable=record.id in editable) for record, seen in pairs}
    elif wanted.editing:
        states = {record.id: _EDITABLE if record.id in editable else _SILENT for record in found.page.rows}
    return ListedPage(page=shown(work, found), states=states)


def _open_as_seen(work: Work, entity_type: str) -> bool:
    """Say whether whoever sees a record of the type may edit it as far as owner and privacy go: then no row needs to be asked."""
    runtime, actor = work.runtime, work.context.actor
    return policy.visible_pairs(runtime, actor, entity_type, "edit") == policy.visible_pairs(runtime, actor, entity_type, "view")


def _read_for_editing(work: Work, entity: EntityRuntime) -> tuple[str, ...]:
    """Return the fields that say whether a record can be edited."""
    asked = (
        *(("state",) if entity.lifecycle is not None else ()),
        "approval",
        *(() if _open_as_seen(work, entity.id) else policy.guarding_fields(entity.entity)),
    )
    return tuple(path for path in asked if path in entity.fields)


def _editable(work: Work, entity: EntityRuntime, records: Sequence[Record]) -> frozenset[str]:
    """Return the ids of the records that this person may edit and that are not locked."""
    runtime, actor = work.runtime, work.context.actor
    if policy.may(runtime, actor, "edit", entity.id) is not None:
        return frozenset()
    going_on = [record for record in records if not is_locked(entity, record)]
    if _open_as_seen(work, entity.id):
        return frozenset(record.id for record in going_on)
    _masters_ahead(work, going_on)
    is_open = policy.opens(runtime, actor, "edit", entity.id, work.unit)
    return frozenset(record.id for record in going_on if is_open(record))


def _masters_ahead(work: Work, records: Sequence[Record]) -> None:
    """Load the records whose owner and privacy decide about these, a kind at a time instead of row by row."""
    for _ in range(_FOLLOWED):
        wanted: dict[str, set[str]] = {}
        for record in records:
            if (master := policy.followed(work.runtime, work.context.actor, record)) is not None:
                wanted.setdefault(master[0], set()).add(master[1])
        records = [found for target, ids in wanted.items() for found in work.unit.prefetch(target, ids).values()]


def _read_ahead(work: Work, entity: EntityRuntime, records: Sequence[Record], conditions: Mapping[str, Compiled], actions: tuple[str, ...]) -> None:
    """Load what the conditions of all rows walk to, at once instead of row by row: whose business they are, and what they are related to."""
    guards = (*conditions.values(), *(guard for name in actions for guard in _guards(entity.actions[name])))
    asked = [guard for guard in guards if isinstance(guard, Compiled)]
    party = entity.fields.get(entity.entity.party)
    if party is not None and any("party" in guard.names for guard in asked):
        held = (record.get(party.path) for record in records)
        work.unit.prefetch(party.field.to, {value for value in held if isinstance(value, str)})
    read = {(one.entity_type, one.path) for guard in asked for one in guard.dependencies}
    ids = [record.id for record in records]
    for relation in sorted(path for owner, path in read if owner == entity.id and path in entity.connections):
        work.unit.prefetch_related(entity.id, ids, relation)


def _guards(action: ActionRuntime) -> tuple[Guard | None, ...]:
    """Return the conditions under which an action is open."""
    move = action.move
    checks = (*action.checks, *(move.checks if move is not None else ()))
    return (action.when, *(() if move is None else (move.when,)), *(check.that for check in checks))


def _state(work: Work, record: Record, seen: Record, wanted: Wanted, *, editable: bool) -> RowState:
    """Return the state of one row: of the record as it is stored, and as it is ``seen`` now."""
    at = situation(work.runtime.type(record.entity_type), seen, work.context.actor, work.unit, work.now, zone=work.zone)
    offered = states(work, record, wanted.actions) if wanted.actions else ()
    return RowState(
        marked=frozenset(path for path, condition in wanted.conditions.items() if at.holds(condition)),
        actions=tuple(state for state in offered if state.offered and (wanted.blocked or state.enabled)),
        editable=editable,
    )
