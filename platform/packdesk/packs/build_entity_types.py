"""Builds entity types and their fields."""

from collections.abc import Mapping

from packdesk.model.entity_types import Access, EntityType, Field, Kind, LineGroup, Numbering, Personal, Relation, Section
from packdesk.model.nodes import Expression, Json
from packdesk.packs.merged import Body
from packdesk.packs.names import initials, plural_of
from packdesk.packs.parts import (
    Texts,
    checks_of,
    condition_at,
    expression_at,
    flag_at,
    frozen,
    members,
    names,
    names_at,
    number_at,
    text_at,
    value_of,
    values_at,
)
from packdesk.packs.schemas.fields import CONSTRAINTS

#: Slots per role; a type states only those whose field has another name.
ROLE_SLOTS: Mapping[str, tuple[str, ...]] = {
    "party": ("name", "phones", "emails", "addresses", "language", "marketing", "vip"),
    "message": ("party", "direction", "media", "sender", "recipient", "subject", "body", "category", "template", "about", "chain", "related"),
    "call": ("party", "number", "agent", "started_at", "ended_at"),
}
_CONTACT_KINDS = (Kind.PHONE, Kind.EMAIL, Kind.ADDRESS)


def build_field(identifier: str, body: Body, path: str, texts: Texts) -> Field:
    """Return a field; what the document leaves out has its default."""
    kind = Kind(text_at(body, "type", Kind.STRING))
    default_personal = Personal.CONTACT if kind in _CONTACT_KINDS else Personal.NONE
    return Field(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        kind=kind,
        hint=texts.optional(body, path, "hint"),
        description=texts.optional(body, path, "description"),
        to=text_at(body, "to"),
        list=text_at(body, "list"),
        tree=text_at(body, "tree"),
        required=condition_at(body, "required", path, default=False),
        readonly=condition_at(body, "readonly", path, default=False),
        visible=condition_at(body, "visible", path, default=True),
        immutable=flag_at(body, "immutable"),
        unique=flag_at(body, "unique"),
        default=value_of(body.get("default"), f"{path}.default"),
        derived=expression_at(body, "derived", path),
        stamped_when=expression_at(body, "stamped_when", path),
        options_when=expression_at(body, "options_when", path),
        suggest=expression_at(body, "suggest", path),
        choices=text_at(body, "choices"),
        searchable=flag_at(body, "searchable"),
        listable=flag_at(body, "listable", default=True),
        sensitive=flag_at(body, "sensitive"),
        personal=Personal(text_at(body, "personal", default_personal)),
        permission=text_at(body, "permission"),
        constraints=constraints_of(body),
        renamed_from=text_at(body, "renamed_from"),
        deprecated=flag_at(body, "deprecated"),
    )


def constraints_of(body: Body) -> dict[str, Json]:
    """Return the validation words that a field gives."""
    return {word: frozen(found) for word in CONSTRAINTS if (found := body.get(word)) is not None}


def build_fields(body: Body, path: str, texts: Texts, key: str = "fields") -> dict[str, Field]:
    """Return the fields under a key of a node."""
    return {identifier: build_field(identifier, field, f"{path}.{key}.{identifier}", texts) for identifier, field in members(body, key)}


def build_entity_type(identifier: str, body: Body, key_dates: Mapping[str, Body], has_subtypes: bool, texts: Texts) -> EntityType:
    """Return an entity type with the fields of its key dates."""
    path = f"entity_types.{identifier}"
    label = texts.label(body, path, identifier)
    fields = build_fields(body, path, texts)
    if dates := text_at(body, "key_dates"):
        fields.update(build_fields(key_dates.get(dates, {}), f"key_dates.{dates}", texts))
    lines = {group: _lines(group, part, f"{path}.lines.{group}", texts) for group, part in members(body, "lines")}
    relations = {name: _relation(name, part, f"{path}.relations.{name}", texts) for name, part in members(body, "relations")}
    plays = _plays(body, (*fields, *lines, *relations))
    subtype_fields = build_fields(body, path, texts, "subtype_fields")
    return EntityType(
        id=identifier,
        path=path,
        label=label,
        plural=texts.text(body, path, "plural", plural_of(texts.spoken(label))),
        description=texts.optional(body, path, "description"),
        icon=text_at(body, "icon"),
        title=expression_at(body, "title", path) or Expression("record.number", path),
        number=_numbering(values_at(body, "number"), texts.spoken(label)),
        key=text_at(body, "key", "number"),
        access=Access(text_at(body, "access", Access.PUBLIC)),
        master=text_at(body, "master"),
        party=text_at(body, "party") or ("self" if "party" in plays else ""),
        plays=plays,
        capabilities=names_at(body, "capabilities"),
        fields=fields,
        sections={name: _section(name, part, f"{path}.sections.{name}", texts) for name, part in members(body, "sections")},
        lines=lines,
        relations=relations,
        unique={name: names(paths) for name, paths in values_at(body, "unique").items()},
        checks=checks_of(body, path, texts),
        subtype_fields=subtype_fields,
        subtyped=bool(subtype_fields) or has_subtypes,
        renamed_from=text_at(body, "renamed_from"),
        deprecated=flag_at(body, "deprecated"),
    )


def _numbering(body: Body, label: str) -> Numbering:
    prefix = text_at(body, "prefix") or initials(label)[:8]
    return Numbering(prefix=prefix, width=number_at(body, "width", 8), start=number_at(body, "start", 1))


def _section(identifier: str, body: Body, path: str, texts: Texts) -> Section:
    return Section(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        present_when=expression_at(body, "present_when", path),
        readonly=condition_at(body, "readonly", path, default=False),
        fields=build_fields(body, path, texts),
    )


def _lines(identifier: str, body: Body, path: str, texts: Texts) -> LineGroup:
    most = body.get("maxItems")
    return LineGroup(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        fields=build_fields(body, path, texts),
        unique=names_at(body, "unique"),
        choices=text_at(body, "choices"),
        checks=checks_of(body, path, texts),
        min_items=number_at(body, "minItems", 0),
        max_items=most if isinstance(most, int) else None,
    )


def _relation(identifier: str, body: Body, path: str, texts: Texts) -> Relation:
    per_type = body.get("per_type")
    return Relation(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        to=text_at(body, "to"),
        to_capability=text_at(body, "to_capability"),
        many=flag_at(body, "many"),
        inverse=text_at(body, "inverse"),
        symmetric=flag_at(body, "symmetric"),
        same_party=flag_at(body, "same_party"),
        blocks_delete=flag_at(body, "blocks_delete"),
        per_type=per_type if isinstance(per_type, int) else None,
        limits_subtypes=flag_at(body, "limits_subtypes"),
        carry_over={
            name: Expression(str(found).removeprefix("=").strip(), f"{path}.carry_over.{name}") for name, found in values_at(body, "carry_over").items()
        },
        fields=build_fields(body, path, texts),
    )


def _plays(body: Body, named: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return role -> slot -> field: what the document says, and fields that have the slot's own name."""
    result: dict[str, dict[str, str]] = {}
    for role, given in values_at(body, "plays").items():
        stated = {slot: str(field) for slot, field in given.items()} if isinstance(given, Mapping) else {}
        same = {slot: slot for slot in ROLE_SLOTS.get(role, ()) if slot in named}
        result[role] = {**same, **stated}
    return result
