"""Subtypes: the "Type" of a request, activity or lead, which fixes its operational characteristics."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.lifecycles import Rule
from packdesk.model.nodes import Allow, Json, Text, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A member of a subtype's choices."""

    id: str
    path: str
    default: bool = False
    #: For line groups: added on creation.
    automatic: bool = False
    #: Values for the line, by field id.
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtype:
    """One type of an entity type's records."""

    id: str
    path: str
    entity_type: str
    label: Text
    description: Text | None = None
    code: str = ""
    default: bool = False
    effective: bool = True
    #: Who may create; None: everybody.
    allow: Allow | None = None
    #: Values of the subtype fields, without defaults filled in.
    values: Mapping[str, Value]
    #: Allowed statuses -> is the default of its state; empty: all of the lifecycle.
    statuses: Mapping[str, bool]
    #: Replace the lifecycle's rules when not None.
    rules: Mapping[str, Rule] | None = None
    #: Name of the choices -> member id -> choice.
    choices: Mapping[str, Mapping[str, Choice]]
    #: Entity type -> subtypes that children may have; absent: all.
    children: Mapping[str, tuple[str, ...]]
    renamed_from: str = ""
