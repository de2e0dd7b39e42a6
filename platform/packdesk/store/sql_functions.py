"""What the functions and operators of expressions must be in each database, with one exact meaning.

``sqlite_functions`` and ``postgresql_functions`` say it in the words of each.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from packdesk.model.durations import Duration

#: A column of whatever type; SQLAlchemy's own types do not follow through operators.
Column = sa.ColumnElement[Any]

#: Units that go by the calendar.
CALENDAR = ("days", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Length:
    """A duration as it stands in SQL; ``known`` when it is the same for every row."""

    seconds: Column
    unit: Column
    known: Duration | None = None

    @property
    def is_calendar(self) -> bool:
        """Say whether a known duration goes by the calendar."""
        return self.known is not None and self.known.unit.value in CALENDAR


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
