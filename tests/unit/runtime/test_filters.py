"""Chips: what each kind of field can be asked, how a chip is read, refused, written and said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.records.conftest import harbour

from packdesk.errors import CATALOGUE, Finding
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression, Text
from packdesk.runtime import filter_sources, filters
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.syntax import Constant, parse
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.filter_sources import Moment
from packdesk.runtime.filters import Chip, Operator, Takes

BERLIN = ZoneInfo("Europe/Berlin")
#: A Wednesday; in Berlin it is already Thursday.
LATE = Moment(now=datetime(2026, 3, 4, 23, 30, tzinfo=UTC), zone=BERLIN)
_SAMPLES = {Takes.TEXT: ("An",), Takes.DAY: ("2026-03-01",), Takes.TWO_DAYS: ("2026-03-01", "2026-03-02"), Takes.DAYS: ("7",), Takes.NOTHING: ()}
_VALUES = {"integer": "5", "decimal": "5.25", "money": "12.50 EUR", "duration": "5 days"}


def _entity(name: str) -> EntityRuntime:
    return harbour().type(name)


def _compiled(entity: EntityRuntime, source: str) -> Compiled | tuple[object, ...]:
    return compile_expression(Expression(source, "chip"), harbour().catalogue.scope(Place.FILTER, entity.id), types.BOOLEAN)


def _samples(entity: EntityRuntime, path: str, operator: Operator) -> tuple[str, ...]:
    field = entity.fields[path].field
    form = filters.takes(field, operator)
    if form is Takes.MEMBERS:
        from packdesk.runtime.kinds_choice import members

        return tuple(members(field, entity.model))[:2] or ("MO-1",)
    if form in (Takes.VALUE, Takes.TWO_VALUES):
        return (_VALUES[field.kind.value],) * (2 if form is Takes.TWO_VALUES else 1)
    return _SAMPLES[form]


def test_every_operator_of_every_field_is_a_condition_that_the_compiler_takes() -> None:
    """GEN-9: what can be chosen can be searched for."""
    tried = 0

    for name in harbour().model.entity_types:
        entity = _entity(name)
        for path, each in entity.fields.items():
            for operator in filters.operators(each.field):
                chip = filters.typed(entity, path, operator.value, _samples(entity, path, operator), Reading(model=entity.model))
                assert isinstance(chip, Chip), (name, path, operator, chip)
                source = filter_sources.source(each.field, chip, LATE)
                assert isinstance(_compiled(entity, source), Compiled), (source, _compiled(entity, source))
                assert filters.read(entity, chip.written(), Reading(model=entity.model)) == chip
                tried += 1

    assert tried > 200


@pytest.mark.parametrize(
    ("path", "operator", "texts", "expected"),
    [
        ("remark", "contains", ("it's",), "matches(record.remark, '[Ii][Tt]\\'[Ss]')"),
        ("remark", "begins", ("1.5",), "matches(record.remark, '^1\\\\.5')"),
        ("status", "one_of", ("waiting",), "record.status in ['waiting']"),
        ("weight", "between", ("1", "9"), "(record.weight >= 1 && record.weight <= 9)"),
        ("weight", "at_least", ("-3",), "record.weight >= -3"),
        ("hull", "is", ("HU-1",), "record.hull.number in ['HU-1']"),
        ("hull", "is", ("01a2022d-253b-7b74-baa5-f6f4bae8a499/HU-1",), "record.hull.id in ['01a2022d-253b-7b74-baa5-f6f4bae8a499']"),
        (
            "hull",
            "is",
            ("HU-2", "01a2022d-253b-7b74-baa5-f6f4bae8a499/HU-1"),
            "(record.hull.id in ['01a2022d-253b-7b74-baa5-f6f4bae8a499'] || record.hull.number in ['HU-2'])",
        ),
        ("hull", "is", ("01a2022d-253b-7b74-baa5-f6f4bae8a49/HU-1",), "record.hull.number in ['01a2022d-253b-7b74-baa5-f6f4bae8a49/HU-1']"),
        ("assigned_user", "me", (), "record.assigned_user == actor"),
        ("assigned_unit", "mine", (), "is_member(actor, record.assigned_unit)"),
        ("assigned_user", "empty", (), "record.assigned_user == null"),
        ("created_at", "last_days", ("7",), "(record.created_at >= now - duration('7 days') && record.created_at <= now)"),
        ("created_at", "past", (), "record.created_at < now"),
        (
            "created_at",
            "on",
            ("2026-03-29",),
            "(record.created_at >= datetime('2026-03-28T23:00:00Z') && record.created_at < datetime('2026-03-29T22:00:00Z'))",
        ),
        ("created_at", "today", (), "(record.created_at >= datetime('2026-03-04T23:00:00Z') && record.created_at < datetime('2026-03-05T23:00:00Z'))"),
        ("created_at", "this_week", (), "(record.created_at >= datetime('2026-03-01T23:00:00Z') && record.created_at < datetime('2026-03-08T23:00:00Z'))"),
        ("created_at", "before", ("2026-03-02",), "(record.created_at < datetime('2026-03-01T23:00:00Z'))"),
        ("created_at", "after", ("02.03.2026",), "(record.created_at >= datetime('2026-03-02T23:00:00Z'))"),
    ],
)
def test_a_chip_says_what_it_asks(path: str, operator: str, texts: tuple[str, ...], expected: str) -> None:
    entity = _entity("mooring")

    chip = filters.typed(entity, path, operator, texts, Reading(model=entity.model))

    assert isinstance(chip, Chip), chip
    assert filter_sources.source(entity.fields[path].field, chip, LATE) == expected


@pytest.mark.parametrize(
    ("given_json", "code"),
    [
        ("remark", "bad_request"),
        ({"path": "remark"}, "bad_request"),
        ({"path": "remark", "operator": "contains", "values": "a"}, "bad_request"),
        ({"path": "remark", "operator": "contains", "values": [1]}, "bad_request"),
        ({"path": "gone", "operator": "contains", "values": ["a"]}, "filter_field_gone"),
        ({"path": "remark", "operator": "at_least", "values": ["a"]}, "filter_operator_unfit"),
        ({"path": "remark", "operator": "contains"}, "filter_value_missing"),
        ({"path": "remark", "operator": "contains", "values": [" "]}, "filter_value_missing"),
        ({"path": "remark", "operator": "contains", "values": ["a" * 201]}, "too_long"),
        ({"path": "remark", "operator": "contains", "values": ["a\x00b"]}, "forbidden_character"),
        ({"path": "remark", "operator": "contains", "values": ["\ud800"]}, "forbidden_character"),
        ({"path": "status", "operator": "one_of", "values": ["nowhere"]}, "not_an_option"),
        ({"path": "status", "operator": "one_of", "values": [str(n) for n in range(51)]}, "too_many_items"),
        ({"path": "weight", "operator": "equal", "values": ["much"]}, "wrong_type"),
        ({"path": "weight", "operator": "between", "values": ["1"]}, "filter_value_missing"),
        ({"path": "created_at", "operator": "on", "values": ["2026-02-30"]}, "wrong_type"),
        ({"path": "created_at", "operator": "on", "values": ["0001-01-01"]}, "below_minimum"),
        ({"path": "created_at", "operator": "on", "values": ["9999-12-31"]}, "above_maximum"),
        ({"path": "created_at", "operator": "last_days", "values": ["0"]}, "below_minimum"),
        ({"path": "created_at", "operator": "last_days", "values": ["99999999999"]}, "above_maximum"),
        ({"path": "created_at", "operator": "last_days", "values": ["1' || true || '"]}, "wrong_type"),
    ],
)
def test_a_chip_that_means_nothing_is_refused_by_name(given_json: object, code: str) -> None:
    entity = _entity("mooring")

    found = filters.read(entity, given_json, Reading(model=entity.model))

    assert isinstance(found, Finding)
    assert found.code == code
    assert code in CATALOGUE


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_stays_the_text_that_it_is(text: str) -> None:
    entity = _entity("mooring")

    chip = filters.typed(entity, "remark", "is", (text,), Reading(model=entity.model))

    if isinstance(chip, Chip):
        literal = parse(filter_sources.quoted(chip.values[0]))
        assert isinstance(literal, Constant)
        assert literal.value == text.strip()
        assert isinstance(_compiled(entity, filter_sources.source(entity.fields["remark"].field, chip, LATE)), Compiled)


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=200), st.sampled_from(["contains", "begins"]))
def test_any_text_is_looked_for_and_never_a_pattern(text: str, operator: str) -> None:
    """The field that holds the text is found, and one that holds it in capitals."""
    from packdesk.runtime.field_kind import matches

    entity = _entity("mooring")

    chip = filters.typed(entity, "remark", operator, (text,), Reading(model=entity.model))

    if isinstance(chip, Chip):
        source = filter_sources.source(entity.fields["remark"].field, chip, LATE)
        assert isinstance(_compiled(entity, source), Compiled), source
        pattern = filter_sources.either_case(chip.values[0])
        assert matches(pattern, text.strip())
        assert not matches(f"^(?:{pattern})$", text.strip() + "x")


def test_the_values_of_a_chip_are_said_as_people_read_them() -> None:
    mooring, skipper = _entity("mooring"), _entity("skipper")
    german = Reading(model=mooring.model, language="de")
    chips = [
        filters.typed(skipper, "deposit", "at_least", ("1.250,50",), german),
        filters.typed(mooring, "created_at", "on", ("01.03.2026",), german),
        filters.typed(mooring, "weight", "between", ("1", "20"), german),
        filters.typed(mooring, "created_at", "last_days", ("7",), german),
    ]

    said = [
        filters.shown_values(entity, chip, "de", BERLIN)
        for entity, chip in zip((skipper, mooring, mooring, mooring), chips, strict=True)
        if isinstance(chip, Chip)
    ]

    assert [tuple(one.replace("\xa0", " ") for one in each) for each in said] == [("1.250,50 €",), ("01.03.2026",), ("1", "20"), ("7",)]


@pytest.fixture(scope="module")
def lists(make) -> EntityRuntime:
    """Give a type whose fields hold several values, phones and entries."""
    fields = (
        make.field(Kind.PHONE, "phone"),
        make.field(Kind.OPTIONS, "tags", list="colour"),
        make.field(Kind.REFERENCES, "others", to="thing"),
    )
    colour = make.entries("colour", make.entry("red"), make.entry("green", label=Text({"en": "Green", "de": "Grün"}, "Green")))
    return compile_model(make.model(make.entity("thing", fields), value_lists={"colour": colour})).type("thing")


@pytest.mark.parametrize(
    ("path", "operator", "texts", "expected"),
    [
        ("phone", "contains", ("030 12-34",), "(contains(record.phone.raw, '030 12-34') || contains(record.phone.e164, '301234'))"),
        ("phone", "contains", ("00",), "contains(record.phone.raw, '00')"),
        ("phone", "empty", (), "record.phone == null"),
        ("tags", "empty", (), "size(record.tags) == 0"),
        ("tags", "filled", (), "size(record.tags) > 0"),
        ("tags", "none_of", ("red",), "!(record.tags.exists(each, each in ['red']))"),
        ("others", "is", ("TH-1", "TH-2"), "record.others.exists(each, each.number in ['TH-1', 'TH-2'])"),
        ("others", "is", ("01a2022d-253b-7b74-baa5-f6f4bae8a499/TH-1",), "record.others.exists(each, each.id in ['01a2022d-253b-7b74-baa5-f6f4bae8a499'])"),
        ("others", "empty", (), "size(record.others) == 0"),
    ],
)
def test_a_chip_asks_of_several_values_whether_one_of_them_fits(lists: EntityRuntime, path: str, operator: str, texts: tuple[str, ...], expected: str) -> None:
    chip = filters.typed(lists, path, operator, texts, Reading(model=lists.model))

    assert isinstance(chip, Chip), chip
    assert filter_sources.sources(lists, (chip,), LATE) == (expected,)


@pytest.mark.parametrize("text", ["' OR 1=1 --", "ext", "030 call me", "+", "--", "1" * 60])
@pytest.mark.parametrize(("language", "expected"), [("en", "a phone number"), ("de", "eine Telefonnummer")])
def test_a_chip_takes_no_text_for_a_part_of_a_phone_number(lists: EntityRuntime, text: str, language: str, expected: str) -> None:
    """GEN-9, GEN-10: letters that are dropped in silence would find other people's numbers."""
    refused = filters.typed(lists, "phone", "contains", (text,), Reading(model=lists.model, language=language))

    assert isinstance(refused, Finding)
    assert (refused.code, refused.facts["expected"]) == ("wrong_type", expected)


