"""The releases that were published, as they are stored: the merged packs, their names in the database, who, when and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.packs.merged import Merged
from packdesk.store.database import Database
from packdesk.store.physical import Physical
from packdesk.store.platform_tables import active_release, migration_step, release
from packdesk.store.prepared import Prepared
from packdesk.store.steps import JOURNALED, Step, StepKind
from packdesk.store.storage_map import StorageMap

#: States of a release row: being expanded (or left so by a killed publish), and published once.
EXPANDING, PUBLISHED = "expanding", "published"
#: States of a row of the journal.
PENDING, DONE, GIVEN_UP = "pending", "done", "given_up"
#: Beside the step in the journal: why the data of a record stopped it.
FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRelease:
    """The release that is live, and the numbers that grow when somebody's rights may have changed and when a session ended."""

    number: int
    hash: str
    security_epoch: int
    session_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseInfo:
    """A line of the history of releases."""

    number: int
    hash: str
    note: str
    created_by: str
    created_at: datetime
    base: int
    state: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelease:
    """Everything that a process needs to run a release."""

    info: ReleaseInfo
    merged: Merged
    storage: StorageMap
    steps: tuple[Step, ...]
    decisions: Mapping[str, Json]
    #: What went away but may stand in records, see ``retired_values``.
    retired_values: tuple[Mapping[str, Json], ...]
    #: The steps of this release that still have records to map.
    pending: tuple[Step, ...]
    #: The release whose documents this one brought back; 0 where it was no rollback.
    restored: int = 0

    @property
    def number(self) -> int:
        """Return the number of the release."""
        return self.info.number

    @property
    def physical(self) -> Physical:
        """Return the names of its tables and columns."""
        return self.storage.physical


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """What a publish writes down before it touches anything else."""

    number: int
    base: int
    merged: Merged
    storage: StorageMap
    steps: tuple[Step, ...]
    changes: tuple[str, ...]
    decisions: Mapping[str, Json]
    retired_values: tuple[Mapping[str, Json], ...]
    note: str
    created_by: str
    created_at: datetime
    restored: int = 0


class ReleaseStore:
    """Reads and writes the releases of one database."""

    def __init__(self, database: Database) -> None:
        """Read through this database."""
        self._database = database
        self._statement: Prepared | None = None

    def active(self) -> ActiveRelease | None:
        """Return the live release, or None before the first publish."""
        return self._database.retrying(self._read_active)

    def _read_active(self) -> ActiveRelease | None:
        with self._database.reading() as connection:
            if self._statement is None:
                self._statement = Prepared(_ACTIVE, connection.dialect, "")
            rows = self._statement.rows(connection, {})
        return _active(*rows[0]) if rows else None

    def load(self, number: int) -> StoredRelease:
        """Return a release that was published; raises ``unknown_release``."""
        with self._database.begin() as connection:
            return read_release(connection, number)

    def history(self) -> tuple[ReleaseInfo, ...]:
        """Return every published release, newest first."""
        with self._database.begin() as connection:
            active = read_active(connection)
            query = sa.select(*_INFO_COLUMNS).where(release.c.state == PUBLISHED).order_by(release.c.number.desc())
            return tuple(_info(row, active) for row in connection.execute(query))


_INFO_COLUMNS = (
    release.c.number,
    release.c.hash,
    release.c.note,
    release.c.created_by,
    release.c.created_at,
    release.c.base_number,
    release.c.state,
)
_ACTIVE = (
    sa.select(active_release.c.number, release.c.hash, active_release.c.security_epoch, active_release.c.session_epoch)
    .join(release, release.c.number == active_release.c.number)
    .where(active_release.c.id == 1)
)


def read_active(connection: Connection) -> ActiveRelease | None:
    """Return the live release in one indexed read, or None before the first publish."""
    row = connection.execute(_ACTIVE).one_or_none()
    return None if row is None else _active(*row)


def _active(number: object, digest: object, security_epoch: object, session_epoch: object) -> ActiveRelease:
    epochs = int(str(security_epoch)), int(str(session_epoch))
    return ActiveRelease(number=int(str(number)), hash=str(digest), security_epoch=epochs[0], session_epoch=epochs[1])


def read_release(connection: Connection, number: int) -> StoredRelease:
    """Return a release by its number; raises ``unknown_release``."""
    row = connection.execute(sa.select(release).where(release.c.number == number, release.c.state == PUBLISHED)).one_or_none()
    if row is None:
        raise PackdeskError("unknown_release", number=number)
    plan = _mapping(row.plan)
    return StoredRelease(
        info=_info(row, read_active(connection)),
        merged=Merged.from_json(row.documents),
        storage=StorageMap.from_json(row.physical),
        steps=tuple(Step.from_json(step) for step in _mappings(plan.get("steps"))),
        decisions=MappingProxyType(dict(_mapping(row.decisions))),
        retired_values=tuple(_mappings(plan.get("retired_values"))),
        pending=tuple(step for _ordinal, step, _cursor in read_pending(connection, number)),
        restored=int(str(plan.get("restored") or 0)),
    )


