"""Faults planted in the back ends, one at a time, by changing a piece of their source."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

_MODULES = {
    "arithmetic": "packdesk.runtime.expressions.arithmetic",
    "calls": "packdesk.runtime.expressions.call_closures",
    "closures": "packdesk.runtime.expressions.closures",
    "lowering": "packdesk.store.sql_lowering",
    "values": "packdesk.store.sql_values",
    "combining": "packdesk.store.sql_arithmetic",
    "sqlite": "packdesk.store.sqlite_functions",
    "postgresql": "packdesk.store.postgresql_functions",
}
_CONCERNED = ("packdesk.runtime.expressions.", "packdesk.store.", "tests.contracts.expressions.")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A piece of source, what is written in its place, and a word of the expressions that must notice (all, without one)."""

    where: str
    written: str
    mutant: str
    word: str = ""

    def __str__(self) -> str:
        """Return what pytest calls the case."""
        return f"{self.where}: {self.mutant[:50]}"


def plant(monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    """Run the changed source and put what it defines wherever the original is known by name."""
    original = import_module(_MODULES[mutant.where])
    changed = ModuleType(original.__name__)
    changed.__file__ = original.__file__
    exec(compile(_replaced(Path(str(original.__file__)).read_text(encoding="utf-8"), mutant), str(original.__file__), "exec"), changed.__dict__)  # noqa: S102
    concerned = [module for name, module in sys.modules.items() if name.startswith(_CONCERNED)]
    for name, old in list(vars(original).items()):
        if not (isinstance(old, Mapping) and name != "__builtins__") and not (isinstance(old, FunctionType | type) and old.__module__ == original.__name__):
            continue
        for module in concerned:
            for known, value in list(vars(module).items()):
                if value is old:
                    monkeypatch.setattr(module, known, vars(changed)[name])


def planted_in_script(script: str, mutant: Mutant) -> str:
    """Return the browser's script with the mutant in it."""
    return _replaced(script, mutant)


def _replaced(source: str, mutant: Mutant) -> str:
    assert source.count(mutant.written) == 1, f"{mutant.written!r} stands {source.count(mutant.written)} times in {mutant.where}"
    return source.replace(mutant.written, mutant.mutant)


IN_CLOSURES = (
    # arithmetic
    Mutant("arithmetic", "return integer(quotient if (left < 0) == (right < 0) else -quotient)", "return integer(left // right)"),
    Mutant("arithmetic", "return -rest if left < 0 else rest", "return rest"),
    Mutant("arithmetic", "value.quantize(_STEP, rounding=ROUND_DOWN", "value.quantize(_STEP, rounding=ROUND_HALF_UP"),
    Mutant("arithmetic", "return value if -MAX_INTEGER <= value <= MAX_INTEGER else None\n\n    return apply", "return value\n\n    return apply"),
    Mutant("arithmetic", "_EXACT.add(left.amount, right.amount), left.currency) if left.currency == right.currency else None",
           "_EXACT.add(left.amount, right.amount), left.currency)"),
    Mutant("calls", "arithmetic.decimal(arithmetic.half_up(value, places))", "arithmetic.decimal(round(value, places))"),
    Mutant("calls", "return Money(0 - value.amount, value.currency)", "return value"),
    # null logic
    Mutant("closures", "return lambda env, items: not operand(env, items)", "return lambda env, items: operand(env, items) is False"),
    Mutant("closures", "then(env, items) if test(env, items) else other(env, items)",
           "other(env, items) if test(env, items) is False else then(env, items)"),
    Mutant("closures", "if low is None or high is None:\n            return False", "if low is None or high is None:\n            return low is high"),
    Mutant("closures", "frozenset(None if item.value is None else key(item.value) for", "frozenset(key(item.value) for"),
    Mutant("calls", "if (value := argument(env, items)) is not None), None)", "if (value := argument(env, items))), None)"),
    Mutant("calls", "return otherwise if any(value is None for value in values) else function(*values)",
           "return otherwise if all(value is None for value in values) else function(*[v for v in values if v is not None])"),
    Mutant("closures", '"<=": lambda left, right: left <= right', '"<=": lambda left, right: left < right'),
    # dates
    Mutant("arithmetic", "min(day.day, calendar.monthrange(year, month)[1])", "min(day.day, 28)"),
    Mutant("arithmetic", "timedelta(days=divide_unbounded(duration.seconds, _DAY))", "timedelta(days=duration.seconds // _DAY)"),
    Mutant("arithmetic", "from_seconds(divide_unbounded(micros, 1_000_000))", "from_seconds(micros // 1_000_000)"),
    Mutant("calls", "return value.isoweekday()", "return value.weekday()"),
    Mutant("calls", "return value.astimezone(zone) if zone is not None else None", "return value"),
    # lists
    Mutant("closures", "tuple(item for item in members(env, items) if body(env, {**items, name: item}))", "members(env, items)"),
    Mutant("closures", "any(body(env, {**items, name: item}) for item in members(env, items))", "bool(members(env, items))"),
    Mutant("closures", "all(body(env, {**items, name: item}) for item in members(env, items))",
           "bool(members(env, items)) and all(body(env, {**items, name: item}) for item in members(env, items))"),
    Mutant("closures", "tuple(resolve(env, entity_types, one) or one for one in found) if entity_types else found",
           "tuple(one for one in found if resolve(env, entity_types, one)) if entity_types else found"),
    Mutant("calls", "len(arguments[0](env, items))", "len(set(arguments[0](env, items)))"),
    Mutant("calls", "return arithmetic.length(sum(value.seconds for value in lengths), Unit.SECONDS if lengths else Unit.MINUTES)",
           "return arithmetic.length(sum(value.amount for value in lengths), Unit.SECONDS if lengths else Unit.MINUTES)"),
)  # fmt: skip

IN_BROWSER = (
    # arithmetic
    Mutant("browser", "one / other", "(one / other) + 0n * other + (one < 0n ? -1n : 0n)"),
    Mutant("browser", ": one % other)", ": ((one % other) + other) % other)"),
    Mutant("browser", "(left * right) / MILLION", "(left * right + MILLION / 2n) / MILLION"),
    Mutant("browser", "((size + step / 2n) / step) * step", "(size / step) * step"),
    Mutant("browser", "return Number.isSafeInteger(value) ? value + 0 : null;", "return value;"),
    # null logic
    Mutant("browser", "found === null) return false", "found === null) return true"),
    Mutant("browser", "return sub(rest[0]) !== true;", "return sub(rest[0]) === false;"),
    Mutant("browser", "return sub(rest[0]) === true ? sub(rest[1])", "return sub(rest[0]) !== false ? sub(rest[1])"),
    Mutant("browser", "if (one === null || other === null) return one === other;", "if (one === null || other === null) return false;"),
    Mutant("browser", "given.find((value) => value !== null) ?? null", "given.find((value) => value) ?? null"),
    Mutant("browser", "return CONDITIONS.has(name) ? false : null;", "return null;"),
    Mutant("browser", "if (given.some((value) => value === null))", "if (given.every((value) => value === null))"),
    # text
    Mutant("browser", "codePoints(left as string, right as string)", "sign(left as string, right as string)"),
    # dates
    Mutant("browser", "Math.min(day, daysIn(newYear, newMonth))", "Math.min(day, 28)"),
    Mutant("browser", "day + Math.trunc(secondsOf(length) / 86400)", "day + Math.floor(secondsOf(length) / 86400)"),
    Mutant("browser", "return ((((days + 3) % 7) + 7) % 7) + 1;", "return ((days + 3) % 7) + 1;"),
    Mutant("browser", "const seconds = onClock(Number(floorDivide(value as bigint, MICROS)), zone);",
           'const seconds = onClock(Number(floorDivide(value as bigint, MICROS)), "UTC");'),
    Mutant("browser", "return shown - (offsets[0] as number);", "return shown - (offsets[1] as number);"),
    # lists
    Mutant("browser", "found.filter((item) => inner(item) === true)", "found"),
    Mutant("browser", "found.some((item) => inner(item) === true)", "found.length > 0"),
    Mutant("browser", "found.every((item) => inner(item) === true)", "found.some((item) => inner(item) === true)"),
    Mutant("browser", "return asList(first).length;", "return asList(first).filter((item) => item !== null).length;"),
    Mutant("browser", "lengths.reduce((sum, value) => sum + secondsOf(value), 0)", "lengths.reduce((sum, value) => sum + value.amount, 0)"),
)  # fmt: skip

IN_SQL = (
    # arithmetic
    Mutant("combining", "return (sa.case((left[1] == right[1], amount), else_=sa.null()), left[1])", "return (amount, left[1])", "record.w"),
    Mutant("combining", 'sa.case((left[1] == right[1], left[1]), else_="seconds")', "left[1]", "record.s"),
    Mutant("lowering", "return (-first, *rest)", "return (first, *rest)", "-"),
    # null logic
    Mutant("lowering", "return self.values(node)[0].is_(sa.true())", "return self.values(node)[0] == sa.true()", "!"),
    Mutant("lowering", "present = [column.is_not(None) for value in sides for column in value]", "present = []", "<"),
    Mutant("lowering", "return sa.func.coalesce(found, sa.false(), type_=sa.Boolean()).is_(sa.true())", "return found", "contains"),
    Mutant("combining", "(sa.or_(best.is_(None), value.is_(None)), sa.null())", "(value.is_(None), best)", "min("),
    Mutant("values", "same = one.is_not_distinct_from(other) if not any(null)", "same = (one == other) if not any(null)", "=="),
    Mutant("values", "null = [left[0].is_(None)] if None in found else []", "null = []", "null]"),
    Mutant("values", "sa.func.coalesce(*(value[0] for value in values)", "sa.func.coalesce(*(value[0] for value in values[::-1])", "coalesce"),
    # dates
    Mutant("lowering", "if len(node.arguments) > 1:\n            named", "if len(node.arguments) > 2:\n            named", "Tokyo"),
    Mutant("combining", "Length(-values[0] if minus else values[0], values[1], fixed)", "Length(values[0], values[1], fixed)", "record.m - record.s"),
    # lists
    Mutant("lowering", "where=(*rows.where, inner.condition(body))", "where=rows.where", "filter"),
    Mutant("lowering", "sa.literal(1), body if exists else sa.not_(body)", "sa.literal(1), body", "all("),
    Mutant("lowering", "return query if exists else sa.not_(query)", "return query", "all("),
    Mutant("lowering", "query = self._select(found, sa.literal(1), body if exists else sa.not_(body)).exists()",
           "query = self._select(found, sa.literal(1)).exists()", "exists("),
    Mutant("lowering", "return (self._select(rows, sa.func.count()).scalar_subquery(),)",
           "return (self._select(rows, sa.func.nullif(sa.func.count(), 0)).scalar_subquery(),)", "size("),
    Mutant("combining", "sa.func.coalesce(amount, zero, type_=zero.type)", "amount", "sum("),
    Mutant("lowering", "self._select(rows, column).order_by(*rows.order).limit(1)",
           "self._select(rows, column).order_by(*(one.desc() for one in rows.order)).limit(1)", "first("),
)  # fmt: skip

IN_SQLITE = (
    *IN_SQL,
    Mutant("sqlite", "return value if -limit <= value <= limit else None", "return value", "record.s"),
    Mutant("sqlite", "return Duration(arithmetic.divide_unbounded(seconds, SECONDS[known]), known)", "return Duration(seconds, Unit.SECONDS)", "record.d"),
    Mutant("sqlite", "shown = local(moment_from_text(value), _zone(zone)) if zone", 'shown = local(moment_from_text(value), _zone("UTC")) if zone', "("),
    Mutant("sqlite", "date.fromisoformat(left), date.fromisoformat(right)).seconds", "date.fromisoformat(right), date.fromisoformat(left)).seconds", "record.d"),
    Mutant("sqlite", "return _scaled(operation(_unscaled(left), _unscaled(right)))", "return _scaled(operation(_unscaled(right), _unscaled(left)))", "record.x"),
    Mutant("sqlite", '"packdesk_starts_with": (2, str.startswith)', '"packdesk_starts_with": (2, str.__contains__)', "starts_with"),
)  # fmt: skip

IN_POSTGRESQL = (
    *IN_SQL,
    Mutant("combining", "Duration(-known.amount if minus else known.amount, known.unit)", "Duration(known.amount, known.unit)", "duration("),
    Mutant("postgresql", "number = sa.func.trunc(number, SCALE, type_=sa.Numeric())", "number = sa.func.round(number, SCALE, type_=sa.Numeric())", "record.x"),
    Mutant("postgresql", "quotient = sa.func.div(one * 10**places, divisor, type_=sa.Numeric())",
           "quotient = sa.func.floor(one * 10**places / divisor, type_=sa.Numeric())", "/"),
    Mutant("postgresql", 'number: Column = sa.cast(value, sa.Numeric())', 'return sa.cast(value, sa.Numeric(30, SCALE) if kind == "decimal" else _INTEGER)\n        number: Column = sa.cast(value, sa.Numeric())', "record.a"),
    Mutant("postgresql", '"isodow" if name == "weekday"', '"dow" if name == "weekday"', "weekday("),
    Mutant("postgresql", 'sa.func.trunc(sa.extract("epoch", left) - sa.extract("epoch", right))',
           'sa.func.floor(sa.extract("epoch", left) - sa.extract("epoch", right))', "record.m - record.n"),
    Mutant("postgresql", "by_calendar = sa.func.least(sa.func.timezone(zone_, on_clock), sa.func.timezone(zone_, on_clock - hour) + hour)",
           "by_calendar = sa.func.timezone(zone_, on_clock)", "record.m"),
    Mutant("postgresql", "(unit_ == \"years\", _whole(seconds, _YEAR) * 12)", "(unit_ == \"years\", _whole(seconds, _YEAR))", "record.d"),
    Mutant("postgresql", 'return sa.collate(value, "C")', "return sa.func.lower(value)", "record.t"),
)  # fmt: skip
