"""A record on its way from what it was to what will be stored; a frozen value that each step hands to the next."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packdesk.model.nodes import Json
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.field_kind import UTC, Reading
from packdesk.runtime.field_state import present
from packdesk.runtime.situation import Situation, party_of
from packdesk.runtime.values import Line, Record, Related
from packdesk.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from packdesk.records.context import Context

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What rules did so far because of one change of somebody's: how far they led, and which ran on which record."""

    depth: int = 0
    ran: frozenset[tuple[str, str, str]] = frozenset()
    #: Paths of the rules, one leading to the next.
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as the rules that it starts see it: its parts by name, and the record before it."""

    event: str
    parts: Mapping[str, object]
    old: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction: what every step of a change needs."""

    context: "Context"
    unit: UnitOfWork
    runtime: Runtime
    now: datetime
    #: Zone of the organisation: days and months of what is stored do not depend on who stores it.
    zone: ZoneInfo
    #: How this actor reads and writes values.
    reading: Reading
    #: Records that are being changed further up: they recompute themselves when their effects are done.
    in_hand: frozenset[tuple[str, str]] = frozenset()
    chain: Chain = Chain()
    #: Nothing is going to be written: no number is drawn, nothing is locked.
    trial: bool = False
    #: (entity type, what was typed) -> the parties that quick search found in this transaction, and whether they were too many.
    parties: "dict[tuple[str, str], tuple[tuple[str, ...], bool]]" = dataclasses.field(default_factory=dict)

    def holding(self, record: Record) -> "Work":
        """Return the same work for what happens while the record is in hand."""
        return replace(self, in_hand=self.in_hand | {(record.entity_type, record.id)})

    def new_id(self) -> str:
        """Return a fresh id."""
        return self.context.ids(self.now)


def begin(context: "Context", unit: UnitOfWork, runtime: Runtime) -> Work:
    """Return the work of one transaction."""
    home = next((node.time_zone for node in runtime.model.organisation.units.values() if node.time_zone), "UTC")
    words = Reading(
        model=runtime.model,
        language=context.language,
        zone=zone_named(context.actor.time_zone),
        now=context.clock.now(),
        typing=context.typing,
    )
    # The rules word their findings in the actor's language: that of this request, not of his profile.
    heard = context if context.actor.language == context.language else replace(context, actor=replace(context.actor, language=context.language))
    return Work(context=heard, unit=unit, runtime=runtime, now=context.clock.now(), zone=zone_named(home), reading=words)


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by name; UTC for a name that the machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """The other end of a link, with the link's own values."""

    entity_type: str
    id: str
    values: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Message:
    """A row for the outbox: what leaves the system after the commit."""

    topic: str
    body: Mapping[str, Json]


