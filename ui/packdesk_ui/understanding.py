"""How the server read what was typed: a day with its weekday, a length of time, an amount, a number as one dials it."""

import phonenumbers
from babel.dates import format_datetime, format_skeleton

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.values import Phone
from packdesk_ui import controls
from packdesk_ui.controls import Raw
from packdesk_ui.formstate import Form

#: Kinds that people write in more ways than one.
_READ = frozenset({Kind.DATE, Kind.DATETIME, Kind.DURATION, Kind.MONEY, Kind.DECIMAL, Kind.INTEGER, Kind.PHONE})
_DAY = "yMMMEd"


def understood(form: Form, raw: Raw, name: str) -> str:
    """Return in words what the input of this name was read as; empty where it says so itself or can't be read."""
    field = form.field_at(name)
    if field is None or field.field.kind not in _READ or not controls.sent(raw, name):
        return ""
    value = form.value(field, raw, name)
    if value is None or isinstance(value, Finding):
        return ""
    shown = _shown(form, field, value)
    return "" if shown == (raw.get(name) or [""])[-1].strip() else shown


def _shown(form: Form, field: FieldRuntime, value: object) -> str:
    look = form.look
    if field.field.kind is Kind.DATE:
        return str(format_skeleton(_DAY, value, locale=look.language))
    if field.field.kind is Kind.DATETIME:
        day = format_skeleton(_DAY, value, tzinfo=look.zone, locale=look.language)
        return f"{day}, {format_datetime(value, 'HH:mm', tzinfo=look.zone, locale=look.language)}"
    if isinstance(value, Phone):
        return _dialled(value)
    return form.shown(field, value)


def _dialled(phone: Phone) -> str:
    """Return a number as one dials it from abroad; empty for one that means something only in the house."""
    if not phone.e164:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(phone.e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
