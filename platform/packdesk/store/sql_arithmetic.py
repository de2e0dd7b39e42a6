"""Operators, extremes and sums over values that stand in SQL already: columns in, columns out; nothing here walks a tree."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from packdesk.model.durations import Duration
from packdesk.runtime.expressions.tree import Arithmetic, Call
from packdesk.runtime.expressions.types import Base
from packdesk.store.column_types import CodePointText, ExactDecimal
from packdesk.store.sql_functions import Column, Functions, Length
from packdesk.store.sql_values import TYPES, Values, both

#: Kinds of arithmetic by which a moment or a day moves by a duration.
TIMES = frozenset({"moment", "day"})


def combined(node: Arithmetic, left: Values, right: Values, functions: Functions, *, known: object, zone: str) -> Values:  # noqa: PLR0911 - one return per kind
    """Return two values combined; ``known`` is the right one of ``TIMES`` when it is the same for every row."""
    minus = node.operator == "-"
    match node.kind:
        case "integer" | "decimal":
            return (functions.calculate(node.kind, node.operator, left[0], right[0]),)
        case "text":
            return (sa.type_coerce(left[0], sa.Text()).op("||", return_type=CodePointText())(sa.type_coerce(right[0], sa.Text())),)
        case "money":
            amount = functions.calculate("decimal", node.operator, left[0], right[0])
            return (sa.case((left[1] == right[1], amount), else_=sa.null()), left[1])
        case "scaled_money":
            return (functions.calculate("decimal", node.operator, left[0], right[0]), left[1])
        case "duration":
            seconds = functions.bounded("seconds", left[0] - right[0] if minus else left[0] + right[0])
            return (seconds, sa.case((left[1] == right[1], left[1]), else_="seconds"))
        case "scaled_duration":
            return (functions.bounded("seconds", sa.cast(left[0], sa.Numeric()) * right[0]), left[1])
        case "moments":
            return (functions.between(left[0], right[0]), sa.literal("seconds", CodePointText()))
        case "days":
            return (functions.days_between(left[0], right[0]), sa.literal("days", CodePointText()))
    length = _length(right, known, minus=minus)
    return (functions.later_day(left[0], length) if node.kind == "day" else functions.later(left[0], length, zone),)


def _length(values: Values, known: object, *, minus: bool) -> Length:
    fixed = Duration(-known.amount if minus else known.amount, known.unit) if isinstance(known, Duration) else None
    return Length(-values[0] if minus else values[0], values[1], fixed)


def extreme(node: Call, values: Sequence[Column], functions: Functions) -> Column:
    """Return the least or the greatest of the values, null when any is."""
    best = values[0]
    for value in values[1:]:
        one, other = (functions.ordered(side) if node.type.base is Base.TEXT else side for side in (best, value))
        before = one <= other if node.name == "min" else one >= other
        best = sa.case((sa.or_(best.is_(None), value.is_(None)), sa.null()), (before, best), else_=value)
    return best


def total(base: Base, values: Values, scalar: Callable[[Column], Column], functions: Functions) -> Values:
    """Return the sum of a list's values; ``scalar`` asks one aggregate of its rows."""
    zero = sa.literal(0, TYPES[base]()) if base in (Base.INTEGER, Base.DECIMAL) else sa.literal(0, sa.BigInteger())
    amount = scalar(sa.func.sum(values[0], type_=ExactDecimal() if base in (Base.DECIMAL, Base.MONEY) else sa.BigInteger()))
    if base in (Base.INTEGER, Base.DECIMAL):
        return (functions.bounded(base.value, sa.func.coalesce(amount, zero, type_=zero.type)),)
    least, most = scalar(sa.func.min(values[1])), scalar(sa.func.max(values[1]))
    if base is Base.MONEY:
        return both(functions.bounded("decimal", sa.case((least == most, amount), else_=sa.null())), least)
    unit = sa.case((least.is_(None), "minutes"), (least == most, least), else_="seconds")
    return both(functions.bounded("seconds", sa.func.coalesce(amount, zero, type_=sa.BigInteger())), unit)
