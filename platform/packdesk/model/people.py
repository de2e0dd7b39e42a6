"""Organisation and roles: units, areas, collaboration, demo users, and what a role may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.nodes import Expression, Text


class UnitLevel(StrEnum):
    """The levels of the one tree of units."""

    COMMUNITY = "community"
    GROUP = "group"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgUnit:
    """A node of the organisation; a member of a unit is a member of everything above it."""

    id: str
    path: str
    label: Text
    level: UnitLevel = UnitLevel.UNIT
    parent: str = ""
    time_zone: str = ""
    effective: bool = True
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A geographical area: which addresses lie in it and which unit serves it."""

    id: str
    path: str
    label: Text
    when: Expression
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaboration:
    """Lets the members of ``group`` see or act on records owned by ``with_group``, by privacy level (NET-6)."""

    id: str
    path: str
    group: str
    with_group: str
    entity_types: tuple[str, ...]
    privacy: tuple[str, ...]
    permit: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUser:
    """A person of the demo, made only on request."""

    login: str
    path: str
    name: str
    units: tuple[str, ...]
    roles: tuple[str, ...]
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """All organisation documents of the packs together."""

    units: Mapping[str, OrgUnit]
    areas: Mapping[str, Area]
    collaboration: Mapping[str, Collaboration]
    users: Mapping[str, DemoUser]

    def ancestors(self, unit: str) -> tuple[str, ...]:
        """Return the unit and everything above it, nearest first; stops at a unit that does not exist."""
        chain: list[str] = []
        while unit and unit in self.units and unit not in chain:
            chain.append(unit)
            unit = self.units[unit].parent
        return tuple(chain)

    def group_of(self, unit: str) -> str:
        """Return the nearest node of level group (or community) at or above the unit; empty when there is none."""
        return next((node for node in self.ancestors(unit) if self.units[node].level is not UnitLevel.UNIT), "")

    def groups(self) -> Mapping[str, OrgUnit]:
        """Return the nodes that can own a record: groups and the communities above them; a unit only works on what its group owns."""
        return {node: unit for node, unit in self.units.items() if unit.level is not UnitLevel.UNIT}

    def below(self, unit: str) -> frozenset[str]:
        """Return the unit and everything under it."""
        return frozenset(node for node in self.units if unit in self.ancestors(node))


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What the people who hold it may do."""

    id: str
    path: str
    label: Text
    #: Entity type -> verbs: view, create, edit, act, delete, export, import, assign, bulk.
    permit: Mapping[str, tuple[str, ...]]
    #: ``entity_type.field`` -> view, edit; a field without an entry is open to whoever may view or edit the record.
    fields: Mapping[str, tuple[str, ...]]
    #: Named rights: ``desk.use``, ``studio.publish``, ...
    permissions: tuple[str, ...] = ()
