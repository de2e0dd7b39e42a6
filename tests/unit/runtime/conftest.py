"""Small models made by hand, so that these tests need no pack."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from packdesk.model.actions import Action, Effect
from packdesk.model.entity_types import EntityType, Field, Kind, LineGroup, Numbering, Relation, Section
from packdesk.model.lifecycles import Flag, Lifecycle, Move, Rule, State, StateKind, Status
from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Allow, Check, Expression, Text
from packdesk.model.people import Organisation, OrgUnit, Role, UnitLevel
from packdesk.model.subtypes import Choice, Subtype
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record, Related


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
        return Rule(id=id, label=cls.text(id), from_statuses=from_statuses, to=to, **{"path": f"transitions.thing.rules.{id}", **more})

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
    def action(cls, id: str, **more: object) -> Action:  # noqa: A002
        return Action(id=id, path=f"actions.{id}", label=cls.text(id), **{"inputs": {}, "checks": {}, "effects": {}, **more})

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


class MemoryGraph:
    """Walks over records that a test lists."""

    def __init__(self, *records: Record, units: Mapping[str, frozenset[str]] | None = None) -> None:
        self.records = records
        self.units = units or {}

    def get(self, entity_type: str, record_id: str) -> Record | None:
        return next((record for record in self.records if record.entity_type == entity_type and record.id == record_id), None)

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        return ()

    def by_key(self, entity_type: str, key: str) -> Record | None:
        return next((record for record in self.records if record.entity_type == entity_type and record.number == key), None)

    def user_units(self, login: str) -> frozenset[str]:
        return self.units.get(login, frozenset())


@pytest.fixture
def graph() -> MemoryGraph:
    """Give an empty graph."""
    return MemoryGraph()


def _case(make: type[Make]) -> Model:
    flagged = {"reason": (Flag.REQUIRED,), "comment": (Flag.READONLY,)}
    lifecycle = make.lifecycle(
        (
            make.state("pending", "initial", fields={"reason": (Flag.HIDDEN,)}),
            make.state("open"),
            make.state("done", "final", success=True),
            make.state("cancelled", "final", fields=flagged),
        ),
        (
            make.status("new", "pending", default=True),
            make.status("busy", "open", default=True),
            make.status("waiting", "open"),
            make.status("old", "open", effective=False),
            make.status("closed", "done", default=True),
            make.status("dropped", "cancelled", default=True),
        ),
        (
            make.move("start", ("pending",), "open", needs_assignee=True),
            make.move(
                "finish",
                ("open",),
                "done",
                needs_assignee=True,
                when=make.expression("record.ready != false", "transitions.thing.moves.finish.when"),
                checks={
                    "told": Check(
                        id="told",
                        path="transitions.thing.moves.finish.checks.told",
                        that=make.expression("record.answer.text != null", "transitions.thing.moves.finish.checks.told.that"),
                        message=make.text("Answer first."),
                    )
                },
            ),
            make.move("cancel", ("pending",), "cancelled"),
        ),
    )
    fields = (
        make.field(Kind.STRING, "name", required=True, searchable=True),
        make.field(Kind.STRING, "customer", immutable=True),
        make.field(Kind.BOOLEAN, "ready"),
        make.field(Kind.OPTION, "colour", list="colour", choices="colours"),
        make.field(Kind.STRING, "reason", visible=make.expression("record.state == 'cancelled' || record.state == 'pending'")),
        make.field(Kind.STRING, "comment"),
        make.field(Kind.INTEGER, "size", required=make.expression("record.colour == 'red'"), constraints={"minimum": 1}),
        make.field(Kind.INTEGER, "double", derived=make.expression("record.size * 2", "entity_types.thing.fields.double.derived")),
        make.field(Kind.BOOLEAN, "late", derived=make.expression("now > record.created_at", "entity_types.thing.fields.late.derived")),
        make.field(Kind.REFERENCE, "other", to="thing", options_when=make.expression("candidate.name == record.name")),
    )
    answer = make.section(
        "answer",
        make.field(Kind.TEXT, "text", path="entity_types.thing.sections.answer.fields.text", required=True),
        make.field(Kind.STRING, "by", path="entity_types.thing.sections.answer.fields.by", readonly=True),
        present_when=make.expression("record.state == 'open' || record.state == 'done'"),
    )
    phones = make.lines(
        "phones",
        make.field(Kind.STRING, "type", required=True),
        make.field(Kind.PHONE, "number", required=True),
        make.field(Kind.BOOLEAN, "checked", readonly=True),
        unique=("type",),
        max_items=3,
        checks={
            "long": Check(
                id="long", path="entity_types.thing.lines.phones.checks.long", that=make.expression("line.type != 'none'"), message=make.text("Name the type.")
            )
        },
    )
    entity = make.entity(
        "thing",
        fields,
        sections={"answer": answer},
        lines={"phones": phones},
        capabilities=("assignment",),
        subtyped=True,
        checks={
            "whole": Check(id="whole", path="entity_types.thing.checks.whole", that=make.expression("record.size != 13"), message=make.text("Not thirteen."))
        },
    )
    rules = {
        rule.id: rule
        for rule in (
            make.rule("begin", ("new",), "busy", path="subtypes.thing.strict.rules.begin", allow=Allow(units=("sales",), users=("bob",))),
            make.rule("wait", ("busy",), "waiting", path="subtypes.thing.strict.rules.wait", allow=Allow(roles=("boss",))),
            make.rule("back", ("waiting",), "busy", path="subtypes.thing.strict.rules.back"),
            make.rule("end", ("busy",), "closed", path="subtypes.thing.strict.rules.end"),
            make.rule("end_too", ("waiting",), "closed", path="subtypes.thing.strict.rules.end_too", allow=Allow(users=("carl",))),
            make.rule("drop", ("new",), "dropped", path="subtypes.thing.strict.rules.drop"),
        )
    }
    colours = {"colours": {"red": Choice(id="red", path="c.red", default=True, values={}), "brown": Choice(id="brown", path="c.brown", values={})}}
    return make.model(
        entity,
        lifecycles={"thing": lifecycle},
        subtypes={
            "thing": {"free": make.subtype("free", default=True, choices=colours), "strict": make.subtype("strict", rules=rules, allow=Allow(units=("sales",)))}
        },
        value_lists={"colour": make.entries("colour", make.entry("red"), make.entry("green"), make.entry("brown", effective=False))},
        units=(make.unit("company"), make.unit("sales", "company"), make.unit("field", "sales")),
        roles={"boss": make.role("boss")},
        actions={
            "thing": {
                action.id: action
                for action in (
                    make.action("start"),
                    make.action("finish"),
                    make.action("cancel", inputs={"reason": entity.fields["reason"]}, field_inputs=("reason",)),
                    make.action(
                        "claim",
                        when=make.expression("record.assigned_user == null && is_member(actor, record.assigned_unit)", "actions.claim.when"),
                        effects={
                            "mine": Effect(id="mine", path="actions.claim.effects.mine", do="assign", values={}, arguments={"user": make.expression("actor")})
                        },
                    ),
                    make.action("look"),
                )
            }
        },
    )


@pytest.fixture(scope="session")
def case(make: type[Make]) -> Runtime:
    """Give a type with states, rules, a section, lines, choices and an assignment."""
    return compile_model(_case(make))
