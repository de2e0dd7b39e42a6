"""Typed tree to Python closures: each part becomes a function of (environment, macro items); plain fields read the map directly."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from packdesk.runtime.expressions import call_closures
from packdesk.runtime.expressions.arithmetic import OPERATIONS, ZONED
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import (
    ActorPart,
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
    Literal,
    Logic,
    Macro,
    Negate,
    Node,
    Part,
    PartyOf,
    PresetLines,
    Related,
    Root,
    Variable,
)
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.values import Line, Money, Phone, Record

#: The items of the macros around, by name.
Items: TypeAlias = Mapping[str, object]
Closure: TypeAlias = Callable[[Environment, Items], object]

NO_ITEMS: Items = {}


def compile_tree(node: Node) -> Closure:
    """Return the function that computes the part."""
    return _COMPILERS[type(node)](node)


def identity(value: object) -> object:
    """Return what a record is compared by."""
    return value.id if isinstance(value, Record) else value


def resolve(env: Environment, entity_types: tuple[str, ...], value: object) -> Record | None:
    """Return the record behind an id; null when it does not exist or was deleted."""
    if value is None or isinstance(value, Record):
        return value
    for entity_type in entity_types:
        if (found := env.graph.get(entity_type, str(value))) is not None:
            return found
    return None


def _literal(node: Literal) -> Closure:
    value = node.value
    return lambda _env, _items: value


_ROOTS: Mapping[str, Closure] = {
    "record": lambda env, _items: env.record,
    "old": lambda env, _items: env.old,
    "now": lambda env, _items: env.now,
    "actor": lambda env, _items: env.actor.login,
    "candidate": lambda env, _items: env.candidate,
    "party": lambda env, _items: env.whose(),
    "line": lambda env, _items: env.line,
    "input": lambda env, _items: env.input,
    "effect": lambda env, _items: env.effect,
    "link": lambda env, _items: env.link,
}


def _root(node: Root) -> Closure:
    name = node.name
    return _ROOTS.get(name) or (lambda env, _items: env.names.get(name))


def _variable(node: Variable) -> Closure:
    name = node.name
    return lambda _env, items: items[name]


def _field(node: Field) -> Closure:
    path = node.path
    if node.derived is not None:
        return _moved(node, node.derived)
    if isinstance(node.target, Root) and node.target.name == "record":
        if node.type.base is Base.LIST:
            return lambda env, _items: (env.record.values.get(path) or ()) if env.record is not None else ()
        return lambda env, _items: env.record.values.get(path) if env.record is not None else None
    target = compile_tree(node.target)
    empty = () if node.type.base is Base.LIST else None
    if node.target.type.base is Base.RECORD:
        entity_types = node.target.type.entity_types

        def of_record(env: Environment, items: Items) -> object:
            owner = resolve(env, entity_types, target(env, items))
            value = owner.values.get(path) if owner is not None else None
            return empty if value is None else value

        return of_record

    def of_bundle(env: Environment, items: Items) -> object:
        owner = target(env, items)
        values = owner.values if isinstance(owner, Line) else owner
        value = values.get(path) if isinstance(values, Mapping) else None
        return empty if value is None else value

    return of_bundle


def _moved(node: Field, derived: Node) -> Closure:
    """Return what computes a field that the clock moves, of whichever record it is."""
    target, value, entity_types = compile_tree(node.target), compile_tree(derived), node.target.type.entity_types

    def of_now(env: Environment, items: Items) -> object:
        owner = resolve(env, entity_types, target(env, items))
        return value(env if owner is env.record else replace(env, record=owner), {}) if owner is not None else None

    return of_now


def _lines(node: Lines) -> Closure:
    target, group, entity_types = compile_tree(node.target), node.group, node.target.type.entity_types

    def lines(env: Environment, items: Items) -> object:
        owner = resolve(env, entity_types, target(env, items))
        return owner.lines.get(group, ()) if owner is not None else ()

    return lines


def _related(node: Related) -> Closure:
    target, relation, entity_types = compile_tree(node.target), node.relation, node.target.type.entity_types
    many = node.type.base is Base.LIST

    def related(env: Environment, items: Items) -> object:
        owner = resolve(env, entity_types, target(env, items))
        found = tuple(one.record for one in env.graph.related(owner, relation)) if owner is not None else ()
        if many:
            return found
        return found[0] if found else None

    return related


def _party_of(node: PartyOf) -> Closure:
    target, paths, entity_types = compile_tree(node.target), node.paths, node.target.type.entity_types

    def party(env: Environment, items: Items) -> object:
        owner = resolve(env, entity_types, target(env, items))
        if owner is None:
            return None
        path = paths[owner.entity_type]
        return owner.values.get(path) if path else owner

    return party


def _attribute(node: Attribute) -> Closure:
    target, table = compile_tree(node.target), node.table
    empty = () if node.type.base is Base.LIST else None
    return lambda env, items: table.get(target(env, items), empty)  # type: ignore[call-overload]


def _label(node: Label) -> Closure:
    target, table = compile_tree(node.target), node.table

    def label(env: Environment, items: Items) -> object:
        texts = table.get(target(env, items))  # type: ignore[call-overload]
        return None if texts is None else texts.get(env.actor.language) or texts[""]

    return label


def _preset_lines(node: PresetLines) -> Closure:
    target, table, key, to = compile_tree(node.target), node.table, node.key, node.to

    def preset(env: Environment, items: Items) -> object:
        rows = table.get(target(env, items), ())  # type: ignore[call-overload]
        if not key:
            return tuple(Line(str(index), row) for index, row in enumerate(rows))
        keyed = ((index, row, env.graph.by_key(to, str(row[key]))) for index, row in enumerate(rows))
        return tuple(Line(str(index), {**row, key: found.id if found is not None else None}) for index, row, found in keyed)

    return preset


def _part(node: Part) -> Closure:
    target, part = compile_tree(node.target), node.part

    def of_value(env: Environment, items: Items) -> object:
        value = target(env, items)
        found = getattr(value, part, None)
        return None if found == "" else found

    return of_value


def _actor_part(node: ActorPart) -> Closure:
    if node.part == "party":
        return lambda env, _items: env.actor_party
    return {
        "name": lambda env, _items: env.actor.name,
        "language": lambda env, _items: env.actor.language,
        "time_zone": lambda env, _items: env.actor.time_zone,
    }[node.part]


def _logic(node: Logic) -> Closure:
    operands = tuple(compile_tree(operand) for operand in node.operands)
    if node.operator == "not":
        (operand,) = operands
        return lambda env, items: not operand(env, items)
    if len(operands) == 2:
        left, right = operands
        if node.operator == "and":
            return lambda env, items: bool(left(env, items)) and bool(right(env, items))
        return lambda env, items: bool(left(env, items)) or bool(right(env, items))
    if node.operator == "and":
        return lambda env, items: all(operand(env, items) for operand in operands)
    return lambda env, items: any(operand(env, items) for operand in operands)


def comparable(node: Node) -> Callable[[object], object]:
    """Return what turns a value of the part's type into what ``==`` and ``<`` compare, null aside."""
    return {
        Base.RECORD: identity,
        Base.DURATION: lambda value: value.seconds,
        Base.PHONE: lambda value: value.e164 or value.raw if isinstance(value, Phone) else value,
    }.get(node.type.base, lambda value: value)


