"""The order in which derived fields are computed, which of them the clock moves, and who must be recomputed after a change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from packdesk.runtime.expressions import tree
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.tree import Node
from packdesk.runtime.expressions.types import Base

#: Name under which the derived state of a lifecycle stands among the derived fields.
STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a path from a derived field's record to what it reads: see ``expressions.catalogue.Connection``.

    ``how`` is ``reference`` for a reference field of ``holder``; else the connection's own word.
    """

    holder: str
    stored: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """A stored derived field that reads something of another record, and the hops that lead from its record to that one."""

    entity_type: str
    path: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Derived fields of one type, each after those of its own record that it reads."""

    stored: tuple[str, ...]
    on_read: tuple[str, ...]
    #: Paths that need one another; empty when all is well.
    cycle: tuple[str, ...]


def own_reads(compiled: Compiled) -> frozenset[str]:
    """Return the field paths and line groups of its own record that an expression reads."""
    found = set()
    for node in compiled.tree.walk():
        if isinstance(node, tree.Field | tree.Lines) and isinstance(node.target, tree.Root) and node.target.name == "record":
            found.add(node.path if isinstance(node, tree.Field) else node.group)
    return frozenset(found)


def order(derived: Mapping[str, Compiled]) -> Order:
    """Order the derived fields of one type; what reads a field that the clock moves is moved by it too."""
    needs = {path: [other for other in own_reads(compiled) if other in derived and other != path] for path, compiled in derived.items()}
    selfish = tuple(path for path, compiled in derived.items() if path in own_reads(compiled))
    try:
        sequence = tuple(TopologicalSorter(needs).static_order())
    except CycleError as cycle:
        return Order(stored=tuple(derived), on_read=(), cycle=tuple(cycle.args[1]))
    moved: set[str] = set()
    for path in sequence:
        if derived[path].reads_now or moved.intersection(needs[path]):
            moved.add(path)
    return Order(stored=tuple(path for path in sequence if path not in moved), on_read=tuple(path for path in sequence if path in moved), cycle=selfish[:1] * 2)


def _ways(node: Node, variables: Mapping[str, Node]) -> tuple[tuple[Hop, ...], ...]:
    """Return the ways from the record to those that a node may stand for: one for each entity type on the way; none when it begins elsewhere.

    ``variables`` are the lists that the variables of macros run over.
    """
    node = _behind(node, variables)
    match node:
        case tree.Root(name="record"):
            return ((),)
        case tree.Field() if node.type.base in (Base.RECORD, Base.LIST):
            owners = node.target.type.entity_types
            return tuple((*before, Hop(holder=owner, stored=node.path, how="reference")) for before in _ways(node.target, variables) for owner in owners)
        case tree.PartyOf():
            held = [(Hop(holder=owner, stored=path, how="reference"),) if path else () for owner, path in node.paths.items()]
            return tuple(dict.fromkeys((*before, *hop) for before in _ways(node.target, variables) for hop in held))
        case tree.Related():
            return tuple((*before, Hop(holder=node.holder, stored=node.stored, how=node.how)) for before in _ways(node.target, variables))
        case tree.Conditional() | tree.Call():
            return tuple(dict.fromkeys(way for child in node.children() for way in _ways(child, variables) if way))
        case _:
            return ()


def _behind(node: Node, variables: Mapping[str, Node]) -> Node:
    """Return what a variable runs over, and what a macro's items are."""
    while isinstance(node, tree.Macro) or (isinstance(node, tree.Variable) and node.name in variables):
        node = variables[node.name] if isinstance(node, tree.Variable) else node.body if node.name == "map" else node.source
    return node


def _bound(compiled: Compiled) -> dict[str, Node]:
    return {node.variable: node.source for node in compiled.tree.walk() if isinstance(node, tree.Macro)}


def reads_elsewhere(compiled: Compiled) -> Iterable[tuple[str, str, tuple[Hop, ...]]]:
    """Yield what an expression reads of other records: entity type, field path (empty: that there is such a record at all), the way."""
    variables = _bound(compiled)
    for node in compiled.tree.walk():
        if isinstance(node, tree.Related):
            targets = node.type.entity_types or (node.type.item.entity_types if node.type.item is not None else ())
            yield from ((target, "", way) for way in _ways(node, variables) if way for target in targets)
        if isinstance(node, tree.Field | tree.Lines):
            path = node.path if isinstance(node, tree.Field) else node.group
            yield from ((owner, path, way) for way in _ways(node.target, variables) if way for owner in node.target.type.entity_types)


def reverse_index(derived: Mapping[str, Mapping[str, Compiled]]) -> Mapping[str, Mapping[str, tuple[Dependent, ...]]]:
    """Return for each entity type and field path the stored derived fields of other records that read it.

    ``derived`` holds the compiled derived fields by entity type and path. A path is empty where the mere existence of a record counts.
    """
    found: dict[str, dict[str, dict[Dependent, None]]] = {}
    for entity_type, fields in derived.items():
        for path, compiled in fields.items():
            for target, read, way in reads_elsewhere(compiled):
                found.setdefault(target, {}).setdefault(read, {})[Dependent(entity_type=entity_type, path=path, hops=way)] = None
    return {target: {read: tuple(dependents) for read, dependents in of.items()} for target, of in found.items()}
