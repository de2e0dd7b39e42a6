"""Another day for a record: the form of its dates, opened from a card of the calendar, which comes back afterwards."""

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import read as reading
from packdesk.runtime.boards import calendar_view, movable
from packdesk.web import request_context
from packdesk_ui import answers, changing
from packdesk_ui.formstate import Form
from packdesk_ui.lists.calendar import back_to
from packdesk_ui.shell import words


@answers.form_kept
def dates(entity_type: str, number: str) -> Response:
    """Show the dates by which the record stands in the calendar, or change them."""
    view = reading.read(answers.context(), entity_type, number)
    entity = request_context.runtime().type(entity_type)
    calendar = calendar_view(entity)
    inputs = {path: entity.fields[path] for path in movable(entity, calendar) if path not in view.hidden} if calendar is not None else {}
    if not inputs:
        raise PackdeskError("unknown_page")
    number = view.record.number
    back, address = back_to(entity_type, request.args.to_dict()), request.full_path
    asked = url_for("packdesk_ui.check_edit", entity_type=entity_type, number=number)
    sheet = changing.Sheet(
        entity=entity,
        form=lambda look, seen: Form(look=look, entity=entity, record=seen.record, inputs=inputs, address=address, check=asked),
        title=words("calendar.move"),
        over=view.title or number,
        submit=words("save"),
        last=words("calendar.move"),
        back=back,
        settle=address,
        saved=words("done.dates", name=number),
        leave=lambda message, tone: answers.go(back, message, tone),
    )
    return changing.changed(sheet, view)
