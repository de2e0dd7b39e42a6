"""Kinds that count: whole numbers, exact decimals, money, yes or no, durations."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, format_decimal

from packdesk.errors import Finding
from packdesk.model.durations import SECONDS, Duration, Unit, parse_duration
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.expressions.arithmetic import DECIMAL_LIMIT
from packdesk.runtime.field_kind import ColumnPart, FieldKind, Reading, finding, wrong_type
from packdesk.runtime.kinds_typed_time import typed_duration
from packdesk.runtime.values import Money

#: Integers that JavaScript, SQL and Python all keep exactly.
LARGEST = 2**53
_STEP = Decimal("0.000001")
#: What a decimal must stay below: a column of SQLite keeps it as a 64-bit number of millionths, and sums of many must fit as well.
BEYOND_DECIMAL = DECIMAL_LIMIT
_DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_TYPED_DECIMAL = r"-?[0-9]{1,40}(\.[0-9]{1,6})?"
_GERMAN = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+|-?[0-9]+,[0-9]+")
_ENGLISH = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
#: How people write a currency, and that there are no cents.
_SIGNS: Mapping[str, str] = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "FR.": "CHF"}
_CURRENCY_WORD = re.compile(r"US\$|[A-Za-z]{3}|[Ff]r\.|[€$£¥]")
_NO_CENTS = re.compile(r"[.,](-|\u2013|--)$")
#: Thousands with the German point; only beside a sign that programs don't write, for a file may hold ``1.234 EUR``.
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_CURRENCY = r"^[A-Z]{3}$"
_DURATION = r"^[1-9][0-9]{0,8} (minutes?|hours?|days?|weeks?|months?|years?)$"
_YES = frozenset({"true", "yes", "ja", "1", "on", "x", "y", "j", "wahr"})
_NO = frozenset({"false", "no", "nein", "0", "off", "n", "falsch"})
_LONGEST = Duration(1000, Unit.YEARS)
_UNITS_DE = {
    Unit.SECONDS: ("Sekunde", "Sekunden"),
    Unit.MINUTES: ("Minute", "Minuten"),
    Unit.HOURS: ("Stunde", "Stunden"),
    Unit.DAYS: ("Tag", "Tage"),
    Unit.WEEKS: ("Woche", "Wochen"),
    Unit.MONTHS: ("Monat", "Monate"),
    Unit.YEARS: ("Jahr", "Jahre"),
}


def _bound(field: Field, word: str) -> Decimal | None:
    given = field.constraints.get(word)
    return None if given is None or isinstance(given, bool) or not isinstance(given, int | float | str) else Decimal(str(given))


def _in_bounds(field: Field, value: Decimal, reading: Reading) -> Finding | None:
    lowest, above = _bound(field, "minimum"), _bound(field, "exclusiveMinimum")
    highest, below = _bound(field, "maximum"), _bound(field, "exclusiveMaximum")
    if (lowest is not None and value < lowest) or (above is not None and value <= above):
        return finding("below_minimum", field, reading, limit=str(lowest if lowest is not None else above))
    if (highest is not None and value > highest) or (below is not None and value >= below):
        return finding("above_maximum", field, reading, limit=str(highest if highest is not None else below))
    step = _bound(field, "multipleOf")
    if step and value % step != 0:
        return finding("pattern_mismatch", field, reading, multiple_of=str(step))
    return None


def _too_large(field: Field, value: Decimal, reading: Reading) -> Finding | None:
    """Refuse what the engine cannot keep exactly, whatever the field allows."""
    if abs(value) < BEYOND_DECIMAL:
        return None
    largest = BEYOND_DECIMAL - _STEP
    return finding("above_maximum", field, reading, limit=str(largest)) if value > 0 else finding("below_minimum", field, reading, limit=str(-largest))


def _words(field: Field) -> dict[str, Json]:
    return {word: field.constraints[word] for word in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf") if word in field.constraints}


def plain_number(text: str, language: str) -> str:
    """Return a typed number without grouping and with a point: ``1.234,50`` in German and ``1,234.50`` in English are 1234.50."""
    compact = text.replace("\u00a0", "").replace(" ", "")
    if language == "de" and _GERMAN.fullmatch(compact):
        return compact.replace(".", "").replace(",", ".")
    if language != "de" and _ENGLISH.fullmatch(compact):
        return compact.replace(",", "")
    return compact


def exact(value: object) -> Decimal | None:
    """Return a JSON number or text as a decimal of at most 6 digits after the point; None when it is none, however large it is.

    A JSON number with a point is binary and therefore rounded; a text has to fit exactly.
    """
    if isinstance(value, str):
        return Decimal(value) if re.fullmatch(_TYPED_DECIMAL, value, re.ASCII) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= BEYOND_DECIMAL:
        return number if number.is_finite() else None
    rounded = number.quantize(_STEP)
    return rounded.normalize() + 0 if rounded else Decimal(0)


def written(value: Decimal) -> str:
    """Return a decimal as text without exponent and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _typed(value: Decimal, reading: Reading) -> str:
    return str(format_decimal(value, format="0.######", locale=reading.language))


