"""Derives JSON Schemas (Draft 2020-12) from the shapes, for editors, the server and the tests."""

import json
from collections.abc import Mapping
from pathlib import Path

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry

from packdesk.model.characters import SEEN, UNSEEN, UNSEEN_IN_LINE
from packdesk.model.nodes import Json
from packdesk.packs.schemas.catalogue import KINDS, PACK_SHAPE
from packdesk.packs.schemas.shapes import Keys, Leaf, Map, Object, Role, Sequence, Shape, Variants

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^[a-z][a-z0-9_]*$"
_PATH = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
_NAME = "^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$"
_DURATION = r"^\s*[0-9]{1,9}\s+(minute|hour|day|week|month|year|second)s?\s*$"
Schema = dict[str, object]


def schema(kind: str) -> Schema:
    """Return the JSON Schema of the files of a kind: one document, a patch on one, or a map of documents."""
    shape = KINDS[kind]
    writer = _Writer()
    full, partial = writer.reference(shape, patch=False), writer.reference(shape, patch=True)
    new = {"if": {"type": "object", "required": ["like"]}, "then": partial, "else": full}
    single = {
        "type": "object",
        "properties": {"id": {"type": "string", "pattern": _ID, "maxLength": 60}, "like": {"type": "string"}, "$patch": True},
    }
    return {
        "$schema": DIALECT,
        "title": f"{kind}: {shape.title}",
        "type": "object",
        "if": {"required": ["id"]},
        "then": {**single, "allOf": [new]},
        "else": {
            "if": {"required": ["$patch"]},
            "then": {
                "if": {"properties": {"$patch": {"type": "object"}}},
                "then": {
                    "type": "object",
                    "properties": {"$patch": {"title": "Patches by the id of their document", "type": "object", "additionalProperties": partial}},
                    "additionalProperties": False,
                },
                "else": {"type": "object", "properties": {"$patch": {"type": "string", "pattern": _ID}}, "allOf": [partial]},
            },
            "else": {
                "type": "object",
                "properties": {"$remove": _REMOVE, "$rename": _RENAME, "$replace": {"type": "object", "additionalProperties": full}},
                "patternProperties": {_ID: new},
                "additionalProperties": False,
            },
        },
        "$defs": writer.definitions,
    }


def pack_schema() -> Schema:
    """Return the JSON Schema of ``pack.json``."""
    writer = _Writer()
    return {"$schema": DIALECT, "title": PACK_SHAPE.title, **writer.reference(PACK_SHAPE, patch=False), "$defs": writer.definitions}


def validator(wanted: Mapping[str, object]) -> Draft202012Validator:
    """Return a validator that never fetches anything."""
    return Draft202012Validator(dict(wanted), registry=Registry())


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write every schema, and settings by which VS Code applies them to a pack beside the folder; return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    wanted = {"pack": pack_schema(), **{kind: schema(kind) for kind in KINDS}}
    for name, content in wanted.items():
        written.append(folder / f"{name}.schema.json")
        written[-1].write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    patterns = {name: ["pack.json"] if name == "pack" else [f"**/{name}/**/*.json"] for name in wanted}
    settings = {"json.schemas": [{"fileMatch": patterns[name], "url": f"./{folder.name}/{name}.schema.json"} for name in wanted]}
    written.append(folder / "settings.json")
    written[-1].write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return tuple(written)


_REMOVE: Schema = {"title": "Ids that are removed", "type": "array", "items": {"type": "string"}}
_RENAME: Schema = {"title": "Old id -> new id", "type": "object", "additionalProperties": {"type": "string", "pattern": _ID}}


