"""Knows what can be named: per reference the legal names, each with the path of what it stands for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from packdesk.errors import CATALOGUE
from packdesk.packs.nodes import Node
from packdesk.packs.references import LITERAL, Reference
from packdesk.packs.tree import Tree

#: Name -> path of what it stands for; an empty path for what the engine owns.
Names = Mapping[str, str]
ALWAYS = ("id", "number", "version", "privacy_level", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")
#: Ids that no field may have, on any type.
ENGINE_COLUMNS = (*ALWAYS, "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user")
RECORD_TABS = ("notes", "attachments", "history", "communications", "timeline")
_LINK_KINDS = ("reference", "references")


def keys(node: Node | None, key: str, path: str) -> dict[str, str]:
    """Return the ids of a map in a document with their paths."""
    found = node.get(key) if node is not None else None
    return {name: f"{path}.{key}.{name}" for name in found.members} if found is not None else {}


class TypeNames:
    """What can be named of one entity type."""

    def __init__(self, tree: Tree, entity_type: str) -> None:
        """Take the type's documents out of the tree."""
        self.id = entity_type
        self.path = f"entity_types.{entity_type}"
        self._tree = tree
        self.node = tree.documents["entity_types"].get(entity_type)
        self.lifecycle = tree.documents["transitions"].get(entity_type)

    @cached_property
    def capabilities(self) -> tuple[str, ...]:
        """Return the type's capabilities."""
        found = self.node.get("capabilities") if self.node is not None else None
        return tuple(item.text for item in found.items) if found is not None else ()

    @cached_property
    def subtypes(self) -> dict[str, str]:
        """Return the subtypes."""
        prefix = f"{self.id}."
        return {name[len(prefix) :]: f"subtypes.{name}" for name in self._tree.documents["subtypes"] if name.startswith(prefix)}

    @cached_property
    def own_fields(self) -> dict[str, tuple[str, Node]]:
        """Return the type's fields and those of its key dates: id -> path and document."""
        result: dict[str, tuple[str, Node]] = {}
        if self.node is None:
            return result
        sources = [(self.node, self.path)]
        dates = self.node.text_of("key_dates")
        if dates in self._tree.documents["key_dates"]:
            sources.append((self._tree.documents["key_dates"][dates], f"key_dates.{dates}"))
        for node, path in sources:
            found = node.get("fields")
            for name, field in found.members.items() if found is not None else ():
                result[name] = (f"{path}.fields.{name}", field)
        return result

    def parts(self, key: str) -> dict[str, Node]:
        """Return the sections, lines or relations."""
        found = self.node.get(key) if self.node is not None else None
        return found.members if found is not None else {}

    @cached_property
    def engine(self) -> dict[str, str]:
        """Return the engine's own columns that the type's records have."""
        names = list(ALWAYS)
        if self.subtypes or (self.node is not None and self.node.get("subtype_fields") is not None):
            names.append("subtype")
        if self.lifecycle is not None:
            names += ["status", "state"]
        if self.node is not None and self.node.text_of("access") == "explicit":
            names.append("owner_unit")
        if "assignment" in self.capabilities:
            names += ["assigned_unit", "assigned_user"]
        return dict.fromkeys(names, "")

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return every path that names a value of a record: fields, section fields, line fields, line groups, relations, engine columns."""
        result = dict(self.engine)
        result.update({name: path for name, (path, _) in self.own_fields.items()})
        for key in ("sections", "lines"):
            for part, node in self.parts(key).items():
                for name, path in keys(node, "fields", f"{self.path}.{key}.{part}").items():
                    result[f"{part}.{name}"] = path
        result.update({name: f"{self.path}.lines.{name}" for name in self.parts("lines")})
        result.update({name: f"{self.path}.relations.{name}" for name in self.parts("relations")})
        result.update({f"subtype.{name}": path for name, path in keys(self.node, "subtype_fields", self.path).items()})
        return result

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Return what a JSON input of a record may hold: ``fields``, and whole sections."""
        sections = {name: f"{self.path}.sections.{name}" for name in self.parts("sections")}
        return {**self.fields, **sections, "owner_unit": "", "subtype": ""}

    @cached_property
    def links(self) -> dict[str, str]:
        """Return the relations and the reference fields."""
        fields = {name: path for name, (path, field) in self.own_fields.items() if field.text_of("type") in _LINK_KINDS}
        return {**fields, **{name: f"{self.path}.relations.{name}" for name in self.parts("relations")}}

    @cached_property
    def statuses(self) -> dict[str, str]:
        """Return the statuses; those made from states where no status is written."""
        path = f"transitions.{self.id}"
        return keys(self.lifecycle, "statuses", path) or keys(self.lifecycle, "states", path)

    @cached_property
    def choices(self) -> dict[str, Node]:
        """Return name of choices -> the field or line group that has them."""
        result: dict[str, Node] = {}
        groups = [self.parts("lines"), {name: field for name, (_, field) in self.own_fields.items()}]
        groups += [part.members["fields"].members for key in ("sections", "lines") for part in self.parts(key).values() if "fields" in part.members]
        for nodes in groups:
            for node in nodes.values():
                if name := node.text_of("choices"):
                    result.setdefault(name, node)
        return result