class IntegerKind(FieldKind):
    """A whole number within 2^53."""

    kind = Kind.INTEGER
    control = "number"
    columns = (ColumnPart("", "bigint"),)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a whole number; 3.0 is one."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return wrong_type(field, reading)
        if abs(value) > LARGEST:
            return finding("above_maximum" if value > 0 else "below_minimum", field, reading, limit=LARGEST if value > 0 else -LARGEST)
        return _in_bounds(field, Decimal(value), reading) or value

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read digits, grouped or not."""
        # Before the comma becomes a point: 1.234 is more than a thousand, 1,234 is no whole number.
        grouped = reading.language == "de" and _GROUPED.fullmatch(text.strip())
        plain = text.strip().replace(".", "") if grouped else plain_number(text, reading.language)
        return self.parse(field, int(plain), reading) if re.fullmatch(r"[+-]?[0-9]{1,20}", plain) else wrong_type(field, reading)

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return an integer schema within both the engine's and the field's bounds."""
        return {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST, **_words(field)}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the number with the language's grouping."""
        return format_decimal(value, locale=language) if isinstance(value, int) else ""


class DecimalKind(FieldKind):
    """An exact number; JSON gets it as text, because JSON's numbers are binary in most readers."""

    kind = Kind.DECIMAL
    control = "decimal"
    columns = (ColumnPart("", "decimal"),)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a number or a text."""
        number = exact(value)
        return wrong_type(field, reading) if number is None else _too_large(field, number, reading) or _in_bounds(field, number, reading) or number

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read a number as typed in the reader's language."""
        return self.parse(field, plain_number(text, reading.language), reading)

    def typed(self, value: object, reading: Reading) -> str:
        """Return the number with the language's point, without grouping."""
        return _typed(value, reading) if isinstance(value, Decimal) else ""

    def write(self, value: object) -> Json:
        """Return the number as text."""
        return written(value) if isinstance(value, Decimal) else None

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return number or text; bounds can be said of the number only."""
        limit = int(BEYOND_DECIMAL)
        return {"anyOf": ({"type": "number", "exclusiveMinimum": -limit, "exclusiveMaximum": limit, **_words(field)}, {"type": "string", "pattern": _DECIMAL})}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the number with the language's point."""
        return format_decimal(value, format="#,##0.######", locale=language) if isinstance(value, Decimal) else ""


class MoneyKind(FieldKind):
    """An amount in a currency."""

    kind = Kind.MONEY
    control = "money"
    columns = (ColumnPart("", "decimal"), ColumnPart("currency", "text"))

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read ``{"amount": "12.50", "currency": "EUR"}``."""
        if not isinstance(value, Mapping) or set(value) != {"amount", "currency"}:
            return wrong_type(field, reading)
        amount, currency = exact(value["amount"]), value["currency"]
        if amount is None or not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
            return wrong_type(field, reading)
        return _too_large(field, amount, reading) or _in_bounds(field, amount, reading) or Money(amount, currency)

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read ``12.50``, ``12.50 EUR``, ``EUR 12.50`` or ``€12.50``, the amount as the language writes it; ``12,-`` has no cents."""
        currency = _CURRENCY_WORD.search(text)
        amount = plain_number(_NO_CENTS.sub("", _CURRENCY_WORD.sub("", text, count=1).strip()), reading.language)
        sign = currency[0].upper() if currency else reading.currency
        if sign in _SIGNS and reading.language == "de" and _GROUPED.fullmatch(amount):
            amount = amount.replace(".", "")
        return self.parse(field, {"amount": amount, "currency": _SIGNS.get(sign, sign)}, reading)

    def typed(self, value: object, reading: Reading) -> str:
        """Return amount and currency on one line."""
        return f"{_typed(value.amount, reading)} {value.currency}" if isinstance(value, Money) else ""

    def write(self, value: object) -> Json:
        """Return amount as text, and currency."""
        return {"amount": written(value.amount), "currency": value.currency} if isinstance(value, Money) else None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return amount and currency."""
        return (value.amount, value.currency) if isinstance(value, Money) else (None, None)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the money, or None."""
        return None if parts[0] is None else Money(Decimal(str(parts[0])), str(parts[1]))

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return an object of exactly amount and currency."""
        amount = DecimalKind().json_schema(field, model)
        return {
            "type": "object",
            "properties": {"amount": amount, "currency": {"type": "string", "pattern": _CURRENCY}},
            "required": ("amount", "currency"),
            "additionalProperties": False,
        }

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return the amount as the language writes money."""
        return format_currency(value.amount, value.currency, locale=language) if isinstance(value, Money) else ""


