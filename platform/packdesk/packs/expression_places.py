"""Finds every expression of a document, with what the names that its place offers stand for."""

from collections.abc import Iterator

from packdesk.packs.expression_names import Thing, of_field, step
from packdesk.packs.index import Index
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Leaf, Map, Object, Role, Shape, Variants

Trail = tuple[str, ...]
_ROLES = (Role.EXPRESSION, Role.CONDITION, Role.VALUE)


def expressions(kind: str, document: Node) -> Iterator[tuple[Trail, Node]]:
    """Yield place and node of every expression; those that begin with ``=`` included."""
    yield from _walk(document, KINDS[kind], ())


def _walk(node: Node, shape: Shape | None, trail: Trail) -> Iterator[tuple[Trail, Node]]:
    if isinstance(shape, Leaf):
        if (
            shape.role in _ROLES
            and isinstance(node.value, str)
            and (shape.role is Role.EXPRESSION or (node.value.startswith("=") and not node.value.startswith("==")))
        ):
            yield trail, node
    elif isinstance(shape, Map):
        for key, member in node.members.items():
            yield from _walk(member, shape.member, (*trail, key))
    elif isinstance(shape, (Object, Variants)):
        whole = shape.merged if isinstance(shape, Variants) else shape
        for key, member in node.members.items():
            yield from _walk(member, whole.keys.get(key) or whole.rest, (*trail, key))


def roots(index: Index, kind: str, identifier: str, document: Node, trail: Trail) -> Iterator[dict[str, Thing]]:
    """Yield what the names stand for, once per entity type that the document is about."""
    shared = _shared(index, document, trail)
    if kind == "scenarios":
        yield {**shared, **_given(document)}
    types = index.types_of(kind, identifier, document)
    for entity_type in types:
        names = {**shared, "record": Thing("record", entity_type), "old": Thing("record", entity_type), "subtype": Thing("subtype", entity_type)}
        if kind == "actions":
            names["input"] = Thing("inputs", entity_type, identifier)
            if section := document.text_of("section"):
                names["section"] = Thing("sections", entity_type, section)
            names.update(_input_candidate(index, entity_type, document, trail))
        if kind == "entity_types" and len(trail) > 1:
            names.update(_inside(index, entity_type, document, trail))
        yield names
    if not types and kind != "scenarios":
        yield shared


def _shared(index: Index, document: Node, trail: Trail) -> dict[str, Thing]:
    """Return the names that do not depend on the document's entity type."""
    names: dict[str, Thing] = {}
    for entity_type, node in index.tree.documents["entity_types"].items():
        if (plays := node.get("plays")) is not None and "party" in plays.members:
            names["party"] = Thing("record", entity_type)
    holder = document
    for key in trail[:-1]:
        holder = holder.members.get(key, holder)
    if (thing := of_field(holder)) is not None:
        names["candidate"] = thing
    return names


def _inside(index: Index, entity_type: str, document: Node, trail: Trail) -> dict[str, Thing]:
    """Return the names inside a section, line group or relation of an entity type."""
    part, name = trail[0], trail[1]
    if part == "sections":
        return {"section": Thing("sections", entity_type, name)}
    if part == "lines":
        return {"line": Thing("lines", entity_type, name)}
    if part == "relations":
        relation = document.members["relations"].members[name]
        return {name: Thing("record", relation.text_of("to"))} if relation.text_of("to") in index.tree.documents["entity_types"] else {}
    return {}


def _input_candidate(index: Index, entity_type: str, document: Node, trail: Trail) -> dict[str, Thing]:
    if trail[0] != "inputs" or len(trail) < 2 or document.members["inputs"].members[trail[1]].get("type") is not None:
        return {}
    thing: Thing | None = Thing("record", entity_type)
    for name in trail[1].split("."):
        thing = step(index, thing, name)[1] if thing else None
    return {"candidate": thing} if thing else {}


def _given(document: Node) -> dict[str, Thing]:
    """Return the records of a scenario by their names."""
    names: dict[str, Thing] = {}
    for key, type_key in (("given", "entity_type"), ("when", "create")):
        found = document.get(key)
        for name, record in found.members.items() if found is not None else ():
            if entity_type := record.text_of(type_key):
                names[name] = Thing("record", entity_type)
    return names
