"""Counts what several searches of a type find, for the views of a list: capped, and not for longer than somebody waits for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.search import SearchCommand, query_of
from packdesk.records.views import screen
from packdesk.store import queries

#: After this long no further search is counted in one go: the first numbers don't wait for the last.
PATIENCE = timedelta(milliseconds=300)
#: What is wrong with a search, or closed to the actor: it has no count, and the others have theirs.
_REFUSED = ("bad_filter", "bad_parameter", "not_permitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many records a search finds: at most 1,000, ``capped`` where there are more."""

    count: int
    capped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many records the searches find, by their names."""

    counts: Mapping[str, Count]
    #: Name of the search to go on with; empty: all were counted.
    rest: str = ""


def counted(context: Context, entity_type: str, asked: Mapping[str, SearchCommand]) -> Counted:
    """Return how many records each search finds for the actor, by its name; one statement each.

    Left out is what can't be counted: a search that is refused, and one whose finds must be looked at one by one.
    """

    def work(at: Work) -> Counted:
        if refused := policy.may(at.runtime, context.actor, "view", entity_type):
            raise Refused([refused])
        began = context.clock.now()
        found: dict[str, Count] = {}
        for place, (name, command) in enumerate(asked.items()):
            if place and context.clock.now() - began > PATIENCE:
                return Counted(counts=found, rest=name)
            if (count := _count(at, entity_type, command)) is not None:
                found[name] = count
        return Counted(counts=found)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def _count(work: Work, entity_type: str, command: SearchCommand) -> Count | None:
    entity = work.runtime.type(entity_type)
    kept = screen(work, entity)
    try:
        query = query_of(work, entity, command, "view", kept.hidden | kept.masked)
        found = queries.count_up_to(work.unit.connection, work.unit.tables, query) if query.keep is None else None
    except PackdeskError as error:
        if error.code not in _REFUSED:
            raise
        return None
    return Count(count=min(found, queries.COUNT_LIMIT), capped=found > queries.COUNT_LIMIT) if found is not None else None
