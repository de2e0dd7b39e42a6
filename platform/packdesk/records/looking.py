"""A look at records while a page is drawn: conditions of fields walk from record to record, nothing is written."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from packdesk.records.context import Context, opened, run
from packdesk.records.drafts import Work, begin
from packdesk.records.screening import screen_of
from packdesk.records.seen_graph import SeenGraph
from packdesk.runtime.compile import Runtime
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Graph, Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page needs to ask conditions."""

    context: Context
    #: The transaction, for what else the page reads in it.
    work: Work
    runtime: Runtime
    graph: Graph
    now: datetime
    #: Zone in which conditions count days.
    home: ZoneInfo
    #: How this person reads and writes values.
    reading: Reading

    @property
    def language(self) -> str:
        """Return the language of the page."""
        return self.reading.language

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the person."""
        return self.reading.zone

    def find(self, targets: Iterable[str], name: str) -> Record | None:
        """Return the record of one of the types that this person may see and that has this id, number or key."""
        seen = SeenGraph(self.graph, self.runtime, self.context.actor)
        found = next((found for target in targets if (found := seen.get(target, name) or seen.by_key(target, name)) is not None), None)
        return self.graph.get(found.entity_type, found.id) if found is not None else None

    def title(self, record: Record) -> str:
        """Return what a record is called, as far as this person may see what its name is made of."""
        seen = SeenGraph(self.graph, self.runtime, self.context.actor)
        shown = screen_of(self.runtime, self.context.actor, record.entity_type).over(record)
        return self.runtime.type(record.entity_type).title(shown, seen, self.language)

    def at(self, record: Record, old: Record | None = None) -> Situation:
        """Return the situation of a record for this person."""
        return situation(self.runtime.type(record.entity_type), record, self.context.actor, self.graph, self.now, zone=self.home, old=old)


@contextmanager
def looking(context: Context) -> Iterator[Look]:
    """Give a look at the records of the release in force."""
    release = context.live.current()
    with opened(context, release, write=False) as graph:
        yield _look(begin(context, graph, release.runtime))


def looked(context: Context, draw: Callable[[Look], T]) -> T:
    """Return what one look at the records gives; it is taken anew when the connection was lost meanwhile."""
    return run(context, lambda unit, runtime: draw(_look(begin(context, unit, runtime))), write=False)


def _look(work: Work) -> Look:
    return Look(context=work.context, work=work, runtime=work.runtime, graph=work.unit, now=work.now, home=work.zone, reading=work.reading)
