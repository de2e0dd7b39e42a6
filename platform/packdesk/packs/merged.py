"""The merged documents as plain JSON with provenance: what a release stores and what a process reads back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from packdesk.model.model import PackInfo
from packdesk.model.nodes import Json, Origin
from packdesk.packs.canonical import compact, digest
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.tree import Tree, document_path

Body = Mapping[str, Json]
Documents = Mapping[str, Mapping[str, Body]]
#: Index into the table of files, line, column, value; the value only where it was overridden.
_Row = Sequence[object]
#: Path -> the writer's row and those that it overrode.
_Rows = Mapping[str, Sequence[_Row]]


class Origins(Mapping[str, Origin]):
    """Path -> origin, kept as compact rows by document; what a release stores of them stays JSON until somebody asks about that document.

    They are two thirds of a release, and a process that refuses nothing and explains nothing never reads one.
    """

    def __init__(self, files: Sequence[Sequence[str]], documents: Mapping[str, _Rows | str]) -> None:
        """Take the table of (pack, version, file) and, per document, path -> the writer's row and those it overrode, or that as JSON."""
        self.files = files
        self._documents = dict(documents)

    @classmethod
    def of(cls, files: Sequence[Sequence[str]], rows: _Rows) -> "Origins":
        """Return the origins of rows by path, whatever their document."""
        documents: dict[str, dict[str, Sequence[_Row]]] = {}
        for path, found in rows.items():
            documents.setdefault(_document(path), {})[path] = found
        return cls(files, documents)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Origins":
        """Return what ``to_json`` wrote; older releases hold one table of rows."""
        files = cast("Sequence[Sequence[str]]", data["files"])
        if "rows" in data:
            return cls.of(files, cast("_Rows", data["rows"]))
        return cls(files, cast("Mapping[str, str]", data["documents"]))

    def to_json(self) -> dict[str, object]:
        """Return the files, and the rows of each document as JSON."""
        return {"files": self.files, "documents": {name: rows if isinstance(rows, str) else compact(rows) for name, rows in self._documents.items()}}

    def __getitem__(self, path: str) -> Origin:
        """Return where the leaf or node came from."""
        rows = self._rows(_document(path))[path]
        return self._origin(rows[0], tuple(self._origin(row, ()) for row in rows[1:]))

    def _rows(self, document: str) -> _Rows:
        rows = self._documents.get(document, {})
        if isinstance(rows, str):
            rows = self._documents[document] = json.loads(rows)
        return cast("_Rows", rows)

    def _origin(self, row: _Row, overrides: tuple[Origin, ...]) -> Origin:
        file, line, column, value = cast("tuple[int, int, int, Json]", tuple(row))
        pack, version, name = self.files[file]
        return Origin(pack=pack, version=version, file=name, line=line, column=column, value=value, overrides=overrides)

    def __iter__(self) -> Iterator[str]:
        """Yield the paths."""
        for document in self._documents:
            yield from self._rows(document)

    def __len__(self) -> int:
        """Return how many nodes have an origin."""
        return sum(len(self._rows(document)) for document in self._documents)


def _document(path: str) -> str:
    """Return the part of a path that names its document: kind and id."""
    return ".".join(path.split(".", 2)[:2])


@dataclass(frozen=True)
class Merged:
    """All layers in one: documents by kind and id, in order, and where every leaf came from.

    Subtypes have the id ``<entity type>.<subtype>``; organisation documents are one, with the id ``organisation``.
    """

    documents: Documents
    origins: Mapping[str, Origin]
    packs: tuple[PackInfo, ...]
    language: str
    #: Pack id -> path -> text of every file, as read: the layers themselves, so that one can be exchanged and the rest stay.
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 of the canonical form: documents and packs, not places."""
        return digest({"documents": self.documents, "packs": [_pack_json(pack) for pack in self.packs], "language": self.language})

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON."""
        origins = self.origins if isinstance(self.origins, Origins) else Origins([], {})
        return {
            "documents": self.documents,
            "origins": origins.to_json(),
            "packs": [_pack_json(pack) for pack in self.packs],
            "language": self.language,
            "sources": self.sources,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Merged":
        """Return what ``to_json`` wrote."""
        return cls(
            documents=cast("Documents", data["documents"]),
            origins=Origins.from_json(cast("Mapping[str, object]", data["origins"])),
            packs=tuple(_pack_info(pack) for pack in cast("Sequence[Mapping[str, object]]", data["packs"])),
            language=str(data["language"]),
            sources=cast("Mapping[str, Mapping[str, str]]", data.get("sources", {})),
        )

    @classmethod
    def from_tree(cls, tree: Tree, packs: Sequence[PackInfo], sources: Mapping[str, Mapping[str, str]] | None = None) -> "Merged":
        """Return the plain form of a merged tree."""
        table = _Table()
        documents: dict[str, dict[str, Body]] = {}
        for kind in KINDS:
            bodies: dict[str, Body] = {}
            for identifier, node in tree.documents[kind].items():
                body = table.add(document_path(kind, identifier), node)
                if kind == "organisation":
                    whole = cast("dict[str, dict[str, Json]]", bodies.setdefault("organisation", {}))
                    for part, members in cast("dict[str, dict[str, Json]]", body).items():
                        if isinstance(members, dict):
                            whole.setdefault(part, {}).update(members)
                else:
                    bodies[identifier] = cast("Body", body)
            documents[kind] = bodies
        documents["locale"] = {
            language: {
                "labels": {
                    path: cast("Json", {key: table.add(f"locale.{language}.labels.{path}.{key}", node) for key, node in words.items()})
                    for path, words in texts.items()
                }
            }
            for language, texts in sorted(tree.texts.items())
        }
        return cls(documents=documents, origins=Origins.of(table.files, table.rows), packs=tuple(packs), language=tree.language, sources=sources or {})


class _Table:
    """Turns nodes into plain values and rows of origins."""

    def __init__(self) -> None:
        self.files: list[tuple[str, str, str]] = []
        self.rows: dict[str, list[_Row]] = {}
        self._index: dict[tuple[str, str, str], int] = {}

    def add(self, path: str, node: Node) -> object:
        """Return the node's plain value, its origin and those of everything in it recorded."""
        value = node.value
        if isinstance(value, dict):
            plain: object = {key: self.add(f"{path}.{key}", member) for key, member in value.items()}
            shown: object = None if value else {}
        elif isinstance(value, list):
            plain = shown = [item.plain() for item in value]
        else:
            plain = shown = value
        self.rows[path] = [self._row(node, shown), *(self._row(old, old.plain()) for old in node.overrides)]
        return plain

    def _row(self, node: Node, value: object) -> _Row:
        source = node.source
        key = (source.pack, source.version, source.file)
        if key not in self._index:
            self._index[key] = len(self.files)
            self.files.append(key)
        line, column = source.position(node.key_offset if isinstance(node.value, dict) and node.key_offset >= 0 else node.offset)
        return (self._index[key], line, column, value)


def _pack_json(pack: PackInfo) -> dict[str, object]:
    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "format": pack.format,
        "language": pack.language,
        "plugins": dict(pack.plugins),
    }


def _pack_info(data: Mapping[str, object]) -> PackInfo:
    return PackInfo(
        id=str(data["id"]),
        version=str(data["version"]),
        title=str(data["title"]),
        format=cast("int", data["format"]),
        language=str(data["language"]),
        plugins=cast("Mapping[str, str]", data["plugins"]),
    )