class Index:
    """Resolves references of one tree."""

    def __init__(self, tree: Tree) -> None:
        """Take the tree; nothing is computed before it is asked for."""
        self.tree = tree
        self._types: dict[str, TypeNames] = {}
        self._users: dict[str, tuple[str, ...]] = {}

    def type(self, entity_type: str) -> TypeNames:
        """Return what can be named of an entity type."""
        if entity_type not in self._types:
            self._types[entity_type] = TypeNames(self.tree, entity_type)
        return self._types[entity_type]

    def documents(self, kind: str) -> dict[str, str]:
        """Return the documents of a kind with their paths."""
        return {name: f"{kind}.{name}" for name in self.tree.documents[kind]}

    @cached_property
    def organisation(self) -> Mapping[str, Mapping[str, Node]]:
        """Return units, areas, collaboration and users of all organisation documents together."""
        result: dict[str, dict[str, Node]] = {"units": {}, "areas": {}, "collaboration": {}, "users": {}}
        for node in self.tree.documents["organisation"].values():
            for part, members in result.items():
                found = node.get(part)
                members.update(found.members if found is not None else {})
        return result

    @cached_property
    def inverses(self) -> Mapping[str, frozenset[str]]:
        """Return entity type -> names of relations that other types' relations make on it."""
        result: dict[str, set[str]] = {name: set() for name in self.tree.documents["entity_types"]}
        for name in self.tree.documents["entity_types"]:
            for relation in self.type(name).parts("relations").values():
                if inverse := relation.text_of("inverse"):
                    capability = relation.text_of("to_capability")
                    for other, found in result.items():
                        if other == relation.text_of("to") or (capability and capability in self.type(other).capabilities):
                            found.add(inverse)
        return {name: frozenset(found) for name, found in result.items()}

    @cached_property
    def _by_capability(self) -> Mapping[str, tuple[str, ...]]:
        result: dict[str, list[str]] = {}
        for name in self.tree.documents["entity_types"]:
            for capability in self.type(name).capabilities:
                result.setdefault(capability, []).append(name)
        return {capability: tuple(types) for capability, types in result.items()}

    @cached_property
    def _by_key_dates(self) -> Mapping[str, tuple[str, ...]]:
        result: dict[str, list[str]] = {}
        for name, node in self.tree.documents["entity_types"].items():
            result.setdefault(node.text_of("key_dates"), []).append(name)
        return {dates: tuple(types) for dates, types in result.items()}

    def types_of(self, kind: str, identifier: str, document: Node) -> tuple[str, ...]:
        """Return the entity types that a document is about, those that exist."""
        if kind in ("entity_types", "transitions"):
            found: tuple[str, ...] = (identifier,)
        elif kind == "subtypes":
            found = (identifier.partition(".")[0],)
        elif kind == "views":
            found = (document.text_of("entity_type"),)
        elif kind == "key_dates":
            found = self._by_key_dates.get(identifier, ())
        elif kind == "actions":
            named = document.get("entity_types")
            found = (
                (*(item.text for item in named.items), *self._by_capability.get(document.text_of("capability"), ()))
                if named is not None
                else self._by_capability.get(document.text_of("capability"), ())
            )
        else:
            found = ()
        return tuple(name for name in dict.fromkeys(found) if name in self.tree.documents["entity_types"])

    def names(self, reference: Reference) -> tuple[Names, ...]:
        """Return the legal names, once per entity type that the document is about; empty when it cannot be known here."""
        if reference.ref.startswith(LITERAL):
            return self._literal(reference)
        simple = _DOCUMENTS.get(reference.ref)
        if simple:
            return (self.documents(simple),)
        resolve = _RESOLVERS.get(reference.ref)
        return resolve(self, reference) if resolve else ()

    def _literal(self, reference: Reference) -> tuple[Names, ...]:
        """Return the members of the list that the field chooses from under whose name a literal stands."""
        key = replace(reference, ref=reference.ref.removeprefix(LITERAL), text=str(reference.trail[-1]), is_key=True)
        found = []
        for path in self.targets(key):
            node = self.node_at(path)
            if node is not None and (known := self.list_of(node)):
                found.append(known)
        return tuple(found)

    def node_at(self, path: str) -> Node | None:
        """Return the node at the path of a field; None where there is none."""
        kind, _, rest = path.partition(".")
        identifier, _, inner = rest.partition(".")
        node = self.tree.documents[kind].get(identifier)
        for step in inner.split(".") if inner else ():
            node = node.get(step) if node is not None else None
        return node

    def targets(self, reference: Reference) -> tuple[str, ...]:
        """Return the paths of what the reference names."""
        return tuple(dict.fromkeys(names[reference.text] for names in self.names(reference) if names.get(reference.text)))

    def each_type(self, reference: Reference, pick: Callable[[TypeNames], Names]) -> tuple[Names, ...]:
        """Return the names per entity type of the reference's document."""
        return tuple(pick(self.type(name)) for name in self.types_of(reference.kind, reference.id, reference.document))

    def list_of(self, field: Node) -> Names:
        """Return the members of the list, tree or levels that a field chooses from; empty when they are records."""
        type_ = field.text_of("type")
        kind, name, key = {
            "option": ("value_lists", field.text_of("list"), "options"),
            "options": ("value_lists", field.text_of("list"), "options"),
            "level": ("level_lists", field.text_of("list"), "levels"),
            "category": ("categories", field.text_of("tree"), "nodes"),
        }.get(type_, ("", "", ""))
        return keys(self.tree.documents[kind].get(name), key, f"{kind}.{name}") if kind else {}


