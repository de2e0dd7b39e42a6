"""Whatever says which id it had before is the only one that had it, and nothing has that id now.

Records follow a former id in one step: an id that two members exchange, or hand on while another takes it, would leave records
with a value that silently means something else.
"""

from collections.abc import Iterator, Mapping

from packdesk.errors import Problem
from packdesk.packs.index import Index
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Object, Shape
from packdesk.packs.tree import part


def check_former_ids(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with former ids, among documents of a kind and among the members of every map."""
    for kind, documents in index.tree.documents.items():
        if kind == "organisation":
            for members in index.organisation.values():
                yield from _among(members)
            continue
        families: dict[str, dict[str, Node]] = {}
        for name, node in documents.items():
            family, _, identifier = name.rpartition(".")
            families.setdefault(family, {})[identifier] = node
            yield from _within(node, KINDS[kind])
        for siblings in families.values():
            yield from _among(siblings)


def _within(node: Node, shape: Shape) -> Iterator[Problem]:
    if isinstance(shape, Map) and isinstance(shape.member, Object) and "renamed_from" in shape.member.keys:
        yield from _among(node.members)
    for key, member in node.members.items():
        inner = part(shape, key)
        if inner is not None:
            yield from _within(member, inner)


def _among(siblings: Mapping[str, Node]) -> Iterator[Problem]:
    heirs: dict[str, str] = {}
    for name, node in siblings.items():
        before = node.get("renamed_from")
        if before is None:
            continue
        if before.text in siblings:
            advice = "Remove one of the two; what is renamed gets an id that nothing had."
            yield before.problem("renamed_from_exists", f"'{name}' says it was '{before.text}', but that exists still.", advice)
        elif before.text in heirs:
            message = f"Both '{heirs[before.text]}' and '{name}' say they were '{before.text}'."
            yield before.problem("renamed_twice", message, "Only one can take over its values.")
        heirs.setdefault(before.text, name)
