"""Kinds that are text: plain and long, e-mail, web address, phone, secret, file."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import phonenumbers

from packdesk.errors import Finding
from packdesk.model.characters import UNSEEN, UNSEEN_IN_LINE, says_nothing, unseen
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.field_kind import ColumnPart, FieldKind, Reading, finding, matches, no_text, wrong_type
from packdesk.runtime.values import Phone

SHORT = 255
LONG = 100_000
#: Digits of a phone number that are compared when nothing better is known.
SUFFIX_DIGITS = 7

_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$"
_URL = r"^https?://[A-Za-z0-9\[\]._~:-]+(/|\?|#|$)[^\s\x00-\x1f<>\"]*$"
_BETWEEN, _EXTENSION = r"[ +()/.-]", r"[*#,;x][0-9 +()/.*#,;x-]*"
#: A number has 15 digits at most, dialled from abroad 17; an extension behind it, and what begins with a star, has its own.
_PHONE = (
    rf"^(?:[0-9+(](?:{_BETWEEN}+(?:[0-9]{_BETWEEN}*){{0,16}}(?:{_EXTENSION})?|(?:[0-9]{_BETWEEN}*){{1,16}}(?:{_EXTENSION})?|{_EXTENSION})"
    r"|[*#][0-9 +()/.*#,;x-]+)$"
)
_MASK = "••••••"
#: Text that people write in lines.
_IN_LINES = frozenset({Kind.TEXT, Kind.RICH_TEXT})
#: Text that people read: nothing to be seen is no value, as an empty text is none.
_READ = frozenset({Kind.STRING, *_IN_LINES})


def is_clean(text: str) -> bool:
    """Return whether every database can keep the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))


class TextKind(FieldKind):
    """Text of one line or many; a text without characters is no value."""

    def __init__(self, kind: Kind, control: str, limit: int) -> None:
        """Take the kind, its control and the length that holds when the field gives none."""
        self.kind, self.control, self.limit = kind, control, limit

    def _limit(self, field: Field) -> int:
        given = field.constraints.get("maxLength")
        return given if isinstance(given, int) else self.limit

    def longest(self, field: Field) -> int | None:
        """Return the field's limit, else the kind's."""
        return self._limit(field)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a text within its lengths and pattern."""
        if not isinstance(value, str):
            return no_text(field, value, reading)
        if fault := self._fault(field, value, reading):
            return fault
        return None if not value or (self.kind in _READ and says_nothing(value)) else value

    def _fault(self, field: Field, text: str, reading: Reading) -> Finding | None:
        """Return what is wrong with the characters, the length or the form of a text."""
        if not is_clean(text):
            return wrong_type(field, reading)
        if character := unseen(text, lines=self.kind in _IN_LINES):
            return finding("forbidden_character", field, reading, character=character)
        if len(text) > self._limit(field):
            return finding("too_long", field, reading, limit=self._limit(field), length=len(text))
        shortest = field.constraints.get("minLength")
        if isinstance(shortest, int) and len(text) < shortest:
            return finding("too_short", field, reading, limit=shortest, length=len(text))
        pattern = field.constraints.get("pattern")
        return finding("pattern_mismatch", field, reading, pattern=pattern) if isinstance(pattern, str) and not matches(pattern, text) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return a string schema with the field's own words."""
        words = {word: field.constraints[word] for word in ("minLength", "pattern") if word in field.constraints}
        return {"type": "string", "maxLength": self._limit(field), **words, "not": {"pattern": f"[{UNSEEN if self.kind in _IN_LINES else UNSEEN_IN_LINE}]"}}


class SecretKind(TextKind):
    """A text that is taken and never shown or given out again."""

    def write(self, value: object) -> Json:
        """Return nothing: a secret leaves the engine only into an operation."""
        return None

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return dots."""
        return "" if value is None else _MASK


class PatternKind(TextKind):
    """A text of a fixed form: an e-mail or web address."""

    def __init__(self, kind: Kind, control: str, limit: int, pattern: str) -> None:
        """Take the form as a pattern that RE2, Python and JavaScript read alike."""
        super().__init__(kind, control, limit)
        self.pattern = pattern

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a text and demand the kind's form of it."""
        text = super().parse(field, value, reading)
        return text if not isinstance(text, str) or matches(self.pattern, text) else wrong_type(field, reading)

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the text's schema; the kind's form stands beside the field's own pattern, an empty text is no value."""
        return {**super().json_schema(field, model), "anyOf": ({"pattern": self.pattern}, {"maxLength": 0})}


class PhoneKind(PatternKind):
    """A phone number: kept as typed, with its E.164 form and last digits for matching."""

    columns = (ColumnPart("", "text"), ColumnPart("e164", "text"), ColumnPart("suffix", "text"))

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a number in the reader's region; one that can't be read is kept as typed."""
        text = super().parse(field, value, reading)
        return phone(text, reading.region) if isinstance(text, str) else text

    def write(self, value: object) -> Json:
        """Return the number as typed."""
        return value.raw if isinstance(value, Phone) else None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return raw, E.164 and suffix."""
        return (value.raw, value.e164, value.suffix) if isinstance(value, Phone) else (None, None, None)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the phone, or None."""
        raw, e164, suffix = parts
        return None if raw is None else Phone(str(raw), str(e164 or ""), str(suffix or ""))

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the number as typed."""
        return value.raw if isinstance(value, Phone) else ""


def is_part_of_phone(text: str) -> bool:
    """Say whether a text can stand somewhere in a phone number: its signs and no others, a digit among them."""
    return matches(r"^[ +()/.*#,;x-]*[0-9][0-9 +()/.*#,;x-]{0,39}$", text)


def phone(raw: str, region: str) -> Phone:
    """Return a typed number with what can be read out of it."""
    try:
        parsed = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return Phone(raw)
    national = phonenumbers.national_significant_number(parsed)
    if not phonenumbers.is_possible_number(parsed) or len(national) < SUFFIX_DIGITS - 1:
        # An extension or emergency number means nothing outside the house.
        return Phone(raw)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Phone(raw, e164, national[-SUFFIX_DIGITS:])


TEXT_KINDS: tuple[FieldKind, ...] = (
    TextKind(Kind.STRING, "text", SHORT),
    TextKind(Kind.TEXT, "textarea", LONG),
    TextKind(Kind.RICH_TEXT, "rich_text", LONG),
    TextKind(Kind.FILE, "file", SHORT),
    SecretKind(Kind.SECRET, "secret", SHORT),
    PatternKind(Kind.EMAIL, "email", 254, _EMAIL),
    PatternKind(Kind.URL, "url", 2000, _URL),
    PhoneKind(Kind.PHONE, "phone", 40, _PHONE),
)
