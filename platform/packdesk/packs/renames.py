"""Carries out ``$rename``: the member gets its new id and remembers the old one, and what the layers below say follows.

References follow by what they stand for, expressions through ``expression_names``, translations by their path.
"""

from collections.abc import Iterator

from packdesk.errors import Problem
from packdesk.packs.expression_names import rewrite
from packdesk.packs.expression_places import expressions, roots
from packdesk.packs.index import Index
from packdesk.packs.names import nearest
from packdesk.packs.nodes import Node
from packdesk.packs.read import Pack
from packdesk.packs.references import references
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Object, Shape
from packdesk.packs.trails import set_at
from packdesk.packs.tree import Tree, document_path, part

_Trail = tuple[str | int, ...]


class Renamer:
    """Renames members of the tree for one pack at a time."""

    def __init__(self, tree: Tree, writable: frozenset[str]) -> None:
        """Take the tree of the layers below, and the packs whose members may be renamed."""
        self.tree = tree
        self.writable = writable
        self.problems: list[Problem] = []

    def apply(self, pack: Pack) -> list[Problem]:
        """Carry out all renames of a pack; the outer ones first, so that inner ones are written under the new ids."""
        for verb in pack.verbs:
            if verb.verb == "$rename":
                for old, new in verb.node.members.items():
                    self._document(verb.kind, verb.prefix + old, verb.prefix + new.text, new, pack)
        for document in pack.documents:
            if document.patch and document.id in self.tree.documents[document.kind]:
                for trail, pairs in _pairs(document.node, KINDS[document.kind], ()):
                    for old, new in pairs.members.items():
                        self._member(document.kind, document.id, trail, old=old, new=new, pack=pack)
        return self.problems

    def _document(self, kind: str, old: str, new: str, at: Node, pack: Pack) -> None:
        documents = self.tree.documents[kind]
        if not self._possible(documents, old, new, at=at, where=kind, pack=pack):
            return
        edits = self._edits(f"{kind}.{old}", new.rpartition(".")[2])
        self.tree.documents[kind] = {
            new if name == old else name: self._marked(node, old.rpartition(".")[2], at, KINDS[kind]) if name == old else node
            for name, node in documents.items()
        }
        if kind == "entity_types":
            lifecycles = self.tree.documents["transitions"]
            self.tree.documents["transitions"] = {new if name == old else name: node for name, node in lifecycles.items()}
            subtypes = self.tree.documents["subtypes"]
            self.tree.documents["subtypes"] = {new + name[len(old) :] if name.startswith(f"{old}.") else name: node for name, node in subtypes.items()}
            for moved in ("transitions", "subtypes"):
                self._translations(f"{moved}.{old}", f"{moved}.{new}")
        self._translations(f"{kind}.{old}", f"{kind}.{new}")
        self._carry_out(edits, {(kind, old): (kind, new)}, old if kind == "entity_types" else "", new)

    def _member(self, kind: str, identifier: str, trail: _Trail, *, old: str, new: Node, pack: Pack) -> None:
        document = self.tree.documents[kind][identifier]
        holder: Node | None = document
        shape: Shape | None = KINDS[kind]
        for key in trail:
            shape = part(shape, str(key)) if shape is not None else None
            holder = holder.get(str(key)) if holder is not None else None
        path = ".".join([document_path(kind, identifier), *map(str, trail)])
        if holder is None or not isinstance(shape, Map) or not self._possible(holder.members, old, new.text, at=new, where=path, pack=pack):
            return
        edits = self._edits(f"{path}.{old}", new.text)
        renamed = {
            new.text if name == old else name: self._marked(node, old, new, shape.member) if name == old else node for name, node in holder.members.items()
        }
        self._carry_out(edits, {}, "", "")
        self.tree.documents[kind][identifier] = _renamed_keys(self.tree.documents[kind][identifier], trail, renamed, old, new.text)
        self._translations(f"{path}.{old}", f"{path}.{new.text}")

    def _possible(self, members: dict[str, Node], old: str, new: str, *, at: Node, where: str, pack: Pack) -> bool:
        target = members.get(old)
        if target is None:
            self.problems.append(at.problem("unknown_target", f"There is no '{old}' in {where} to rename.", "", nearest(old, members), at_key=True))
            return False
        if new in members:
            self.problems.append(at.problem("already_there", f"'{where}.{new}' exists already.", "Choose another id."))
            return False
        if target.source.pack not in self.writable:
            message = f"'{where}.{old}' is written by the pack '{target.source.pack}', on which this pack does not build."
            self.problems.append(at.problem("conflicting_packs", message, "Let one require the other, or remove one of the two."))
            return False
        sealed = target.get("sealed")
        if sealed is not None and sealed.value is True and sealed.source.pack != pack.info.id:
            self.problems.append(
                at.problem("sealed", f"'{where}.{old}' is sealed by the pack '{sealed.source.pack}' and cannot be renamed.", "Remove the change.")
            )
            return False
        return True

    @staticmethod
    def _marked(node: Node, old: str, at: Node, shape: Shape) -> Node:
        """Return the member with the id that it had, which the store needs to keep its values."""
        if isinstance(shape, Object) and "renamed_from" in shape.keys and isinstance(node.value, dict):
            return node.having({**node.value, "renamed_from": at.having(old)})
        return node

    def _edits(self, old: str, new_id: str) -> list[tuple[str, str, _Trail, bool, str]]:
        """Return (kind, id, trail, is key, new text) of everything that names the path; found before anything moves."""
        index = Index(self.tree)
        edits: list[tuple[str, str, _Trail, bool, str]] = []
        for reference in references(self.tree):
            for target in index.targets(reference):
                text = _renamed(reference.text, target, old, new_id, whole=reference.ref == "type_and_field")
                if text != reference.text:
                    edits.append((reference.kind, reference.id, reference.trail, reference.is_key, text))
                    break
        for kind, identifier, document in self.tree.all():
            for trail, node in expressions(kind, document):
                text = node.text
                for names in roots(index, kind, identifier, document, trail):
                    text = rewrite(text, names, index, old, new_id)
                if text != node.text:
                    edits.append((kind, identifier, trail, False, text))
        return edits

    def _carry_out(
        self,
        edits: list[tuple[str, str, _Trail, bool, str]],
        documents: dict[tuple[str, str], tuple[str, str]],
        old_type: str,
        new_type: str,
    ) -> None:
        """Apply edits found before, values first and keys from the inside out, to documents under their new ids."""
        for kind, identifier, trail, is_key, text in sorted(edits, key=lambda edit: (edit[3], -len(edit[2]))):
            kind_, where = documents.get((kind, identifier), (kind, identifier))
            if old_type and kind in ("transitions", "subtypes") and (where == old_type or where.startswith(f"{old_type}.")):
                where = new_type + where[len(old_type) :]
            self.tree.documents[kind_][where] = set_at(self.tree.documents[kind_][where], trail, text, is_key=is_key)

    def _translations(self, old: str, new: str) -> None:
        for language, texts in self.tree.texts.items():
            self.tree.texts[language] = {new + path[len(old) :] if path == old or path.startswith(f"{old}.") else path: words for path, words in texts.items()}


