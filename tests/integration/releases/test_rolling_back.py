"""Going back to an earlier release: what nobody touched since is as it was."""

import pytest
from tests.integration.releases.changes import booked, numeric_size, unique_subject, without_red, without_size, without_waiting
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit
from tests.unit.releases.harbour import merged

from packdesk.errors import PackdeskError
from packdesk.store.database import Database
from packdesk.store.publishing import plan_rollback, rollback
from packdesk.store.releases import ReleaseStore


def test_rolling_back_reverts_what_nobody_touched_since(database: Database) -> None:
    put_live(database, merged())
    alone, touched = visit(database, status="waiting"), visit(database, status="waiting")
    put_live(database, merged(without_waiting), {"map_status": {"visit.waiting": "moored"}})
    change(database, touched, status="left", state="done")
    native = visit(database, status="moored", state="busy")
    made, undone = plan_rollback(database, None, CLOCK)
    assert undone == (2,)
    assert made.needed == ()

    number = rollback(database, actor="bob", note="back", clock=CLOCK)

    assert number == 3
    assert [(read(database, one).get("status"), read(database, one).get("state")) for one in (alone, touched, native)] == [
        ("waiting", "open"),
        ("left", "done"),
        ("moored", "busy"),
    ]
    assert events(database, alone)[-1].rules == ("rollback",)
    assert ReleaseStore(database).load(3).merged.hash == merged().hash


def test_what_somebody_changed_and_set_back_stays_as_he_left_it(database: Database) -> None:
    """DESIGN 8.15: the value is the mapped one, and yet it is his now."""
    put_live(database, merged())
    alone, set_back = visit(database, room="red"), visit(database, room="red")
    put_live(database, merged(without_red), {"map_value": {"visit.room.red": "green"}})
    mine = change(database, read(database, set_back), room="blue")
    change(database, mine, room="green")

    rollback(database, actor="bob", note="back", clock=CLOCK)

    assert [read(database, one).get("room") for one in (alone, set_back)] == ["red", "green"]
    assert ("rollback",) not in [event.rules for event in events(database, set_back)]


def test_rolling_back_several_releases_at_once(database: Database) -> None:
    put_live(database, merged())
    old = visit(database, status="waiting")
    put_live(database, merged(booked, without_waiting), {"map_status": {"visit.waiting": "booked"}})
    put_live(database, merged(booked, without_waiting, without_size))

    rollback(database, 1, actor="bob", note="", clock=CLOCK)

    assert read(database, old).get("status") == "waiting"
    assert "size" in read(database, old).values


def test_rolling_back_again_goes_further_back(database: Database) -> None:
    put_live(database, merged())
    put_live(database, merged(booked))
    put_live(database, merged(booked, unique_subject))
    store = ReleaseStore(database)

    again = [rollback(database, actor="bob", note="", clock=CLOCK) for _ in range(2)]

    assert [store.load(number).merged.hash for number in again] == [merged(booked).hash, merged().hash]
    assert [store.load(number).restored for number in again] == [2, 1]
    with pytest.raises(PackdeskError) as caught:
        rollback(database, actor="bob", note="", clock=CLOCK)
    assert str(caught.value) == "Release 1 is the first; there is none before it to go back to."


def test_going_back_over_a_change_of_kind_brings_back_what_nobody_touched(database: Database) -> None:
    put_live(database, merged())
    good, bad, touched = visit(database, size="12"), visit(database, size="long"), visit(database, size="3")
    put_live(database, merged(numeric_size), {"convert": {"visit.size": "convert"}})
    change(database, touched, size=44)

    rollback(database, actor="bob", note="back", clock=CLOCK)

    assert [read(database, record).get("size") for record in (good, bad, touched)] == ["12", "long", "44"]
