"""The functions and operators of expressions in PostgreSQL's own words.

It has everything; results beyond the bounds of numbers and years become null without computing anything twice.
"""

from decimal import Decimal

import sqlalchemy as sa

from packdesk.model.durations import SECONDS, Unit
from packdesk.runtime.expressions import arithmetic
from packdesk.store.column_types import SCALE, Day, ExactDecimal, Moment
from packdesk.store.sql_functions import CALENDAR, Column, Length

_INTEGER = sa.BigInteger()
_MONTH, _YEAR = SECONDS[Unit.MONTHS], SECONDS[Unit.YEARS]


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
        return self._moment(moment, length, sa.case((length.unit.in_(CALENDAR), by_calendar), else_=exact))

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
