"""Whoever is written into a user field is a user: what a person gives names an active one, at whichever place it stands (CARE-14, GEN-10)."""

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.errors import Refused
from packdesk.records.act import act
from packdesk.records.bulk import BulkCommand, apply
from packdesk.records.create import create
from packdesk.records.importing import ImportCommand, import_file
from packdesk.records.update import update
from packdesk.runtime.values import Record
from packdesk.store.platform_tables import ab_user

Found = set[tuple[str, str]]


def switch_off(port: Harbour, login: str) -> None:
    with port.database.begin(write=True) as connection:
        connection.execute(ab_user.update().where(ab_user.c.username == login).values(active=False))


def refused(change: Callable[[], object]) -> Found:
    with pytest.raises(Refused) as caught:
        change()
    return {(finding.code, finding.field) for finding in caught.value.findings}


def asked_for_accounts(statements: list[str]) -> list[str]:
    return [text for text in statements if ab_user.name in text]


@pytest.mark.parametrize("login", ["ghost", "zz top", "system", "OLGA", "Olga Kran", {"id": "ghost"}], ids=str)
@pytest.mark.parametrize("unit", ["crane_crew", None])
def test_whom_nobody_knows_is_given_nothing(small_port: Harbour, login: object, unit: str | None) -> None:
    assert refused(lambda: small_port.mooring(assigned_user=login, assigned_unit=unit)) == {("unknown_user", "assigned_user")}


def test_every_place_that_names_a_user_is_judged_at_once(port: Harbour) -> None:
    data = {"assigned_user": "ghost", "lookout": "pete", "cargo": [{"goods": "grain", "weighed_by": "olga"}, {"goods": "grain", "weighed_by": "wraith"}]}

    assert refused(lambda: port.mooring(**data)) == {("unknown_user", "assigned_user"), ("unknown_user", "cargo[1].weighed_by")}


def test_a_link_names_users_too(small_port: Harbour) -> None:
    mate = small_port.skipper()

    assert refused(lambda: small_port.skipper(mates=[{"record": mate.number, "bond": "crew", "vouched_by": "ghost"}])) == {
        ("unknown_user", "mates[0].vouched_by")
    }
    assert small_port.skipper(mates=[{"record": mate.number, "bond": "crew", "vouched_by": "pete"}]).number


@pytest.mark.parametrize(
    ("action", "inputs", "expected"),
    [
        ("watch", {"guard": "ghost"}, {("unknown_user", "guard")}),
        ("clear", {"clearance.verdict": "clear", "clearance.given_by": "ghost"}, {("unknown_user", "clearance.given_by")}),
        ("relieve", {"next": "ghost"}, {("unknown_user", "next")}),
        ("strand", {}, {("unknown_user", "lookout")}),
    ],
)
def test_inputs_sections_and_effects_name_users(small_port: Harbour, action: str, inputs: dict[str, object], expected: Found) -> None:
    stay = small_port.mooring()

    assert refused(lambda: act(small_port.context("olga"), "mooring", stay.number, action, inputs)) == expected


def test_every_door_asks_the_same(port: Harbour) -> None:
    """API and screen go through ``create`` and ``update``; bulk and import are told row by row."""
    stay = port.mooring()
    text = f"hull,assigned_user\n{port.hull(port.skipper()).number},ghost\n"

    edited = refused(lambda: update(port.context("otto"), "mooring", stay.number, {"assigned_user": "ghost"}))
    typed = refused(lambda: update(port.context("olga"), "mooring", stay.number, {"lookout": "ghost"}, text=True))
    many = tuple(apply(port.context("otto"), "mooring", BulkCommand(refs=(stay.number,), data={"lookout": "ghost"})))
    file = import_file(port.context("otto"), "mooring", io.BytesIO(text.encode()), ImportCommand())

    assert (edited, typed) == ({("unknown_user", "assigned_user")}, {("unknown_user", "lookout")})
    assert [(one.code, one.field) for row in many for one in row.findings] == [("unknown_user", "lookout")]
    assert [(one.code, one.field) for row in file.rows for one in row.findings] == [("unknown_user", "assigned_user")]


def test_who_left_stays_where_he_stood_and_is_chosen_no_more(port: Harbour) -> None:
    stay = port.mooring(assigned_user="pete", lookout="pete", cargo=[{"goods": "grain", "weighed_by": "pete"}])
    switch_off(port, "pete")

    kept = {"lookout": "pete", "remark": "x", "cargo": [{"goods": "grain", "tons": 3, "weighed_by": "pete"}]}
    assert update(port.context("olga"), "mooring", stay.number, kept).record.get("lookout") == "pete"
    assert refused(lambda: port.mooring(lookout="pete")) == {("inactive_user", "lookout")}
    assert refused(lambda: act(port.context("olga"), "mooring", stay.number, "watch", {"guard": "pete"})) == {("inactive_user", "guard")}


def test_a_rule_may_pass_on_who_left(small_port: Harbour) -> None:
    """What effects and defaults write must be a user, for a person was not asked; that he still works here is not demanded."""
    other = small_port.context("pete")
    stay = small_port.mooring()
    switch_off(small_port, "pete")

    swept = act(small_port.context("olga"), "mooring", stay.number, "sweep").results["chore"]

    assert isinstance(swept, Record)
    assert swept.get("assigned_user") == "olga"
    assert act(other, "mooring", stay.number, "watch", {"guard": "olga"}).record.number == stay.number


def test_whoever_acts_is_not_asked_for_and_others_in_one_statement(port: Harbour) -> None:
    ship = port.hull(port.skipper())
    own = {"hull": ship.number, "assigned_user": "olga", "lookout": "olga"}
    others = {**own, "assigned_user": "pete", "lookout": "otto", "cargo": [{"goods": "grain", "weighed_by": "ines"}]}

    with listening(port.database) as of_own:
        stay = create(port.context("olga"), "mooring", own).record
        update(port.context("olga"), "mooring", stay.number, {"remark": "x"})
    with listening(port.database) as of_others:
        create(port.context("olga"), "mooring", others)

    assert asked_for_accounts(of_own) == []
    assert len(asked_for_accounts(of_others)) == 1


def test_an_unknown_unit_is_refused_like_an_unknown_user(small_port: Harbour) -> None:
    stay = small_port.mooring()

    assert refused(lambda: small_port.mooring(assigned_unit="nowhere")) == {("not_an_option", "assigned_unit")}
    assert refused(lambda: update(small_port.context("otto"), "mooring", stay.number, {"assigned_unit": "nowhere"})) == {("not_an_option", "assigned_unit")}


def test_nothing_of_a_refusal_is_stored(port: Harbour) -> None:
    stay = port.mooring()

    refused(lambda: update(port.context("olga"), "mooring", stay.number, {"lookout": "ghost", "remark": "x"}))

    with port.database.begin() as connection:
        table = port.tables.record("mooring")
        assert connection.execute(sa.select(table.c.version).where(table.c.id == stay.id)).scalar_one() == 1
