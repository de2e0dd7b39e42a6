"""The days of a calendar: weeks and months, when days begin where clocks change, on which days a record stands (GEN-18)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from packdesk.model.entity_types import Kind
from packdesk.runtime.boards import CalendarView
from packdesk.runtime.calendar_days import Span, asked_on, day_of, days_held, first_weekday, month_of, next_month, start_of, week_of
from packdesk.runtime.compile import compile as compile_model

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.mark.parametrize(
    ("zone", "begins"),
    [("Europe/Berlin", MONDAY), ("America/New_York", SUNDAY), ("Africa/Cairo", SATURDAY), ("UTC", MONDAY), ("Etc/GMT+3", MONDAY), ("Asia/Tokyo", SUNDAY)],
)
def test_weeks_begin_as_people_count_them_where_they_are(zone: str, begins: int) -> None:
    assert first_weekday(ZoneInfo(zone)) == begins


def test_a_territory_that_nobody_describes_begins_its_weeks_on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packdesk.runtime.calendar_days.get_global", lambda _name: {"Europe/Berlin": "XX"})

    assert first_weekday(BERLIN) == MONDAY


@pytest.mark.parametrize(
    ("day", "begins", "first", "last"),
    [
        (date(2026, 11, 22), MONDAY, date(2026, 11, 16), date(2026, 11, 22)),
        (date(2026, 11, 22), SUNDAY, date(2026, 11, 22), date(2026, 11, 28)),
        (date(2026, 11, 22), SATURDAY, date(2026, 11, 21), date(2026, 11, 27)),
    ],
)
def test_a_week_holds_its_day(day: date, begins: int, first: date, last: date) -> None:
    assert week_of(day, begins) == Span(first=first, last=last)
    assert len(week_of(day, begins).days) == 7


@pytest.mark.parametrize(
    ("day", "begins", "first", "last"),
    [
        (date(2026, 2, 28), MONDAY, date(2026, 1, 26), date(2026, 3, 1)),
        (date(2027, 2, 1), MONDAY, date(2027, 2, 1), date(2027, 2, 28)),
        (date(2026, 12, 31), SUNDAY, date(2026, 11, 29), date(2027, 1, 2)),
    ],
)
def test_a_month_is_shown_in_whole_weeks(day: date, begins: int, first: date, last: date) -> None:
    assert month_of(day, begins) == Span(first=first, last=last)


def test_the_month_after_the_longest_and_the_last() -> None:
    assert (next_month(date(2026, 1, 31)), next_month(date(2026, 12, 1))) == (date(2026, 2, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 30), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        # Clocks went from 24:00 to 01:00: this day began at one.
        (date(2018, 11, 4), "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # Samoa had no 30 December 2011: the day that did not exist is over when it begins.
        (date(2011, 12, 31), "Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_with_its_first_moment(day: date, zone: str, start: datetime) -> None:
    assert start_of(day, ZoneInfo(zone)) == start
    assert day_of(start, ZoneInfo(zone)) == day


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        (date(2026, 6, 3), None, [3]),
        (date(2026, 6, 3), date(2026, 6, 5), [3, 4, 5]),
        (date(2026, 5, 1), date(2026, 6, 2), [1, 2]),
        (date(2026, 6, 6), date(2026, 9, 1), [6, 7]),
        (date(2026, 6, 3), date(2026, 6, 1), [3]),
        (date(2026, 5, 1), date(2026, 5, 2), []),
        # Midnight in Berlin: the third, and not the fourth.
        (datetime(2026, 6, 2, 22, tzinfo=UTC), datetime(2026, 6, 3, 22, tzinfo=UTC), [3]),
        (datetime(2026, 6, 2, 21, 59, tzinfo=UTC), datetime(2026, 6, 3, 22, 1, tzinfo=UTC), [2, 3, 4]),
        (datetime(2026, 6, 3, 8, tzinfo=UTC), date(2026, 6, 4), [3, 4]),
    ],
)
def test_a_record_stands_on_its_days(begins: date, ends: date | None, days: list[int]) -> None:
    shown = Span(first=date(2026, 6, 1), last=date(2026, 6, 7))

    assert [day.day for day in days_held(begins, ends, BERLIN, shown)] == days


def test_a_day_is_asked_for_in_the_words_of_its_fields(make) -> None:
    fields = (make.field(Kind.DATE, "begins"), make.field(Kind.DATE, "ends"), make.field(Kind.DATETIME, "at"), make.field(Kind.DATETIME, "until"))
    entity = compile_model(make.model(make.entity("thing", fields))).type("thing")
    day = date(2026, 6, 3)

    def asked(begins: str, ends: str = "") -> str:
        return asked_on(entity, CalendarView(date=begins, until=ends, card=()), day, BERLIN)

    assert asked("begins") == "(record.begins < date('2026-06-04') && record.begins >= date('2026-06-03'))"
    assert asked("at") == "(record.at < datetime('2026-06-03T22:00:00Z') && record.at >= datetime('2026-06-02T22:00:00Z'))"
    assert "(record.ends != null && record.ends >= date('2026-06-03'))" in asked("begins", "ends")
    assert "(record.until != null && record.until > datetime('2026-06-02T22:00:00Z'))" in asked("at", "until")
