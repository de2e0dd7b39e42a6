"""A record as one actor may see it: closed fields taken out, sensitive ones masked, what the clock moves computed."""

from collections.abc import Iterable, Mapping

from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.records.outcome import Reference
from packdesk.records.screening import Screen, screen_of
from packdesk.records.seen_graph import SeenGraph
from packdesk.runtime.entity import EntityRuntime, FieldRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Graph, Record


def screen(work: Work, entity: EntityRuntime) -> Screen:
    """Return what is kept from the actor on records of the type."""
    return screen_of(work.runtime, work.context.actor, entity.id)


def computed(work: Work, entity: EntityRuntime, record: Record) -> Record:
    """Return the record with the derived fields that the clock moves."""
    for path in entity.computed_on_read:
        record = record.having({path: _at(work, entity, record).value(entity.fields[path].derived)})
    return record


def title(work: Work, record: Record) -> str:
    """Return how a record is called, as far as the actor may see what its name is made of."""
    entity = work.runtime.type(record.entity_type)
    seen = SeenGraph(work.unit, work.runtime, work.context.actor)
    shown = screen(work, entity).over(record)
    named = _at(work, entity, shown, seen).value(entity.title_of) if entity.title_of is not None else None
    return str(named or record.number)


def reference(work: Work, record: Record) -> Reference:
    """Return a record as others name it."""
    return Reference(record.entity_type, record.id, record.number, title(work, record))


def references(work: Work, entity: EntityRuntime, records: Iterable[Record]) -> Mapping[tuple[str, str], Reference]:
    """Return how the records are named that fields and lines of these records refer to.

    What belongs to others has a number only; of a type that the actor's roles do not show, not even that.
    """
    wanted: dict[str, set[str]] = {}
    for record in records:
        for field, value in _named(entity, record):
            wanted.setdefault(field.targets[0], set()).update(value if isinstance(value, tuple) else (str(value),))
    found = {}
    for target, ids in wanted.items():
        if not policy.views(work.runtime, work.context.actor, target):
            continue
        for record_id, other in work.unit.prefetch(target, ids).items():
            seen = policy.is_open(work.runtime, work.context.actor, "view", other, work.unit)
            found[target, record_id] = reference(work, other) if seen else Reference(target, record_id, other.number, other.number)
    return found


def _at(work: Work, entity: EntityRuntime, record: Record, graph: Graph | None = None) -> Situation:
    """Return a situation without party: titles and derived fields do not know it, and it would cost a statement per row."""
    env = Environment(graph=graph or work.unit, now=work.now, zone=work.zone, actor=work.context.actor, record=record)
    return Situation(entity=entity, environment=env)


def _named(entity: EntityRuntime, record: Record) -> Iterable[tuple[FieldRuntime, object]]:
    for path, field in entity.naming:
        if value := record.get(path):
            yield field, value
    for group, naming in entity.naming_lines.items():
        for line in record.lines.get(group, ()):
            yield from ((field, line.values[name]) for name, field in naming if line.values.get(name))
