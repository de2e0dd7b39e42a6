"""Durations as people write them: a positive number and one unit (GEN-17), added by the calendar (GEN-18)."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"\s*(-?\d{1,9})\s+([a-z]+)\s*\Z")


class Unit(StrEnum):
    """The units of a duration."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


#: Length of each unit in seconds, for comparing and storing; a month counts as 30 days and a year as 365 there, and only there.
SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400, Unit.WEEKS: 604800, Unit.MONTHS: 2592000, Unit.YEARS: 31536000}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written: ``Duration(3, Unit.MONTHS)``. Seconds arise only from subtracting two moments."""

    amount: int
    unit: Unit

    @property
    def seconds(self) -> int:
        """Return the length for comparison (month = 30 days, year = 365 days)."""
        return self.amount * SECONDS[self.unit]

    def __str__(self) -> str:
        """Return ``5 days`` or ``1 day``."""
        return f"{self.amount} {self.unit.value if abs(self.amount) != 1 else self.unit.value[:-1]}"

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the moment this much later: days and longer by the zone's calendar with end-of-month clamping, shorter exactly."""
        if self.unit in (Unit.SECONDS, Unit.MINUTES, Unit.HOURS):
            return moment + timedelta(seconds=self.seconds)
        local = moment.astimezone(zone)
        if self.unit in (Unit.DAYS, Unit.WEEKS):
            shifted = local.replace(tzinfo=None) + timedelta(seconds=self.seconds)
        else:
            months = self.amount * (12 if self.unit is Unit.YEARS else 1)
            index = local.year * 12 + local.month - 1 + months
            year, month = index // 12, index % 12 + 1
            day = min(local.day, calendar.monthrange(year, month)[1])
            shifted = local.replace(tzinfo=None, year=year, month=month, day=day)
        return shifted.replace(tzinfo=zone).astimezone(moment.tzinfo)


def parse_duration(text: str) -> Duration | None:
    """Read ``5 days`` or ``1 hour``; None when it is not a duration. Fractions of a unit are not written."""
    match = _WRITTEN.match(text)
    if match is None:
        return None
    word = match[2] if match[2].endswith("s") else match[2] + "s"
    return Duration(int(match[1]), Unit(word)) if word in Unit._value2member_map_ else None


def from_seconds(seconds: int | Fraction) -> Duration:
    """Return the duration between two moments, in whole seconds towards zero."""
    return Duration(int(seconds), Unit.SECONDS)
