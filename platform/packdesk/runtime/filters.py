"""Filter chips: a field, an operator that fits its kind, and values; read from plain JSON or from what was typed, and written again.

What a chip means is in ``packdesk.runtime.filter_sources``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Json
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.field_kind import Reading, finding, wrong_type
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.kinds_choice import members
from packdesk.runtime.kinds_number import written as number_text
from packdesk.runtime.kinds_text import is_part_of_phone
from packdesk.runtime.values import Money

REFERENCE_KINDS = frozenset({Kind.REFERENCE, Kind.REFERENCES})
MOST_VALUES = 50
MOST_CHIPS = 20
_LONGEST = 200
_MOST_DAYS = 3660
#: A chosen record as a chip keeps it: its id, by which is filtered, and its number, which people read.
_CHOSEN = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(.+)", re.DOTALL)
_FIRST_DAY, _LAST_DAY = date(1000, 1, 1), date(2999, 12, 31)


class Operator(StrEnum):
    """What a chip asks of its field."""

    CONTAINS = "contains"
    BEGINS = "begins"
    IS = "is"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    BELOW = "below"
    EQUAL = "equal"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    ON = "on"
    BEFORE = "before"
    AFTER = "after"
    LAST_DAYS = "last_days"
    NEXT_DAYS = "next_days"
    TODAY = "today"
    THIS_WEEK = "this_week"
    PAST = "past"
    YES = "yes"
    NO = "no"
    ME = "me"
    MINE = "mine"
    EMPTY = "empty"
    FILLED = "filled"


class Takes(StrEnum):
    """What an operator is given."""

    NOTHING = "nothing"
    TEXT = "text"
    #: One or more of what the field may hold: ids of entries, numbers of records, logins.
    MEMBERS = "members"
    VALUE = "value"
    TWO_VALUES = "two_values"
    DAY = "day"
    TWO_DAYS = "two_days"
    DAYS = "days"


_TEXTS = (Operator.CONTAINS, Operator.BEGINS, Operator.IS, Operator.EMPTY, Operator.FILLED)
_CONTACTS = (Operator.CONTAINS, Operator.EMPTY, Operator.FILLED)
_ENTRIES = (Operator.ONE_OF, Operator.NONE_OF, Operator.EMPTY, Operator.FILLED)
_NUMBERS = (Operator.EQUAL, Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN, Operator.EMPTY, Operator.FILLED)
_TIMES = (
    Operator.ON,
    Operator.BEFORE,
    Operator.AFTER,
    Operator.BETWEEN,
    Operator.TODAY,
    Operator.THIS_WEEK,
    Operator.LAST_DAYS,
    Operator.NEXT_DAYS,
    Operator.PAST,
    Operator.EMPTY,
    Operator.FILLED,
)
#: Kind -> its operators, the most wanted first; a kind that is not here is not filtered by chips.
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = MappingProxyType(
    {
        **dict.fromkeys((Kind.STRING, Kind.TEXT, Kind.RICH_TEXT, Kind.URL), _TEXTS),
        **dict.fromkeys((Kind.PHONE, Kind.EMAIL), _CONTACTS),
        **dict.fromkeys((Kind.OPTION, Kind.OPTIONS, Kind.LEVEL, Kind.STATUS, Kind.STATE, Kind.SUBTYPE), _ENTRIES),
        Kind.CATEGORY: (Operator.BELOW, *_ENTRIES),
        **dict.fromkeys((Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DURATION), _NUMBERS),
        **dict.fromkeys((Kind.DATE, Kind.DATETIME), _TIMES),
        Kind.BOOLEAN: (Operator.YES, Operator.NO),
        **dict.fromkeys((Kind.REFERENCE, Kind.REFERENCES), (Operator.IS, Operator.EMPTY, Operator.FILLED)),
        Kind.USER: (Operator.ME, Operator.IS, Operator.EMPTY, Operator.FILLED),
        Kind.ORG_UNIT: (Operator.MINE, Operator.IS, Operator.EMPTY, Operator.FILLED),
    }
)
TIME_KINDS = frozenset({Kind.DATE, Kind.DATETIME})
NAMED_KINDS = frozenset({Kind.REFERENCE, Kind.REFERENCES, Kind.USER, Kind.ORG_UNIT})
_TAKES: Mapping[Operator, Takes] = MappingProxyType(
    {
        Operator.CONTAINS: Takes.TEXT,
        Operator.BEGINS: Takes.TEXT,
        Operator.IS: Takes.TEXT,
        **dict.fromkeys((Operator.ONE_OF, Operator.NONE_OF, Operator.BELOW), Takes.MEMBERS),
        **dict.fromkeys((Operator.EQUAL, Operator.AT_LEAST, Operator.AT_MOST), Takes.VALUE),
        Operator.BETWEEN: Takes.TWO_VALUES,
        **dict.fromkeys((Operator.ON, Operator.BEFORE, Operator.AFTER), Takes.DAY),
        **dict.fromkeys((Operator.LAST_DAYS, Operator.NEXT_DAYS), Takes.DAYS),
    }
)
_HOW_MANY: Mapping[Takes, int] = MappingProxyType({Takes.NOTHING: 0, Takes.TWO_VALUES: 2, Takes.TWO_DAYS: 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One condition of a list as somebody chose it; the values as the field's kind writes them."""

    path: str
    operator: Operator
    values: tuple[str, ...] = ()

    def written(self) -> dict[str, Json]:
        """Return the chip as JSON that ``read`` takes back."""
        return {"path": self.path, "operator": self.operator.value, **({"values": self.values} if self.values else {})}


