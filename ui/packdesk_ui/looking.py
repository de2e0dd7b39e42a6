"""A look at records while a page is drawn: conditions of fields walk from record to record, nothing is written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packdesk.records import policy
from packdesk.records.context import Context
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
        return situation(self.runtime.type(record.entity_type), record, self.context.actor, self.graph, self.now, zone=self.zone, old=old)


@contextmanager
def looking(context: Context, language: str) -> Iterator[Look]:
    """Give a look at the records of the release that the request is pinned to."""
    runtime = request_context.runtime()
    tables = context.live.tables(runtime)
    with UnitOfWork(context.database, runtime, tables, context.clock, context.actor, context.ids, write=False) as graph:
        yield Look(context=context, runtime=runtime, graph=graph, now=context.clock.now(), zone=zone_of(context.actor.time_zone), language=language)


def zone_of(name: str) -> ZoneInfo:
    """Return a person's zone; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
