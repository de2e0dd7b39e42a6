"""Values and rows as they stand in SQL: a value is a tuple of columns, rows are what lists are made of.

In: known values, types, columns. Out: columns and conditions over them; nothing here knows a tree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.model.durations import Duration
from packdesk.runtime.expressions import closures
from packdesk.runtime.expressions.types import Base, Type
from packdesk.runtime.values import Address, Money, Phone
from packdesk.store.column_types import CodePointText, Day, ExactDecimal, Moment
from packdesk.store.sql_functions import Column

Values: TypeAlias = tuple[Column, ...]
#: Condition under which rows of a type, reached through a reference or relation, may be looked at.
Sees: TypeAlias = Callable[[str, sa.FromClause], sa.ColumnElement[bool]]

ADDRESS_PARTS = ("street", "street_number", "postal_code", "town", "region", "country")
PARTS: Mapping[Base, tuple[str, ...]] = {Base.MONEY: ("", "currency"), Base.DURATION: ("", "unit"), Base.PHONE: ("", "e164"), Base.ADDRESS: ADDRESS_PARTS}
TYPES: Mapping[Base, type[sa.types.TypeEngine[Any]]] = {
    Base.INTEGER: sa.BigInteger,
    Base.DECIMAL: ExactDecimal,
    Base.BOOLEAN: sa.Boolean,
    Base.DATE: Day,
    Base.DATETIME: Moment,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table (with what it is joined to) that form a list, in order."""

    alias: sa.FromClause
    source: sa.FromClause
    where: tuple[sa.ColumnElement[bool], ...]
    order: tuple[Column, ...]
    type: Type
    aliases: tuple[sa.FromClause, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the one at hand, or the first of ``rows``."""

    alias: sa.FromClause
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A list of values, one per row."""

    rows: Rows
    values: Values


@dataclass(frozen=True, slots=True)
class Known:
    """A macro's item whose value is known already."""

    value: object


def sees_all(_type: str, _rows: sa.FromClause) -> sa.ColumnElement[bool]:
    """Let every record be looked at."""
    return sa.true()


def bound(value: object, type_: Type) -> Values:
    """Return a known value as the columns of its type."""
    base = type_.base
    if value is None:
        return (sa.null(),) * len(PARTS.get(base, ("",)))
    match value:
        case Money():
            return (sa.literal(value.amount, ExactDecimal()), sa.literal(value.currency, CodePointText()))
        case Duration():
            return (sa.literal(value.seconds, sa.BigInteger()), sa.literal(value.unit.value, CodePointText()))
        case Phone():
            return (sa.literal(value.raw, CodePointText()), sa.literal(value.e164, CodePointText()))
        case Address():
            return tuple(sa.literal(getattr(value, part), CodePointText()) for part in ADDRESS_PARTS)
    return (sa.literal(closures.identity(value), TYPES.get(base, CodePointText)()),)


def looked_up(id_: Column, table: Mapping[str, object], type_: Type) -> Values:
    """Return the table's value for a row's id, null for an id that has none."""
    rows = {entry: bound(value, type_) for entry, value in table.items() if value is not None}
    if not rows:
        return bound(None, type_)
    width = len(next(iter(rows.values())))
    return tuple(sa.case({entry: row[index] for entry, row in rows.items()}, value=id_, else_=sa.null()) for index in range(width))


def comparable(base: Base, values: Values) -> Values:
    """Return the columns by which values of a kind compare."""
    if base is Base.DURATION:
        return values[:1]
    if base is Base.PHONE and not isinstance(values[0], sa.Null):
        return (sa.func.coalesce(sa.func.nullif(values[1], ""), values[0], type_=CodePointText()),)
    return values[:1] if base is Base.PHONE else values


def equal(base: Base, left: Values, right: Values, *, null: "tuple[bool, bool]" = (False, False)) -> sa.ColumnElement[bool]:
    """Return whether two values are the same, both null counts; ``null`` says of which side it is known that it is not null."""
    if isinstance(left[0], sa.Null) or isinstance(right[0], sa.Null):
        present = left if isinstance(right[0], sa.Null) else right
        return sa.and_(*(column.is_(None) for column in (present if base is Base.ADDRESS else present[:1])))
    one, other = left[0], right[0]
    same = one.is_not_distinct_from(other) if not any(null) else sa.and_(one == other, (other if null[0] else one).is_not(None))
    if base is not Base.MONEY:
        return same
    return sa.and_(same, sa.or_(one.is_(None), left[1].is_not_distinct_from(right[1])))


def one_of(left: Values, type_: Type, found: tuple[object, ...]) -> sa.ColumnElement[bool]:
    """Return whether a value is among known ones."""
    keys = [comparable(type_.base, bound(value, type_)) for value in found if value is not None]
    null = [left[0].is_(None)] if None in found else []
    if len(left) == 1:
        present = [sa.and_(left[0].in_([key[0] for key in keys]), left[0].is_not(None))] if keys else []
    else:
        present = [equal(type_.base, left, key, null=(False, True)) for key in keys]
    return sa.or_(sa.false(), *present, *null)


def refused() -> PackdeskError:
    """Return the refusal of a tree that SQL cannot say."""
    return PackdeskError("bad_filter", reason="a part of it has no meaning in a condition on stored records")


def part_index(base: Base, part: str) -> int:
    """Return at which column a part of a value stands."""
    return {Base.MONEY: ("amount", "currency"), Base.PHONE: ("raw", "e164"), Base.ADDRESS: ADDRESS_PARTS}[base].index(part)


def both(first: Column, second: Column) -> Values:
    """Return two columns of which the second is null where the first is."""
    return (first, sa.case((first.is_(None), sa.null()), else_=second))


def first_present(values: Sequence[Values]) -> Values:
    """Return the first value whose first column is not null."""
    if len(values) == 1:
        return values[0]
    first = sa.func.coalesce(*(value[0] for value in values), type_=values[0][0].type)
    rest = (sa.case(*((value[0].is_not(None), value[index]) for value in values), else_=sa.null()) for index in range(1, len(values[0])))
    return (first, *rest)
