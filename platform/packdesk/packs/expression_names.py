"""Rewrites names inside the text of an expression when something was renamed.

This floor does not parse expressions; it follows dotted paths from the names that a place offers through fields, relations,
lines, sections and macro variables, and rewrites the segment that stands for what was renamed, and ids of states, statuses,
types, categories, options and levels that are compared with such a path (``== 'x'``, ``!= 'x'``, ``in ['x']``). A path
that it cannot follow is left alone, and the type check of the floor above says that the name is unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packdesk.packs.index import Index
from packdesk.packs.nodes import Node

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<name>[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>==|!=|<=|>=|&&|\|\||.))", re.DOTALL
)
_MACROS = frozenset({"filter", "exists", "all", "map", "sum", "exists_one"})
_PASS_ON = frozenset({"first", "last", "coalesce"})


@dataclass(frozen=True, slots=True)
class Thing:
    """What a path has reached: a record, row, section, list member, state, status, type or the inputs of an action."""

    kind: str
    name: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def rewrite(source: str, roots: Mapping[str, Thing], index: Index, old: str, new_id: str) -> str:
    """Return the expression with the names of what stands at the path ``old`` replaced; the index is that of before."""
    tokens = [
        _Token(match.lastgroup or "", match[match.lastgroup or 0], match.start(match.lastgroup or 0), match.end())
        for match in _TOKEN.finditer(source)
        if match.lastgroup
    ]
    walker = _Walker(tokens, index, old, new_id)
    walker.run(0, dict(roots))
    for token, text in sorted(walker.edits.items(), key=lambda edit: -edit[0].start):
        source = source[: token.start] + text + source[token.end :]
    return source


@dataclass(slots=True)
class _Walker:
    """Goes over the tokens once, knowing what every variable stands for."""

    tokens: list[_Token]
    index: Index
    old: str
    new_id: str
    edits: dict[_Token, str] = field(default_factory=dict)

    def run(self, at: int, names: Mapping[str, Thing]) -> tuple[int, Thing | None]:
        """Go to the closing bracket or the end; return the place behind it and the first thing that a path reached."""
        first: Thing | None = None
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.text in (")", "]") and token.kind == "sign":
                return at + 1, first
            if token.text in ("(", "[") and token.kind == "sign":
                at, reached = self.run(at + 1, names)
                at, reached = self._path(at, reached, names)
            elif token.kind == "name":
                at, reached = self._named(at, names)
            else:
                at, reached = at + 1, None
            first = first or reached
        return at, first

    def _sign(self, at: int, text: str) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "sign" and self.tokens[at].text == text

    def _named(self, at: int, names: Mapping[str, Thing]) -> tuple[int, Thing | None]:
        token = self.tokens[at]
        start = at
        if self._sign(at + 1, "("):
            at, inner = self.run(at + 2, names)
            thing = inner if token.text in _PASS_ON else None
        else:
            at, thing = at + 1, names.get(token.text)
        at, thing = self._path(at, thing, names)
        self._compared(start, at, thing)
        return at, thing

    def _path(self, at: int, thing: Thing | None, names: Mapping[str, Thing]) -> tuple[int, Thing | None]:
        while self._sign(at, ".") and at + 1 < len(self.tokens) and self.tokens[at + 1].kind == "name":
            token = self.tokens[at + 1]
            at += 2
            if self._sign(at, "("):
                bound = dict(names)
                if token.text in _MACROS and thing and at + 1 < len(self.tokens) and self._sign(at + 2, ","):
                    bound[self.tokens[at + 1].text] = thing
                    at, _ = self.run(at + 3, bound)
                else:
                    at, _ = self.run(at + 1, bound)
                thing = thing if token.text == "filter" else None
            elif thing is not None:
                thing = self._step(token, thing)
        return at, thing

    def _step(self, token: _Token, thing: Thing) -> Thing | None:
        path, reached = step(self.index, thing, token.text)
        if path == self.old:
            self.edits[token] = self.new_id
        return reached

    def _compared(self, start: int, end: int, thing: Thing | None) -> None:
        """Rewrite the ids that stand beside a path of states, statuses, types or list members."""
        prefix = _members_of(self.index, thing) if thing else ""
        stem, _, old_id = self.old.rpartition(".")
        if not prefix or stem != prefix:
            return
        candidates: list[int] = []
        if self._sign(end, "==") or self._sign(end, "!="):
            candidates.append(end + 1)
        if self._sign(start - 1, "==") or self._sign(start - 1, "!="):
            candidates.append(start - 2)
        if end < len(self.tokens) and self.tokens[end].text == "in" and self._sign(end + 1, "["):
            inside = end + 2
            while inside < len(self.tokens) and not self._sign(inside, "]"):
                candidates.append(inside)
                inside += 1
        for place in candidates:
            if 0 <= place < len(self.tokens) and self.tokens[place].kind == "text" and self.tokens[place].text[1:-1] == old_id:
                quote = self.tokens[place].text[0]
                self.edits[self.tokens[place]] = f"{quote}{self.new_id}{quote}"


def _members_of(index: Index, thing: Thing) -> str:
    """Return the path under which the ids stand that a thing is compared with."""
    if thing.kind in ("options", "levels", "nodes"):
        return f"{thing.name}.{thing.kind}"
    if thing.kind in ("states", "statuses"):
        lifecycle = index.type(thing.name).lifecycle
        key = "states" if thing.kind == "statuses" and lifecycle is not None and lifecycle.get("statuses") is None else thing.kind
        return f"transitions.{thing.name}.{key}"
    return f"subtypes.{thing.name}" if thing.kind == "subtype" else ""


def of_field(node: Node) -> Thing | None:
    """Return what the value of a field is."""
    kind = node.text_of("type")
    if kind in ("reference", "references"):
        return Thing("record", node.text_of("to"))
    lists = {"option": ("value_lists", "options"), "options": ("value_lists", "options"), "level": ("level_lists", "levels")}
    if kind in lists:
        return Thing(lists[kind][1], f"{lists[kind][0]}.{node.text_of('list')}")
    return Thing("nodes", f"categories.{node.text_of('tree')}") if kind == "category" else None


def step(index: Index, thing: Thing, name: str) -> tuple[str, Thing | None]:
    """Return the path of a thing's member and what it is."""
    if thing.kind == "record":
        return _of_record(index, thing.name, name)
    if thing.kind in ("sections", "lines"):
        node = index.type(thing.name).parts(thing.kind).get(thing.part)
        return _member(node, "fields", name, f"entity_types.{thing.name}.{thing.kind}.{thing.part}")
    if thing.kind == "subtype":
        return _member(index.type(thing.name).node, "subtype_fields", name, f"entity_types.{thing.name}")
    if thing.kind in ("options", "nodes"):
        kind, _, identifier = thing.name.partition(".")
        return _member(index.tree.documents[kind].get(identifier), "attributes", name, thing.name)
    if thing.kind == "inputs":
        path, found = _member(index.tree.documents["actions"].get(thing.part), "inputs", name, f"actions.{thing.part}")
        own, reached = _of_record(index, thing.name, name)
        return (own, reached) if own and not (path and found) else (path, found)
    return "", None


