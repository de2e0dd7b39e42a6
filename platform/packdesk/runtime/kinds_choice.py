"""Kinds that name something: a member of a list, a status, a unit, a user, a record."""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from packdesk.errors import Finding
from packdesk.model.characters import NO_BLANK, UNSEEN_IN_LINE, unseen
from packdesk.model.entity_types import Field, Kind
from packdesk.model.lifecycles import State, Status
from packdesk.model.lists import Entry
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.model.people import OrgUnit
from packdesk.model.subtypes import Subtype
from packdesk.runtime.engine_columns import ENGINE_LISTS, OWNER_LIST
from packdesk.runtime.field_kind import FieldKind, Reading, finding, no_text, wrong_type
from packdesk.runtime.kinds_text import SHORT, is_clean

#: Anything that a field can name by id and a person reads by label.
Member: TypeAlias = Entry | Status | State | Subtype | OrgUnit
_NONE: Mapping[str, Member] = MappingProxyType({})

_FROM_LISTS = (Kind.CATEGORY, Kind.LEVEL, Kind.OPTION, Kind.OPTIONS)
#: Kinds whose values are members of a list.
LISTED = frozenset({Kind.OPTION, Kind.OPTIONS, Kind.LEVEL, Kind.CATEGORY, Kind.ORG_UNIT, Kind.SUBTYPE, Kind.STATUS, Kind.STATE})


def members(field: Field, model: Model) -> Mapping[str, Member]:
    """Return what a field's ids name: options, levels, categories, statuses, states, subtypes or units; retired ones too."""
    kind = field.kind
    if field.list in ENGINE_LISTS:
        return ENGINE_LISTS[field.list]
    if kind is Kind.SUBTYPE:
        return model.subtypes.get(field.to, _NONE)
    if kind is Kind.ORG_UNIT:
        return model.organisation.groups() if field.list == OWNER_LIST else model.organisation.units
    if kind in _FROM_LISTS:
        lists = model.categories if kind is Kind.CATEGORY else model.level_lists if kind is Kind.LEVEL else model.value_lists
        entries = lists.get(field.tree if kind is Kind.CATEGORY else field.list)
        return entries.entries if entries is not None else _NONE
    lifecycle = model.lifecycles.get(field.to)
    if lifecycle is None:
        return _NONE
    return lifecycle.statuses if field.kind is Kind.STATUS else lifecycle.states


def is_offered(member: Member) -> bool:
    """Return whether a member may be chosen for a new value."""
    return bool(getattr(member, "effective", True)) and bool(getattr(member, "supported", True))


def unknown_member(field: Field, value: str, known: Iterable[str], reading: Reading) -> Finding:
    """Return the finding that nothing has this id, with the nearest that exists."""
    ids = tuple(known)
    near = get_close_matches(value, ids, n=1)
    return finding("not_an_option", field, reading, value=value[:SHORT], did_you_mean=near[0] if near else "", options=list(ids[:20]))


class ChoiceKind(FieldKind):
    """The id of one member of a list, tree, lifecycle or organisation."""

    def __init__(self, kind: Kind, control: str) -> None:
        """Take the kind and its control."""
        self.kind, self.control = kind, control

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read the id of a member."""
        if not isinstance(value, str):
            return no_text(field, value, reading)
        if reading.model is not None and value not in (known := members(field, reading.model)):
            return unknown_member(field, value, known, reading)
        return value

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read an id, a code or a label in the reader's or any language."""
        if reading.model is None:
            return text
        known = members(field, reading.model)
        return self.parse(field, text if text in known else _named(text, known) or text, reading)

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the ids that exist."""
        return {"type": "string", "enum": tuple(members(field, model))}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the member's label; the id of one that is gone."""
        if not isinstance(value, str):
            return ""
        known = model.organisation.units if field.kind is Kind.ORG_UNIT else members(field, model)
        member = known.get(value)
        return member.label.in_language(language) if member is not None else value


def _named(text: str, known: Mapping[str, Member]) -> str:
    wanted = text.casefold()
    for member in known.values():
        words = {member.id, getattr(member, "code", ""), member.label.fallback, *member.label.by_language.values()}
        if wanted in {word.casefold() for word in words if word}:
            return member.id
    return ""


