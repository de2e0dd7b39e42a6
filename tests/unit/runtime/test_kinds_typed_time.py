"""Days, moments and lengths of time are read as people type them, in English and German; what is ambiguous is not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from packdesk.errors import Finding, sentence
from packdesk.model.durations import Duration, Unit
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Text
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.runtime.kinds_typed_time import typed_day, typed_duration, typed_moment
from packdesk.runtime.values import Money

SUNDAY = date(2026, 11, 22)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)

DAYS = [
    ("22.11.2026", "2026-11-22"),
    ("22. 11. 2026", "2026-11-22"),
    ("22.11.", "2026-11-22"),
    ("22.11", "2026-11-22"),
    ("1.1.99", "1999-01-01"),
    ("1.1.40", "2040-01-01"),
    ("22 Nov", "2026-11-22"),
    ("22nd November 2027", "2027-11-22"),
    ("Nov 22, 2026", "2026-11-22"),
    ("5. März", "2026-03-05"),
    ("5. Maerz 2027", "2027-03-05"),
    ("today", "2026-11-22"),
    ("morgen", "2026-11-23"),
    ("Übermorgen", "2026-11-24"),
    ("Friday", "2026-11-27"),
    ("Sonntag", "2026-11-29"),
    ("+3d", "2026-11-25"),
    ("+3", "2026-11-25"),
    ("+2w", "2026-12-06"),
    ("- 1 m", "2026-10-22"),
    ("+1y", "2027-11-22"),
    ("+2 Tage", "2026-11-24"),
]
NO_DAYS = ["", "x", "31.2.", "99.99.2026", "0.1.2026", "+9999y", "+2h", "morgen früh", "22 foo", "2026", "1.1.2026x"]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("typed", "day"), DAYS)
def test_a_day_is_read_as_people_type_it(typed: str, day: str, language: str) -> None:
    assert typed_day(typed, language, SUNDAY) == date.fromisoformat(day)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("typed", NO_DAYS)
def test_what_names_no_day_is_not_read(typed: str, language: str) -> None:
    assert typed_day(typed, language, SUNDAY) is None


@pytest.mark.parametrize(
    ("typed", "language", "day"),
    [
        ("3/4/2026", "de", date(2026, 4, 3)),
        ("3/4/2026", "en", None),
        ("22/11/2026", "en", SUNDAY),
        ("11/22/26", "en", SUNDAY),
        ("11/22/2026", "de", None),
    ],
)
def test_a_day_with_slashes_is_read_only_where_its_order_is_known(typed: str, language: str, day: date | None) -> None:
    assert typed_day(typed, language, SUNDAY) == day


@pytest.mark.parametrize(("typed", "day"), [("25/12", date(2026, 12, 25)), ("12/25", date(2026, 12, 25)), ("11/11/", date(2026, 11, 11))])
def test_slashes_need_no_year(typed: str, day: date) -> None:
    assert typed_day(typed, "en", SUNDAY) == day


def _refused(kind: Kind, text: str, language: str, *, typing: bool) -> str:
    declared = Field(id="on", path="on", label=Text(by_language={"en": "Day", "de": "Tag"}, fallback="Day"), kind=kind, constraints={})
    reading = Reading(language=language, zone=BERLIN, now=NOW, typing=typing)
    found = KINDS[kind].read(declared, text, reading)
    assert isinstance(found, Finding), found
    return sentence(found, language)


@pytest.mark.parametrize(
    ("kind", "text", "language", "said"),
    [
        (Kind.DATE, "12/11", "en", "Day could be 12 November 2026 or 11 December 2026. Write the month as a word, such as 12 Nov 2026, or 2026-11-12."),
        (Kind.DATE, "3/4/25", "en", "Day could be 3 April 2025 or 4 March 2025. Write the month as a word, such as 3 Apr 2025, or 2025-04-03."),
        (
            Kind.DATETIME,
            "12/11 14:30",
            "en",
            "Day could be 12 November 2026 or 11 December 2026. Write the month as a word, such as 12 Nov 2026, or 2026-11-12.",
        ),
        (Kind.DATE, "31/31", "en", "Day must be an existing date such as 31 Dec 2026."),
        (Kind.DATE, "99/0", "de", "Tag muss ein vorhandenes Datum wie 31.12.2026 sein."),
        (Kind.DATETIME, "soon", "en", "Day must be an existing moment such as 31 Dec 2026 14:30."),
        (Kind.DATETIME, "bald", "de", "Tag muss ein vorhandener Zeitpunkt wie 31.12.2026 14:30 sein."),
    ],
)
def test_what_a_person_typed_is_refused_with_what_people_type(kind: Kind, text: str, language: str, said: str) -> None:
    """GEN-10: also why a day is not read that may be two, and how to write it."""
    assert _refused(kind, text, language, typing=True) == said


@pytest.mark.parametrize(
    ("kind", "language", "said"),
    [
        (Kind.DATE, "en", "Day must be an existing date such as 2026-12-31."),
        (Kind.DATETIME, "en", "Day must be an existing moment such as 2026-12-31T14:30:00Z."),
        (Kind.DATETIME, "de", "Tag muss ein vorhandener Zeitpunkt wie 2026-12-31T14:30:00Z sein."),
    ],
)
def test_a_program_is_told_what_programs_write(kind: Kind, language: str, said: str) -> None:
    assert _refused(kind, "12/11", language, typing=False) == said


@pytest.mark.parametrize(("day", "code"), [("2026-11-22", ""), ("2026-11-23", "date_after_today"), ("2026-11-32", "wrong_type")])
@pytest.mark.parametrize("typing", [True, False])
def test_a_day_with_a_latest_lies_not_after_it(day: str, code: str, typing: bool) -> None:
    declared = Field(id="on", path="on", label=Text(by_language={}, fallback="Day"), kind=Kind.DATE, constraints={"latest": "today"})

    read = KINDS[Kind.DATE].read(declared, day, Reading(zone=BERLIN, now=NOW, typing=typing))

    assert read == date.fromisoformat(day) if not code else isinstance(read, Finding) and read.code == code


def test_without_a_today_no_day_is_too_late() -> None:
    declared = Field(id="on", path="on", label=Text(by_language={}, fallback="Day"), kind=Kind.DATE, constraints={"latest": "today"})

    assert KINDS[Kind.DATE].read(declared, "2999-01-01") == date(2999, 1, 1)


@pytest.mark.parametrize(("kind", "typed"), [(Kind.DATE, "31 Dec 2026"), (Kind.DATETIME, "31 Dec 2026 14:30"), (Kind.DATE, "12 Nov 2026")])
def test_what_a_sentence_shows_is_read(kind: Kind, typed: str) -> None:
    declared = Field(id="on", path="on", label=Text(by_language={}, fallback="Day"), kind=kind, constraints={})

    assert not isinstance(KINDS[kind].read_text(declared, typed, Reading(zone=BERLIN, now=NOW, typing=True)), Finding)


@pytest.mark.parametrize("typed", ["today", "22.11.", "22.11.26", "+3d", "Friday", "22 Nov"])
def test_without_a_today_nothing_is_guessed(typed: str) -> None:
    assert typed_day(typed, "en", None) is None
    assert typed_moment(typed, "en", BERLIN, None) is None


def test_days_beyond_the_calendar_are_not_read() -> None:
    assert typed_day("tomorrow", "en", date.max) is None
    assert typed_moment("1.1.0001", "de", BERLIN, NOW) is None
    assert typed_moment("+9999h", "de", BERLIN, datetime(9999, 12, 31, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("14:30", "2026-11-22T13:30Z"),
        ("22.11. 14:30", "2026-11-22T13:30Z"),
        ("22.11.2026, 14.30 Uhr", "2026-11-22T13:30Z"),
        ("2026-11-22 7:05", "2026-11-22T06:05Z"),
        ("tomorrow 2pm", "2026-11-23T13:00Z"),
        ("heute 12 am", "2026-11-21T23:00Z"),
        ("morgen um 9 Uhr", "2026-11-23T08:00Z"),
        ("Nov 22 2026 at 5:30 p.m.", "2026-11-22T16:30Z"),
        ("now", "2026-11-22T10:15Z"),
        ("+2h", "2026-11-22T12:15Z"),
        ("-30 min", "2026-11-22T09:45Z"),
        ("+3d", "2026-11-24T23:00Z"),
        ("22.11.2026", "2026-11-21T23:00Z"),
    ],
)
def test_a_moment_is_read_as_people_type_it(typed: str, moment: str) -> None:
    assert typed_moment(typed, "de", BERLIN, NOW) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("typed", ["14", "25:00", "0 am", "13 pm", "2026-02-30 10:00", "someday 10:00", "+2x"])
def test_what_names_no_moment_is_not_read(typed: str) -> None:
    assert typed_moment(typed, "de", BERLIN, NOW) is None


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("5 days", Duration(5, Unit.DAYS)),
        ("5 Tage", Duration(5, Unit.DAYS)),
        ("90 min", Duration(90, Unit.MINUTES)),
        ("1h 30m", Duration(90, Unit.MINUTES)),
        ("1h30", Duration(90, Unit.MINUTES)),
        ("1:30", Duration(90, Unit.MINUTES)),
        ("1,5 h", Duration(90, Unit.MINUTES)),
        ("1.5 hours", Duration(90, Unit.MINUTES)),
        ("1 Std. 30 Min.", Duration(90, Unit.MINUTES)),
        ("1 hour and 60 min", Duration(2, Unit.HOURS)),
        ("2 Wochen, 1 Tag", Duration(15, Unit.DAYS)),
        ("1 year and 6 months", Duration(18, Unit.MONTHS)),
        ("0,5 Jahre", Duration(6, Unit.MONTHS)),
    ],
)
def test_a_length_of_time_is_read_as_people_type_it(typed: str, length: Duration) -> None:
    """GEN-17: a number and a unit; what was typed in two units is written in the smaller."""
    assert typed_duration(typed) == length


@pytest.mark.parametrize("typed", ["", "5", "a while", "1 day 2 h", "1.5 days", "0.1 min", "2h 2h", "1:75", "5 days !", "5 seconds"])
def test_what_is_no_whole_length_of_time_is_not_read(typed: str) -> None:
    """GEN-18: a day is no 24 hours, so days and hours do not add up."""
    assert typed_duration(typed) is None


@pytest.mark.parametrize(
    ("typed", "language", "money"),
    [
        ("1.234,50 €", "de", Money(Decimal("1234.5"), "EUR")),
        ("1,234.50 EUR", "en", Money(Decimal("1234.5"), "EUR")),
        ("€12.50", "en", Money(Decimal("12.5"), "EUR")),
        ("1.234 €", "de", Money(Decimal(1234), "EUR")),
        ("1.234 EUR", "de", Money(Decimal("1.234"), "EUR")),
        ("12,- €", "de", Money(Decimal(12), "EUR")),
        ("£3", "en", Money(Decimal(3), "GBP")),
        ("US$ 7", "en", Money(Decimal(7), "USD")),
        ("Fr. 7", "de", Money(Decimal(7), "CHF")),
        ("7", "de", Money(Decimal(7), "EUR")),
    ],
)
def test_an_amount_is_read_as_people_type_it(make, typed: str, language: str, money: Money) -> None:
    """A file holds ``1.234 EUR`` as programs write it; thousands are meant only beside a sign that people type."""
    assert KINDS[Kind.MONEY].read_text(make.field(Kind.MONEY), typed, Reading(language=language)) == money


def test_a_german_whole_number_may_be_grouped(make) -> None:
    assert KINDS[Kind.INTEGER].read_text(make.field(Kind.INTEGER), "1.234.567", Reading(language="de")) == 1_234_567
    assert isinstance(KINDS[Kind.INTEGER].read_text(make.field(Kind.INTEGER), "1.234", Reading(language="en")), Finding)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.DATE, date(2026, 3, 4)),
        (Kind.DATETIME, datetime(2026, 7, 4, 22, 30, tzinfo=UTC)),
        (Kind.DURATION, Duration(1, Unit.MONTHS)),
        (Kind.MONEY, Money(Decimal("1234.567"), "USD")),
        (Kind.DECIMAL, Decimal("-1234.567")),
        (Kind.INTEGER, 1234),
    ],
)
def test_what_a_kind_writes_for_people_it_reads_back(make, kind: Kind, value: object, language: str) -> None:
    reading = Reading(language=language, zone=BERLIN, now=NOW)
    field = make.field(kind)

    assert KINDS[kind].read_text(field, KINDS[kind].typed(value, reading), reading) == value
    assert KINDS[kind].typed(None, reading) == ""
