"""Changes of many records that go on when whoever asked for them is gone: begun, looked at, stopped, taken back.

A job belongs to the person who asked for it and works with his rights as they are when each record's turn comes.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.entity_types import Kind
from packdesk.records import policy
from packdesk.records.bulk import BulkCommand
from packdesk.records.context import Context, run
from packdesk.records.drafts import begin
from packdesk.records.job_rows import body_of, command_of
from packdesk.records.once import run_once
from packdesk.records.search import SearchCommand, find
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.store import jobs
from packdesk.store.jobs import Job, JobRow, JobState
from packdesk.store.unit_of_work import UnitOfWork

#: Most records of one job.
MOST = 10_000
#: How long a job can be taken back after its end. Ten thousand records take minutes and their report is read before anybody regrets
#: them, so the half minute of a single change is too short; nothing is lost by it, for what was changed since is left alone.
UNDO = timedelta(minutes=30)
#: How long the report of a job is kept.
KEPT = timedelta(days=30)
_PAGE = 500
#: So many jobs are noted on every page.
_NOTED = 5

#: What became of a row when it did change its record, or would.
CHANGED = frozenset({"updated", "performed", "deleted", "restored"})
#: What became of a row when it did not, for a reason worth reading.
REFUSED = frozenset({"refused", "failed"})


class JobKind(StrEnum):
    """What a job does."""

    BULK = "bulk"
    #: Tries what a bulk change would do and keeps nothing of it.
    PREVIEW = "preview"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job and how far it is."""

    job: Job
    #: State of a row -> how many stand there.
    counts: Mapping[str, int]
    #: The job that took it back.
    undone_by: str = ""
    #: Until when it can be taken back; None: not at all.
    undo_until: datetime | None = None

    @property
    def waiting(self) -> int:
        """Return how many records nobody has come to yet."""
        return self.counts.get(jobs.WAITING, 0)

    @property
    def changed(self) -> int:
        """Return how many records were changed, or would be."""
        return sum(self.counts.get(state, 0) for state in CHANGED)

    @property
    def skipped(self) -> int:
        """Return for how many there was nothing to change."""
        return self.counts.get("skipped", 0)

    @property
    def refused(self) -> int:
        """Return how many were refused or failed."""
        return sum(self.counts.get(state, 0) for state in REFUSED)

    @property
    def done(self) -> int:
        """Return for how many records it is known what became of them."""
        return self.job.total - self.waiting


def begin_bulk(
    context: Context,
    entity_type: str,
    command: BulkCommand,
    *,
    matching: SearchCommand | None = None,
    like: str = "",
    preview: bool = False,
    form: Mapping[str, Sequence[str]] | None = None,
) -> Job:
    """Make a job of a bulk command: over the records it names, all that a search finds, or those of another job (``like``).

    ``form`` is what a screen wants to show again. Raises ``too_many_records``.
    """
    runtime = context.live.current().runtime
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "bulk", entity_type):
        raise Refused([refused])
    if secret := next(_secrets(entity, command), ""):
        raise PackdeskError("secret_in_job", name=secret)
    if len(command.refs) > MOST:
        raise PackdeskError("too_many_records", limit=MOST)
    records = tuple(_matching(context, entity_type, matching)) if matching is not None else tuple(("", ref) for ref in dict.fromkeys(command.refs))
    if len(records) > MOST:
        raise PackdeskError("too_many_records", limit=MOST)
    kind = JobKind.PREVIEW if preview else JobKind.BULK
    body = body_of(command) | ({"form": {name: tuple(texts) for name, texts in form.items()}} if form else {})
    made = replace(_new(context, kind, entity_type), body=body, total=len(records))

    def work(unit: UnitOfWork, _runtime: Runtime) -> Job:
        jobs.forget(unit.connection, context.actor.login, context.clock.now() - KEPT)
        if like:
            return replace(made, total=jobs.add_like(unit.connection, made, _own(context, unit, like).id))
        jobs.add(unit.connection, made, records)
        return made

    return _begun(context, work)


