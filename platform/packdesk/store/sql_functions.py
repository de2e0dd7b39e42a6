"""What the functions and operators of expressions are in each database, with one exact meaning.

SQLite knows neither decimals nor time zones: there, deterministic Python functions do what ``runtime.expressions.arithmetic`` says.
PostgreSQL has everything; results beyond the bounds of numbers and years become null without computing anything twice.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import re2  # type: ignore[import-untyped]
import sqlalchemy as sa

from packdesk.model.durations import SECONDS, Duration, Unit
from packdesk.runtime.expressions import arithmetic
from packdesk.runtime.expressions.call_closures import local, part_of, rounded
from packdesk.store.column_types import SCALE, CodePointText, Day, ExactDecimal, Moment, moment_from_text, moment_to_text, plain

#: A column of whatever type; SQLAlchemy's own types do not follow through operators.
Column = sa.ColumnElement[Any]

_MILLION = 10**SCALE
_INTEGER = sa.BigInteger()
_MONTH, _YEAR = SECONDS[Unit.MONTHS], SECONDS[Unit.YEARS]
_CALENDAR = ("days", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Length:
    """A duration as it stands in SQL; ``known`` when it is the same for every row."""

    seconds: Column
    unit: Column
    known: Duration | None = None

    @property
    def is_calendar(self) -> bool:
        """Say whether a known duration goes by the calendar."""
        return self.known is not None and self.known.unit.value in _CALENDAR


class Functions(Protocol):
    """What a database must offer to expressions; arguments may be null, then so is the result."""

    def calculate(self, kind: str, operator: str, left: Column, right: Column) -> Column:
        """Return integers or decimals combined."""
        ...

    def bounded(self, kind: str, value: Column) -> Column:
        """Return the integer, decimal or seconds, null when out of bounds."""
        ...

    def to_decimal(self, value: Column) -> Column:
        """Return an integer as a decimal."""
        ...

    def later(self, moment: Column, length: Length, zone: str) -> Column:
        """Return the moment this much later by the zone's calendar."""
        ...

    def later_day(self, day: Column, length: Length) -> Column:
        """Return the day this much later."""
        ...

    def between(self, left: Column, right: Column) -> Column:
        """Return the seconds from the right moment to the left one."""
        ...

    def days_between(self, left: Column, right: Column) -> Column:
        """Return the days from right to left, in seconds."""
        ...

    def part(self, name: str, value: Column, zone: str) -> Column:
        """Return a part of a day (no zone) or of a moment on the zone's clock."""
        ...

    def day_of(self, moment: Column, zone: str) -> Column:
        """Return the day of a moment on the zone's clock."""
        ...

    def round(self, value: Column, places: int | None) -> Column:
        """Return the decimal rounded half away from zero; an integer without places."""
        ...

    def text(self, base: str, value: Column) -> Column:
        """Return the value as text."""
        ...

    def trim(self, value: Column) -> Column:
        """Return the text without blanks around it."""
        ...

    def length(self, value: Column) -> Column:
        """Return the number of code points."""
        ...

    def contains(self, value: Column, part: Column) -> Column:
        """Say whether the part occurs."""
        ...

    def starts_with(self, value: Column, part: Column) -> Column:
        """Say whether the text begins with the part."""
        ...

    def ends_with(self, value: Column, part: Column) -> Column:
        """Say whether the text ends with the part."""
        ...

    def matches(self, value: Column, pattern: str) -> Column:
        """Say whether the pattern, as ``patterns.write`` wrote it, is found."""
        ...

    def ordered(self, value: Column) -> Column:
        """Return the text so that it compares by code point."""
        ...


def _called(name: str, type_: sa.types.TypeEngine[Any], *arguments: object) -> Column:
    return getattr(sa.func, name)(*arguments, type_=type_)  # type: ignore[no-any-return]