_DOCUMENTS = {
    "entity_type": "entity_types", "categories": "categories", "level_list": "level_lists", "key_dates": "key_dates", "role": "roles",
}  # fmt: skip


def _part(key: str) -> Callable[[Index, Reference], tuple[Names, ...]]:
    return lambda index, reference: index.each_type(reference, lambda names: {name: f"{names.path}.{key}.{name}" for name in names.parts(key)})


def _lifecycle(key: str) -> Callable[[Index, Reference], tuple[Names, ...]]:
    return lambda index, reference: index.each_type(reference, lambda names: keys(names.lifecycle, key, f"transitions.{names.id}"))


def _list(index: Index, reference: Reference) -> tuple[Names, ...]:
    if reference.around(1).text_of("type") == "level":
        return ({**index.documents("level_lists"), "privacy_level": ""},)
    return (index.documents("value_lists"),)


def _line_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    if reference.kind == "entity_types":
        group = str(reference.trail[1])
        return index.each_type(reference, lambda names: keys(names.parts("lines").get(group), "fields", f"{names.path}.lines.{group}"))
    group = reference.around(2).text_of("lines")
    found = index.each_type(reference, lambda names: keys(names.parts("lines").get(group), "fields", f"{names.path}.lines.{group}"))
    return tuple(names for names in found if names)


