"""What can be named of one entity type: fields, sections, line groups, relations, statuses, choices, engine columns."""

from collections.abc import Mapping
from functools import cached_property

from packdesk.packs.nodes import Node
from packdesk.packs.tree import Tree

#: Name -> path of what it stands for; an empty path for what the engine owns.
Names = Mapping[str, str]
ALWAYS = ("id", "number", "version", "privacy_level", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")
#: Ids that no field may have, on any type.
ENGINE_COLUMNS = (*ALWAYS, "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "approval")
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
        if any(node.text_of("entity_type") == self.id for node in self._tree.documents["approvals"].values()):
            names.append("approval")
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

    def kind_of(self, path: str) -> str | None:
        """Return the kind of a field of the record itself or of a section, empty for a column of the engine; None for what holds no value."""
        if path in self.engine:
            return ""
        section, dot, name = path.partition(".")
        if not dot:
            return self.own_fields[path][1].text_of("type") if path in self.own_fields else None
        found = self.parts("sections").get(section)
        fields = found.get("fields") if found is not None else None
        return fields.members[name].text_of("type") if fields is not None and name in fields.members else None

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