class SqliteFunctions:
    """Calls the functions that ``register_sqlite_functions`` puts on each connection."""

    def calculate(self, kind: str, operator: str, left: Column, right: Column) -> Column:
        """Return integers or decimals combined."""
        return _called("packdesk_calculate", _INTEGER if kind == "integer" else ExactDecimal(), sa.literal(kind), sa.literal(operator), left, right)

    def bounded(self, kind: str, value: Column) -> Column:
        """Return the value, null when out of bounds."""
        return _called("packdesk_bounded", ExactDecimal() if kind == "decimal" else _INTEGER, sa.literal(kind), value)

    def to_decimal(self, value: Column) -> Column:
        """Return an integer as a decimal."""
        return _called("packdesk_bounded", ExactDecimal(), sa.literal("decimal"), sa.type_coerce(value, _INTEGER) * _MILLION)

    def later(self, moment: Column, length: Length, zone: str) -> Column:
        """Return the moment this much later by the zone's calendar."""
        return _called("packdesk_later", Moment(), moment, length.seconds, length.unit, sa.literal(zone))

    def later_day(self, day: Column, length: Length) -> Column:
        """Return the day this much later."""
        return _called("packdesk_later_day", Day(), day, length.seconds, length.unit)

    def between(self, left: Column, right: Column) -> Column:
        """Return the seconds from the right moment to the left one."""
        return _called("packdesk_between", _INTEGER, left, right)

    def days_between(self, left: Column, right: Column) -> Column:
        """Return the days from right to left, in seconds."""
        return _called("packdesk_days_between", _INTEGER, left, right)

    def part(self, name: str, value: Column, zone: str) -> Column:
        """Return a part of a day or of a moment on the zone's clock."""
        return _called("packdesk_part", _INTEGER, sa.literal(name), value, sa.literal(zone))

    def day_of(self, moment: Column, zone: str) -> Column:
        """Return the day of a moment on the zone's clock."""
        return _called("packdesk_day_of", Day(), moment, sa.literal(zone))

    def round(self, value: Column, places: int | None) -> Column:
        """Return the decimal rounded half away from zero."""
        return _called("packdesk_round", _INTEGER if places is None else ExactDecimal(), value, sa.literal(-1 if places is None else places))

    def text(self, base: str, value: Column) -> Column:
        """Return the value as text."""
        return _called("packdesk_text", CodePointText(), sa.literal(base), value)

    def trim(self, value: Column) -> Column:
        """Return the text without blanks around it."""
        return _called("trim", CodePointText(), value, sa.literal(" \t\r\n"))

    def length(self, value: Column) -> Column:
        """Return the number of code points."""
        return _called("length", _INTEGER, value)

    def contains(self, value: Column, part: Column) -> Column:
        """Say whether the part occurs."""
        return _called("instr", _INTEGER, value, part) > 0

    def starts_with(self, value: Column, part: Column) -> Column:
        """Say whether the text begins with the part."""
        return _called("packdesk_starts_with", sa.Boolean(), value, part) == sa.true()

    def ends_with(self, value: Column, part: Column) -> Column:
        """Say whether the text ends with the part."""
        return _called("packdesk_ends_with", sa.Boolean(), value, part) == sa.true()

    def matches(self, value: Column, pattern: str) -> Column:
        """Say whether the pattern is found."""
        return _called("packdesk_matches", sa.Boolean(), value, sa.literal(pattern)) == sa.true()

    def ordered(self, value: Column) -> Column:
        """Return the text as it is: SQLite compares bytes."""
        return value


