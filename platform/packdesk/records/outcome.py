"""What a use case hands back, as data; doors render it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors import Finding
from packdesk.runtime.values import Record

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_REFERENCES: Mapping[tuple[str, str], "Reference"] = MappingProxyType({})


@dataclass(frozen=True)
class Reference:
    """A record as others name it; without slots, because the serializer writes it in a third of the time then."""

    entity_type: str
    id: str
    number: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Where the screen goes when an action is done; expressions of the document are evaluated already."""

    form: str = ""
    record: Reference | None = None
    message: str = ""
    #: Values to show once and never to store or log.
    reveal: object = None
    values: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    readonly: tuple[str, ...] = ()
    then: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A change that was stored."""

    record: Record
    #: Paths whose values differ from before, in order of the entity type.
    changed: tuple[str, ...] = ()
    #: What was ignored or should be known, though nothing was refused.
    warnings: tuple[Finding, ...] = ()
    #: Effect id -> what the effect made: a record, data of an operation, or None when it was skipped.
    results: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    control: Control | None = None
    #: The record as the actor sees it now, made in the transaction of the change; None where the door did not ask or he may not see it.
    view: "RecordView | None" = None


@dataclass(frozen=True, slots=True)
class LinkView:
    """One record at the other end of a relation, with the link's own values."""

    reference: Reference
    values: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record as one actor may see it: what he may not see is taken out."""

    record: Record
    title: str
    #: Relation -> the linked records that the actor may see.
    links: Mapping[str, tuple[LinkView, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    #: (entity type, id) -> how the records that its fields and lines refer to are named.
    references: Mapping[tuple[str, str], Reference] = dataclasses.field(default_factory=lambda: _NO_REFERENCES)
    #: Paths that were taken out because the actor's roles do not show them.
    hidden: frozenset[str] = frozenset()
    #: Paths that are there but shown only on purpose.
    masked: frozenset[str] = frozenset()
    #: Verbs that the actor may use on this record.
    verbs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one row of an import or one record of a bulk edit."""

    #: 1-based row of the file, or position in the selection.
    row: int
    #: Number of the record, empty when none was made.
    number: str = ""
    id: str = ""
    #: ``created``, ``updated``, ``performed``, ``skipped``, ``refused``; in a dry run what would have become of it.
    done: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What became of many rows; ``applied`` is false for previews, dry runs and refused all-or-nothing imports."""

    rows: tuple[RowResult, ...]
    applied: bool
    #: Columns of an imported file that were looked past, because the engine keeps or computes what they hold.
    unread: tuple[str, ...] = ()

    @property
    def refused(self) -> int:
        """Return how many rows were refused."""
        return sum(1 for row in self.rows if row.findings)

    @property
    def skipped(self) -> int:
        """Return how many rows changed nothing: there already, equal already, or named before."""
        return sum(1 for row in self.rows if row.done == "skipped" and not row.findings)

    @property
    def done(self) -> int:
        """Return how many rows went through and made or changed something."""
        return len(self.rows) - self.refused - self.skipped
