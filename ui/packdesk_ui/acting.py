"""What is done to a record besides editing: actions with their inputs, assignment, deletion, notes and files."""

from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO, cast
from urllib.parse import urlencode

from flask import Response, flash, request, send_file, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import act as acting
from packdesk.records import attach as attaching
from packdesk.records import delete as deleting
from packdesk.records import note as noting
from packdesk.records import read as reading
from packdesk.records.content import LIMIT as FILE_LIMIT
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import Control as ActionResult
from packdesk.records.outcome import Outcome, RecordView, Reference
from packdesk.runtime import form_fields, forms
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, changing, origin, shell
from packdesk_ui.controls import Control, Option, Raw
from packdesk_ui.editing import REDRAW, crumbs, demanded_version, sent_form, sent_version, version_of
from packdesk_ui.faults import Fault, faults_of
from packdesk_ui.formstate import FIXED, THEN, Form
from packdesk_ui.formviews import Section, page_of
from packdesk_ui.shell import words

_STATUS = "status"
#: Names the view of the list in which the action was chosen.
_LIST = "_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """What the confirmation template draws."""

    action: str
    back: str
    submit: str
    words: str
    key: str
    version: int
    modal: bool
    faults: tuple[Fault, ...] = ()
    #: What else goes with it.
    more: str = ""


@answers.form_kept
def act(entity_type: str, number: str, action: str) -> Response:
    """Show the inputs of an action, or do it."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    found = entity.actions.get(action)
    if found is None:
        raise PackdeskError("unknown_action", action=action, entity_type=entity_type)
    if request.method == "GET":
        return _inputs_page(entity, view, found, None, ())
    raw = sent_form()
    with looking(context) as look:
        form = action_form(look, entity, view, found)
        if raw.get(REDRAW):
            return _inputs_page(entity, view, found, raw, (), gone=form.gone(raw, {}))
        if gone := form.gone(raw, {}):
            return _inputs_page(entity, view, found, raw, gone)
        data = form.said(raw, {})
    try:
        outcome = acting.act(context, entity_type, view.record.id, action, data, sent_version(raw))
    except PackdeskError as error:
        return _refused_action(entity, view, found, raw, error)
    return _performed(entity, found, outcome)


def action_form(look: Look, entity: EntityRuntime, view: RecordView, found: ActionRuntime) -> Form:
    """Return the form of an action's inputs."""
    place = {"entity_type": entity.id, "number": view.record.number, "action": found.action.id}
    return Form(
        look=look,
        entity=entity,
        record=view.record,
        inputs=forms.inputs_of(found),
        action=found,
        address=url_for("packdesk_ui.act", **place),
        check=url_for("packdesk_ui.check_action", **place),
    )


def _refused_action(entity: EntityRuntime, view: RecordView, found: ActionRuntime, raw: Raw, error: PackdeskError) -> Response:
    """Draw the inputs again; they go by a newer version of the record only where it is said what was changed in it."""
    if error.code in ("not_authenticated", "unknown_record"):
        raise error
    seen = sent_version(raw)
    if error.code != "version_conflict" or seen is None:
        return _inputs_page(entity, view, found, raw, findings_of(error))
    newest = reading.read(answers.context(), entity.id, view.record.id)
    news = changing.told(entity, newest, seen)
    return _inputs_page(entity, newest, found, raw | {"_version": [str(version_of(newest.record))]}, findings_of(error), news=news)


def _performed(entity: EntityRuntime, found: ActionRuntime, outcome: Outcome) -> Response:
    control = outcome.control
    label = found.action.label.in_language(shell.language())
    message = control.message if control is not None and control.message else words("done.action", label=label)
    target = outcome.record
    if control is not None and control.reveal is not None:
        flash(f"{words('reveal')} {control.reveal}", "warning")
    if control is not None and control.record is not None:
        return answers.go_to_record(control.record.entity_type, control.record.number, message)
    if control is not None and control.form:
        return answers.go(f"{url_for('packdesk_ui.new', entity_type=control.form)}?{urlencode(_given(entity, target.number, control))}", control.message)
    if _LIST in request.form and origin.origin() is None:
        view = request.form[_LIST] or None
        place = {"layout": request.form.get("_layout") or None, "asked": request.form.get("_asked") or None}
        return answers.go(url_for("packdesk_ui.records", entity_type=entity.id, view=view, **place), f"{target.number}: {message}")
    return answers.go_to_record(entity.id, target.number, message)


def _given(entity: EntityRuntime, number: str, control: ActionResult) -> list[tuple[str, str]]:
    """Return what an action gives the form that it opens, for its address: numbers of records, ids, which of them stay, what comes afterwards."""
    texts = {name: value.number if isinstance(value, Reference) else value for name, value in control.values.items()}
    known = [(name, text) for name, text in texts.items() if isinstance(text, str) and text]
    then = [(THEN, f"{entity.id}/{number}/{control.then}")] if control.then in entity.actions else []
    return [*known, *((FIXED, name) for name, _ in known if name in control.readonly), *then]


