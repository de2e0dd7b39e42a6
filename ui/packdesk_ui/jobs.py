"""Jobs on screen: one with how far it is and what became of each record, and the list of one's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Response, request, url_for

from packdesk.errors import Finding
from packdesk.records import jobs as jobbing
from packdesk.records.context import Context
from packdesk.records.jobs import JobKind, JobView
from packdesk.records.looking import Look, looking
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, job_notes, shell
from packdesk_ui.addresses import Link
from packdesk_ui.bulk import ResultRow, list_of
from packdesk_ui.formstate import Form
from packdesk_ui.job_notes import summary, title_of
from packdesk_ui.shell import Crumb, words
from packdesk_ui.showing import moment
from packdesk_ui.telling import sentence

_LISTED = 50
_ROWS = 100
#: So many reasons, and numbers of records under each, are told before the table.
_REASONS, _NUMBERS = 20, 12
_STEPS = 4
_LEFT_ALONE = jobbing.REFUSED | {"skipped"}
#: Which rows a link above the table shows.
_SHOWN: Mapping[str, frozenset[str]] = {"all": frozenset(), "changed": jobbing.CHANGED, "refused": jobbing.REFUSED, "skipped": frozenset({"skipped"})}
_TONES = {"waiting": "closed", "skipped": "closed", "refused": "danger", "failed": "danger"}
_STATE_TONES = {"waiting": "closed", "running": "blue", "stopping": "warning", "stopped": "warning", "done": "success"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A record by its number."""

    number: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some records were left alone."""

    sentence: str
    count: int
    records: tuple[Numbered, ...]

    @property
    def more(self) -> int:
        """Return how many records are not named."""
        return self.count - len(self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A field and what is written into it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """What the template of a job draws."""

    id: str
    href: str
    kind: str
    state: str
    tone: str
    title: str
    over: str
    ended: bool
    #: How far it is, in words and in numbers.
    said: str
    done: int
    total: int
    summary: str
    summary_tone: str
    #: What is read out while it goes on: it changes a few times only.
    announced: str
    written: tuple[Written, ...]
    reasons: tuple[Reason, ...]
    filters: tuple[Link, ...]
    rows: tuple[ResultRow, ...]
    next: str
    back: str
    again: str
    may_stop: bool
    may_start: bool
    changing: int
    undo_until: str
    undone_by: str
    undoes: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A job in the list."""

    href: str
    #: What the records are.
    over: str
    title: str
    when: str
    state: str
    tone: str
    done: int
    total: int
    summary: str


def jobs() -> Response:
    """Show one's own jobs, newest first."""
    context, language = answers.context(), shell.language()
    found = jobbing.mine(context, limit=_LISTED)
    listed = tuple(
        Listed(
            href=url_for("packdesk_ui.job", job=view.job.id),
            over=_over(view),
            title=title_of(view),
            when=moment(view.job.created_at, language, request_context.zone()),
            state=view.job.state.value,
            tone=_STATE_TONES[view.job.state.value],
            done=view.done,
            total=view.job.total,
            summary=summary(view) if view.job.ended else "",
        )
        for view in found
    )
    title = words("jobs")
    return answers.page("jobs/jobs.html", title=title, jobs=listed, kept=jobbing.KEPT.days, crumbs=(Crumb(title),))


def job(job: str) -> Response:
    """Show a job; htmx gets what changes while it goes on."""
    page = _page(answers.context(), job)
    if page.ended:
        job_notes.forget(job)
    if answers.is_part():
        return answers.page("jobs/part.html", title=page.title, page=page)
    return answers.page("jobs/job.html", title=page.title, page=page, crumbs=(Crumb(words("jobs"), url_for("packdesk_ui.jobs")), Crumb(page.title)))


@answers.form_once
def start_job(job: str) -> Response:
    """Do what a preview tried."""
    return job_notes.begun(jobbing.start(answers.context(), job).id)


def stop_job(job: str) -> Response:
    """Stop a job after the record in hand."""
    jobbing.stop(answers.context(), job)
    return answers.go(url_for("packdesk_ui.job", job=job))


@answers.form_once
def undo_job(job: str) -> Response:
    """Take a job back."""
    return job_notes.begun(jobbing.undo(answers.context(), job).id)


