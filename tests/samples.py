"""A small model built by hand for tests of the floors above ``model``; its ids are none of the base pack's.

A ``person`` has phones and knows others, a ``matter`` has a lifecycle and most kinds of fields, a ``task`` belongs to any type
that can be ``planned``, a ``bill`` is seen by whoever sees its matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.entity_types import Access, EntityType, Field, Kind, LineGroup, Numbering, Relation, Section
from packdesk.model.lifecycles import Lifecycle, Move, State, StateKind, Status
from packdesk.model.model import Model
from packdesk.model.nodes import Expression, Text
from packdesk.model.people import Organisation, OrgUnit, UnitLevel

_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A model as a release, without compiling it."""

    model: Model
    release: int = 1


def text(word: str) -> Text:
    """Return a text that says the word in English."""
    return Text({"en": word.replace("_", " ").capitalize()}, word)


def field(owner: str, name: str, kind: Kind, **more: object) -> Field:
    """Return a field of a node."""
    return Field(**{"id": name, "path": f"{owner}.fields.{name}", "label": text(name), "kind": kind, "constraints": _NONE, **more})


def fields(owner: str, **kinds: Kind | tuple[Kind, Mapping[str, object]]) -> dict[str, Field]:
    """Return fields by id: ``name=Kind.STRING`` or ``name=(Kind.STRING, {"unique": True})``."""
    return {name: field(owner, name, given[0], **given[1]) if isinstance(given, tuple) else field(owner, name, given) for name, given in kinds.items()}


def relation(owner: str, name: str, **more: object) -> Relation:
    """Return a relation of an entity type."""
    return Relation(**{"id": name, "path": f"{owner}.relations.{name}", "label": text(name), "carry_over": _NONE, "fields": _NONE, **more})


def entity_type(name: str, prefix: str, **more: object) -> EntityType:
    """Return an entity type; lines are given as group -> fields, sections as section -> fields."""
    path = f"entity_types.{name}"
    groups, sections = more.pop("lines", {}), more.pop("sections", {})
    return EntityType(
        **{
            "id": name,
            "path": path,
            "label": text(name),
            "plural": text(f"{name}s"),
            "title": Expression("record.number", f"{path}.title"),
            "number": Numbering(prefix=prefix),
            "plays": _NONE,
            "fields": _NONE,
            "relations": _NONE,
            "unique": _NONE,
            "checks": _NONE,
            "subtype_fields": _NONE,
            "sections": {name: Section(id=name, path=f"{path}.sections.{name}", label=text(name), fields=inside) for name, inside in sections.items()},
            "lines": {name: LineGroup(id=name, path=f"{path}.lines.{name}", label=text(name), fields=inside, checks=_NONE) for name, inside in groups.items()},
            **more,
        }
    )


def lifecycle(name: str) -> Lifecycle:
    """Return the life of a type's records: open, then done."""
    path = f"transitions.{name}"
    states = {"open": (StateKind.INITIAL, None), "done": (StateKind.FINAL, True)}
    return Lifecycle(
        id=name,
        path=path,
        states={
            key: State(id=key, path=f"{path}.states.{key}", label=text(key), kind=kind, success=success, fields=_NONE)
            for key, (kind, success) in states.items()
        },
        statuses={key: Status(id=key, path=f"{path}.statuses.{key}", label=text(key), state=key, default=True) for key in states},
        moves={"finish": Move(id="finish", path=f"{path}.moves.finish", label=text("finish"), from_states=("open",), to="done", checks=_NONE)},
        rules=_NONE,
    )


def organisation() -> Organisation:
    """Return two groups in one community, each with a unit."""
    tree = {"house": (UnitLevel.COMMUNITY, ""), "north": (UnitLevel.GROUP, "house"), "south": (UnitLevel.GROUP, "house"), "desk": (UnitLevel.UNIT, "north")}
    units = {key: OrgUnit(id=key, path=f"organisation.units.{key}", label=text(key), level=level, parent=parent) for key, (level, parent) in tree.items()}
    return Organisation(units=units, areas=_NONE, collaboration=_NONE, users=_NONE)


def model(*types: EntityType, **more: object) -> Model:
    """Return a model with these entity types, else with the four of this module."""
    chosen = types or (_person(), _matter(), _task(), _bill())
    return Model(
        **{
            "hash": "a" * 64,
            "packs": (),
            "languages": ("en", "de"),
            "entity_types": {entity.id: entity for entity in chosen},
            "lifecycles": {"matter": lifecycle("matter")},
            **dict.fromkeys(("subtypes", "categories", "value_lists", "level_lists", "matrices", "actions", "free_actions", "views"), _NONE),
            **dict.fromkeys(("roles", "scenarios", "demo_records", "origins"), _NONE),
            "organisation": organisation(),
            **more,
        }
    )


def _person() -> EntityType:
    owner = "entity_types.person"
    return entity_type(
        "person",
        "PE",
        key="code",
        fields=fields(owner, name=(Kind.STRING, {"searchable": True}), code=(Kind.STRING, {"unique": True}), born_on=Kind.DATE),
        lines={"phones": fields(f"{owner}.lines.phones", kind=Kind.OPTION, number=(Kind.PHONE, {"searchable": True}))},
        relations={
            "knows": relation(owner, "knows", to="person", many=True, symmetric=True, fields=fields(f"{owner}.relations.knows", how=Kind.OPTION)),
            "matters": relation(owner, "matters", to="matter", many=True, inverse="client"),
        },
        capabilities=("notes", "attachments"),
    )


def _matter() -> EntityType:
    owner = "entity_types.matter"
    return entity_type(
        "matter",
        "MA",
        access=Access.EXPLICIT,
        capabilities=("notes", "attachments", "assignment", "planned"),
        fields=fields(
            owner,
            client=(Kind.REFERENCE, {"to": "person"}),
            subject=(Kind.TEXT, {"searchable": True}),
            weight=Kind.INTEGER,
            ratio=Kind.DECIMAL,
            fee=Kind.MONEY,
            urgent=Kind.BOOLEAN,
            due=Kind.DATETIME,
            takes=Kind.DURATION,
            tags=Kind.OPTIONS,
            mail=Kind.EMAIL,
            place=Kind.ADDRESS,
            extra=Kind.JSON,
        ),
        sections={"answer": fields(f"{owner}.sections.answer", words=Kind.TEXT, by=Kind.USER)},
        unique={"subject_per_client": ("client", "subject")},
    )


def _task() -> EntityType:
    owner = "entity_types.task"
    return entity_type(
        "task",
        "TA",
        fields=fields(owner, words=(Kind.STRING, {"searchable": True})),
        relations={"parent": relation(owner, "parent", to_capability="planned", inverse="tasks", blocks_delete=True)},
    )


def _bill() -> EntityType:
    owner = "entity_types.bill"
    return entity_type("bill", "BI", access=Access.IMPLICIT, master="matter", fields=fields(owner, matter=(Kind.REFERENCE, {"to": "matter"}), total=Kind.MONEY))
