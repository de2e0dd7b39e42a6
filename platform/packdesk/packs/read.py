"""Reads a pack: its manifest and its documents, held against their shapes. The kind of a document is the folder it lies in."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from packdesk.errors import Problem
from packdesk.model.model import PackInfo
from packdesk.packs.conform import Conformity
from packdesk.packs.languages import LANGUAGE_ADVICE, is_language
from packdesk.packs.names import is_id, listed, nearest
from packdesk.packs.nodes import Node, Source
from packdesk.packs.positions import read_json
from packdesk.packs.schemas.catalogue import KINDS, LATER_KINDS, PACK_SHAPE
from packdesk.packs.sources import MANIFEST, PackSource
from packdesk.packs.versions import is_range

#: The format that this engine reads.
FORMAT = 1
_MAP_VERBS = ("$remove", "$rename", "$replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as written: new, or a patch on one that exists."""

    kind: str
    #: Id; of a subtype ``<entity type>.<subtype>``.
    id: str
    node: Node
    patch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """``$remove``, ``$rename`` or ``$replace`` on whole documents of a kind."""

    kind: str
    #: Entity type of subtypes, with a dot; else empty.
    prefix: str
    verb: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack as read."""

    info: PackInfo
    manifest: Node
    requires: dict[str, Node]
    documents: tuple[Document, ...]
    verbs: tuple[Verb, ...]


def read_pack(source: PackSource) -> tuple[Pack | None, tuple[Problem, ...]]:
    """Return the pack (None without a usable manifest) and everything that is wrong in its files."""
    files = sorted(source.files())
    manifest_data = next((data for path, data in files if path == MANIFEST), None)
    if manifest_data is None:
        problem = Problem(
            code="no_manifest",
            message=f"The pack '{source.name}' has no {MANIFEST}.",
            advice="Add one with id, version and format.",
            pack=source.name,
            file=MANIFEST,
        )
        return None, (problem,)
    manifest = read_json(manifest_data, Source(MANIFEST, source.name))
    if isinstance(manifest, Problem):
        return None, (manifest,)
    if (identifier := manifest.text_of("id")) != source.name and isinstance(
        named := read_json(manifest_data, Source(MANIFEST, identifier or source.name)), Node
    ):
        manifest = named
    reader = _Reader(manifest, source.name)
    if reader.info is None:
        return None, tuple(reader.conformity.problems)
    for path, data in files:
        if path != MANIFEST and path.endswith(".json"):
            reader.file(reader.info, path, data)
    pack = Pack(info=reader.info, manifest=manifest, requires=reader.requires, documents=tuple(reader.documents.values()), verbs=tuple(reader.verbs))
    return pack, tuple(reader.conformity.problems)


class _Reader:
    """Gathers the documents of one pack."""

    def __init__(self, manifest: Node, name: str) -> None:
        self.conformity = Conformity()
        self.documents: dict[tuple[str, str, bool], Document] = {}
        self.verbs: list[Verb] = []
        self.requires: dict[str, Node] = {}
        self.info = self._manifest(manifest, name)

    def _manifest(self, manifest: Node, name: str) -> PackInfo | None:
        checked = self.conformity.document(manifest, PACK_SHAPE, patch=False)
        if self.conformity.problems:
            return None
        format_ = checked.members["format"]
        if isinstance(format_.value, int) and format_.value > FORMAT:
            self.conformity.problems.append(
                format_.problem("newer_format", f"The pack '{name}' has format {format_.value}; this platform reads up to {FORMAT}.", "Update the platform.")
            )
            return None
        plugins = checked.members.get("plugins")
        self.requires = checked.members["requires"].members if "requires" in checked.members else {}
        for wanted in [*self.requires.values(), *(plugins.members.values() if plugins else ())]:
            if not is_range(wanted.text):
                self.conformity.problems.append(wanted.problem("bad_range", f"'{wanted.text}' is not a range of versions.", "Write it like '>=1,<2'."))
        language = checked.get("language")
        if language is not None and not is_language(language.text):
            self.conformity.problems.append(language.problem("unknown_language", f"'{language.text}' is not a language.", LANGUAGE_ADVICE))
        return PackInfo(
            id=checked.text_of("id"),
            version=checked.text_of("version"),
            title=checked.text_of("title") or checked.text_of("id"),
            format=format_.value if isinstance(format_.value, int) else FORMAT,
            language=checked.text_of("language") or "en",
            plugins={key: wanted.text for key, wanted in plugins.members.items()} if plugins else {},
        )

    def file(self, info: PackInfo, path: str, data: bytes) -> None:
        """Read one file: one document or a map of documents."""
        parts = PurePosixPath(path).parts
        source = Source(path, info.id, info.version, info.language)
        if not self._kind_known(parts, source):
            return
        node = read_json(data, source)
        if isinstance(node, Problem):
            self.conformity.problems.append(node)
            return
        if not isinstance(node.value, dict):
            self._refuse(node, "wrong_type", "The file must hold an object: one document, or a map of documents by id.")
            return
        kind = parts[0]
        prefix = ""
        if kind == "subtypes":
            if len(parts) < 3:
                self._refuse(node, "misplaced_file", "A subtype lies in a folder named like its entity type.", "Move it to subtypes/<entity type>/.")
                return
            prefix = f"{parts[1]}."
        self._documents(kind, prefix, node)

    def _kind_known(self, parts: tuple[str, ...], source: Source) -> bool:
        kind = parts[0]
        if len(parts) > 1 and kind in KINDS:
            return True
        if len(parts) == 1:
            code, message, advice, did = "misplaced_file", f"'{source.file}' lies in no folder of a kind.", f"Put it into one of: {listed(KINDS, 40)}.", ""
        elif kind in LATER_KINDS:
            code, message, advice, did = (
                "kind_not_supported",
                f"This version of the platform does not read '{kind}'.",
                "Leave the folder out, or update the platform.",
                "",
            )
        else:
            code, message = "unknown_kind", f"There is no kind '{kind}'."
            advice, did = f"The folder names the kind, one of: {listed(KINDS, 40)}.", nearest(kind, KINDS)
        self.conformity.problems.append(
            Problem(code=code, message=message, advice=advice, did_you_mean=did, pack=source.pack, file=source.file, line=1, column=1)
        )
        return False

    def _documents(self, kind: str, prefix: str, node: Node) -> None:
        members = node.members
        if "id" in members and isinstance(members["id"].value, str):
            self._document(kind, prefix, members["id"], members["id"].text, node)
        elif "$patch" in members:
            if isinstance(members["$patch"].value, str):
                self._document(kind, prefix, members["$patch"], members["$patch"].text, node, patch=True)
            elif isinstance(members["$patch"].value, dict) and len(members) == 1:
                for key, member in members["$patch"].members.items():
                    self._document(kind, prefix, member, key, member, patch=True)
            else:
                self._refuse(
                    members["$patch"], "wrong_type", "$patch must be the id of the document that it changes, or alone in its file a map of patches by id."
                )
        else:
            for key, member in members.items():
                if key in _MAP_VERBS:
                    self._verb(kind, prefix, key, member)
                elif key.startswith("$"):
                    self._refuse(
                        member,
                        "unknown_key",
                        f"There is no verb '{key}' for documents.",
                        f"Possible are: {listed(_MAP_VERBS)}.",
                        nearest(key, _MAP_VERBS),
                        at_key=True,
                    )
                else:
                    self._document(kind, prefix, member, key, member)

    def _verb(self, kind: str, prefix: str, verb: str, node: Node) -> None:
        if verb == "$replace":
            replaced = {key: self._checked(kind, member, patch=False) for key, member in node.members.items()}
            self.verbs.append(Verb(kind=kind, prefix=prefix, verb=verb, node=node.having(replaced)))
        elif (checked := self.conformity.removal(node) if verb == "$remove" else self.conformity.renaming(node)) is not None:
            self.verbs.append(Verb(kind=kind, prefix=prefix, verb=verb, node=checked))

    def _document(self, kind: str, prefix: str, at: Node, identifier: str, node: Node, *, patch: bool = False) -> None:
        if not is_id(identifier):
            self._refuse(
                at,
                "bad_id",
                f"'{identifier}' cannot be an id.",
                "An id is snake_case: a small letter, then small letters, digits and '_', at most 60.",
                at_key=at is node,
            )
            return
        if not isinstance(node.value, dict):
            self._refuse(node, "wrong_type", f"The document '{identifier}' must be an object.", "A file without 'id' is a map of documents by id.")
            return
        place = (kind, prefix + identifier, patch)
        if (first := self.documents.get(place)) is not None:
            line, _ = first.node.source.position(first.node.offset)
            self._refuse(
                at,
                "duplicate_document",
                f"{kind} has '{identifier}' twice in this pack; the first is in {first.node.source.file}, line {line}.",
                "Give one of them another id.",
                at_key=at is node,
            )
            return
        self.documents[place] = Document(kind=kind, id=prefix + identifier, node=self._checked(kind, node, patch=patch), patch=patch)

    def _checked(self, kind: str, node: Node, *, patch: bool) -> Node:
        body = node.having({key: member for key, member in node.members.items() if key not in ("id", "$patch", "like")})
        like = node.get("like")
        checked = self.conformity.document(body, KINDS[kind], patch=patch or like is not None)
        return checked.having({"like": like, **checked.members}) if like is not None else checked

    def _refuse(self, node: Node, code: str, message: str, advice: str = "", did_you_mean: str = "", *, at_key: bool = False) -> None:
        self.conformity.problems.append(node.problem(code, message, advice, did_you_mean, at_key=at_key))


def ordered(packs: Iterable[Pack]) -> tuple[list[Pack], list[Problem]]:
    """Return the packs so that each follows what it requires, and what is wrong about who requires whom."""
    by_id: dict[str, Pack] = {}
    problems: list[Problem] = []
    for pack in packs:
        if pack.info.id in by_id:
            problems.append(pack.manifest.problem("duplicate_pack", f"The pack '{pack.info.id}' is given twice.", "Give each pack once."))
        by_id.setdefault(pack.info.id, pack)
    for pack in by_id.values():
        problems.extend(_unmet(pack, by_id))
    result: list[Pack] = []
    waiting = dict(sorted(by_id.items()))
    while waiting:
        ready = next((pack for pack in waiting.values() if not any(need in waiting for need in pack.requires)), None)
        if ready is None:
            names = listed(waiting)
            problems.extend(
                pack.manifest.problem("cyclic_requires", f"The packs {names} require each other in a circle.", "Remove one of the requirements.")
                for pack in waiting.values()
            )
            return [], problems
        result.append(waiting.pop(ready.info.id))
    return result, problems


def _unmet(pack: Pack, by_id: dict[str, Pack]) -> Iterable[Problem]:
    from packdesk.packs.versions import satisfies

    for need, wanted in pack.requires.items():
        if need not in by_id:
            yield wanted.problem(
                "missing_pack", f"The pack '{need}' is required but not given.", "Add it, or remove the requirement.", nearest(need, by_id), at_key=True
            )
        elif is_range(wanted.text) and not satisfies(by_id[need].info.version, wanted.text):
            version = by_id[need].info.version
            yield wanted.problem(
                "wrong_version", f"'{need}' must be {wanted.text} but is {version}.", "Use a fitting version, or widen the range after trying it."
            )
