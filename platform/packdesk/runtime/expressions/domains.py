"""Domains: the closed sets of ids that entries range over, with labels and what the list says about each id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from packdesk.model.durations import parse_duration
from packdesk.model.entity_types import Field, Kind
from packdesk.model.lifecycles import Lifecycle, StateKind
from packdesk.model.lists import Entry
from packdesk.model.nodes import Json, Text
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.values import Money

STATE_KINDS = "state_kinds"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAttribute:
    """One thing that a list says about its entries."""

    type: Type
    table: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The ids of one list, lifecycle or set of subtypes."""

    key: str
    labels: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, EntryAttribute]
    #: Id -> id of the node above it, for trees.
    parents: Mapping[str, str]

    def below(self, node: str) -> frozenset[str]:
        """Return the node and everything under it."""
        return frozenset(entry for entry in self.labels if node in self._above(entry))

    def _above(self, entry: str) -> tuple[str, ...]:
        chain: list[str] = []
        while entry and entry not in chain:
            chain.append(entry)
            entry = self.parents.get(entry, "")
        return tuple(chain)


def _number(value: Json) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def literal_value(kind: Kind, value: object) -> object:  # noqa: PLR0911 - one return per kind
    """Return the Python value of a literal in a document, None when there is none or when it is not a literal of the kind."""
    if kind is Kind.OPTIONS or kind is Kind.REFERENCES:
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
    if isinstance(value, Mapping) and kind is Kind.MONEY:
        amount = _number(value.get("amount"))
        return Money(amount, str(value.get("currency"))) if amount is not None else None
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    if kind is Kind.INTEGER:
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if kind is Kind.DECIMAL and isinstance(value, int | float | str) and not isinstance(value, bool):
        return _number(value)
    if not isinstance(value, str):
        return None
    try:
        if kind is Kind.DATE:
            return date.fromisoformat(value)
        if kind is Kind.DATETIME:
            return datetime.fromisoformat(value)
    except ValueError:
        return None
    return parse_duration(value) if kind is Kind.DURATION else value


def texts(text: Text) -> dict[str, str]:
    """Return the text per language; ``""`` holds what every other language sees."""
    return {**text.by_language, "": str(text)}


def _attribute(field: Field, type_: Type, entries: Iterable[Entry]) -> EntryAttribute:
    return EntryAttribute(type=type_, table={entry.id: literal_value(field.kind, entry.attributes.get(field.id, field.default)) for entry in entries})


def of_list(key: str, entries: Mapping[str, Entry], attributes: Mapping[str, Field], attribute_types: Mapping[str, Type]) -> Domain:
    """Return the domain of a value list, level list or category tree."""
    return Domain(
        key=key,
        labels={entry.id: texts(entry.label) for entry in entries.values()},
        attributes={
            "code": EntryAttribute(type=types.TEXT, table={entry.id: entry.code or None for entry in entries.values()}),
            "effective": EntryAttribute(type=types.BOOLEAN, table={entry.id: entry.effective for entry in entries.values()}),
            **{name: _attribute(field, attribute_types[name], entries.values()) for name, field in attributes.items()},
        },
        parents={entry.id: entry.parent for entry in entries.values() if entry.parent},
    )


def of_states(key: str, lifecycle: Lifecycle) -> Domain:
    """Return the domain of a lifecycle's states."""
    states = lifecycle.states.values()
    return Domain(
        key=key,
        labels={state.id: texts(state.label) for state in states},
        attributes={
            "kind": EntryAttribute(type=types.entry(STATE_KINDS), table={state.id: state.kind.value for state in states}),
            "success": EntryAttribute(type=types.BOOLEAN, table={state.id: state.success for state in states}),
        },
        parents={},
    )


def of_statuses(key: str, lifecycle: Lifecycle) -> Domain:
    """Return the domain of a lifecycle's statuses."""
    statuses = lifecycle.statuses.values()
    states = lifecycle.states
    return Domain(
        key=key,
        labels={status.id: texts(status.label) for status in statuses},
        attributes={
            "code": EntryAttribute(type=types.TEXT, table={status.id: status.code or None for status in statuses}),
            "effective": EntryAttribute(type=types.BOOLEAN, table={status.id: status.effective for status in statuses}),
            "waiting": EntryAttribute(type=types.BOOLEAN, table={status.id: status.waiting for status in statuses}),
            "kind": EntryAttribute(
                type=types.entry(STATE_KINDS), table={status.id: states[status.state].kind.value for status in statuses if status.state in states}
            ),
        },
        parents={},
    )


def state_kinds() -> Domain:
    """Return the engine's own domain of state kinds."""
    return Domain(key=STATE_KINDS, labels={kind.value: {"": kind.value.capitalize()} for kind in StateKind}, attributes={}, parents={})


def union(key: str, domains: Iterable[Domain]) -> Domain:
    """Return the domain of a field common to several entity types: all ids, and the attributes that all have."""
    members = tuple(domains)
    labels: dict[str, Mapping[str, str]] = {}
    for domain in members:
        labels = {**domain.labels, **labels}
    shared = [name for name in members[0].attributes if all(name in domain.attributes for domain in members)]
    attributes = {}
    for name in shared:
        table: dict[str, object] = {}
        for domain in members:
            table = {**domain.attributes[name].table, **table}
        attributes[name] = EntryAttribute(type=members[0].attributes[name].type, table=table)
    return Domain(key=key, labels=labels, attributes=attributes, parents={})
