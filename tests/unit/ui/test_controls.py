"""A form's state goes from a record to the browser and back without losing or changing anything."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from packdesk.model.durations import Duration, Unit
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Text
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.runtime.values import Address, Money, Phone
from packdesk_ui.controls import Control, control_of, depth_of, filled, in_tree_order, json_of, nested, raw_of, without_row

NOTHING = MappingProxyType({})


def _field(kind: Kind) -> Field:
    return Field(id="f", path="entity_types.x.fields.f", label=Text({}, "F"), kind=kind, constraints=NOTHING)


def _same(text: str) -> str:
    return text


VALUES = [
    (Kind.STRING, "Erika"),
    (Kind.TEXT, "first line\nsecond line"),
    (Kind.INTEGER, 1200),
    (Kind.DECIMAL, Decimal("1234.5")),
    (Kind.MONEY, Money(Decimal("1234.5"), "USD")),
    (Kind.BOOLEAN, True),
    (Kind.BOOLEAN, False),
    (Kind.DATE, date(2026, 12, 31)),
    (Kind.DATETIME, datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
    (Kind.DURATION, Duration(5, Unit.DAYS)),
    (Kind.PHONE, Phone("+49 30 123456")),
    (Kind.EMAIL, "a@example.com"),
    (Kind.ADDRESS, Address(street="Long Street", street_number="5", town="Berlin")),
    (Kind.OPTIONS, ("a", "b")),
]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("kind", "value"), VALUES, ids=str)
def test_a_value_survives_the_way_through_a_form(kind: Kind, value: object, language: str) -> None:
    reading = Reading(language=language, zone=ZoneInfo("Europe/Berlin"))
    field = _field(kind)

    back = json_of(field, raw_of(field, "f", value, reading, _same), "f", reading)

    expected = KINDS[kind].write(value)
    assert (dict(back) if isinstance(back, dict) else back) == (dict(expected) if isinstance(expected, dict) else expected)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [(Kind.INTEGER, "twelve"), (Kind.DATE, "2026-02-30"), (Kind.DATETIME, "some day"), (Kind.DECIMAL, "1,2,3")],
)
def test_what_cannot_be_read_is_handed_on_for_the_engine_to_refuse(kind: Kind, raw: str) -> None:
    assert json_of(_field(kind), {"f": [raw]}, "f", Reading()) == raw


def test_a_picker_gives_what_names_the_record() -> None:
    assert json_of(_field(Kind.REFERENCE), {"f": ["CI000001 · Erika Mustermann"]}, "f", Reading()) == "CI000001"
    assert json_of(_field(Kind.REFERENCES), {"f": ["A1 · x, A2"]}, "f", Reading()) == ("A1", "A2")


def test_blank_inputs_are_no_value() -> None:
    for kind in (Kind.STRING, Kind.INTEGER, Kind.MONEY, Kind.DURATION, Kind.ADDRESS, Kind.OPTIONS, Kind.REFERENCE):
        raw = {"f": [""], "f:street": [""]}

        assert json_of(_field(kind), raw, "f", Reading()) is None


def test_rows_keep_their_identity_and_blank_new_ones_say_nothing() -> None:
    fields = {"number": _field(Kind.STRING)}
    raw = {"phones[0]:id": ["abc"], "phones[0].number": ["1"], "phones[2].number": [""], "phones[7].number": ["2"]}

    assert filled(raw, "phones", fields, Reading()) == ((0, {"id": "abc", "number": "1"}), (7, {"number": "2"}))
    assert filled(without_row(raw, "phones", 0), "phones", fields, Reading()) == ((7, {"number": "2"}),)


def test_a_sections_fields_are_sent_inside_the_section() -> None:
    assert nested({"a": 1, "s.b": 2, "s.c": None}) == {"a": 1, "s": {"b": 2, "c": None}}


def test_a_refused_form_shows_what_was_typed() -> None:
    blank = Control(path="f", name="f", label="F", control="number")

    assert control_of(blank, {"f": ["twelve"]}).value == "twelve"


def test_a_tree_stands_in_order_with_its_depth() -> None:
    """GEN-14: any depth; a cycle does not hang the page."""
    parents = {"a": "", "b": "c", "c": "a", "d": ""}

    assert in_tree_order(parents) == ("a", "c", "b", "d")
    assert depth_of(parents, "b") == 2
    assert set(in_tree_order({"x": "y", "y": "x"})) == {"x", "y"}
    assert depth_of({"x": "y", "y": "x"}, "x") == 1