def start(context: Context, job_id: str) -> Job:
    """Make a job that does what a preview tried, with the same records."""

    def work(unit: UnitOfWork, _runtime: Runtime) -> Job:
        tried = _own(context, unit, job_id)
        if tried.kind != JobKind.PREVIEW:
            raise PackdeskError("unknown_job")
        if not tried.ended:
            raise PackdeskError("job_running")
        made = replace(_new(context, JobKind.BULK, tried.entity_type), body=tried.body)
        return replace(made, total=jobs.add_like(unit.connection, made, tried.id))

    return _begun(context, work)


def undo(context: Context, job_id: str) -> Job:
    """Make a job that takes another one back; raises ``undo_impossible``, ``undo_too_late`` or ``undo_done``."""

    def work(unit: UnitOfWork, runtime: Runtime) -> Job:
        done = _own(context, unit, job_id, locked=True)
        if not done.ended:
            raise PackdeskError("job_running")
        if not _can_be_undone(runtime, done):
            raise PackdeskError("undo_impossible")
        if jobs.undone_by(unit.connection, done.id):
            raise PackdeskError("undo_done")
        if done.ended_at is None or context.clock.now() > done.ended_at + UNDO:
            raise PackdeskError("undo_too_late", minutes=int(UNDO.total_seconds() // 60))
        # The form stands for what is done again; here it only says where the person came from.
        made = replace(_new(context, JobKind.UNDO, done.entity_type), undoes=done.id, body={"undone_form": done.body.get("form", {})})
        return replace(made, total=jobs.add_like(unit.connection, made, done.id, ("updated",)))

    return _begun(context, work)


def stop(context: Context, job_id: str) -> JobView:
    """Stop a job after the record in hand; what was done stays done. One that is over is left as it is."""

    def work(unit: UnitOfWork, _runtime: Runtime) -> None:
        _own(context, unit, job_id)
        jobs.stop(unit.connection, job_id, context.actor.login, context.clock.now())

    run(context, work)
    context.kit.bell.set()
    return read(context, job_id)


def read(context: Context, job_id: str) -> JobView:
    """Return a job of the actor's; raises ``unknown_job`` for everybody else's."""
    return run(context, lambda unit, runtime: _view(context, unit, runtime, _own(context, unit, job_id)), write=False)


def rows(context: Context, job_id: str, *, limit: int, after: int = 0, states: frozenset[str] = frozenset()) -> tuple[JobRow, ...]:
    """Return what became of the records of a job, in order."""

    def work(unit: UnitOfWork, _runtime: Runtime) -> tuple[JobRow, ...]:
        _own(context, unit, job_id)
        return jobs.rows(unit.connection, job_id, limit=limit, after=after, states=states)

    return run(context, work, write=False)


def mine(context: Context, *, limit: int, before: str = "") -> tuple[JobView, ...]:
    """Return the actor's jobs, newest first."""

    def work(unit: UnitOfWork, runtime: Runtime) -> tuple[JobView, ...]:
        found = jobs.of(unit.connection, context.actor.login, limit=limit, before=before)
        counts = jobs.counts(unit.connection, [each.id for each in found])
        return tuple(JobView(job=each, counts=counts[each.id], undo_until=_undo_until(context, runtime, each)) for each in found)

    return run(context, work, write=False)


def running(context: Context, also: Collection[str] = ()) -> tuple[JobView, ...]:
    """Return the actor's jobs that are not over, and those of these ids, newest first: one statement, for a note on any page."""

    def work(unit: UnitOfWork) -> tuple[JobView, ...]:
        found = jobs.far(unit.connection, context.actor.login, also, _NOTED)
        if all(job.ended for job, _ in found):
            context.kit.makers.discard(context.actor.login)
        return tuple(JobView(job=job, counts=counts) for job, counts in found)

    return run(context, lambda unit, _: work(unit), write=False)


def may_run(context: Context) -> bool:
    """Say whether a job of the actor's may be running that was made in this process; costs nothing."""
    return context.actor.login in context.kit.makers


def reasons(found: JobRow) -> tuple[Finding, ...]:
    """Return why a record was refused."""
    return tuple(Finding(**finding) for finding in found.findings)  # type: ignore[arg-type]


def _own(context: Context, unit: UnitOfWork, job_id: str, *, locked: bool = False) -> Job:
    found = jobs.get(unit.connection, job_id, context.actor.login, locked=locked)
    if found is None:
        raise PackdeskError("unknown_job")
    return found


def _view(context: Context, unit: UnitOfWork, runtime: Runtime, job: Job) -> JobView:
    undone = jobs.undone_by(unit.connection, job.id) if job.kind == JobKind.BULK else ""
    until = None if undone else _undo_until(context, runtime, job)
    return JobView(job=job, counts=jobs.counts(unit.connection, [job.id])[job.id], undone_by=undone, undo_until=until)


def _undo_until(context: Context, runtime: Runtime, job: Job) -> datetime | None:
    until = job.ended_at + UNDO if job.ended_at is not None and _can_be_undone(runtime, job) else None
    return until if until is not None and context.clock.now() <= until else None


def _can_be_undone(runtime: Runtime, job: Job) -> bool:
    """Say whether the job changed nothing but fields: what an action did elsewhere, or sent, cannot be fetched back."""
    if job.kind != JobKind.BULK or job.entity_type not in runtime.model.entity_types:
        return False
    command, relations = command_of(job), runtime.type(job.entity_type).relations
    return not (command.action or command.delete) and not any(name in relations for name in command.data)


def _new(context: Context, kind: JobKind, entity_type: str) -> Job:
    now = context.clock.now()
    return Job(
        id=context.ids(now),
        kind=kind,
        entity_type=entity_type,
        owner=context.actor.login,
        language=context.language,
        body={},
        state=JobState.WAITING,
        total=0,
        created_at=now,
    )


def _begun(context: Context, work: Callable[[UnitOfWork, Runtime], Job]) -> Job:
    """Store a job once however often it is asked for, and wake who works on it."""

    def again(unit: UnitOfWork, left: Mapping[str, object]) -> Job:
        return _own(context, unit, str(left["job"]))

    made = run_once(context, work, lambda job: {"job": job.id}, again)
    # After the commit: who asks before it finds nothing and would forget it again.
    context.kit.makers.add(context.actor.login)
    context.kit.bell.set()
    return made


def _matching(context: Context, entity_type: str, command: SearchCommand) -> Iterator[tuple[str, str]]:
    """Yield id and number of all that a search finds and the actor may see, one more than a job may have at most."""
    cursor, found = "", 0
    while found <= MOST:
        asked = dataclasses.replace(command, limit=_PAGE, cursor=cursor, count=False, expand=False, fields=("number",))
        page = run(context, lambda unit, runtime, asked=asked: find(begin(context, unit, runtime), entity_type, asked, "view"), write=False)  # type: ignore[misc]
        yield from ((record.id, record.number) for record in page.rows)
        found += len(page.rows)
        cursor = page.next_cursor
        if not cursor:
            return


def _secrets(entity: EntityRuntime, command: BulkCommand) -> Iterator[str]:
    """Yield what is secret among the values: a job keeps what it is to write, and a secret is kept nowhere but in its field."""
    given = set(command.data)
    for name, inner in command.data.items():
        given |= {f"{name}.{part}" for part in inner} if isinstance(inner, Mapping) else set()
    yield from (path for path in sorted(given) if path in entity.fields and entity.fields[path].field.kind is Kind.SECRET)
    action = entity.actions.get(command.action)
    if action is not None:
        yield from (path for path, field in action.inputs.items() if path in command.inputs and field.field.kind is Kind.SECRET)
