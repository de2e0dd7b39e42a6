"""The types of expressions; values of each are listed beside ``packdesk.runtime.values.Record``."""

from dataclasses import dataclass
from enum import StrEnum


class Base(StrEnum):
    """What a value is, apart from what it ranges over."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    ENTRY = "entry"
    USER = "user"
    UNIT = "unit"
    PHONE = "phone"
    ADDRESS = "address"
    RECORD = "record"
    LINE = "line"
    LIST = "list"
    SECTION = "section"
    OBJECT = "object"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A base and what it ranges over: a domain of entries, entity types of a record, a line group, the items of a list."""

    base: Base
    #: Key of the domain of an entry: ``value_lists.reason``, ``states.order``.
    domain: str = ""
    #: Entity types of a record (several: any of them), or the one that a line or section belongs to.
    entity_types: tuple[str, ...] = ()
    #: Line group of a line, or id of a section.
    part: str = ""
    item: "Type | None" = None
    #: Names of an object, in order.
    members: tuple[tuple[str, "Type"], ...] = ()

    def __str__(self) -> str:
        """Return the type in words, for messages."""
        if self.base is Base.LIST:
            return f"list of {self.item}"
        if self.base is Base.ENTRY:
            return f"an entry of {self.domain}"
        if self.base is Base.RECORD:
            return f"a record of {' or '.join(self.entity_types)}"
        if self.base is Base.LINE:
            return f"a line of {self.part}"
        return self.base.value


NULL = Type(base=Base.NULL)
BOOLEAN = Type(base=Base.BOOLEAN)
INTEGER = Type(base=Base.INTEGER)
DECIMAL = Type(base=Base.DECIMAL)
TEXT = Type(base=Base.TEXT)
MONEY = Type(base=Base.MONEY)
DATE = Type(base=Base.DATE)
DATETIME = Type(base=Base.DATETIME)
DURATION = Type(base=Base.DURATION)
USER = Type(base=Base.USER)
UNIT = Type(base=Base.UNIT)
PHONE = Type(base=Base.PHONE)
ADDRESS = Type(base=Base.ADDRESS)
OPAQUE = Type(base=Base.OPAQUE)

ORDERED = frozenset({Base.INTEGER, Base.DECIMAL, Base.TEXT, Base.MONEY, Base.DATE, Base.DATETIME, Base.DURATION})


def entry(domain: str) -> Type:
    """Return the type of an entry of the domain."""
    return Type(base=Base.ENTRY, domain=domain)


def record(*entity_types: str) -> Type:
    """Return the type of a record of one of the entity types."""
    return Type(base=Base.RECORD, entity_types=entity_types)


def line(entity_type: str, group: str) -> Type:
    """Return the type of a line of the entity type's group."""
    return Type(base=Base.LINE, entity_types=(entity_type,), part=group)


def section(entity_type: str, name: str) -> Type:
    """Return the type of a section, through which its fields are read."""
    return Type(base=Base.SECTION, entity_types=(entity_type,), part=name)


def list_of(item: Type) -> Type:
    """Return the type of a list of such items."""
    return Type(base=Base.LIST, item=item)


def object_of(members: dict[str, Type]) -> Type:
    """Return the type of a bundle of named values, as ``input`` is."""
    return Type(base=Base.OBJECT, members=tuple(members.items()))
