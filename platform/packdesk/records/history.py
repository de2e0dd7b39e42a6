"""The history of a record, as far as the actor may see what it is about (GEN-8)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.outcome import Reference
from packdesk.records.seen_graph import SeenGraph
from packdesk.records.views import reference, screen
from packdesk.runtime.header import left_the_way
from packdesk.runtime.values import Record
from packdesk.store import history as stored
from packdesk.store.history import Event

__all__ = ["CHOICES", "MASK", "Event", "HistoryPage", "ends_of", "history", "page"]

_MOST = 200
#: Stands for a value that is closed to the reader.
MASK = "***"
_REFERENCES = frozenset({Kind.REFERENCE, Kind.REFERENCES})
#: What every link in a history says, beside values of its own.
_END = frozenset({"entity_type", "record"})
#: What somebody wants to see of a history -> the kinds of events that it is made of.
CHOICES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "changes": frozenset({"created", "updated", "deleted", "undone", "migrated"}),
        "notes": frozenset({"note"}),
        "files": frozenset({"attachment"}),
        "steps": frozenset({"action"}),
    }
)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some events, newest first, and where to go on."""

    events: tuple[Event, ...]
    next_cursor: str = ""
    #: Paths of changes that list links, and how the records at their other ends are named that the actor may see, by type and id.
    links: frozenset[str] = frozenset()
    linked: Mapping[tuple[str, str], Reference] = field(default_factory=dict)
    #: Reference field -> type of the records that its ids, one or several, belong to; they are named in ``linked`` too.
    targets: Mapping[str, str] = field(default_factory=dict)


def history(context: Context, entity_type: str, ref: str, limit: int = 50, cursor: str = "") -> HistoryPage:
    """Return what happened to a record, newest first; changes of hidden fields are left out, of sensitive ones masked."""

    def work(unit: Work) -> HistoryPage:
        found, entity = page(unit, existing(unit, entity_type, ref), limit, cursor), unit.runtime.type(entity_type)
        links = frozenset(path for event in found.events for path in event.changes if path not in entity.fields and path not in entity.groups)
        targets = {path: each.targets[0] for path, each in entity.fields.items() if each.field.kind in _REFERENCES and len(each.targets) == 1}
        wanted = _linked(found.events, links)
        for path, target in targets.items():
            wanted.setdefault(target, set()).update(_ids(found.events, path))
        return replace(found, links=links, targets=targets, linked=_named(unit, wanted))

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def page(work: Work, record: Record, limit: int = 50, cursor: str = "", only: str = "") -> HistoryPage:
    """Return what happened to a record inside a transaction; ``only`` names one of ``CHOICES``."""
    size = max(1, min(limit, _MOST))
    found = stored.read(work.unit.connection, record.entity_type, record.id, limit=size + 1, before=_place(cursor), kinds=CHOICES.get(only, frozenset()))
    kept = screen(work, work.runtime.type(record.entity_type))
    events = tuple(_seen(event, kept.hidden, kept.masked) for event in found[:size])
    return HistoryPage(events, str(events[-1].id) if len(found) > size else "")


def statuses_been(work: Work, record: Record) -> frozenset[str]:
    """Return the statuses that a record was in, which is asked where it left the way of its statuses only; nothing costs a statement elsewhere."""
    if not left_the_way(work.runtime.type(record.entity_type), record):
        return frozenset()
    return frozenset(map(str, stored.values(work.unit.connection, record.entity_type, record.id, "status")))


def ends_of(value: object) -> tuple[Mapping[str, Json], ...]:
    """Return the links that a value of a change lists, each with the ``record`` at its other end; none where it lists something else."""
    ends = value if isinstance(value, list | tuple) else ()
    return tuple(end for end in ends if isinstance(end, Mapping) and end.keys() >= _END)


def _ids(events: Iterable[Event], path: str) -> Iterator[str]:
    """Yield the ids that changes of a reference field speak of; what is masked speaks of none."""
    for value in (value for event in events for value in event.changes.get(path, ())):
        yield from (str(one) for one in (value if isinstance(value, list | tuple) else [value]) if one is not None and one != MASK)


def _linked(events: Iterable[Event], links: frozenset[str]) -> dict[str, set[str]]:
    """Return by type the ids of the records that links in the events lead to."""
    wanted: dict[str, set[str]] = {}
    for event in events:
        for value in (value for path, pair in event.changes.items() if path in links for value in pair):
            for end in ends_of(value):
                wanted.setdefault(str(end["entity_type"]), set()).add(str(end["record"]))
    return wanted


def _named(work: Work, wanted: Mapping[str, set[str]]) -> Mapping[tuple[str, str], Reference]:
    """Return how these records are named, those that the actor may see."""
    seen = SeenGraph(work.unit, work.runtime, work.context.actor)
    found: dict[tuple[str, str], Reference] = {}
    for target, ids in wanted.items():
        if target in work.runtime.model.entity_types:
            work.unit.prefetch(target, ids)
            others = {one: seen.get(target, one) for one in ids}
            found |= {(target, one): reference(work, other) for one, other in others.items() if other is not None}
    return found


def _place(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise PackdeskError("bad_cursor")
    return int(cursor or 0)


def _seen(event: Event, hidden: frozenset[str], masked: frozenset[str]) -> Event:
    closed = hidden | masked
    groups = {path.partition(".")[0] for path in closed if "." in path}
    if not any(path in closed or path in groups for path in event.changes):
        return event
    open_ = {path: (MASK, MASK) if path in masked or path in groups else pair for path, pair in event.changes.items() if path not in hidden}
    return replace(event, changes=open_)