def _inputs_page(
    entity: EntityRuntime,
    view: RecordView,
    found: ActionRuntime,
    raw: Raw | None,
    findings: tuple[Finding, ...],
    *,
    gone: tuple[Finding, ...] = (),
    news: tuple[str, ...] = (),
) -> Response:
    context, language = answers.context(), shell.language()
    number = view.record.number
    with looking(context) as look:
        form = action_form(look, entity, view, found)
        state_of_form: Raw = raw if raw is not None else form.raw()
        label = found.action.label.in_language(language)
        page = page_of(
            form,
            state_of_form,
            findings,
            back=url_for("packdesk_ui.record", entity_type=entity.id, number=number),
            submit=label,
            key=answers.new_key(),
            over=number,
            words=_words_of(found, language),
            tone="risk" if found.action.style == "danger" else "solid",
            modal=answers.in_modal(),
            version=sent_version(state_of_form) or version_of(view.record),
            gone=gone,
            news=news,
        )
        statuses = forms.target_statuses(look.at(view.record, view.record), found)
    page = replace(page, sections=_with_status(page.sections, statuses, state_of_form))
    status = 422 if findings else 200
    return answers.page_or_modal("records/form.html", "records/form_body.html", status=status, title=label, form=page, crumbs=crumbs(entity, label, number))


def _words_of(found: ActionRuntime, language: str) -> str:
    said = found.action.confirm or found.action.description
    return said.in_language(language) if said is not None else ""


def _with_status(sections: tuple[Section, ...], statuses: tuple[tuple[form_fields.Option, ...], str], raw: Raw) -> tuple[Section, ...]:
    """Return the sections with the choice of a target status, where a move leaves one."""
    offered, taken = statuses
    if len(offered) < 2:
        return sections
    asked = request.args.get(_STATUS, "")
    chosen = (raw.get(_STATUS) or [asked if asked in {status.id for status in offered} else taken])[-1]
    options = tuple(Option(id=status.id, label=status.label, selected=status.id == chosen) for status in offered)
    control = Control(path=_STATUS, name=_STATUS, label=words("status.target"), control="select", required=True, options=options)
    first = sections[0] if sections else Section(id="inputs", label="")
    return (replace(first, fields=(control, *first.fields)), *sections[1:])


# assignment ----------------------------------------------------------------------------------------------------------------------


@answers.form_kept
def assign(entity_type: str, number: str) -> Response:
    """Show who is assigned, or assign somebody else."""
    view = reading.read(answers.context(), entity_type, number)
    entity, number = request_context.runtime().type(entity_type), view.record.number
    address = url_for("packdesk_ui.assign", entity_type=entity_type, number=number)
    sheet = changing.Sheet(
        entity=entity,
        form=lambda look, seen: assign_form(look, entity, seen),
        title=words("assign"),
        over=number,
        submit=words("assign"),
        last=words("assign"),
        back=url_for("packdesk_ui.record", entity_type=entity_type, number=number),
        settle=address,
        saved=words("done.assigned"),
        leave=lambda message, tone: answers.go_to_record(entity_type, number, message, tone),
    )
    return changing.changed(sheet, view)


def assign_form(look: Look, entity: EntityRuntime, view: RecordView) -> Form:
    """Return the form of who is assigned."""
    place = {"entity_type": entity.id, "number": view.record.number}
    return Form(
        look=look,
        entity=entity,
        record=view.record,
        inputs={path: entity.fields[path] for path in ASSIGNMENT if path in entity.fields},
        address=url_for("packdesk_ui.assign", **place),
        check=url_for("packdesk_ui.check_assign", **place),
    )


# deletion ------------------------------------------------------------------------------------------------------------------------


@answers.form_once
def delete(entity_type: str, number: str) -> Response:
    """Ask, or delete."""
    context, language = answers.context(), shell.language()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    found: tuple[Fault, ...] = ()
    if request.method == "POST":
        try:
            deleting.delete(context, entity_type, view.record.id, demanded_version(sent_form()))
        except PackdeskError as error:
            if error.code in ("not_authenticated", "unknown_record"):
                raise
            found = faults_of(findings_of(error), {}, language)
        else:
            return answers.go_from_record(entity_type, words("done.deleted", name=view.record.number))
    confirm = Confirm(
        action=url_for("packdesk_ui.delete", entity_type=entity_type, number=number),
        back=url_for("packdesk_ui.record", entity_type=entity_type, number=number),
        submit=words("delete"),
        words=words("delete.advice"),
        key=answers.new_key(),
        version=version_of(view.record),
        modal=answers.in_modal(),
        faults=found,
    )
    status = 422 if found else 200
    title = words("delete.title", name=view.title or number)
    way = crumbs(entity, words("delete"), number)
    return answers.page_or_modal("records/confirm.html", "records/confirm_body.html", status=status, title=title, confirm=confirm, crumbs=way)


# notes and files -----------------------------------------------------------------------------------------------------------------


@answers.form_once
def add_note(entity_type: str, number: str) -> Response:
    """Add a note."""
    try:
        noting.add_note(answers.context(), entity_type, number, request.form.get("text", "").replace("\r\n", "\n"))
    except Refused as refused:
        named = {"label": words("note.new")}
        raise Refused([replace(one, facts={**one.facts, **named}) if one.field == "text" else one for one in refused.findings]) from None
    return answers.go_to_record(entity_type, number, words("done.note"))


@answers.file_once(FILE_LIMIT)
def add_file(entity_type: str, number: str) -> Response:
    """Attach a file."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise PackdeskError("required_field", label=words("attachment.choose"))
    attaching.attach(answers.context(), entity_type, number, sent.filename, cast("BinaryIO", sent.stream))
    return answers.go_to_record(entity_type, number, words("done.attached"))


def file(entity_type: str, number: str, attachment: str) -> Response:
    """Give out a file, never to be opened within this site."""
    found, content = attaching.fetch(answers.context(), entity_type, number, attachment)
    response = send_file(BytesIO(content), mimetype=found.media_type, as_attachment=True, download_name=found.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
