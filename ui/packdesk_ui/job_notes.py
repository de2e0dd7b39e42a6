"""Jobs in the frame of every page: how far one's own are while they run, and a sentence when one is over.

The session keeps which jobs are waited for, so that the end of each is told once; it is asked about once in a session, and after that
only while there is one. Who never makes any costs no statement.
"""

from dataclasses import dataclass

from flask import Response, request, session, url_for

from packdesk.records import jobs as jobbing
from packdesk.records.jobs import JobKind, JobView
from packdesk.web import request_context
from packdesk_ui import answers
from packdesk_ui.shell import words

_SESSION = "jobs"
_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A job that runs, or one that has just ended."""

    href: str
    title: str
    done: int
    total: int
    #: What is read out on the way: it changes a few times only.
    announced: str
    #: What became of it; empty while it runs.
    over: str = ""
    tone: str = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What the frame says of one's jobs."""

    running: tuple[Note, ...] = ()
    over: tuple[Note, ...] = ()


def notes() -> Notes:
    """Return them for the request in hand: one statement where a job of the person's may be running, none otherwise."""
    if request_context.actor_or_none() is None or answers.is_refusal() or request.endpoint == "packdesk_ui.job":
        return Notes()
    context, waited = answers.context(), _waited()
    if not waited and waited is not None and not jobbing.may_run(context):
        return Notes()
    found = jobbing.running(context, waited or ())
    running = [view for view in found if not view.job.ended]
    _wait_for([view.job.id for view in running])
    return Notes(running=tuple(map(_note, running)), over=tuple(_note(view) for view in found if view.job.ended))


def part() -> Response:
    """Answer what the frame says now, for a page that stays open."""
    return answers.page("jobs/notes_part.html", notes=notes())


def begun(job_id: str) -> Response:
    """Wait for a job that was begun, and go to its page."""
    _wait_for([*(_waited() or ()), job_id])
    return answers.go(url_for("packdesk_ui.job", job=job_id))


def forget(job_id: str) -> None:
    """Wait no longer for a job whose end is on the page."""
    if job_id in (waited := _waited() or []):
        _wait_for([each for each in waited if each != job_id])


def _waited() -> list[str] | None:
    """Return the jobs that this session waits for; None where it was never asked."""
    kept = session.get(_SESSION)
    known = isinstance(kept, list) and len(kept) == 2 and kept[0] == request_context.actor().login
    return [str(each) for each in kept[1]] if known else None


def _wait_for(job_ids: list[str]) -> None:
    kept = [request_context.actor().login, list(dict.fromkeys(job_ids))]
    if session.get(_SESSION) != kept:
        session[_SESSION] = kept


def _note(view: JobView) -> Note:
    job = view.job
    quarter = view.done * _STEPS // max(1, job.total)
    title = title_of(view)
    return Note(
        href=url_for("packdesk_ui.job", job=job.id),
        title=title,
        done=view.done,
        total=job.total,
        announced=f"{title}: {words('job.announced', percent=quarter * 100 // _STEPS)}",
        over=f"{title}: {summary(view).rstrip(':')}" if job.ended else "",
        tone="warning" if view.refused or job.state.value == "stopped" else "success",
    )


def title_of(view: JobView) -> str:
    """Return what a job does, with how many records."""
    kind, total = view.job.kind, view.job.total
    what = "delete" if view.job.body.get("delete") else "act" if view.job.body.get("action") else "edit"
    return words(f"job.title.{kind}" if kind == JobKind.UNDO else f"job.title.{kind}.{what}", count=total)


def summary(view: JobView) -> str:
    """Return the whole in one sentence: how many of how many, and that reasons follow for the rest."""
    left = view.done - view.changed
    kind = view.job.kind
    said = words(f"job.summary.{kind}_not" if left else f"job.summary.{kind}", changed=view.changed, total=view.job.total, left=left)
    return f"{said} {words('job.summary.stopped', count=view.waiting)}" if view.job.state.value == "stopped" else said
