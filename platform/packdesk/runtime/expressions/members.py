"""What stands behind a dot: fields, lines, relations, attributes, labels and parts."""

from typing import TYPE_CHECKING, NoReturn

from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import ACTOR_PARTS, PARTS, Catalogue
from packdesk.runtime.expressions.faults import nearest
from packdesk.runtime.expressions.tree import ActorPart, Attribute, Field, Label, Lines, Node, Part, PartyOf, PresetLines, Related, Root
from packdesk.runtime.expressions.types import TEXT, Base, Type

if TYPE_CHECKING:
    from packdesk.runtime.expressions.check import Checker

MAX_HOPS = 3


def select(checker: "Checker", target: Node, name: str, at: int, end: int) -> Node:
    """Return the member of the target; raises when it has none of this name."""
    base = target.type.base
    found: Node | None = None
    if isinstance(target, Root) and target.name == "actor":
        found = _actor_part(checker, target, name, end)
    elif base is Base.RECORD:
        found = _record_member(checker.catalogue, target, name, end)
    elif base is Base.SECTION and isinstance(target, Field):
        path = f"{target.path}.{name}"
        found = _field(checker.catalogue, target.target, path, end, start=target.start)
    elif base is Base.LINE:
        inner = checker.catalogue.model.entity_types[target.type.entity_types[0]].lines[target.type.part].fields.get(name)
        if inner is not None:
            type_ = checker.catalogue.field_type(inner, target.type.entity_types[0])
            found = Field(type=type_, start=target.start, end=end, target=target, path=name)
    elif base is Base.ENTRY:
        found = _entry_member(checker.catalogue, target, name, end)
    elif base in PARTS and name in PARTS[base]:
        found = Part(type=PARTS[base][name], start=target.start, end=end, target=target, part=name)
    elif base is Base.OBJECT:
        type_of = dict(target.type.members).get(name)
        if type_of is not None:
            found = Field(type=type_of, start=target.start, end=end, target=target, path=name)
    if found is None:
        _unknown(checker, target, name, at)
    if hops(found) > MAX_HOPS:
        checker.fail("path_too_long", f"The path crosses more than {MAX_HOPS} relations.", at, advice="Keep the value in a derived field nearer by.")
    return found


def hops(node: Node) -> int:
    """Return how many relations a path crosses."""
    if isinstance(node, Related | PartyOf):
        return 1 + hops(node.target)
    if isinstance(node, Field | Lines | Attribute | Label | Part | PresetLines):
        inner = node.target
        crossed = 1 if isinstance(inner, Field) and inner.type.base is Base.RECORD else 0
        return crossed + hops(inner)
    return 0


def names_of(catalogue: Catalogue, type_: Type) -> tuple[str, ...]:
    """Return the members that a value of the type has, for messages and completion."""
    if type_.base is Base.RECORD:
        found: list[tuple[str, ...]] = []
        for entity_type in type_.entity_types:
            entity = catalogue.model.entity_types[entity_type]
            own = [path for path in catalogue.fields(entity_type) if "." not in path]
            found.append((*own, *entity.sections, *entity.lines, *catalogue.connections(entity_type), "party"))
        return tuple(name for name in found[0] if all(name in other for other in found)) if found else ()
    if type_.base is Base.SECTION:
        return tuple(catalogue.model.entity_types[type_.entity_types[0]].sections[type_.part].fields)
    if type_.base is Base.LINE:
        return tuple(catalogue.model.entity_types[type_.entity_types[0]].lines[type_.part].fields)
    if type_.base is Base.ENTRY:
        presets: tuple[str, ...] = ()
        family, _, owner = type_.domain.partition(".")
        if family == "subtypes" and owner in catalogue.model.entity_types:
            presets = tuple(group.choices for group in catalogue.model.entity_types[owner].lines.values() if group.choices)
        return ("id", "label", *catalogue.domain(type_.domain).attributes, *presets)
    if type_.base is Base.USER:
        return ACTOR_PARTS
    return tuple(PARTS.get(type_.base, ())) or tuple(name for name, _ in type_.members)


