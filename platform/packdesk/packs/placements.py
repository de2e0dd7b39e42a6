"""Takes away, with what a layer removed, the places where the layers below only showed or listed it.

Columns, blocks, tabs, flags, choices, permits and translations go; expressions, effects and rules stay and are problems.
"""

from collections.abc import Iterator, Mapping, Sequence

from packdesk.errors import Problem
from packdesk.packs.index import Index
from packdesk.packs.names import listed
from packdesk.packs.nodes import Node
from packdesk.packs.references import Reference, references
from packdesk.packs.trails import drop_at
from packdesk.packs.tree import Tree, document_path

#: (kind, what is named) -> how many levels above the name the placement stands; 0 is the name itself.
_PLACEMENTS = {
    ("views", "field"): 0,
    ("views", "type_action"): 0,
    ("views", "tab"): 0,
    ("views", "embed"): 1,
    ("roles", "entity_type"): 0,
    ("roles", "type_and_field"): 0,
    ("transitions", "field"): 0,
    ("subtypes", "status"): 0,
    ("subtypes", "choice"): 0,
    ("subtypes", "subtype_field"): 0,
    ("subtypes", "entity_type"): 0,
    ("subtypes", "child_subtype"): 0,
    ("actions", "input"): 0,
    ("actions", "entity_type"): 0,
    ("organisation", "entity_type"): 0,
}

#: Allowed lists of subtypes: what stands there is in use.
_ALLOWED = frozenset({("subtypes", "status"), ("subtypes", "choice"), ("subtypes", "child_subtype")})


def drop_placements(tree: Tree, before: Tree, removed: Sequence[str]) -> None:
    """Remove from the tree what placed the removed paths, as the tree stood before they went."""
    index = Index(before)
    gone = [reference for reference in references(before) if _places(index, reference, removed)]
    for reference in sorted(gone, key=lambda found: (len(found.trail), [str(step).zfill(6) for step in found.trail]), reverse=True):
        documents = tree.documents[reference.kind]
        if reference.id in documents:
            above = _PLACEMENTS[reference.kind, reference.ref]
            documents[reference.id] = drop_at(documents[reference.id], reference.trail[: len(reference.trail) - above])
    for path in removed:
        kind, _, identifier = path.partition(".")
        if kind == "entity_types" and "." not in identifier:
            _drop_documents(tree, identifier)
        for texts in tree.texts.values():
            for where in [where for where in texts if _within(where, path)]:
                del texts[where]


def still_allowed(tree: Tree, before: Tree, removed: Mapping[str, Node]) -> Iterator[Problem]:
    """Yield a problem for every removed status, member of a list or subtype that some type still allows (GEN-19)."""
    index = Index(before)
    allowing: dict[str, list[str]] = {}
    for reference in references(before):
        if (reference.kind, reference.ref) in _ALLOWED and _allows(tree, reference):
            for path in removed:
                if any(_within(target, path) for target in index.targets(reference)):
                    allowing.setdefault(path, []).append(f"{document_path(reference.kind, reference.id)}.{_list_of(reference)}")
    for path, lists in allowing.items():
        message = f"'{path}' cannot be removed while a type allows it: {listed(dict.fromkeys(lists))}."
        yield removed[path].problem("still_allowed", message, 'Remove it there as well, or retire it with "effective": false.')


def _list_of(reference: Reference) -> str:
    return ".".join(str(step) for step in reference.trail[:-1])


def _allows(tree: Tree, reference: Reference) -> bool:
    """Return whether the name still stands in the allowed list of its subtype."""
    if reference.ref == "status" and reference.trail[0] != "statuses":
        return False
    node = tree.documents[reference.kind].get(reference.id)
    for step in reference.trail[:-1]:
        node = node.get(str(step)) if node is not None else None
    return node is not None and (reference.text in node.members or reference.text in (item.text for item in node.items))


def _places(index: Index, reference: Reference, removed: Sequence[str]) -> bool:
    if (reference.kind, reference.ref) not in _PLACEMENTS:
        return False
    if (reference.kind, reference.ref) == ("subtypes", "status") and reference.trail[0] != "statuses":
        return False
    return any(_within(target, path) for target in index.targets(reference) for path in removed)


def _within(path: str, removed: str) -> bool:
    return path == removed or path.startswith(f"{removed}.")


def _drop_documents(tree: Tree, entity_type: str) -> None:
    """Remove the lifecycle, subtypes, views and actions that only the removed entity type had."""
    tree.documents["transitions"].pop(entity_type, None)
    for name in [name for name in tree.documents["subtypes"] if name.startswith(f"{entity_type}.")]:
        del tree.documents["subtypes"][name]
    for name in [name for name, node in tree.documents["views"].items() if node.text_of("entity_type") == entity_type]:
        del tree.documents["views"][name]
    for name, node in list(tree.documents["actions"].items()):
        types = node.get("entity_types")
        if types is not None and not types.items:
            del tree.documents["actions"][name]
