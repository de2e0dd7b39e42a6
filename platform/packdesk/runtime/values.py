"""The values that records are made of, who acts on them, and how expressions walk from one record to another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

_EMPTY: Mapping[str, object] = MappingProxyType({})
#: The lines of a record that has none, or of which nobody asks.
NO_LINES: Mapping[str, tuple["Line", ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217); amounts of different currencies never mix."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as typed, in E.164, and its last digits for matching; the latter two empty when it cannot be read."""

    raw: str
    e164: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address; empty parts are empty texts."""

    street: str = ""
    street_number: str = ""
    postal_code: str = ""
    town: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a line group; ``id`` is stable over edits."""

    id: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``values`` holds engine columns and fields by path (``response.category``), ``lines`` rows by group.

    Python values per kind: str for texts and ids of configuration, users (login), units and records; int, Decimal, bool, date,
    datetime (aware, UTC), Duration, Money, Phone, Address; tuple of str for options; None for no value.
    """

    entity_type: str
    values: Mapping[str, object]
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=lambda: NO_LINES)

    @property
    def id(self) -> str:
        """Return the record's id."""
        return str(self.values["id"])

    @property
    def number(self) -> str:
        """Return the record's number."""
        return str(self.values["number"])

    def get(self, path: str) -> object:
        """Return the value at a field path, None where there is none."""
        return self.values.get(path)

    def having(self, values: Mapping[str, object], lines: Mapping[str, tuple[Line, ...]] | None = None) -> "Record":
        """Return a copy with these values (and lines) in place of its own."""
        return Record(self.entity_type, {**self.values, **values}, {**self.lines, **lines} if lines else self.lines)


@dataclass(frozen=True, slots=True)
class Related:
    """A record at the other end of a relation, with the link's own values."""

    record: Record
    link: Mapping[str, object] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person, or the system (whom permissions and ``allow`` do not bind, field rules do)."""

    #: Login; the value of every user field.
    login: str
    name: str = ""
    roles: frozenset[str] = frozenset()
    #: Units the person was put into.
    units: frozenset[str] = frozenset()
    #: ``units`` and everything above them: what ``is_member`` asks.
    member_of: frozenset[str] = frozenset()
    default_unit: str = ""
    #: Owner group of what the person creates.
    group: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    system: bool = False


SYSTEM = Actor(login="system", name="System", system=True)


class Graph(Protocol):
    """Walks from record to record; reads are unrestricted (policy is asked elsewhere) and cached per unit of work."""

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Return a live record, or None when it does not exist or was deleted."""
        ...

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        """Return the live records at the other end of one of the record's relations, oldest first."""
        ...

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Return the live record whose ``key`` field has this value."""
        ...

    def user_units(self, login: str) -> frozenset[str]:
        """Return the units of a user, without those above; empty for an unknown login."""
        ...
