"""What somebody tries to do to a record, with everything that the guards look at; made before anything is judged."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors import Finding
from packdesk.records.drafts import LinkEnd, Work
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.lifecycle import Judgement
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Line, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person gave, read: values by path, whole line groups, links by relation, and what could not be read."""

    values: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, tuple[Line, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[str, tuple[LinkEnd, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    #: Free inputs of an action.
    inputs: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One change on its way to the guards."""

    work: Work
    entity: EntityRuntime
    #: ``create``, ``edit``, ``act`` or ``delete``.
    verb: str
    old: Record | None
    given: Given = dataclasses.field(default_factory=Given)
    #: Version that the person looked at; None where the door does not ask.
    version: int | None = None
    action: ActionRuntime | None = None
    judged: Judgement = dataclasses.field(default_factory=Judgement)
    #: Made by an effect whose action was judged already: field rules hold, rights are not asked again.
    trusted: bool = False

    @property
    def actor(self) -> Actor:
        """Return who tries."""
        return self.work.context.actor

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path, line field and relation that the person wants to write."""
        of_lines = (f"{group}.{name}" for group, lines in self.given.lines.items() for line in lines for name in line.values)
        return tuple(dict.fromkeys((*self.given.values, *self.given.lines, *of_lines, *self.given.links)))

    @property
    def reassigns(self) -> bool:
        """Say whether the assignment would change."""
        return self.old is not None and any(name in self.given.values and self.given.values[name] != self.old.get(name) for name in ASSIGNMENT)

    @property
    def situation(self) -> Situation:
        """Return the record as it stands, for its conditions."""
        return situation(self.entity, self.old, self.actor, self.work.unit, self.work.now, zone=self.work.zone, old=self.old, inputs=self.given.inputs)
