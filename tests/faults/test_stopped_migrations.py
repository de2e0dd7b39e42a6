"""A step that the data of a record stops after the flip blocks nobody: it is told, people work on, and it is done or undone later."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.integration.releases.changes import booked, without_red, without_waiting
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit
from tests.integration.releases.test_staying_unique import RED_TO_GREEN, one_room_per_berth, one_status_per_size
from tests.unit.releases.harbour import Documents, fields, merged

from packdesk.errors import PackdeskError
from packdesk.runtime.values import Record
from packdesk.store.database import Database
from packdesk.store.doctor import clean, examine
from packdesk.store.platform_tables import migration_step
from packdesk.store.publishing import resume, rollback
from packdesk.store.releases import PENDING, ReleaseStore


def reindexed(found: Documents) -> None:
    """Let quick search read another field, so that there is a step behind the one that stops."""
    fields(found)["size"]["searchable"] = True


def _stopped(database: Database, told: list[str] | None = None) -> tuple[Record, Record]:
    """Publish a mapping that a record stops which was written just after the flip; return the one that is mapped, and that record.

    Nothing else can do it: what stands there before is judged, and at the flip again.
    """
    put_live(database, merged(one_room_per_berth))
    red = visit(database, size="1", room="red")
    others = [visit(database, size=f"other {number}", room="red") for number in range(3)]
    late: list[Record] = []

    def after_the_flip(connection: sa.Connection) -> None:
        active = connection.exec_driver_sql("SELECT number FROM active_release").scalar_one()
        if active == 2 and not late:
            late.append(red)
            at = sa.column("number") == others[-1].number
            visits = sa.table("r_visit", sa.column("number"), sa.column("f_size"), sa.column("f_room"))
            connection.execute(sa.update(visits).where(at).values(f_size="1", f_room="green"))

    sa.event.listen(database.engine, "commit", after_the_flip)
    put_live(database, merged(one_room_per_berth, without_red, reindexed), RED_TO_GREEN)
    sa.event.remove(database.engine, "commit", after_the_flip)
    return red, others[-1]


def test_a_step_that_a_record_stops_is_told_with_that_record_and_what_to_do(database: Database) -> None:
    red, late = _stopped(database)

    (found,) = examine(database, CLOCK)

    assert (found.kind, found.name, found.curable) == ("unfinished_migration", "visit.room: red -> green", False)
    assert found.advice.startswith(f"{red.number} cannot be brought forward: Another record has the same ")
    assert found.advice.endswith("Change that record or the other, then run 'packdesk doctor --clean'.")
    assert [read(database, one).get("room") for one in (red, late)] == ["green", "green"]


def test_a_start_and_the_doctor_go_on_beside_it(database: Database) -> None:
    _stopped(database)
    (found,) = examine(database, CLOCK)

    done = resume(database, CLOCK)
    clean(database, CLOCK)

    assert done == 0
    assert examine(database, CLOCK) == (found,)
    assert visit(database, size="2", room="blue").get("room") == "blue"


def test_nothing_is_published_over_it(database: Database) -> None:
    red, _late = _stopped(database)

    with pytest.raises(PackdeskError) as caught:
        put_live(database, merged(one_room_per_berth, without_red, booked))

    assert caught.value.code == "publish_unfinished"
    assert red.number is not None
    assert red.number in str(caught.value)
    assert ReleaseStore(database).history()[0].number == 2


@pytest.mark.parametrize("mend", [lambda database: clean(database, CLOCK), lambda database: resume(database, CLOCK)], ids=["doctor", "start"])
def test_it_is_done_once_the_record_was_changed(database: Database, mend: Callable[[Database], object]) -> None:
    red, late = _stopped(database)
    change(database, red, size="9")

    mend(database)

    assert examine(database, CLOCK) == ()
    assert [(read(database, one).get("size"), read(database, one).get("room")) for one in (red, late)] == [("9", "green"), ("1", "green")]
    assert [event.rules for event in events(database, red)] == [("map_value.visit.room.red",)]
    assert put_live(database, merged(one_room_per_berth, without_red, booked)) == 3


def test_a_value_that_nobody_can_read_stops_its_step_alone(database: Database) -> None:
    """Not only what the database refuses: a damaged value is told like it, with its record, and everybody else goes on."""
    put_live(database, merged())
    whole, damaged = visit(database, extras=("red", "blue"), room="red"), visit(database, extras=("red",), room="red")
    visits = sa.table("r_visit", sa.column("number"), sa.column("f_extras"))
    with database.begin(write=True) as connection:
        connection.execute(sa.update(visits).where(visits.c.number == damaged.number).values(f_extras='["red"'))

    put_live(database, merged(without_red), {"map_value": {"visit.room.red": "green", "visit.extras.red": "blue"}})
    (found,) = examine(database, CLOCK)
    with database.begin(write=True) as connection:
        connection.execute(sa.update(visits).where(visits.c.number == damaged.number).values(f_extras='["red"]'))
    clean(database, CLOCK)

    assert found.name == "visit.extras: red -> blue"
    assert found.advice.startswith(f"{damaged.number} cannot be brought forward: ")
    assert examine(database, CLOCK) == ()
    assert [(read(database, one).get("extras"), read(database, one).get("room")) for one in (whole, damaged)] == [(("blue",), "green")] * 2


def test_going_back_is_the_other_way_out(database: Database) -> None:
    red, late = _stopped(database)

    number = rollback(database, actor="bob", note="back", clock=CLOCK)

    assert number == 3
    assert examine(database, CLOCK) == ()
    assert [read(database, one).get("room") for one in (red, late)] == ["red", "green"]
    with database.begin() as connection:
        pending = connection.execute(sa.select(migration_step.c.ordinal).where(migration_step.c.state == PENDING)).all()
    assert pending == []
    assert put_live(database, merged(one_room_per_berth, booked)) == 4


def test_going_back_further_waits_where_a_status_would_mean_nothing(database: Database) -> None:
    put_live(database, merged(one_status_per_size, without_waiting, reindexed))
    put_live(database, merged(one_status_per_size))
    waiting, other = visit(database, size="1", status="waiting"), visit(database, size="2")
    flipped: list[bool] = []

    def after_the_flip(connection: sa.Connection) -> None:
        if not flipped and connection.exec_driver_sql("SELECT number FROM active_release").scalar_one() == 3:
            flipped.append(True)
            visits = sa.table("r_visit", sa.column("number"), sa.column("f_size"))
            connection.execute(sa.update(visits).where(visits.c.number == other.number).values(f_size="1"))

    sa.event.listen(database.engine, "commit", after_the_flip)
    put_live(database, merged(one_status_per_size, without_waiting), {"map_status": {"visit.waiting": "planned"}})
    sa.event.remove(database.engine, "commit", after_the_flip)

    with pytest.raises(PackdeskError) as caught:
        rollback(database, 1, actor="bob", note="", clock=CLOCK)
    before = read(database, waiting).get("status")
    number = rollback(database, 2, actor="bob", note="", clock=CLOCK)

    assert str(waiting.number) in str(caught.value)
    assert (before, number, read(database, waiting).get("status")) == ("planned", 4, "waiting")
