"""Small models made by hand, so that these tests need no pack."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from packdesk.model.entity_types import EntityType, Field, Kind, LineGroup, Numbering, Relation, Section
from packdesk.model.lifecycles import Lifecycle, Move, Rule, State, StateKind, Status
from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Expression, Text
from packdesk.model.people import Organisation, OrgUnit, Role, UnitLevel
from packdesk.model.subtypes import Subtype


class Make:
    """Builds parts of a model with everything left out that a test doesn't speak of."""

    @staticmethod
    def text(words: str) -> Text:
        return Text({"en": words}, words)

    @staticmethod
    def expression(source: str, path: str = "test") -> Expression:
        return Expression(source, path)

    @classmethod
    def field(cls, kind: Kind, id: str = "field", path: str = "", **more: object) -> Field:  # noqa: A002
        given = {"path": path or f"entity_types.thing.fields.{id}", "label": cls.text(id.capitalize()), "constraints": MappingProxyType({}), **more}
        return Field(id=id, kind=kind, **given)

    @classmethod
    def entry(cls, id: str, **more: object) -> Entry:  # noqa: A002
        return Entry(id=id, path=f"lists.{id}", **{"label": cls.text(id.capitalize()), "attributes": {}, **more})

    @classmethod
    def entries(cls, id: str, *entries: Entry, attributes: Mapping[str, Field] | None = None) -> EntryList:  # noqa: A002
        return EntryList(id=id, path=f"lists.{id}", label=cls.text(id), entries={entry.id: entry for entry in entries}, attributes=attributes or {})

    @classmethod
    def entity(cls, id: str = "thing", fields: tuple[Field, ...] = (), **more: object) -> EntityType:  # noqa: A002
        given = {
            "label": cls.text(id.capitalize()),
            "plural": cls.text(f"{id.capitalize()}s"),
            "title": Expression("record.number", f"entity_types.{id}.title"),
            "number": Numbering(prefix="TH"),
            "plays": {},
            "sections": {},
            "lines": {},
            "relations": {},
            "unique": {},
            "checks": {},
            "subtype_fields": {},
            **more,
        }
        return EntityType(id=id, path=f"entity_types.{id}", fields={field.id: field for field in fields}, **given)

    @classmethod
    def section(cls, id: str, *fields: Field, entity: str = "thing", **more: object) -> Section:  # noqa: A002
        return Section(id=id, path=f"entity_types.{entity}.sections.{id}", label=cls.text(id), fields={field.id: field for field in fields}, **more)

    @classmethod
    def lines(cls, id: str, *fields: Field, entity: str = "thing", **more: object) -> LineGroup:  # noqa: A002
        path = f"entity_types.{entity}.lines.{id}"
        return LineGroup(id=id, path=path, label=cls.text(id), fields={field.id: field for field in fields}, **{"checks": {}, **more})

    @classmethod
    def relation(cls, id: str, entity: str = "thing", **more: object) -> Relation:  # noqa: A002
        return Relation(id=id, path=f"entity_types.{entity}.relations.{id}", label=cls.text(id), **{"carry_over": {}, "fields": {}, **more})

    @classmethod
    def state(cls, id: str, kind: str = "open", **more: object) -> State:  # noqa: A002
        return State(id=id, path=f"transitions.thing.states.{id}", label=cls.text(id), kind=StateKind(kind), **{"fields": {}, **more})

    @classmethod
    def status(cls, id: str, state: str, **more: object) -> Status:  # noqa: A002
        return Status(id=id, path=f"transitions.thing.statuses.{id}", label=cls.text(id), state=state, **more)

    @classmethod
    def move(cls, id: str, from_states: tuple[str, ...], to: str, **more: object) -> Move:  # noqa: A002
        return Move(id=id, path=f"transitions.thing.moves.{id}", label=cls.text(id), from_states=from_states, to=to, **{"checks": {}, **more})

    @classmethod
    def rule(cls, id: str, from_statuses: tuple[str, ...], to: str, **more: object) -> Rule:  # noqa: A002
        return Rule(id=id, path=f"transitions.thing.rules.{id}", from_statuses=from_statuses, to=to, **more)

    @classmethod
    def lifecycle(
        cls, states: tuple[State, ...], statuses: tuple[Status, ...], moves: tuple[Move, ...] = (), rules: tuple[Rule, ...] = (), **more: object
    ) -> Lifecycle:
        return Lifecycle(
            id="thing",
            path="transitions.thing",
            states={state.id: state for state in states},
            statuses={status.id: status for status in statuses},
            moves={move.id: move for move in moves},
            rules={rule.id: rule for rule in rules},
            **more,
        )

    @classmethod
    def subtype(cls, id: str, **more: object) -> Subtype:  # noqa: A002
        given = {"entity_type": "thing", "label": cls.text(id), "values": {}, "statuses": {}, "choices": {}, "children": {}, **more}
        return Subtype(id=id, path=f"subtypes.thing.{id}", **given)

    @classmethod
    def unit(cls, id: str, parent: str = "", **more: object) -> OrgUnit:  # noqa: A002
        return OrgUnit(id=id, path=f"organisation.units.{id}", label=cls.text(id), parent=parent, **{"level": UnitLevel.UNIT, **more})

    @classmethod
    def role(cls, id: str) -> Role:  # noqa: A002
        return Role(id=id, path=f"roles.{id}", label=cls.text(id), permit={}, fields={})

    @classmethod
    def model(cls, *entities: EntityType, units: tuple[OrgUnit, ...] = (), **more: object) -> Model:
        given = {
            "hash": "0" * 64,
            "packs": (),
            "languages": ("en", "de"),
            "lifecycles": {},
            "subtypes": {},
            "categories": {},
            "value_lists": {},
            "level_lists": {},
            "matrices": {},
            "actions": {},
            "free_actions": {},
            "views": {},
            "organisation": Organisation(units={unit.id: unit for unit in units}, areas={}, collaboration={}, users={}),
            "roles": {},
            "scenarios": {},
            "demo_records": {},
            "origins": {},
            **more,
        }
        return Model(entity_types={entity.id: entity for entity in entities}, **given)


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """Give the builder."""
    return Make


@pytest.fixture(scope="session")
def listed(make: type[Make]) -> Model:
    """Give a model with one list of each sort."""
    return make.model(
        value_lists={"colour": make.entries("colour", make.entry("red", code="R"), make.entry("green", label=Text({"en": "Green", "de": "Grün"}, "Green")))},
        level_lists={"size": make.entries("size", make.entry("small"), make.entry("large", supported=False))},
        categories={"tree": make.entries("tree", make.entry("top"), make.entry("leaf", parent="top"))},
        units=(make.unit("sales"),),
    )
