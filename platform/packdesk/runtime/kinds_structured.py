"""Kinds with parts: postal addresses and free JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from zoneinfo import ZoneInfo

from packdesk.model.characters import UNSEEN_IN_LINE, unseen
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.field_kind import ColumnPart, FieldKind, Reading, finding, wrong_type
from packdesk.runtime.kinds_text import LONG, is_clean
from packdesk.runtime.values import Address

#: The parts of an address, in the order of its columns.
ADDRESS_PARTS: tuple[str, ...] = tuple(part.name for part in fields(Address))
_PART_LENGTH = 100
_STREET = re.compile(r"(.*\D)\s+(\d+\s*[A-Za-z]?)")
_TOWN = re.compile(r"(\d{4,6})\s+(.+)")
_DEEPEST = 32


class AddressKind(FieldKind):
    """A postal address in six parts, each of them text."""

    kind = Kind.ADDRESS
    control = "address"
    columns = tuple(ColumnPart(part, "text") for part in ADDRESS_PARTS)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read an object of parts; those left out or null are empty, an address without any is no value."""
        if not isinstance(value, Mapping) or not set(value) <= set(ADDRESS_PARTS):
            return wrong_type(field, reading)
        parts = {name: "" if part is None else part for name, part in value.items()}
        if not all(isinstance(part, str) and is_clean(part) for part in parts.values()):
            return wrong_type(field, reading)
        if character := next((found for part in parts.values() if (found := unseen(part, lines=False))), ""):
            return finding("forbidden_character", field, reading, character=character)
        if (longest := max(map(len, parts.values()), default=0)) > _PART_LENGTH:
            return finding("too_long", field, reading, limit=_PART_LENGTH, length=longest)
        return Address(**parts) if any(parts.values()) else None

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read ``Long Street 5, 10115 Berlin, Germany``."""
        street, _, rest = text.partition(",")
        town, _, country = rest.strip().partition(",")
        parts = {"street": street.strip(), "town": town.strip(), "country": country.strip()}
        if match := _STREET.fullmatch(parts["street"]):
            parts |= {"street": match[1], "street_number": match[2]}
        if match := _TOWN.fullmatch(parts["town"]):
            parts |= {"postal_code": match[1], "town": match[2]}
        return self.parse(field, parts, reading)

    def write(self, value: object) -> Json:
        """Return all six parts."""
        return asdict(value) if isinstance(value, Address) else None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return the six parts; all null for no address."""
        return tuple(asdict(value).values()) if isinstance(value, Address) else (None,) * len(ADDRESS_PARTS)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the address, or None."""
        return None if all(part is None for part in parts) else Address(**{name: str(part or "") for name, part in zip(ADDRESS_PARTS, parts, strict=True)})

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return an object of known parts."""
        part: dict[str, Json] = {"type": ("string", "null"), "maxLength": _PART_LENGTH, "not": {"type": "string", "pattern": f"[{UNSEEN_IN_LINE}]"}}
        return {"type": "object", "properties": dict.fromkeys(ADDRESS_PARTS, part), "additionalProperties": False}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the address on one line."""
        if not isinstance(value, Address):
            return ""
        lines = (f"{value.street} {value.street_number}", f"{value.postal_code} {value.town}", value.region, value.country)
        return ", ".join(line.strip() for line in lines if line.strip())


class JsonKind(FieldKind):
    """JSON that only a plugin understands."""

    kind = Kind.JSON
    control = "json"

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read any JSON of bounded depth and size."""
        if not _is_shallow(value, _DEEPEST):
            return wrong_type(field, reading)
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError):
            return wrong_type(field, reading)
        return value if len(text) <= LONG else wrong_type(field, reading)

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read JSON text."""
        try:
            value = json.loads(text) if len(text) <= LONG else object()
        except (ValueError, RecursionError):
            return wrong_type(field, reading)
        return self.parse(field, value, reading)

    def longest(self, field: Field) -> int | None:
        """Return that nothing limits its length."""
        return None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return one text."""
        return (None if value is None else json.dumps(value, separators=(",", ":")),)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the JSON."""
        return json.loads(parts[0]) if isinstance(parts[0], str) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the schema that takes everything but null."""
        return {"type": ("object", "array", "string", "number", "boolean")}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the JSON text."""
        return "" if value is None else json.dumps(value, ensure_ascii=False)


def _is_shallow(value: object, depth: int) -> bool:
    if depth == 0:
        return False
    inner: Sequence[object] = tuple(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return all(_is_shallow(item, depth - 1) for item in inner)


STRUCTURED_KINDS: tuple[FieldKind, ...] = (AddressKind(), JsonKind())