@pytest.mark.parametrize("text", ["030", "+49 (0)30", "12-34", "0049 30 / 123 45", "7", "#31#"])
def test_a_chip_takes_any_part_of_a_phone_number(lists: EntityRuntime, text: str) -> None:
    assert isinstance(filters.typed(lists, "phone", "contains", (text,), Reading(model=lists.model)), Chip)


def test_entries_are_said_by_their_labels_and_unknown_ones_as_they_are(lists: EntityRuntime) -> None:
    chip = Chip(path="tags", operator=Operator.ONE_OF, values=("green", "gone"))

    assert filters.shown_values(lists, chip, "de", BERLIN) == ("Grün", "gone")


def test_a_record_that_was_chosen_is_kept_by_its_id_and_said_by_its_number(lists: EntityRuntime) -> None:
    chosen = filters.chosen_value("00000000-0000-7000-8000-000000000000", "TH00000001")

    chip = filters.typed(lists, "others", "is", (chosen, "TH-2"), Reading(model=lists.model))

    assert isinstance(chip, Chip), chip
    assert [filters.named_by(value) for value in chip.values] == [("00000000-0000-7000-8000-000000000000", "TH00000001"), ("", "TH-2")]
    assert filters.shown_values(lists, chip, "en", BERLIN) == ("TH00000001", "TH-2")
