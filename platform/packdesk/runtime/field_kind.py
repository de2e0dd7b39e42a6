"""What every field kind can do: read, write, store, show and describe its values; the kinds themselves are in ``kinds``."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as having
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import re2  # type: ignore[import-untyped]

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a door knows when it reads values: whose words, and where he is."""

    #: Lists for options, levels, categories and units; without one, their ids are not looked up.
    model: Model | None = None
    language: str = "en"
    #: Country of phone numbers that are typed without one (ISO 3166).
    region: str = "DE"
    #: Currency of amounts that are typed without one (ISO 4217).
    currency: str = "EUR"
    #: Zone of moments that are typed without one.
    zone: ZoneInfo = having(default_factory=lambda: UTC)
    #: When it is read, for days that are typed as ``tomorrow`` or without a year; None where nobody types.
    now: datetime | None = None
    #: A person types it, on a screen or into a file: what is refused is told with examples as people type them, not as programs write them.
    typing: bool = False

    @property
    def today(self) -> date | None:
        """Return the day where the reader is."""
        return self.now.astimezone(self.zone).date() if self.now is not None else None


DEFAULT_READING = Reading()
#: Ids of options, of records and of parts of a pack, parts of an address.
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """One database column of a field; ``storage`` is text, integer, bigint, decimal, boolean, date or datetime."""

    suffix: str
    storage: str


#: What a value must be, per kind and language, as the end of "... must be".
_EXPECTED: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.INTEGER: ("a whole number", "eine ganze Zahl"),
        Kind.DECIMAL: ("a number with at most 18 digits before and 6 after the point", "eine Zahl mit höchstens 18 Vor- und 6 Nachkommastellen"),
        Kind.MONEY: ("an amount with a currency such as 12.50 EUR", "ein Betrag mit Währung wie 12,50 EUR"),
        Kind.BOOLEAN: ("yes or no", "ja oder nein"),
        Kind.DATE: ("an existing date such as 2026-12-31", "ein vorhandenes Datum wie 2026-12-31"),
        Kind.DATETIME: ("an existing moment such as 2026-12-31T14:30:00Z", "ein vorhandener Zeitpunkt wie 2026-12-31T14:30:00Z"),
        Kind.DURATION: ("a duration such as 5 days", "eine Dauer wie 5 Tage"),
        Kind.OPTIONS: ("a list of different options", "eine Liste verschiedener Optionen"),
        Kind.REFERENCES: ("a list of different records", "eine Liste verschiedener Datensätze"),
        Kind.PHONE: ("a phone number", "eine Telefonnummer"),
        Kind.EMAIL: ("an e-mail address", "eine E-Mail-Adresse"),
        Kind.URL: ("an address that begins with http:// or https://", "eine Adresse, die mit http:// oder https:// beginnt"),
        Kind.ADDRESS: ("a postal address", "eine Postanschrift"),
        Kind.JSON: ("JSON of at most 100,000 characters", "JSON mit höchstens 100.000 Zeichen"),
    }
)
#: The same where a person types it.
_EXPECTED_TYPED: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        **_EXPECTED,
        Kind.DATE: ("an existing date such as 31 Dec 2026", "ein vorhandenes Datum wie 31.12.2026"),
        Kind.DATETIME: ("an existing moment such as 31 Dec 2026 14:30", "ein vorhandener Zeitpunkt wie 31.12.2026 14:30"),
    }
)
_TEXT = ("text without NUL", "Text ohne NUL-Zeichen")


def finding(code: str, field: Field, reading: Reading, **facts: object) -> Finding:
    """Return a finding about a field: its label in the reader's language, and the field's own path as the rule."""
    return Finding(code=code, field=field.id, rule=field.path, facts={"label": field.label.in_language(reading.language), **facts})


#: What was sent where a text is wanted, per type and language; ``bool`` is asked before the numbers, whose type it is too.
_SENT: tuple[tuple[type | tuple[type, ...], str, str], ...] = (
    (bool, "a yes or no", "kein Ja oder Nein"),
    ((int, float, Decimal), "a number", "keine Zahl"),
    ((list, tuple), "a list", "keine Liste"),
    (Mapping, "an object", "kein Objekt"),
)


def wrong_type(field: Field, reading: Reading) -> Finding:
    """Return the finding that a value is not of the field's kind."""
    english, german = (_EXPECTED_TYPED if reading.typing else _EXPECTED).get(field.kind, _TEXT)
    return finding("wrong_type", field, reading, expected=german if reading.language == "de" else english, kind=field.kind.value)


def no_text(field: Field, value: object, reading: Reading) -> Finding:
    """Return the finding that a text is wanted and something else was sent, which it names."""
    english, german = next(((english, german) for types, english, german in _SENT if isinstance(value, types)), ("nothing", "nicht leer"))
    expected = f"ein Text und {german}" if reading.language == "de" else f"a text, not {english}"
    return finding("wrong_type", field, reading, expected=expected, kind=field.kind.value)


_QUIET = re2.Options()
_QUIET.log_errors = False


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    compiled: re.Pattern[str] = re2.compile(pattern, _QUIET)
    return compiled


def pattern_is_sound(pattern: str) -> bool:
    """Return whether a pattern can be matched in linear time."""
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern occurs in the text, in linear time (JSON Schema's meaning: not anchored)."""
    return _compiled(pattern).search(text) is not None


class FieldKind(ABC):
    """One kind of field: the only place that knows what its values look like at each border of the engine."""

    kind: Kind
    #: Name of the form control that edits it.
    control: str = "text"
    columns: tuple[ColumnPart, ...] = (ColumnPart("", "text"),)

    def read(self, field: Field, value: object, reading: Reading = DEFAULT_READING) -> object:
        """Read JSON of any door: the value, None for null, or a finding."""
        return None if value is None else self.parse(field, value, reading)

    def read_text(self, field: Field, text: str, reading: Reading = DEFAULT_READING) -> object:
        """Read what was typed into a form or a CSV cell; blank is no value."""
        return self.parse_text(field, text.strip(), reading) if text.strip() else None

    @abstractmethod
    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read JSON that is not null."""

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read text that is not blank."""
        return self.parse(field, text, reading)

    def longest(self, field: Field) -> int | None:  # noqa: ARG002 - what kinds need whose fields give a limit
        """Return how many characters the first column of a value may have, where it holds text; None where nothing limits it."""
        return _LONGEST_NAME

    def typed(self, value: object, reading: Reading) -> str:  # noqa: ARG002 - what kinds need that are written differently per language
        """Return a value as a person would type it, so that ``read_text`` takes it back; empty for no value."""
        written = self.write(value)
        return "" if written is None else str(written)

    def write(self, value: object) -> Json:
        """Return a value as JSON that ``read`` takes back."""
        return value  # type: ignore[return-value]

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return what the columns hold for a value; as many as there are columns."""
        return (value,)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the value that the columns hold."""
        return parts[0]

    @abstractmethod
    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the JSON Schema (2020-12) of the values that ``read`` takes, null apart."""

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:  # noqa: ARG002 - what other kinds need
        """Return a value as a person reads it; empty for no value."""
        return "" if value is None else str(value)
