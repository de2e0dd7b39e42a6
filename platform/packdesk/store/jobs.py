"""Jobs and their rows: what was asked for and what became of each record go in and out of the tables ``job`` and ``job_row``.

The conditional UPDATE is the claim, not the read before it. A row is taken by reading it locked while it is still waiting, in the
transaction that changes its record: what becomes of the record and that the row is done are stored together or not at all.
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.model.nodes import Json
from packdesk.store.platform_tables import job, job_row

_CHUNK = 500


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    #: Somebody asked to stop it; whoever works on it ends it after the row in hand.
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


OPEN = (JobState.WAITING, JobState.RUNNING, JobState.STOPPING)

#: A row that nobody has come to yet; any other state says what became of it.
WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work on many records, as somebody asked for it."""

    id: str
    kind: str
    entity_type: str
    owner: str
    language: str
    body: Mapping[str, Json]
    state: JobState
    total: int
    undoes: str = ""
    created_at: datetime
    ended_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Say whether nothing more will become of it."""
        return self.state not in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One record of a job."""

    position: int
    #: Empty until somebody came to it, where the record was named by its number.
    record_id: str = ""
    number: str
    state: str = WAITING
    version: int | None = None
    before: Mapping[str, Json] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Mapping[str, Json], ...] = ()


def add(connection: Connection, made: Job, records: Iterable[tuple[str, str]]) -> None:
    """Store a job with a row for each record (id, number)."""
    connection.execute(job.insert().values(_columns(made)))
    rows = [
        {"job": made.id, "position": position, "record_id": record_id, "number": number, "state": WAITING}
        for position, (record_id, number) in enumerate(records, start=1)
    ]
    for start in range(0, len(rows), _CHUNK):
        connection.execute(job_row.insert(), rows[start : start + _CHUNK])


def add_like(connection: Connection, made: Job, other: str, states: Collection[str] = ()) -> int:
    """Store a job with the rows of another one, those in certain states where any are named; return how many they are."""
    chosen = sa.select(
        sa.literal(made.id, job_row.c.job.type),
        sa.func.row_number().over(order_by=job_row.c.position),
        job_row.c.record_id,
        job_row.c.number,
        sa.literal(WAITING, job_row.c.state.type),
        job_row.c.version,
        job_row.c.before,
    ).where(job_row.c.job == other)
    if states:
        chosen = chosen.where(job_row.c.state.in_(states))
    connection.execute(job.insert().values(_columns(made)))
    connection.execute(job_row.insert().from_select(["job", "position", "record_id", "number", "state", "version", "before"], chosen))
    total = int(connection.scalar(sa.select(sa.func.count()).where(job_row.c.job == made.id)) or 0)
    connection.execute(job.update().where(job.c.id == made.id).values(total=total))
    return total


def _columns(made: Job) -> dict[str, object]:
    values = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    return {**values, "body": dict(made.body), "undoes": made.undoes or None}


# looking at them ----------------------------------------------------------------------------------------------------------------


def get(connection: Connection, job_id: str, owner: str, *, locked: bool = False) -> Job | None:
    """Return somebody's job; None when there is none of his."""
    chosen = sa.select(job).where(job.c.id == job_id, job.c.owner == owner)
    row = connection.execute(chosen.with_for_update() if locked else chosen).mappings().first()
    return None if row is None else _job(row)


def of(connection: Connection, owner: str, *, limit: int, before: str = "") -> tuple[Job, ...]:
    """Return somebody's jobs, newest first; ``before`` (a job's id) pages on."""
    chosen = sa.select(job).where(job.c.owner == owner).order_by(job.c.created_at.desc(), job.c.id.desc()).limit(limit)
    if before:
        chosen = chosen.where(job.c.id < before)
    return tuple(map(_job, connection.execute(chosen).mappings()))


def far(connection: Connection, owner: str, also: Collection[str], limit: int) -> tuple[tuple[Job, Mapping[str, int]], ...]:
    """Return somebody's jobs that are not over, and others of his by id, newest first, each with how many rows stand where: one statement."""
    wanted = sa.or_(job.c.state.in_(OPEN), job.c.id.in_(also)) if also else job.c.state.in_(OPEN)
    newest = sa.select(job.c.id).where(job.c.owner == owner, wanted).order_by(job.c.created_at.desc(), job.c.id.desc()).limit(limit)
    rows_ = job.outerjoin(job_row, job_row.c.job == job.c.id)
    counted = sa.select(job, job_row.c.state.label("row_state"), sa.func.count(job_row.c.position).label("rows")).select_from(rows_)
    found: dict[str, tuple[Job, dict[str, int]]] = {}
    for row in connection.execute(counted.where(job.c.id.in_(newest.subquery().select())).group_by(job.c.id, job_row.c.state)).mappings():
        _, counts_ = found.setdefault(row["id"], (_job(row), {}))
        if row["row_state"] is not None:
            counts_[row["row_state"]] = row["rows"]
    return tuple(sorted(found.values(), key=lambda each: (each[0].created_at, each[0].id), reverse=True))


def undone_by(connection: Connection, job_id: str) -> str:
    """Return the job that took this one back, empty when none did."""
    return str(connection.scalar(sa.select(job.c.id).where(job.c.undoes == job_id)) or "")


