"""The calendar of a list: its records on the days of a month, a week or a day, as they are where the reader is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval, format_skeleton, format_time, get_day_names
from flask import url_for

from packdesk.records import calendar as calendars
from packdesk.records import search
from packdesk.records.calendar import Period, Wanted
from packdesk.runtime import calendar_days
from packdesk.runtime.boards import CalendarView, calendar_view
from packdesk.runtime.calendar_days import Span
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.filters import Chip, Operator
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, counts
from packdesk_ui.addresses import Link
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists import table
from packdesk_ui.lists.asked import CALENDAR, PERIODS, TABLE, Asked, address
from packdesk_ui.lists.cards import facts_of, title_of
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown, full_label

#: Records of one day that are shown, by period.
_MOST = {"month": 3, "week": 12, "day": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record on a day."""

    number: str
    title: str
    href: str
    #: When on this day it begins; empty for a whole day.
    time: str
    #: It began on an earlier day.
    continued: bool
    facts: tuple[Shown, ...]
    #: Where its date is changed; empty where the person can't.
    move_href: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day and what stands on it."""

    id: str
    number: str
    #: The whole date, for those who do not see where the day stands, with how many records there are.
    label: str
    #: The date where days stand below one another.
    line: str
    href: str
    today: bool
    #: Belongs to the month before or after.
    outside: bool
    entries: tuple[Entry, ...]
    #: How many there are beyond those that are shown, in words; empty: none.
    more: str
    more_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What the template of the calendar draws."""

    title: str
    period: str
    weekdays: tuple[str, ...]
    days: tuple[Day, ...]
    switches: tuple[Link, ...]
    previous: str
    next: str
    today: str
    #: How many records there are, or that there are none.
    count_text: str
    #: By which date records stand here, and whose days these are.
    advice: str
    #: Not all records could be read; empty: they were.
    notice: str
    #: As on a ``SearchPage``.
    too_many_parties: bool = False


def has_calendar(entity: EntityRuntime) -> bool:
    """Say whether the type has a calendar that this person can be shown."""
    return _open_view(entity) is not None


def _open_view(entity: EntityRuntime) -> CalendarView | None:
    view = calendar_view(entity)
    return None if view is None or view.date in asking.closed_to_order(entity) else view


def calendar(entity: EntityRuntime, asked: Asked, command: search.SearchCommand, language: str) -> Calendar | None:
    """Return the part of the list's calendar that is asked for; None where the type has none for this person."""
    view = _open_view(entity)
    if view is None:
        return None
    zone = request_context.zone()
    today = calendar_days.day_of(request_context.services().clock.now(), zone)
    day = _day(asked.day) or today
    span = _span(asked.period, day, calendar_days.first_weekday(zone))
    wanted = Wanted(calendar=view, span=span, zone=zone, most=_MOST[asked.period])
    found = calendars.in_period(answers.context(), entity.id, replace(command, fields=(), cursor="", count=False), wanted)
    drawing = _Drawing(entity=entity, asked=asked, view=view, found=found, zone=zone, language=language, today=today, month=day.month)
    return Calendar(
        title=_title(asked.period, day, span, language),
        period=asked.period,
        weekdays=_weekdays(span, language) if asked.period != "day" else (),
        days=tuple(drawing.days(span)),
        switches=tuple(
            Link(label=words(f"calendar.{period}"), href=address(entity.id, asked, period=period, day=day.isoformat()), current=period == asked.period)
            for period in PERIODS
        ),
        previous=address(entity.id, asked, day=_moved(asked.period, day, -1).isoformat()),
        next=address(entity.id, asked, day=_moved(asked.period, day, 1).isoformat()),
        today=address(entity.id, asked, day=""),
        count_text=_count_text(found),
        advice=words("calendar.advice", label=full_label(entity, view.date, language), zone=zone.key),
        notice=words("calendar.unread", day=format_date(found.unread, "long", locale=language)) if found.unread is not None else "",
        too_many_parties=found.too_many_parties,
    )


def only_day(entity: EntityRuntime, asked: Asked, text: str) -> Asked:
    """Return the list, as a table, of what stands on one day of its calendar beside what was asked already."""
    view, day = calendar_view(entity), _day(text)
    if view is None or day is None or not has_calendar(entity):
        return asked
    state = replace(asked.state, layout="")
    if view.until:
        source = calendar_days.asked_on(entity, view, day, request_context.zone())
        state = replace(state, expression=f"({state.expression}) && {source}" if state.expression else source)
    else:
        state = replace(state, chips=tuple(dict.fromkeys((*state.chips, Chip(path=view.date, operator=Operator.ON, values=(day.isoformat(),))))))
    return replace(asked, state=state, layout=TABLE, trail=())


