"""Another day for a record: the form of its dates, opened from a card of the calendar, which comes back afterwards."""

from flask import Response, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import read as reading
from packdesk.records import update as updating
from packdesk.records.looking import looking
from packdesk.runtime.boards import calendar_view, movable
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers
from packdesk_ui.controls import Raw
from packdesk_ui.editing import crumbs, demanded_version, sent_form, version_of
from packdesk_ui.formstate import Form
from packdesk_ui.formviews import page_of
from packdesk_ui.lists.calendar import back_to
from packdesk_ui.shell import words


@answers.form_kept
def dates(entity_type: str, number: str) -> Response:
    """Show the dates by which the record stands in the calendar, or change them."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    calendar = calendar_view(entity)
    inputs = {path: entity.fields[path] for path in movable(entity, calendar) if path not in view.hidden} if calendar is not None else {}
    if not inputs:
        raise PackdeskError("unknown_page")
    raw: Raw | None = sent_form() if request.method == "POST" else None
    findings: tuple[Finding, ...] = ()
    back = back_to(entity_type, request.args.to_dict())
    if raw is not None and not raw.get("_line"):
        with looking(context) as look:
            data = Form(look=look, entity=entity, record=view.record, inputs=inputs).data(raw)
        try:
            updating.update(context, entity_type, view.record.id, data, demanded_version(raw))
        except Refused as error:
            findings = findings_of(error)
        else:
            return answers.go(back, words("done.dates", name=view.record.number))
    with looking(context) as look:
        asked = url_for("packdesk_ui.check_edit", entity_type=entity_type, number=view.record.number)
        form = Form(look=look, entity=entity, record=view.record, inputs=inputs, address=request.full_path, check=asked)
        page = page_of(
            form,
            raw if raw is not None else form.raw(),
            findings,
            back=back,
            submit=words("save"),
            key=answers.new_key(),
            over=view.title or view.record.number,
            modal=answers.in_modal(),
            version=version_of(view.record),
        )
    status, title = 422 if findings else 200, words("calendar.move")
    way = crumbs(entity, title, view.record.number)
    return answers.page_or_modal("records/form.html", "records/form_body.html", status=status, title=title, form=page, crumbs=way)
