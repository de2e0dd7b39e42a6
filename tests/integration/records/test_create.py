"""GEN-10: creating a record."""

import pytest
from tests.integration.records.conftest import NOW, Harbour

from packdesk.errors import Refused
from packdesk.model.durations import Duration, Unit
from packdesk.records.create import create
from packdesk.records.read import read
from packdesk.records.update import update
from packdesk.runtime.values import Money


def test_a_created_record_has_number_owner_status_and_what_was_given(port: Harbour) -> None:
    """GEN-1, GEN-7, NET-5."""
    made = port.mooring(remark="windy")

    assert made.number == "MO00000001"
    assert made.get("remark") == "windy"
    assert (made.get("status"), made.get("state")) == ("waiting", "asked")
    assert (made.get("owner_unit"), made.get("privacy_level")) == ("quay", "normal")
    assert (made.get("created_by"), made.get("created_at"), made.get("version")) == ("olga", NOW, 1)


def test_numbers_follow_the_types_own_numbering(small_port: Harbour) -> None:
    """GEN-2."""
    first, second = small_port.skipper(), small_port.skipper()

    assert (first.number, second.number) == ("SK000001", "SK000002")


def test_the_subtype_fixes_defaults_choices_key_dates_and_lines(port: Harbour) -> None:
    """GEN-15, LEAD-14, CARE-37..39: what the subtype says is there without anybody typing it."""
    made = port.mooring()

    assert made.get("subtype") == "day_berth"
    assert (made.get("purpose"), made.get("wind"), made.get("swell")) == ("trade", "breeze", "flat")
    assert (made.get("asked_at"), made.get("allowance")) == (NOW, Duration(1, Unit.DAYS))
    assert str(made.get("due_at")) == "2026-03-02 12:00:00+00:00"
    assert [(line.values["goods"], line.values["tons"], line.values["inspected"]) for line in made.lines["cargo"]] == [("grain", 5, False)]


def test_a_month_is_added_by_the_calendar(small_port: Harbour) -> None:
    """GEN-18: three months from 1 March, over the change of the clocks in Berlin."""
    made = small_port.mooring("otto", subtype="winter_berth")

    assert str(made.get("due_at")) == "2026-06-01 11:00:00+00:00"


def test_derived_fields_are_computed_in_the_same_transaction(port: Harbour) -> None:
    """T-14: from the table; and from the record at the other end."""
    made = port.mooring(wind="gale", swell="high")

    assert made.get("danger") == "red"
    assert made.get("skipper") is not None


def test_a_derived_state_of_another_record_follows_at_once(port: Harbour) -> None:
    """DESIGN 8.6: the skipper becomes an owner with his first hull."""
    skipper = port.skipper()
    assert skipper.get("state") == "visitor"

    port.hull(skipper)

    assert read(port.context("olga"), "skipper", skipper.number).record.get("state") == "owner"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"assigned_user": "olga"}, ("crane_crew", "olga")),
        ({"assigned_user": None, "assigned_unit": "quay_office"}, ("quay_office", None)),
        ({"assigned_user": "olga", "assigned_unit": "quay_office"}, ("quay_office", "olga")),
    ],
)
def test_the_unit_is_filled_from_the_user(small_port: Harbour, given: dict[str, object], stored: tuple[object, object]) -> None:
    """CARE-15, CARE-17."""
    made = small_port.mooring(**given)

    assert (made.get("assigned_unit"), made.get("assigned_user")) == stored


