"""Each field kind: what it reads, refuses, writes, stores and shows."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from packdesk.errors import CATALOGUE, Finding, sentence
from packdesk.model.durations import Duration, Unit
from packdesk.model.entity_types import Kind
from packdesk.runtime.engine_columns import NORMAL, PRIVACY_LIST
from packdesk.runtime.field_kind import pattern_is_sound
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.runtime.values import Address, Money, Phone

BERLIN = ZoneInfo("Europe/Berlin")
LISTS = {Kind.OPTION: {"list": "colour"}, Kind.OPTIONS: {"list": "colour"}, Kind.LEVEL: {"list": "size"}, Kind.CATEGORY: {"tree": "tree"}}

READS = [
    (Kind.STRING, "Ada", "Ada"),
    (Kind.STRING, "", None),
    (Kind.STRING, None, None),
    (Kind.STRING, " \u200b\ufeff", None),
    (Kind.STRING, "\u3164", None),
    (Kind.TEXT, "\n \u202e\u2060", None),
    (Kind.TEXT, "a\nb", "a\nb"),
    (Kind.INTEGER, 7, 7),
    (Kind.INTEGER, 7.0, 7),
    (Kind.INTEGER, 2**53, 2**53),
    (Kind.DECIMAL, "12.50", Decimal("12.50")),
    (Kind.DECIMAL, 0.1 + 0.2, Decimal("0.3")),
    (Kind.DECIMAL, "9" * 12 + "." + "9" * 6, Decimal("9" * 12 + "." + "9" * 6)),
    (Kind.MONEY, {"amount": "12.50", "currency": "EUR"}, Money(Decimal("12.50"), "EUR")),
    (Kind.BOOLEAN, False, False),
    (Kind.DATE, "2024-02-29", date(2024, 2, 29)),
    (Kind.DATETIME, "2026-07-01T12:00:00+02:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
    (Kind.DURATION, "5 days", Duration(5, Unit.DAYS)),
    (Kind.DURATION, "1 month", Duration(1, Unit.MONTHS)),
    (Kind.OPTION, "red", "red"),
    (Kind.OPTIONS, ["green", "red"], ("green", "red")),
    (Kind.OPTIONS, [], None),
    (Kind.LEVEL, "large", "large"),
    (Kind.CATEGORY, "leaf", "leaf"),
    (Kind.ORG_UNIT, "sales", "sales"),
    (Kind.USER, "anna", "anna"),
    (Kind.REFERENCE, "CO00000001", "CO00000001"),
    (Kind.REFERENCE, {"id": "abc", "number": "CO1", "title": "Ada"}, "abc"),
    (Kind.REFERENCES, ["a", "b"], ("a", "b")),
    (Kind.PHONE, "030 901820", Phone("030 901820", "+4930901820", "0901820")),
    (Kind.PHONE, "201", Phone("201")),
    (Kind.PHONE, "*#", Phone("*#")),
    (Kind.PHONE, "+49 (0) 30 / 901-820", Phone("+49 (0) 30 / 901-820", "+4930901820", "0901820")),
    (Kind.PHONE, "00493090182012345", Phone("00493090182012345", "+493090182012345", "2012345")),
    (Kind.PHONE, "+1 212 5550100,,12345678901234", Phone("+1 212 5550100,,12345678901234", "+12125550100", "5550100")),
    (Kind.EMAIL, "ada@example.org", "ada@example.org"),
    (Kind.URL, "https://example.org/a?b=1", "https://example.org/a?b=1"),
    (Kind.STRING, "a\u200eb \u200f \u200d", "a\u200eb \u200f \u200d"),
    (Kind.TEXT, "First\r\nsecond\tline \u2067right\u2069", "First\r\nsecond\tline \u2067right\u2069"),
    (Kind.ADDRESS, {"street": "Long Street", "town": None}, Address(street="Long Street")),
    (Kind.ADDRESS, {}, None),
    (Kind.JSON, {"a": [1]}, {"a": [1]}),
]
REFUSES = [
    (Kind.STRING, 5, {}, "wrong_type"),
    (Kind.STRING, "a\x00b", {}, "wrong_type"),
    (Kind.STRING, "a\ud800b", {}, "wrong_type"),
    (Kind.STRING, "Ada\nLovelace", {}, "forbidden_character"),
    (Kind.STRING, "Ada\tLovelace", {}, "forbidden_character"),
    (Kind.STRING, "Ada\x1b[31m", {}, "forbidden_character"),
    (Kind.STRING, "Ada\x9d", {}, "forbidden_character"),
    (Kind.STRING, "exe.\u202etxt", {}, "forbidden_character"),
    (Kind.STRING, "\u2066Ada\u2069", {}, "forbidden_character"),
    (Kind.STRING, "Ada\u2028", {}, "forbidden_character"),
    (Kind.SECRET, "a\x07", {}, "forbidden_character"),
    (Kind.EMAIL, "ada@example.org\u202e", {}, "forbidden_character"),
    (Kind.PHONE, "030\n901820", {}, "forbidden_character"),
    (Kind.PHONE, "0170 12345678901234567", {}, "wrong_type"),
    (Kind.PHONE, "5", {}, "wrong_type"),
    (Kind.ADDRESS, {"street": "Long\nStreet"}, {}, "forbidden_character"),
    (Kind.TEXT, "Bell \x07", {}, "forbidden_character"),
    (Kind.RICH_TEXT, "\x85", {}, "forbidden_character"),
    (Kind.STRING, "x" * 256, {}, "too_long"),
    (Kind.TEXT, "x" * 100_001, {}, "too_long"),
    (Kind.STRING, "ab", {"minLength": 3}, "too_short"),
    (Kind.STRING, "ab", {"pattern": "^[0-9]+$"}, "pattern_mismatch"),
    (Kind.INTEGER, True, {}, "wrong_type"),
    (Kind.INTEGER, "7", {}, "wrong_type"),
    (Kind.INTEGER, 1.5, {}, "wrong_type"),
    (Kind.INTEGER, float("inf"), {}, "wrong_type"),
    (Kind.INTEGER, 2**53 + 1, {}, "above_maximum"),
    (Kind.INTEGER, -1, {"minimum": 0}, "below_minimum"),
    (Kind.INTEGER, 101, {"maximum": 100}, "above_maximum"),
    (Kind.INTEGER, 0, {"exclusiveMinimum": 0}, "below_minimum"),
    (Kind.DECIMAL, "1.0000001", {}, "wrong_type"),
    (Kind.DECIMAL, "1" + "0" * 12, {}, "above_maximum"),
    (Kind.DECIMAL, "-1" + "0" * 30, {"maximum": 10**40}, "below_minimum"),
    (Kind.DECIMAL, 1e18, {}, "above_maximum"),
    (Kind.DECIMAL, 10**12 - 1e-7, {}, "above_maximum"),
    (Kind.DECIMAL, "1" + "0" * 50, {}, "wrong_type"),
    (Kind.MONEY, {"amount": "1000000000000", "currency": "EUR"}, {}, "above_maximum"),
    (Kind.DECIMAL, float("nan"), {}, "wrong_type"),
    (Kind.DECIMAL, "1e3", {}, "wrong_type"),
    (Kind.MONEY, {"amount": "1", "currency": "euro"}, {}, "wrong_type"),
    (Kind.MONEY, {"amount": "-1", "currency": "EUR"}, {"minimum": 0}, "below_minimum"),
    (Kind.MONEY, "12.50", {}, "wrong_type"),
    (Kind.BOOLEAN, 1, {}, "wrong_type"),
    (Kind.DATE, "2026-02-29", {}, "wrong_type"),
    (Kind.DATE, "20260228", {}, "wrong_type"),
    (Kind.DATETIME, "2026-02-28T10:00:00", {}, "wrong_type"),
    (Kind.DATETIME, "2026-02-30T10:00:00Z", {}, "wrong_type"),
    (Kind.DATETIME, "0001-01-01T00:00:00+14:00", {}, "wrong_type"),
    (Kind.DURATION, "0 days", {}, "wrong_type"),
    (Kind.DURATION, "5 fortnights", {}, "wrong_type"),
    (Kind.DURATION, "5 seconds", {}, "wrong_type"),
    (Kind.DURATION, "1 day\n", {}, "wrong_type"),
    (Kind.INTEGER, 7, {"multipleOf": 2}, "pattern_mismatch"),
    (Kind.DECIMAL, "0.7", {"multipleOf": "0.5"}, "pattern_mismatch"),
    (Kind.DURATION, "999999999 years", {}, "above_maximum"),
    (Kind.DURATION, "5 minutes", {"minimum": "1 hour"}, "below_minimum"),
    (Kind.OPTION, "blue", {}, "not_an_option"),
    (Kind.OPTIONS, ["red", "red"], {}, "wrong_type"),
    (Kind.OPTIONS, ["red", "blue"], {}, "not_an_option"),
    (Kind.ORG_UNIT, "nowhere", {}, "not_an_option"),
    (Kind.REFERENCE, 12, {}, "wrong_type"),
    (Kind.REFERENCES, ["a", "a"], {}, "wrong_type"),
    (Kind.PHONE, "call me", {}, "wrong_type"),
    (Kind.EMAIL, "ada", {}, "wrong_type"),
    (Kind.URL, "javascript:alert(1)", {}, "wrong_type"),
    (Kind.URL, "https://", {}, "wrong_type"),
    (Kind.ADDRESS, {"planet": "Mars"}, {}, "wrong_type"),
    (Kind.ADDRESS, {"town": "x" * 101}, {}, "too_long"),
    (Kind.JSON, {"a": float("nan")}, {}, "wrong_type"),
    (Kind.JSON, json.loads("[" * 200 + "]" * 200), {}, "wrong_type"),
]
TYPED = [
    (Kind.STRING, "  Ada ", "en", "Ada"),
    (Kind.STRING, "   ", "en", None),
    (Kind.INTEGER, "1,234", "en", 1234),
    (Kind.DECIMAL, "1.234,50", "de", Decimal("1234.50")),
    (Kind.DECIMAL, "1234.50", "de", Decimal("1234.50")),
    (Kind.MONEY, "1.234,50 €", "de", Money(Decimal("1234.50"), "EUR")),
    (Kind.MONEY, "12.50 usd", "en", Money(Decimal("12.50"), "USD")),
    (Kind.BOOLEAN, "Ja", "de", True),
    (Kind.BOOLEAN, "off", "en", False),
    (Kind.DATE, "31.12.2026", "de", date(2026, 12, 31)),
    (Kind.DATETIME, "2026-07-01T12:00", "en", datetime(2026, 7, 1, 10, tzinfo=UTC)),
    (Kind.DATETIME, "1.7.2026 9:30", "de", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
    (Kind.DATETIME, "2026-07-01", "en", datetime(2026, 6, 30, 22, tzinfo=UTC)),
    (Kind.DURATION, "2 Tage", "de", Duration(2, Unit.DAYS)),
    (Kind.OPTION, "grün", "de", "green"),
    (Kind.OPTION, "R", "en", "red"),
    (Kind.OPTIONS, "Green; red", "en", ("green", "red")),
    (Kind.ADDRESS, "Long Street 5a, 10115 Berlin", "en", Address(street="Long Street", street_number="5a", postal_code="10115", town="Berlin")),
    (Kind.JSON, '{"a": 1}', "en", {"a": 1}),
    (Kind.ADDRESS, "Castle, Camelot, England", "en", Address(street="Castle", town="Camelot", country="England")),
    (Kind.REFERENCES, "CO1, CO2; CO3", "en", ("CO1", "CO2", "CO3")),
]
STORED = [
    "Ada",
    5,
    Decimal("12.5"),
    Money(Decimal("1.5"), "EUR"),
    True,
    date(2026, 1, 2),
    datetime(2026, 1, 2, tzinfo=UTC),
    Duration(3, Unit.MONTHS),
    Duration(-90, Unit.SECONDS),
    ("red", "green"),
    Phone("030 901820", "+4930901820", "0901820"),
    Address(town="Berlin"),
    {"a": [1, None]},
    None,
    ("CO1", "CO2"),
    None,
    None,
    None,
]
STORED_KINDS = [
    Kind.STRING,
    Kind.INTEGER,
    Kind.DECIMAL,
    Kind.MONEY,
    Kind.BOOLEAN,
    Kind.DATE,
    Kind.DATETIME,
    Kind.DURATION,
    Kind.DURATION,
    Kind.OPTIONS,
    Kind.PHONE,
    Kind.ADDRESS,
    Kind.JSON,
    Kind.MONEY,
    Kind.REFERENCES,
    Kind.REFERENCES,
    Kind.DURATION,
    Kind.DATETIME,
]
SHOWN = [
    (Kind.INTEGER, 12345, "de", "12.345"),
    (Kind.DECIMAL, Decimal("1234.5"), "de", "1.234,5"),
    (Kind.MONEY, Money(Decimal("12.5"), "EUR"), "de", "12,50\xa0€"),
    (Kind.MONEY, Money(Decimal("12.5"), "EUR"), "en", "€12.50"),
    (Kind.STRING, "Ada", "de", "Ada"),
    (Kind.TEXT, None, "en", ""),
    (Kind.PHONE, Phone("030 901820", "+4930901820", "0901820"), "en", "030 901820"),
    (Kind.PHONE, None, "en", ""),
    (Kind.BOOLEAN, True, "de", "Ja"),
    (Kind.BOOLEAN, None, "en", ""),
    (Kind.DATE, date(2026, 12, 31), "de", "31.12.2026"),
    (Kind.DATETIME, datetime(2026, 7, 1, 10, tzinfo=UTC), "de", "01.07.26, 12:00"),
    (Kind.DURATION, Duration(5, Unit.DAYS), "de", "5 Tage"),
    (Kind.DURATION, Duration(93_700, Unit.SECONDS), "en", "26 hours"),
    (Kind.DURATION, Duration(0, Unit.SECONDS), "en", "0 minutes"),
    (Kind.DURATION, Duration(20, Unit.SECONDS), "en", "20 seconds"),
    (Kind.DURATION, Duration(20, Unit.SECONDS), "de", "20 Sekunden"),
    (Kind.DURATION, None, "en", ""),
    (Kind.REFERENCES, ("CO1", "CO2"), "en", "CO1, CO2"),
    (Kind.REFERENCES, None, "en", ""),
    (Kind.JSON, {"a": "ä"}, "en", '{"a": "ä"}'),
    (Kind.JSON, None, "en", ""),
    (Kind.ADDRESS, None, "en", ""),
    (Kind.OPTION, "green", "de", "Grün"),
    (Kind.OPTION, "gone", "de", "gone"),
    (Kind.OPTIONS, ("green", "red"), "en", "Green, Red"),
    (Kind.SECRET, "hush", "en", "••••••"),
    (Kind.ADDRESS, Address(street="Long Street", street_number="5", postal_code="10115", town="Berlin"), "en", "Long Street 5, 10115 Berlin"),
]


def test_every_kind_has_a_row_in_the_table():
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize(("kind", "given", "value"), READS)
def test_a_kind_reads_json(make, listed, kind, given, value):
    field = make.field(kind, **LISTS.get(kind, {}))

    read = KINDS[kind].read(field, given, Reading(model=listed))

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("kind", "given", "constraints", "code"), REFUSES)
def test_a_kind_refuses_with_a_code_and_a_whole_sentence(make, listed, kind, given, constraints, code):
    """GEN-17: a duration is a positive number and one of six units; and so on for every kind."""
    field = make.field(kind, constraints=constraints, **LISTS.get(kind, {}))

    found = KINDS[kind].read(field, given, Reading(model=listed))

    assert isinstance(found, Finding)
    assert (found.code, found.field, found.rule) == (code, "field", field.path)
    assert found.code in CATALOGUE
    assert all("{" not in sentence(found, language) for language in ("en", "de"))


@pytest.mark.parametrize(("kind", "typed", "language", "value"), TYPED)
def test_a_kind_reads_what_people_type(make, listed, kind, typed, language, value):
    field = make.field(kind, **LISTS.get(kind, {}))

    assert KINDS[kind].read_text(field, typed, Reading(model=listed, language=language, zone=BERLIN)) == value


@pytest.mark.parametrize(("kind", "value"), list(zip(STORED_KINDS, STORED, strict=True)))
def test_columns_give_back_what_they_took(kind, value):
    columns = KINDS[kind].to_columns(value)

    assert len(columns) == len(KINDS[kind].columns)
    assert KINDS[kind].from_columns(columns) == value


@pytest.mark.parametrize(("kind", "given", "value"), [row for row in READS if row[0] is not Kind.SECRET])
def test_what_a_kind_writes_it_reads_back(make, listed, kind, given, value):
    field = make.field(kind, **LISTS.get(kind, {}))

    written = KINDS[kind].write(value)

    assert KINDS[kind].read(field, list(written) if isinstance(written, tuple) else written, Reading(model=listed)) == value


@pytest.mark.parametrize(("kind", "value", "language", "shown"), SHOWN)
def test_a_kind_shows_a_value_in_the_readers_language(make, listed, kind, value, language, shown):
    field = make.field(kind, **LISTS.get(kind, {}))

    assert KINDS[kind].show(field, value, language, listed, BERLIN) == shown


def test_the_engines_own_list_of_privacy_needs_no_pack(make, listed):
    field = make.field(Kind.LEVEL, list=PRIVACY_LIST)

    read = [KINDS[Kind.LEVEL].read(field, given, Reading(model=listed)) for given in (NORMAL, "nobody")]

    assert (read[0], read[1].code) == (NORMAL, "not_an_option")


def test_an_unknown_option_names_the_nearest(make, listed):
    found = KINDS[Kind.OPTION].read(make.field(Kind.OPTION, list="colour"), "gren", Reading(model=listed))

    assert found.facts["did_you_mean"] == "green"
    assert found.facts["options"] == ["red", "green"]


def test_a_secret_is_never_given_out():
    assert KINDS[Kind.SECRET].write("hush") is None


def test_patterns_match_in_linear_time(make):
    field = make.field(Kind.STRING, constraints={"pattern": "^(a+)+$", "maxLength": 10_000})

    found = KINDS[Kind.STRING].read(field, "a" * 9_999 + "b")

    assert found.code == "pattern_mismatch"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(Kind.DURATION, "a while"), (Kind.DURATION, "5"), (Kind.JSON, "{"), (Kind.JSON, "[" * 5000), (Kind.OPTION, "no such colour"), (Kind.DECIMAL, "much")],
)
def test_what_people_mistype_is_refused(make, listed, kind, typed):
    found = KINDS[kind].read_text(make.field(kind, **LISTS.get(kind, {})), typed, Reading(model=listed, zone=BERLIN))

    assert isinstance(found, Finding)


def test_without_a_model_a_typed_option_is_taken_as_its_id(make):
    assert KINDS[Kind.OPTION].read_text(make.field(Kind.OPTION, list="colour"), "red", Reading()) == "red"


@pytest.mark.parametrize(("pattern", "sound"), [("^a+$", True), ("(", False)])
def test_a_pattern_that_cannot_be_compiled_is_not_sound(pattern, sound):
    assert pattern_is_sound(pattern) is sound


@pytest.mark.parametrize("kind", [Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.OPTION, Kind.CATEGORY, Kind.USER, Kind.REFERENCE])
@pytest.mark.parametrize(
    ("given", "english", "german"),
    [
        ([], " must be a text, not a list.", " muss ein Text und keine Liste sein."),
        ({"town": "Bonn"}, " must be a text, not an object.", " muss ein Text und kein Objekt sein."),
        (True, " must be a text, not a yes or no.", " muss ein Text und kein Ja oder Nein sein."),
        (7.5, " must be a text, not a number.", " muss ein Text und keine Zahl sein."),
    ],
)
def test_who_sends_no_text_is_told_what_he_sent(make, listed, kind, given, english, german):
    field = make.field(kind, **LISTS.get(kind, {}))

    found = {language: KINDS[kind].read(field, given, Reading(model=listed, language=language)) for language in ("en", "de")}

    assert [one.code for one in found.values()] == ["wrong_type", "wrong_type"]
    assert sentence(found["en"], "en").endswith(english)
    assert sentence(found["de"], "de").endswith(german)
