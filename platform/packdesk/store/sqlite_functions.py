"""The functions and operators of expressions in SQLite, which knows neither decimals nor time zones.

Deterministic Python functions, put on each connection, do there what ``runtime.expressions.arithmetic`` says.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import re2  # type: ignore[import-untyped]
import sqlalchemy as sa

from packdesk.model.durations import SECONDS, Duration, Unit
from packdesk.runtime.expressions import arithmetic
from packdesk.runtime.expressions.call_closures import local, part_of, rounded
from packdesk.store.column_types import SCALE, CodePointText, Day, ExactDecimal, Moment, moment_from_text, moment_to_text, plain
from packdesk.store.sql_functions import Column, Length

_MILLION = 10**SCALE
_INTEGER = sa.BigInteger()


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