class ChoicesKind(FieldKind):
    """The ids of several members of one list, in the order given."""

    kind = Kind.OPTIONS
    control = "multiselect"

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a list of different ids; an empty list is no value."""
        if not isinstance(value, list | tuple) or len(set(map(str, value))) != len(value):
            return wrong_type(field, reading)
        single = ChoiceKind(self.kind, self.control)
        read = tuple(single.parse(field, item, reading) for item in value)
        return next((item for item in read if isinstance(item, Finding)), read or None)

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read ids or labels separated by commas or semicolons."""
        single = ChoiceKind(self.kind, self.control)
        words = [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
        read = [single.parse_text(field, word, reading) for word in words]
        return next((item for item in read if isinstance(item, Finding)), None) or self.parse(field, read, reading)

    def write(self, value: object) -> Json:
        """Return a list of ids."""
        return tuple(value) if isinstance(value, tuple) else None

    def longest(self, field: Field) -> int | None:
        """Return that nothing limits how many there are."""
        return None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return one text with a JSON list."""
        return (json.dumps(list(value)),) if isinstance(value, tuple) else (None,)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the ids, or None."""
        return tuple(json.loads(parts[0])) if isinstance(parts[0], str) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return a list of different ids."""
        return {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": tuple(members(field, model))}}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the labels, separated by commas."""
        single = ChoiceKind(self.kind, self.control)
        return ", ".join(single.show(field, item, language, model, zone) for item in value) if isinstance(value, tuple) else ""


class NameKind(FieldKind):
    """A name that the database resolves: a user's login, or a record by id, number or key."""

    def __init__(self, kind: Kind, control: str) -> None:
        """Take the kind and its control."""
        self.kind, self.control = kind, control

    def longest(self, field: Field) -> int | None:
        """Return the length of a login or of a unit's name."""
        return SHORT

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a name, or what the engine itself gives out for one: an object with its id."""
        if isinstance(value, Mapping):
            value = value.get("id", value)
        if not isinstance(value, str):
            return no_text(field, value, reading)
        if not is_clean(value):
            return wrong_type(field, reading)
        if character := unseen(value, lines=False):
            return finding("forbidden_character", field, reading, character=character)
        return finding("too_long", field, reading, limit=SHORT, length=len(value)) if len(value) > SHORT else value.strip() or None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return a name, or an object with an id."""
        name: dict[str, Json] = {"type": "string", "maxLength": SHORT, "not": {"pattern": f"[{UNSEEN_IN_LINE}]"}}
        return {"anyOf": (name, {"type": "object", "required": ("id",), "properties": {"id": name}})}


class NamesKind(FieldKind):
    """Names of several records."""

    kind = Kind.REFERENCES
    control = "lookups"

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a list of different names; an empty list is no value."""
        if not isinstance(value, list | tuple):
            return wrong_type(field, reading)
        single = NameKind(self.kind, self.control)
        read = tuple(single.parse(field, item, reading) for item in value)
        fault = next((item for item in read if isinstance(item, Finding)), None)
        if fault is None and (None in read or len(set(read)) != len(read)):
            fault = wrong_type(field, reading)
        return fault or read or None

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read names separated by commas or semicolons."""
        return self.parse(field, [word.strip() for word in text.replace(";", ",").split(",") if word.strip()], reading)

    def write(self, value: object) -> Json:
        """Return a list of ids."""
        return tuple(value) if isinstance(value, tuple) else None

    def longest(self, field: Field) -> int | None:
        """Return that nothing limits how many there are."""
        return None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return one text with a JSON list."""
        return (json.dumps(list(value)),) if isinstance(value, tuple) else (None,)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the ids, or None."""
        return tuple(json.loads(parts[0])) if isinstance(parts[0], str) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return a list of different names."""
        name: dict[str, Json] = {"type": "string", "maxLength": SHORT, "pattern": NO_BLANK, "not": {"pattern": f"[{UNSEEN_IN_LINE}]"}}
        named: dict[str, Json] = {"type": "object", "required": ("id",), "properties": {"id": name}}
        return {"type": "array", "uniqueItems": True, "items": {"anyOf": (name, named)}}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the names, separated by commas."""
        return ", ".join(map(str, value)) if isinstance(value, tuple) else ""


CHOICE_KINDS: tuple[FieldKind, ...] = (
    ChoiceKind(Kind.OPTION, "select"),
    ChoicesKind(),
    ChoiceKind(Kind.LEVEL, "select"),
    ChoiceKind(Kind.STATUS, "select"),
    ChoiceKind(Kind.STATE, "select"),
    ChoiceKind(Kind.SUBTYPE, "select"),
    ChoiceKind(Kind.CATEGORY, "tree"),
    ChoiceKind(Kind.ORG_UNIT, "unit"),
    NameKind(Kind.USER, "user"),
    NameKind(Kind.REFERENCE, "lookup"),
    NamesKind(),
)