def _unknown(checker: "Checker", target: Node, name: str, at: int) -> NoReturn:
    names = names_of(checker.catalogue, target.type)
    if target.type.base is Base.LIST:
        advice = "Look at the items with all, exists, filter or map, or take first(list)."
    elif names:
        advice = f"It has {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}."
    else:
        advice = "Nothing can be read from it."
    checker.fail("unknown_member", f"There is no '{name}' in {target.type}.", at, advice=advice, did_you_mean=nearest(name, names))


def _actor_part(checker: "Checker", target: Node, name: str, end: int) -> Node | None:
    if name not in ACTOR_PARTS:
        return None
    type_ = checker.catalogue.parties() if name == "party" else TEXT
    return ActorPart(type=type_, start=target.start, end=end, part=name) if type_ is not None else None


def _record_member(catalogue: Catalogue, target: Node, name: str, end: int) -> Node | None:
    owners = target.type.entity_types
    if name == "party" and not all("party" in catalogue.fields(owner) for owner in owners):
        return _party(catalogue, target, end)
    found = _field(catalogue, target, name, end, start=target.start)
    if found is not None or len(owners) != 1:
        return found
    entity = catalogue.model.entity_types[owners[0]]
    if name in entity.sections:
        return Field(type=types.section(entity.id, name), start=target.start, end=end, target=target, path=name)
    if name in entity.lines:
        return Lines(type=types.list_of(types.line(entity.id, name)), start=target.start, end=end, target=target, group=name)
    connection = catalogue.connections(entity.id).get(name)
    if connection is None or (not connection.type.entity_types and not (connection.type.item and connection.type.item.entity_types)):
        return None
    return Related(
        type=connection.type,
        start=target.start,
        end=end,
        target=target,
        relation=name,
        holder=connection.holder,
        stored=connection.stored,
        how=connection.how,
    )


def _party(catalogue: Catalogue, target: Node, end: int) -> Node | None:
    """Return the record whose business this is: the record itself, or the reference that its type names."""
    type_ = catalogue.party_type(target.type.entity_types)
    if type_ is None:
        return None
    paths = {owner: catalogue.model.entity_types[owner].party for owner in target.type.entity_types}
    own = [owner for owner, path in paths.items() if path == "self" or not path]
    if own and len(paths) == 1:
        return target
    if not own and len(set(paths.values())) == 1:
        return Field(type=type_, start=target.start, end=end, target=target, path=next(iter(paths.values())))
    return PartyOf(type=type_, start=target.start, end=end, target=target, paths={owner: "" if path == "self" else path for owner, path in paths.items()})


def _field(catalogue: Catalogue, target: Node, path: str, end: int, *, start: int) -> Node | None:
    owners = target.type.entity_types
    found = [catalogue.fields(owner).get(path) for owner in owners]
    present = [(inner, owner) for inner, owner in zip(found, owners, strict=True) if inner is not None]
    if not owners or len(present) != len(owners):
        return None
    kinds = [catalogue.field_type(inner, owner) for inner, owner in present]
    type_ = kinds[0]
    if any(kind != type_ for kind in kinds):
        families = {kind.domain.partition(".")[0] for kind in kinds}
        if len(families) != 1 or any(kind.base is not Base.ENTRY for kind in kinds) or families & {"value_lists", "level_lists", "categories"}:
            return None
        type_ = types.entry(f"{families.pop()}.{'|'.join(kind.domain.partition('.')[2] for kind in kinds)}")
    derived = catalogue.moved(owners[0], path) if len(owners) == 1 else None
    return Field(type=type_, start=start, end=end, target=target, path=path, derived=derived)


def _entry_member(catalogue: Catalogue, target: Node, name: str, end: int) -> Node | None:
    domain = catalogue.domain(target.type.domain)
    if name == "id":
        return Attribute(type=TEXT, start=target.start, end=end, target=target, name=name, table={key: key for key in domain.labels})
    if name == "label":
        return Label(type=TEXT, start=target.start, end=end, target=target, table=domain.labels)
    family, _, owner = target.type.domain.partition(".")
    if family == "subtypes" and owner in catalogue.model.entity_types:
        preset = catalogue.preset(owner, name)
        if preset is not None:
            type_ = types.list_of(preset.type)
            return PresetLines(type=type_, start=target.start, end=end, target=target, table=preset.table, key=preset.key, to=preset.to)
    attribute = domain.attributes.get(name)
    if attribute is None:
        return None
    return Attribute(type=attribute.type, start=target.start, end=end, target=target, name=name, table=attribute.table)