def _page(context: Context, job_id: str) -> JobPage:
    view = jobbing.read(context, job_id)
    job, language = view.job, shell.language()
    here = url_for("packdesk_ui.job", job=job.id)
    runtime = request_context.runtime()
    entity = runtime.type(job.entity_type) if job.entity_type in runtime.types else None
    show = request.args.get("show", "") if request.args.get("show") in _SHOWN else "all"
    rows, following = _rows(context, view, entity, show) if job.ended else ((), "")
    until = moment(view.undo_until, language, request_context.zone()) if view.undo_until is not None else ""
    return JobPage(
        id=job.id,
        href=here,
        kind=job.kind,
        state=job.state.value,
        tone=_STATE_TONES[job.state.value],
        title=title_of(view),
        over=_over(view),
        ended=job.ended,
        said=words(f"job.said.{job.state.value}.{job.kind}" if job.state.value == "running" else f"job.said.{job.state.value}"),
        done=view.done,
        total=job.total,
        summary=summary(view),
        summary_tone="warning" if view.refused or job.state.value == "stopped" else "success",
        announced=_announced(view),
        written=tuple(_written(context, entity, job.body.get("data"))) if entity is not None else (),
        reasons=tuple(_reasons(context, view, language)) if job.ended else (),
        filters=tuple(_filters(view, here, show)),
        rows=rows,
        next=url_for("packdesk_ui.job", job=job.id, show=show, after=following) if following else "",
        back=list_of(job.entity_type, cast("Mapping[str, Sequence[str]]", job.body.get("form") or job.body.get("undone_form", {})))
        if entity is not None
        else url_for("packdesk_ui.jobs"),
        again=url_for("packdesk_ui.bulk", entity_type=job.entity_type, like=job.id) if entity is not None and "form" in job.body else "",
        may_stop=job.state.value in ("waiting", "running"),
        may_start=job.kind == JobKind.PREVIEW and job.state.value == "done" and view.changed > 0,
        changing=view.changed,
        undo_until=until if view.changed else "",
        undone_by=url_for("packdesk_ui.job", job=view.undone_by) if view.undone_by else "",
        undoes=url_for("packdesk_ui.job", job=job.undoes) if job.undoes else "",
        key=answers.new_key(),
    )


def _over(view: JobView) -> str:
    """Return what the records of a job are called; its id for a type that a release took away."""
    runtime, entity_type = request_context.runtime(), view.job.entity_type
    return runtime.type(entity_type).entity.plural.in_language(shell.language()) if entity_type in runtime.types else entity_type


def _announced(view: JobView) -> str:
    """Return what is read out: a few times on the way, and the whole at the end."""
    if view.job.ended:
        return summary(view)
    quarter = view.done * _STEPS // max(1, view.job.total)
    return words("job.announced", percent=quarter * 100 // _STEPS)


def _written(context: Context, entity: EntityRuntime, data: object) -> Iterator[Written]:
    """Yield what is written into the records, in words."""
    flat: dict[str, object] = {}
    for name, value in data.items() if isinstance(data, Mapping) else ():
        flat |= {f"{name}.{inner}": each for inner, each in value.items()} if name in entity.sections and isinstance(value, Mapping) else {name: value}
    with looking(context) as look:
        form = Form(look=look, entity=entity, record=Record(entity.id, {}), inputs=entity.fields)
        for path, value in flat.items():
            if path in entity.fields:
                yield Written(label=entity.fields[path].label(look.language), value=_value(look, form, path, value))


def _value(look: Look, form: Form, path: str, value: object) -> str:
    each = form.fields[path]
    read = each.kind.read(each.field, value, look.reading)
    if value is None:
        return words("job.emptied")
    return str(value) if isinstance(read, Finding) else form.shown(each, read)


def _reasons(context: Context, view: JobView, language: str) -> Iterator[Reason]:
    """Yield why records were left alone, the most frequent reason first, with the numbers of the first of them."""
    found: dict[str, list[str]] = {}
    for row in jobbing.rows(context, view.job.id, limit=jobbing.MOST, states=_LEFT_ALONE):
        said = dict.fromkeys(sentence(finding, language) for finding in jobbing.reasons(row)) or (words("job.nothing"),)
        found.setdefault(" ".join(said), []).append(row.number)
    for said, numbers in sorted(found.items(), key=lambda item: -len(item[1]))[:_REASONS]:
        records = tuple(Numbered(number=number, href=_href(view, number)) for number in numbers[:_NUMBERS])
        yield Reason(sentence=said, count=len(numbers), records=records)


def _href(view: JobView, number: str) -> str:
    return url_for("packdesk_ui.record", entity_type=view.job.entity_type, number=number)


def _filters(view: JobView, here: str, show: str) -> Iterator[Link]:
    counts = {"all": view.job.total, "changed": view.changed, "refused": view.refused, "skipped": view.skipped}
    for name, count in counts.items():
        if name == "all" or count:
            key = "would" if name == "changed" and view.job.kind == JobKind.PREVIEW else name
            yield Link(label=words(f"job.show.{key}", count=count), href=f"{here}?show={name}", current=name == show)


def _rows(context: Context, view: JobView, entity: EntityRuntime | None, show: str) -> tuple[tuple[ResultRow, ...], str]:
    """Return a page of what became of each record, and where the next begins."""
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    found = jobbing.rows(context, view.job.id, limit=_ROWS + 1, after=start, states=_SHOWN[show])
    shown = found[:_ROWS]
    rows = tuple(
        ResultRow(
            row=row.position,
            number=row.number,
            href=_href(view, row.number) if entity is not None and row.state != "deleted" else "",
            done=f"would.{row.state}" if view.job.kind == JobKind.PREVIEW and row.state in jobbing.CHANGED else row.state,
            tone=_TONES.get(row.state, "success"),
            sentences=tuple(dict.fromkeys(sentence(finding, shell.language()) for finding in jobbing.reasons(row))),
        )
        for row in shown
    )
    return rows, str(shown[-1].position) if len(found) > _ROWS else ""
