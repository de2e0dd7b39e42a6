"""Changes one place of a document, given the keys and indexes that lead to it; everything else is shared with the original."""

from dataclasses import replace

from packdesk.packs.nodes import Node

Trail = tuple[str | int, ...]


def set_at(document: Node, trail: Trail, text: str, *, is_key: bool) -> Node:
    """Return the document with another text at a place, or another key for the member there."""
    head, rest = trail[0], trail[1:]
    if isinstance(document.value, list) and isinstance(head, int):
        items = list(document.value)
        items[head] = set_at(items[head], rest, text, is_key=is_key) if rest else _written(items[head], text)
        return document.having(items)
    members = document.members
    if head not in members:
        return document
    if not rest and is_key:
        return document.having({text if key == head else key: node for key, node in members.items()})
    return document.having(
        {key: (set_at(node, rest, text, is_key=is_key) if rest else _written(node, text)) if key == head else node for key, node in members.items()}
    )


def drop_at(document: Node, trail: Trail) -> Node:
    """Return the document without the member or item at a place."""
    head, rest = trail[0], trail[1:]
    if isinstance(document.value, list) and isinstance(head, int):
        if not rest:
            return document.having([item for index, item in enumerate(document.value) if index != head])
        return document.having([drop_at(item, rest) if index == head else item for index, item in enumerate(document.value)])
    members = document.members
    if head not in members:
        return document
    if not rest:
        return document.having({key: node for key, node in members.items() if key != head})
    return document.having({key: drop_at(node, rest) if key == head else node for key, node in members.items()})


def _written(node: Node, text: str) -> Node:
    """Return the node with a new text; the old one stays in its provenance."""
    return replace(node, value=text, overrides=(replace(node, overrides=()), *node.overrides))
