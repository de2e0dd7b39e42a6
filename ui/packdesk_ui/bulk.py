"""One field of many records at once: choose the records in a list, the field, its value; preview; what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import Response, url_for

from packdesk.errors import Finding, PackdeskError, Refused, sentence
from packdesk.records import bulk as bulking
from packdesk.records import policy
from packdesk.records.context import Context
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import BatchReport, RowResult
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, controls, shell
from packdesk_ui.controls import Control, Option
from packdesk_ui.editing import crumbs, sent_form
from packdesk_ui.faults import Fault, faults_of
from packdesk_ui.formstate import Form
from packdesk_ui.formviews import page_of
from packdesk_ui.shell import words

_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What became of one record."""

    row: int
    number: str
    href: str
    done: str
    tone: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage:
    """What the bulk template draws."""

    action: str
    back: str
    key: str
    picked: tuple[str, ...]
    choices: tuple[Option, ...]
    field: Control | None
    applied: bool
    summary: str = ""
    tone: str = "blue"
    rows: tuple[ResultRow, ...] = ()
    faults: tuple[Fault, ...] = ()


@answers.form_once
def bulk(entity_type: str) -> Response:
    """Show the field to choose, a preview, or the result."""
    context, runtime = answers.context(), request_context.runtime()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "bulk", entity_type):
        raise Refused((refused,))
    raw = sent_form()
    picked = tuple(dict.fromkeys(raw.get("picked", ())))[:_MOST]
    if not picked:
        return answers.go(url_for("packdesk_ui.records", entity_type=entity_type), words("bulk.none"), "warning")
    path = (raw.get("_field") or [""])[-1]
    what = (raw.get("_bulk") or ["choose"])[-1]
    chosen = (raw.get("_chosen") or [""])[-1]
    if what == "choose" or path != chosen:
        return _page(entity, picked, path, {})
    with looking(context) as look:
        data = controls.nested(_form(look, entity, path).data(raw))
    try:
        report = _run(context, entity_type, bulking.BulkCommand(refs=picked, data=data), preview=what == "preview")
    except PackdeskError as error:
        if error.code == "not_authenticated":
            raise
        return _page(entity, picked, path, raw, findings=findings_of(error))
    return _page(entity, picked, path, raw, report=report)


def _run(context: Context, entity_type: str, command: bulking.BulkCommand, *, preview: bool) -> BatchReport:
    if preview:
        return bulking.preview(context, entity_type, command)
    return BatchReport(rows=tuple(bulking.apply(context, entity_type, command)), applied=True)


def _form(look: Look, entity: EntityRuntime, path: str) -> Form:
    record = Record(entity.id, {**dict.fromkeys(entity.fields), "id": "", "number": "", "version": 0})
    inputs = {path: entity.fields[path]} if path in editable(entity) else {}
    return Form(look=look, entity=entity, record=record, inputs=inputs)


def editable(entity: EntityRuntime) -> tuple[str, ...]:
    """Return the fields that may be changed for many records at once."""
    closed = policy.closed_fields(request_context.runtime(), request_context.actor(), "edit", entity.id)
    own = (path for path, each in entity.fields.items() if not each.engine and each.derived is None and each.readonly is not True and not each.field.immutable)
    engine = (path for path in ("status", *ASSIGNMENT) if path in entity.fields)
    return tuple(path for path in (*own, *engine) if path not in closed)


def _page(
    entity: EntityRuntime, picked: tuple[str, ...], path: str, raw: controls.Raw, *, report: BatchReport | None = None, findings: tuple[Finding, ...] = ()
) -> Response:
    language = shell.language()
    paths = editable(entity)
    field = None
    with looking(answers.context()) as look:
        if path in paths:
            sections = page_of(_form(look, entity, path), raw, findings, back="", submit="", key="").sections
            field = next((replace(control, readonly=False, required=False, watched="") for section in sections for control in section.fields), None)
    names = {path: field.name} if field is not None else {}
    page = BulkPage(
        action=url_for("packdesk_ui.bulk", entity_type=entity.id),
        back=url_for("packdesk_ui.records", entity_type=entity.id),
        key=answers.new_key(),
        picked=picked,
        choices=tuple(Option(id=each, label=entity.fields[each].label(language), selected=each == path) for each in paths),
        field=field,
        applied=report is not None and report.applied,
        faults=faults_of(findings, names, language),
    )
    if report is not None:
        key = "bulk.result" if report.applied else "bulk.foreseen"
        tone = "warning" if report.refused else "success"
        page = replace(page, summary=words(key, done=report.done, refused=report.refused), tone=tone, rows=result_rows(entity.id, report.rows))
    title = words("bulk", count=len(picked))
    over = entity.entity.plural.in_language(language)
    return answers.page("records/bulk.html", status=422 if findings else 200, title=title, over=over, page=page, crumbs=crumbs(entity, title))


def result_rows(entity_type: str, rows: Iterable[RowResult]) -> tuple[ResultRow, ...]:
    """Return what became of each row as the table shows it."""
    return tuple(
        ResultRow(
            row=row.row,
            number=row.number,
            href=url_for("packdesk_ui.record", entity_type=entity_type, number=row.number) if row.number else "",
            done="refused" if row.findings else row.done,
            tone="danger" if row.findings else "closed" if row.done == "skipped" else "success",
            sentences=tuple(dict.fromkeys(sentence(finding, shell.language()) for finding in row.findings)),
        )
        for row in rows
    )
