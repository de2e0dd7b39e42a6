"""One tree lowered to SQL: what is known before the query is bound, the rest becomes columns, conditions and correlated subqueries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from packdesk.runtime.expressions import closures, patterns
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
from packdesk.store.column_types import CodePointText
from packdesk.store.current_values import current, current_in_line
from packdesk.store.sql_arithmetic import TIMES, combined, extreme, total
from packdesk.store.sql_functions import Column, Functions
from packdesk.store.sql_values import (
    PARTS,
    TYPES,
    Known,
    Mapped,
    Row,
    Rows,
    Sees,
    Values,
    both,
    bound,
    comparable,
    equal,
    first_present,
    looked_up,
    one_of,
    part_index,
    refused,
    sees_all,
)
from packdesk.store.tables import Tables

_ORDERS: Mapping[str, Callable[[Column, Column], sa.ColumnElement[bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowering:
    """A tree over rows of one table becomes columns and conditions."""

    tables: Tables
    env: Environment
    functions: Functions
    base: str
    row: Row
    items: Mapping[str, Row | Known] = field(default_factory=dict)
    sees: Sees = sees_all

    # what is known before the query runs

    def _is_known(self, node: Node, bound: frozenset[str] = frozenset()) -> bool:
        if isinstance(node, Root):
            return node.name != self.base
        if isinstance(node, Variable):
            return node.name in bound or isinstance(self.items.get(node.name), Known)
        if isinstance(node, Macro):
            return self._is_known(node.source, bound) and self._is_known(node.body, bound | {node.variable})
        return all(self._is_known(child, bound) for child in node.children())

    def _known(self, node: Node) -> object:
        items = {name: item.value for name, item in self.items.items() if isinstance(item, Known)}
        return closures.compile_tree(node)(self.env, items)

    # conditions: never null

    def condition(self, node: Node) -> sa.ColumnElement[bool]:  # noqa: PLR0911 - one return per kind of part
        """Return a part as a condition, which is never null."""
        if self._is_known(node):
            return sa.true() if self._known(node) else sa.false()
        match node:
            case Logic(operator="not", operands=(operand,)):
                return sa.not_(self.condition(operand))
            case Logic(operator=operator, operands=operands):
                parts = [self.condition(operand) for operand in operands]
                return sa.and_(*parts) if operator == "and" else sa.or_(*parts)
            case Compare():
                return self._compare(node)
            case Contains():
                return self._contains(node)
            case Macro():
                return self._quantified(node)
            case Conditional(test=test, then=then, other=other):
                return sa.case((self.condition(test), self.condition(then)), else_=self.condition(other))
            case Call(name="contains" | "starts_with" | "ends_with" | "matches" | "is_member"):
                return self._predicate(node)
        return self.values(node)[0].is_(sa.true())

    def _predicate(self, node: Call) -> sa.ColumnElement[bool]:
        if node.name == "is_member":
            unit = self._scalar(node.arguments[1])
            return sa.and_(unit.in_(sorted(self.env.actor.member_of)), unit.is_not(None))
        texts: list[object] = [self._scalar(argument) for argument in node.arguments]
        if node.name == "matches":
            texts.append(patterns.write(node.data))  # type: ignore[arg-type]
        found: Column = getattr(self.functions, node.name)(*texts)
        return sa.func.coalesce(found, sa.false(), type_=sa.Boolean()).is_(sa.true())

    def _compare(self, node: Compare) -> sa.ColumnElement[bool]:
        base = node.left.type.base
        if node.operator in ("==", "!="):
            named = self._named(node.left, (self._known(node.right),)) if self._is_known(node.right) else None
            holds = equal(base, self.key(node.left), self.key(node.right), null=self._null_side(node)) if named is None else named
            return holds if node.operator == "==" else sa.not_(holds)
        left, right = self.key(node.left), self.key(node.right)
        sides = [value for value, side in ((left, node.left), (right, node.right)) if not (self._is_known(side) and self._known(side) is not None)]
        one, other = (self.functions.ordered(value[0]) if base is Base.TEXT else value[0] for value in (left, right))
        present = [column.is_not(None) for value in sides for column in value]
        same = [left[1] == right[1]] if base is Base.MONEY else []
        return sa.and_(_ORDERS[node.operator](one, other), *same, *present)

    def _null_side(self, node: Compare) -> "tuple[bool, bool]":
        """Say of each side whether it is known not to be null."""
        return tuple(self._is_known(side) and self._known(side) is not None for side in (node.left, node.right))  # type: ignore[return-value]

    def _contains(self, node: Contains) -> sa.ColumnElement[bool]:
        left, base = self.key(node.left), node.left.type.base
        if self._is_known(node.right):
            values: tuple[object, ...] = tuple(self._known(node.right))  # type: ignore[arg-type]
            named = self._named(node.left, values)
            return one_of(left, node.left.type, values) if named is None else named
        match node.right:
            case ListOf(items=items):
                return sa.or_(sa.false(), *(equal(base, left, self.key(item)) for item in items))
            case Attribute(target=target, table=table):
                owner = self._scalar(target)
                options = [sa.and_(owner == id_, owner.is_not(None), one_of(left, node.left.type, tuple(found))) for id_, found in table.items() if found]  # type: ignore[arg-type]
                return sa.or_(sa.false(), *options)
        found = self._listed(node.right)
        if isinstance(found, Mapped):
            item = comparable(node.left.type.base, found.values)
            return self._select(found.rows, sa.literal(1), equal(base, item, left)).exists()
        return self._select(found, sa.literal(1), equal(base, (found.alias.c.id,), left)).exists()

    def _named(self, node: Node, values: tuple[object, ...]) -> sa.ColumnElement[bool] | None:
        """Return that a reference names one of few records by id or number; None where something else is asked.

        Those records are looked up first and the index of the reference is asked for them: a look at what each row names reads all rows.
        """
        if not isinstance(node, Field) or node.path not in ("id", "number") or None in values:
            return None
        target = node.target
        if not isinstance(target, Field) or target.type.base is not Base.RECORD or len(target.type.entity_types) != 1:
            return None
        entity_type, reference = target.type.entity_types[0], self._scalar(target)
        alias = self.tables.record(entity_type).alias()
        named = sa.select(alias.c.id).where(alias.c[node.path].in_(values), alias.c.deleted_at.is_(None), self.sees(entity_type, alias))
        return sa.and_(reference.in_(named.correlate(None)), reference.is_not(None))

    def _quantified(self, node: Macro) -> sa.ColumnElement[bool]:
        exists = node.name == "exists"
        if self._is_known(node.source) or isinstance(node.source, ListOf):
            bodies = [inner.condition(node.body) for inner in self._each(node)]
            return sa.or_(sa.false(), *bodies) if exists else sa.and_(sa.true(), *bodies)
        found = self._listed(node.source)
        if isinstance(found, Mapped):
            raise refused()
        body = replace(self, items={**self.items, node.variable: Row(found.alias)}).condition(node.body)
        query = self._select(found, sa.literal(1), body if exists else sa.not_(body)).exists()
        return query if exists else sa.not_(query)

    def _each(self, node: Macro) -> "list[Lowering]":
        if not self._is_known(node.source):
            raise refused()
        return [replace(self, items={**self.items, node.variable: Known(item)}) for item in self._known(node.source)]  # type: ignore[attr-defined]

    # values

    def _scalar(self, node: Node) -> Column:
        return self.values(node)[0]

    def key(self, node: Node) -> Values:
        """Return what a part is compared by."""
        if node.type.base in (Base.RECORD, Base.LINE) and not self._is_known(node):
            return (self._identity(node),)
        return comparable(node.type.base, self.values(node))

    def _identity(self, node: Node) -> Column:
        if isinstance(node, Field | Conditional) or (isinstance(node, Call) and node.name == "coalesce"):
            return self._scalar(node)
        row = self._row_of(node)
        return self._cell(row, row.alias.c.id)

    def values(self, node: Node) -> Values:  # noqa: PLR0911, C901 - one return per kind of part
        """Return a part as columns: one, or as many as its type is stored in."""
        if self._is_known(node):
            return bound(self._known(node), node.type)
        match node:
            case Field():
                return self._field(node)
            case Attribute(target=target, table=table):
                return looked_up(self._scalar(target), table, node.type)
            case Label(target=target, table=texts):
                language = self.env.actor.language
                return looked_up(self._scalar(target), {id_: text.get(language) or text[""] for id_, text in texts.items()}, node.type)
            case Part(target=target, part=part):
                column = self.values(target)[part_index(target.type.base, part)]
                if node.type.base is Base.TEXT:
                    column = sa.func.nullif(column, "", type_=CodePointText())
                return both(self.values(target)[0], column)[1:] if part == "currency" else (column,)
            case Arithmetic():
                return self._arithmetic(node)
            case Negate(operand=operand):
                first, *rest = self.values(operand)
                return (-first, *rest)
            case Conditional(test=test, then=then, other=other):
                one, two = (self.key(side) if side.type.base is Base.RECORD else self.values(side) for side in (then, other))
                condition = self.condition(test)
                return tuple(sa.case((condition, left), else_=right) for left, right in zip(one, two, strict=True))
            case Call():
                return self._call(node)
            case Root() | Variable() | Related():
                return (self._identity(node),)
        if node.type.base is not Base.BOOLEAN:
            raise refused()
        return (self.condition(node),)

    def _field(self, node: Field) -> Values:
        row, target = self._row_of(node.target), node.target.type
        if node.derived is not None:
            return tuple(self._cell(row, column) for column in self._now(node.derived, row))
        parts = PARTS.get(node.type.base, ("",))
        if target.base is Base.LINE:
            columns = [current_in_line(self.tables, target.entity_types[0], target.part, node.path, row.alias, part) for part in parts]
        else:
            columns = [current(self.tables, target.entity_types[0], node.path, row.alias, part) for part in parts]
        return tuple(self._cell(row, column) for column in columns)

    def _now(self, derived: Node, row: Row) -> Values:
        """Return what a derived field that the clock moves says of a row at this moment; no column holds it."""
        return replace(self, base="record", row=Row(row.alias), items={}).values(derived)

    def _arithmetic(self, node: Arithmetic) -> Values:
        left, right = self.values(node.left), self.values(node.right)
        known = self._known(node.right) if node.kind in TIMES and self._is_known(node.right) else None
        return combined(node, left, right, self.functions, known=known, zone=str(self.env.zone))

    def _call(self, node: Call) -> Values:  # noqa: PLR0911 - one return per kind of part
        name, functions = node.name, self.functions
        match name:
            case "coalesce":
                columns = [self.key(part) if part.type.base is Base.RECORD else self.values(part) for part in node.arguments]
                return first_present(columns)
            case "size" | "sum" | "first":
                return self._aggregate(node)
            case "year" | "month" | "day" | "weekday" | "hour" | "date":
                return (self._part_of_time(node),)
            case "matrix":
                cells: Mapping[str, Mapping[str, str]] = node.data  # type: ignore[assignment]
                row, column = (sa.type_coerce(self._scalar(argument), sa.Text()) for argument in node.arguments)
                pair = row.op("||", return_type=sa.Text())(sa.literal("|", sa.Text())).op("||", return_type=sa.Text())(column)
                return looked_up(pair, {f"{one}|{two}": found for one, inner in cells.items() for two, found in inner.items()}, node.type)
            case "min" | "max":
                return (extreme(node, [self._scalar(argument) for argument in node.arguments], self.functions),)
            case "abs":
                return (sa.func.abs(self._scalar(node.arguments[0]), type_=TYPES[node.type.base]()),)
            case "decimal":
                return (functions.to_decimal(self._scalar(node.arguments[0])),)
            case "round":
                return (functions.round(self._scalar(node.arguments[0]), node.data if isinstance(node.data, int) else None),)
            case "text":
                return (functions.text(node.arguments[0].type.base.value, self._scalar(node.arguments[0])),)
            case "trim" | "length":
                return (getattr(functions, name)(self._scalar(node.arguments[0])),)
        return (self.condition(node),)

    def _part_of_time(self, node: Call) -> Column:
        value, zone = self._scalar(node.arguments[0]), self.env.zone
        if node.arguments[0].type.base is Base.DATE:
            return self.functions.part(node.name, value, "")
        if len(node.arguments) > 1:
            named = zone_named(self._known(node.arguments[1]))
            if named is None:
                return sa.null()
            zone = named
        return self.functions.day_of(value, str(zone)) if node.name == "date" else self.functions.part(node.name, value, str(zone))

    # lists and rows

    def _aggregate(self, node: Call) -> Values:
        if isinstance(node.arguments[0], ListOf):
            raise refused()
        found = self._listed(node.arguments[0])
        rows = found.rows if isinstance(found, Mapped) else found
        if node.name == "size":
            return (self._select(rows, sa.func.count()).scalar_subquery(),)
        if not isinstance(found, Mapped):
            return (self._identity(node),)
        if node.name == "first":
            return tuple(self._select(rows, column).order_by(*rows.order).limit(1).scalar_subquery() for column in found.values)
        return total(node.type.base, found.values, lambda column: self._select(rows, column).scalar_subquery(), self.functions)

    def _select(self, rows: Rows, column: Column, *conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[object]]:
        return sa.select(column).select_from(rows.source).where(*rows.where, *conditions).correlate_except(*rows.aliases)

    def _cell(self, row: Row, column: Column) -> Column:
        """Return a column of a row; of the first of several by a subquery."""
        if row.rows is None:
            return column
        return self._select(row.rows, column).order_by(*row.rows.order).limit(1).scalar_subquery()

    def _row_of(self, node: Node) -> Row:
        match node:
            case Root():
                return self.row
            case Variable(name=name):
                found = self.items[name]
                if isinstance(found, Known):
                    raise refused()
                return found
            case Field():
                return self._referenced(node.type.entity_types[0], self._scalar(node))
            case Call(name="first", arguments=(source,)) if not isinstance(source, ListOf):
                rows = self._listed(source)
                if isinstance(rows, Rows):
                    return Row(rows.alias, rows)
            case Related():
                rows = self._related(node)
                return Row(rows.alias, rows)
            case Conditional() | Call(name="coalesce") if node.type.base is Base.RECORD:
                return self._referenced(node.type.entity_types[0], self._scalar(node))
        raise refused()

    def _referenced(self, entity_type: str, id_: Column) -> Row:
        alias = self.tables.record(entity_type).alias()
        where = (alias.c.id == id_, alias.c.deleted_at.is_(None), self.sees(entity_type, alias))
        rows = Rows(alias, alias, where, (alias.c.id,), Type(base=Base.RECORD, entity_types=(entity_type,)), (alias,))
        return Row(alias, rows)

    def _listed(self, node: Node) -> Rows | Mapped:
        match node:
            case Lines(target=target, group=group):
                owner = self._row_of(target)
                alias = self.tables.lines(target.type.entity_types[0], group).alias()
                where = (alias.c.record_id == self._cell(owner, owner.alias.c.id),)
                return Rows(alias, alias, where, (alias.c.position,), node.type.item or node.type, (alias,))
            case Related():
                return self._related(node)
            case Macro(name="filter", source=source, variable=variable, body=body):
                rows = self._listed(source)
                if isinstance(rows, Rows):
                    inner = replace(self, items={**self.items, variable: Row(rows.alias)})
                    return replace(rows, where=(*rows.where, inner.condition(body)))
            case Macro(name="map", source=source, variable=variable, body=body):
                rows = self._listed(source)
                if isinstance(rows, Rows):
                    values = replace(self, items={**self.items, variable: Row(rows.alias)}).values(body)
                    return Mapped(rows, both(*values) if len(values) == 2 else values)
        raise refused()

    def _related(self, node: Related) -> Rows:
        owner, own = self._row_of(node.target), node.target.type.entity_types[0]
        id_ = self._cell(owner, owner.alias.c.id)
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
