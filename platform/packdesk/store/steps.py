"""The typed consequences of a publish for what is stored: one frozen step each, as plain JSON in a release and in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.store.physical import line_key, link_key, record_key

#: Decision of ``default`` that leaves a new required field empty on the records that exist.
LEAVE_EMPTY: Mapping[str, Json] = {"leave_empty": True}


class StepKind(StrEnum):
    """What happens to the storage or to the values of one thing."""

    ADD_TYPE = "add_type"
    RETIRE_TYPE = "retire_type"
    RESTORE_TYPE = "restore_type"
    RENAME_TYPE = "rename_type"
    RENAME_UNIT = "rename_unit"
    ADD_FIELD = "add_field"
    RETIRE_FIELD = "retire_field"
    RESTORE_FIELD = "restore_field"
    RENAME_FIELD = "rename_field"
    CHANGE_KIND = "change_kind"
    ADD_LINES = "add_lines"
    RETIRE_LINES = "retire_lines"
    RESTORE_LINES = "restore_lines"
    ADD_RELATION = "add_relation"
    RETIRE_RELATION = "retire_relation"
    RESTORE_RELATION = "restore_relation"
    ADD_UNIQUE = "add_unique"
    DROP_UNIQUE = "drop_unique"
    CHANGE_NUMBERING = "change_numbering"
    RETIRE_VALUES = "retire_values"
    MAP_VALUES = "map_values"
    MOVE_STATE = "move_state"
    FILL = "fill"
    CONVERT = "convert"
    REVERT = "revert"
    REINDEX = "reindex"
    CONTRACT = "contract"


#: The steps that go through records, in batches after the flip; all others are about tables and meaning.
MIGRATIONS = frozenset({StepKind.MAP_VALUES, StepKind.MOVE_STATE, StepKind.FILL, StepKind.CONVERT, StepKind.REVERT, StepKind.REINDEX})
#: What a publish still has to do after the flip, and so writes into the journal.
JOURNALED = MIGRATIONS | {StepKind.CONTRACT}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value is stored: a record's own field (``group`` empty), a field of a line group, or a field of a link."""

    entity_type: str
    path: str
    group: str = ""
    #: True when ``group`` is a relation whose links carry the field.
    link: bool = False

    @property
    def name(self) -> str:
        """Return ``type.path`` or ``type.group.path``: how plans and decisions name the slot."""
        return ".".join(part for part in (self.entity_type, self.group, self.path) if part)

    @property
    def table_key(self) -> str:
        """Return the key of the slot's table in the physical map."""
        if not self.group:
            return record_key(self.entity_type)
        return (link_key if self.link else line_key)(self.entity_type, self.group)

    @property
    def key(self) -> str:
        """Return the key of the slot's columns in the physical map."""
        return f"{self.table_key}.{self.path}"

    def to_json(self) -> dict[str, Json]:
        """Return the slot as JSON."""
        return {"entity_type": self.entity_type, "path": self.path, "group": self.group, "link": self.link}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Slot":
        """Read a slot back from JSON."""
        return cls(str(data["entity_type"]), str(data["path"]), str(data["group"]), bool(data["link"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One consequence, about the entity type and, when it is about a value, the slot of the new release."""

    kind: StepKind
    #: Dotted name of what it is about, as in decisions: ``visit.room``.
    about: str
    slot: Slot | None = None
    #: Former name, former kind, or ``state`` of a moved status.
    old: str = ""
    #: New name, new kind or new state.
    new: str = ""
    #: Stored value -> its successor, for MAP_VALUES; status -> new state, for MOVE_STATE.
    mapping: Mapping[str, str] | None = None
    #: Value for FILL, or ``convert`` / ``clear`` for CONVERT; the number of the release for REVERT; for RETIRE_VALUES of what must not go
    #: while it is used, the states whose records may keep it.
    value: Json = None
    #: The id of the decision that a person took, or ``renamed`` when the pack itself says it.
    decision: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return the step as JSON."""
        return {
            "kind": self.kind.value,
            "about": self.about,
            "slot": None if self.slot is None else self.slot.to_json(),
            "old": self.old,
            "new": self.new,
            "mapping": None if self.mapping is None else dict(self.mapping),
            "value": self.value,
            "decision": self.decision,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Step":
        """Read a step back from JSON; raises ``bad_decision`` for a step that no version of the engine wrote."""
        if str(data.get("kind")) not in set(StepKind):
            raise PackdeskError("bad_decision", decision=str(data.get("kind")), reason="the step is unknown")
        slot, mapping = data.get("slot"), data.get("mapping")
        return cls(
            kind=StepKind(str(data["kind"])),
            about=str(data["about"]),
            slot=Slot.from_json(slot) if isinstance(slot, Mapping) else None,
            old=str(data["old"]),
            new=str(data["new"]),
            mapping={key: str(value) for key, value in mapping.items()} if isinstance(mapping, Mapping) else None,
            value=data["value"],
            decision=str(data["decision"]),
        )


def mapped(value: object, mapping: Mapping[str, str]) -> object:
    """Return what a stored value, or each of several, is mapped to; what the mapping does not name stays."""
    if isinstance(value, tuple | list):
        return tuple(dict.fromkeys(mapping.get(str(member), str(member)) for member in value))
    return mapping.get(str(value), str(value))


def sentence(step: Step) -> str:
    """Return the step in words, for people who read a plan."""
    return _SENTENCES[step.kind].format(about=step.about, old=step.old, new=step.new, value=step.value, mapping=_arrows(step.mapping or {}))


def _arrows(mapping: Mapping[str, str]) -> str:
    return ", ".join(f"{old} -> {new}" for old, new in mapping.items())


_SENTENCES: Mapping[StepKind, str] = {
    StepKind.ADD_TYPE: "entity type {about} gets a table",
    StepKind.RETIRE_TYPE: "entity type {about} is retired; its table and records are kept",
    StepKind.RESTORE_TYPE: "entity type {about} comes back with its records",
    StepKind.RENAME_TYPE: "entity type {old} is now called {new}; its table stays",
    StepKind.RENAME_UNIT: "unit {old} is now called {new}; its members stay",
    StepKind.ADD_FIELD: "{about} gets a column",
    StepKind.RETIRE_FIELD: "{about} is retired; what was entered is kept",
    StepKind.RESTORE_FIELD: "{about} comes back with what was entered",
    StepKind.RENAME_FIELD: "{old} is now called {new}; its column stays",
    StepKind.CHANGE_KIND: "{about} changes from {old} to {new} and gets a new column",
    StepKind.ADD_LINES: "lines {about} get a table",
    StepKind.RETIRE_LINES: "lines {about} are retired; what was entered is kept",
    StepKind.RESTORE_LINES: "lines {about} come back with what was entered",
    StepKind.ADD_RELATION: "relation {about} gets a table",
    StepKind.RETIRE_RELATION: "relation {about} is retired; its links are kept",
    StepKind.RESTORE_RELATION: "relation {about} comes back with its links",
    StepKind.ADD_UNIQUE: "{about} becomes unique",
    StepKind.DROP_UNIQUE: "{about} is no longer unique",
    StepKind.CHANGE_NUMBERING: "numbers of {about} change from {old} to {new}; existing numbers stay",
    StepKind.RETIRE_VALUES: "{about} is retired; records that hold it keep it",
    StepKind.MAP_VALUES: "{about}: {mapping}",
    StepKind.MOVE_STATE: "{about} moves to another state: {mapping}",
    StepKind.FILL: "{about} is filled with {value}",
    StepKind.CONVERT: "{about}: values are taken over ({value})",
    StepKind.REINDEX: "quick search reads {about} anew",
    StepKind.REVERT: "values that release {value} mapped and nobody touched since go back",
    StepKind.CONTRACT: "{about} loses the indexes that nobody needs any more",
}
