"""Scenarios: a pack's own tests, as given, when, then."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.nodes import Expression, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A record that exists before; made by the system: field rules and defaults hold, permissions don't."""

    id: str
    path: str
    entity_type: str
    subtype: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that somebody does: exactly one of action, edit, create, delete, note."""

    id: str
    path: str
    #: Login of the demo user who does it; empty: the system.
    as_user: str = ""
    action: str = ""
    #: Name of the record acted on.
    on: str = ""
    #: Name of the record edited.
    edit: str = ""
    #: Entity type created; the record takes the step's name.
    create: str = ""
    #: Name of the record deleted.
    delete: str = ""
    subtype: str = ""
    inputs: Mapping[str, Value]
    values: Mapping[str, Value]
    #: Code of the refusal that is expected; empty: it must succeed.
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A test of a pack's behaviour."""

    id: str
    path: str
    covers: tuple[str, ...]
    given: Mapping[str, Given]
    when: Mapping[str, Step]
    then: Mapping[str, Expression]