class PostgresqlFunctions:
    """Says the same in PostgreSQL's own words."""

    def calculate(self, kind: str, operator: str, left: Column, right: Column) -> Column:
        """Return integers or decimals combined."""
        one, other = sa.cast(left, sa.Numeric()), sa.cast(right, sa.Numeric())
        divisor = sa.func.nullif(other, 0, type_=sa.Numeric())
        places = 0 if kind == "integer" else SCALE
        if operator == "/":
            quotient = sa.func.div(one * 10**places, divisor, type_=sa.Numeric())
            return self.bounded(kind, quotient * Decimal(1).scaleb(-places))
        if operator == "%":
            return self.bounded(kind, sa.func.mod(one, divisor, type_=sa.Numeric()))
        combined = {"+": one + other, "-": one - other, "*": one * other}[operator]
        return self.bounded(kind, combined)

    def bounded(self, kind: str, value: Column) -> Column:
        """Return the value, null when out of bounds; ``least`` and ``greatest`` pass over nulls, so null ends as null."""
        limit = sa.literal({"integer": 2**53, "decimal": 10**12, "seconds": 10**12 + 1}[kind], sa.Numeric())
        number: Column = sa.cast(value, sa.Numeric())
        if kind == "decimal":
            number = sa.func.trunc(number, SCALE, type_=sa.Numeric())
        within = sa.func.nullif(sa.func.nullif(sa.func.greatest(sa.func.least(number, limit), -limit), limit), -limit)
        return sa.cast(within, sa.Numeric(30, SCALE) if kind == "decimal" else _INTEGER) if kind != "decimal" else sa.type_coerce(within, ExactDecimal())

    def to_decimal(self, value: Column) -> Column:
        """Return an integer as a decimal."""
        return self.bounded("decimal", value)

    def later(self, moment: Column, length: Length, zone: str) -> Column:
        """Return the moment this much later: exactly for short units, by the zone's clock for days and longer."""
        exact = moment + sa.func.make_interval(0, 0, 0, 0, 0, 0, length.seconds)
        if length.known is not None and not length.is_calendar:
            return self._moment(moment, length, exact)
        zone_ = sa.literal(zone, sa.Text())
        on_clock = _between(sa.func.timezone(zone_, moment) + _calendar(length), "timestamp '0001-12-31 23:59:59.999999 BC'", "timestamp '10000-01-01'")
        hour = sa.text("interval '1 hour'")
        # A clock time that comes twice is the first of the two; PostgreSQL would take the second.
        by_calendar = sa.func.least(sa.func.timezone(zone_, on_clock), sa.func.timezone(zone_, on_clock - hour) + hour)
        if length.known is not None:
            return self._moment(moment, length, by_calendar)
        return self._moment(moment, length, sa.case((length.unit.in_(_CALENDAR), by_calendar), else_=exact))

    def _moment(self, moment: Column, length: Length, found: Column) -> Column:
        near = _if_near(moment, length, found)
        return sa.type_coerce(_between(near, "timestamptz '0001-12-31 23:59:59.999999+00 BC'", "timestamptz '10000-01-01 00:00:00+00'"), Moment())

    def later_day(self, day: Column, length: Length) -> Column:
        """Return the day this much later."""
        found = sa.cast(_if_near(day, length, day + _calendar(length)), sa.Date())
        return sa.type_coerce(_between(found, "date '0001-12-31 BC'", "date '10000-01-01'"), Day())

    def between(self, left: Column, right: Column) -> Column:
        """Return the seconds from the right moment to the left one, towards zero."""
        return sa.cast(sa.func.trunc(sa.extract("epoch", left) - sa.extract("epoch", right)), _INTEGER)

    def days_between(self, left: Column, right: Column) -> Column:
        """Return the days from right to left, in seconds."""
        return sa.cast(sa.type_coerce(left, sa.Date()).op("-", return_type=sa.Integer())(sa.type_coerce(right, sa.Date())), _INTEGER) * 86400

    def part(self, name: str, value: Column, zone: str) -> Column:
        """Return a part of a day or of a moment on the zone's clock."""
        shown = sa.func.timezone(sa.literal(zone, sa.Text()), value, type_=sa.DateTime()) if zone else sa.type_coerce(value, sa.Date())
        return sa.cast(sa.extract("isodow" if name == "weekday" else name, shown), _INTEGER)

    def day_of(self, moment: Column, zone: str) -> Column:
        """Return the day of a moment on the zone's clock."""
        return sa.type_coerce(sa.cast(sa.func.timezone(sa.literal(zone, sa.Text()), moment), sa.Date()), Day())

    def round(self, value: Column, places: int | None) -> Column:
        """Return the decimal rounded half away from zero."""
        return self.bounded("integer" if places is None else "decimal", sa.func.round(sa.cast(value, sa.Numeric()), places or 0))

    def text(self, base: str, value: Column) -> Column:
        """Return the value as text."""
        if base == "decimal":
            return sa.cast(sa.func.trim_scale(sa.cast(value, sa.Numeric())), sa.Text())
        if base == "date":
            return sa.func.to_char(value, "YYYY-MM-DD", type_=sa.Text())
        if base == "boolean":
            return sa.case((value.is_(sa.true()), "true"), (value.is_(sa.false()), "false"), else_=None)
        return sa.cast(value, sa.Text())

    def trim(self, value: Column) -> Column:
        """Return the text without blanks around it."""
        return sa.func.btrim(value, " \t\r\n", type_=sa.Text())

    def length(self, value: Column) -> Column:
        """Return the number of code points."""
        return sa.cast(sa.func.char_length(value), _INTEGER)

    def contains(self, value: Column, part: Column) -> Column:
        """Say whether the part occurs."""
        return sa.func.strpos(value, part) > 0

    def starts_with(self, value: Column, part: Column) -> Column:
        """Say whether the text begins with the part."""
        return sa.func.starts_with(value, part, type_=sa.Boolean())

    def ends_with(self, value: Column, part: Column) -> Column:
        """Say whether the text ends with the part."""
        return sa.func.right(value, sa.func.char_length(part), type_=sa.Text()) == part

    def matches(self, value: Column, pattern: str) -> Column:
        """Say whether the pattern is found."""
        return sa.type_coerce(value, sa.Text()).op("~", return_type=sa.Boolean())(sa.literal(pattern, sa.Text()))

    def ordered(self, value: Column) -> Column:
        """Return the text under the collation that compares bytes."""
        return sa.collate(value, "C")


