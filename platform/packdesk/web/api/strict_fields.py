"""Marshmallow fields that take exactly what the JSON Schema of a field kind takes: no text for a number, no 1 for true."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from marshmallow import ValidationError, fields

from packdesk.runtime.field_kind import matches

Schema = Mapping[str, object]
#: JSON Schema's patterns write a character as ``\u0000``, RE2 as ``\x{0000}``.
_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})")


class StrictField(fields.Field[object]):
    """A field that checks a value against one JSON Schema of a field kind and hands it on as it is."""

    def __init__(self, schema: Schema, **options: object) -> None:
        """Take the schema; ``options`` are marshmallow's own."""
        metadata = {"json_schema": schema}
        super().__init__(metadata=metadata, **options)  # type: ignore[arg-type]
        self._checks = checks(schema)

    def _deserialize(self, value: object, attr: str | None, data: object, **_: object) -> object:  # noqa: ARG002 - marshmallow's signature
        for check in self._checks:
            if fault := check(value):
                raise ValidationError(fault)
        return value


Check = Callable[[object], str]

_TYPES: Mapping[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer())),
    "number": lambda value: not isinstance(value, bool) and isinstance(value, (int, float)) and math.isfinite(value),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}


def checks(schema: Schema) -> tuple[Check, ...]:
    """Return what each word of the schema demands; a word that is not known here is a mistake of ours, not of the client."""
    return tuple(_WORDS[word](demand, schema) for word, demand in schema.items() if word not in _SILENT)


def _holds(value: object, schema: object) -> bool:
    """Return whether the value satisfies the schema."""
    return not any(check(value) for check in checks(cast("Schema", schema)))


def _type(demand: object, _: Schema) -> Check:
    wanted = (demand,) if isinstance(demand, str) else tuple(cast("Sequence[str]", demand))
    return lambda value: "" if any(_TYPES[name](value) for name in wanted) else f"Must be {' or '.join(wanted)}."


def _text(test: Callable[[str], bool], fault: str) -> Check:
    return lambda value: "" if not isinstance(value, str) or test(value) else fault


def _pattern(demand: str) -> Check:
    linear = _UNICODE.sub(r"\\x{\1}", demand)
    return _text(lambda text: matches(linear, text), "Does not have the expected form.")


def _number(test: Callable[[float], bool], fault: str) -> Check:
    return lambda value: "" if isinstance(value, bool) or not isinstance(value, (int, float)) or test(value) else fault


def _items(test: Callable[[list[object]], bool], fault: str) -> Check:
    return lambda value: "" if not isinstance(value, list) or test(value) else fault


def _properties(demand: object, _: Schema) -> Check:
    inner = cast("Mapping[str, Schema]", demand)
    return lambda value: "" if not isinstance(value, dict) or all(_holds(value[name], inner[name]) for name in value if name in inner) else "A part is wrong."


def _closed(demand: object, schema: Schema) -> Check:
    known = frozenset(cast("Mapping[str, object]", schema.get("properties", {})))
    return lambda value: "" if demand is not False or not isinstance(value, dict) or known.issuperset(value) else "An unknown part."


def _required(demand: object, _: Schema) -> Check:
    names = frozenset(cast("Sequence[str]", demand))
    return lambda value: "" if not isinstance(value, dict) or names.issubset(value) else "A part is missing."


def _format(demand: object, _: Schema) -> Check:
    return _text(lambda text: _is_moment(text, str(demand)), f"Must be an existing {demand}.")


def _is_moment(text: str, form: str) -> bool:
    """Return whether a text names an existing day or moment."""
    try:
        date.fromisoformat(text) if form == "date" else datetime.fromisoformat(text)
    except ValueError:
        return form not in ("date", "date-time")
    return True


def _different(values: list[object]) -> bool:
    """Return whether no two values are equal as JSON."""
    return len({json.dumps(value, sort_keys=True) for value in values}) == len(values)


_SILENT = frozenset({"title", "description", "readOnly", "writeOnly", "deprecated", "examples", "default", "$comment", "minimumText"})
_WORDS: Mapping[str, Callable[[object, Schema], Check]] = {
    "type": _type,
    "enum": lambda demand, _: lambda value: "" if value in cast("Sequence[object]", demand) else "Must be one of the options.",
    "const": lambda demand, _: lambda value: "" if value == demand else f"Must be {demand}.",
    "maxLength": lambda demand, _: _text(lambda text: len(text) <= cast("int", demand), f"At most {demand} characters."),
    "minLength": lambda demand, _: _text(lambda text: len(text) >= cast("int", demand), f"At least {demand} characters."),
    "pattern": lambda demand, _: _pattern(str(demand)),
    "format": _format,
    "minimum": lambda demand, _: _number(lambda number: number >= cast("float", demand), f"At least {demand}."),
    "maximum": lambda demand, _: _number(lambda number: number <= cast("float", demand), f"At most {demand}."),
    "exclusiveMinimum": lambda demand, _: _number(lambda number: number > cast("float", demand), f"More than {demand}."),
    "exclusiveMaximum": lambda demand, _: _number(lambda number: number < cast("float", demand), f"Less than {demand}."),
    "multipleOf": lambda demand, _: _number(
        lambda number: math.isclose(number / cast("float", demand), round(number / cast("float", demand)), abs_tol=1e-9), f"In steps of {demand}."
    ),
    "minItems": lambda demand, _: _items(lambda items: len(items) >= cast("int", demand), f"At least {demand} entries."),
    "maxItems": lambda demand, _: _items(lambda items: len(items) <= cast("int", demand), f"At most {demand} entries."),
    "uniqueItems": lambda demand, _: _items(lambda items: demand is not True or _different(items), "Two entries are equal."),
    "items": lambda demand, _: _items(lambda items: all(_holds(item, demand) for item in items), "An entry is wrong."),
    "properties": _properties,
    "additionalProperties": _closed,
    "required": _required,
    "anyOf": lambda demand, _: lambda value: "" if any(_holds(value, one) for one in cast("Sequence[object]", demand)) else "Has none of the expected forms.",
    "not": lambda demand, _: lambda value: "Has a form that is refused." if _holds(value, demand) else "",
}
