"""Entity types make sense as a whole: reserved names, clashes, relations, roles, access, numbers."""

from collections.abc import Iterator

from packdesk.errors import Problem, Severity
from packdesk.packs.build_entity_types import ROLE_SLOTS
from packdesk.packs.checks.places import is_true, members, types
from packdesk.packs.index import ENGINE_COLUMNS, Index
from packdesk.packs.names import initials, label_from_id, listed, nearest
from packdesk.packs.nodes import Node


def check_types(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with entity types."""
    prefixes: dict[str, str] = {}
    for name, node in types(index):
        yield from _names(index, name)
        yield from _relations(index, name, node)
        yield from _roles(node)
        yield from _access(name, node)
        yield from _number(name, node, prefixes)
    yield from _owners(index)


def _names(index: Index, entity_type: str) -> Iterator[Problem]:
    names = index.type(entity_type)
    taken: dict[str, str] = {}
    own = dict(members(names.node, "fields"))
    for noun, found in (("field", own), *((key.removesuffix("s"), names.parts(key)) for key in ("sections", "lines", "relations"))):
        for name, node in found.items():
            if name in ENGINE_COLUMNS:
                yield node.problem(
                    "reserved_field",
                    f"'{name}' is a column of the engine and cannot name a {noun} of '{entity_type}'.",
                    f"Choose another id; reserved are {listed(ENGINE_COLUMNS, 20)}.",
                    at_key=True,
                )
            elif name in taken:
                yield node.problem(
                    "id_clash", f"'{entity_type}' has a {taken[name]} and a {noun} with the id '{name}'.", "Give one of them another id.", at_key=True
                )
            taken.setdefault(name, noun)
    for name, (path, node) in names.own_fields.items():
        if path.startswith("key_dates.") and name in taken:
            yield node.problem("id_clash", f"'{entity_type}' has a {taken[name]} with the id '{name}' of its key dates.", "Rename one of them.", at_key=True)
        elif path.startswith("key_dates.") and name in ENGINE_COLUMNS:
            yield node.problem(
                "reserved_field",
                f"'{name}' is a column of the engine and cannot name a field of key dates.",
                f"Choose another id; reserved are {listed(ENGINE_COLUMNS, 20)}.",
                at_key=True,
            )
    for group, lines in names.parts("lines").items():
        if "id" in members(lines, "fields"):
            yield members(lines, "fields")["id"].problem(
                "reserved_field", f"'id' names the row itself and cannot name a field of '{group}'.", "Choose another id.", at_key=True
            )


def _relations(index: Index, entity_type: str, node: Node) -> Iterator[Problem]:
    for name, relation in members(node, "relations").items():
        to, capability = relation.get("to"), relation.get("to_capability")
        if to is None and capability is None:
            yield relation.problem(
                "missing_target", f"The relation '{name}' does not say what is at its other end.", "Add the key 'to' or 'to_capability'.", at_key=True
            )
        if to is not None and capability is not None:
            yield capability.problem("contradiction", f"The relation '{name}' has 'to' and 'to_capability'.", "Keep one of them.", at_key=True)
        if is_true(relation, "symmetric"):
            if to is None or to.text != entity_type:
                yield relation.members["symmetric"].problem(
                    "contradiction",
                    f"The relation '{name}' reads the same from both ends but leads to another type.",
                    f"Let it lead to '{entity_type}', or remove 'symmetric'.",
                    at_key=True,
                )
            if (inverse := relation.get("inverse")) is not None:
                yield inverse.problem("contradiction", f"The relation '{name}' is symmetric, so it is its own inverse.", "Remove 'inverse'.", at_key=True)
        yield from _held(index, entity_type, name, relation)


def _held(index: Index, entity_type: str, name: str, relation: Node) -> Iterator[Problem]:
    """Yield a problem when the reference field that holds a relation leads elsewhere."""
    inverse = relation.get("inverse")
    if inverse is None:
        return
    _, field = index.type(relation.text_of("to")).own_fields.get(inverse.text, ("", None))
    if field is not None and field.text_of("type") in ("reference", "references") and field.text_of("to") != entity_type:
        yield inverse.problem(
            "inverse_mismatch",
            f"The field '{inverse.text}' of '{relation.text_of('to')}' leads to '{field.text_of('to')}', so it cannot be the inverse of '{name}'.",
            f"Name a reference to '{entity_type}'.",
        )


def _roles(node: Node) -> Iterator[Problem]:
    for role, slots in members(node, "plays").items():
        if role not in ROLE_SLOTS:
            yield slots.problem(
                "unknown_engine_role",
                f"The engine knows no role '{role}' that a type can play.",
                f"There are: {listed(ROLE_SLOTS)}.",
                nearest(role, ROLE_SLOTS),
                at_key=True,
            )
            continue
        for slot, field in slots.members.items():
            if slot not in ROLE_SLOTS[role]:
                yield field.problem(
                    "unknown_slot",
                    f"The role '{role}' has no slot '{slot}'.",
                    f"There are: {listed(ROLE_SLOTS[role])}.",
                    nearest(slot, ROLE_SLOTS[role]),
                    at_key=True,
                )


def _access(name: str, node: Node) -> Iterator[Problem]:
    access, master = node.text_of("access"), node.get("master")
    if access == "implicit" and master is None:
        yield node.members["access"].problem(
            "missing_key", f"Access to '{name}' is implicit, but no 'master' says whose.", "Name the relation or reference that decides."
        )
    if master is not None and access != "implicit":
        yield master.problem(
            "misplaced_key", f"'master' means nothing while access to '{name}' is not implicit.", "Remove it, or say access implicit.", at_key=True
        )
    for identifier, paths in members(node, "unique").items():
        if not paths.items:
            yield paths.problem("empty_list", f"The uniqueness '{identifier}' names no fields.", "Name at least one, or remove it.")


def _number(name: str, node: Node, prefixes: dict[str, str]) -> Iterator[Problem]:
    number = node.get("number")
    prefix = (number.text_of("prefix") if number is not None else "") or initials(node.text_of("label") or label_from_id(name))
    if prefix in prefixes:
        at = number or node
        yield at.problem(
            "duplicate_prefix",
            f"Numbers of '{name}' and '{prefixes[prefix]}' both begin with '{prefix}'.",
            "Give one of them another number.prefix.",
            severity=Severity.WARNING,
        )
    prefixes.setdefault(prefix, name)
    width, start = (number.get("width"), number.get("start")) if number is not None else (None, None)
    digits = width.value if width is not None and isinstance(width.value, int) else 8
    if start is not None and len(str(start.value)) > digits:
        yield start.problem("out_of_range", f"The first number {start.value} has more than {digits} digits.", "Make 'width' larger.")


def _owners(index: Index) -> Iterator[Problem]:
    known = index.tree.documents["entity_types"]
    for name, node in index.tree.documents["transitions"].items():
        if name not in known and not index.unread(name):
            yield node.problem(
                "unknown_entity_type",
                f"There is no entity type '{name}' to have this lifecycle.",
                "The id of a lifecycle is that of its entity type.",
                nearest(name, known),
            )
    said = set(index.tree.documents["transitions"])
    for name, node in index.tree.documents["subtypes"].items():
        entity_type = name.partition(".")[0]
        if entity_type not in known and entity_type not in said and not index.unread(entity_type):
            said.add(entity_type)
            yield node.problem(
                "unknown_entity_type",
                f"There is no entity type '{entity_type}' to have subtypes.",
                "The folder under subtypes/ names the entity type.",
                nearest(entity_type, known),
            )
