"""The records of a calendar: on which days of a period they stand, the first of each day, and whose dates can be moved.

Days are those of whoever looks. Four things bound what a period costs: two statements, ``PLACED`` records of which only the dates are
read, ``most`` whole ones for each day, and one statement for each type that these name.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from packdesk.errors import Refused
from packdesk.model.entity_types import Kind
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.outcome import Reference
from packdesk.records.rights_words import not_permitted
from packdesk.records.search import SearchCommand, query_of, read_ahead
from packdesk.records.views import named_with, references, screen, title
from packdesk.runtime.boards import CalendarView, movable
from packdesk.runtime.calendar_days import Span, day_of, days_held, start_of
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.field_state import field_state
from packdesk.runtime.lifecycle import is_locked
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Record
from packdesk.store import periods
from packdesk.store.periods import Bounds
from packdesk.store.queries import Query

#: Records of a period whose dates are read; who has more of them in view narrows the search or the period.
PLACED = 5_000
#: As many where every record has to be looked at whole, because the search found it by more than may be shown.
_SIFTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a calendar is asked for."""

    calendar: CalendarView
    span: Span
    #: Whose days these are.
    zone: ZoneInfo
    #: Records of each day that are read whole.
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of a period and what stands on them."""

    #: Day -> its first records, in the order of their dates.
    rows: Mapping[date, tuple[Record, ...]]
    counts: Mapping[date, int]
    #: How many records there are in the period; a record that stands on several days counts once.
    total: int
    #: The first day of which not all records were read; None where all were.
    unread: date | None
    #: Id of a record -> how it is called.
    titles: Mapping[str, str]
    references: Mapping[tuple[str, str], Reference]
    #: Ids of records with a date that the actor may change.
    movable: frozenset[str]
    #: As on a ``SearchPage``.
    too_many_parties: bool = False


def in_period(context: Context, entity_type: str, command: SearchCommand, wanted: Wanted) -> Period:
    """Return the records of a period by day; only what the actor may see is found and counted."""
    return run(context, lambda unit, runtime: _period(begin(context, unit, runtime), entity_type, command, wanted), write=False)


def _period(work: Work, entity_type: str, command: SearchCommand, wanted: Wanted) -> Period:
    entity = work.runtime.type(entity_type)
    if refused := policy.may(work.runtime, work.context.actor, "view", entity_type):
        raise Refused([refused])
    kept = screen(work, entity)
    closed = kept.hidden | kept.masked
    if wanted.calendar.date in closed:
        raise Refused([not_permitted(work.runtime.model, "", verb="view", entity_type=entity_type, field=wanted.calendar.date)])
    if wanted.calendar.until in closed:
        wanted = dataclasses.replace(wanted, calendar=dataclasses.replace(wanted.calendar, until=""))
    query = dataclasses.replace(query_of(work, entity, command, "view", closed), fields=None)
    if not query.named:
        query = dataclasses.replace(query, named=named_with(work, entity, entity.fields.keys() - closed))
    placed, unread = _placed(work, entity, query, wanted)
    days = _by_day(placed, wanted)
    first = {record.id for records in days.values() for record in records[: wanted.most]}
    page = periods.chosen(work.unit.connection, work.unit.tables, query, first)
    shown = {record.id: kept.over(record) for record in page.rows}
    read_ahead(work, entity, page.rows, query, page.named)
    return Period(
        rows={day: tuple(shown[record.id] for record in records[: wanted.most]) for day, records in days.items()},
        counts={day: len(records) for day, records in days.items()},
        total=len(placed),
        unread=unread,
        titles={record.id: title(work, record, page.named) for record in page.rows},
        references=references(work, entity, tuple(shown.values()), page.named, [one.path for one in query.named]),
        movable=frozenset(_movable(work, entity, wanted.calendar, page.rows)),
        too_many_parties=query.parties.too_many,
    )


def _placed(work: Work, entity: EntityRuntime, query: Query, wanted: Wanted) -> tuple[tuple[Record, ...], date | None]:
    """Return the records of the period, and the day from which on there may be more of them."""
    calendar = wanted.calendar
    begins = _bounds(entity, calendar.date, wanted)
    ends = _bounds(entity, calendar.until, wanted) if calendar.until else None
    most = PLACED if query.keep is None else _SIFTED
    found = periods.standing(work.unit.connection, work.unit.tables, query, begins, ends, most)
    unread = _date(found[most], calendar.date) if len(found) > most else None
    placed = found[:most]
    if query.keep is not None:
        whole = periods.chosen(work.unit.connection, work.unit.tables, dataclasses.replace(query, named=()), [record.id for record in placed])
        passed = {record.id for record in whole.rows if query.keep(record)}
        placed = tuple(record for record in placed if record.id in passed)
    return placed, None if unread is None else day_of(unread, wanted.zone)


def _bounds(entity: EntityRuntime, path: str, wanted: Wanted) -> Bounds:
    first, after = wanted.span.first, wanted.span.last + timedelta(days=1)
    if entity.fields[path].field.kind is Kind.DATE:
        return Bounds(path=path, first=first, after=after)
    return Bounds(path=path, first=start_of(first, wanted.zone), after=start_of(after, wanted.zone))


def _by_day(placed: Iterable[Record], wanted: Wanted) -> dict[date, list[Record]]:
    days: dict[date, list[Record]] = {day: [] for day in wanted.span.days}
    for record in placed:
        ends = _date(record, wanted.calendar.until) if wanted.calendar.until else None
        for day in days_held(_date(record, wanted.calendar.date) or wanted.span.first, ends, wanted.zone, wanted.span):
            days[day].append(record)
    return days


def _date(record: Record, path: str) -> date | None:
    value = record.get(path)
    return value if isinstance(value, date) else None


def _movable(work: Work, entity: EntityRuntime, calendar: CalendarView, records: tuple[Record, ...]) -> Iterator[str]:
    """Yield the records with a date that the actor may change now, as far as the record itself says; saving asks everything."""
    actor = work.context.actor
    paths = set(movable(entity, calendar)) - policy.closed_fields(work.runtime, actor, "edit", entity.id)
    if not paths or "edit" not in policy.verbs(work.runtime, actor, entity.id):
        return
    is_open = policy.opens(work.runtime, actor, "edit", entity.id, work.unit)
    for record in records:
        at = Situation(entity=entity, environment=Environment(graph=work.unit, now=work.now, zone=work.zone, actor=actor, record=record))
        if is_open(record) and not is_locked(entity, record) and any(_is_given(at, path) for path in paths):
            yield record.id


def _is_given(at: Situation, path: str) -> bool:
    """Say whether a field can be filled in; what only other records could tell is left to the form."""
    each = at.entity.fields[path]
    if not all(_reads_itself(at.entity, guard) for guard in (each.readonly, each.visible)):
        return True
    state = field_state(at, each)
    return not (state.readonly or state.hidden)


def _reads_itself(entity: EntityRuntime, guard: Guard) -> bool:
    return not isinstance(guard, Compiled) or all(one.entity_type == entity.id and one.path in entity.fields for one in guard.dependencies)
