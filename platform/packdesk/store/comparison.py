"""Two models in, what differs for storage out: pure, no database is asked here.

Ids are matched before anything else: a thing is *renamed* when the new one says ``renamed_from`` an id that is gone, or when the
old one said so about an id that is back (a roll-back). Everything after that works on matched pairs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from packdesk.model.entity_types import Access, EntityType, Field, Kind
from packdesk.model.model import Model
from packdesk.store.physical import stored_as_links
from packdesk.store.steps import Slot


class Renamable(Protocol):
    """A node that may say which id it had before."""

    @property
    def renamed_from(self) -> str:
        """Return the former id, or an empty text."""
        ...


NodeT = TypeVar("NodeT", bound=Renamable)

_PERSONAL_UNITS = ("owner_unit", "assigned_unit")


def renames(old: Mapping[str, NodeT], new: Mapping[str, NodeT]) -> Mapping[str, str]:
    """Return new id -> old id of everything that both have under different ids."""
    found: dict[str, str] = {}
    gone = {key: node for key, node in old.items() if key not in new}
    for key, node in new.items():
        if key in old:
            continue
        if node.renamed_from in gone:
            found[key] = node.renamed_from
        elif back := next((former for former, was in gone.items() if was.renamed_from == key), ""):
            found[key] = back
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The closed set of ids that a slot may hold, and its path in the documents."""

    path: str
    nodes: Mapping[str, Renamable]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPair:
    """A slot of the new model with its field, and what it was before; either side may be missing."""

    new: Slot | None
    field: Field | None
    old: Slot | None
    former: Field | None

    @property
    def name(self) -> str:
        """Return the name of the slot as the new model calls it, else as the old one did."""
        slot = self.new or self.old
        return "" if slot is None else slot.name


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePair:
    """An entity type before and after."""

    old: EntityType | None
    new: EntityType | None
    slots: tuple[SlotPair, ...]


def type_pairs(old: Model | None, new: Model) -> tuple[TypePair, ...]:
    """Return the entity types of both models, matched; new ones in written order, then those that are gone."""
    before: Mapping[str, EntityType] = {} if old is None else old.entity_types
    renamed = renames(before, new.entity_types)
    pairs = []
    matched = set()
    for key, entity in new.entity_types.items():
        former_id = key if key in before else renamed.get(key, "")
        former = before.get(former_id)
        matched.add(former_id)
        pairs.append(TypePair(old=former, new=entity, slots=tuple(_slot_pairs(old, former, new, entity))))
    pairs.extend(TypePair(old=entity, new=None, slots=()) for key, entity in before.items() if key not in matched)
    return tuple(pairs)


def slots(model: Model, entity: EntityType) -> Mapping[Slot, Field]:
    """Return every declared value that the entity type stores, in written order."""
    found = {Slot(entity.id, path): field for path, field in entity.fields.items()}
    for section in entity.sections.values():
        found |= {Slot(entity.id, f"{section.id}.{key}"): field for key, field in section.fields.items()}
    for group in entity.lines.values():
        found |= {Slot(entity.id, key, group.id): field for key, field in group.fields.items()}
    for relation in entity.relations.values():
        if stored_as_links(model, entity.id, relation.id):
            found |= {Slot(entity.id, key, relation.id, link=True): field for key, field in relation.fields.items()}
    return found


def _slot_pairs(old: Model | None, former: EntityType | None, new: Model, entity: EntityType) -> Iterator[SlotPair]:
    before = {} if old is None or former is None else slots(old, former)
    after = slots(new, entity)
    places = {_place(slot): slot for slot in before}
    gone = dict(before)
    pending: list[tuple[Slot, Field]] = []
    for slot, field in after.items():
        was = places.get(_place(slot))
        if was is None:
            pending.append((slot, field))
            continue
        gone.pop(was)
        yield SlotPair(new=slot, field=field, old=was, former=before[was])
    for slot, field in pending:
        was = next((other for other in gone if _succeeds(slot, field, other, gone[other])), None)
        former_field = gone.pop(was) if was is not None else None
        yield SlotPair(new=slot, field=field, old=was, former=former_field)
    for slot, field in gone.items():
        yield SlotPair(new=None, field=None, old=slot, former=field)


def _place(slot: Slot) -> tuple[str, bool, str]:
    return (slot.group, slot.link, slot.path)


def _succeeds(slot: Slot, field: Field, other: Slot, former: Field) -> bool:
    """Return whether one is the other under a new id: same group or section, and either side names the other."""
    section, _, leaf = slot.path.rpartition(".")
    other_section, _, other_leaf = other.path.rpartition(".")
    if (slot.group, slot.link, section) != (other.group, other.link, other_section):
        return False
    return field.renamed_from == other_leaf or former.renamed_from == leaf