#: What a draft works out of its parts when it is asked.
_WORKED_OUT = frozenset({"environment", "situation", "_sections"})


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The record as it would be stored now, and everything that would be stored with it.

    Each rule asks it for the environment of its expressions, which is therefore made once for each draft.
    """

    work: Work
    entity: EntityRuntime
    old: Record | None
    record: Record
    #: Relation -> all links of the record through it; only the relations that the change touches.
    links: Mapping[str, tuple[LinkEnd, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    #: Paths that the person gave, in contrast to what defaults and effects filled in.
    given: frozenset[str] = frozenset()
    action: ActionRuntime | None = None
    #: Whose business it is; read from the record where the caller names nobody.
    named_party: Record | None = None
    #: Free inputs of the action by name.
    inputs: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    results: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    reveal: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    notes: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    #: Ids of the approvals that effects asked for.
    approvals: tuple[str, ...] = ()
    #: Section that is present by definition, because its action is being done.
    section: str = ""
    #: Paths of rules that took part, for the history.
    rules: tuple[str, ...] = ()
    #: What started the rule whose effects are being performed; None where somebody acts.
    happening: Happening | None = None
    #: A new record as it was when its derived fields were last right.
    filled: Record | None = None

    @cached_property
    def environment(self) -> Environment:
        """Return what the expressions about the draft are evaluated against."""
        return Environment(
            graph=self.graph,
            now=self.work.now,
            zone=self.work.zone,
            actor=self.work.context.actor,
            record=self.record,
            old=self.old if self.happening is None else self.happening.old,
            names=_NOTHING if self.happening is None else {"event": self.happening.parts},
            input=self.inputs,
            party=lambda: self.party,
            effect=self.results,
        )

    @cached_property
    def situation(self) -> Situation:
        """Return the draft as the rules of the runtime see it."""
        return Situation(entity=self.entity, environment=self.environment)

    @cached_property
    def _sections(self) -> dict[str, bool]:
        return {}

    def lacks(self, section: str) -> bool:
        """Return whether a section is not there as the draft stands; every field of it asks."""
        known = self._sections
        if section not in known:
            known[section] = not present(self.situation, section)
        return known[section]

    def worked_out(self) -> "Draft":
        """Return the draft of a new record as one whose derived fields fit what they read."""
        return self if self.old is not None else self.having(filled=self.record)

    def writing(self, values: Mapping[str, object]) -> "Draft":
        """Return the draft with these values written; itself where they stand there already."""
        held = self.record.values
        if all(path in held and (held[path] is value or held[path] == value) for path, value in values.items()):
            return self
        return self.having(record=self.record.having(values))

    def with_lines(self, group: str, lines: tuple[Line, ...]) -> "Draft":
        """Return the draft with these lines in a group."""
        return self.having(record=self.record.having({}, {group: lines}))

    def having(self, **parts: object) -> "Draft":
        """Return the draft with other parts; ``replace`` takes as long as evaluating a dozen expressions, and a creation asks for a dozen."""
        if not parts.keys() <= Draft.__dataclass_fields__.keys():
            raise TypeError(f"a draft has no {', '.join(sorted(parts.keys() - Draft.__dataclass_fields__.keys()))}")
        made = object.__new__(Draft)
        kept = vars(made)
        kept.update(vars(self))
        for name in _WORKED_OUT:
            kept.pop(name, None)
        kept.update(parts)
        return made

    def with_links(self, relation: str, ends: tuple[LinkEnd, ...]) -> "Draft":
        """Return the draft with these links through a relation."""
        return self.having(links={**self.links, relation: ends})

    def with_note(self, text: str) -> "Draft":
        """Return the draft with one more note."""
        return self.having(notes=(*self.notes, text))

    def with_message(self, topic: str, body: Mapping[str, Json]) -> "Draft":
        """Return the draft with one more row for the outbox."""
        return self.having(messages=(*self.messages, Message(topic, body)))

    def with_status(self, status: str) -> "Draft":
        """Return the draft in a status and in the state that the status stands for."""
        lifecycle = self.entity.lifecycle
        state = lifecycle.statuses[status].state if lifecycle is not None and status in lifecycle.statuses else self.record.get("state")
        return self.writing({"status": status, "state": state})

    def default_status(self, state: str) -> str:
        """Return the default status of a state: the subtype's, else the lifecycle's."""
        return self.entity.default_status(state, str(self.record.get("subtype") or ""))

    @property
    def party(self) -> Record | None:
        """Return the record whose business this is."""
        return self.named_party or party_of(self.entity, self.record, self.graph)

    def ends(self, relation: str) -> tuple[LinkEnd, ...]:
        """Return the record's links through a relation as they stand in the draft."""
        if relation in self.links:
            return self.links[relation]
        return tuple(LinkEnd(other.record.entity_type, other.record.id, other.link) for other in self.work.unit.related(self.record, relation))

    @property
    def graph(self) -> "DraftGraph":
        """Return the walks from record to record as they would be with this draft stored."""
        return DraftGraph(self)


@dataclass(frozen=True, slots=True)
class DraftGraph:
    """The unit of work's records with the draft in place of what is stored of it."""

    draft: Draft

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Return a live record, or the draft itself."""
        if record_id == self.draft.record.id and entity_type == self.draft.record.entity_type:
            return self.draft.record
        return self.draft.work.unit.get(entity_type, record_id)

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        """Return the other ends, the draft's own pending links among them."""
        if record.id != self.draft.record.id:
            return self.draft.work.unit.related(record, relation)
        if relation not in self.draft.links:
            return self.draft.work.unit.related(record, relation) if self.draft.old is not None else ()
        found = ((self.get(end.entity_type, end.id), end) for end in self.draft.links[relation])
        return tuple(Related(other, end.values) for other, end in found if other is not None)

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Return the live record whose key field has this value."""
        return self.draft.work.unit.by_key(entity_type, key)

    def user_units(self, login: str) -> frozenset[str]:
        """Return the units of a user."""
        return self.draft.work.unit.user_units(login)
