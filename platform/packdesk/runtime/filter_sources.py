"""What a filter chip asks, as the source of an expression about the record.

No value reaches the source except through ``quoted``, or as a number, a day or a moment that was read before; the expression compiler
then checks the source like one that somebody typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.model.entity_types import Field, Kind
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.filters import NAMED_KINDS, TIME_KINDS, Chip, Operator, named_by

_LISTS = frozenset({Kind.OPTIONS, Kind.REFERENCES})
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DURATION})
_PATTERN_SIGNS = frozenset("\\.[]()*+?{}|^$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where a chip is looked at: days begin where the reader is."""

    now: datetime
    zone: ZoneInfo


def quoted(text: str) -> str:
    """Return a text as the literal that means exactly this text."""
    signs = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return "'" + "".join(signs.get(sign, sign) for sign in text) + "'"


def either_case(text: str) -> str:
    """Return a pattern that finds the text in small and capital letters alike."""
    return "".join(_either(sign) for sign in text)


def _either(sign: str) -> str:
    same = sorted({one for one in (sign, sign.lower(), sign.upper(), sign.title()) if len(one) == 1})
    if len(same) > 1:
        return f"[{''.join(same)}]"
    return f"\\{sign}" if sign in _PATTERN_SIGNS else sign


def sources(entity: EntityRuntime, chips: tuple[Chip, ...], at: Moment) -> tuple[str, ...]:
    """Return what each chip asks, as an expression about the record."""
    return tuple(source(entity.fields[chip.path].field, chip, at) for chip in chips)


def source(field: Field, chip: Chip, at: Moment) -> str:
    """Return what a chip asks, as an expression about the record."""
    name = f"record.{chip.path}"
    if chip.operator in (Operator.EMPTY, Operator.FILLED):
        return _whether_empty(field, name, empty=chip.operator is Operator.EMPTY)
    if field.kind in TIME_KINDS:
        return _time(field.kind, name, chip, at)
    if field.kind in _NUMBERS:
        return _number(field.kind, name, chip)
    return _RULES[chip.operator](field, name, chip.values)


def _whether_empty(field: Field, name: str, *, empty: bool) -> str:
    if field.kind in _LISTS:
        return f"size({name}) {'==' if empty else '>'} 0"
    return f"{name} {'==' if empty else '!='} null"


def _contains(field: Field, name: str, values: tuple[str, ...]) -> str:
    if field.kind is not Kind.PHONE:
        return f"matches({name}, {quoted(either_case(values[0]))})"
    digits = "".join(sign for sign in values[0] if sign in "0123456789").lstrip("0")
    as_typed = f"contains({name}.raw, {quoted(values[0])})"
    return f"({as_typed} || contains({name}.e164, {quoted(digits)}))" if digits else as_typed


def _begins(_field: Field, name: str, values: tuple[str, ...]) -> str:
    return f"matches({name}, {quoted('^' + either_case(values[0]))})"


def _is(field: Field, name: str, values: tuple[str, ...]) -> str:
    if field.kind is Kind.REFERENCE:
        return _named(name, values)
    if field.kind is Kind.REFERENCES:
        return f"{name}.exists(each, {_named('each', values)})"
    return f"{name} in {_list(values)}" if field.kind in NAMED_KINDS else f"{name} == {quoted(values[0])}"


def _named(record: str, values: tuple[str, ...]) -> str:
    """Return that a record is one of those: chosen ones by their ids, typed ones by their numbers."""
    given = [named_by(value) for value in values]
    ids, numbers = tuple(id_ for id_, _ in given if id_), tuple(number for id_, number in given if not id_)
    parts = [f"{record}.{path} in {_list(found)}" for path, found in (("id", ids), ("number", numbers)) if found]
    return f"({' || '.join(parts)})" if len(parts) > 1 else parts[0]


def _one_of(field: Field, name: str, values: tuple[str, ...]) -> str:
    return f"{name}.exists(each, each in {_list(values)})" if field.kind is Kind.OPTIONS else f"{name} in {_list(values)}"


