"""What is assigned to somebody who leaves: counted over all types in one statement, taken from him with history, never half unnoticed (CARE-14, CARE-17)."""

from datetime import timedelta

from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.records import leaving
from packdesk.records.act import act
from packdesk.records.create import create
from packdesk.records.read import read
from packdesk.runtime.values import Record
from packdesk.store import history


def _chore(port: Harbour, stay: Record, login: str) -> Record:
    return create(port.context(login), "chore", {"parent": {"entity_type": "mooring", "record": stay.number}, "assigned_user": login}).record


def test_open_records_of_all_types_are_counted_by_one_statement(port: Harbour) -> None:
    stay = port.mooring("otto")
    act(port.context("otto"), "chore", _chore(port, stay, "otto").number, "finish")
    _chore(port, stay, "otto")
    port.mooring("olga")

    with listening(port.database) as statements:
        found = leaving.open_records(port.context("olga"), "otto")

    assert found == 2
    assert len([text for text in statements if "count(" in text.lower()]) == 1
    assert len(statements) <= 2


def test_open_records_are_taken_with_their_unit_left_and_history_that_says_who_asked(port: Harbour) -> None:
    stay = port.mooring("otto")
    done = _chore(port, stay, "otto")
    act(port.context("otto"), "chore", done.number, "finish")
    waiting = _chore(port, stay, "otto")

    left = leaving.unassign(port.context("olga"), "otto")

    taken = [read(port.context(), name, number).record for name, number in (("mooring", stay.number), ("chore", waiting.number))]
    assert (left.taken, left.open, left.findings) == (2, 0, ())
    assert [(one.get("assigned_user"), one.get("assigned_unit")) for one in taken] == [(None, "quay_office")] * 2
    assert read(port.context(), "chore", done.number).record.get("assigned_user") == "otto"
    with port.database.begin(write=False) as connection:
        last = history.read(connection, "mooring", stay.id, limit=1)[0]
    assert (last.by, last.door, dict(last.changes or {})["assigned_user"]) == ("olga", "system", ("otto", None))
    assert leaving.unassign(port.context("olga"), "otto").taken == 0


def test_what_there_is_no_time_for_is_told_and_done_when_asked_again(small_port: Harbour) -> None:
    stay = small_port.mooring("otto")
    _chore(small_port, stay, "otto")

    first = leaving.unassign(small_port.context("olga"), "otto", timedelta(seconds=-1))
    second = leaving.unassign(small_port.context("olga"), "otto")

    assert ((first.taken, first.open), (second.taken, second.open)) == ((0, 2), (2, 0))
