"""Knows what can be named: per reference the legal names, each with the path of what it stands for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

from packdesk.errors import CATALOGUE
from packdesk.model.views import Layout
from packdesk.packs.nodes import Node
from packdesk.packs.references import LITERAL, Reference, references
from packdesk.packs.tree import Tree
from packdesk.packs.type_names import ENGINE_COLUMNS, Names, TypeNames, keys

__all__ = ["ENGINE_COLUMNS", "Index", "Names", "choosing_field"]
_NOTHING: Mapping[str, str] = MappingProxyType({})
RECORD_TABS = ("notes", "attachments", "history", "communications", "timeline")


class Index:
    """Resolves references of one tree."""

    def __init__(self, tree: Tree, unread: Mapping[str, str] = _NOTHING) -> None:
        """Take the tree, and the texts of entity types' files that could not be read, by what the file is called."""
        self.tree = tree
        self._unread = unread
        self._types: dict[str, TypeNames] = {}
        self._users: dict[str, tuple[str, ...]] = {}

    def type(self, entity_type: str) -> TypeNames:
        """Return what can be named of an entity type."""
        if entity_type not in self._types:
            self._types[entity_type] = TypeNames(self.tree, entity_type)
        return self._types[entity_type]

    def unread(self, entity_type: str) -> bool:
        """Say whether an entity type is missing because the file that may hold it could not be read: that is said of the file already."""
        known = self.tree.documents["entity_types"]
        return entity_type not in known and any(entity_type == stem or f'"{entity_type}"' in text for stem, text in self._unread.items())

    def orphaned(self, entity_type: str) -> bool:
        """Say whether an entity type is missing that has a lifecycle or subtypes: that is said of those."""
        if entity_type in self.tree.documents["entity_types"]:
            return False
        return entity_type in self.tree.documents["transitions"] or any(name.startswith(f"{entity_type}.") for name in self.tree.documents["subtypes"])

    @cached_property
    def named_in_vain(self) -> frozenset[str]:
        """Return the entity types that documents name and that there are not."""
        known = self.tree.documents["entity_types"]
        return frozenset(reference.text for reference in references(self.tree) if reference.ref == "entity_type" and reference.text not in known)

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
        elif kind in ("views", "workflows", "assignment_rules", "approvals"):
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


def _approval(index: Index, reference: Reference) -> tuple[Names, ...]:
    types = set(index.types_of(reference.kind, reference.id, reference.document))
    return ({name: f"approvals.{name}" for name, node in index.tree.documents["approvals"].items() if node.text_of("entity_type") in types},)


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
    return index.each_type(reference, lambda names: _actions_of(index, names))


def _actions_of(index: Index, names: TypeNames) -> Names:
    moves = keys(names.lifecycle, "moves", f"transitions.{names.id}")
    actions = {name: f"actions.{name}" for name, node in index.tree.documents["actions"].items() if names.id in index.types_of("actions", name, node)}
    return {**moves, **actions}


def _tab_action(index: Index, reference: Reference) -> tuple[Names, ...]:
    """Return the actions of the records that the tab lists."""
    listed = reference.around(2).text_of("records")
    if listed not in index.tree.documents["entity_types"]:
        return ()
    return (_actions_of(index, index.type(listed)),)


def _tab(index: Index, reference: Reference) -> tuple[Names, ...]:
    if reference.document.text_of("layout") == Layout.TAB_SET:  # whose tabs say what they show
        return ()

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
    "approval": _approval,
    "created_subtype": _created_subtype,
    "own_subtype": lambda index, reference: index.each_type(reference, lambda names: names.subtypes),
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
    "tab_action": _tab_action,
    "embed": _embed,
    "type_and_field": _type_and_field,
    "given": _given,
    "code": lambda *_: (dict.fromkeys(CATALOGUE, ""),),
}