def _pairs(node: Node, shape: Shape, trail: _Trail) -> Iterator[tuple[_Trail, Node]]:
    """Yield every ``$rename`` of a patch with the place of its map, outer ones first."""
    if isinstance(shape, Map) and "$rename" in node.members:
        yield trail, node.members["$rename"]
    for key, member in node.members.items():
        inner = None if key.startswith("$") else part(shape, key)
        if inner is not None:
            yield from _pairs(member, inner, (*trail, key))


def _renamed(text: str, target: str, old: str, new_id: str, *, whole: bool) -> str:
    """Return the name with the segment replaced that stands for the renamed path."""
    old_id = old.rpartition(".")[2]
    segments = text.split(".")
    if target == old:
        return ".".join([*segments[:-1], new_id])
    is_container = target.startswith(f"{old}.") and len(segments) > 1 and segments[0] == old_id
    if is_container and (whole or old.count(".") > 1):
        return ".".join([new_id, *segments[1:]])
    if whole and target.startswith(f"{old}.") and len(segments) > 2 and segments[1] == old_id:
        return ".".join([segments[0], new_id, *segments[2:]])
    return text


def _renamed_keys(document: Node, trail: _Trail, renamed: dict[str, Node], old: str, new: str) -> Node:
    """Return the document with one key of the map at the trail renamed, what was edited inside it meanwhile kept."""
    if not trail:
        members = {new if key == old else key: node for key, node in document.members.items()}
        if new in renamed and "renamed_from" in renamed[new].members and isinstance(members[new].value, dict):
            members[new] = members[new].having({**members[new].members, "renamed_from": renamed[new].members["renamed_from"]})
        return document.having(members)
    head = str(trail[0])
    return document.having({key: _renamed_keys(node, trail[1:], renamed, old, new) if key == head else node for key, node in document.members.items()})
