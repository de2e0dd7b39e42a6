"""Schemas, reader and build agree about the keys of every kind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from packdesk.packs.build import build
from packdesk.packs.conform import Conformity
from packdesk.packs.merged import Merged
from packdesk.packs.nodes import Node, Source
from packdesk.packs.positions import read_json
from packdesk.packs.read import read_pack
from packdesk.packs.schemas import KINDS, PACK_SHAPE, pack_schema, schema, validator, write_schemas
from packdesk.packs.schemas.shapes import MERGE_KEYS, Leaf, Map, Object, Role, Sequence, Shape, Variants
from packdesk.packs.sources import MemorySource

PACKS = Path(__file__).parents[2] / "packs"
SHAPE_CODES = {
    "unknown_key", "missing_key", "wrong_type", "not_a_choice", "bad_form", "out_of_range", "bad_id", "condition_without_equals", "equals_in_expression",
    "empty_text", "text_too_long", "forbidden_character", "verb_outside_overlay", "closed_list",
}  # fmt: skip


class Recording(dict[str, Any]):
    """A document that remembers which keys were read, per shape."""

    def __init__(self, shape: Object, read: dict[int, set[str]], members: dict[str, Any]) -> None:
        super().__init__(members)
        self.shape, self.read = shape, read
        read.setdefault(id(shape), set())

    def get(self, key: str, default: object = None) -> Any:
        self.read[id(self.shape)].add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self.read[id(self.shape)].add(key)
        return super().__getitem__(key)


def leaf(shape: Leaf) -> object:
    """Return a value that fits a leaf."""
    if shape.choices:
        return "string" if "string" in shape.choices else shape.choices[0]
    kind = shape.types[0] if shape.types else "string"
    return "5 days" if shape.role is Role.DURATION else {"string": "x", "boolean": True, "integer": 3, "number": 3}[kind]


def sample(shape: Shape, read: dict[int, set[str]]) -> Any:
    """Return a value with every key that the shape knows."""
    if isinstance(shape, Leaf):
        return leaf(shape)
    if isinstance(shape, Sequence):
        return [sample(shape.item, read)]
    if isinstance(shape, Map):
        if isinstance(shape.member, Variants):
            return {name: {**sample(variant, read), "do": name} for name, variant in shape.member.variants.items()}
        return {"x": sample(shape.member, read)}
    if isinstance(shape, Variants):
        return sample(shape.merged, read)
    return Recording(shape, read, {key: sample(part, read) for key, part in shape.keys.items() if key not in ("capability", "entity_types")})


def objects(shape: Shape) -> Iterator[Object]:
    """Yield every object shape inside a shape."""
    if isinstance(shape, Map):
        yield from objects(shape.member)
    elif isinstance(shape, Object):
        yield shape
        for part in shape.keys.values():
            yield from objects(part)


def test_the_keys_that_build_reads_are_the_keys_that_the_schemas_allow() -> None:
    """M-3: neither side knows a key that the other does not."""
    read: dict[int, set[str]] = {}
    documents: dict[str, dict[str, Any]] = {kind: {"x": sample(shape, read)} for kind, shape in KINDS.items()}
    documents["subtypes"] = {"x.x": documents["subtypes"]["x"]}
    documents["organisation"] = {"organisation": documents["organisation"]["x"]}
    documents["locale"] = {}

    build(Merged(documents=documents, origins={}, packs=(), language="en"))

    for kind, shape in KINDS.items():
        for found in objects(shape) if kind != "locale" else ():
            allowed = set(found.keys)
            assert read[id(found)] - allowed <= {"entity_types", "capability"}, f"{kind}: {found.title} reads keys that no schema allows"
            assert allowed - read[id(found)] <= {*MERGE_KEYS, "like"}, f"{kind}: {found.title} allows keys that nothing reads"


def test_the_texts_that_translations_may_give_are_those_that_documents_have() -> None:
    """M-3: a translation has the keys of texts, no others."""
    labels = KINDS["locale"].keys["labels"]
    assert isinstance(labels, Map)
    assert isinstance(labels.member, Object)

    used = {
        key
        for kind, shape in KINDS.items()
        if kind != "locale"
        for found in objects(shape)
        for key, part in found.keys.items()
        if isinstance(part, Leaf) and part.role is Role.TEXT
    }

    assert set(labels.member.keys) == used


@pytest.mark.parametrize("folder", sorted((PACKS / "reject").iterdir()), ids=lambda folder: folder.name)
def test_json_schema_and_reader_agree_on_every_file(folder: Path) -> None:
    """M-3: an editor underlines a file exactly when the reader finds its shape wrong."""
    for path in folder.rglob("*.json"):
        node = read_json(path.read_bytes(), Source(path.name))
        kind = path.relative_to(folder).parts[-2] if path.name != "pack.json" and len(path.relative_to(folder).parts) > 1 else ""
        kind = "subtypes" if "subtypes" in path.parts else kind
        if not isinstance(node, Node) or (kind not in KINDS and path.name != "pack.json"):
            continue
        wanted = pack_schema() if path.name == "pack.json" else schema(kind)

        valid = validator(wanted).is_valid(node.plain())

        problems = shape_problems(path, kind)
        assert valid is not bool(problems), (path, [str(problem) for problem in problems])


def shape_problems(path: Path, kind: str) -> list[object]:
    """Return what the reader finds wrong in the shape of one file."""
    if not kind:
        conformity = Conformity()
        node = read_json(path.read_bytes(), Source(path.name))
        assert isinstance(node, Node)
        conformity.document(node, PACK_SHAPE, patch=False)
        return list(conformity.problems)
    name = f"subtypes/ticket/{path.name}" if kind == "subtypes" else f"{kind}/{path.name}"
    _, problems = read_pack(MemorySource("x", {"pack.json": '{"id": "x", "version": "1.0.0", "format": 1}', name: path.read_bytes()}))
    return [problem for problem in problems if problem.code in SHAPE_CODES or (problem.code == "bad_duration")]


def test_every_schema_is_a_schema_with_titles(tmp_path: Path) -> None:
    """M-3: exported to a folder with settings for the editor."""
    written = write_schemas(tmp_path / "schemas")

    assert {path.name for path in written} == {*(f"{kind}.schema.json" for kind in KINDS), "pack.schema.json", "settings.json"}
    for path in written[:-1]:
        content = json.loads(path.read_text(encoding="utf-8"))
        type(validator(content)).check_schema(content)
        assert content["title"]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("subtypes", ()),
        ("transitions", ("statuses",)),
        ("categories", ("nodes",)),
        ("value_lists", ("options",)),
        ("level_lists", ("levels",)),
        ("actions", ()),
    ],
)
def test_what_is_configured_may_be_described(kind: str, path: tuple[str, ...]) -> None:
    """GEN-6."""
    shape: Shape = KINDS[kind]
    for key in path:
        assert isinstance(shape, Object)
        member = shape.keys[key]
        assert isinstance(member, Map)
        shape = member.member

    assert isinstance(shape, Object)
    assert "description" in shape.keys
    assert "description" not in shape.required
