"""A small model with every kind of field, and records in memory: what the expression tests evaluate against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from packdesk.model.entity_types import Access, EntityType, Field, Kind, LineGroup, Numbering, Relation, Section
from packdesk.model.lifecycles import Lifecycle, State, StateKind, Status
from packdesk.model.lists import Entry, EntryList, Matrix
from packdesk.model.model import Model
from packdesk.model.nodes import Expression, Text
from packdesk.model.people import Organisation, OrgUnit, Role, UnitLevel
from packdesk.model.subtypes import Choice, Subtype
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.values import Actor, Record, Related

NOW = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ANNA = Actor(
    login="anna",
    name="Anna Berg",
    roles=frozenset({"agent"}),
    units=frozenset({"first_line"}),
    member_of=frozenset({"first_line", "care", "service"}),
    language="de",
    time_zone="America/New_York",
)


def text(english: str, german: str = "") -> Text:
    return Text({"en": english, **({"de": german} if german else {})}, english)


def field_of(name: str, kind: Kind, **more: object) -> Field:
    return Field(id=name, path=f"sample.{name}", label=text(name), kind=kind, constraints={}, **more)  # type: ignore[arg-type]


def fields_of(**kinds: Kind | tuple[Kind, dict[str, object]]) -> dict[str, Field]:
    return {name: field_of(name, kind[0], **kind[1]) if isinstance(kind, tuple) else field_of(name, kind) for name, kind in kinds.items()}


def entries(*ids: str, parents: Mapping[str, str] | None = None, attributes: Mapping[str, Mapping[str, object]] | None = None) -> dict[str, Entry]:
    return {
        id_: Entry(
            id=id_,
            path=f"list.{id_}",
            label=text(id_.capitalize(), f"{id_.capitalize()} de"),
            parent=(parents or {}).get(id_, ""),
            attributes=(attributes or {}).get(id_, {}),  # type: ignore[arg-type]
        )
        for id_ in ids
    }


def entity(name: str, fields: dict[str, Field], **more: object) -> EntityType:
    given: dict[str, object] = {"plays": {}, "sections": {}, "lines": {}, "relations": {}, "unique": {}, "checks": {}, "subtype_fields": {}, **more}
    return EntityType(
        id=name,
        path=f"entity_types.{name}",
        label=text(name),
        plural=text(name + "s"),
        title=Expression("record.number", f"entity_types.{name}.title"),
        number=Numbering(prefix=name[:2].upper()),
        fields=fields,
        **given,  # type: ignore[arg-type]
    )


def relation(name: str, fields: dict[str, Field] | None = None, **more: object) -> Relation:
    return Relation(id=name, path=f"relations.{name}", label=text(name), carry_over={}, fields=fields or {}, **more)  # type: ignore[arg-type]


def lifecycle(name: str) -> Lifecycle:
    states = {
        "fresh": State(id="fresh", path="s", label=text("Fresh", "Frisch"), kind=StateKind.INITIAL, fields={}),
        "busy": State(id="busy", path="s", label=text("Busy", "Läuft"), kind=StateKind.OPEN, fields={}),
        "done": State(id="done", path="s", label=text("Done", "Fertig"), kind=StateKind.FINAL, success=True, fields={}),
        "dropped": State(id="dropped", path="s", label=text("Dropped"), kind=StateKind.FINAL, fields={}),
    }
    statuses = {name: Status(id=name, path="s", label=text(name), state=state) for name, state in (("new", "fresh"), ("going", "busy"), ("over", "done"))}
    statuses["paused"] = Status(id="paused", path="s", label=text("paused"), state="busy", waiting=True)
    return Lifecycle(id=name, path=f"transitions.{name}", states=states, statuses=statuses, moves={}, rules={})


def _order() -> EntityType:
    return entity(
        "order",
        fields_of(
            a=Kind.INTEGER,
            b=Kind.INTEGER,
            x=Kind.DECIMAL,
            y=Kind.DECIMAL,
            t=Kind.STRING,
            u=Kind.STRING,
            p=Kind.BOOLEAN,
            q=Kind.BOOLEAN,
            d=Kind.DATE,
            e=Kind.DATE,
            m=Kind.DATETIME,
            n=Kind.DATETIME,
            s=Kind.DURATION,
            r=Kind.DURATION,
            w=Kind.MONEY,
            v=Kind.MONEY,
            colour=(Kind.OPTION, {"list": "colour"}),
            paint=(Kind.OPTION, {"list": "colour", "choices": "paints"}),
            kind=(Kind.CATEGORY, {"tree": "kind"}),
            urgency=(Kind.LEVEL, {"list": "grade"}),
            impact=(Kind.LEVEL, {"list": "grade"}),
            owner=(Kind.REFERENCE, {"to": "person"}),
            helper=(Kind.REFERENCE, {"to": "person"}),
            user=Kind.USER,
            unit=Kind.ORG_UNIT,
            tel=Kind.PHONE,
            fax=Kind.PHONE,
            home=Kind.ADDRESS,
            colours=(Kind.OPTIONS, {"list": "colour"}),
            late=(Kind.BOOLEAN, {"derived": Expression("record.m < now", "sample.late")}),
            wait=(Kind.DURATION, {"derived": Expression("record.late ? now - record.m : null", "sample.wait")}),
        ),
        access=Access.EXPLICIT,
        party="owner",
        capabilities=("assignment", "jobs"),
        sections={"answer": Section(id="answer", path="x", label=text("answer"), fields=fields_of(note=Kind.TEXT, done=Kind.BOOLEAN, at=Kind.DATETIME))},
        lines={
            "parts": LineGroup(
                id="parts",
                path="x",
                label=text("parts"),
                choices="parts",
                checks={},
                fields=fields_of(
                    person=(Kind.REFERENCE, {"to": "person"}),
                    amount=Kind.DECIMAL,
                    count=Kind.INTEGER,
                    name=Kind.STRING,
                    needed=Kind.BOOLEAN,
                    cost=Kind.MONEY,
                    took=Kind.DURATION,
                ),
            )
        },
        relations={"twins": relation("twins", to="order", many=True, symmetric=True)},
        subtype_fields=fields_of(within=Kind.DURATION, simple=Kind.BOOLEAN, rank=Kind.INTEGER, rate=Kind.DECIMAL, colour=(Kind.OPTION, {"list": "colour"})),
        subtyped=True,
    )


def _person() -> EntityType:
    return entity(
        "person",
        fields_of(code=Kind.STRING, name=Kind.STRING, vip=Kind.BOOLEAN, age=Kind.INTEGER, boss=(Kind.REFERENCE, {"to": "person"})),
        key="code",
        party="self",
        plays={"party": {}},
        lines={"phones": LineGroup(id="phones", path="x", label=text("phones"), checks={}, fields=fields_of(number=Kind.PHONE, label=Kind.STRING))},
        relations={
            "orders": relation("orders", to="order", many=True, inverse="owner"),
            "related": relation("related", fields_of(how=Kind.STRING), to="person", many=True, symmetric=True),
        },
    )


def _job() -> EntityType:
    return entity(
        "job",
        fields_of(effort=Kind.INTEGER, due=Kind.DATE),
        capabilities=("assignment",),
        relations={"parent": relation("parent", to_capability="jobs", inverse="jobs")},
    )


def _subtype(name: str, values: Mapping[str, object], paints: tuple[str, ...], parts: Mapping[str, Mapping[str, object]]) -> Subtype:
    return Subtype(
        id=name,
        path=f"subtypes.order.{name}",
        entity_type="order",
        label=text(name.capitalize(), f"{name.capitalize()} de"),
        values=values,  # type: ignore[arg-type]
        statuses={},
        choices={
            "paints": {id_: Choice(id=id_, path="x", values={}) for id_ in paints},
            "parts": {id_: Choice(id=id_, path="x", values=given) for id_, given in parts.items()},  # type: ignore[arg-type]
        },
        children={},
    )


def model() -> Model:
    grades = ("low", "mid", "top")
    cells = {row: {column: max(row, column, key=grades.index) for column in grades} for row in grades}
    units = {"service": "", "care": "service", "first_line": "care", "sales": ""}
    return Model(
        hash="sample",
        packs=(),
        languages=("en", "de"),
        entity_types={one.id: one for one in (_order(), _person(), _job())},
        lifecycles={name: lifecycle(name) for name in ("order", "job")},
        subtypes={
            "order": {
                "repair": _subtype(
                    "repair", {"within": "5 days", "simple": False, "rank": 3, "rate": "1.5", "colour": "red"}, ("red", "blue"), {"C1": {"needed": True}}
                ),
                "sale": _subtype("sale", {"within": "2 months", "simple": True}, ("green",), {}),
            }
        },
        categories={
            "kind": EntryList(
                id="kind",
                path="categories.kind",
                label=text("kind"),
                entries=entries(
                    "hardware", "screen", "pixel", "billing", parents={"screen": "hardware", "pixel": "screen"}, attributes={"screen": {"risky": True}}
                ),
                attributes=fields_of(risky=(Kind.BOOLEAN, {"default": False})),
            )
        },
        value_lists={
            "colour": EntryList(
                id="colour",
                path="value_lists.colour",
                label=text("colour"),
                entries=entries(
                    "red",
                    "green",
                    "blue",
                    attributes={"red": {"rank": 1, "warm": True, "share": "0.25", "near": ("blue",)}, "green": {"rank": 2, "warm": False}},
                ),
                attributes=fields_of(rank=Kind.INTEGER, warm=Kind.BOOLEAN, share=Kind.DECIMAL, near=(Kind.OPTIONS, {"list": "colour"})),
            )
        },
        level_lists={"grade": EntryList(id="grade", path="level_lists.grade", label=text("grade"), entries=entries(*grades), attributes={})},
        matrices={
            "grade": Matrix(id="grade", path="matrices.grade", label=text("grade"), row="grade", column="grade", result="grade", cells=cells, targets={})
        },
        actions={},
        free_actions={},
        views={},
        organisation=Organisation(
            units={
                name: OrgUnit(id=name, path=f"organisation.units.{name}", label=text(name), level=UnitLevel.UNIT if parent else UnitLevel.GROUP, parent=parent)
                for name, parent in units.items()
            },
            areas={},
            collaboration={},
            users={},
        ),
        roles={name: Role(id=name, path=f"roles.{name}", label=text(name), permit={}, fields={}) for name in ("agent", "leader")},
        scenarios={},
        demo_records={},
        origins={},
    )


@dataclass
class MemoryGraph:
    """Records by type and id; relations by (record id, relation), as a unit of work would answer."""

    records: dict[str, Record] = field(default_factory=dict)
    relations: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    users: dict[str, frozenset[str]] = field(default_factory=lambda: {"anna": frozenset({"first_line"}), "tom": frozenset({"sales"})})

    def get(self, entity_type: str, record_id: str) -> Record | None:
        found = self.records.get(record_id)
        return found if found is not None and found.entity_type == entity_type else None

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        return tuple(Related(self.records[id_]) for id_ in self.relations.get((record.id, relation), ()))

    def by_key(self, entity_type: str, key: str) -> Record | None:
        return next((one for one in self.records.values() if one.entity_type == entity_type and one.get("code") == key), None)

    def user_units(self, login: str) -> frozenset[str]:
        return self.users.get(login, frozenset())


def environment(graph: MemoryGraph, record: Record | None, **more: object) -> Environment:
    given: dict[str, object] = {"now": NOW, "zone": BERLIN, "actor": ANNA, **more}
    return Environment(graph=graph, record=record, **given)  # type: ignore[arg-type]
