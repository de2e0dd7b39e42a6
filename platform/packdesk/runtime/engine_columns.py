"""The columns that the engine itself keeps on every record, and the levels of privacy."""

from collections.abc import Mapping
from types import MappingProxyType

from packdesk.model.entity_types import APPROVAL, Access, EntityType, Field, Kind, Personal
from packdesk.model.lists import Entry
from packdesk.model.nodes import Text

#: Name of the engine's own list of privacy levels; a pack can't have a list of this name, ids hold no ``$``.
PRIVACY_LIST = "$privacy"
#: The nodes of the organisation that can own a record.
OWNER_LIST = "$owners"
NORMAL = "normal"
CONFIDENTIAL = "confidential"

PRIVACY_LEVELS: Mapping[str, Entry] = MappingProxyType(
    {
        NORMAL: Entry(
            id=NORMAL,
            path="engine.privacy.normal",
            label=Text({"en": "Normal", "de": "Normal"}, "Normal"),
            code="N",
            default=True,
            attributes=MappingProxyType({}),
        ),
        CONFIDENTIAL: Entry(
            id=CONFIDENTIAL,
            path="engine.privacy.confidential",
            label=Text({"en": "Confidential", "de": "Vertraulich"}, "Confidential"),
            code="C",
            attributes=MappingProxyType({}),
        ),
    }
)

#: Name of the engine's own list of what an approval may still lack.
APPROVAL_LIST = "$approval"
PENDING = "pending"
REJECTED = "rejected"

APPROVAL_STATES: Mapping[str, Entry] = MappingProxyType(
    {
        PENDING: Entry(
            id=PENDING,
            path="engine.approval.pending",
            label=Text({"en": "Waiting for approval", "de": "Wartet auf Genehmigung"}, "Waiting for approval"),
            code="P",
            colour="yellow",
            attributes=MappingProxyType({}),
        ),
        REJECTED: Entry(
            id=REJECTED,
            path="engine.approval.rejected",
            label=Text({"en": "Not approved", "de": "Nicht genehmigt"}, "Not approved"),
            code="R",
            colour="red",
            attributes=MappingProxyType({}),
        ),
    }
)
#: Lists that no pack declares, by their names.
ENGINE_LISTS: Mapping[str, Mapping[str, Entry]] = MappingProxyType({PRIVACY_LIST: PRIVACY_LEVELS, APPROVAL_LIST: APPROVAL_STATES})

_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "id": ("Id", "Id"),
        "number": ("Number", "Nummer"),
        "version": ("Version", "Version"),
        "subtype": ("Type", "Typ"),
        "status": ("Status", "Status"),
        "state": ("State", "Zustand"),
        "owner_unit": ("Owned by group", "Gehört der Gruppe"),
        "privacy_level": ("Privacy level", "Vertraulichkeit"),
        "assigned_unit": ("Assigned unit", "Zuständige Einheit"),
        "assigned_user": ("Assigned user", "Zuständige Person"),
        "approval": ("Approval", "Genehmigung"),
        "created_at": ("Created at", "Angelegt am"),
        "created_by": ("Created by", "Angelegt von"),
        "updated_at": ("Updated at", "Geändert am"),
        "updated_by": ("Updated by", "Geändert von"),
        "deleted_at": ("Deleted at", "Gelöscht am"),
    }
)

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "id": Kind.STRING,
        "number": Kind.STRING,
        "version": Kind.INTEGER,
        "subtype": Kind.SUBTYPE,
        "status": Kind.STATUS,
        "state": Kind.STATE,
        "owner_unit": Kind.ORG_UNIT,
        "privacy_level": Kind.LEVEL,
        "assigned_unit": Kind.ORG_UNIT,
        "assigned_user": Kind.USER,
        "approval": Kind.LEVEL,
        "created_at": Kind.DATETIME,
        "created_by": Kind.USER,
        "updated_at": Kind.DATETIME,
        "updated_by": Kind.USER,
        "deleted_at": Kind.DATETIME,
    }
)

#: Lists of the engine's own, which no pack declares.
_LISTS: Mapping[str, str] = MappingProxyType({"privacy_level": PRIVACY_LIST, "owner_unit": OWNER_LIST, "approval": APPROVAL_LIST})

#: Every id that the engine reserves, in the order of its columns.
ENGINE_COLUMNS: tuple[str, ...] = tuple(_KINDS)
#: What a person may send for a record; everything else the engine sets by itself.
WRITABLE: frozenset[str] = frozenset({"subtype", "status", "owner_unit", "privacy_level", "assigned_unit", "assigned_user"})
ASSIGNMENT: tuple[str, str] = ("assigned_unit", "assigned_user")


def _present(entity: EntityType, has_lifecycle: bool) -> tuple[str, ...]:
    absent = set()
    if not entity.subtyped:
        absent.add("subtype")
    if not has_lifecycle:
        absent |= {"status", "state"}
    if "assignment" not in entity.capabilities:
        absent |= set(ASSIGNMENT)
    if APPROVAL not in entity.capabilities:
        absent.add("approval")
    if entity.access is not Access.EXPLICIT:
        absent |= {"owner_unit", "privacy_level"}
    return tuple(name for name in ENGINE_COLUMNS if name not in absent)


def engine_fields(entity: EntityType, has_lifecycle: bool) -> dict[str, Field]:
    """Return the engine's columns of an entity type as fields, in order; ``to`` of subtype, status and state is the type itself."""
    fields = {}
    for name in _present(entity, has_lifecycle):
        english, german = _LABELS[name]
        kind = _KINDS[name]
        fields[name] = Field(
            id=name,
            path=f"{entity.path}.{name}",
            label=Text({"en": english, "de": german}, english),
            kind=kind,
            to=entity.id if kind in (Kind.SUBTYPE, Kind.STATUS, Kind.STATE) else "",
            list=_LISTS.get(name, ""),
            readonly=name not in WRITABLE,
            immutable=name == "subtype",
            required=name == "subtype",
            default=NORMAL if name == "privacy_level" else None,
            searchable=name == "number",
            listable=name not in ("id", "version", "deleted_at"),
            personal=Personal.NONE,
            constraints=MappingProxyType({}),
        )
    return fields
