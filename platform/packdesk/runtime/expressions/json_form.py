"""Typed tree to the JSON form that ``ui/assets/src/expressions.ts`` evaluates, and environments to what it evaluates against.

A part is an array: its word, then what it needs. Tables (attributes, labels, matrices) travel inside, so that the browser knows no model.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from packdesk.model.durations import Duration
from packdesk.runtime.expressions import arithmetic, patterns
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
    Related,
    Root,
    Variable,
)
from packdesk.runtime.expressions.types import Base, Type
from packdesk.runtime.values import Address, Line, Money, Phone, Record

VERSION = 1
_MAX_DEPTH = 3


def to_json(tree: Node) -> dict[str, object]:
    """Return the whole form: version, type and tree."""
    return {"version": VERSION, "type": _kind(tree.type), "tree": _node(tree)}


def _kind(type_: Type) -> str:
    if type_.base is Base.LIST and type_.item is not None:
        return f"list:{type_.item.base.value}"
    return type_.base.value


def plain(value: object) -> object:  # noqa: PLR0911, C901 - one return per kind of value
    """Return a value as the API writes it."""
    match value:
        case bool() | int() | str() | None:
            return value
        case Decimal():
            return arithmetic.show(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
        case date():
            return value.isoformat()
        case Duration():
            return str(value)
        case Money():
            return {"amount": arithmetic.show(value.amount), "currency": value.currency}
        case Phone():
            return {"raw": value.raw, "e164": value.e164}
        case Address():
            return {part: getattr(value, part) for part in ("street", "street_number", "postal_code", "town", "region", "country")}
        case tuple() | list() | frozenset():
            return [plain(item) for item in value]
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Record():
            return record_json(value)
        case Line():
            return {"id": value.id, "values": plain(value.values)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _node(node: Node) -> list[object]:
    return _WRITERS[type(node)](node)


def _call(node: Call) -> list[object]:
    data: object = None
    if node.name == "matches":
        data = patterns.to_json(node.data)  # type: ignore[arg-type]
    elif node.name != "is_member":
        data = plain(node.data)
    bases = [_kind(argument.type) for argument in node.arguments]
    return ["call", node.name, [_node(argument) for argument in node.arguments], _kind(node.type), bases, data]


_WRITERS: Mapping[type[Node], Callable[..., list[object]]] = {
    Literal: lambda node: ["lit", _kind(node.type), plain(node.value)],
    Root: lambda node: ["root", node.name],
    Variable: lambda node: ["var", node.name],
    Field: lambda node: ["field", _node(node.target), node.path, _kind(node.type)],
    Lines: lambda node: ["lines", _node(node.target), node.group],
    Related: lambda node: ["related", _node(node.target), node.relation, node.type.base is Base.LIST],
    Attribute: lambda node: ["table", _node(node.target), plain(node.table), _kind(node.type)],
    Label: lambda node: ["label", _node(node.target), plain(node.table)],
    Part: lambda node: ["part", _node(node.target), node.part],
    ActorPart: lambda node: ["actor", node.part],
    Logic: lambda node: [node.operator, *(_node(operand) for operand in node.operands)],
    Compare: lambda node: ["compare", node.operator, node.left.type.base.value, _node(node.left), _node(node.right)],
    Contains: lambda node: ["in", node.left.type.base.value, _node(node.left), _node(node.right)],
    Arithmetic: lambda node: ["calc", node.kind, node.operator, _node(node.left), _node(node.right)],
    Negate: lambda node: ["negate", node.type.base.value, _node(node.operand)],
    Conditional: lambda node: ["if", _node(node.test), _node(node.then), _node(node.other)],
    ListOf: lambda node: ["list", *(_node(item) for item in node.items)],
    Macro: lambda node: ["macro", node.name, _node(node.source), node.variable, _node(node.body)],
    Call: _call,
}


def record_json(record: Record, related: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, object]:
    """Return a record for the browser; ``related`` holds the ids behind the relations that the expression follows."""
    return {
        "entity_type": record.entity_type,
        "id": record.id,
        "values": plain(record.values),
        "lines": {group: [plain(line) for line in lines] for group, lines in record.lines.items()},
        "related": {relation: list(ids) for relation, ids in (related or {}).items()},
    }


class _Surroundings:
    """Collects the records that an expression reaches from those of the environment."""

    def __init__(self, tree: Node, env: Environment) -> None:
        self.env = env
        self.relations = {part.relation for part in tree.walk() if isinstance(part, Related)}
        self.targets = {target for part in tree.walk() if isinstance(part, Field) for target in _record_types(part.type)}
        self.found: dict[str, Record] = {}
        self.related: dict[str, dict[str, tuple[str, ...]]] = {}

    def add(self, value: object, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            return
        if isinstance(value, Record) and value.id not in self.found:
            self.found[value.id] = value
            self._follow(value, depth)
        elif isinstance(value, Line):
            self._follow_values(value.values, depth)
        elif isinstance(value, str) and value not in self.found:
            self.add(next((one for target in self.targets if (one := self.env.graph.get(target, value)) is not None), None), depth)

    def _follow(self, record: Record, depth: int) -> None:
        self._follow_values({path: value for path, value in record.values.items() if path != "id"}, depth)
        for lines in record.lines.values():
            for line in lines:
                self._follow_values(line.values, depth)
        reached = {relation: tuple(one.record for one in self.env.graph.related(record, relation)) for relation in self.relations}
        self.related[record.id] = {relation: tuple(one.id for one in records) for relation, records in reached.items()}
        for records in reached.values():
            for one in records:
                self.add(one, depth + 1)

    def _follow_values(self, values: Mapping[str, object], depth: int) -> None:
        for value in values.values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, str) and self.targets:
                    self.add(one, depth + 1)


def environment_json(tree: Node, env: Environment) -> dict[str, object]:
    """Return the environment for the browser: what the form shows, and in ``records`` what the expression reads around it."""
    around = _Surroundings(tree, env)
    roots = {"record": env.record, "old": env.old, "candidate": env.candidate, "party": env.whose(), "line": env.line}
    for value in roots.values():
        around.add(value)
    for values in (env.input, env.effect, env.link, env.names):
        for one in values.values():
            around.add(one)

    def embedded(value: object) -> object:
        return record_json(value, around.related.get(value.id)) if isinstance(value, Record) else plain(value)

    return {
        "now": plain(env.now),
        "zone": str(env.zone),
        "actor": {
            "login": env.actor.login,
            "name": env.actor.name,
            "language": env.actor.language,
            "time_zone": env.actor.time_zone,
            "roles": sorted(env.actor.roles),
            "member_of": sorted(env.actor.member_of),
        },
        **{name: embedded(value) for name, value in roots.items() if value is not None},
        **{
            name: {key: embedded(value) for key, value in values.items()} for name, values in (("input", env.input), ("effect", env.effect), ("link", env.link))
        },
        "names": {name: embedded(value) for name, value in env.names.items()},
        "records": {id_: embedded(record) for id_, record in around.found.items()},
    }


def _record_types(type_: Type) -> tuple[str, ...]:
    item = type_.item if type_.base is Base.LIST and type_.item is not None else type_
    return item.entity_types if item.base is Base.RECORD else ()
