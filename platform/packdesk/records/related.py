"""What belongs to a record, as tabs: how many records stand at the end of each relation, and the newest few of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.records.outcome import Reference
from packdesk.records.screening import screen_of
from packdesk.records.views import reference
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.layout import tabs_of
from packdesk.runtime.referring import referring
from packdesk.runtime.values import Record
from packdesk.store import related as stored
from packdesk.store.related import Ends

#: Counted no further: nobody reads on, and a customer may have a million.
COUNTED = 101
#: Shown of one relation; the rest is in the list.
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTab:
    """A relation of the record's type, or a type that refers to it, and how many records the actor sees there."""

    relation: str
    way: Connection
    #: Entity types at the other end that the actor may see.
    types: tuple[str, ...]
    count: int

    @property
    def capped(self) -> bool:
        """Say whether there are more than were counted."""
        return self.count >= COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedRecord:
    """A record at the other end, and the status that it stands in."""

    reference: Reference
    status: str = ""


def tabs(work: Work, record: Record) -> tuple[RelatedTab, ...]:
    """Return the tabs of a record in the order of its type's view, counted in one statement; none for what the actor's roles don't show."""
    asked = _asked(work, work.runtime.type(record.entity_type))
    found = stored.counts(work.unit.connection, work.unit.tables, record.entity_type, record.id, asked, COUNTED)
    return tuple(RelatedTab(relation=name, way=ends.way, types=tuple(ends.open), count=found.get(name, 0)) for name, ends in asked.items())


def counted(work: Work, record: Record, ways: Mapping[str, tuple[Connection, str]]) -> Mapping[str, RelatedTab]:
    """Return the tabs that lead to records of one type each, by name, counted in one statement; none for what the actor's roles don't show."""
    asked = {name: _ends(work, way, (target,)) for name, (way, target) in ways.items() if not _is_closed(work, way)}
    asked = {name: ends for name, ends in asked.items() if ends.open}
    found = stored.counts(work.unit.connection, work.unit.tables, record.entity_type, record.id, asked, COUNTED)
    return {name: RelatedTab(relation=name, way=ends.way, types=tuple(ends.open), count=found.get(name, 0)) for name, ends in asked.items()}


def _is_closed(work: Work, way: Connection) -> bool:
    """Say whether the field that connects the records is kept from the actor: then he is not told that they belong together."""
    kept = screen_of(work.runtime, work.context.actor, way.holder)
    return way.stored in kept.hidden | kept.masked or (way.how == "field" and way.stored not in work.unit.tables.stored(way.holder))


def newest(work: Work, record: Record, tab: RelatedTab, most: int = SHOWN) -> tuple[RelatedRecord, ...]:
    """Return the newest records at the other end of a relation that the actor may see."""
    found = stored.newest(work.unit.connection, work.unit.tables, record.entity_type, record.id, _ends(work, tab.way, tab.types), most)
    read: dict[tuple[str, str], Record] = {}
    for target in dict.fromkeys(target for target, _ in found):
        others = work.unit.prefetch(target, [record_id for kind, record_id in found if kind == target])
        prefetch_names(work, work.runtime.type(target), tuple(others.values()))
        read |= {(target, record_id): other for record_id, other in others.items()}
    return tuple(RelatedRecord(reference=reference(work, read[end]), status=str(read[end].get("status") or "")) for end in found if end in read)


def _asked(work: Work, entity: EntityRuntime) -> Mapping[str, Ends]:
    """Return what stands at the end of each relation, and what else refers to the type; a single reference of its own stands among its fields."""
    ways: dict[str, tuple[Connection, tuple[str, ...]]] = {}
    for name in tabs_of(entity):
        way = entity.connections.get(name)
        if way is not None and (way.how != "field" or way.many):
            kind = way.type.item or way.type
            ways[name] = (way, (way.holder,) if way.how in ("field", "linked") else tuple(kind.entity_types))
    covered = {target for _, targets in ways.values() for target in targets}
    for way in referring(work.runtime.model, entity.id):
        if way.holder not in covered and way.stored in work.unit.tables.stored(way.holder):
            ways[way.id] = (way, (way.holder,))
    found = {name: _ends(work, way, targets) for name, (way, targets) in ways.items() if not _is_closed(work, way)}
    return {name: ends for name, ends in found.items() if ends.open}


def _ends(work: Work, way: Connection, targets: tuple[str, ...]) -> Ends:
    runtime, actor = work.runtime, work.context.actor
    seen = (one for one in targets if one in runtime.types and policy.views(runtime, actor, one))
    return Ends(way=way, open={one: policy.access_filter(runtime, actor, one) for one in seen})


def prefetch_names(work: Work, entity: EntityRuntime, records: tuple[Record, ...]) -> None:
    """Read at once what the titles of these records walk to, so that naming twelve does not cost twelve statements."""
    read = {one.path for one in entity.title_of.dependencies if one.entity_type == entity.id} if entity.title_of is not None else set()
    for path, field in entity.naming:
        if path in read and len(field.targets) == 1:
            ids = {str(value) for each in records if isinstance(value := each.get(path), str)}
            work.unit.prefetch(field.targets[0], ids)