def _none_of(field: Field, name: str, values: tuple[str, ...]) -> str:
    return f"!({_one_of(field, name, values)})"


def _below(_field: Field, name: str, values: tuple[str, ...]) -> str:
    return "(" + " || ".join(f"within({name}, {quoted(value)})" for value in values) + ")"


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(quoted(value) for value in values) + "]"


_RULES: Mapping[Operator, Callable[[Field, str, tuple[str, ...]], str]] = MappingProxyType(
    {
        Operator.CONTAINS: _contains,
        Operator.BEGINS: _begins,
        Operator.IS: _is,
        Operator.ONE_OF: _one_of,
        Operator.NONE_OF: _none_of,
        Operator.BELOW: _below,
        Operator.YES: lambda _field, name, _values: f"{name} == true",
        Operator.NO: lambda _field, name, _values: f"!({name} == true)",
        Operator.ME: lambda _field, name, _values: f"{name} == actor",
        Operator.MINE: lambda _field, name, _values: f"is_member(actor, {name})",
    }
)
_SIGNS = MappingProxyType({Operator.EQUAL: "==", Operator.AT_LEAST: ">=", Operator.AT_MOST: "<="})


def _number(kind: Kind, name: str, chip: Chip) -> str:
    if chip.operator is Operator.BETWEEN:
        lowest, highest = chip.values
        return f"({_compared(kind, name, '>=', lowest)} && {_compared(kind, name, '<=', highest)})"
    return _compared(kind, name, _SIGNS[chip.operator], chip.values[0])


def _compared(kind: Kind, name: str, sign: str, value: str) -> str:
    if kind is Kind.MONEY:
        amount, _, currency = value.partition(" ")
        return f"({name}.currency == {quoted(currency)} && {name}.amount {sign} {amount})"
    return f"{name} {sign} {f'duration({quoted(value)})' if kind is Kind.DURATION else value}"


def _time(kind: Kind, name: str, chip: Chip, at: Moment) -> str:
    asked, values = chip.operator, chip.values
    now = "now" if kind is Kind.DATETIME else _day_of(at.now.astimezone(at.zone).date())
    if asked is Operator.PAST:
        return f"{name} < {now}"
    if asked is Operator.LAST_DAYS:
        return f"({name} >= {now} - duration('{values[0]} days') && {name} <= {now})"
    if asked is Operator.NEXT_DAYS:
        return f"({name} >= {now} && {name} <= {now} + duration('{values[0]} days'))"
    first, last = _days_asked(asked, values, at)
    return _within_days(kind, name, first, last, at.zone)


def _days_asked(asked: Operator, values: tuple[str, ...], at: Moment) -> tuple[date | None, date | None]:
    """Return the first and the last day that an operator admits; None where it has no end."""
    today = at.now.astimezone(at.zone).date()
    days = [date.fromisoformat(value) for value in values]
    match asked:
        case Operator.TODAY:
            return today, today
        case Operator.THIS_WEEK:
            monday = today - timedelta(days=today.weekday())
            return monday, monday + timedelta(days=6)
        case Operator.BEFORE:
            return None, days[0] - timedelta(days=1)
        case Operator.AFTER:
            return days[0] + timedelta(days=1), None
    return days[0], days[-1]


def _within_days(kind: Kind, name: str, first: date | None, last: date | None, zone: ZoneInfo) -> str:
    parts = []
    if first is not None:
        parts.append(f"{name} >= {_day_of(first) if kind is Kind.DATE else _start_of(first, zone)}")
    if last is not None:
        parts.append(f"{name} <= {_day_of(last)}" if kind is Kind.DATE else f"{name} < {_start_of(last + timedelta(days=1), zone)}")
    return f"({' && '.join(parts)})"


def _day_of(day: date) -> str:
    return f"date('{day.isoformat()}')"


def _start_of(day: date, zone: ZoneInfo) -> str:
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return f"datetime('{start:%Y-%m-%dT%H:%M:%SZ}')"