_PLAIN = (Base.RECORD, Base.DURATION, Base.PHONE)


def _compare(node: Compare) -> Closure:
    left, right = compile_tree(node.left), compile_tree(node.right)
    if node.left.type.base in _PLAIN:
        left, right = _keyed(left, comparable(node.left)), _keyed(right, comparable(node.left))
    if node.operator in ("==", "!="):
        if isinstance(node.right, Literal) and node.left.type.base not in _PLAIN:
            constant = node.right.value
            return (lambda env, items: left(env, items) == constant) if node.operator == "==" else (lambda env, items: left(env, items) != constant)
        return (
            (lambda env, items: left(env, items) == right(env, items)) if node.operator == "==" else (lambda env, items: left(env, items) != right(env, items))
        )
    return _ordered(node.operator, left, right, money=node.left.type.base is Base.MONEY)


def _keyed(inner: Closure, key: Callable[[object], object]) -> Closure:
    def keyed(env: Environment, items: Items) -> object:
        value = inner(env, items)
        return None if value is None else key(value)

    return keyed


ORDERINGS: Mapping[str, Callable[[object, object], bool]] = {
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def _ordered(operator: str, left: Closure, right: Closure, *, money: bool) -> Closure:
    order = ORDERINGS[operator]

    def compare(env: Environment, items: Items) -> object:
        low, high = left(env, items), right(env, items)
        if low is None or high is None:
            return False
        if money and isinstance(low, Money) and isinstance(high, Money):
            return low.currency == high.currency and order(low.amount, high.amount)
        return order(low, high)

    return compare


def _contains(node: Contains) -> Closure:
    key = comparable(node.left)
    left = _keyed(compile_tree(node.left), key)
    if isinstance(node.right, ListOf) and all(isinstance(item, Literal) for item in node.right.items):
        known = frozenset(None if item.value is None else key(item.value) for item in node.right.items if isinstance(item, Literal))
        return lambda env, items: left(env, items) in known
    right = compile_tree(node.right)

    def contains(env: Environment, items: Items) -> object:
        wanted = left(env, items)
        return any((None if item is None else key(item)) == wanted for item in right(env, items))  # type: ignore[attr-defined]

    return contains


def _arithmetic(node: Arithmetic) -> Closure:
    left, right = compile_tree(node.left), compile_tree(node.right)
    key = (node.kind, node.operator)
    if key in ZONED:
        moved = ZONED[key]

        def with_zone(env: Environment, items: Items) -> object:
            one, other = left(env, items), right(env, items)
            return None if one is None or other is None else moved(one, other, env.zone)  # type: ignore[arg-type]

        return with_zone
    operation = OPERATIONS[key]

    def apply(env: Environment, items: Items) -> object:
        one, other = left(env, items), right(env, items)
        return None if one is None or other is None else operation(one, other)

    return apply


def _negate(node: Negate) -> Closure:
    operand = compile_tree(node.operand)
    return lambda env, items: call_closures.negated(operand(env, items))


def _conditional(node: Conditional) -> Closure:
    test, then, other = compile_tree(node.test), compile_tree(node.then), compile_tree(node.other)
    return lambda env, items: then(env, items) if test(env, items) else other(env, items)


def _list_of(node: ListOf) -> Closure:
    parts = tuple(compile_tree(item) for item in node.items)
    return lambda env, items: tuple(part(env, items) for part in parts)


def _macro(node: Macro) -> Closure:
    source, body, name, kind = compile_tree(node.source), compile_tree(node.body), node.variable, node.name
    entity_types = node.source.type.item.entity_types if node.source.type.item is not None and node.source.type.item.base is Base.RECORD else ()

    def members(env: Environment, items: Items) -> tuple[object, ...]:
        found: tuple[object, ...] = tuple(source(env, items))  # type: ignore[arg-type]
        # One that is missing or no longer there stays in its place, as in a list of any other values.
        return tuple(resolve(env, entity_types, one) or one for one in found) if entity_types else found

    if kind == "all":
        return lambda env, items: all(body(env, {**items, name: item}) for item in members(env, items))
    if kind == "exists":
        return lambda env, items: any(body(env, {**items, name: item}) for item in members(env, items))
    if kind == "filter":
        return lambda env, items: tuple(item for item in members(env, items) if body(env, {**items, name: item}))
    return lambda env, items: tuple(body(env, {**items, name: item}) for item in members(env, items))


def _call(node: Call) -> Closure:
    arguments = tuple(compile_tree(argument) for argument in node.arguments)
    return call_closures.compile_call(node, arguments)


_COMPILERS: Mapping[type[Node], Callable[..., Closure]] = {
    Literal: _literal,
    Root: _root,
    Variable: _variable,
    Field: _field,
    Lines: _lines,
    Related: _related,
    PartyOf: _party_of,
    Attribute: _attribute,
    Label: _label,
    PresetLines: _preset_lines,
    Part: _part,
    ActorPart: _actor_part,
    Logic: _logic,
    Compare: _compare,
    Contains: _contains,
    Arithmetic: _arithmetic,
    Negate: _negate,
    Conditional: _conditional,
    ListOf: _list_of,
    Macro: _macro,
    Call: _call,
}
