"""Kinds of time: days and moments. Moments are UTC inside and carry a zone or ``Z`` at every border."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.field_kind import ColumnPart, FieldKind, Reading, finding, wrong_type
from packdesk.runtime.kinds_typed_time import two_days, typed_day, typed_moment

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$"
_ISO = "%Y-%m-%d"
_FIGURES: Mapping[str, str] = {"de": "%d.%m.%Y"}
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")


def _day(text: str) -> date | None:
    if not re.fullmatch(_DATE, text) or text.endswith("\n"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str, zone: ZoneInfo | None) -> datetime | None:
    """Return the moment in UTC; text without a zone only where one is given."""
    if text.endswith("\n") or not (re.fullmatch(_MOMENT, text) or (zone is not None and _LOCAL.fullmatch(text))):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unread(field: Field, value: object, reading: Reading) -> Finding:
    """Return why a text is no day or moment: of one that a person typed and that may be two days, both."""
    both = two_days(value, reading.language, reading.today) if reading.typing and isinstance(value, str) else None
    if both is None:
        return wrong_type(field, reading)
    one, other = (format_date(day, "d MMMM y", locale=reading.language) for day in both)
    example = format_date(both[0], "d MMM y", locale=reading.language)
    return finding("ambiguous_date", field, reading, one=one, other=other, example=example, iso=both[0].isoformat())


def _in_time(field: Field, day: date, reading: Reading) -> date | Finding:
    """Return the day, or that it lies after the last that the field allows, where the door knows what day it is."""
    too_late = field.constraints.get("latest") == "today" and reading.today is not None and day > reading.today
    return finding("date_after_today", field, reading) if too_late else day


class DateKind(FieldKind):
    """A day of the calendar, without a zone."""

    kind = Kind.DATE
    control = "date"
    columns = (ColumnPart("", "date"),)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read an existing day in ISO form; what a form could not take comes once more as it was typed, so that it is refused for the same reason."""
        if reading.typing and isinstance(value, str):
            return self.parse_text(field, value, reading)
        day = _day(value) if isinstance(value, str) else None
        return wrong_type(field, reading) if day is None else _in_time(field, day, reading)

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read ISO form, or a day as people name it: ``31.12.2026``, ``22.11.``, ``22 Nov``, ``tomorrow``, ``+3d``."""
        day = _day(text) or typed_day(text, reading.language, reading.today)
        return _unread(field, text, reading) if day is None else _in_time(field, day, reading)

    def typed(self, value: object, reading: Reading) -> str:
        """Return the day as the language writes it in figures; ISO form in English, whose orders differ."""
        return value.strftime(_FIGURES.get(reading.language, _ISO)) if isinstance(value, date) else ""

    def write(self, value: object) -> Json:
        """Return ISO form."""
        return value.isoformat() if isinstance(value, date) else None

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the day also where the database gives text."""
        return date.fromisoformat(parts[0]) if isinstance(parts[0], str) else parts[0]

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the format ``date``."""
        return {"type": "string", "format": "date", "pattern": _DATE}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the day as the language writes it."""
        return format_date(value, format="medium", locale=language) if isinstance(value, date) else ""


class DateTimeKind(FieldKind):
    """A moment, in UTC."""

    kind = Kind.DATETIME
    control = "datetime"
    columns = (ColumnPart("", "datetime"),)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read an existing moment in ISO form with its zone."""
        moment = _moment(value, None) if isinstance(value, str) else None
        return _unread(field, value, reading) if moment is None else moment

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read a moment; without a zone it is in the reader's own, a bare day is its beginning there."""
        moment = _moment(f"{text}T00:00" if _day(text) else text, reading.zone) or typed_moment(text, reading.language, reading.zone, reading.now)
        return _unread(field, text, reading) if moment is None else moment

    def typed(self, value: object, reading: Reading) -> str:
        """Return day and time where the reader is, to the minute."""
        return value.astimezone(reading.zone).strftime(f"{_FIGURES.get(reading.language, _ISO)} %H:%M") if isinstance(value, datetime) else ""

    def write(self, value: object) -> Json:
        """Return ISO form with ``Z``."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the format ``date-time``."""
        return {"type": "string", "format": "date-time", "pattern": _MOMENT}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the moment in the reader's zone as the language writes it."""
        return format_datetime(value, format="short" if language == "de" else "medium", tzinfo=zone, locale=language) if isinstance(value, datetime) else ""


TIME_KINDS: tuple[FieldKind, ...] = (DateKind(), DateTimeKind())