# days ----------------------------------------------------------------------------------------------------------------------------


def _day(text: str) -> date | None:
    """Return the day that an address names; None where it is none, or none that a calendar goes to."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if calendar_days.FIRST_DAY <= day <= calendar_days.LAST_DAY else None


def _span(period: str, day: date, begins: int) -> Span:
    if period == "day":
        return Span(first=day, last=day)
    return calendar_days.week_of(day, begins) if period == "week" else calendar_days.month_of(day, begins)


def _moved(period: str, day: date, way: int) -> date:
    if period == "month":
        first = calendar_days.next_month(day) if way > 0 else (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return min(max(first, calendar_days.FIRST_DAY), calendar_days.LAST_DAY)
    return min(max(day + timedelta(days=way * (calendar_days.WEEK if period == "week" else 1)), calendar_days.FIRST_DAY), calendar_days.LAST_DAY)


def _title(period: str, day: date, span: Span, language: str) -> str:
    if period == "month":
        return format_skeleton("yMMMM", day, locale=language)
    if period == "week":
        return format_interval(span.first, span.last, "yMMMd", locale=language)
    return format_date(day, "full", locale=language)


def _weekdays(span: Span, language: str) -> tuple[str, ...]:
    names = get_day_names("abbreviated", context="stand-alone", locale=language)
    return tuple(names[day.weekday()] for day in span.days[: calendar_days.WEEK])


def _count_text(found: Period) -> str:
    return counts.of_records(found.total, capped=found.unread is not None) if found.total else words("calendar.none")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """One drawing of a calendar."""

    entity: EntityRuntime
    asked: Asked
    view: CalendarView
    found: Period
    zone: ZoneInfo
    language: str
    today: date
    month: int

    def days(self, span: Span) -> Iterator[Day]:
        """Yield the days of the span."""
        page = search.SearchPage(rows=(), references=self.found.references)
        reader = table.reader_of(request_context.runtime(), page, self.language)
        return (self._drawn(day, reader) for day in span.days)

    def _drawn(self, day: date, reader: Reader) -> Day:
        rows, count = self.found.rows[day], self.found.counts[day]
        line = format_date(day, "full", locale=self.language)
        more = count - len(rows)
        return Day(
            id=day.isoformat(),
            number=str(day.day),
            label=f"{line}, {counts.of_records(count, capped=False)}",
            line=line,
            href=address(self.entity.id, self.asked, period="day", day=day.isoformat()),
            today=day == self.today,
            outside=self.asked.period == "month" and day.month != self.month,
            entries=tuple(self._entry(record, day, reader) for record in rows),
            more=words("calendar.more", count=more) if more else "",
            more_name=words("calendar.more_on", count=more, day=line),
        )

    def _entry(self, record: Record, day: date, reader: Reader) -> Entry:
        begins = record.get(self.view.date)
        title = title_of(record, self.found.titles[record.id])
        continued = isinstance(begins, date) and calendar_days.day_of(begins, self.zone) != day
        starts = isinstance(begins, datetime) and not continued
        return Entry(
            number=record.number,
            title=title,
            href=url_for("packdesk_ui.record", entity_type=self.entity.id, number=record.number),
            time=format_time(begins.astimezone(self.zone), "short", locale=self.language) if starts else "",  # type: ignore[union-attr]
            continued=continued,
            facts=facts_of(self.entity, record, reader, self.view.card, title),
            move_href=self._move_href(record) if record.id in self.found.movable else "",
            name=words("calendar.move_of", name=record.number),
        )

    def _move_href(self, record: Record) -> str:
        asked = self.asked
        place = {"view": asked.view, "asked": asked.token, "period": asked.period if asked.period != PERIODS[0] else "", "day": asked.day}
        given = {name: value for name, value in place.items() if value}
        return url_for("packdesk_ui.dates", entity_type=self.entity.id, number=record.number, **given)  # type: ignore[arg-type]


def back_to(entity_type: str, place: dict[str, str]) -> str:
    """Return the address of the calendar from which a date was changed."""
    kept = {name: place[name] for name in ("view", "asked", "period", "day") if place.get(name)}
    return url_for("packdesk_ui.records", entity_type=entity_type, layout=CALENDAR, **kept)  # type: ignore[arg-type]
