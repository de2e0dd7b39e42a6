"""A look at records while a page is drawn: conditions of fields walk from record to record, nothing is written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from packdesk.records import policy
from packdesk.records.context import Context, opened
from packdesk.records.drafts import begin
from packdesk.runtime.compile import Runtime
from packdesk.runtime.kinds import Reading
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Record
from packdesk.store.unit_of_work import UnitOfWork
from packdesk.web import request_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page needs to ask conditions."""

    context: Context
    runtime: Runtime
    graph: UnitOfWork
    now: datetime
    #: Zone in which conditions count days.
    home: ZoneInfo
    #: Zone of the person.
    zone: ZoneInfo
    language: str

    @property
    def reading(self) -> Reading:
        """Return how this person reads and writes values."""
        return Reading(model=self.runtime.model, language=self.language, zone=self.zone)

    def find(self, targets: Iterable[str], name: str) -> Record | None:
        """Return the record of one of the types that this person may see and that has this id, number or key."""
        for target in targets:
            access = policy.access_filter(self.runtime, self.context.actor, target)
            found = self.graph.get(target, name, access)
            if found is None and (keyed := self.graph.by_key(target, name)) is not None:
                found = self.graph.get(target, keyed.id, access)
            if found is not None:
                return found
        return None

    def at(self, record: Record, old: Record | None = None) -> Situation:
        """Return the situation of a record for this person."""
        return situation(self.runtime.type(record.entity_type), record, self.context.actor, self.graph, self.now, zone=self.home, old=old)


@contextmanager
def looking(context: Context, language: str) -> Iterator[Look]:
    """Give a look at the records of the release that the request is pinned to."""
    release = request_context.pinned()
    with opened(context, release, write=False) as graph:
        work = begin(context, graph, release.runtime)
        yield Look(context=context, runtime=release.runtime, graph=graph, now=work.now, home=work.zone, zone=work.reading.zone, language=language)
