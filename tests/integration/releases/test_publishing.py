"""Publishing and what stands in its way, on both databases."""

import pytest
from tests.integration.releases.changes import booked, unique_subject, with_floor, without_waiting
from tests.integration.releases.desk import CLOCK, put_live, visit
from tests.unit.releases.harbour import merged

from packdesk.errors import PackdeskError
from packdesk.runtime.values import SYSTEM
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan, render
from packdesk.store.publishing import publish
from packdesk.store.releases import ReleaseStore
from packdesk.store.unit_of_work import ReleaseMoved, UnitOfWork


def test_the_first_publish_makes_every_table_and_the_release(database: Database) -> None:
    number = put_live(database, merged(), note="first")

    store = ReleaseStore(database)
    (info,) = store.history()
    assert number == 1
    assert (info.number, info.note, info.created_by, info.active, info.base) == (1, "first", "anna", True, 0)
    assert store.load(1).merged.hash == merged().hash
    assert visit(database).number == "VI00000001"
    assert examine(database, CLOCK) == ()


def test_publishing_what_is_live_changes_nothing(database: Database) -> None:
    put_live(database, merged())

    made = plan(database, merged(), CLOCK)

    assert made.is_empty
    assert "Nothing changes." in render(made)
    assert put_live(database, merged()) == 1
    assert len(ReleaseStore(database).history()) == 1


def test_a_plan_against_an_older_release_is_refused(database: Database) -> None:
    put_live(database, merged())
    made = plan(database, merged(with_floor), CLOCK)
    put_live(database, merged(booked))

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, None, actor="anna", note="", clock=CLOCK)

    assert caught.value.code == "release_changed"


def test_a_writer_of_the_old_release_is_told_that_it_was_overtaken(database: Database) -> None:
    put_live(database, merged())
    old = LiveRuntime(database).current()
    put_live(database, merged(booked))

    with pytest.raises(ReleaseMoved), UnitOfWork(database, old.runtime, old.tables, CLOCK, SYSTEM):
        pass


def test_a_document_of_decisions_outlives_what_it_decided(database: Database) -> None:
    """An analyst keeps one document; a word that nobody ever asked for is a mistake."""
    decisions = {"map_status": {"visit.waiting": "moored"}}
    put_live(database, merged())
    visit(database, status="waiting")
    put_live(database, merged(without_waiting), decisions)

    number = put_live(database, merged(without_waiting, unique_subject), decisions)

    assert ReleaseStore(database).load(number).decisions == {}
    with pytest.raises(PackdeskError) as caught:
        put_live(database, merged(without_waiting), {"map_status": {"visit.waitin": "moored"}})
    assert (caught.value.code, "did you mean 'map_status.visit.waiting'?" in str(caught.value)) == ("bad_decision", True)


def test_a_release_that_never_was_cannot_be_loaded(database: Database) -> None:
    put_live(database, merged())

    with pytest.raises(PackdeskError) as caught:
        ReleaseStore(database).load(9)

    assert caught.value.code == "unknown_release"
