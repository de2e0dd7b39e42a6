"""Finds every place where a document names something: the shapes say what a text names, this walks documents along them."""

from collections.abc import Iterator
from dataclasses import dataclass

from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Leaf, Map, Object, Role, Sequence, Shape, Variants
from packdesk.packs.tree import Tree

#: Before what a key names, for the literal under it: perhaps the id of a member of the field's list.
LITERAL = "literal:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One name in a document that stands for something declared elsewhere."""

    kind: str
    #: Id of the document.
    id: str
    #: The whole document.
    document: Node
    #: What the name stands for: ``status``, ``field``, ...
    ref: str
    text: str
    #: The value, or the member whose key is the name.
    node: Node
    #: Keys and indexes that lead from the document to the value, or to the member with the key.
    trail: tuple[str | int, ...]
    is_key: bool = False

    def around(self, levels: int) -> Node:
        """Return the node that many levels above the value."""
        node = self.document
        for step in self.trail[: len(self.trail) - levels]:
            node = node.members[step] if isinstance(step, str) else node.items[step]
        return node


def references(tree: Tree) -> Iterator[Reference]:
    """Yield every reference of every document."""
    for kind, identifier, node in tree.all():
        yield from of_document(kind, identifier, node)


def of_document(kind: str, identifier: str, document: Node) -> Iterator[Reference]:
    """Yield the references of one document."""
    for ref, text, node, trail, is_key in _walk(document, KINDS[kind], ()):
        yield Reference(kind=kind, id=identifier, document=document, ref=ref, text=text, node=node, trail=trail, is_key=is_key)


_Found = tuple[str, str, Node, tuple[str | int, ...], bool]


def _walk(node: Node, shape: Shape, trail: tuple[str | int, ...]) -> Iterator[_Found]:
    if isinstance(shape, Leaf):
        if shape.ref and isinstance(node.value, str) and not node.value.startswith("="):
            yield shape.ref, node.value, node, trail, False
    elif isinstance(shape, Sequence):
        if shape.item.ref:
            for index, item in enumerate(node.items):
                yield shape.item.ref, item.text, item, (*trail, index), False
    elif isinstance(shape, Map):
        yield from _walk_map(node, shape, trail)
    else:
        yield from _walk_object(node, shape.of(node.text_of(shape.key)) if isinstance(shape, Variants) else shape, trail)


def _walk_map(node: Node, shape: Map, trail: tuple[str | int, ...]) -> Iterator[_Found]:
    is_value = isinstance(shape.member, Leaf) and shape.member.role is Role.VALUE
    for key, member in node.members.items():
        if shape.ref:
            yield shape.ref, key, member, (*trail, key), True
        if not is_value:
            yield from _walk(member, shape.member, (*trail, key))
        elif shape.ref and isinstance(member.value, str) and not member.value.startswith("="):
            yield f"{LITERAL}{shape.ref}", member.value, member, (*trail, key), False


def _walk_object(node: Node, shape: Object, trail: tuple[str | int, ...]) -> Iterator[_Found]:
    for key, member in node.members.items():
        part = shape.keys.get(key)
        if part is not None:
            yield from _walk(member, part, (*trail, key))
        else:
            yield shape.rest_ref, key, member, (*trail, key), True
