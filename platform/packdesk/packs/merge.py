"""Merges packs in layers: each patches what the layers below it say, and nothing is overwritten by accident.

In: packs as read, in order. Out: one tree of nodes that remember their place and what they overrode, and problems. A patch
needs its target; new members stand under ``$add``; two packs that do not build on each other never write the same leaf.
"""

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import replace

from packdesk.errors import Problem
from packdesk.packs.merged import Merged
from packdesk.packs.names import nearest
from packdesk.packs.nodes import Node
from packdesk.packs.placements import drop_placements, still_allowed
from packdesk.packs.read import Document, Pack, Verb
from packdesk.packs.renames import Renamer
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Leaf, Map, Object, Role, Sequence, Shape, Variants
from packdesk.packs.tree import Tree, document_path, part

__all__ = ["Merged", "merge"]


def merge(packs: Many[Pack]) -> tuple[Tree, tuple[Problem, ...]]:
    """Return the tree of all packs together, which must be ordered so that each follows what it requires."""
    tree = Tree(language=packs[0].info.language if packs else "en")
    problems: list[Problem] = []
    below: dict[str, frozenset[str]] = {}
    for pack in packs:
        below[pack.info.id] = frozenset(pack.requires).union(*(below.get(need, frozenset()) for need in pack.requires))
        layer = _Layer(tree, pack, below[pack.info.id] | {pack.info.id})
        layer.apply()
        problems.extend(layer.problems)
    _translate_copies(tree)
    return tree, tuple(problems)


