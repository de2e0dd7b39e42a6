"""What an expression is evaluated against: the records, the actor, the moment and the values of the place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.runtime.values import Actor, Graph, Line, Record

_EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Everything that names stand for; what is absent reads as null."""

    graph: Graph
    now: datetime
    #: Zone of dates and calendar arithmetic where the expression names none.
    zone: ZoneInfo
    actor: Actor
    record: Record | None = None
    old: Record | None = None
    input: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    #: A record, or the id of an entry.
    candidate: Record | str | None = None
    #: Whose business it is, or what finds that: most rules never ask, and finding it can take a statement.
    party: Record | Callable[[], Record | None] | None = None
    line: Line | None = None
    #: Results of other effects: a record, its id, or an object's values.
    effect: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    link: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    #: The contact behind a signed link, when it is not a user who acts.
    actor_party: Record | None = None
    #: Values of the names that only this place offers.
    names: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    #: (entity type, id) -> how the record is called by whom the actor may ask; None: by its number.
    naming: Callable[[str, str], str] | None = None

    def called(self, entity_type: str, record_id: str) -> str:
        """Return how a record is called in a sentence; empty for one that is not there."""
        if self.naming is not None:
            return self.naming(entity_type, record_id)
        found = self.graph.get(entity_type, record_id) if entity_type else None
        return found.number if found is not None else ""

    def whose(self) -> Record | None:
        """Return the record whose business it is, None when it is nobody's."""
        return self.party() if callable(self.party) else self.party