def _whole(seconds: Column, size: int) -> Column:
    """Divide whole numbers towards zero."""
    return sa.type_coerce(seconds, _INTEGER).op("/", return_type=_INTEGER)(sa.literal(size, _INTEGER))


def _calendar(length: Length) -> Column:
    """Return the months and whole days of a duration as an interval."""
    if length.known is not None:
        amount, unit = length.known.amount, length.known.unit
        months = {Unit.MONTHS: amount, Unit.YEARS: 12 * amount}.get(unit, 0)
        days = 0 if months or unit in (Unit.MONTHS, Unit.YEARS) else arithmetic.divide_unbounded(length.known.seconds, 86400)
        return sa.func.make_interval(0, months, 0, days, 0, 0, 0)
    seconds, unit_ = length.seconds, length.unit
    months_ = sa.case((unit_ == "months", _whole(seconds, _MONTH)), (unit_ == "years", _whole(seconds, _YEAR) * 12), else_=0)
    days_ = sa.case((unit_.in_(("months", "years")), 0), else_=_whole(seconds, 86400))
    return sa.func.make_interval(0, sa.cast(months_, sa.Integer), 0, sa.cast(days_, sa.Integer), 0, 0, 0)


def _if_near(moment: Column, length: Length, found: Column) -> Column:
    """Return what was found, null where the sum lies beyond what PostgreSQL can hold at all."""
    if length.known is not None and abs(length.known.seconds) < 4000 * _YEAR:
        return found
    year = sa.extract("year", moment) + _whole(length.seconds, _YEAR)
    return sa.case((year.between(-100, 10100), found), else_=sa.null())


def _between(value: Column, lowest: str, highest: str) -> Column:
    """Return the value, null at and beyond the limits; it stands in the text once."""
    low, high = sa.text(lowest), sa.text(highest)
    return sa.func.nullif(sa.func.nullif(sa.func.greatest(sa.func.least(value, high), low), high), low)


