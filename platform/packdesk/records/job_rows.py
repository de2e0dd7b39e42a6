"""One record of a job: changed, tried or put back inside the transaction that also writes down what became of it.

So a process that is killed leaves both or neither, and whoever takes the job up goes on with the first row that still waits: the
row is its own request key, and it has no day on which it is forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import sqlalchemy as sa

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records.act import act_in
from packdesk.records.bulk import BulkCommand, refusals
from packdesk.records.context import Context, run
from packdesk.records.delete import delete_in
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import visible
from packdesk.records.json_values import plain
from packdesk.records.restoring import before, restore_in
from packdesk.records.update import update_in
from packdesk.store import jobs
from packdesk.store.database import is_busy, is_worth_retrying
from packdesk.store.jobs import Job, JobRow
from packdesk.store.unit_of_work import Retry

#: Refusals that say nothing about the record: another try may succeed.
_PASSING = frozenset({"busy", "release_changed"})

#: Writes an error that nobody foresaw into the log and returns the number under which it stands there.
Report = Callable[[Job, JobRow, Exception], str]


def work_off(context: Context, job: Job, worker: str, report: Report, *, given_up: bool = False) -> JobRow | None:
    """Do the next row that waits and return what became of it; None when there is none, the job is to stop or another worker has it.

    ``given_up`` records a row that could not be tried again and again because others held what it needs.
    """

    def work(unit_work: Work) -> JobRow | None:
        connection = unit_work.unit.connection
        row = jobs.next_row(connection, job.id, worker)
        if row is None:
            return None
        done = _refused(row, (Finding(code="busy"),), "failed") if given_up else _done(unit_work, job, row, report)
        jobs.settle(connection, job.id, done)
        return done

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)))


class _Tried(Exception):
    """Carries what a row would become out of the change that is to be rolled back."""

    def __init__(self, done: JobRow) -> None:
        """Take what it would become."""
        super().__init__()
        self.done = done


def _done(work: Work, job: Job, row: JobRow, report: Report) -> JobRow:
    """Return what became of a row; whatever was refused or failed left nothing behind."""
    try:
        with work.unit.savepoint():
            done = _change(work, job, row)
            if job.kind == "preview":
                raise _Tried(done)
            return done
    except _Tried as tried:
        return tried.done
    except PackdeskError as error:
        if error.code in _PASSING:
            raise
        return _refused(row, refusals(error))
    except Retry:
        raise
    except Exception as error:
        if isinstance(error, sa.exc.DBAPIError) and (is_worth_retrying(error) or is_busy(error)):
            raise
        number = report(job, row, error)
        return _refused(row, (Finding(code="internal_error", facts={"request_id": number}),), "failed")


def _refused(row: JobRow, findings: tuple[Finding, ...], state: str = "refused") -> JobRow:
    written = tuple(cast("Mapping[str, Json]", plain(finding)) for finding in findings)
    return replace(row, state=state, version=None, before={}, findings=written)


def _change(work: Work, job: Job, row: JobRow) -> JobRow:
    if refused := policy.may(work.runtime, work.context.actor, "bulk", job.entity_type):
        raise Refused([refused])
    ref = row.record_id or row.number
    if job.kind == "undo":
        restored = restore_in(work, job.entity_type, ref, row.before, row.version or 0)
        return _became(row, "restored", restored.id, restored.number, restored.get("version"))
    command = command_of(job)
    version = command.versions.get(row.number)
    if command.delete:
        delete_in(work, job.entity_type, ref, version=version)
        return replace(row, state="deleted")
    if command.action:
        acted = act_in(work, job.entity_type, ref, command.action, inputs=command.inputs, version=version).record
        return _became(row, "performed", acted.id, acted.number, acted.get("version"))
    old = visible(work, job.entity_type, ref, for_update=True)
    outcome = update_in(work, job.entity_type, ref, command.data, version=version)
    record = outcome.record
    if old is None or not outcome.changed:
        return _became(row, "skipped", record.id, record.number, record.get("version"))
    return replace(_became(row, "updated", record.id, record.number, record.get("version")), before=before(work, old, record))


def _became(row: JobRow, state: str, record_id: str, number: str, version: object) -> JobRow:
    return replace(row, state=state, record_id=record_id, number=number, version=cast("int", version), before={})


def command_of(job: Job) -> BulkCommand:
    """Return what a job does with each of its records."""
    body = job.body
    return BulkCommand(
        refs=(),
        data=cast("Mapping[str, object]", body.get("data", {})),
        action=str(body.get("action", "")),
        inputs=cast("Mapping[str, object]", body.get("inputs", {})),
        delete=bool(body.get("delete")),
        versions=cast("Mapping[str, int]", body.get("versions", {})),
    )


def body_of(command: BulkCommand) -> dict[str, Json]:
    """Return what a job does, as JSON."""
    given = {"data": command.data, "action": command.action, "inputs": command.inputs, "delete": command.delete, "versions": command.versions}
    return {name: cast("Json", value) for name, value in given.items() if value}
