"""A record as one actor may see it: closed fields taken out, sensitive ones masked, what the clock moves computed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.entity_types import Kind
from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.records.outcome import Reference
from packdesk.records.screening import Screen, screen_of
from packdesk.records.seen_graph import SeenGraph
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Graph, Record, Related
from packdesk.store.joined_names import Named

#: So many references are read together with a record.
_MOST_JOINED = 16
#: Choices of fields per release and set of roles.
_REMEMBERED = 1024
_NOTHING_READ: Mapping[tuple[str, str], Record] = MappingProxyType({})


def screen(work: Work, entity: EntityRuntime) -> Screen:
    """Return what is kept from the actor on records of the type."""
    return screen_of(work.runtime, work.context.actor, entity.id)


def computed(work: Work, entity: EntityRuntime, record: Record) -> Record:
    """Return the record with the derived fields that the clock moves."""
    for path in entity.computed_on_read:
        record = record.having({path: _at(work, entity, record).value(entity.fields[path].derived)})
    return record


@dataclass(frozen=True, slots=True)
class Glances:
    """Walks like the graph below it; of some records only what names them is there, and is taken as it is."""

    graph: Graph
    read: Mapping[tuple[str, str], Record]

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Return a live record, or what was read of it."""
        return self.read.get((entity_type, record_id)) or self.graph.get(entity_type, record_id)

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        """Return the records at the other end of a relation."""
        return self.graph.related(record, relation)

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Return the live record with this key."""
        return self.graph.by_key(entity_type, key)

    def user_units(self, login: str) -> frozenset[str]:
        """Return the units of a user."""
        return self.graph.user_units(login)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the records of one type are called, as far as the actor may see what their names are made of."""

    work: Work
    entity: EntityRuntime
    kept: Screen
    seen: SeenGraph

    @property
    def plain(self) -> str | None:
        """Return the path that holds the title; None where it has to be worked out."""
        if field := self.entity.title_field:
            return "number" if field in self.kept.hidden or field in self.kept.masked else field
        return "number" if self.entity.title_of is None else None

    def title(self, record: Record) -> str:
        """Return the record's title; its number where the title says nothing."""
        if plain := self.plain:
            return str(record.values.get(plain) or record.number)
        named = _at(self.work, self.entity, self.kept.over(record), self.seen).value(self.entity.title_of)
        return str(named or record.number)

    def reference(self, record: Record) -> Reference:
        """Return the record as others name it."""
        return Reference(record.entity_type, record.id, record.number, self.title(record))


def naming(work: Work, entity: EntityRuntime, read: Mapping[tuple[str, str], Record] = _NOTHING_READ) -> Naming:
    """Return how records of the type are called; what has been ``read`` of others is not read again where it is enough for the title."""
    graph: Graph = Glances(work.unit, read) if read and _is_enough(work, entity) else work.unit
    return Naming(work, entity, screen(work, entity), SeenGraph(graph, work.runtime, work.context.actor))


def _is_enough(work: Work, entity: EntityRuntime) -> bool:
    """Say whether the title asks nothing of other records but what a glance at them shows."""
    asked = entity.title_of.dependencies if entity.title_of is not None else ()
    others = (one for one in asked if one.entity_type != entity.id and one.entity_type in work.runtime.model.entity_types)
    return all(one.path in (work.runtime.type(one.entity_type).glance or ()) for one in others)


def title(work: Work, record: Record, read: Mapping[tuple[str, str], Record] = _NOTHING_READ) -> str:
    """Return how a record is called."""
    return naming(work, work.runtime.type(record.entity_type), read).title(record)


def reference(work: Work, record: Record) -> Reference:
    """Return a record as others name it."""
    return naming(work, work.runtime.type(record.entity_type)).reference(record)