class _Writer:
    """Writes each object shape once, under ``$defs``, in its full and its partial form."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[tuple[int, bool], str] = {}
        self._shapes: list[Shape] = []

    def reference(self, shape: Shape, *, patch: bool) -> Schema:
        """Return a reference to the shape's definition, or the schema itself of a leaf."""
        if isinstance(shape, Leaf):
            return _leaf(shape)
        key = (id(shape), patch)
        if key not in self._names:
            self._shapes.append(shape)
            name = f"d{len(self._names)}"
            self._names[key] = name
            self.definitions[name] = {}
            self.definitions[name] = {
                "title": shape.title,
                **_examples(shape.examples if not isinstance(shape, Variants) else ()),
                **self._write(shape, patch=patch),
            }
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _write(self, shape: Shape, *, patch: bool) -> Schema:
        if isinstance(shape, Sequence):
            return self._sequence(shape, patch=patch)
        if isinstance(shape, Map):
            return self._map(shape, patch=patch)
        if isinstance(shape, Variants):
            return self._variants(shape, patch=patch)
        return self._object(shape, patch=patch) if isinstance(shape, Object) else {}

    def _sequence(self, shape: Sequence, *, patch: bool) -> Schema:
        items: Schema = {"type": "array", "items": _leaf(shape.item)}
        if not patch:
            return items
        verbs: Schema = {"type": "object", "properties": {"$append": items, "$remove": {"type": "array"}}, "additionalProperties": False}
        return {"if": {"type": "array"}, "then": items, "else": verbs}

    def _map(self, shape: Map, *, patch: bool) -> Schema:
        pattern = _NAME if shape.keys is Keys.NAME else _PATH if shape.keys is Keys.PATH or shape.ref else _ID
        written: Schema = {"type": "object", "patternProperties": {pattern: self._member(shape, patch=patch and not shape.open)}, "additionalProperties": False}
        if patch:
            full: Schema = {"type": "object", "patternProperties": {pattern: self._member(shape, patch=False)}, "additionalProperties": False}
            verbs: Schema = {"$replace": full} if shape.closed else {"$add": full, "$replace": full, "$remove": _REMOVE, "$rename": _RENAME}
            written["properties"] = verbs
        return written

    def _member(self, shape: Map, *, patch: bool) -> Schema:
        full = self.reference(shape.member, patch=patch)
        if patch or not (isinstance(shape.member, Object) and "like" in shape.member.keys):
            return full
        return {"if": {"type": "object", "required": ["like"]}, "then": self.reference(shape.member, patch=True), "else": full}

    def _variants(self, shape: Variants, *, patch: bool) -> Schema:
        choices = [
            {"if": {"required": [shape.key], "properties": {shape.key: {"const": name}}}, "then": self.reference(variant, patch=patch)}
            for name, variant in shape.variants.items()
        ]
        named: Schema = {"properties": {shape.key: {"enum": list(shape.variants)}}}
        merged = {"if": {"not": {"required": [shape.key]}}, "then": self.reference(shape.merged, patch=True)}
        return {"type": "object", **named, "allOf": [*choices, merged]} if patch else {"type": "object", "required": [shape.key], **named, "allOf": choices}

    def _object(self, shape: Object, *, patch: bool) -> Schema:
        written: Schema = {"type": "object", "properties": {key: self.reference(part, patch=patch) for key, part in shape.keys.items()}}
        if shape.required and not patch:
            written["required"] = list(shape.required)
        if shape is PACK_SHAPE or shape in KINDS.values():
            extra: Schema = {"id": True, "like": True, "$patch": True} if shape is not PACK_SHAPE else {}
            written["properties"] = {**extra, **written["properties"]} if isinstance(written["properties"], dict) else {}
        written["additionalProperties"] = self.reference(shape.rest, patch=patch) if shape.rest else False
        if shape.rest:
            written["propertyNames"] = {"not": {"pattern": "^\\$"}}
        return written


def _leaf(shape: Leaf) -> Schema:
    written: Schema = {"title": shape.title}
    if shape.default is not None:
        written["default"] = shape.default
    written.update(_examples(shape.examples))
    if shape.types:
        written["type"] = list(shape.types) if len(shape.types) > 1 else shape.types[0]
    if shape.choices:
        written["enum"] = list(shape.choices)
    if shape.minimum is not None:
        written["minimum"] = shape.minimum
    if shape.maximum is not None:
        written["maximum"] = shape.maximum
    if shape.longest:
        written["maxLength"] = shape.longest
    pattern = {Role.CONDITION: "^=", Role.EXPRESSION: "^(?!=)(?=[\\s\\S]*\\S)", Role.TEXT: SEEN, Role.DURATION: _DURATION}.get(shape.role, shape.pattern)
    if pattern:
        written["pattern"] = pattern
    if shape.is_written:
        written["not"] = {"pattern": f"[{UNSEEN if shape.has_lines else UNSEEN_IN_LINE}]"}
    return written


def _examples(examples: tuple[Json, ...]) -> Schema:
    return {"examples": list(examples)} if examples else {}
