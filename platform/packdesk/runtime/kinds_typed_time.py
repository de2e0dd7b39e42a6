"""Days, moments and lengths of time as people type them, in English and German; what is ambiguous or relative to nothing is not read.

In: text, the language, and where it matters the moment and zone of who types. Out: a value, or None. The kinds of fields call this for
every door that has only text: forms, files, lists of a filter.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names

from packdesk.model.durations import Duration, Unit

LANGUAGES = ("en", "de")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4}|\d{2})?)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2})?)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?\s*([^\W\d]+)\.?(?:,?\s*(\d{4}|\d{2}))?")
_MONTH_DAY = re.compile(r"([^\W\d]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:,?\s*(\d{4}))?")
_SHIFT = re.compile(r"([+-])\s?(\d{1,4})\s?([^\W\d]*)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::(\d{2}))?)?\s*(uhr|h|am|pm|a\.m\.|p\.m\.)?")
_MOMENT = re.compile(r"(?P<day>.+?)(?:\s+|\s*,\s*)(?:um\s+|at\s+)?(?P<clock>\d{1,2}(?:[:.]\d{2}){0,2}\s*(?:uhr|h|am|pm|a\.m\.|p\.m\.)?)")
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([^\W\d]+)\.?(?:\s*,\s*|\s+(?:and|und)\s+|\s*)")
_HOURS_MINUTES = re.compile(r"(\d{1,4})(?::|\s?h\s?)([0-5]\d)(?:\s*(?:h|std|stunden|hours))?")
_DAYS_FROM_NOW: Mapping[str, int] = {
    "today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "yesterday": -1, "gestern": -1, "übermorgen": 2, "uebermorgen": 2, "vorgestern": -2,
}  # fmt: skip
_NOW = frozenset({"now", "jetzt"})
_UNITS: Mapping[Unit, str] = {
    Unit.MINUTES: "m min mins minute minutes minuten",
    Unit.HOURS: "h hr hrs hour hours std stunde stunden",
    Unit.DAYS: "d day days t tag tage tagen",
    Unit.WEEKS: "w wk wks week weeks wo woche wochen",
    Unit.MONTHS: "mo mon month months monat monate monaten",
    Unit.YEARS: "y yr yrs year years j jahr jahre jahren",
}
_UNIT_OF: Mapping[str, Unit] = {word: unit for unit, words in _UNITS.items() for word in words.split()}
#: Units that one can be written in another of: the larger, the smaller, how many of these.
_FAMILIES = ((Unit.HOURS, Unit.MINUTES, 60), (Unit.WEEKS, Unit.DAYS, 7), (Unit.YEARS, Unit.MONTHS, 12))
_CENTURY = 100
_AHEAD = 20
_MONTHS = 12
_NOON = 12


@cache
def _months() -> Mapping[str, int]:
    """Return the numbers of the months by their names, long and short, in every language."""
    names = ((name, number) for language in LANGUAGES for width in ("wide", "abbreviated") for number, name in get_month_names(width, locale=language).items())
    return {name.casefold().rstrip("."): number for name, number in names} | {"sept": 9, "maerz": 3}


@cache
def _weekdays() -> Mapping[str, int]:
    return {name.casefold(): number for language in LANGUAGES for number, name in get_day_names("wide", locale=language).items()}


def typed_day(text: str, language: str, today: date | None) -> date | None:
    """Return the day that a text names; ``today`` is that of who types it, and completes what says no year.

    Days with slashes are read where only one order makes sense of them, or the language knows one.
    """
    word = text.strip().casefold()
    for way in (_named_day, _shifted_day):
        if (found := way(word, today)) is not None:
            return found
    year, month, day = _numbers(word, language) or ("", 0, 0)
    if not month or (today is None and len(year) <= len("26")):
        return None
    try:
        return date(int(year) if today is None else _year(year, today.year), month, day)
    except ValueError:
        return None


def two_days(text: str, language: str, today: date | None) -> tuple[date, date] | None:
    """Return both days that a text may mean whose order the language doesn't say (``12/11``), the one that begins with the day first; None for any other.

    It may have a time of day behind it, as a moment is typed.
    """
    word = text.strip().casefold()
    moment = _MOMENT.fullmatch(word)
    match = _SLASHED.fullmatch(moment["day"] if moment is not None else word)
    if match is None or today is None or language == "de" or match[1] == match[2]:
        return None
    year = _year(match[3] or "", today.year)
    try:
        return date(year, int(match[2]), int(match[1])), date(year, int(match[1]), int(match[2]))
    except ValueError:
        return None


def _named_day(word: str, today: date | None) -> date | None:
    if today is None:
        return None
    if word in _DAYS_FROM_NOW:
        return _later(today, _DAYS_FROM_NOW[word])
    weekday = _weekdays().get(word)
    return _later(today, (weekday - today.weekday() - 1) % 7 + 1) if weekday is not None else None


def _later(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def _shifted_day(word: str, today: date | None) -> date | None:
    """Return ``+3d``, ``-1w``, ``+2m`` or ``+1y`` from today; without a unit days are meant."""
    match = _SHIFT.fullmatch(word)
    unit = Unit.MONTHS if match and match[3] == "m" else _UNIT_OF.get(match[3] or "d") if match else None
    if match is None or today is None or unit is None or unit in (Unit.MINUTES, Unit.HOURS):
        return None
    try:
        return Duration(int(match[1] + match[2]), unit).after(datetime.combine(today, time(_NOON), UTC), ZoneInfo("UTC")).date()
    except (ValueError, OverflowError):
        return None


def _numbers(word: str, language: str) -> tuple[str, int, int] | None:
    """Return year (as written, or nothing), month and day."""
    if match := _DOTTED.fullmatch(word):
        return match[3] or "", int(match[2]), int(match[1])
    if match := _SLASHED.fullmatch(word):
        first, second = int(match[1]), int(match[2])
        day_first = language == "de" or first > _MONTHS or first == second
        if not day_first and second <= _MONTHS:
            return None
        return (match[3] or "", second, first) if day_first else (match[3] or "", first, second)
    if (match := _DAY_MONTH.fullmatch(word)) and match[2] in _months():
        return match[3] or "", _months()[match[2]], int(match[1])
    if (match := _MONTH_DAY.fullmatch(word)) and match[1] in _months():
        return match[3] or "", _months()[match[1]], int(match[2])
    return None


def _year(written: str, now: int) -> int:
    """Return a year: the running one where none is written, of two digits the one that lies at most 20 years ahead."""
    if not written:
        return now
    if len(written) > len("26"):
        return int(written)
    year = int(written) + now - now % _CENTURY
    return year - _CENTURY if year > now + _AHEAD else year


def typed_moment(text: str, language: str, zone: ZoneInfo, now: datetime | None) -> datetime | None:
    """Return the moment that a text names in the zone of who types it; a day alone is its beginning, a time alone is today's."""
    word, here = text.strip().casefold(), now.astimezone(zone) if now is not None else None
    if here is not None and word in _NOW:
        return here.replace(second=0, microsecond=0).astimezone(UTC)
    if here is not None and (shifted := _shifted_moment(word, here)) is not None:
        return shifted
    today = here.date() if here is not None else None
    if (day := typed_day(word, language, today)) is not None:
        return _at(day, time(0), zone)
    match = _MOMENT.fullmatch(word)
    day = today if match is None else _iso(match["day"]) or typed_day(match["day"], language, today)
    clock = _clock(word if match is None else match["clock"])
    return _at(day, clock, zone) if day is not None and clock is not None else None


