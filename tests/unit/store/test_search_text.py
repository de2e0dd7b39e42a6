"""The text that quick search compares."""

import pytest
from tests import samples

from packdesk.runtime.values import Address, Line, Phone, Record
from packdesk.store import search_text


@pytest.mark.parametrize(("text", "folded"), [("Zoë", "zoe"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁn", "fin"), ("Ærø", "ærø"), ("İ", "i")])
def test_case_and_accents_make_no_difference(text: str, folded: str) -> None:
    assert search_text.fold(text) == folded


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ada love", (("ada", "love"), "")),
        ("+49 (0)30 12", (("+49", "(0)30", "12"), "493012")),
        ("0049-30-12", (("0049-30-12",), "493012")),
        ("030/12", (("030/12",), "3012")),
        ("12", (("12",), "")),
        ("000", (("000",), "")),
        ("MA0012", (("ma0012",), "")),
    ],
)
def test_what_was_typed_is_words_and_perhaps_a_phone(typed: str, expected: tuple[tuple[str, ...], str]) -> None:
    assert search_text.fragments(typed) == expected


def test_content_holds_number_fields_lines_and_phones_in_every_form() -> None:
    lines = {"phones": (Line("1", {"kind": "home", "number": Phone("030 / 12", "+493012", "3012")}),)}
    record = Record("person", {"number": "PE1", "name": "Zoë\nL.", "code": "K1"}, lines)

    assert search_text.content(samples.model(), record).split("\n") == ["pe1", "zoe l.", "03012", "493012", "030 / 12"]


@pytest.mark.parametrize(("changed", "expected"), [(["name"], True), (["phones"], True), (["code"], False), (["version", "updated_at"], False)])
def test_only_searchable_changes_touch_the_search_text(changed: list[str], expected: bool) -> None:
    assert search_text.is_searchable(samples.model(), "person", changed) is expected


def test_an_address_is_found_by_its_parts_together() -> None:
    entity = samples.entity_type("thing", "TH", fields=samples.fields("t", place=(samples.Kind.ADDRESS, {"searchable": True})))
    record = Record("thing", {"number": "1", "place": Address(street="Lange Straße", street_number="5", town="Köln")})

    assert search_text.content(samples.model(entity), record) == "1\nlange strasse 5 koln"
