"""The head of a record's page: its subtype, its status, the way of statuses that it goes, and the dates by which it has to be done."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import StateKind
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions.tree import Compare, Field, Logic, Node, Root
from packdesk.runtime.lifecycle import is_final
from packdesk.runtime.values import Record

_LATE = frozenset({">", ">=", "<", "<="})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A status on the way."""

    id: str
    label: str
    current: bool
    past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where a record stands."""

    subtype: str
    #: Id and label of the status; empty without a lifecycle.
    status: str
    status_label: str
    path: tuple[Step, ...]
    #: What the status says to whoever has the record in hand; empty where it says nothing.
    guidance: str
    #: Paths of the fields that matter in this status.
    key_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A date by which something has to be done, because a field of yes and no says whether the clock has passed it."""

    #: Path of the date, and of the field that says that it is late.
    path: str
    late_path: str
    at: datetime | date
    late: bool
    #: The record is not worked on any more: the clock has stopped.
    stopped: bool


def deadlines(entity: EntityRuntime, record: Record) -> tuple[Deadline, ...]:
    """Return the deadlines of a record that are set, the earliest first; one that ended without being completed meets and misses none."""
    if _given_up(entity, record):
        return ()
    found = (
        Deadline(path=path, late_path=late, at=at, late=record.get(late) is True, stopped=is_final(entity, record))
        for path, late in deadline_paths(entity)
        if isinstance(at := record.get(path), date)
    )
    return tuple(sorted(found, key=lambda one: str(one.at)))


def _given_up(entity: EntityRuntime, record: Record) -> bool:
    state = entity.lifecycle.states.get(str(record.get("state"))) if entity.lifecycle is not None else None
    return state is not None and state.kind is StateKind.FINAL and state.success is None


def deadline_paths(entity: EntityRuntime) -> tuple[tuple[str, str], ...]:
    """Return date and flag of each deadline: a derived yes or no that compares ``now`` with a date of the record."""
    flags = ((path, field.derived) for path, field in entity.fields.items() if field.field.kind is Kind.BOOLEAN)
    return tuple((date_, path) for path, derived in flags if derived is not None and derived.reads_now for date_ in _passed(entity, derived.tree))


def _passed(entity: EntityRuntime, tree: Node) -> Iterator[str]:
    """Yield the date that a comparison says the clock has passed, alone or as one of several conditions that all hold."""
    if isinstance(tree, Logic) and tree.operator == "and":
        for operand in tree.operands:
            yield from _passed(entity, operand)
        return
    if not isinstance(tree, Compare) or tree.operator not in _LATE:
        return
    earlier, later = (tree.right, tree.left) if tree.operator.startswith(">") else (tree.left, tree.right)
    own = isinstance(earlier, Field) and isinstance(earlier.target, Root) and earlier.target.name == "record"
    path = earlier.path if isinstance(earlier, Field) and own and _reads_now(later) else ""
    if path in entity.fields and entity.fields[path].field.kind in (Kind.DATE, Kind.DATETIME):
        yield path


def _reads_now(tree: Node) -> bool:
    return any(isinstance(node, Root) and node.name == "now" for node in tree.walk())


def record_header(entity: EntityRuntime, record: Record, language: str, been: Collection[str] = ()) -> Header:
    """Return where a record stands; final statuses only where it stands in one or would end well, so that the way reads as a way.

    ``been`` are the statuses that it was in, which is asked of a record that left the way.
    """
    kind = entity.subtypes.get(str(record.get("subtype") or ""))
    lifecycle, now = entity.lifecycle, str(record.get("status") or "")
    status = lifecycle.statuses.get(now) if lifecycle is not None else None
    return Header(
        subtype=kind.subtype.label.in_language(language) if kind is not None else "",
        status=now if status is not None else "",
        status_label=status.label.in_language(language) if status is not None else "",
        path=_path(entity, record, now, language, been),
        guidance=status.guidance.in_language(language) if status is not None and status.guidance is not None else "",
        key_fields=status.key_fields if status is not None else (),
    )


def left_the_way(entity: EntityRuntime, record: Record) -> bool:
    """Say whether a record ended without going the way of its statuses to a good end: what stands before its status was not passed for that."""
    state = entity.lifecycle.states.get(str(record.get("state"))) if entity.lifecycle is not None else None
    return state is not None and state.kind is StateKind.FINAL and state.success is not True


def _path(entity: EntityRuntime, record: Record, now: str, language: str, been: Collection[str]) -> tuple[Step, ...]:
    lifecycle = entity.lifecycle
    if lifecycle is None:
        return ()
    usable = [name for name in entity.statuses_for(str(record.get("subtype") or "")) if lifecycle.statuses[name].effective or name == now]
    ends = {
        name: lifecycle.states[lifecycle.statuses[name].state] for name in usable if lifecycle.states[lifecycle.statuses[name].state].kind is StateKind.FINAL
    }
    shown = [name for name in usable if name == now or name not in ends or (now not in ends and ends[name].success is True)]
    place = shown.index(now) if now in shown else -1
    labels = ((name, lifecycle.statuses[name].label.in_language(language)) for name in shown)
    passed = {name for name in shown if name in been} - {now} if left_the_way(entity, record) else set(shown[: max(place, 0)])
    return tuple(Step(id=name, label=label, current=name == now, past=name in passed) for name, label in labels)
