"""Renames every id of a pack mechanically, so that a test can prove that the engine knows none of them.

An id is renamed by putting ``zz_`` before it, wherever it stands: as a key, as a reference, as a name or a literal in an expression.
Words of the format and the engine's own columns stay. ``Renamer`` does the same to what a client sends, and undoes it in what
it receives, so that one acceptance suite runs against both packs.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "zz_"
#: Ids that are also words of the engine: columns, attributes, names in expressions.
KEPT = frozenset(
    "id number version subtype status state owner_unit privacy_level assigned_unit assigned_user created_at created_by updated_at updated_by deleted_at "
    "label party now record old input actor candidate link section line effect setting event values lines action actions note notes".split()
)
#: Keys whose members are named by ids.
MAPS = frozenset(
    "fields sections lines relations subtype_fields unique checks states statuses moves rules attributes nodes options levels inputs effects columns sort "
    "filters tabs row_actions card carry_over key_fields units areas collaboration users permit values children given then".split()
)
#: Keys whose members and their members are named by ids.
DOUBLE_MAPS = frozenset({"cells", "choices", "targets"})
#: Keys whose values are words of the format or free text.
WORDS = frozenset(
    "label plural description guidance hint message title_text icon prefix type access level do layout place style show capability to_capability capabilities "
    "personal permissions privacy refused language extension covers pattern format version title_ texts".split()
)
#: Keys whose values are always expressions.
EXPRESSIONS = frozenset("when that derived title present_when options_when stamped_when suggest then".split())
#: The slots of each role; a slot whose field has its own name may be left out, which a renamed field no longer has.
SLOTS = {
    "party": "name phones emails addresses language marketing vip".split(),
    "message": "party direction media sender recipient subject body category template about chain related".split(),
}
#: What stands in a sentence for the value of a field.
_TAG = re.compile(r"(#(?:record|line))\.([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_][A-Za-z_0-9]*|\s+|.")
_BRACED = re.compile(r"\{([a-z0-9_.]+)\}")
_LABEL = re.compile(rb"\bZz ([a-z])")
_WORD = re.compile(r"[a-z][a-z0-9_]*\Z")


def _documents(folder: Path) -> Iterator[tuple[Path, Any]]:
    for path in sorted(folder.rglob("*.json")):
        yield path.relative_to(folder), json.loads(path.read_text())


def ids_of(folder: Path) -> frozenset[str]:
    """Return every id that the pack's documents define, without those that are the engine's words."""
    found: set[str] = set()

    def walk(node: Any, key: str) -> None:
        if not isinstance(node, dict):
            return
        for name, value in node.items():
            if key in MAPS and key not in (
                "values",
                "sort",
                "permit",
                "row_actions",
                "card",
                "tabs",
                "columns",
                "given",
                "then",
                "children",
                "unique",
                "users",
                "carry_over",
            ):
                found.add(name)
            if key == "choices":
                found.add(name)
            walk(value, name)

    for path, body in _documents(folder):
        if path.parts[0] in ("pack.json", "locale", "scenarios", "records"):
            continue
        if "id" in body:
            found.add(body["id"])
            walk(body, "")
        else:
            for name, document in body.items():
                found.add(name)
                walk(document, "")
    paths = {part for name in found for part in name.split(".")}
    return frozenset(name for name in paths if _WORD.match(name)) - KEPT


@dataclass(frozen=True, slots=True)
class Renamer:
    """Renames ids; with no ids it leaves everything as it is."""

    ids: frozenset[str] = frozenset()

    def word(self, text: str) -> str:
        """Return an id, or a path of ids, renamed."""
        return ".".join(PREFIX + part if part in self.ids else part for part in text.split("."))

    def called(self, text: str) -> str:
        """Return a text, say an address, with the ids that stand in braces renamed, and without the braces."""
        return _BRACED.sub(lambda match: self.word(match[1]), text)

    def expression(self, text: str) -> str:
        """Return an expression with every id in it renamed."""
        tokens = _TOKEN.findall(text)
        out: list[str] = []
        for index, token in enumerate(tokens):
            before = "".join(out[-2:]) if out and out[-1] == "." else ""
            if token[0] in "'\"":
                out.append(token[0] + self.word(token[1:-1]) + token[0])
            elif token in self.ids and self._is_name(tokens, index, before):
                out.append(PREFIX + token)
            else:
                out.append(token)
        return "".join(out)

    def sentence(self, text: str) -> str:
        """Return a sentence with the ids in its tags renamed."""
        return _TAG.sub(lambda match: f"{match[1]}.{self.word(match[2])}", text)

    def _is_name(self, tokens: list[str], index: int, before: str) -> bool:
        following = tokens[index + 1] if index + 1 < len(tokens) else ""
        if following == "(":
            return False
        if index == 0 or tokens[index - 1] != ".":
            return False
        owner = before.removesuffix(".")
        return not (owner in ("state", "status", "actor", "candidate") and tokens[index] in ("kind", "success", "waiting", "name", "language", "id"))

    def data(self, node: Any) -> Any:
        """Return JSON of a record, as a client sends it, with keys and values renamed."""
        if isinstance(node, dict):
            return {self.word(name): self.data(value) for name, value in node.items()}
        if isinstance(node, list):
            return [self.data(value) for value in node]
        if isinstance(node, str):
            return self.word(node) if _WORD.match(node) else "=" + self.expression(node[1:]) if node.startswith("=") else node
        return node

    def path(self, path: str) -> str:
        """Return the path of a URL with its ids renamed; a query is renamed word by word."""
        head, mark, query = path.partition("?")
        renamed = "/".join(self.word(part) for part in head.split("/"))
        return renamed + mark + re.sub(r"[a-z][a-z0-9_]*", lambda match: self.word(match[0]), query) if self.ids else path

    def words(self, body: bytes) -> bytes:
        """Return a file of values with every value that is an id renamed."""
        return re.sub(rb"[a-z][a-z0-9_]*", lambda match: self.word(match[0].decode()).encode(), body) if self.ids else body

    def back(self, body: bytes) -> bytes:
        """Return what was received with the renaming undone, in ids and in labels that were made of them."""
        return _LABEL.sub(lambda match: match[1].upper(), body.replace(PREFIX.encode(), b"")) if self.ids else body

    def document(self, node: Any, key: str = "", entry: bool = False) -> Any:
        """Return a document, or a part of one that stands under a key, renamed."""
        if isinstance(node, dict):
            named = key in MAPS or key in DOUBLE_MAPS
            return {
                name if name.startswith("$") else self._key(name, named, entry): self.document(value, key) if name == "$add" else self._member(name, value, key)
                for name, value in node.items()
            }
        if isinstance(node, list):
            return [value if key in WORDS or key == "permit" else self.document(value, key) for value in node]
        if isinstance(node, str) and _TAG.search(node):
            return self.sentence(node)
        if not isinstance(node, str) or key in WORDS:
            return node
        if node.startswith("="):
            return "=" + self.expression(node[1:])
        if key in EXPRESSIONS:
            return self.expression(node)
        return ".".join(self.word(part) for part in node.split(".")) if re.fullmatch(r"[a-z][a-z0-9_.]*", node) else node

    def _key(self, name: str, named: bool, entry: bool) -> str:
        return self.word(name) if named or (entry and name not in ("label", "parent", "default", "description", "supported", "effective")) else name

    def _member(self, name: str, value: Any, key: str) -> Any:
        if key in ("permit", "sort"):
            return value
        if key == "carry_over":
            head, dot, rest = value.partition(".")
            return self.word(head) + self.expression(dot + rest)
        if key == "fields" and isinstance(value, list):
            return value
        if key in ("nodes", "options", "levels"):
            return self.document(value, "", entry=True) if isinstance(value, dict) else value
        if key == "values" or name == "values":
            return self.data(value)
        if key in DOUBLE_MAPS:
            return {self.word(one): self._choice(two) for one, two in value.items()} if isinstance(value, dict) else value
        if key in ("given", "then"):
            return self.document(value, "then" if key == "then" else "")
        if name in ("kind", "success") and key not in MAPS:
            return value
        inner = "" if key in MAPS and isinstance(value, dict) else name
        return self.document(value, inner if key not in MAPS else ("" if isinstance(value, dict) else name))

    def _choice(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {(name if name in ("default", "automatic") else self.word(name)): value for name, value in node.items()}
        return self.word(node) if isinstance(node, str) and _WORD.match(node) else node

    def locale_path(self, path: str) -> str:
        """Return the path of a translation renamed: after the kind come ids, containers and ids in turn."""
        parts = path.split(".")
        fixed = {0, *range(2, len(parts), 2)}
        if parts[0] == "subtypes":
            fixed = {0}
        if parts[0] == "organisation":
            fixed = {0, 1}
        return ".".join(part if index in fixed else self.word(part) for index, part in enumerate(parts))


def rename_pack(source: Path, target: Path, renamer: Renamer | None = None) -> Renamer:
    """Write a copy of the pack with every id renamed and return what renamed it; a pack on top of others needs a renamer that knows theirs."""
    renamer = renamer or Renamer(ids_of(source))
    for path, body in _documents(source):
        renamed: Any = body
        kind = path.parts[0]
        if kind == "locale":
            renamed = {
                **body,
                "labels": {renamer.locale_path(name): {key: renamer.sentence(text) for key, text in texts.items()} for name, texts in body["labels"].items()},
            }
            spoken = {name: {"label": _label(name)} for name, texts in body["labels"].items() if "label" in texts}
            (target / "locale").mkdir(parents=True, exist_ok=True)
            english = {"id": "en", "labels": {renamer.locale_path(name): texts for name, texts in spoken.items()}}
            (target / "locale" / "en.json").write_text(json.dumps(english, indent=1))
        elif kind == "scenarios":
            renamed = {name: _scenario(renamer, scenario) for name, scenario in body.items()}
        elif kind == "records":
            renamed = {
                name: {
                    "entity_type": renamer.word(row["entity_type"]),
                    **({"subtype": renamer.word(row["subtype"])} if "subtype" in row else {}),
                    "values": renamer.data(row["values"]),
                }
                for name, row in body.items()
            }
        elif kind != "pack.json" and isinstance(body.get("$patch"), dict):
            renamed = {"$patch": {renamer.word(name): _document(renamer, one) for name, one in body["$patch"].items()}}
        elif kind != "pack.json":
            renamed = (
                _document(renamer, body) if "id" in body or "$patch" in body else {renamer.word(name): _document(renamer, one) for name, one in body.items()}
            )
        folder = path.parent
        if kind == "subtypes":
            folder = Path("subtypes") / renamer.word(path.parts[1])
        (target / folder).mkdir(parents=True, exist_ok=True)
        (target / folder / path.name).write_text(json.dumps(renamed, indent=1, ensure_ascii=False))
    return renamer


def _label(path: str) -> str:
    """Return the label that is made of an id where no document gives one; people go on reading it after the id was renamed."""
    return path.rpartition(".")[2].replace("_", " ").capitalize()


def _document(renamer: Renamer, body: Mapping[str, Any]) -> Any:
    renamed = renamer.document(dict(body))
    if "plays" in body:
        own = {*body.get("fields", {}), *body.get("lines", {}), *body.get("relations", {})}
        renamed["plays"] = {
            role: {slot: renamer.word(field) for slot, field in ({name: name for name in SLOTS[role] if name in own} | given).items()}
            for role, given in body["plays"].items()
        }
    for name in ("id", "$patch"):
        if isinstance(body.get(name), str):
            renamed[name] = renamer.word(body[name])
    return renamed


def _scenario(renamer: Renamer, body: Mapping[str, Any]) -> Any:
    def values(node: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: renamer.data(value) if name in ("values", "inputs") else value if name in ("as", "on", "edit", "delete", "refused") else renamer.word(value)
            for name, value in node.items()
        }

    steps = {name: values(step) for name, step in body.get("when", {}).items()}
    given = {name: values(one) for name, one in body.get("given", {}).items()}
    return {**body, "given": given, "when": steps, "then": {name: renamer.expression(text) for name, text in body.get("then", {}).items()}}