def functions_of(dialect: str) -> Functions:
    """Return the functions of ``sqlite`` or ``postgresql``."""
    return SqliteFunctions() if dialect == "sqlite" else PostgresqlFunctions()


def _unscaled(value: int) -> Decimal:
    return plain(Decimal(value).scaleb(-SCALE))


def _scaled(value: Decimal | None) -> int | None:
    return None if value is None else int(value.scaleb(SCALE))


def _calculate(kind: str, operator: str, left: int, right: int) -> int | None:
    operation = arithmetic.OPERATIONS[(kind, operator)]
    if kind == "integer":
        return operation(left, right)  # type: ignore[return-value]
    return _scaled(operation(_unscaled(left), _unscaled(right)))  # type: ignore[arg-type]


def _bounded(kind: str, value: int) -> int | None:
    limit = {"integer": arithmetic.MAX_INTEGER, "decimal": 10**12 * _MILLION - 1, "seconds": arithmetic.MAX_SECONDS}[kind]
    return value if -limit <= value <= limit else None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _duration(seconds: int, unit: str) -> Duration:
    known = Unit(unit)
    return Duration(arithmetic.divide_unbounded(seconds, SECONDS[known]), known)


def _later(moment: str, seconds: int, unit: str, zone: str) -> str | None:
    found = arithmetic.later(moment_from_text(moment), _duration(seconds, unit), _zone(zone))
    return None if found is None else moment_to_text(found)


def _later_day(day: str, seconds: int, unit: str) -> str | None:
    found = arithmetic.later_day(date.fromisoformat(day), _duration(seconds, unit))
    return None if found is None else found.isoformat()


def _seconds_between(left: str, right: str) -> int:
    return arithmetic.between(moment_from_text(left), moment_from_text(right)).seconds


def _days_between(left: str, right: str) -> int:
    return arithmetic.days_between(date.fromisoformat(left), date.fromisoformat(right)).seconds


def _part(name: str, value: str, zone: str) -> int | None:
    shown = local(moment_from_text(value), _zone(zone)) if zone else date.fromisoformat(value)
    return None if shown is None else part_of(name, shown)


def _day_of(moment: str, zone: str) -> str | None:
    shown = local(moment_from_text(moment), _zone(zone))
    return shown.date().isoformat() if isinstance(shown, datetime) else None


def _round(value: int, places: int) -> int | None:
    found = rounded(_unscaled(value), None if places < 0 else places)
    return found if found is None or isinstance(found, int) else _scaled(found)


def _text(base: str, value: object) -> str:
    if base == "decimal" and isinstance(value, int):
        return arithmetic.show(_unscaled(value))
    return arithmetic.show(bool(value) if base == "boolean" else value)


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> "re.Pattern[str]":
    compiled: re.Pattern[str] = re2.compile(pattern)
    return compiled


_SQLITE: Mapping[str, tuple[int, Callable[..., object]]] = {
    "packdesk_calculate": (4, _calculate),
    "packdesk_bounded": (2, _bounded),
    "packdesk_later": (4, _later),
    "packdesk_later_day": (3, _later_day),
    "packdesk_between": (2, _seconds_between),
    "packdesk_days_between": (2, _days_between),
    "packdesk_part": (3, _part),
    "packdesk_day_of": (2, _day_of),
    "packdesk_round": (2, _round),
    "packdesk_text": (2, _text),
    "packdesk_starts_with": (2, str.startswith),
    "packdesk_ends_with": (2, str.endswith),
    "packdesk_matches": (2, lambda text, pattern: _pattern(pattern).search(text) is not None),
}


def _null_safe(function: Callable[..., object]) -> Callable[..., Any]:
    def call(*arguments: object) -> object:
        return None if any(argument is None for argument in arguments) else function(*arguments)

    return call


def register_sqlite_functions(connection: sqlite3.Connection) -> None:
    """Put the functions that expressions need on a new SQLite connection."""
    for name, (count, function) in _SQLITE.items():
        connection.create_function(name, count, _null_safe(function), deterministic=True)
