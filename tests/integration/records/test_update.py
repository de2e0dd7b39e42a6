"""GEN-11: editing a record."""

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import Refused
from packdesk.records.act import act
from packdesk.records.assign import assign
from packdesk.records.history import history
from packdesk.records.read import read
from packdesk.records.update import update


def test_only_what_is_given_changes_and_null_clears(port: Harbour) -> None:
    stay = port.mooring(remark="windy", wind="gale")

    outcome = update(port.context("pete"), "mooring", stay.number, {"remark": None})

    assert (outcome.record.get("remark"), outcome.record.get("wind")) == (None, "gale")
    assert (outcome.record.get("version"), outcome.record.get("updated_by"), outcome.record.get("created_by")) == (2, "pete", "olga")
    assert "remark" in outcome.changed


def test_an_edit_that_changes_nothing_stores_nothing(small_port: Harbour) -> None:
    stay = small_port.mooring(remark="windy")

    outcome = update(small_port.context("olga"), "mooring", stay.number, {"remark": "windy"})

    assert (outcome.changed, outcome.record.get("version")) == ((), 1)
    assert len(history(small_port.context("olga"), "mooring", stay.number).events) == 1


def test_derived_fields_follow_an_edit(port: Harbour) -> None:
    """T-14."""
    stay = port.mooring(wind="gale")

    record = update(port.context("olga"), "mooring", stay.number, {"swell": "high"}).record

    assert (stay.get("danger"), record.get("danger")) == ("amber", "red")


def test_derived_fields_of_others_follow_when_a_reference_moves(port: Harbour) -> None:
    """DESIGN 8.6: the old owner loses his state, the new one gains it, and what hangs on the hull follows."""
    first, second = port.skipper(), port.skipper()
    ship = port.hull(first)
    stay = port.mooring(hull=ship)

    update(port.context("olga"), "hull", ship.number, {"owner": second.number})

    olga = port.context("olga")
    assert read(olga, "skipper", first.number).record.get("state") == "visitor"
    assert read(olga, "skipper", second.number).record.get("state") == "owner"
    assert read(olga, "mooring", stay.number).record.get("skipper") == second.id


def test_lines_are_replaced_as_a_whole_and_keep_who_they_are(port: Harbour) -> None:
    stay = port.mooring(cargo=[{"goods": "grain", "tons": 5}, {"goods": "timber", "tons": 2}])
    grain, timber = stay.lines["cargo"]

    record = update(port.context("olga"), "mooring", stay.number, {"cargo": [{"id": timber.id, "goods": "timber", "tons": 3}]}).record

    assert [(line.id, line.values["tons"]) for line in record.lines["cargo"]] == [(timber.id, 3)]
    assert grain.id != timber.id


def test_a_status_of_the_same_state_is_chosen_by_editing(small_port: Harbour) -> None:
    """CARE-35."""
    stay = small_port.mooring()
    act(small_port.context("olga"), "mooring", stay.number, "clear")

    record = update(small_port.context("olga"), "mooring", stay.number, {"status": "on_hold"}).record

    assert (record.get("status"), record.get("state")) == ("on_hold", "cleared")


@pytest.mark.parametrize(
    ("status", "code"),
    [("at_berth", "wrong_state"), ("gone", "wrong_state"), ("forgotten", "status_not_allowed"), ("cleared", "status_not_allowed"), ("sunk", "not_an_option")],
)
def test_a_status_is_no_way_round_the_lifecycle(small_port: Harbour, status: str, code: str) -> None:
    """CARE-31: 'cleared' needs its section filled by the action."""
    stay = small_port.mooring()

    with pytest.raises(Refused) as caught:
        update(small_port.context("olga"), "mooring", stay.number, {"status": status})

    assert caught.value.code == code


def test_the_assignment_is_changed_only_with_the_right(small_port: Harbour) -> None:
    """CARE-6, CARE-20."""
    stay = small_port.mooring()

    with pytest.raises(Refused) as caught:
        assign(small_port.context("olga"), "mooring", stay.number, user="pete")
    record = assign(small_port.context("otto"), "mooring", stay.number, user="pete").record

    assert (caught.value.code, caught.value.facts["verb"]) == ("not_permitted", "assign")
    assert (record.get("assigned_unit"), record.get("assigned_user")) == ("crane_crew", "pete")


def test_a_unit_alone_leaves_the_user_open(small_port: Harbour) -> None:
    stay = small_port.mooring()

    record = assign(small_port.context("otto"), "mooring", stay.number, unit="quay_office").record

    assert (record.get("assigned_unit"), record.get("assigned_user")) == ("quay_office", None)


def test_a_field_that_a_role_only_shows_is_not_edited(small_port: Harbour) -> None:
    skipper = small_port.skipper()

    with pytest.raises(Refused) as caught:
        update(small_port.context("olga"), "skipper", skipper.number, {"papers": {"born_on": "1990-01-01"}})

    assert (caught.value.code, caught.value.findings[0].rule) == ("not_permitted", "roles.docker.fields.skipper.papers.born_on")


def test_texts_of_a_form_are_read_as_people_type_them(small_port: Harbour) -> None:
    ship = small_port.hull(small_port.skipper())

    record = update(small_port.context("olga"), "hull", ship.number, {"length": "12.5", "scrapped_on": "2026-04-01"}, text=True).record

    assert (str(record.get("length")), str(record.get("scrapped_on"))) == ("12.5", "2026-04-01")