def _section_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    section = reference.around(2).text_of("section") or reference.document.text_of("section")
    found = index.each_type(reference, lambda names: keys(names.parts("sections").get(section), "fields", f"{names.path}.sections.{section}"))
    return tuple(names for names in found if names)


def _key_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    def pick(names: TypeNames) -> Names:
        unique = {name: path for name, (path, field) in names.own_fields.items() if (flag := field.get("unique")) is not None and flag.value is True}
        return {"number": "", **unique}

    return index.each_type(reference, pick)


def _slot_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    return index.each_type(reference, lambda names: {name: path for name, path in names.fields.items() if name not in names.engine})


def _choice(index: Index, reference: Reference) -> tuple[Names, ...]:
    name = str(reference.trail[1])
    found = []
    for type_ in index.types_of(reference.kind, reference.id, reference.document):
        node = index.type(type_).choices.get(name)
        if node is not None:
            found.append(index.list_of(choosing_field(node)))
    return tuple(names for names in found if names)


def choosing_field(node: Node) -> Node:
    """Return the field whose values the choices are: the field itself, or of a line group the first that chooses from a list or of records."""
    fields = node.get("fields")
    if fields is None:
        return node
    kinds = ("reference", "option", "level", "category")
    return next((field for field in fields.members.values() if field.text_of("type") in kinds), node)


def _choice_value(index: Index, reference: Reference) -> tuple[Names, ...]:
    name = str(reference.trail[1])

    def pick(names: TypeNames) -> Names:
        group = next((group for group, node in names.parts("lines").items() if node.text_of("choices") == name), "")
        return keys(names.parts("lines").get(group), "fields", f"{names.path}.lines.{group}")

    return index.each_type(reference, pick)


def _created(index: Index, reference: Reference, above: int) -> TypeNames | None:
    node = reference.around(above)
    name = node.text_of("entity_type") or node.text_of("create")
    if not name and reference.kind == "scenarios":
        name = _given_type(reference.document, node.text_of("edit"))
    return index.type(name) if name in index.tree.documents["entity_types"] else None


def _given_type(scenario: Node, name: str) -> str:
    given, steps = scenario.get("given"), scenario.get("when")
    record = given.get(name) if given is not None else None
    step = steps.get(name) if steps is not None else None
    return record.text_of("entity_type") if record is not None else step.text_of("create") if step is not None else ""


def _created_subtype(index: Index, reference: Reference) -> tuple[Names, ...]:
    created = _created(index, reference, 1)
    return (created.subtypes,) if created else ()


def _created_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    created = _created(index, reference, 2)
    return (created.inputs,) if created else ()


def _form_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    form = reference.around(2).text_of("form")
    return (index.type(form).inputs,) if form in index.tree.documents["entity_types"] else ()


def _child_subtype(index: Index, reference: Reference) -> tuple[Names, ...]:
    return (index.type(str(reference.trail[1])).subtypes,)


def _levels(which: str) -> Callable[[Index, Reference], tuple[Names, ...]]:
    def resolve(index: Index, reference: Reference) -> tuple[Names, ...]:
        name = reference.document.text_of(which)
        found = keys(index.tree.documents["level_lists"].get(name), "levels", f"level_lists.{name}")
        return (found,) if found else ()

    return resolve


def _own(key: str) -> Callable[[Index, Reference], tuple[Names, ...]]:
    return lambda _, reference: (keys(reference.document, key, f"{reference.kind}.{reference.id}"),)


def _any_move(index: Index, _: Reference) -> tuple[Names, ...]:
    result: dict[str, str] = {}
    for name in index.tree.documents["transitions"]:
        result.update(keys(index.tree.documents["transitions"][name], "moves", f"transitions.{name}"))
    return (result,)


