"""Typed trees as SQL: conditions on stored records for lists, dashboards, impact counts and candidates.

Whatever does not depend on the row is computed once by the closure and bound. A value is a tuple of columns (one; two for money,
durations and phones; six for an address); records and lines are rows, reached by correlated subqueries. A condition is never null
and keeps ``column = value`` visible to the planner.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.model.durations import Duration
from packdesk.runtime.expressions import closures, patterns
from packdesk.runtime.expressions.availability import refused_in_sql
from packdesk.runtime.expressions.calls import zone_named
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import (
    Arithmetic,
    Attribute,
    Call,
    Compare,
    Conditional,
    Contains,
    Field,
    Label,
    Lines,
    ListOf,
    Logic,
    Macro,
    Negate,
    Node,
    Part,
    Related,
    Root,
    Variable,
)
from packdesk.runtime.expressions.types import Base, Type
from packdesk.runtime.values import Actor, Address, Money, Phone, Record
from packdesk.runtime.values import Related as RelatedRecord
from packdesk.store.column_types import CodePointText, Day, ExactDecimal, Moment
from packdesk.store.sql_functions import Column, Functions, Length, functions_of, register_sqlite_functions
from packdesk.store.tables import Tables

__all__ = ["lower", "lower_value", "register_sqlite_functions"]

Values: TypeAlias = tuple[Column, ...]
#: Condition under which rows of a type, reached through a reference or relation, may be looked at.
Sees: TypeAlias = Callable[[str, sa.FromClause], sa.ColumnElement[bool]]

_ADDRESS = ("street", "street_number", "postal_code", "town", "region", "country")
_PARTS: Mapping[Base, tuple[str, ...]] = {Base.MONEY: ("", "currency"), Base.DURATION: ("", "unit"), Base.PHONE: ("", "e164"), Base.ADDRESS: _ADDRESS}
_TYPES: Mapping[Base, type[sa.types.TypeEngine[Any]]] = {
    Base.INTEGER: sa.BigInteger,
    Base.DECIMAL: ExactDecimal,
    Base.BOOLEAN: sa.Boolean,
    Base.DATE: Day,
    Base.DATETIME: Moment,
}
_ORDERS: Mapping[str, Callable[[Column, Column], sa.ColumnElement[bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
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


class _NoGraph:
    """A graph for environments that read no record."""

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Know no record."""
        del entity_type, record_id
        return None

    def related(self, record: Record, relation: str) -> tuple[RelatedRecord, ...]:
        """Know no relation."""
        del record, relation
        return ()

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Know no record."""
        del entity_type, key
        return None

    def user_units(self, login: str) -> frozenset[str]:
        """Know no user."""
        del login
        return frozenset()


def _sees_all(_type: str, _rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.true()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lowering:
    tables: Tables
    env: Environment
    functions: Functions
    base: str
    row: Row
    items: Mapping[str, Row | Known] = field(default_factory=dict)
    sees: Sees = _sees_all

    # what is known before the query runs

    def is_known(self, node: Node, bound: frozenset[str] = frozenset()) -> bool:
        if isinstance(node, Root):
            return node.name != self.base
        if isinstance(node, Variable):
            return node.name in bound or isinstance(self.items.get(node.name), Known)
        if isinstance(node, Macro):
            return self.is_known(node.source, bound) and self.is_known(node.body, bound | {node.variable})
        return all(self.is_known(child, bound) for child in node.children())

    def known(self, node: Node) -> object:
        items = {name: item.value for name, item in self.items.items() if isinstance(item, Known)}
        return closures.compile_tree(node)(self.env, items)

    # conditions: never null

    def condition(self, node: Node) -> sa.ColumnElement[bool]:  # noqa: PLR0911 - one return per kind of part
        if self.is_known(node):
            return sa.true() if self.known(node) else sa.false()
        match node:
            case Logic(operator="not", operands=(operand,)):
                return sa.not_(self.condition(operand))
            case Logic(operator=operator, operands=operands):
                parts = [self.condition(operand) for operand in operands]
                return sa.and_(*parts) if operator == "and" else sa.or_(*parts)
            case Compare():
                return self.compare(node)
            case Contains():
                return self.contains(node)
            case Macro():
                return self.quantified(node)
            case Conditional(test=test, then=then, other=other):
                return sa.case((self.condition(test), self.condition(then)), else_=self.condition(other))
            case Call(name="contains" | "starts_with" | "ends_with" | "matches" | "is_member"):
                return self.predicate(node)
        return self.values(node)[0].is_(sa.true())

    def predicate(self, node: Call) -> sa.ColumnElement[bool]:
        if node.name == "is_member":
            unit = self.scalar(node.arguments[1])
            return sa.and_(unit.in_(sorted(self.env.actor.member_of)), unit.is_not(None))
        texts: list[object] = [self.scalar(argument) for argument in node.arguments]
        if node.name == "matches":
            texts.append(patterns.write(node.data))  # type: ignore[arg-type]
        found: Column = getattr(self.functions, node.name)(*texts)
        return sa.func.coalesce(found, sa.false(), type_=sa.Boolean()).is_(sa.true())

    def compare(self, node: Compare) -> sa.ColumnElement[bool]:
        base = node.left.type.base
        if node.operator in ("==", "!="):
            equal = self.equal(base, self.key(node.left), self.key(node.right), null=self.null_side(node))
            return equal if node.operator == "==" else sa.not_(equal)
        left, right = self.key(node.left), self.key(node.right)
        sides = [value for value, side in ((left, node.left), (right, node.right)) if not (self.is_known(side) and self.known(side) is not None)]
        one, other = (self.functions.ordered(value[0]) if base is Base.TEXT else value[0] for value in (left, right))
        present = [column.is_not(None) for value in sides for column in value]
        same = [left[1] == right[1]] if base is Base.MONEY else []
        return sa.and_(_ORDERS[node.operator](one, other), *same, *present)

    def null_side(self, node: Compare) -> "tuple[bool, bool]":
        """Say of each side whether it is known not to be null."""
        return tuple(self.is_known(side) and self.known(side) is not None for side in (node.left, node.right))  # type: ignore[return-value]

    def equal(self, base: Base, left: Values, right: Values, *, null: "tuple[bool, bool]" = (False, False)) -> sa.ColumnElement[bool]:
        if isinstance(left[0], sa.Null) or isinstance(right[0], sa.Null):
            present = left if isinstance(right[0], sa.Null) else right
            return sa.and_(*(column.is_(None) for column in (present if base is Base.ADDRESS else present[:1])))
        one, other = left[0], right[0]
        same = one.is_not_distinct_from(other) if not any(null) else sa.and_(one == other, (other if null[0] else one).is_not(None))
        if base is not Base.MONEY:
            return same
        return sa.and_(same, sa.or_(one.is_(None), left[1].is_not_distinct_from(right[1])))

    def contains(self, node: Contains) -> sa.ColumnElement[bool]:
        left, base = self.key(node.left), node.left.type.base
        if self.is_known(node.right):
            return self.one_of(left, node.left.type, tuple(self.known(node.right)))  # type: ignore[arg-type]
        match node.right:
            case ListOf(items=items):
                return sa.or_(sa.false(), *(self.equal(base, left, self.key(item)) for item in items))
            case Attribute(target=target, table=table):
                owner = self.scalar(target)
                options = [sa.and_(owner == id_, owner.is_not(None), self.one_of(left, node.left.type, tuple(found))) for id_, found in table.items() if found]  # type: ignore[arg-type]
                return sa.or_(sa.false(), *options)
        found = self.listed(node.right)
        if isinstance(found, Mapped):
            item = self.comparable(node.left.type.base, found.values)
            return self.select(found.rows, sa.literal(1), self.equal(base, item, left)).exists()
        return self.select(found, sa.literal(1), self.equal(base, (found.alias.c.id,), left)).exists()

    def one_of(self, left: Values, type_: Type, found: tuple[object, ...]) -> sa.ColumnElement[bool]:
        keys = [self.comparable(type_.base, self.bound(value, type_)) for value in found if value is not None]
        null = [left[0].is_(None)] if None in found else []
        if len(left) == 1:
            present = [sa.and_(left[0].in_([key[0] for key in keys]), left[0].is_not(None))] if keys else []
        else:
            present = [self.equal(type_.base, left, key, null=(False, True)) for key in keys]
        return sa.or_(sa.false(), *present, *null)

    def quantified(self, node: Macro) -> sa.ColumnElement[bool]:
        exists = node.name == "exists"
        if self.is_known(node.source) or isinstance(node.source, ListOf):
            bodies = [inner.condition(node.body) for inner in self.each(node)]
            return sa.or_(sa.false(), *bodies) if exists else sa.and_(sa.true(), *bodies)
        found = self.listed(node.source)
        if isinstance(found, Mapped):
            raise _refused()
        body = replace(self, items={**self.items, node.variable: Row(found.alias)}).condition(node.body)
        query = self.select(found, sa.literal(1), body if exists else sa.not_(body)).exists()
        return query if exists else sa.not_(query)

    def each(self, node: Macro) -> "list[_Lowering]":
        if not self.is_known(node.source):
            raise _refused()
        return [replace(self, items={**self.items, node.variable: Known(item)}) for item in self.known(node.source)]  # type: ignore[attr-defined]

    # values

    def scalar(self, node: Node) -> Column:
        return self.values(node)[0]

    def key(self, node: Node) -> Values:
        """Return what a part is compared by."""
        if node.type.base in (Base.RECORD, Base.LINE) and not self.is_known(node):
            return (self.identity(node),)
        return self.comparable(node.type.base, self.values(node))

    def comparable(self, base: Base, values: Values) -> Values:
        if base is Base.DURATION:
            return values[:1]
        if base is Base.PHONE and not isinstance(values[0], sa.Null):
            return (sa.func.coalesce(sa.func.nullif(values[1], ""), values[0], type_=CodePointText()),)
        return values[:1] if base is Base.PHONE else values

    def identity(self, node: Node) -> Column:
        if isinstance(node, Field | Conditional) or (isinstance(node, Call) and node.name == "coalesce"):
            return self.scalar(node)
        row = self.row_of(node)
        return self.cell(row, row.alias.c.id)

    def values(self, node: Node) -> Values:  # noqa: PLR0911, C901 - one return per kind of part
        if self.is_known(node):
            return self.bound(self.known(node), node.type)
        match node:
            case Field():
                return self.field(node)
            case Attribute(target=target, table=table):
                return self.looked_up(self.scalar(target), table, node.type)
            case Label(target=target, table=texts):
                language = self.env.actor.language
                return self.looked_up(self.scalar(target), {id_: text.get(language) or text[""] for id_, text in texts.items()}, node.type)
            case Part(target=target, part=part):
                column = self.values(target)[_part_index(target.type.base, part)]
                if node.type.base is Base.TEXT:
                    column = sa.func.nullif(column, "", type_=CodePointText())
                return _both(self.values(target)[0], column)[1:] if part == "currency" else (column,)
            case Arithmetic():
                return self.arithmetic(node)
            case Negate(operand=operand):
                first, *rest = self.values(operand)
                return (-first, *rest)
            case Conditional(test=test, then=then, other=other):
                one, two = (self.key(side) if side.type.base is Base.RECORD else self.values(side) for side in (then, other))
                condition = self.condition(test)
                return tuple(sa.case((condition, left), else_=right) for left, right in zip(one, two, strict=True))
            case Call():
                return self.call(node)
            case Root() | Variable() | Related():
                return (self.identity(node),)
        if node.type.base is not Base.BOOLEAN:
            raise _refused()
        return (self.condition(node),)

    def bound(self, value: object, type_: Type) -> Values:
        base = type_.base
        if value is None:
            return (sa.null(),) * len(_PARTS.get(base, ("",)))
        match value:
            case Money():
                return (sa.literal(value.amount, ExactDecimal()), sa.literal(value.currency, CodePointText()))
            case Duration():
                return (sa.literal(value.seconds, sa.BigInteger()), sa.literal(value.unit.value, CodePointText()))
            case Phone():
                return (sa.literal(value.raw, CodePointText()), sa.literal(value.e164, CodePointText()))
            case Address():
                return tuple(sa.literal(getattr(value, part), CodePointText()) for part in _ADDRESS)
        return (sa.literal(closures.identity(value), _TYPES.get(base, CodePointText)()),)

    def field(self, node: Field) -> Values:
        row, target = self.row_of(node.target), node.target.type
        parts = _PARTS.get(node.type.base, ("",))
        if target.base is Base.LINE:
            columns = [self.tables.line_column(target.entity_types[0], target.part, node.path, part) for part in parts]
        else:
            columns = [self.tables.column(target.entity_types[0], node.path, part) for part in parts]
        return tuple(self.cell(row, row.alias.c[column.key]) for column in columns)

    def looked_up(self, id_: Column, table: Mapping[str, object], type_: Type) -> Values:
        rows = {entry: self.bound(value, type_) for entry, value in table.items() if value is not None}
        if not rows:
            return self.bound(None, type_)
        width = len(next(iter(rows.values())))
        return tuple(sa.case({entry: row[index] for entry, row in rows.items()}, value=id_, else_=sa.null()) for index in range(width))

    def arithmetic(self, node: Arithmetic) -> Values:  # noqa: PLR0911 - one return per kind of part
        left, right = self.values(node.left), self.values(node.right)
        functions, minus = self.functions, node.operator == "-"
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
        length = self.length(node.right, right, minus=minus)
        if node.kind == "day":
            return (functions.later_day(left[0], length),)
        return (functions.later(left[0], length, str(self.env.zone)),)

    def length(self, node: Node, values: Values, *, minus: bool) -> Length:
        found = self.known(node) if self.is_known(node) else None
        known = Duration(-found.amount if minus else found.amount, found.unit) if isinstance(found, Duration) else None
        return Length(-values[0] if minus else values[0], values[1], known)

    def call(self, node: Call) -> Values:  # noqa: PLR0911 - one return per kind of part
        name, functions = node.name, self.functions
        match name:
            case "coalesce":
                columns = [self.key(part) if part.type.base is Base.RECORD else self.values(part) for part in node.arguments]
                return _first_present(columns)
            case "size" | "sum" | "first":
                return self.aggregate(node)
            case "year" | "month" | "day" | "weekday" | "hour" | "date":
                return (self.part_of_time(node),)
            case "matrix":
                cells: Mapping[str, Mapping[str, str]] = node.data  # type: ignore[assignment]
                row, column = (sa.type_coerce(self.scalar(argument), sa.Text()) for argument in node.arguments)
                pair = row.op("||", return_type=sa.Text())(sa.literal("|", sa.Text())).op("||", return_type=sa.Text())(column)
                return self.looked_up(pair, {f"{one}|{two}": found for one, inner in cells.items() for two, found in inner.items()}, node.type)
            case "min" | "max":
                return (self.extreme(node),)
            case "abs":
                return (sa.func.abs(self.scalar(node.arguments[0]), type_=_TYPES[node.type.base]()),)
            case "decimal":
                return (functions.to_decimal(self.scalar(node.arguments[0])),)
            case "round":
                return (functions.round(self.scalar(node.arguments[0]), node.data if isinstance(node.data, int) else None),)
            case "text":
                return (functions.text(node.arguments[0].type.base.value, self.scalar(node.arguments[0])),)
            case "trim" | "length":
                return (getattr(functions, name)(self.scalar(node.arguments[0])),)
        return (self.condition(node),)

    def extreme(self, node: Call) -> Column:
        values = [self.scalar(argument) for argument in node.arguments]
        best = values[0]
        for value in values[1:]:
            one, other = (self.functions.ordered(side) if node.type.base is Base.TEXT else side for side in (best, value))
            before = one <= other if node.name == "min" else one >= other
            best = sa.case((sa.or_(best.is_(None), value.is_(None)), sa.null()), (before, best), else_=value)
        return best

    def part_of_time(self, node: Call) -> Column:
        value, zone = self.scalar(node.arguments[0]), self.env.zone
        if node.arguments[0].type.base is Base.DATE:
            return self.functions.part(node.name, value, "")
        if len(node.arguments) > 1:
            named = zone_named(self.known(node.arguments[1]))
            if named is None:
                return sa.null()
            zone = named
        return self.functions.day_of(value, str(zone)) if node.name == "date" else self.functions.part(node.name, value, str(zone))

    # lists and rows

    def aggregate(self, node: Call) -> Values:
        if isinstance(node.arguments[0], ListOf):
            raise _refused()
        found = self.listed(node.arguments[0])
        rows = found.rows if isinstance(found, Mapped) else found
        if node.name == "size":
            return (self.select(rows, sa.func.count()).scalar_subquery(),)
        if not isinstance(found, Mapped):
            return (self.identity(node),)
        if node.name == "first":
            return tuple(self.select(rows, column).order_by(*rows.order).limit(1).scalar_subquery() for column in found.values)
        return self.total(rows, found.values, node.type.base)

    def total(self, rows: Rows, values: Values, base: Base) -> Values:
        def scalar(column: Column) -> Column:
            return self.select(rows, column).scalar_subquery()

        zero = sa.literal(0, _TYPES[base]()) if base in (Base.INTEGER, Base.DECIMAL) else sa.literal(0, sa.BigInteger())
        amount = scalar(sa.func.sum(values[0], type_=ExactDecimal() if base in (Base.DECIMAL, Base.MONEY) else sa.BigInteger()))
        if base in (Base.INTEGER, Base.DECIMAL):
            return (self.functions.bounded(base.value, sa.func.coalesce(amount, zero, type_=zero.type)),)
        least, most = scalar(sa.func.min(values[1])), scalar(sa.func.max(values[1]))
        if base is Base.MONEY:
            return _both(self.functions.bounded("decimal", sa.case((least == most, amount), else_=sa.null())), least)
        unit = sa.case((least.is_(None), "minutes"), (least == most, least), else_="seconds")
        return _both(self.functions.bounded("seconds", sa.func.coalesce(amount, zero, type_=sa.BigInteger())), unit)

    def select(self, rows: Rows, column: Column, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[object]]:
        return sa.select(column).select_from(rows.source).where(*rows.where, *conditions).correlate_except(*rows.aliases)

    def cell(self, row: Row, column: Column) -> Column:
        """Return a column of a row; of the first of several by a subquery."""
        if row.rows is None:
            return column
        return self.select(row.rows, column).order_by(*row.rows.order).limit(1).scalar_subquery()

    def row_of(self, node: Node) -> Row:
        match node:
            case Root():
                return self.row
            case Variable(name=name):
                found = self.items[name]
                if isinstance(found, Known):
                    raise _refused()
                return found
            case Field():
                return self.referenced(node.type.entity_types[0], self.scalar(node))
            case Call(name="first", arguments=(source,)) if not isinstance(source, ListOf):
                rows = self.listed(source)
                if isinstance(rows, Rows):
                    return Row(rows.alias, rows)
            case Related():
                rows = self.related(node)
                return Row(rows.alias, rows)
            case Conditional() | Call(name="coalesce") if node.type.base is Base.RECORD:
                return self.referenced(node.type.entity_types[0], self.scalar(node))
        raise _refused()

    def referenced(self, entity_type: str, id_: Column) -> Row:
        alias = self.tables.record(entity_type).alias()
        where = (alias.c.id == id_, alias.c.deleted_at.is_(None), self.sees(entity_type, alias))
        rows = Rows(alias, alias, where, (alias.c.id,), Type(base=Base.RECORD, entity_types=(entity_type,)), (alias,))
        return Row(alias, rows)

    def listed(self, node: Node) -> Rows | Mapped:
        match node:
            case Lines(target=target, group=group):
                owner = self.row_of(target)
                alias = self.tables.lines(target.type.entity_types[0], group).alias()
                where = (alias.c.record_id == self.cell(owner, owner.alias.c.id),)
                return Rows(alias, alias, where, (alias.c.position,), node.type.item or node.type, (alias,))
            case Related():
                return self.related(node)
            case Macro(name="filter", source=source, variable=variable, body=body):
                rows = self.listed(source)
                if isinstance(rows, Rows):
                    inner = replace(self, items={**self.items, variable: Row(rows.alias)})
                    return replace(rows, where=(*rows.where, inner.condition(body)))
            case Macro(name="map", source=source, variable=variable, body=body):
                rows = self.listed(source)
                if isinstance(rows, Rows):
                    values = replace(self, items={**self.items, variable: Row(rows.alias)}).values(body)
                    return Mapped(rows, _both(*values) if len(values) == 2 else values)
        raise _refused()

    def related(self, node: Related) -> Rows:
        owner, own = self.row_of(node.target), node.target.type.entity_types[0]
        id_ = self.cell(owner, owner.alias.c.id)
        type_ = node.type.item or node.type
        alias = self.tables.record(type_.entity_types[0]).alias()
        alive = sa.and_(alias.c.deleted_at.is_(None), self.sees(type_.entity_types[0], alias))
        if node.how == "field":
            column = alias.c[self.tables.column(node.holder, node.stored).key]
            return Rows(alias, alias, (column == id_, alive), (alias.c.created_at, alias.c.number), type_, (alias,))
        links = self.tables.links(node.holder, node.stored).alias()
        outward = sa.and_(links.c.from_id == id_, links.c.to_type == type_.entity_types[0], links.c.to_id == alias.c.id)
        inward = sa.and_(links.c.to_id == id_, links.c.to_type == own, links.c.from_id == alias.c.id)
        joined = {"links": outward, "linked": inward, "symmetric": sa.or_(outward, inward)}[node.how]
        order: tuple[Column, ...] = {"links": (links.c.position, links.c.to_id), "linked": (links.c.from_id,)}.get(node.how) or (
            sa.case((links.c.to_id == alias.c.id, 0), else_=1),
            sa.case((links.c.to_id == alias.c.id, links.c.position), else_=0),
            alias.c.id,
        )
        return Rows(alias, sa.join(links, alias, sa.true()), (joined, alive), order, type_, (links, alias))


def _refused() -> PackdeskError:
    return PackdeskError("bad_filter", reason="a part of it has no meaning in a condition on stored records")


def _part_index(base: Base, part: str) -> int:
    return {Base.MONEY: ("amount", "currency"), Base.PHONE: ("raw", "e164"), Base.ADDRESS: _ADDRESS}[base].index(part)


def _both(first: Column, second: Column) -> Values:
    """Return two columns of which the second is null where the first is."""
    return (first, sa.case((first.is_(None), sa.null()), else_=second))


def _first_present(values: Sequence[Values]) -> Values:
    """Return the first value whose first column is not null."""
    if len(values) == 1:
        return values[0]
    first = sa.func.coalesce(*(value[0] for value in values), type_=values[0][0].type)
    rest = (sa.case(*((value[0].is_not(None), value[index]) for value in values), else_=sa.null()) for index in range(1, len(values[0])))
    return (first, *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    tree: Node
    tables: Tables
    entity_type: str
    actor: Actor
    now: datetime
    zone: ZoneInfo
    dialect: str
    base: str
    environment: Environment | None
    alias: sa.FromClause | None
    sees: Sees = _sees_all

    @property
    def lowering(self) -> _Lowering:
        """Return what lowers the tree over rows of the entity type; raises ``bad_filter`` for a tree that SQL cannot say."""
        if (fault := refused_in_sql(self.tree, self.base)) is not None:
            raise PackdeskError("bad_filter", reason=fault.message)
        env = self.environment or Environment(graph=_NoGraph(), now=self.now, zone=self.zone, actor=self.actor)
        table = self.alias if self.alias is not None else self.tables.record(self.entity_type)
        return _Lowering(tables=self.tables, env=env, functions=functions_of(self.dialect), base=self.base, row=Row(table), sees=self.sees)


def lower(
    tree: Node,
    tables: Tables,
    entity_type: str,
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    dialect: str,
    base: str = "record",
    environment: Environment | None = None,
    alias: sa.FromClause | None = None,
    sees: Sees = _sees_all,
) -> sa.ColumnElement[bool]:
    """Return the tree as a condition on rows of the entity type's table (or an alias of it); it is never null.

    ``base`` is the name that stands for the row: ``record``, or ``candidate`` for the records that a field may choose; then
    ``environment`` holds what the other names stand for. ``sees`` narrows the records that the condition reaches. Raises ``bad_filter`` for what ``Compiled.sql_fault`` refuses.
    """
    place = _Place(
        tree=tree,
        tables=tables,
        entity_type=entity_type,
        actor=actor,
        now=now,
        zone=zone,
        dialect=dialect,
        base=base,
        environment=environment,
        alias=alias,
        sees=sees,
    )
    return place.lowering.condition(tree)


def lower_value(
    tree: Node,
    tables: Tables,
    entity_type: str,
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    dialect: str,
    environment: Environment | None = None,
    alias: sa.FromClause | None = None,
) -> Values:
    """Return the tree as columns over rows of the entity type's table: one, or as many as its type is stored in."""
    place = _Place(
        tree=tree,
        tables=tables,
        entity_type=entity_type,
        actor=actor,
        now=now,
        zone=zone,
        dialect=dialect,
        base="record",
        environment=environment,
        alias=alias,
    )
    lowering = place.lowering
    if tree.type.base is Base.BOOLEAN:
        return (lowering.condition(tree),)
    return lowering.key(tree) if tree.type.base is Base.RECORD else lowering.values(tree)
