"""The typed view of the model: which names an expression may use, what type each has and how it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import RLock
from typing import TYPE_CHECKING

from packdesk.model.entity_types import EntityType, Field, Kind, Relation
from packdesk.model.lists import EntryList
from packdesk.model.model import Model
from packdesk.runtime.engine_columns import ENGINE_LISTS, engine_fields
from packdesk.runtime.expressions import domains, types
from packdesk.runtime.expressions.domains import Domain, EntryAttribute
from packdesk.runtime.expressions.types import Base, Type

if TYPE_CHECKING:
    from packdesk.runtime.contracts import Contracts
    from packdesk.runtime.expressions.tree import Node

_PLAIN: Mapping[Kind, Type] = {
    Kind.STRING: types.TEXT,
    Kind.TEXT: types.TEXT,
    Kind.RICH_TEXT: types.TEXT,
    Kind.EMAIL: types.TEXT,
    Kind.URL: types.TEXT,
    Kind.INTEGER: types.INTEGER,
    Kind.DECIMAL: types.DECIMAL,
    Kind.MONEY: types.MONEY,
    Kind.BOOLEAN: types.BOOLEAN,
    Kind.DATE: types.DATE,
    Kind.DATETIME: types.DATETIME,
    Kind.DURATION: types.DURATION,
    Kind.USER: types.USER,
    Kind.ORG_UNIT: types.UNIT,
    Kind.PHONE: types.PHONE,
    Kind.ADDRESS: types.ADDRESS,
    Kind.SECRET: types.OPAQUE,
    Kind.FILE: types.OPAQUE,
    Kind.JSON: types.OPAQUE,
}
PARTS: Mapping[Base, Mapping[str, Type]] = {
    Base.ADDRESS: dict.fromkeys(("street", "street_number", "postal_code", "town", "region", "country"), types.TEXT),
    Base.MONEY: {"amount": types.DECIMAL, "currency": types.TEXT},
    Base.PHONE: {"raw": types.TEXT, "e164": types.TEXT},
}
ACTOR_PARTS = ("name", "language", "time_zone", "party")


class Place(StrEnum):
    """Where an expression stands; each place offers its names (``offered``)."""

    TITLE = "title"
    FIELD = "field"
    DERIVED = "derived"
    OPTIONS = "options"
    CHECK = "check"
    MOVE = "move"
    ACTION = "action"
    INPUT = "input"
    EFFECT = "effect"
    FILTER = "filter"
    RULE = "rule"
    CARRY_OVER = "carry_over"
    SUBTYPE = "subtype"
    AREA = "area"
    SCENARIO = "scenario"


_ALWAYS = ("now",)
_PEOPLE = ("record", "actor", "subtype", "party", "setting", "now", "section", "line")
#: Place -> the names it offers, as far as the entity type, section or line in question gives them a meaning.
OFFERED: Mapping[Place, tuple[str, ...]] = {
    Place.TITLE: ("record", "subtype"),
    Place.FIELD: (*_PEOPLE, "old", "input"),
    Place.DERIVED: ("record", "subtype", "setting", "now", "section", "line"),
    Place.OPTIONS: (*_PEOPLE, "candidate", "input"),
    Place.CHECK: (*_PEOPLE, "old", "input"),
    Place.MOVE: (*_PEOPLE, "input"),
    Place.ACTION: (*_PEOPLE, "input"),
    Place.INPUT: (*_PEOPLE, "input"),
    Place.EFFECT: (*_PEOPLE, "input", "effect", "event", "link", "old"),
    Place.FILTER: ("record", "actor", "subtype", "setting", "now"),
    Place.RULE: (*_PEOPLE, "old", "event"),
    Place.CARRY_OVER: ("actor", "setting", "now"),
    Place.SUBTYPE: ("actor", "setting", "now"),
    Place.AREA: ("address",),
    Place.SCENARIO: ("actor", "now"),
}
KNOWN_NAMES = frozenset(name for names in OFFERED.values() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A relation as one entity type sees it and how it is stored.

    ``how``: ``field`` (a reference field ``stored`` of the other end, ``holder``), ``links`` (link rows of ``holder.stored`` from
    this record), ``linked`` (the same rows read from the other end), ``symmetric`` (the same rows read from both ends).
    """

    id: str
    type: Type
    many: bool
    holder: str
    stored: str
    how: str
    link: Mapping[str, Type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The lines that subtypes preset for a group: rows per subtype, and which of their fields holds a record's key."""

    type: Type
    table: Mapping[str, tuple[Mapping[str, object], ...]]
    key: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The names that one place offers, with their types."""

    catalogue: "Catalogue"
    place: Place
    entity_type: str = ""
    names: Mapping[str, Type] = field(default_factory=dict)
    section: str = ""
    line: str = ""


class Catalogue:
    """Answers what is behind a dot; built once per model."""

    def __init__(self, model: Model, contracts: "Contracts | None" = None) -> None:
        """Take the model; domains are made when first asked for."""
        #: What is known of the operations of plugins; None where nobody asked them.
        self.contracts = contracts
        self.model = model
        self._domains: dict[str, Domain] = {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._connections: dict[str, dict[str, Connection]] = {}
        self._moved: dict[tuple[str, str], Node | None] = {}
        #: Whoever asks while a field is compiled gets it whole; only the field itself finds itself without.
        self._moving = RLock()

    # entity types

    def moved(self, entity_type: str, path: str) -> "Node | None":
        """Return how a field follows from its record when the clock moves it; None for every other field.

        No record holds such a field: whoever reads it has it computed. One that needs itself is refused elsewhere.
        """
        from packdesk.runtime.expressions.compile import Compiled, compile_expression

        declared = self.fields(entity_type)[path].derived
        if declared is None:
            return None
        key, section = (entity_type, path), path.rpartition(".")[0]
        with self._moving:
            if key not in self._moved:
                self._moved[key] = None
                compiled = compile_expression(declared, self.scope(Place.DERIVED, entity_type, section=section))
                self._moved[key] = compiled.tree if isinstance(compiled, Compiled) and compiled.reads_now else None
            return self._moved[key]

    def fields(self, entity_type: str) -> Mapping[str, Field]:
        """Return engine columns, own fields and section fields of an entity type by field path."""
        if entity_type not in self._fields:
            entity = self.model.entity_types[entity_type]
            self._fields[entity_type] = {
                **engine_fields(entity, entity_type in self.model.lifecycles),
                **entity.fields,
                **{f"{part.id}.{inner.id}": inner for part in entity.sections.values() for inner in part.fields.values()},
            }
        return self._fields[entity_type]

    def with_capability(self, capability: str) -> tuple[str, ...]:
        """Return the entity types that have the capability."""
        return tuple(entity.id for entity in self.model.entity_types.values() if capability in entity.capabilities)

    def connections(self, entity_type: str) -> Mapping[str, Connection]:
        """Return the relations of an entity type by id, those that follow from another type's inverse included."""
        if entity_type not in self._connections:
            entity = self.model.entity_types[entity_type]
            found = dict(self._inverse_connections(entity))
            for relation in entity.relations.values():
                found[relation.id] = self._connection(entity, relation)
            self._connections[entity_type] = found
        return self._connections[entity_type]

    def _connection(self, entity: EntityType, relation: Relation) -> Connection:
        targets = (relation.to,) if relation.to else self.with_capability(relation.to_capability)
        targets = tuple(target for target in targets if target in self.model.entity_types)
        many = relation.many or relation.symmetric
        holder, stored, how = entity.id, relation.id, "symmetric" if relation.symmetric else "links"
        if relation.to and relation.inverse and targets:
            other = self.model.entity_types[relation.to]
            held = self.fields(relation.to).get(relation.inverse)
            if held is not None and held.kind is Kind.REFERENCE:
                holder, stored, how, many = relation.to, relation.inverse, "field", True
            elif relation.inverse in other.relations and self._holds(other.relations[relation.inverse], relation, entity.id):
                holder, stored, how = relation.to, relation.inverse, "linked"
        link = {name: self.field_type(inner, entity.id) for name, inner in relation.fields.items()}
        item = types.record(*targets)
        return Connection(id=relation.id, type=types.list_of(item) if many else item, many=many, holder=holder, stored=stored, how=how, link=link)

    def _holds(self, other: Relation, relation: Relation, entity_type: str) -> bool:
        """Say whether the other end's relation, not this one, holds the links: the one without many, else the first by id."""
        if other.inverse != relation.id or (other.to and other.to != entity_type):
            return False
        return (other.many, other.path) < (relation.many, relation.path)

    def _inverse_connections(self, entity: EntityType) -> Iterable[tuple[str, Connection]]:
        for other in self.model.entity_types.values():
            for relation in other.relations.values():
                reaches = relation.to == entity.id or (relation.to_capability and relation.to_capability in entity.capabilities)
                if not reaches or not relation.inverse or relation.symmetric or relation.inverse in self.fields(entity.id):
                    continue
                yield (
                    relation.inverse,
                    Connection(
                        id=relation.inverse,
                        type=types.list_of(types.record(other.id)),
                        many=True,
                        holder=other.id,
                        stored=relation.id,
                        how="linked",
                        link={name: self.field_type(inner, other.id) for name, inner in relation.fields.items()},
                    ),
                )

    def field_type(self, field_: Field, entity_type: str) -> Type:
        """Return the type of a field of the entity type (or of an input, a line, a list's attribute)."""
        kind = field_.kind
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind is Kind.REFERENCE:
            return types.record(field_.to)
        if kind is Kind.REFERENCES:
            return types.list_of(types.record(field_.to))
        owner = field_.to or entity_type
        if kind in (Kind.OPTION, Kind.OPTIONS):
            option = types.entry(f"{'value_lists' if field_.list in self.model.value_lists else 'level_lists'}.{field_.list}")
            return option if kind is Kind.OPTION else types.list_of(option)
        keys = {Kind.LEVEL: f"level_lists.{field_.list}", Kind.CATEGORY: f"categories.{field_.tree}"}
        return types.entry(keys.get(kind) or {Kind.STATUS: "statuses", Kind.STATE: "states", Kind.SUBTYPE: "subtypes"}[kind] + f".{owner}")

    def party_type(self, entity_types: tuple[str, ...]) -> Type | None:
        """Return the type of ``record.party`` for records of these types; None where one of them has no party."""
        found: list[str] = []
        for entity_type in entity_types:
            entity = self.model.entity_types[entity_type]
            path = entity.party
            if path == "self" or (not path and "party" in entity.plays):
                found.append(entity_type)
                continue
            held = self.fields(entity_type).get(path)
            if held is None or held.kind is not Kind.REFERENCE:
                return None
            found.append(held.to)
        return types.record(*dict.fromkeys(found)) if found else None

    def parties(self) -> Type | None:
        """Return the type of the bare name ``party``: a record of any type that plays the party; None when no type does."""
        members = [entity.id for entity in self.model.entity_types.values() if "party" in entity.plays]
        return types.record(*members) if members else None

    # domains

    def domain(self, key: str) -> Domain:
        """Return the domain with this key; an unknown list gives one without entries (its reference is reported elsewhere)."""
        if key not in self._domains:
            self._domains[key] = self._make_domain(key)
        return self._domains[key]

    def _make_domain(self, key: str) -> Domain:  # noqa: PLR0911 - one return per family
        if key == domains.STATE_KINDS:
            return domains.state_kinds()
        family, _, name = key.partition(".")
        if "|" in name:
            return domains.union(key, (self.domain(f"{family}.{member}") for member in name.split("|")))
        if name in ENGINE_LISTS:
            return domains.of_list(key, ENGINE_LISTS[name], {}, {})
        lists: Mapping[str, Mapping[str, EntryList]] = {
            "value_lists": self.model.value_lists,
            "level_lists": self.model.level_lists,
            "categories": self.model.categories,
        }
        if family in lists and name in lists[family]:
            listed = lists[family][name]
            return domains.of_list(key, listed.entries, listed.attributes, {id_: self.field_type(f, "") for id_, f in listed.attributes.items()})
        if family in ("states", "statuses") and name in self.model.lifecycles:
            lifecycle = self.model.lifecycles[name]
            return domains.of_states(key, lifecycle) if family == "states" else domains.of_statuses(key, lifecycle)
        if family == "subtypes" and name in self.model.entity_types:
            return self._subtype_domain(key, name)
        return Domain(key=key, labels={}, attributes={}, parents={})

    def _subtype_domain(self, key: str, entity_type: str) -> Domain:
        entity = self.model.entity_types[entity_type]
        subtypes = self.model.subtypes.get(entity_type, {})
        attributes = {
            name: EntryAttribute(
                type=self.field_type(inner, entity_type),
                table={one.id: domains.literal_value(inner.kind, one.values.get(name, inner.default)) for one in subtypes.values()},
            )
            for name, inner in entity.subtype_fields.items()
        }
        for path, inner in self.fields(entity_type).items():
            if inner.choices and inner.choices not in attributes:
                attributes[inner.choices] = EntryAttribute(
                    type=types.list_of(self._choice_type(inner, entity_type, path)),
                    table={one.id: tuple(one.choices.get(inner.choices, {})) for one in subtypes.values()},
                )
        return Domain(key=key, labels={one.id: domains.texts(one.label) for one in subtypes.values()}, attributes=attributes, parents={})

    def _choice_type(self, field_: Field, entity_type: str, path: str) -> Type:
        del path
        found = self.field_type(field_, entity_type)
        if found.base is Base.LIST and found.item is not None:
            return found.item
        return found if found.base is Base.ENTRY else types.TEXT

    def preset(self, entity_type: str, name: str) -> Preset | None:
        """Return what ``subtype.<name>`` means when it is the choices of a line group; None when it is not."""
        entity = self.model.entity_types[entity_type]
        group = next((group for group in entity.lines.values() if group.choices == name), None)
        if group is None:
            return None
        keyed = next((inner for inner in group.fields.values() if inner.kind in (Kind.REFERENCE, Kind.OPTION, Kind.CATEGORY, Kind.LEVEL)), None)
        table = {
            one.id: tuple(
                {
                    **{id_: domains.literal_value(inner.kind, choice.values.get(id_, inner.default)) for id_, inner in group.fields.items()},
                    **({keyed.id: choice.id} if keyed is not None else {}),
                }
                for choice in one.choices.get(name, {}).values()
            )
            for one in self.model.subtypes.get(entity_type, {}).values()
        }
        reference = keyed is not None and keyed.kind is Kind.REFERENCE
        return Preset(
            type=types.line(entity_type, group.id), table=table, key=keyed.id if keyed and reference else "", to=keyed.to if keyed and reference else ""
        )

    # scopes

    def scope(
        self,
        place: Place,
        entity_type: str = "",
        *,
        section: str = "",
        line: str = "",
        candidate_type: Type | None = None,
        inputs: Mapping[str, Field] | None = None,
        effects: Mapping[str, Type] | None = None,
        link: Mapping[str, Field] | None = None,
        names: Mapping[str, Type] | None = None,
    ) -> Scope:
        """Return the names that a place offers for records of the entity type.

        ``effects`` are the results of the other effects, ``link`` the fields of the relation in question, ``names`` what only this
        one place offers: the relation's id in ``carry_over``, ``event``, ``address``, the records of a scenario.
        """
        offered = OFFERED[place]
        meanings: dict[str, Type | None] = {"now": types.DATETIME, "actor": types.USER, "setting": types.object_of({}), "party": self.parties()}
        if entity_type in self.model.entity_types:
            entity = self.model.entity_types[entity_type]
            meanings["record"] = meanings["old"] = types.record(entity_type)
            if entity.subtyped or entity.subtype_fields:
                meanings["subtype"] = types.entry(f"subtypes.{entity_type}")
            if section in entity.sections:
                meanings["section"] = types.section(entity_type, section)
            if line in entity.lines:
                meanings["line"] = types.line(entity_type, line)
        meanings["candidate"] = candidate_type
        if inputs is not None:
            meanings["input"] = types.object_of({name: self.field_type(inner, entity_type) for name, inner in inputs.items()})
        if effects is not None:
            meanings["effect"] = types.object_of(dict(effects))
        if link is not None:
            meanings["link"] = types.object_of({name: self.field_type(inner, entity_type) for name, inner in link.items()})
        if place is Place.AREA:
            meanings["address"] = types.ADDRESS
        known = {name: meanings[name] for name in offered if meanings.get(name) is not None}
        found = {name: type_ for name, type_ in known.items() if type_ is not None}
        return Scope(catalogue=self, place=place, entity_type=entity_type, names={**found, **(names or {})}, section=section, line=line)

    def candidate_type(self, field_: Field, entity_type: str = "") -> Type:
        """Return the type of ``candidate`` for a field: one item of what may be chosen."""
        found = self.field_type(field_, entity_type)
        return found.item if found.base is Base.LIST and found.item is not None else found
