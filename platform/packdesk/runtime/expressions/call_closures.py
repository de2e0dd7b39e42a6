"""What the functions do at run time, over closures of their arguments."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import re2  # type: ignore[import-untyped]

from packdesk.model.durations import Duration, Unit
from packdesk.runtime.expressions import arithmetic, patterns
from packdesk.runtime.expressions.calls import parse_day, parse_moment, zone_named
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import Call, Root
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.values import Money, Phone

Closure: TypeAlias = Callable[[Environment, Mapping[str, object]], object]

BLANKS = " \t\r\n"


def negated(value: object) -> object:
    """Return the value with the other sign."""
    match value:
        case Duration():
            return Duration(-value.amount, value.unit)
        case Money():
            return Money(0 - value.amount, value.currency)
        case int() | Decimal():
            return 0 - value
    return None


def absolute(value: object) -> object:
    """Return the value without its sign."""
    return Duration(abs(value.amount), value.unit) if isinstance(value, Duration) else abs(value)  # type: ignore[arg-type]


def pattern_of(node: Call) -> "re.Pattern[str]":
    """Return the compiled pattern of a ``matches``: RE2's, which has the standard library's methods."""
    compiled: re.Pattern[str] = re2.compile(patterns.write(node.data))  # type: ignore[arg-type]
    return compiled


def total(values: tuple[object, ...], base: Base) -> object:
    """Add up what is not null."""
    present = [value for value in values if value is not None]
    if base is Base.INTEGER:
        return arithmetic.integer(sum(value for value in present if isinstance(value, int)))
    if base is Base.DECIMAL:
        return arithmetic.decimal(sum((value for value in present if isinstance(value, Decimal)), Decimal(0)))
    if base is Base.MONEY:
        amounts = [value for value in present if isinstance(value, Money)]
        if len({value.currency for value in amounts}) != 1:
            return None
        amount = arithmetic.decimal(sum((value.amount for value in amounts), Decimal(0)))
        return None if amount is None else Money(amount, amounts[0].currency)
    lengths = [value for value in present if isinstance(value, Duration)]
    units = {value.unit for value in lengths}
    if len(units) == 1:
        return arithmetic.length(sum(value.amount for value in lengths), lengths[0].unit)
    return arithmetic.length(sum(value.seconds for value in lengths), Unit.SECONDS if lengths else Unit.MINUTES)


def part_of(name: str, value: date | datetime) -> int:
    """Return the part of a local day or moment that the function names."""
    if name == "weekday":
        return value.isoweekday()
    found: int = getattr(value, name)
    return found


def shown(value: object) -> str:
    """Return the value as text; a phone as it was typed."""
    return value.raw if isinstance(value, Phone) else arithmetic.show(value)


def rounded(value: Decimal, places: int | None) -> int | Decimal | None:
    """Round half away from zero, to an integer without places."""
    if places is None:
        return arithmetic.integer(int(arithmetic.half_up(value, 0)))
    return arithmetic.decimal(arithmetic.half_up(value, places))


def _key(value: Any) -> Any:
    return value.seconds if isinstance(value, Duration) else value


#: Functions of values that are null when an argument is.
SIMPLE: Mapping[str, Callable[..., object]] = {
    "lower": str.lower,
    "upper": str.upper,
    "trim": lambda text: text.strip(BLANKS),
    "length": len,
    "abs": absolute,
    "text": shown,
    "decimal": lambda value: arithmetic.decimal(Decimal(value)),
    "min": lambda *values: min(values, key=_key),
    "max": lambda *values: max(values, key=_key),
    "datetime": parse_moment,
}
#: Conditions that are false when an argument is null.
CONDITIONS: Mapping[str, Callable[..., bool]] = {
    "contains": lambda text, part: part in text,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


def compile_call(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    """Return the closure of a call."""
    name = node.name
    if name in SIMPLE:
        return _simple(SIMPLE[name], arguments, None)
    if name in CONDITIONS:
        return _simple(CONDITIONS[name], arguments, otherwise=False)
    if name == "matches":
        search = pattern_of(node).search
        return _simple(lambda text: search(text) is not None, arguments, otherwise=False)
    if name == "round":
        places = node.data if isinstance(node.data, int) else None
        return _simple(lambda value: rounded(value, places), arguments, None)
    return _SPECIAL[name](node, arguments)


def _simple(function: Callable[..., object], arguments: tuple[Closure, ...], otherwise: object) -> Closure:
    if len(arguments) == 1:
        (argument,) = arguments

        def of_one(env: Environment, items: Mapping[str, object]) -> object:
            value = argument(env, items)
            return otherwise if value is None else function(value)

        return of_one

    def of_many(env: Environment, items: Mapping[str, object]) -> object:
        values = [argument(env, items) for argument in arguments]
        return otherwise if any(value is None for value in values) else function(*values)

    return of_many


def _size(_node: Call, arguments: tuple[Closure, ...]) -> Closure:
    return lambda env, items: len(arguments[0](env, items))  # type: ignore[arg-type]


def _first(_node: Call, arguments: tuple[Closure, ...]) -> Closure:
    return lambda env, items: next(iter(arguments[0](env, items)), None)  # type: ignore[call-overload]


def _sum(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    base = node.type.base
    return lambda env, items: total(arguments[0](env, items), base)  # type: ignore[arg-type]


def _coalesce(_node: Call, arguments: tuple[Closure, ...]) -> Closure:
    return lambda env, items: next((value for argument in arguments if (value := argument(env, items)) is not None), None)


def _zone(arguments: tuple[Closure, ...], index: int) -> Callable[[Environment, Mapping[str, object]], ZoneInfo | None]:
    if len(arguments) <= index:
        return lambda env, _items: env.zone
    return lambda env, items: zone_named(arguments[index](env, items))


def local(value: date | datetime, zone: ZoneInfo | None) -> date | datetime | None:
    """Return a moment as the zone's clock shows it, a day as it is; null without a zone."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(zone) if zone is not None else None
    except OverflowError:
        return None


