"""Where a rule is asked: a record, who acts, when; and how its conditions and values are evaluated there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.errors import Finding
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import CheckRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.field_kind import UTC
from packdesk.runtime.tags import filled
from packdesk.runtime.values import Actor, Graph, Line, Record

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An entity type and the environment of its expressions; frozen, each step makes its own."""

    entity: EntityRuntime
    environment: Environment

    @property
    def actor(self) -> Actor:
        """Return who acts."""
        return self.environment.actor

    @property
    def language(self) -> str:
        """Return the language of labels in findings."""
        return self.environment.actor.language

    @property
    def record(self) -> Record:
        """Return the record in question."""
        record = self.environment.record
        if record is None:
            raise TypeError("this situation has no record")
        return record

    def of(self, record: Record) -> "Situation":
        """Return the same situation for the record as it would be."""
        return replace(self, environment=replace(self.environment, record=record))

    def with_input(self, values: Mapping[str, object]) -> "Situation":
        """Return the same situation with the inputs of an action."""
        return replace(self, environment=replace(self.environment, input=values))

    def on(self, line: Line) -> "Situation":
        """Return the same situation inside a line."""
        return replace(self, environment=replace(self.environment, line=line))

    def holds(self, guard: Guard) -> bool:
        """Return whether a condition holds; null is no."""
        return guard if isinstance(guard, bool) else guard.evaluate(self.environment) is True

    def value(self, source: object) -> object:
        """Return a literal, or what an expression gives, as records store it."""
        return stored(source.evaluate(self.environment)) if isinstance(source, Compiled) else source

    def failed(self, checks: tuple[CheckRuntime, ...], *, action: str = "", field: str = "", without_input: bool = False) -> tuple[Finding, ...]:
        """Return a finding with the pack's sentence for each check that does not hold.

        ``without_input`` leaves out the checks that read inputs, for when there are none yet.
        """
        return tuple(
            self.finding(
                "check_failed",
                check.check.path,
                action=action,
                field=field,
                texts=filled(check.texts, self.entity, self.environment, check.group),
                check=check.check.id,
            )
            for check in checks
            if check.that is not None and not (without_input and "input" in check.that.names) and not self.holds(check.that)
        )

    def finding(self, code: str, rule: str, *, field: str = "", action: str = "", texts: Mapping[str, str] | None = None, **facts: object) -> Finding:
        """Return a finding that names the rule and where it stands (GEN-27)."""
        return Finding(code=code, field=field, action=action, rule=rule, origin=self.entity.place(rule), facts=facts, texts=texts or _NO_TEXTS)


def situation(
    entity: EntityRuntime,
    record: Record | None,
    actor: Actor,
    graph: Graph,
    now: datetime,
    *,
    zone: ZoneInfo = UTC,
    old: Record | None = None,
    inputs: Mapping[str, object] | None = None,
) -> Situation:
    """Return the situation of a record; the party is the one whose business the record is."""
    party = partial(party_of, entity, record, graph) if record is not None else None
    environment = Environment(graph=graph, now=now, zone=zone, actor=actor, record=record, old=old, input=inputs or {}, party=party)
    return Situation(entity=entity, environment=environment)


def party_of(entity: EntityRuntime, record: Record, graph: Graph) -> Record | None:
    """Return the record whose business a record is, None when it is nobody's."""
    path = entity.entity.party
    if path == "self" or (not path and "party" in entity.entity.plays):
        return record
    held = record.get(path)
    return graph.get(entity.fields[path].field.to, held) if isinstance(held, str) and path in entity.fields else None


def stored(value: object) -> object:
    """Return what a record keeps of a value: of a record its id, of an actor the login, of a list each item's."""
    if isinstance(value, Record):
        return value.id
    if isinstance(value, Actor):
        return value.login
    if isinstance(value, (tuple, list)):
        return tuple(stored(item) for item in value)
    return value
