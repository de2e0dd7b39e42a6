"""Python values as JSON for those who know no field kinds: operations, the outbox, facts of a finding."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from packdesk.model.durations import Duration
from packdesk.model.nodes import Json
from packdesk.runtime.values import Actor, Line, Phone, Record


def plain(value: object) -> Json:
    """Return a value as JSON: records by number, people by login, decimals and durations as text, moments in ISO 8601."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(plain(inner) for inner in value)
    return _structured(value)


def _structured(value: object) -> Json:
    match value:
        case Record():
            found: Json = value.number
        case Actor():
            found = value.login
        case Line():
            found = plain(value.values)
        case Phone():
            found = value.raw
        case datetime():
            found = value.isoformat().replace("+00:00", "Z")
        case date():
            found = value.isoformat()
        case Decimal() | Duration():
            found = str(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            found = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            found = str(value)
    return found
