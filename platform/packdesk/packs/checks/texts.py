"""Translations name paths and texts that exist."""

from collections.abc import Iterator

from packdesk.errors import Problem
from packdesk.packs.build_lists import PRIVACY_LEVELS
from packdesk.packs.index import Index
from packdesk.packs.languages import LANGUAGE_ADVICE, is_language
from packdesk.packs.names import nearest
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Leaf, Role, Shape
from packdesk.packs.tree import Tree, part

_ENGINE = frozenset({f"level_lists.privacy_level.levels.{level}" for level in PRIVACY_LEVELS} | {"level_lists.privacy_level"})


def _is_told(index: Index, path: str) -> bool:
    """Say whether the entity type that a path begins with is missing for a reason that is said where it belongs."""
    kind, _, rest = path.partition(".")
    entity_type = rest.partition(".")[0]
    return kind == "entity_types" and (index.unread(entity_type) or index.orphaned(entity_type) or entity_type in index.named_in_vain)


def check_texts(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with translations."""
    for language, texts in index.tree.texts.items():
        for path, words in texts.items():
            at = next(iter(words.values()), None)
            if at is None or path in _ENGINE:
                continue
            if not is_language(language):
                yield at.problem("unknown_language", f"'{language}' is not a language.", LANGUAGE_ADVICE)
                break
            found = find(index.tree, path)
            if isinstance(found, str) and _is_told(index, path):
                continue
            if isinstance(found, str):
                yield at.problem("unknown_path", f"The translation names '{path}', but there is no such thing.", "Name an existing path.", found)
                continue
            for key, word in words.items():
                shape = part(found, key)
                if not (isinstance(shape, Leaf) and shape.role is Role.TEXT):
                    yield word.problem("unknown_text", f"'{path}' has no text '{key}'.", "Remove it.", at_key=True)


def find(tree: Tree, path: str) -> Shape | str:
    """Return the shape of what stands at a path, or the nearest path that exists (empty when nothing is near)."""
    kind, _, rest = path.partition(".")
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        return f"{near}.{rest}" if near else ""
    documents = tree.documents[kind]
    if kind == "organisation":
        bodies = list(documents.values())
        return next((found for body in bodies if not isinstance(found := _descend(body, KINDS[kind], rest, kind), str)), "")
    for identifier, node in documents.items():
        if rest == identifier:
            return KINDS[kind]
        if rest.startswith(f"{identifier}."):
            return _descend(node, KINDS[kind], rest[len(identifier) + 1 :], f"{kind}.{identifier}")
    depth = 2 if kind == "subtypes" else 1
    parts = rest.split(".")
    near = nearest(".".join(parts[:depth]), documents)
    return ".".join([kind, near, *parts[depth:]]) if near else ""


def _descend(node: Node, shape: Shape, rest: str, so_far: str) -> Shape | str:
    if not rest:
        return shape
    names = node.members
    for key in sorted(names, key=len, reverse=True):
        inner = part(shape, key)
        if inner is not None and (rest == key or rest.startswith(f"{key}.")):
            return _descend(names[key], inner, rest[len(key) + 1 :], f"{so_far}.{key}")
    head, _, tail = rest.partition(".")
    near = nearest(head, names)
    return f"{so_far}.{near}{'.' if tail else ''}{tail}" if near else ""
