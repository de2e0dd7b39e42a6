"""Configuration lists: categories, value lists, level lists, matrices."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.durations import Duration
from packdesk.model.entity_types import Field
from packdesk.model.nodes import Allow, Json, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member of a list or tree: a category, option or level."""

    id: str
    path: str
    label: Text
    description: Text | None = None
    #: Short code: as given, else the initials of the label, made unique (GEN-4, GEN-5).
    code: str = ""
    #: Id of the parent node in a category tree; empty at the top.
    parent: str = ""
    #: In use; a retired entry stays readable on old records and is not offered.
    effective: bool = True
    #: Offered first.
    default: bool = False
    #: For levels: within the supported subset.
    supported: bool = True
    colour: str = ""
    #: Who may choose it; None: everybody.
    allow: Allow | None = None
    #: Values of the list's attributes.
    attributes: Mapping[str, Json]
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryList:
    """A value list, level list or category tree: entries by id, and the fields that describe each entry."""

    id: str
    path: str
    label: Text
    entries: Mapping[str, Entry]
    attributes: Mapping[str, Field]

    @property
    def default(self) -> str | None:
        """Return the id of the entry offered first, or None."""
        return next((entry.id for entry in self.entries.values() if entry.default and entry.effective and entry.supported), None)

    def offered(self) -> tuple[Entry, ...]:
        """Return the entries that may be chosen for new values."""
        return tuple(entry for entry in self.entries.values() if entry.effective and entry.supported)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """(row level, column level) -> result level, complete over the supported levels."""

    id: str
    path: str
    label: Text
    row: str
    column: str
    result: str
    #: Row id -> column id -> result id.
    cells: Mapping[str, Mapping[str, str]]
    #: Result id -> move id -> target.
    targets: Mapping[str, Mapping[str, Duration]]
