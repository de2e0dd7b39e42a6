"""Several fields of many records at once: choose the records in a list, the fields and their values; a job tries or does the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import parse_qsl, urlencode

from flask import Response, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.entity_types import Kind
from packdesk.records import jobs as jobbing
from packdesk.records import policy, search
from packdesk.records.bulk import BulkCommand
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import BatchReport
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.reading import read_input
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, controls, job_notes, lists, shell
from packdesk_ui.controls import Control, Option
from packdesk_ui.editing import crumbs, sent_form
from packdesk_ui.faults import Fault, faults_of
from packdesk_ui.formstate import Form
from packdesk_ui.formviews import page_of
from packdesk_ui.shell import words
from packdesk_ui.telling import sentence

_MOST_PICKED = 500
_MOST_FIELDS = 30
#: What is to be changed: the records that were ticked, all that the list finds, or those of a job.
_PICKED, _ALL, _LIKE = "picked", "all", "like"
#: Where a job keeps what the address of its list said.
LIST = "_list"


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
class Scope:
    """Which records are to be changed, and what else could be chosen."""

    chosen: str
    picked: tuple[str, ...] = ()
    #: All that the list found: its condition and words.
    condition: str = ""
    q: str = ""
    #: The job whose records they are.
    like: str = ""
    count: int = 0
    capped: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """Return what can be chosen."""
        if self.like:
            return (_LIKE,)
        return ((_PICKED,) if self.picked else ()) + ((_ALL,) if self.capped or self.count > len(self.picked) else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage:
    """What the bulk template draws."""

    action: str
    back: str
    key: str
    scope: Scope
    scopes: tuple[Option, ...]
    #: Fields that can still be added.
    choices: tuple[Option, ...]
    fields: tuple[Control, ...]
    notice: str = ""
    faults: tuple[Fault, ...] = ()


@answers.form_kept
def bulk(entity_type: str) -> Response:
    """Show which records and fields to change, or begin the job that tries or does it."""
    context, runtime = answers.context(), request_context.runtime()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "bulk", entity_type):
        raise Refused((refused,))
    raw = sent_form() or _of_job(request.args.get("like", ""))
    scope = _scope(entity, raw)
    if not scope.choices:
        return answers.go(url_for("packdesk_ui.records", entity_type=entity_type, **lists.given(request.args)), words("bulk.none"), "warning")
    what = (raw.get("_bulk") or ["choose"])[-1]
    fields = _fields(entity, raw, what)
    if what not in ("preview", "apply") or "_line" in raw or not fields:
        faults = (Finding(code="required_field", field="_field", facts={"label": words("bulk.field")}),) if what in ("preview", "apply") and not fields else ()
        return _page(entity, scope, fields, raw, faults)
    with looking(context) as look:
        data = controls.nested(_form(look, entity, fields).data(raw))
        wrong = read_input(runtime, entity_type, data, reading=look.reading).findings
    if wrong:
        return _page(entity, scope, fields, raw, wrong)
    try:
        made = jobbing.begin_bulk(
            context,
            entity_type,
            BulkCommand(refs=scope.picked if scope.chosen == _PICKED else (), data=data),
            matching=search.SearchCommand(filter=scope.condition, q=scope.q) if scope.chosen == _ALL else None,
            like=scope.like,
            preview=what == "preview",
            form={name: texts for name, texts in raw.items() if not name.startswith("_") and name != "picked"}
            | {"_chosen": fields, LIST: [urlencode(lists.given(request.args))]},
        )
    except PackdeskError as error:
        if error.code in ("not_authenticated", "idempotency_reused"):
            raise
        return _page(entity, scope, fields, raw, findings_of(error))
    return job_notes.begun(made.id)


def list_of(entity_type: str, form: Mapping[str, Sequence[str]]) -> str:
    """Return the address of the list from which the job with this form was begun."""
    return url_for("packdesk_ui.records", entity_type=entity_type, **_place(form))


def _place(form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return lists.given(dict(parse_qsl("".join(form.get(LIST, ())))))


def _of_job(job_id: str) -> dict[str, list[str]]:
    """Return the state of the form that a job was made with."""
    if not job_id:
        return {}
    kept = cast("Mapping[str, Sequence[str]]", jobbing.read(answers.context(), job_id).job.body.get("form", {}))
    return {**{name: list(texts) for name, texts in kept.items()}, "_like": [job_id]}


def _scope(entity: EntityRuntime, raw: controls.Raw) -> Scope:
    """Return which records are meant: as the form says, or as the list that was just left shows them."""

    def one(name: str) -> str:
        return (raw.get(name) or [""])[-1]

    if like := one("_like"):
        return Scope(chosen=_LIKE, like=like, count=jobbing.read(answers.context(), like).job.total)
    picked = tuple(dict.fromkeys(raw.get(_PICKED, ())))[:_MOST_PICKED]
    if not picked and one("_scope") != _ALL:
        return Scope(chosen=_PICKED)
    found = search.SearchCommand(filter=one("_condition"), q=one("_words")) if "_condition" in raw else lists.whole(entity)
    page = search.search(answers.context(), entity.id, replace(found, limit=1, cursor="", count=True, fields=("number",), expand=False))
    whole = Scope(chosen=_PICKED, picked=picked, condition=found.filter, q=found.q, count=page.count or 0, capped=page.capped)
    return replace(whole, chosen=_ALL) if not picked or (one("_scope") == _ALL and _ALL in whole.choices) else whole


def _fields(entity: EntityRuntime, raw: controls.Raw, what: str) -> tuple[str, ...]:
    """Return the fields that were chosen, with the one that is added and without the one that is taken away."""
    open_, chosen = editable(entity), dict.fromkeys(raw.get("_chosen", ()))
    if what == "add":
        chosen |= dict.fromkeys(raw.get("_field", ()))
    if what.startswith("remove:"):
        chosen.pop(what.removeprefix("remove:"), None)
    return tuple(path for path in chosen if path in open_)[:_MOST_FIELDS]


def _form(look: Look, entity: EntityRuntime, paths: Iterable[str]) -> Form:
    record = Record(entity.id, {**dict.fromkeys(entity.fields), "id": "", "number": "", "version": 0})
    return Form(look=look, entity=entity, record=record, inputs={path: entity.fields[path] for path in paths})


def editable(entity: EntityRuntime) -> tuple[str, ...]:
    """Return the fields that may be changed for many records at once; what is secret is no value to keep with a job."""
    closed = policy.closed_fields(request_context.runtime(), request_context.actor(), "edit", entity.id)
    own = (path for path, each in entity.fields.items() if not each.engine and each.derived is None and each.readonly is not True and not each.field.immutable)
    engine = (path for path in ("status", *ASSIGNMENT) if path in entity.fields)
    return tuple(path for path in (*engine, *own) if path not in closed and entity.fields[path].field.kind is not Kind.SECRET)


def _page(entity: EntityRuntime, scope: Scope, paths: tuple[str, ...], raw: controls.Raw, findings: tuple[Finding, ...] = ()) -> Response:
    language = shell.language()
    shown: tuple[Control, ...] = ()
    if paths:
        with looking(answers.context()) as look:
            sections = page_of(_form(look, entity, paths), raw, findings, back="", submit="", key="").sections
            shown = tuple(_open(control) for section in sections for control in section.fields)
    names = {control.path: control.name for control in shown} | {"_field": "_field"}
    place = lists.given(request.args) or (_place(raw) if scope.like else {})
    page = BulkPage(
        action=url_for("packdesk_ui.bulk", entity_type=entity.id, **place),
        back=url_for("packdesk_ui.records", entity_type=entity.id, **place),
        key=answers.new_key(),
        scope=scope,
        scopes=tuple(Option(id=each, label=_scope_words(each, scope), selected=each == scope.chosen) for each in scope.choices),
        choices=tuple(Option(id=each, label=_label(entity, each, language)) for each in editable(entity) if each not in paths),
        fields=shown,
        notice=words("form.sent_before") if answers.sent_before() else "",
        faults=faults_of(findings, names, language),
    )
    title = words("bulk.title")
    over = entity.entity.plural.in_language(language)
    return answers.page("records/bulk.html", status=422 if findings else 200, title=title, over=over, page=page, crumbs=crumbs(entity, title))


def _open(control: Control) -> Control:
    """Return a control for any of the records: whether one of them has the field is said when its turn comes."""
    return replace(control, readonly=False, required=False, watched="", hidden=False, visible_when="", required_when="", decides=False)


def _label(entity: EntityRuntime, path: str, language: str) -> str:
    """Return what a field is called, with its section where it has one."""
    field = entity.fields[path]
    section = entity.sections.get(field.section) if field.section else None
    label = field.label(language)
    return f"{section.section.label.in_language(language)}: {label}" if section is not None else label


def _scope_words(each: str, scope: Scope) -> str:
    if each == _PICKED:
        return words("bulk.scope.picked", count=len(scope.picked))
    if each == _LIKE:
        return words("bulk.scope.like", count=scope.count)
    return words("bulk.scope.more" if scope.capped else "bulk.scope.all", count=scope.count)


def result_rows(entity_type: str, report: BatchReport) -> tuple[ResultRow, ...]:
    """Return what became of each row as the table shows it; of what was only tried, what would become of it, and no record that is not there."""
    there = {row.row: row.number if report.applied or row.done != "created" else "" for row in report.rows}
    return tuple(
        ResultRow(
            row=row.row,
            number=there[row.row],
            href=url_for("packdesk_ui.record", entity_type=entity_type, number=there[row.row]) if there[row.row] else "",
            done="refused" if row.findings else row.done if report.applied or row.done == "skipped" else f"would.{row.done}",
            tone="danger" if row.findings else "closed" if row.done == "skipped" else "success",
            sentences=tuple(dict.fromkeys(sentence(finding, shell.language()) for finding in row.findings)),
        )
        for row in report.rows
    )