class _Layer:
    """One pack on its way into the tree."""

    def __init__(self, tree: Tree, pack: Pack, writable: frozenset[str]) -> None:
        self.tree = tree
        self.pack = pack
        #: Packs whose leaves this one may overwrite: itself and what it builds on.
        self.writable = writable
        self.problems: list[Problem] = []
        #: Path of what this pack removed -> where it says so.
        self.removed: dict[str, Node] = {}
        self.foreign = pack.info.language != tree.language

    def apply(self) -> None:
        """Bring the pack in: renames, removals, new documents, then patches."""
        renamer = Renamer(self.tree, self.writable)
        self.problems.extend(renamer.apply(self.pack))
        before = replace(self.tree, documents={kind: dict(documents) for kind, documents in self.tree.documents.items()})
        for verb in self.pack.verbs:
            if verb.verb != "$rename":
                self._document_verb(verb)
        new = {(document.kind, document.id): document for document in self.pack.documents if not document.patch}
        for document in self.pack.documents:
            if document.kind == "locale":
                self._locale(document)
            elif not document.patch:
                self._add_document(document, new)
        for document in self.pack.documents:
            if document.patch and document.kind != "locale":
                self._patch_document(document)
        if self.removed:
            self.problems.extend(still_allowed(self.tree, before, self.removed))
            drop_placements(self.tree, before, tuple(self.removed))

    def _refuse(self, node: Node, code: str, message: str, advice: str = "", did_you_mean: str = "", *, at_key: bool = False) -> None:
        self.problems.append(node.problem(code, message, advice, did_you_mean, at_key=at_key))

    # documents

    def _document_verb(self, verb: Verb) -> None:
        documents = self.tree.documents[verb.kind]
        names = [item.text for item in verb.node.items] if verb.verb == "$remove" else list(verb.node.members)
        for index, name in enumerate(names):
            at = verb.node.items[index] if verb.verb == "$remove" else verb.node.members[name]
            identifier = verb.prefix + name
            if (target := documents.get(identifier)) is None:
                self._unknown(at, verb.kind, identifier, documents, at_key=verb.verb == "$replace")
            elif self._may_change(target, at, f"{verb.kind}.{identifier}") and self._may_drop(target, at, f"{verb.kind}.{identifier}"):
                if verb.verb == "$remove":
                    del documents[identifier]
                    self.removed[document_path(verb.kind, identifier)] = at
                else:
                    fresh = self._adopt(at, KINDS[verb.kind], document_path(verb.kind, identifier), {})
                    documents[identifier] = replace(fresh, overrides=_chain(target))

    def _add_document(self, document: Document, new: Mapping[tuple[str, str], Document], via: tuple[str, ...] = ()) -> Node | None:
        documents = self.tree.documents[document.kind]
        existing = documents.get(document.id)
        if existing is not None:
            if existing.source.pack != self.pack.info.id:
                self._exists(document.node, f"{document.kind} '{document.id}'", existing)
            return existing
        path = document_path(document.kind, document.id)
        like = document.node.get("like")
        if like is None:
            node = self._adopt(document.node, KINDS[document.kind], path, {})
        else:
            original_id = document.id.rpartition(".")[0] + "." + like.text if document.kind == "subtypes" else like.text
            if document.id in via:
                self._refuse(like, "cyclic_like", f"'{document.id}' is like itself by way of {', '.join(via)}.", "Write one of them out.")
                return None
            wanted = new.get((document.kind, original_id))
            original = self._add_document(wanted, new, (*via, document.id)) if wanted else documents.get(original_id)
            if original is None:
                if not any(problem.code == "cyclic_like" for problem in self.problems):
                    self._refuse(like, "unknown_like", f"There is no {document.kind} '{original_id}' to be like.", "", nearest(original_id, documents))
                return None
            node = self._like(document.node, original, KINDS[document.kind], document_path(document.kind, original_id), path)
        documents[document.id] = node
        return node

    def _patch_document(self, document: Document) -> None:
        documents = self.tree.documents[document.kind]
        target = documents.get(document.id)
        if target is None:
            self._unknown(document.node, document.kind, document.id, documents)
        elif self._may_change(target, document.node, f"{document.kind}.{document.id}"):
            documents[document.id] = self._patch(target, document.node, KINDS[document.kind], document_path(document.kind, document.id))

    def _locale(self, document: Document) -> None:
        labels = document.node.get("labels")
        for path, texts in labels.members.items() if labels else ():
            if path in ("$remove", "$replace"):
                for where in texts.members or [item.text for item in texts.items]:
                    self.tree.texts.get(document.id, {}).pop(where, None)
            for where, words in (texts.members if path.startswith("$") else {path: texts}).items():
                for key, text in words.members.items():
                    self._text(document.id, where, key, text)

    def _text(self, language: str, path: str, key: str, node: Node) -> None:
        texts = self.tree.texts.setdefault(language, {}).setdefault(path, {})
        texts[key] = self._write(texts[key], node, f"{path}.{key}") if key in texts else node

    # new members

    def _adopt(self, node: Node, shape: Shape, path: str, siblings: Mapping[str, Node]) -> Node:
        """Return a new member as it enters the tree: copies made, order kept, texts of another language set aside."""
        if isinstance(shape, Map):
            members: dict[str, Node] = {}
            for key, member in node.members.items():
                members = self._place(members, key, self._adopt_member(member, key, shape, path, {**siblings, **node.members}))
            return node.having(members)
        if isinstance(shape, (Object, Variants)):
            kept: dict[str, Node] = {}
            for key, member, inner in _parts(node, shape):
                if self.foreign and isinstance(inner, Leaf) and inner.role is Role.TEXT:
                    self._text(self.pack.info.language, path, key, member)
                else:
                    kept[key] = self._adopt(member, inner, f"{path}.{key}", {})
            return node.having(kept)
        return node

    def _adopt_member(self, member: Node, key: str, shape: Map, path: str, siblings: Mapping[str, Node], *, via: tuple[str, ...] = ()) -> Node:
        like = member.get("like")
        if like is None:
            return self._adopt(member, shape.member, f"{path}.{key}", {})
        original = siblings.get(like.text)
        if key in via or original is member:
            self._refuse(like, "cyclic_like", f"'{key}' is like itself.", "Write one of them out.")
            return member.having({})
        if original is None:
            self._refuse(
                like, "unknown_like", f"There is no '{like.text}' beside it to be like.", "", nearest(like.text, [name for name in siblings if name != key])
            )
            return member.having({})
        if "like" in original.members:
            original = self._adopt_member(original, like.text, shape, path, siblings, via=(*via, key))
        return self._like(member, original, shape.member, f"{path}.{like.text}", f"{path}.{key}")

    def _like(self, node: Node, original: Node, shape: Shape, original_path: str, path: str) -> Node:
        hidden = ("sealed", "deprecated", "renamed_from", "after", "default" if shape is KINDS["subtypes"] else "like")
        copy = original.having({key: member for key, member in original.members.items() if key not in hidden})
        copy = replace(copy, source=node.source, offset=node.offset, key_offset=node.key_offset, pointer=node.pointer)
        self.tree.copies.append((original_path, path))
        rest = node.having({key: member for key, member in node.members.items() if key != "like"})
        return self._patch(copy, rest, shape, path)

    def _place(self, members: dict[str, Node], key: str, member: Node) -> dict[str, Node]:
        """Return the members with one added at the end, or behind the sibling that its ``after`` names."""
        after = member.get("after")
        if after is None or not isinstance(after.value, str):
            return {**members, key: member} if key not in members else {name: member if name == key else old for name, old in members.items()}
        member = member.having({name: value for name, value in member.members.items() if name != "after"})
        others = {name: old for name, old in members.items() if name != key}
        if after.text not in others:
            self._refuse(
                after, "unknown_after", f"There is no '{after.text}' to stand behind.", "Name a sibling, or leave 'after' out.", nearest(after.text, others)
            )
            return {**others, key: member}
        placed: dict[str, Node] = {}
        for name, old in others.items():
            placed[name] = old
            if name == after.text:
                placed[key] = member
        return placed

    # patches

    def _patch(self, target: Node, patch: Node, shape: Shape, path: str) -> Node:
        if isinstance(shape, Map):
            return self._patch_map(target, patch, shape, path)
        if isinstance(shape, Sequence):
            return self._patch_list(target, patch, path)
        if isinstance(shape, Leaf):
            return self._write(target, patch, path)
        members = dict(target.members)
        for key, member, inner in _parts(patch, shape):
            if isinstance(inner, Leaf) and inner.role is Role.TEXT and self.foreign:
                self._text(self.pack.info.language, path, key, member)
            elif key in members:
                members[key] = self._patch(members[key], member, inner, f"{path}.{key}")
            elif isinstance(inner, Leaf):
                members[key] = member
            else:
                empty: list[Node] | dict[str, Node] = [] if isinstance(inner, Sequence) else {}
                members[key] = self._patch(member.having(empty), member, inner, f"{path}.{key}")
        return target.having(members)

    def _write(self, target: Node, patch: Node, path: str) -> Node:
        if target.source.pack not in self.writable:
            self._refuse(
                patch,
                "conflicting_packs",
                f"'{path}' is also written by the pack '{target.source.pack}' ({target.source.file}:{target.source.position(target.offset)[0]}), and neither builds on the other.",
                "Let one require the other, or remove one of the two.",
            )
            return target
        return replace(patch, overrides=_chain(target))

    def _patch_list(self, target: Node, patch: Node, path: str) -> Node:
        if isinstance(patch.value, list):
            return patch if not target.items and target.source is patch.source else self._write(target, patch, path)
        items = list(target.items)
        gone = patch.members.get("$remove")
        for item in gone.items if gone else ():
            kept = [old for old in items if old.value != item.value]
            if len(kept) == len(items):
                self._refuse(
                    item, "unknown_target", f"'{item.value}' is not in the list '{path}'.", "", nearest(str(item.value), [str(old.value) for old in items])
                )
            items = kept
        more = patch.members.get("$append")
        for item in more.items if more else ():
            if any(old.value == item.value for old in items):
                self._refuse(item, "already_there", f"'{item.value}' is in the list '{path}' already.", "Leave it out.")
            else:
                items.append(item)
        return replace(patch, value=items, overrides=_chain(target) if target.source is not patch.source else ())

    def _patch_map(self, target: Node, patch: Node, shape: Map, path: str) -> Node:
        members = self._without_removed(target, patch, path)
        members = self._with_replaced(members, patch, shape, path)
        for key, member in patch.members.items():
            if key.startswith("$"):
                continue
            if (old := members.get(key)) is None:
                self._missing_member(member, key, path, members)
            elif self._may_change(old, member, f"{path}.{key}"):
                members = self._place(members, key, self._patch(old, member, shape.member, f"{path}.{key}"))
        return target.having(self._with_added(members, patch, shape, path))

    def _without_removed(self, target: Node, patch: Node, path: str) -> dict[str, Node]:
        members = dict(target.members)
        for name in patch.members.get("$remove", patch.having([])).items:
            if (old := members.get(name.text)) is None:
                self._unknown(name, path, name.text, members)
            elif self._may_change(old, name, f"{path}.{name.text}") and self._may_drop(old, name, f"{path}.{name.text}"):
                del members[name.text]
                self.removed[f"{path}.{name.text}"] = name
        return members

    def _with_replaced(self, members: dict[str, Node], patch: Node, shape: Map, path: str) -> dict[str, Node]:
        for key, member in patch.members.get("$replace", patch.having({})).members.items():
            if (old := members.get(key)) is None:
                self._unknown(member, path, key, members, at_key=True)
            elif self._may_change(old, member, f"{path}.{key}") and self._may_drop(old, member, f"{path}.{key}"):
                fresh = self._adopt_member(member, key, shape, path, members)
                members = self._place(members, key, replace(fresh, overrides=_chain(old)))
        return members

    def _with_added(self, members: dict[str, Node], patch: Node, shape: Map, path: str) -> dict[str, Node]:
        added = patch.members.get("$add", patch.having({}))
        for key, member in added.members.items():
            if (old := members.get(key)) is not None:
                self._exists(member, f"'{path}.{key}'", old, at_key=True)
            else:
                fresh = self._adopt_member(member, key, shape, path, {**members, **added.members})
                members = self._place(members, key, fresh)
        return members

    # refusals

    def _may_change(self, target: Node, at: Node, path: str) -> bool:
        sealed = target.get("sealed")
        if sealed is not None and sealed.value is True and target.source.pack != self.pack.info.id:
            self._refuse(at, "sealed", f"'{path}' is sealed by the pack '{sealed.source.pack}' and cannot be changed.", "Remove the change.")
            return False
        return True

    def _may_drop(self, target: Node, at: Node, path: str) -> bool:
        for where, node in target.walk(path):
            if node.source.pack not in self.writable:
                self._refuse(
                    at,
                    "conflicting_packs",
                    f"'{where}' is written by the pack '{node.source.pack}', on which this pack does not build.",
                    "Let one require the other, or remove one of the two.",
                )
                return False
        return True

    def _unknown(self, node: Node, where: str, name: str, known: Mapping[str, Node], *, at_key: bool = False) -> None:
        self._refuse(
            node,
            "unknown_target",
            f"There is no '{name}' in {where} to change.",
            "Patch what exists; a new document says 'id'.",
            nearest(name, known),
            at_key=at_key,
        )

    def _missing_member(self, node: Node, key: str, path: str, known: Mapping[str, Node]) -> None:
        self._refuse(node, "unknown_target", f"There is no '{key}' in {path} to change.", "Put a new member under $add.", nearest(key, known), at_key=True)

    def _exists(self, node: Node, what: str, old: Node, *, at_key: bool = False) -> None:
        place = f"pack '{old.source.pack}' ({old.source.file}:{old.source.position(old.offset)[0]})"
        if old.source.pack in self.writable:
            self._refuse(node, "already_there", f"{what} exists already in the {place}.", "Patch it, or choose another id.", at_key=at_key)
        else:
            self._refuse(
                node,
                "conflicting_packs",
                f"{what} is also added by the {place}, and neither builds on the other.",
                "Let one require the other, or choose another id.",
                at_key=at_key,
            )


def _chain(target: Node) -> tuple[Node, ...]:
    return (replace(target, overrides=()), *target.overrides)


def _parts(node: Node, shape: Shape) -> list[tuple[str, Node, Shape]]:
    """Return the members that are kept, with their shapes: ``like`` has done its work by then."""
    return [(key, member, inner) for key, member in node.members.items() if key != "like" and (inner := part(shape, key)) is not None]


def _translate_copies(tree: Tree) -> None:
    """Give the copies made by ``like`` the translations of their originals where they have none and say the same."""
    for original, copy in tree.copies:
        for texts in tree.texts.values():
            for path in [path for path in texts if path == original or path.startswith(f"{original}.")]:
                if path != original:
                    texts.setdefault(copy + path[len(original) :], dict(texts[path]))
