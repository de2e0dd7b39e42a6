"""What the operators mean at run time: exact, bounded, null in and null out; the one reference for every back end."""

import calendar
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from zoneinfo import ZoneInfo

from packdesk.model.durations import SECONDS, Duration, Unit, from_seconds
from packdesk.runtime.values import Money

#: Integers beyond this are null: a browser's number holds every integer up to here.
MAX_INTEGER = 2**53 - 1
#: Decimals reach up to here, exclusively; scaled by a million they fit 64 bits.
DECIMAL_LIMIT = Decimal(10**12)
MAX_SECONDS = 10**12
PLACES = 6
_STEP = Decimal(1).scaleb(-PLACES)
_EXACT = Context(prec=80)
_DAY = 86400
#: Without the sign that a decimal zero may carry.
_ZERO = Decimal(0)


def integer(value: int) -> int | None:
    """Return the integer, null when it is beyond 2^53."""
    return value if -MAX_INTEGER <= value <= MAX_INTEGER else None


def decimal(value: Decimal) -> Decimal | None:
    """Return the decimal cut to six places towards zero, null when it is too large."""
    cut = value.quantize(_STEP, rounding=ROUND_DOWN, context=_EXACT)
    return (cut or _ZERO) if -DECIMAL_LIMIT < cut < DECIMAL_LIMIT else None


def divide_integers(left: int, right: int) -> int | None:
    """Divide towards zero; null by zero."""
    if right == 0:
        return None
    quotient = abs(left) // abs(right)
    return integer(quotient if (left < 0) == (right < 0) else -quotient)


def remainder_of_integers(left: int, right: int) -> int | None:
    """Return what division towards zero leaves; it has the sign of the left."""
    if right == 0:
        return None
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def divide_decimals(left: Decimal, right: Decimal) -> Decimal | None:
    """Divide and cut to six places towards zero; null by zero."""
    if not right:
        return None
    scaled = divide_unbounded(int(left.scaleb(2 * PLACES, _EXACT)), int(right.scaleb(PLACES, _EXACT)))
    return decimal(Decimal(scaled).scaleb(-PLACES, _EXACT))


def divide_unbounded(left: int, right: int) -> int:
    """Divide integers of any size towards zero."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def remainder_of_decimals(left: Decimal, right: Decimal) -> Decimal | None:
    """Return what division towards zero to a whole number leaves."""
    return decimal(_EXACT.remainder(left, right)) if right else None


def add_money(left: Money, right: Money) -> Money | None:
    """Add amounts of one currency; null for two."""
    return _money(_EXACT.add(left.amount, right.amount), left.currency) if left.currency == right.currency else None


def subtract_money(left: Money, right: Money) -> Money | None:
    """Subtract amounts of one currency; null for two."""
    return _money(_EXACT.subtract(left.amount, right.amount), left.currency) if left.currency == right.currency else None


def multiply_money(left: Money, right: Decimal) -> Money | None:
    """Multiply the amount."""
    return _money(_EXACT.multiply(left.amount, right), left.currency)


def divide_money(left: Money, right: Decimal) -> Money | None:
    """Divide the amount."""
    amount = divide_decimals(left.amount, right)
    return None if amount is None else Money(amount, left.currency)


def _money(amount: Decimal, currency: str) -> Money | None:
    bounded = decimal(amount)
    return None if bounded is None else Money(bounded, currency)


def length(amount: int, unit: Unit) -> Duration | None:
    """Return the duration, null when it is beyond 10^12 seconds."""
    return Duration(amount, unit) if abs(amount * SECONDS[unit]) <= MAX_SECONDS else None


def add_durations(left: Duration, right: Duration) -> Duration | None:
    """Add: in their unit when they share one, else in seconds."""
    if left.unit is right.unit:
        return length(left.amount + right.amount, left.unit)
    return length(left.seconds + right.seconds, Unit.SECONDS)


def subtract_durations(left: Duration, right: Duration) -> Duration | None:
    """Subtract: in their unit when they share one, else in seconds."""
    return add_durations(left, Duration(-right.amount, right.unit))


def multiply_duration(left: Duration, right: int) -> Duration | None:
    """Multiply, keeping the unit."""
    return length(left.amount * right, left.unit)


def later(moment: datetime, duration: Duration, zone: ZoneInfo) -> datetime | None:
    """Return the moment this much later by the zone's calendar; null outside the years 1 to 9999."""
    try:
        return duration.after(moment, zone)
    except (OverflowError, ValueError):
        return None