def _part(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    name, zone = node.name, _zone(arguments, 1)

    def part(env: Environment, items: Mapping[str, object]) -> object:
        value = arguments[0](env, items)
        shifted = local(value, zone(env, items)) if isinstance(value, date) else None
        return None if shifted is None else part_of(name, shifted)

    return part


def _date(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    if node.data == "text":
        return _simple(parse_day, arguments, None)
    zone = _zone(arguments, 1)

    def day(env: Environment, items: Mapping[str, object]) -> object:
        value = arguments[0](env, items)
        shifted = local(value, zone(env, items)) if isinstance(value, datetime) else None
        return shifted.date() if isinstance(shifted, datetime) else None

    return day


def _today(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    return _date(replace(node, data=None), (lambda env, _items: env.now, *arguments))


def _matrix(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    cells: Mapping[object, Mapping[object, str]] = node.data  # type: ignore[assignment]
    row, column = arguments
    return lambda env, items: cells.get(row(env, items), {}).get(column(env, items))


def _has_role(node: Call, _arguments: tuple[Closure, ...]) -> Closure:
    role = node.data
    return lambda env, _items: role in env.actor.roles


def _is_member(node: Call, arguments: tuple[Closure, ...]) -> Closure:
    user, unit = arguments
    if isinstance(node.arguments[0], Root) and node.arguments[0].name == "actor":
        return lambda env, items: unit(env, items) in env.actor.member_of
    above: Mapping[str, tuple[str, ...]] = node.data  # type: ignore[assignment]

    def is_member(env: Environment, items: Mapping[str, object]) -> object:
        login, wanted = user(env, items), unit(env, items)
        if login is None or wanted is None:
            return False
        return any(wanted in above.get(own, (own,)) for own in env.graph.user_units(str(login)))

    return is_member


def _changed(_node: Call, arguments: tuple[Closure, ...]) -> Closure:
    new, old = arguments
    return lambda env, items: new(env, items) != old(env, items)


_SPECIAL: Mapping[str, Callable[[Call, tuple[Closure, ...]], Closure]] = {
    "size": _size,
    "first": _first,
    "sum": _sum,
    "coalesce": _coalesce,
    "year": _part,
    "month": _part,
    "day": _part,
    "weekday": _part,
    "hour": _part,
    "date": _date,
    "today": _today,
    "matrix": _matrix,
    "has_role": _has_role,
    "is_member": _is_member,
    "changed": _changed,
}