def _iso(word: str) -> date | None:
    try:
        return date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word) else None
    except ValueError:
        return None


def _shifted_moment(word: str, here: datetime) -> datetime | None:
    match = _SHIFT.fullmatch(word)
    unit = _UNIT_OF.get(match[3]) if match else None
    if match is None or unit not in (Unit.MINUTES, Unit.HOURS):
        return None
    try:
        return Duration(int(match[1] + match[2]), unit).after(here.replace(second=0, microsecond=0), ZoneInfo("UTC")).astimezone(UTC)
    except OverflowError:
        return None


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(day, clock, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clock(word: str) -> time | None:
    """Return a time of day: with minutes, or an hour that says so (``14 Uhr``, ``2 pm``)."""
    match = _CLOCK.fullmatch(word)
    if match is None or not (match[2] or match[4]):
        return None
    hour, half = int(match[1]), (match[4] or "").replace(".", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        return None


def typed_duration(text: str) -> Duration | None:
    """Return a length of time: ``5 days``, ``90 min``, ``1h 30m``, ``1,5 Std.``, ``1:30``; parts of different kinds of unit do not add up.

    A day is no 24 hours and a month no 30 days where clocks and calendars move (GEN-18), so hours go with minutes, weeks with days,
    years with months, and what is not whole then is not read.
    """
    word = text.strip().casefold()
    if match := _HOURS_MINUTES.fullmatch(word):
        return _reduced(Fraction(int(match[1]) * 60 + int(match[2])), Unit.HOURS, Unit.MINUTES, 60)
    parts, end = [], 0
    while match := _PART.match(word, end):
        parts.append((Fraction(match[1].replace(",", ".")), _UNIT_OF.get(match[2])))
        end = match.end()
    if not parts or end != len(word):
        return None
    (amount, unit), *rest = parts
    if not rest and unit is not None and amount.denominator == 1:
        return Duration(int(amount), unit)
    units = [unit for _, unit in parts]
    for larger, smaller, factor in _FAMILIES:
        if set(units) <= {larger, smaller} and len(set(units)) == len(units):
            return _reduced(sum((amount * (factor if unit is larger else 1) for amount, unit in parts), Fraction(0)), larger, smaller, factor)
    return None


def _reduced(total: Fraction, larger: Unit, smaller: Unit, factor: int) -> Duration | None:
    if total.denominator != 1:
        return None
    whole = int(total)
    return Duration(whole // factor, larger) if whole % factor == 0 else Duration(whole, smaller)