def _type_action(index: Index, reference: Reference) -> tuple[Names, ...]:
    def pick(names: TypeNames) -> Names:
        moves = keys(names.lifecycle, "moves", f"transitions.{names.id}")
        actions = {name: f"actions.{name}" for name, node in index.tree.documents["actions"].items() if names.id in index.types_of("actions", name, node)}
        return {**moves, **actions}

    return index.each_type(reference, pick)


def _tab(index: Index, reference: Reference) -> tuple[Names, ...]:
    def pick(names: TypeNames) -> Names:
        own = {name: f"{names.path}.{key}.{name}" for key in ("relations", "lines", "sections") for name in names.parts(key)}
        return {**dict.fromkeys(RECORD_TABS, ""), **dict.fromkeys(index.inverses.get(names.id, ()), ""), **own}

    return index.each_type(reference, pick)


def _embed(index: Index, reference: Reference) -> tuple[Names, ...]:
    return index.each_type(reference, lambda names: {name: f"{names.path}.{key}.{name}" for key in ("sections", "lines") for name in names.parts(key)})


def _type_and_field(index: Index, reference: Reference) -> tuple[Names, ...]:
    entity_type = reference.text.partition(".")[0]
    if entity_type not in index.tree.documents["entity_types"]:
        return (index.documents("entity_types"),)
    return ({f"{entity_type}.{name}": path for name, path in index.type(entity_type).fields.items()},)


def _given(_: Index, reference: Reference) -> tuple[Names, ...]:
    path = f"scenarios.{reference.id}"
    steps = reference.document.get("when")
    created = {name: f"{path}.when.{name}" for name, step in steps.members.items() if step.get("create") is not None} if steps is not None else {}
    return ({**keys(reference.document, "given", path), **created},)


def _inverse(index: Index, reference: Reference) -> tuple[Names, ...]:
    other = reference.around(1).text_of("to")
    return (index.type(other).links,) if reference.text in index.type(other).links else ()


_RESOLVERS: Mapping[str, Callable[[Index, Reference], tuple[Names, ...]]] = {
    "list": _list,
    "unit": lambda index, _: ({name: f"organisation.units.{name}" for name in index.organisation["units"]},),
    "demo_user": lambda index, _: ({name: f"organisation.users.{name}" for name in index.organisation["users"]},),
    "field": lambda index, reference: index.each_type(reference, lambda names: names.fields),
    "input": lambda index, reference: (
        () if reference.node.get("type") is not None else index.each_type(reference, lambda names: {**names.fields, "status": ""})
    ),
    "line_field": _line_field,
    "section_field": _section_field,
    "key_field": _key_field,
    "slot_field": _slot_field,
    "link": lambda index, reference: index.each_type(reference, lambda names: names.links),
    "inverse": _inverse,
    "state": _lifecycle("states"),
    "move": _lifecycle("moves"),
    "status": lambda index, reference: index.each_type(reference, lambda names: names.statuses),
    "section": _part("sections"),
    "lines": _part("lines"),
    "relation": _part("relations"),
    "subtype_field": lambda index, reference: index.each_type(reference, lambda names: keys(names.node, "subtype_fields", names.path)),
    "choices": lambda index, reference: index.each_type(reference, lambda names: dict.fromkeys(names.choices, "")),
    "choice": _choice,
    "choice_value": _choice_value,
    "child_subtype": _child_subtype,
    "created_subtype": _created_subtype,
    "created_field": _created_field,
    "given_field": _created_field,
    "form_field": _form_field,
    "attribute": _own("attributes"),
    "node": _own("nodes"),
    "level": _own("levels"),
    "row_level": _levels("row"),
    "column_level": _levels("column"),
    "result_level": _levels("result"),
    "any_move": _any_move,
    "type_action": _type_action,
    "tab": _tab,
    "embed": _embed,
    "type_and_field": _type_and_field,
    "given": _given,
    "code": lambda *_: (dict.fromkeys(CATALOGUE, ""),),
}