class BooleanKind(FieldKind):
    """Yes or no; no value is neither."""

    kind = Kind.BOOLEAN
    control = "checkbox"
    columns = (ColumnPart("", "boolean"),)

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read true or false."""
        return value if isinstance(value, bool) else wrong_type(field, reading)

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read yes and no in English, German and as forms send them."""
        word = text.casefold()
        return True if word in _YES else False if word in _NO else wrong_type(field, reading)

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the boolean schema."""
        return {"type": "boolean"}

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return true or false also where the database keeps 1 and 0."""
        return None if parts[0] is None else bool(parts[0])

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return yes or no."""
        if value is None:
            return ""
        return ("Ja" if value else "Nein") if language == "de" else ("Yes" if value else "No")


class DurationKind(FieldKind):
    """A length of time as written; seconds and its unit are stored, so that it sorts and still reads as written."""

    kind = Kind.DURATION
    control = "duration"
    columns = (ColumnPart("", "bigint"), ColumnPart("unit", "text"))

    def parse(self, field: Field, value: object, reading: Reading) -> object:
        """Read a positive number and a unit of minutes or longer (GEN-17)."""
        duration = parse_duration(value) if isinstance(value, str) and re.fullmatch(_DURATION, value) and not value.endswith("\n") else None
        if duration is None:
            return wrong_type(field, reading)
        return self._in_bounds(field, duration, reading) or duration

    def _in_bounds(self, field: Field, duration: Duration, reading: Reading) -> Finding | None:
        lowest, highest = (parse_duration(str(field.constraints.get(word, ""))) for word in ("minimum", "maximum"))
        if lowest is not None and duration.seconds < lowest.seconds:
            return finding("below_minimum", field, reading, limit=str(lowest))
        ceiling = highest or _LONGEST
        return finding("above_maximum", field, reading, limit=str(ceiling)) if duration.seconds > ceiling.seconds else None

    def parse_text(self, field: Field, text: str, reading: Reading) -> object:
        """Read English and German units, short and long, and sums of them: ``1h 30m``."""
        duration = typed_duration(text)
        return wrong_type(field, reading) if duration is None else self.parse(field, str(duration), reading)

    def typed(self, value: object, reading: Reading) -> str:
        """Return number and unit in the language."""
        return _worded(value, reading.language) if isinstance(value, Duration) else ""

    def write(self, value: object) -> Json:
        """Return ``5 days``."""
        return str(value) if isinstance(value, Duration) else None

    def to_columns(self, value: object) -> tuple[object, ...]:
        """Return seconds and unit."""
        return (value.seconds, value.unit.value) if isinstance(value, Duration) else (None, None)

    def from_columns(self, parts: Sequence[object]) -> object:
        """Return the duration as it was written."""
        if parts[0] is None:
            return None
        unit = Unit(str(parts[1] or Unit.SECONDS))
        return Duration(int(str(parts[0])) // SECONDS[unit], unit)

    def json_schema(self, field: Field, model: Model) -> dict[str, Json]:
        """Return the form of a duration."""
        return {"type": "string", "pattern": _DURATION}

    def show(self, field: Field, value: object, language: str, model: Model, zone: ZoneInfo) -> str:
        """Return number and unit in the language; computed seconds in the largest unit that reads well."""
        if not isinstance(value, Duration):
            return ""
        return _worded(_readable(value), language)


def _worded(duration: Duration, language: str) -> str:
    if language != "de":
        return str(duration)
    singular, plural = _UNITS_DE[duration.unit]
    return f"{duration.amount} {singular if abs(duration.amount) == 1 else plural}"


def _readable(duration: Duration) -> Duration:
    """Return computed seconds rounded down to days, hours or minutes; what was written stays as written."""
    if duration.unit is not Unit.SECONDS:
        return duration
    for unit, at_least in ((Unit.DAYS, 2), (Unit.HOURS, 2), (Unit.MINUTES, 1)):
        if abs(duration.amount) >= at_least * SECONDS[unit]:
            return Duration(int(duration.amount / SECONDS[unit]), unit)
    return Duration(0, Unit.MINUTES) if duration.amount == 0 else duration


NUMBER_KINDS: tuple[FieldKind, ...] = (IntegerKind(), DecimalKind(), MoneyKind(), BooleanKind(), DurationKind())