def chosen_value(id_: str, number: str) -> str:
    """Return what a chip on a reference holds of a record that somebody chose."""
    return f"{id_}/{number}"


def named_by(value: str) -> tuple[str, str]:
    """Return id and number of what a chip on a reference holds; a number alone, as it was typed, has no id."""
    chosen = _CHOSEN.fullmatch(value)
    return (chosen[1], chosen[2]) if chosen is not None else ("", value)


def operators(field: Field) -> tuple[Operator, ...]:
    """Return what can be asked of a field; nothing of one that chips can't filter."""
    return OPERATORS.get(field.kind, ())


def takes(field: Field, operator: Operator) -> Takes:
    """Return what the operator is given on this field."""
    if operator is Operator.IS and field.kind in NAMED_KINDS:
        return Takes.MEMBERS
    if operator is Operator.BETWEEN and field.kind in TIME_KINDS:
        return Takes.TWO_DAYS
    return _TAKES.get(operator, Takes.NOTHING)


# reading -------------------------------------------------------------------------------------------------------------------------


def read(entity: EntityRuntime, given: object, reading: Reading) -> Chip | Finding:
    """Return the chip that plain JSON describes, or what is wrong with it."""
    if not isinstance(given, Mapping):
        return Finding(code="bad_request", facts={"reason": "a filter is an object with path, operator and values"})
    path, operator, values = given.get("path"), given.get("operator"), given.get("values", ())
    if not isinstance(path, str) or not isinstance(operator, str) or not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        return Finding(code="bad_request", facts={"reason": "a filter has a path, an operator and a list of texts as values"})
    return typed(entity, path, operator, tuple(values), replace(reading, language="en"))


def typed(entity: EntityRuntime, path: str, operator: str, texts: tuple[str, ...], reading: Reading) -> Chip | Finding:
    """Return the chip that somebody put together, its values read as a form reads them, or what is wrong with it."""
    if path not in entity.fields:
        return Finding(code="filter_field_gone", field=path, facts={"name": path})
    field = entity.fields[path].field
    if operator not in operators(field):
        return finding("filter_operator_unfit", field, reading, operator=operator, offered=[each.value for each in operators(field)])
    asked = Operator(operator)
    given = tuple(dict.fromkeys(text.strip() for text in texts if text.strip())) if takes(field, asked) is Takes.MEMBERS else texts
    form = takes(field, asked)
    wanted = _HOW_MANY.get(form, 1)
    if len(given) < wanted or not all(text.strip() for text in given[:wanted]):
        return finding("filter_value_missing", field, reading)
    if len(given) > MOST_VALUES:
        return finding("too_many_items", field, reading, limit=MOST_VALUES)
    taken = given if form is Takes.MEMBERS else given[:wanted]
    values = []
    for text in taken:
        value = _value(field, form, text, reading)
        if isinstance(value, Finding):
            return value
        values.append(value)
    return Chip(path=path, operator=asked, values=tuple(values))