def counts(connection: Connection, job_ids: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """Return for each job how many rows stand in each state."""
    chosen = sa.select(job_row.c.job, job_row.c.state, sa.func.count()).where(job_row.c.job.in_(job_ids)).group_by(job_row.c.job, job_row.c.state)
    found: dict[str, dict[str, int]] = {job_id: {} for job_id in job_ids}
    for job_id, state, count in connection.execute(chosen):
        found[job_id][state] = count
    return found


def rows(connection: Connection, job_id: str, *, limit: int, after: int = 0, states: Collection[str] = ()) -> tuple[JobRow, ...]:
    """Return rows in their order, behind a position, those in certain states where any are named."""
    chosen = sa.select(job_row).where(job_row.c.job == job_id, job_row.c.position > after).order_by(job_row.c.position).limit(limit)
    if states:
        chosen = chosen.where(job_row.c.state.in_(states))
    return tuple(map(_row, connection.execute(chosen).mappings()))


# working on them ----------------------------------------------------------------------------------------------------------------


def due(connection: Connection, worker: str, now: datetime, limit: int) -> tuple[str, ...]:
    """Return jobs that a worker may claim: first those that nobody worked on, then those that wait longest."""
    chosen = sa.select(job.c.id).where(_free(worker, now)).order_by(job.c.served_at.is_not(None), job.c.served_at, job.c.created_at, job.c.id).limit(limit)
    return tuple(connection.execute(chosen).scalars())


def claim(connection: Connection, job_id: str, worker: str, now: datetime, until: datetime) -> Job | None:
    """Take a job until a moment; None when another worker was faster."""
    begun = sa.case((job.c.state == JobState.WAITING, JobState.RUNNING.value), else_=job.c.state)
    taken = job.update().where(job.c.id == job_id, _free(worker, now)).values(worker=worker, lease_until=until, state=begun)
    if connection.execute(taken).rowcount != 1:
        return None
    return _job(connection.execute(sa.select(job).where(job.c.id == job_id)).mappings().one())


def _free(worker: str, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a job is not over and nobody else holds it."""
    return sa.and_(job.c.state.in_(OPEN), sa.or_(job.c.lease_until.is_(None), job.c.lease_until <= now, job.c.worker == worker))


def renew(connection: Connection, job_id: str, worker: str, until: datetime) -> JobState | None:
    """Hold a job longer and return where it stands; None when it was lost to another worker."""
    held = job.update().where(job.c.id == job_id, job.c.worker == worker, job.c.state.in_(OPEN)).values(lease_until=until).returning(job.c.state)
    state = connection.execute(held).scalar()
    return None if state is None else JobState(state)


def give_back(connection: Connection, job_id: str, worker: str, now: datetime) -> None:
    """Let others work on a job that is not over."""
    own = job.update().where(job.c.id == job_id, job.c.worker == worker)
    connection.execute(own.values(worker=None, lease_until=None, served_at=now))


def next_row(connection: Connection, job_id: str, worker: str) -> JobRow | None:
    """Return the next row that waits, locked for this transaction; None when none does, the job is to stop or another worker has it."""
    held = sa.exists().where(job.c.id == job_id, job.c.worker == worker, job.c.state == JobState.RUNNING)
    chosen = sa.select(job_row).where(job_row.c.job == job_id, job_row.c.state == WAITING, held).order_by(job_row.c.position).limit(1)
    row = connection.execute(chosen.with_for_update(of=job_row)).mappings().first()
    return None if row is None else _row(row)


def settle(connection: Connection, job_id: str, done: JobRow) -> bool:
    """Write down what became of a row; False when somebody else did before."""
    values = {
        "record_id": done.record_id,
        "number": done.number,
        "state": done.state,
        "version": done.version,
        "before": dict(done.before) or None,
        "findings": list(done.findings) or None,
    }
    waiting = job_row.update().where(job_row.c.job == job_id, job_row.c.position == done.position, job_row.c.state == WAITING)
    return connection.execute(waiting.values(values)).rowcount == 1


def finish(connection: Connection, job_id: str, worker: str, now: datetime) -> bool:
    """End a job: done when no row waits, stopped when somebody asked for it; False when there is something left to do."""
    left = sa.exists().where(job_row.c.job == job_id, job_row.c.state == WAITING)
    ended = {"worker": None, "lease_until": None, "ended_at": now}
    own = job.update().where(job.c.id == job_id, job.c.worker == worker)
    if connection.execute(own.where(job.c.state.in_(OPEN), ~left).values(state=JobState.DONE, **ended)).rowcount:
        return True
    return connection.execute(own.where(job.c.state == JobState.STOPPING).values(state=JobState.STOPPED, **ended)).rowcount == 1


def stop(connection: Connection, job_id: str, owner: str, now: datetime) -> bool:
    """Stop somebody's job: at once where nobody works on it, else after the row in hand; False when it is over."""
    own = job.update().where(job.c.id == job_id, job.c.owner == owner)
    free = sa.or_(job.c.lease_until.is_(None), job.c.lease_until <= now)
    if connection.execute(own.where(job.c.state.in_(OPEN), free).values(state=JobState.STOPPED, worker=None, lease_until=None, ended_at=now)).rowcount:
        return True
    return connection.execute(own.where(job.c.state.in_(OPEN)).values(state=JobState.STOPPING)).rowcount == 1


def forget(connection: Connection, owner: str, before: datetime) -> None:
    """Forget somebody's jobs that ended before a moment."""
    connection.execute(job.delete().where(job.c.owner == owner, job.c.ended_at < before))


def _job(row: sa.RowMapping) -> Job:
    names = (field.name for field in dataclasses.fields(Job))
    values = {name: row[name] for name in names}
    return Job(**{**values, "state": JobState(values["state"]), "undoes": values["undoes"] or ""})


def _row(row: sa.RowMapping) -> JobRow:
    return JobRow(
        position=row["position"],
        record_id=row["record_id"],
        number=row["number"],
        state=row["state"],
        version=row["version"],
        before=row["before"] or {},
        findings=tuple(row["findings"] or ()),
    )