def _member(node: Node | None, key: str, name: str, path: str) -> tuple[str, Thing | None]:
    found = node.get(key) if node is not None else None
    field_ = found.get(name) if found is not None else None
    return (f"{path}.{key}.{name}", of_field(field_)) if field_ is not None else ("", None)


def _of_record(index: Index, entity_type: str, name: str) -> tuple[str, Thing | None]:
    names = index.type(entity_type)
    if name in names.own_fields:
        path, node = names.own_fields[name]
        return path, of_field(node)
    engine = {"state": Thing("states", entity_type), "status": Thing("statuses", entity_type), "subtype": Thing("subtype", entity_type)}
    if name in engine:
        return "", engine[name]
    for key in ("sections", "lines"):
        if name in names.parts(key):
            return f"{names.path}.{key}.{name}", Thing(key, entity_type, name)
    if (relation := names.parts("relations").get(name)) is not None:
        to = relation.text_of("to")
        return f"{names.path}.relations.{name}", Thing("record", to) if to else None
    if name == "party" and names.node is not None and (party := names.node.text_of("party")):
        return "", _of_record(index, entity_type, party)[1]
    return _of_inverse(index, entity_type, name)


def _of_inverse(index: Index, entity_type: str, name: str) -> tuple[str, Thing | None]:
    if name in index.inverses.get(entity_type, ()):
        holders = (
            other
            for other in index.tree.documents["entity_types"]
            for relation in index.type(other).parts("relations").values()
            if relation.text_of("inverse") == name and (relation.text_of("to") == entity_type or relation.get("to_capability") is not None)
        )
        return "", Thing("record", next(holders))
    return "", None
