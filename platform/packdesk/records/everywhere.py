"""Looks at the records of many types at once: quick search over all, the work of one person, and records by their numbers.

One transaction each, and only what the person may see; a type that his roles do not open, or that keeps from him what is asked, is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packdesk.model.entity_types import Kind
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.outcome import Reference
from packdesk.records.search import SearchCommand, find
from packdesk.records.views import naming, screen
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.store.queries import DEFAULT_ORDER

_MOMENTS = frozenset({Kind.DATE, Kind.DATETIME})
#: Finds the unfinished records of whoever asks.
OWN_WORK = "record.assigned_user == actor && record.state.kind != 'final'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that was found."""

    reference: Reference
    #: What is shown beside its name: its status, and the value by which it was ordered.
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What was found of one type."""

    entity_type: str
    rows: tuple[Hit, ...]
    #: There are more than these.
    more: bool = False
    #: How many there are, at most 1,000; None when nobody asked.
    count: int | None = None
    capped: bool = False
    #: The field of a moment by which the rows are ordered; empty where they are not.
    due: str = ""


def search_everywhere(context: Context, typed: str, each: int = 5) -> tuple[Hits, ...]:
    """Return the first records of every type that quick search finds; raises ``bad_parameter`` when too little was typed."""

    def work(opened: Work) -> tuple[Hits, ...]:
        found = (_found(opened, entity, SearchCommand(q=typed, limit=each, fields=_fields(entity), expand=False)) for entity in _open(opened))
        return tuple(hits for hits in found if hits.rows)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def work_of(context: Context, due: dict[str, str], each: int = 5) -> tuple[Hits, ...]:
    """Return, of every type that is assigned to people, the unfinished records of whoever asks, counted; ``due`` names the moment to order by."""

    def work(opened: Work) -> tuple[Hits, ...]:
        return tuple(
            _found(opened, entity, _own(entity, due.get(entity.id, ""), each), due.get(entity.id, "")) for entity in _open(opened) if _assigns(opened, entity)
        )

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def by_number(context: Context, wanted: Iterable[tuple[str, str]]) -> tuple[Reference, ...]:
    """Return those of the records (entity type, number) that are there and open to whoever asks, in the order given."""

    def work(opened: Work) -> tuple[Reference, ...]:
        known = {entity.id: entity for entity in _open(opened)}
        asked = ((known[entity_type], number) for entity_type, number in wanted if entity_type in known)
        pages = (_found(opened, entity, SearchCommand(equals={"number": number}, limit=1, fields=_fields(entity), expand=False)) for entity, number in asked)
        return tuple(hit.reference for page in pages for hit in page.rows)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def moment_of(entity: EntityRuntime, order: Sequence[tuple[str, bool]]) -> str:
    """Return the first moment by which a list of the type is ordered upwards: what is due next; empty where there is none."""
    return next((path for path, ascending in order if ascending and path in entity.fields and entity.fields[path].field.kind in _MOMENTS), "")


def _open(work: Work) -> tuple[EntityRuntime, ...]:
    runtime, who = work.runtime, work.context.actor
    return tuple(runtime.type(name) for name in runtime.model.entity_types if policy.views(runtime, who, name))


def _assigns(work: Work, entity: EntityRuntime) -> bool:
    """Say whether records of the type are assigned to people, come to an end, and show the actor both."""
    kept = screen(work, entity)
    asked = {"assigned_user", "state"}
    return entity.lifecycle is not None and asked <= entity.fields.keys() and not asked & (kept.hidden | kept.masked)


def _own(entity: EntityRuntime, due: str, each: int) -> SearchCommand:
    order = ((due, True),) if due else DEFAULT_ORDER
    named = _fields(entity)
    fields = tuple(dict.fromkeys((*named, due))) if named and due else named
    return SearchCommand(filter=OWN_WORK, order=order, limit=each, fields=fields, expand=False, count=True)


def _fields(entity: EntityRuntime) -> tuple[str, ...]:
    """Return what names a record and says how far it is; nothing, which is everything, where the name is made of more than its own fields."""
    if entity.glance is None:
        return ()
    wanted = (*entity.glance, "number", "status")
    return tuple(dict.fromkeys(path for path in wanted if path in entity.fields))


def _found(work: Work, entity: EntityRuntime, command: SearchCommand, due: str = "") -> Hits:
    page = find(work, entity.id, command, "view")
    names = naming(work, entity)
    rows = tuple(Hit(reference=names.reference(record), record=record) for record in page.rows)
    return Hits(entity_type=entity.id, rows=rows, more=bool(page.next_cursor), count=page.count, capped=page.capped, due=due)
