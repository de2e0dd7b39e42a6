"""The documents of all layers while they are merged: nodes by kind and id, and texts of other languages by path."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Object, Shape, Variants


@dataclass(slots=True)
class Tree:
    """What has been merged so far. Merging replaces nodes, never changes one."""

    language: str = "en"
    documents: dict[str, dict[str, Node]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    #: Language -> path -> key (``label``, ``message``, ...) -> text.
    texts: dict[str, dict[str, dict[str, Node]]] = field(default_factory=dict)
    #: (path of the original, path of the copy) for every ``like``.
    copies: list[tuple[str, str]] = field(default_factory=list)

    def all(self) -> Iterator[tuple[str, str, Node]]:
        """Yield kind, id and node of every document."""
        for kind, documents in self.documents.items():
            for identifier, node in documents.items():
                yield kind, identifier, node


def document_path(kind: str, identifier: str) -> str:
    """Return the path of a document; organisation documents make one, so their ids are left out."""
    return kind if kind == "organisation" else f"{kind}.{identifier}"


def part(shape: Shape, key: str) -> Shape | None:
    """Return the shape of a member of an object or map; None where there is none."""
    if isinstance(shape, Variants):
        shape = shape.merged
    if isinstance(shape, Object):
        return shape.keys.get(key) or shape.rest
    return shape.member if isinstance(shape, Map) else None