def called(work: Work) -> Callable[[str, str], str]:
    """Return how sentences call the records that a record names: what belongs to others by its number, of a type that is closed to the actor nothing."""

    def name(entity_type: str, record_id: str) -> str:
        other = work.unit.get(entity_type, record_id) if entity_type and policy.views(work.runtime, work.context.actor, entity_type) else None
        if other is None:
            return ""
        return title(work, other) if policy.is_open(work.runtime, work.context.actor, "view", other, work.unit) else other.number

    return name


def references(
    work: Work, entity: EntityRuntime, records: Sequence[Record], read: Mapping[tuple[str, str], Record] = _NOTHING_READ, but: Collection[str] = ()
) -> Mapping[tuple[str, str], Reference]:
    """Return how the records are named that fields and lines of these records, which hold the same fields, refer to.

    What belongs to others has a number only; of a type that the actor's roles do not show, not even that. The records that the fields
    ``but`` name have been ``read`` already, as far as there are any.
    """
    wanted: dict[str, dict[str, Record]] = {}
    for (target, record_id), record in read.items():
        wanted.setdefault(target, {})[record_id] = record
    unread: dict[str, set[str]] = {}
    held = records[0].values if records else {}
    rest = tuple((path, field) for path, field in entity.naming if path in held and path not in but)
    for record in records:
        if rest or record.lines:
            for field, value in _named(entity, record, rest):
                unread.setdefault(field.targets[0], set()).update(value if isinstance(value, tuple) else (str(value),))
    for target, ids in unread.items():
        if policy.views(work.runtime, work.context.actor, target):
            wanted[target] = {**wanted.get(target, {}), **_nameable(work, work.runtime.type(target), ids)}
    found: dict[tuple[str, str], Reference] = {}
    for target, others in wanted.items():
        called = naming(work, work.runtime.type(target))
        plain, title = called.plain, called.title
        is_open = policy.opens(work.runtime, work.context.actor, "view", target, work.unit)
        for record_id, other in others.items():
            values = other.values
            number = str(values["number"])
            shown = number if not is_open(other) else title(other) if plain is None else str(values.get(plain) or number)
            found[target, record_id] = Reference(target, record_id, number, shown)
    return found


def named_with(work: Work, entity: EntityRuntime, paths: Collection[str]) -> tuple[Named, ...]:
    """Return which of the reference fields can be read together with their record."""
    actor = work.context.actor
    known: dict[object, tuple[Named, ...]] = work.runtime.memo.setdefault("named with", {})
    key = (entity.id, frozenset(paths), actor.roles, actor.system)
    if key not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[key] = tuple(_glanced(work, entity, paths))[:_MOST_JOINED]
    return known[key]


def _glanced(work: Work, entity: EntityRuntime, paths: Collection[str]) -> Iterator[Named]:
    for path, field in entity.naming:
        if path in paths and field.field.kind is Kind.REFERENCE and policy.views(work.runtime, work.context.actor, field.targets[0]):
            wanted = work.runtime.type(field.targets[0]).glance
            if wanted is not None:
                yield Named(path, field.targets[0], wanted)


def _nameable(work: Work, entity: EntityRuntime, ids: set[str]) -> Mapping[str, Record]:
    """Return the records with at least what names them and says to whom they are open."""
    return work.unit.prefetch(entity.id, ids) if entity.glance is None else work.unit.glance(entity.id, ids, entity.glance)


def _at(work: Work, entity: EntityRuntime, record: Record, graph: Graph | None = None) -> Situation:
    """Return a situation without party: titles and derived fields do not know it, and it would cost a statement per row."""
    env = Environment(graph=graph or work.unit, now=work.now, zone=work.zone, actor=work.context.actor, record=record)
    return Situation(entity=entity, environment=env)


def _named(entity: EntityRuntime, record: Record, naming: Iterable[tuple[str, FieldRuntime]]) -> Iterable[tuple[FieldRuntime, object]]:
    for path, field in naming:
        if value := record.values.get(path):
            yield field, value
    for group, named in entity.naming_lines.items():
        for line in record.lines.get(group, ()):
            yield from ((field, line.values[name]) for name, field in named if line.values.get(name))