def vocabulary(model: Model, field: Field) -> Vocabulary | None:
    """Return the closed set of ids that the field may hold; None for a field of free values."""
    if field.kind in (Kind.OPTION, Kind.OPTIONS, Kind.LEVEL):
        found = model.value_lists.get(field.list) or model.level_lists.get(field.list)
    elif field.kind is Kind.CATEGORY:
        found = model.categories.get(field.tree)
    elif field.kind is Kind.ORG_UNIT:
        return Vocabulary(path="organisation.units", nodes=model.organisation.units)
    else:
        return None
    return None if found is None else Vocabulary(path=found.path, nodes=found.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """How the ids that one slot may hold changed."""

    slot: Slot
    #: ``status`` values must be mapped before they may go; others stay readable.
    status: bool
    #: Old id -> new id that the packs themselves name.
    renamed: Mapping[str, str]
    #: Old ids that the new model does not know.
    gone: tuple[str, ...]
    #: New ids a person may map to.
    options: tuple[str, ...]
    many: bool = False
    #: The ids are configuration items, and no units of the organisation.
    configured: bool = True


def value_changes(old: Model, new: Model, pair: TypePair) -> tuple[ValueChange, ...]:
    """Return what happens to the closed vocabularies of one entity type's slots, engine columns included."""
    if pair.old is None or pair.new is None:
        return ()
    found = [*_engine_values(old, new, pair.old, pair.new)]
    for slot in pair.slots:
        if slot.new is None or slot.field is None or slot.former is None or slot.field.kind is not slot.former.kind:
            continue
        before, after = vocabulary(old, slot.former), vocabulary(new, slot.field)
        if before is not None and after is not None:
            kind = slot.field.kind
            found.append(_changed(slot.new, before.nodes, after.nodes, many=kind is Kind.OPTIONS, configured=kind is not Kind.ORG_UNIT))
    return tuple(change for change in found if change.renamed or change.gone)


def _engine_values(old: Model, new: Model, former: EntityType, entity: EntityType) -> Iterator[ValueChange]:
    before, after = old.lifecycles.get(former.id), new.lifecycles.get(entity.id)
    if before is not None and after is not None:
        yield _changed(Slot(entity.id, "status"), before.statuses, after.statuses, status=True)
    if former.subtyped and entity.subtyped:
        yield _changed(Slot(entity.id, "subtype"), old.subtypes.get(former.id, {}), new.subtypes.get(entity.id, {}))
    for column in unit_columns(former):
        if column in unit_columns(entity):
            found = _changed(Slot(entity.id, column), old.organisation.units, new.organisation.units, configured=False)
            yield replace(found, options=owning_units(new)) if column == "owner_unit" else found


def owning_units(model: Model) -> tuple[str, ...]:
    """Return the units that may own records: the groups (and communities); in an organisation without any, all of them."""
    units = model.organisation.units
    return tuple(unit for unit in units if model.organisation.group_of(unit) == unit) or tuple(units)


def unit_columns(entity: EntityType) -> tuple[str, ...]:
    """Return the engine columns of an entity type that hold a unit."""
    present = (entity.access is Access.EXPLICIT, "assignment" in entity.capabilities)
    return tuple(column for column, there in zip(_PERSONAL_UNITS, present, strict=True) if there)


def _changed(
    slot: Slot, before: Mapping[str, Renamable], after: Mapping[str, Renamable], *, status: bool = False, many: bool = False, configured: bool = True
) -> ValueChange:
    renamed = {old: new for new, old in renames(before, after).items()}
    gone = tuple(key for key in before if key not in after and key not in renamed)
    return ValueChange(slot=slot, status=status, renamed=renamed, gone=gone, options=tuple(after), many=many, configured=configured)


def moved_statuses(old: Model, new: Model, pair: TypePair) -> Mapping[str, str]:
    """Return status (as the new model calls it) -> new state, for statuses that stand in another state than before."""
    if pair.old is None or pair.new is None:
        return {}
    before, after = old.lifecycles.get(pair.old.id), new.lifecycles.get(pair.new.id)
    if before is None or after is None:
        return {}
    former = renames(before.statuses, after.statuses)
    was = {key: before.statuses.get(former.get(key, key)) for key in after.statuses}
    return {key: status.state for key, status in after.statuses.items() if (old_status := was[key]) is not None and old_status.state != status.state}


def uniques(entity: EntityType) -> Mapping[str, tuple[str, ...]]:
    """Return name -> field paths of everything that must be unique among the live records of the type."""
    fields = {field_id: (field_id,) for field_id, field in entity.fields.items() if field.unique}
    for section in entity.sections.values():
        fields |= {f"{section.id}.{key}": (f"{section.id}.{key}",) for key, field in section.fields.items() if field.unique}
    return {**fields, **entity.unique}
