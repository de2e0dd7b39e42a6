"""The head of a record's page: its subtype, its status, and the way of statuses that it goes."""

from dataclasses import dataclass

from packdesk.model.lifecycles import StateKind
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record


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


def record_header(entity: EntityRuntime, record: Record, language: str) -> Header:
    """Return where a record stands; final statuses only where it stands in one or would end well, so that the way reads as a way."""
    kind = entity.subtypes.get(str(record.get("subtype") or ""))
    lifecycle, now = entity.lifecycle, str(record.get("status") or "")
    known = lifecycle is not None and now in lifecycle.statuses
    return Header(
        subtype=kind.subtype.label.in_language(language) if kind is not None else "",
        status=now if known else "",
        status_label=lifecycle.statuses[now].label.in_language(language) if lifecycle is not None and known else "",
        path=_path(entity, record, now, language),
    )


def _path(entity: EntityRuntime, record: Record, now: str, language: str) -> tuple[Step, ...]:
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
    return tuple(Step(id=name, label=label, current=name == now, past=index < place) for index, (name, label) in enumerate(labels))