def earlier(moment: datetime, duration: Duration, zone: ZoneInfo) -> datetime | None:
    """Return the moment this much earlier."""
    return later(moment, Duration(-duration.amount, duration.unit), zone)


def later_day(day: date, duration: Duration) -> date | None:
    """Return the day this much later; parts of a day do not count."""
    try:
        if duration.unit in (Unit.MONTHS, Unit.YEARS):
            index = day.year * 12 + day.month - 1 + duration.amount * (12 if duration.unit is Unit.YEARS else 1)
            year, month = index // 12, index % 12 + 1
            return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
        return day + timedelta(days=divide_unbounded(duration.seconds, _DAY))
    except (OverflowError, ValueError):
        return None


def earlier_day(day: date, duration: Duration) -> date | None:
    """Return the day this much earlier."""
    return later_day(day, Duration(-duration.amount, duration.unit))


def between(left: datetime, right: datetime) -> Duration:
    """Return the time from right to left in whole seconds, towards zero."""
    micros = (left - right) // timedelta(microseconds=1)
    return from_seconds(divide_unbounded(micros, 1_000_000))


def days_between(left: date, right: date) -> Duration:
    """Return the days from right to left."""
    return Duration((left - right).days, Unit.DAYS)


def half_up(value: Decimal, places: int) -> Decimal:
    """Round half away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)


def show(value: object) -> str:
    """Return the value as text: ``text(x)``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        written = format(value, "f")
        return written.rstrip("0").rstrip(".") if "." in written else written
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return f"{show(value.amount)} {value.currency}"
    return str(value)


def _integers(operation: Callable[[int, int], int]) -> Callable[[int, int], int | None]:
    def apply(left: int, right: int) -> int | None:
        value = operation(left, right)
        return value if -MAX_INTEGER <= value <= MAX_INTEGER else None

    return apply


#: (kind, operator) -> meaning; arguments are never null, results may be.
OPERATIONS: Mapping[tuple[str, str], Callable[..., object]] = {
    ("integer", "+"): _integers(int.__add__),
    ("integer", "-"): _integers(int.__sub__),
    ("integer", "*"): _integers(int.__mul__),
    ("integer", "/"): divide_integers,
    ("integer", "%"): remainder_of_integers,
    ("decimal", "+"): lambda left, right: decimal(_EXACT.add(left, right)),
    ("decimal", "-"): lambda left, right: decimal(_EXACT.subtract(left, right)),
    ("decimal", "*"): lambda left, right: decimal(_EXACT.multiply(left, right)),
    ("decimal", "/"): divide_decimals,
    ("decimal", "%"): remainder_of_decimals,
    ("money", "+"): add_money,
    ("money", "-"): subtract_money,
    ("scaled_money", "*"): multiply_money,
    ("scaled_money", "/"): divide_money,
    ("text", "+"): str.__add__,
    ("duration", "+"): add_durations,
    ("duration", "-"): subtract_durations,
    ("scaled_duration", "*"): multiply_duration,
    ("day", "+"): later_day,
    ("day", "-"): earlier_day,
    ("moments", "-"): between,
    ("days", "-"): days_between,
}
#: The operations that also take the zone of the environment.
ZONED: Mapping[tuple[str, str], Callable[[datetime, Duration, ZoneInfo], datetime | None]] = {("moment", "+"): later, ("moment", "-"): earlier}
