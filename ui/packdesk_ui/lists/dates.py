"""Another day for a record: the form of its dates, opened from a card of the calendar, which comes back afterwards."""

from collections.abc import Mapping

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import read as reading
from packdesk.records.looking import Look
from packdesk.records.outcome import RecordView
from packdesk.runtime.boards import calendar_view, movable
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
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
    inputs = inputs_of(entity, view)
    number = view.record.number
    back, address = back_to(entity_type, request.args.to_dict()), request.full_path
    asked = url_for("packdesk_ui.check_dates", entity_type=entity_type, number=number)
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


def inputs_of(entity: EntityRuntime, view: RecordView) -> Mapping[str, FieldRuntime]:
    """Return the dates that may be changed there; raises ``unknown_page`` where there are none."""
    calendar = calendar_view(entity)
    inputs = {path: entity.fields[path] for path in movable(entity, calendar) if path not in view.hidden} if calendar is not None else {}
    if not inputs:
        raise PackdeskError("unknown_page")
    return inputs


def dates_form(look: Look, entity: EntityRuntime, view: RecordView) -> Form:
    """Return the form as what is typed into it is judged."""
    return Form(look=look, entity=entity, record=view.record, inputs=inputs_of(entity, view))
