"""Looks at the records of many types at once: quick search over all, the work of one person, and records by their numbers.

One transaction each, and only what the person may see; a type that his roles do not open, or that keeps from him what is asked, is left out.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.records import policy, quick_finds
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.outcome import Reference
from packdesk.records.search import SearchCommand, looked_up, read_ahead, shown
from packdesk.records.views import naming, screen
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.store import quick_search
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
    #: Id of a record -> its name, where it has one that is open: those whose business the rows are, where that was asked for.
    parties: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


def search_everywhere(context: Context, typed: str, each: int = 5) -> tuple[Hits, ...]:
    """Return the first records of every type that quick search finds; raises ``bad_parameter`` when too little was typed."""

    def work(opened: Work) -> tuple[Hits, ...]:
        return tuple(hits for hits in _searched(opened, _open(opened), typed, each) if hits.rows)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def work_of(context: Context, due: dict[str, str], each: int = 5) -> tuple[Hits, ...]:
    """Return, of every type that is assigned to people, the unfinished records of whoever asks, counted; ``due`` names the moment to order by."""

    def work(opened: Work) -> tuple[Hits, ...]:
        return tuple(
            _found(opened, entity, _own(entity, due.get(entity.id, ""), each), due.get(entity.id, "")) for entity in _open(opened) if _assigns(opened, entity)
        )

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def among(work: Work, wanted: Iterable[tuple[str, str]], each: int) -> tuple[Hits, ...]:
    """Return those of the records (entity type, id) that are there and open to whoever asks, the oldest first; a statement for each type."""
    ids: dict[str, list[str]] = {}
    for entity_type, id_ in wanted:
        ids.setdefault(entity_type, []).append(id_)
    oldest = (("created_at", True),)
    return tuple(
        _found(work, entity, SearchCommand(ids=tuple(ids[entity.id]), order=oldest, limit=each, fields=_fields(entity), expand=False))
        for entity in _open(work)
        if entity.id in ids
    )


def by_number(context: Context, wanted: Iterable[tuple[str, str]]) -> tuple[Reference, ...]:
    """Return those of the records (entity type, number) that are there and open to whoever asks, in the order given."""
    asked = tuple(wanted)

    def work(opened: Work) -> tuple[Reference, ...]:
        entities = (entity for entity in _open(opened) if any(entity_type == entity.id for entity_type, _ in asked))
        found = {
            (entity.id, reference.number): reference
            for entity in entities
            for reference in _numbered(opened, entity, [number for entity_type, number in asked if entity_type == entity.id])
        }
        return tuple(found[pair] for pair in asked if pair in found)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def offered(work: Work, targets: Sequence[str], typed: str, recent: Mapping[str, Sequence[str]], limit: int) -> tuple[Reference, ...]:
    """Return what may be chosen of these types: what quick search finds, else the newest of each, those first that were used last.

    A text that is too short to search by finds nothing.
    """
    entities = tuple(entity for entity in _open(work) if entity.id in targets)
    in_order = sorted(entities, key=lambda entity: targets.index(entity.id))
    if typed:
        try:
            pages = [_offered(work, entity, SearchCommand(q=typed, common=common, limit=limit)) for entity, common in _holding(work, in_order, typed)]
        except PackdeskError as error:
            if error.code != "bad_parameter":
                raise
            return ()
        return tuple(reference for found in pages for reference in found)
    last = [reference for entity in in_order if (numbers := recent.get(entity.id)) for reference in _last_used(work, entity, numbers)]
    newest = [reference for entity in in_order for reference in _offered(work, entity, SearchCommand(limit=limit))]
    return tuple(dict.fromkeys([*last, *newest]))


def _searched(work: Work, entities: Sequence[EntityRuntime], typed: str, limit: int) -> tuple[Hits, ...]:
    """Return what quick search finds of each type by its own values; those that hold nothing of it are not asked."""
    holding = quick_search.hits(work.unit.connection, work.unit.tables, [entity.id for entity in entities], typed)
    return tuple(
        _found(work, entity, SearchCommand(q=typed, common=holding[entity.id], by_party=False, limit=limit, fields=_fields(entity), expand=False))
        for entity in entities
        if entity.id in holding
    )


def _holding(work: Work, entities: Sequence[EntityRuntime], typed: str) -> Iterator[tuple[EntityRuntime, bool]]:
    """Yield the types of which a quick search can find records, by their own values or by whose they are, and whether many hold what was typed."""
    parties = {entity.id: quick_finds.party_type(work.runtime, work.context.actor, entity) for entity in entities}
    asked = dict.fromkeys([*parties, *filter(None, parties.values())])
    held = quick_search.hits(work.unit.connection, work.unit.tables, tuple(asked), typed)
    for entity in entities:
        if entity.id in held or quick_finds.parties(work, entity, typed, held).ids:
            yield entity, held.get(entity.id, False)


def _offered(work: Work, entity: EntityRuntime, command: SearchCommand) -> tuple[Reference, ...]:
    """Return the records that a command finds, each called by whose it is too: a number alone says little to who must choose one."""
    path = entity.entity.party if _fields(entity) and quick_finds.party_type(work.runtime, work.context.actor, entity) else ""
    fields = tuple(dict.fromkeys((*_fields(entity), path))) if path else _fields(entity)
    hits = _found(work, entity, dataclasses.replace(command, fields=fields, expand=bool(path)))
    return tuple(_called_by(hit.reference, hits.parties.get(str(hit.record.get(path)), "")) for hit in hits.rows)


def _called_by(reference: Reference, party: str) -> Reference:
    """Return how a record is called, with the name of its party where its own does not say it."""
    return reference if party in reference.title else dataclasses.replace(reference, title=f"{reference.title} {party}")


def _last_used(work: Work, entity: EntityRuntime, numbers: Sequence[str]) -> tuple[Reference, ...]:
    found = {reference.number: reference for reference in _offered(work, entity, SearchCommand(numbers=tuple(numbers), limit=len(numbers)))}
    return tuple(found[number] for number in dict.fromkeys(numbers) if number in found)


def _numbered(work: Work, entity: EntityRuntime, numbers: Sequence[str]) -> tuple[Reference, ...]:
    """Return those of the records with these numbers that are open to whoever asks, in the order given."""
    page = _found(work, entity, SearchCommand(numbers=tuple(numbers), limit=len(numbers), fields=_fields(entity), expand=False))
    found = {hit.reference.number: hit.reference for hit in page.rows}
    return tuple(found[number] for number in dict.fromkeys(numbers) if number in found)


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
    """Return what names a record and says how far it is; nothing, which is everything, where the name is made of lines."""
    read = {one.path for one in entity.title_of.dependencies if one.entity_type == entity.id} if entity.title_of is not None else set()
    if entity.glance is None and not read <= entity.fields.keys():
        return ()
    wanted = (*(entity.glance or ("owner_unit", "privacy_level", *sorted(read))), "number", "status")
    return tuple(dict.fromkeys(path for path in wanted if path in entity.fields))


def _found(work: Work, entity: EntityRuntime, command: SearchCommand, due: str = "") -> Hits:
    found = looked_up(work, entity.id, command, "view")
    page = shown(work, found)
    if entity.glance is None:
        read_ahead(work, entity, page.rows, found.query, found.page.named)
    names = naming(work, entity, found.page.named)
    rows = tuple(Hit(reference=names.reference(record), record=record) for record in page.rows)
    parties = {id_: party.title for (_, id_), party in page.references.items() if party.title != party.number}
    return Hits(entity_type=entity.id, rows=rows, more=bool(page.next_cursor), count=page.count, capped=page.capped, due=due, parties=parties)
