"""The days of a calendar: which ones a month or a week shows, when each begins where the reader is, and on which of them a record stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError, get_global

from packdesk.model.entity_types import Kind
from packdesk.runtime.boards import CalendarView
from packdesk.runtime.entity import EntityRuntime

WEEK = 7
#: Days that a calendar goes to.
FIRST_DAY, LAST_DAY = date(1000, 2, 1), date(2999, 11, 30)
#: Territories of zones that lie nowhere.
_NOWHERE = frozenset({"", "ZZ", "001"})
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days that follow one another, the last included."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Return the days."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def first_weekday(zone: ZoneInfo) -> int:
    """Return the day with which weeks begin where a zone lies, Monday is 0; Monday where nobody can tell."""
    territory = get_global("zone_territories").get(zone.key, "")
    try:
        return int(Locale.parse(f"und_{territory}").first_week_day) if territory not in _NOWHERE else 0
    except (UnknownLocaleError, ValueError):
        return 0


def week_of(day: date, begins: int) -> Span:
    """Return the week of a day."""
    first = day - timedelta(days=(day.weekday() - begins) % WEEK)
    return Span(first=first, last=first + timedelta(days=WEEK - 1))


def month_of(day: date, begins: int) -> Span:
    """Return the whole weeks that the month of a day touches."""
    first = day.replace(day=1)
    last = next_month(first) - timedelta(days=1)
    return Span(first=week_of(first, begins).first, last=week_of(last, begins).last)


def next_month(day: date) -> date:
    """Return the first day of the month after that of a day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone; where the clocks skip midnight, with the first moment that there is."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(value: date, zone: ZoneInfo) -> date:
    """Return the day on which a date or a moment falls."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def days_held(begins: date, ends: date | None, zone: ZoneInfo, shown: Span) -> Iterator[date]:
    """Yield the shown days on which a record stands; a moment at midnight ends the day before, a day is held to its end."""
    first = day_of(begins, zone)
    last = first
    if ends is not None:
        last = max(first, day_of(ends - _INSTANT if isinstance(ends, datetime) else ends, zone))
    day = max(first, shown.first)
    while day <= min(last, shown.last):
        yield day
        day += timedelta(days=1)


def asked_on(entity: EntityRuntime, calendar: CalendarView, day: date, zone: ZoneInfo) -> str:
    """Return the condition that a record stands on a day, as an expression about it."""
    date_, until = f"record.{calendar.date}", f"record.{calendar.until}"
    before = _compared(entity, calendar.date, "<", day + timedelta(days=1), zone)
    begun = _compared(entity, calendar.date, ">=", day, zone)
    if not calendar.until:
        return f"({before} && {begun})"
    sign = ">" if entity.fields[calendar.until].field.kind is Kind.DATETIME else ">="
    return f"({date_} != null && {before} && ({begun} || ({until} != null && {_compared(entity, calendar.until, sign, day, zone)})))"


def _compared(entity: EntityRuntime, path: str, sign: str, day: date, zone: ZoneInfo) -> str:
    moment = entity.fields[path].field.kind is Kind.DATETIME
    value = f"datetime('{start_of(day, zone):%Y-%m-%dT%H:%M:%SZ}')" if moment else f"date('{day.isoformat()}')"
    return f"record.{path} {sign} {value}"