@pytest.mark.parametrize(
    ("entity_type", "data", "expected"),
    [
        ("skipper", {}, {("required_field", "kind")}),
        ("skipper", {"kind": "sailor"}, {("required_field", "papers.given_name"), ("required_field", "papers.family_name")}),
        ("skipper", {"kind": "sailor", "papers": {"given_name": "A", "family_name": "B"}, "firm": {"name": "X"}}, {("hidden_field", "firm.name")}),
        ("skipper", {"kind": "pirate"}, {("not_an_option", "kind")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "crew": 501}, {("above_maximum", "crew")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "crew": "many"}, {("wrong_type", "crew")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "licence": "a b"}, {("pattern_mismatch", "licence")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "nmae": "X"}, {("unknown_field", "nmae")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "name": "X"}, {("derived_field", "name")}),
        ("skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "number": "SK1"}, {("readonly_field", "number")}),
        ("hull", {"callsign": "X", "owner": "SK999999"}, {("unknown_reference", "owner")}),
    ],
)
def test_what_does_not_fit_is_refused_field_by_field(small_port: Harbour, entity_type: str, data: dict[str, object], expected: set[tuple[str, str]]) -> None:
    """E-1: all failing fields of the stage at once."""
    with pytest.raises(Refused) as caught:
        create(small_port.context("olga"), entity_type, data)

    assert {(finding.code, finding.field) for finding in caught.value.findings} == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"assigned_user": None}, ("assignment_missing", "assigned_unit")),
        ({"assigned_user": "ines", "assigned_unit": "quay_office"}, ("user_not_in_unit", "assigned_user")),
        ({"assigned_user": "nobody", "assigned_unit": "quay_office"}, ("unknown_user", "assigned_user")),
        ({"assigned_user": "nobody"}, ("unknown_user", "assigned_user")),
        ({"wind": "hurricane"}, ("retired_value", "wind")),
        ({"purpose": "hull_repair"}, ("not_selectable", "purpose")),
        ({"danger": "green"}, ("derived_field", "danger")),
        ({"weight": 3}, ("readonly_field", "weight")),
        ({"remark": "x" * 201}, ("too_long", "remark")),
        ({"cargo": [{"goods": "fish"}]}, ("not_selectable", "cargo[0].goods")),
        ({"cargo": [{"goods": "grain", "tons": 0}]}, ("below_minimum", "cargo[0].tons")),
        ({"cargo": [{"tons": 1}]}, ("required_field", "cargo[0].goods")),
    ],
)
def test_what_the_rules_of_a_mooring_refuse(small_port: Harbour, given: dict[str, object], expected: tuple[str, str]) -> None:
    """CARE-14, CARE-15, T-14, LEAD-13."""
    with pytest.raises(Refused) as caught:
        small_port.mooring(**given)

    assert expected in [(finding.code, finding.field) for finding in caught.value.findings]


@pytest.mark.parametrize(("emptied", "text"), [(None, False), (None, True), ("", True)])
def test_a_required_field_of_a_line_that_was_emptied_gets_no_default(small_port: Harbour, emptied: str | None, text: bool) -> None:
    """GEN-15: a default answers for who did not mention the field, not for who took the answer away."""
    radios = [{"band": emptied, "call": "030 1234567"}]

    with pytest.raises(Refused) as caught:
        create(small_port.context("otto"), "skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "radios": radios}, text=text)

    assert [(finding.code, finding.field) for finding in caught.value.findings] == [("required_field", "radios[0].band")]


def test_a_unique_value_is_refused_the_second_time(port: Harbour) -> None:
    port.skipper(licence="A-1")

    with pytest.raises(Refused) as caught:
        port.skipper(licence="A-1")

    assert [(finding.code, finding.field) for finding in caught.value.findings] == [("not_unique", "licence")]


def test_lines_and_links_are_stored_with_the_record(port: Harbour) -> None:
    mate = port.skipper()

    made = port.skipper(
        radios=[{"band": "mobile", "call": "030 1234567"}],
        mates=[{"record": mate.number, "bond": "crew"}],
        deposit={"amount": "12.50", "currency": "EUR"},
    )

    assert str(made.get("deposit")) == str(Money(made.get("deposit").amount, "EUR"))  # type: ignore[attr-defined]
    assert made.lines["radios"][0].values["call"].e164 == "+49301234567"  # type: ignore[attr-defined]
    seen = read(port.context("olga"), "skipper", mate.number)
    assert [(end.reference.number, end.values["bond"]) for end in seen.links["mates"]] == [(made.number, "crew")]


def test_a_child_inherits_what_its_parent_hands_on(port: Harbour) -> None:
    """CARE-46."""
    stay = port.mooring()

    chore = create(port.context("olga"), "chore", {"parent": {"entity_type": "mooring", "record": stay.number}, "assigned_user": "olga"}).record

    assert (chore.get("skipper"), chore.get("text")) == (stay.get("skipper"), stay.number)


def test_links_stay_within_the_party(small_port: Harbour) -> None:
    stay, other = small_port.mooring(), small_port.mooring()

    with pytest.raises(Refused) as caught:
        small_port.mooring(convoy=[other.number])

    assert (caught.value.code, caught.value.findings[0].rule) == ("other_party", "entity_types.mooring.relations.convoy.same_party")
    assert stay.get("skipper") != other.get("skipper")


def test_references_are_named_by_number_id_or_key(small_port: Harbour) -> None:
    ship = small_port.hull(small_port.skipper(), "KEY-1")

    for name in (ship.id, ship.number, "KEY-1", {"id": ship.id}):
        made = create(small_port.context("olga"), "mooring", {"hull": name, "assigned_user": "olga"}).record
        assert made.get("hull") == ship.id


def test_a_link_says_what_is_required_of_it(port: Harbour) -> None:
    mate, own = port.skipper("olga", licence="MATE"), port.skipper("olga", licence="OWN")

    with pytest.raises(Refused) as caught:
        update(port.context("olga"), "skipper", own.number, {"mates": [{"record": mate.number}]})

    assert [(finding.code, finding.field) for finding in caught.value.findings] == [("required_field", "mates[0].bond")]
