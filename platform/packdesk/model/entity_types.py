"""Entity types: fields, sections, line groups, relations, numbering, access."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.nodes import Check, Condition, Expression, Json, Text, Value


class Kind(StrEnum):
    """The kinds of fields (SPEC 4.2); ``runtime.kinds`` holds one table with what each means."""

    STRING = "string"
    TEXT = "text"
    RICH_TEXT = "rich_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    OPTION = "option"
    OPTIONS = "options"
    LEVEL = "level"
    STATUS = "status"
    STATE = "state"
    SUBTYPE = "subtype"
    CATEGORY = "category"
    REFERENCE = "reference"
    REFERENCES = "references"
    USER = "user"
    ORG_UNIT = "org_unit"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    ADDRESS = "address"
    SECRET = "secret"  # noqa: S105 - a kind of field, not a password
    FILE = "file"
    JSON = "json"


#: What a type is capable of whose records can need an approval; no pack says so, the approvals about it do.
APPROVAL = "approval"


class Access(StrEnum):
    """How records of a type are guarded (NET-2)."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"
    PUBLIC = "public"


class Personal(StrEnum):
    """What kind of personal data a field holds."""

    NONE = "none"
    IDENTITY = "identity"
    CONTACT = "contact"
    CONTENT = "content"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An attribute of an entity type, a section, a line, a relation, a subtype, a list's entries or an action's inputs."""

    #: The key in its map, e.g. ``priority``.
    id: str
    #: Where the document says it, e.g. ``entity_types.lead.fields.priority``.
    path: str
    label: Text
    kind: Kind
    hint: Text | None = None
    description: Text | None = None
    #: Target entity type of a reference.
    to: str = ""
    #: The value list or level list of an option or level.
    list: str = ""
    #: The category tree of a category.
    tree: str = ""
    required: Condition = False
    readonly: Condition = False
    visible: Condition = True
    immutable: bool = False
    unique: bool = False
    default: Value = None
    derived: Expression | None = None
    stamped_when: Expression | None = None
    options_when: Expression | None = None
    suggest: Expression | None = None
    #: Name of the subtype's map of choices that limits this field.
    choices: str = ""
    searchable: bool = False
    listable: bool = True
    sensitive: bool = False
    personal: Personal = Personal.NONE
    permission: str = ""
    #: JSON Schema's validation words that the document gives: ``maxLength``, ``minimum``, ``pattern``, ...
    constraints: Mapping[str, Json]
    renamed_from: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Embedded fields that appear and become required together; a field's path in a record is ``section.field``."""

    id: str
    path: str
    label: Text
    present_when: Expression | None = None
    readonly: Condition = False
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """Embedded repeating rows with fields of their own."""

    id: str
    path: str
    label: Text
    fields: Mapping[str, Field]
    #: Fields that together are unique among the lines of one record.
    unique: tuple[str, ...] = ()
    choices: str = ""
    checks: Mapping[str, Check]
    min_items: int = 0
    max_items: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A connection to other records. With ``inverse`` naming a reference field of the target, that field holds it; else links do."""

    id: str
    path: str
    label: Text
    to: str = ""
    to_capability: str = ""
    many: bool = False
    inverse: str = ""
    symmetric: bool = False
    same_party: bool = False
    blocks_delete: bool = False
    per_type: int | None = None
    limits_subtypes: bool = False
    carry_over: Mapping[str, Expression]
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """Shape of the automatic number: prefix and zero-padded sequence."""

    prefix: str
    width: int = 8
    start: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityType:
    """A kind of business record."""

    id: str
    path: str
    label: Text
    plural: Text
    description: Text | None = None
    icon: str = ""
    title: Expression
    number: Numbering
    #: Unique field by which documents, imports and people name a record.
    key: str = "number"
    access: Access = Access.PUBLIC
    #: The relation or reference field whose record decides who may see, for implicit access.
    master: str = ""
    #: Path of the record whose business this is; empty when nobody's. ``self`` stands for the record itself (a party).
    party: str = ""
    #: Role -> slot -> field path, with the slots that have the field's own name filled in.
    plays: Mapping[str, Mapping[str, str]]
    capabilities: tuple[str, ...] = ()
    #: Own fields, then those of its key dates, in order.
    fields: Mapping[str, Field]
    sections: Mapping[str, Section]
    lines: Mapping[str, LineGroup]
    relations: Mapping[str, Relation]
    unique: Mapping[str, tuple[str, ...]]
    checks: Mapping[str, Check]
    #: Fields of the type's subtypes; not empty or any subtype document: the type is subtyped.
    subtype_fields: Mapping[str, Field]
    subtyped: bool = False
    renamed_from: str = ""
    deprecated: bool = False