def _value(field: Field, form: Takes, text: str, reading: Reading) -> str | Finding:
    plain = replace(field, constraints=MappingProxyType({}))
    if form is Takes.DAYS:
        return _days(field, text, reading)
    if form in (Takes.DAY, Takes.TWO_DAYS):
        return _day(replace(plain, kind=Kind.DATE), text, reading)
    if form is Takes.TEXT and field.kind is Kind.PHONE and not is_part_of_phone(text.strip()):
        return wrong_type(field, reading)
    if form is Takes.TEXT or field.kind in REFERENCE_KINDS or field.kind is Kind.USER:
        return _clean(field, text, reading)
    single = replace(plain, kind=Kind.OPTION) if field.kind is Kind.OPTIONS else plain
    value = KINDS[single.kind].read_text(single, text, reading)
    return value if isinstance(value, Finding) else _plain(value)


def _clean(field: Field, text: str, reading: Reading) -> str | Finding:
    kept = text.strip()
    if len(kept) > _LONGEST:
        return finding("too_long", field, reading, limit=_LONGEST, length=len(kept))
    unseen = next((sign for sign in kept if ord(sign) < 32 or "\ud800" <= sign <= "\udfff"), "")
    return finding("forbidden_character", field, reading, character=f"U+{ord(unseen):04X}") if unseen else kept


def _days(field: Field, text: str, reading: Reading) -> str | Finding:
    if not text.isascii() or not text.strip().isdigit():
        return wrong_type(replace(field, kind=Kind.INTEGER), reading)
    count = int(text.strip()[:9])
    if count < 1:
        return finding("below_minimum", field, reading, limit=1)
    return finding("above_maximum", field, reading, limit=_MOST_DAYS) if count > _MOST_DAYS else str(count)


def _day(field: Field, text: str, reading: Reading) -> str | Finding:
    value = KINDS[Kind.DATE].read_text(field, text, reading)
    if not isinstance(value, date):
        return value if isinstance(value, Finding) else wrong_type(field, reading)
    if value < _FIRST_DAY:
        return finding("below_minimum", field, reading, limit=_limit(_FIRST_DAY, reading))
    return finding("above_maximum", field, reading, limit=_limit(_LAST_DAY, reading)) if value > _LAST_DAY else value.isoformat()


def _limit(day: date, reading: Reading) -> str:
    return KINDS[Kind.DATE].typed(day, reading) if reading.typing else day.isoformat()


def _plain(value: object) -> str:
    if isinstance(value, Money):
        return f"{number_text(value.amount)} {value.currency}"
    return number_text(value) if isinstance(value, Decimal) else str(value)


def typed_values(entity: EntityRuntime, chip: Chip, reading: Reading) -> tuple[str, ...]:
    """Return the values of a chip as a person would type them, so that ``typed`` takes them back."""
    field = entity.fields[chip.path].field
    if field.kind in REFERENCE_KINDS:
        return tuple(named_by(value)[1] for value in chip.values)
    if takes(field, chip.operator) in (Takes.DAY, Takes.TWO_DAYS):
        return tuple(KINDS[Kind.DATE].typed(date.fromisoformat(value), reading) for value in chip.values)
    return chip.values


# words -------------------------------------------------------------------------------------------------------------------------


def shown_values(entity: EntityRuntime, chip: Chip, language: str, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the values of a chip as a person reads them; logins and numbers of records as they are."""
    field = entity.fields[chip.path].field
    form = takes(field, chip.operator)
    if field.kind in REFERENCE_KINDS:
        return tuple(named_by(value)[1] for value in chip.values)
    if form in (Takes.TEXT, Takes.DAYS) or field.kind is Kind.USER:
        return chip.values
    if form in (Takes.DAY, Takes.TWO_DAYS):
        day = replace(field, kind=Kind.DATE)
        return tuple(KINDS[Kind.DATE].show(day, date.fromisoformat(value), language, entity.model, zone) for value in chip.values)
    if form is Takes.MEMBERS:
        known = members(field, entity.model)
        return tuple(known[value].label.in_language(language) if value in known else value for value in chip.values)
    return tuple(_shown_value(field, value, language, entity, zone) for value in chip.values)


def _shown_value(field: Field, text: str, language: str, entity: EntityRuntime, zone: ZoneInfo) -> str:
    value = KINDS[field.kind].read_text(replace(field, constraints=MappingProxyType({})), text, Reading(model=entity.model))
    return text if isinstance(value, Finding) else KINDS[field.kind].show(field, value, language, entity.model, zone)
