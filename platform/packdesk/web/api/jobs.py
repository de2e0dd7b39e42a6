"""``/jobs``: changes of many records that go on by themselves, as the person who asked for them sees them."""

from datetime import datetime

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import jobs as jobbing
from packdesk.records.context import Context
from packdesk.records.jobs import JobView
from packdesk.store.column_types import moment_to_text
from packdesk.store.jobs import Job, JobRow
from packdesk.web.api import parameters
from packdesk.web.api.findings import warnings_json
from packdesk.web.api.idempotency import once
from packdesk.web.bodies import answer
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context

_MOST = 50
_MOST_ROWS = 1000
_ROWS = 200
_LONGEST_CURSOR = 12
#: What a row can be asked for by.
_STATES = frozenset({"waiting", "updated", "performed", "deleted", "restored", "skipped", "refused", "failed"})


@policy(LOGGED_IN)
def jobs() -> Response:
    """Answer the person's jobs, newest first."""
    given = parameters.only(request, frozenset({"limit", "cursor"}))
    limit = parameters.number(given, "limit", _MOST, parameters.LARGEST_PAGE)
    found = jobbing.mine(context(), limit=limit + 1, before=given.get("cursor", ""))
    shown = found[:limit]
    return answer({"jobs": [job_json(view) for view in shown], "next_cursor": shown[-1].job.id if len(found) > limit else None})


@policy(LOGGED_IN)
def job(job: str) -> Response:
    """Answer one job and how far it is."""
    parameters.only(request, frozenset())
    return answer(job_json(jobbing.read(context(), job)))


@policy(LOGGED_IN)
def rows(job: str) -> Response:
    """Answer what became of the job's records, in order; ``state`` picks those of one or several outcomes."""
    given = parameters.only(request, frozenset({"limit", "cursor", "state"}))
    limit = parameters.number(given, "limit", _ROWS, _MOST_ROWS)
    states = frozenset(parameters.names(given, "state"))
    if unknown := sorted(states - _STATES):
        raise PackdeskError("bad_parameter", name="state", reason=f"'{unknown[0]}' is not one of {', '.join(sorted(_STATES))}")
    asked = context()
    found = jobbing.rows(asked, job, limit=limit + 1, after=_position(given.get("cursor", "")), states=states)
    shown = found[:limit]
    return answer({"rows": [_row(row, asked.language) for row in shown], "next_cursor": str(shown[-1].position) if len(found) > limit else None})


@policy(LOGGED_IN)
def stop(job: str) -> Response:
    """Stop the job after the record in hand."""
    parameters.only(request, frozenset())
    return answer(job_json(jobbing.stop(context(), job)))


@policy(LOGGED_IN)
@once
def undo(job: str) -> Response:
    """Take the job back, by another job."""
    parameters.only(request, frozenset())
    asked = context()
    return accepted(asked, jobbing.undo(asked, job))


def accepted(asked: Context, made: Job) -> Response:
    """Return the answer that a job was made."""
    headers = {"Location": url_for("api.job", job=made.id), "Preference-Applied": "respond-async"}
    return answer(job_json(jobbing.read(asked, made.id)), 202, headers)


def job_json(view: JobView) -> dict[str, object]:
    """Return a job as JSON."""
    made = view.job
    return {
        "id": made.id,
        "kind": made.kind,
        "entity_type": made.entity_type,
        "state": made.state.value,
        "total": made.total,
        "waiting": view.waiting,
        "changed": view.changed,
        "skipped": view.skipped,
        "refused": view.refused,
        "created_at": _moment(made.created_at),
        "ended_at": _moment(made.ended_at),
        "undoes": made.undoes or None,
        "undone_by": view.undone_by or None,
        "undo_until": _moment(view.undo_until),
    }


def _row(row: JobRow, language: str) -> dict[str, object]:
    """Return what became of one record as JSON."""
    return {
        "row": row.position,
        "number": row.number,
        "id": row.record_id,
        "done": row.state,
        "findings": warnings_json(jobbing.reasons(row), language),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else moment_to_text(value)


def _position(cursor: str) -> int:
    """Return the position behind which a page begins."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < _LONGEST_CURSOR):
        raise PackdeskError("bad_cursor")
    return int(cursor or 0)
