"""What is kept from an actor on all records of a type: closed fields are taken out, sensitive ones masked."""

from collections.abc import Callable
from dataclasses import dataclass

from packdesk.records import policy
from packdesk.runtime.compile import Runtime
from packdesk.runtime.expressions.compile import Compiled, Dependency
from packdesk.runtime.values import Actor, Line, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What is kept from an actor on all records of a type."""

    hidden: frozenset[str]
    masked: frozenset[str]

    def over(self, record: Record) -> Record:
        """Return the record without what is kept back."""
        closed = self.hidden | self.masked
        if not closed:
            return record
        values = {path: None if path in closed else value for path, value in record.values.items()}
        if not any(path.partition(".")[0] in record.lines for path in closed):
            return Record(record.entity_type, values, record.lines)
        lines = {group: () if group in closed else tuple(_without(line, group, closed) for line in rows) for group, rows in record.lines.items()}
        return Record(record.entity_type, values, lines)

    def over_all(self, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """Return the records without what is kept back."""
        return tuple(self.over(record) for record in records) if self.hidden or self.masked else records


def screen_of(runtime: Runtime, actor: Actor, entity_type: str) -> Screen:
    """Return what is kept from the actor on records of the type."""
    hidden = policy.closed_fields(runtime, actor, "view", entity_type)
    masked = frozenset() if actor.system else policy.sensitive_fields(runtime, entity_type) - hidden
    return Screen(hidden=hidden, masked=masked)


def is_open(runtime: Runtime, actor: Actor, entity_type: str, condition: Compiled) -> bool:
    """Return whether a condition on records of the type reads only what the actor may see, on its way through other types too."""
    for dependency in condition.dependencies:
        if dependency.entity_type not in runtime.types:
            continue
        kept = screen_of(runtime, actor, dependency.entity_type)
        if dependency.path in kept.hidden | kept.masked or (
            dependency.entity_type != entity_type and policy.may(runtime, actor, "view", dependency.entity_type)
        ):
            return False
    return True


def closed_to(runtime: Runtime, actor: Actor) -> Callable[[Dependency], bool]:
    """Return the question whether a field is closed to the actor or masked; a group is when a field of it is, a type when no role shows it."""

    def closed(dependency: Dependency) -> bool:
        entity_type, path = dependency.entity_type, dependency.path
        if entity_type not in runtime.types:
            return False
        if not policy.views(runtime, actor, entity_type):
            return True
        kept = screen_of(runtime, actor, entity_type)
        return bool(path) and any(one == path or one.startswith(f"{path}.") for one in kept.hidden | kept.masked)

    return closed


def _without(line: Line, group: str, closed: frozenset[str]) -> Line:
    return Line(line.id, {name: None if f"{group}.{name}" in closed else value for name, value in line.values.items()})