def read_storage(connection: Connection, number: int) -> StorageMap:
    """Return only the names of a release's tables and columns; its documents are many times as much to read."""
    return StorageMap.from_json(_mapping(connection.execute(sa.select(release.c.physical).where(release.c.number == number)).scalar_one()))


def write_release(connection: Connection, new: NewRelease) -> None:
    """Write a release down as being expanded; nothing reads it before the flip."""
    plan: dict[str, object] = {
        "steps": [step.to_json() for step in new.steps],
        "changes": list(new.changes),
        "retired_values": [dict(value) for value in new.retired_values],
    }
    if new.restored:
        plan["restored"] = new.restored
    connection.execute(
        sa.insert(release).values(
            number=new.number,
            hash=new.merged.hash,
            documents=new.merged.to_json(),
            physical=new.storage.to_json(),
            plan=plan,
            decisions=dict(new.decisions),
            note=new.note,
            created_by=new.created_by,
            created_at=new.created_at,
            base_number=new.base or None,
            state=EXPANDING,
        )
    )


def write_steps(connection: Connection, number: int, steps: Sequence[Step]) -> None:
    """Write down what is left to do after the flip; reverting comes first, then mapping, filling, converting, and indexes in the end."""
    order = [StepKind.REVERT, StepKind.MAP_VALUES, StepKind.MOVE_STATE, StepKind.FILL, StepKind.CONVERT, StepKind.REINDEX, StepKind.CONTRACT]
    rows = [
        {"release": number, "ordinal": ordinal, "kind": step.kind.value, "payload": step.to_json(), "state": PENDING, "cursor": None}
        for ordinal, step in enumerate(sorted((step for step in steps if step.kind in JOURNALED), key=lambda step: order.index(step.kind)), start=1)
    ]
    if rows:
        connection.execute(sa.insert(migration_step), rows)


def read_pending(connection: Connection, number: int) -> tuple[tuple[int, Step, str], ...]:
    """Return (ordinal, step, cursor) of the release's unfinished migrations, in order."""
    query = (
        sa.select(migration_step.c.ordinal, migration_step.c.payload, migration_step.c.cursor)
        .where(migration_step.c.release == number, migration_step.c.state == PENDING)
        .order_by(migration_step.c.ordinal)
    )
    return tuple((row.ordinal, Step.from_json(_mapping(row.payload)), row.cursor or "") for row in connection.execute(query))


def read_failures(connection: Connection, number: int) -> Mapping[int, str]:
    """Return ordinal -> why it stopped, of the release's unfinished migrations that the data of a record stopped."""
    at = (migration_step.c.release == number) & (migration_step.c.state == PENDING)
    rows = connection.execute(sa.select(migration_step.c.ordinal, migration_step.c.payload).where(at))
    return {row.ordinal: str(_mapping(row.payload)[FAILURE]) for row in rows if FAILURE in _mapping(row.payload)}


def give_up_steps(connection: Connection, number: int) -> None:
    """Write down that what a release still had to do is not done any more: it was rolled back."""
    at = (migration_step.c.release == number) & (migration_step.c.state == PENDING)
    connection.execute(sa.update(migration_step).where(at).values(state=GIVEN_UP))


def finish_contraction(connection: Connection, number: int) -> None:
    """Write down that the indexes are gone that the release has no use for."""
    at = (migration_step.c.release == number) & (migration_step.c.kind == StepKind.CONTRACT.value)
    connection.execute(sa.update(migration_step).where(at).values(state=DONE))


def decided(connection: Connection) -> tuple[str, ...]:
    """Return the ids of every decision that a published release ever went by."""
    rows = connection.execute(sa.select(release.c.decisions).where(release.c.state == PUBLISHED).order_by(release.c.number)).scalars()
    return tuple(dict.fromkeys(decision for row in rows for decision in _mapping(row)))


def next_number(connection: Connection) -> int:
    """Return the number of the release that comes next; numbers of abandoned publishes are not used again."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(release.c.number), 0))).scalar_one()) + 1


def _info(row: sa.Row[*tuple[Any, ...]], active: ActiveRelease | None) -> ReleaseInfo:
    return ReleaseInfo(
        number=row.number,
        hash=row.hash,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        base=row.base_number or 0,
        state=row.state,
        active=active is not None and active.number == row.number,
    )


def _mapping(value: object) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Json]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
