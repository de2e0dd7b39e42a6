"""Fields that come, go and become others: what a publish does to the records that are there."""

import pytest
import sqlalchemy as sa
from tests.integration.releases.changes import numeric_size, unique_subject, with_floor, without_size
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit
from tests.unit.releases.harbour import Documents, fields, merged

from packdesk.errors import PackdeskError
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan, render
from packdesk.store.publishing import publish
from packdesk.store.releases import ReleaseStore


def test_a_new_required_field_gets_the_decided_default_and_history_says_so(database: Database) -> None:
    """GEN-28, M-7: nothing is rewritten but what a person decided."""
    put_live(database, merged())
    old = visit(database)
    made = plan(database, merged(with_floor), CLOCK)
    assert [(need.id, need.count, need.optional) for need in made.needed] == [("default.visit.floor", 1, False)]
    assert "1 record without a value for a new required field" in render(made)

    put_live(database, merged(with_floor), {"default": {"visit.floor": 3}})

    found = read(database, old)
    (event,) = events(database, old)
    assert found.get("floor") == 3
    assert found.get("version") == 2
    assert (event.release, event.by, event.rules, event.changes) == (2, "anna", ("default.visit.floor",), {"floor": (None, 3)})


def test_what_is_written_until_the_flip_has_its_value_when_the_release_is_live(database: Database) -> None:
    """The old release goes on writing while columns are filled ahead; nobody ever reads its records without the value."""
    put_live(database, merged())
    visit(database)
    made = plan(database, merged(with_floor), CLOCK)
    stored: list[list[int | None]] = []

    def meanwhile(what: str, _count: int) -> None:
        if what == "flip":
            visit(database, subject="written by the old release")

    def at_the_flip(connection: sa.Connection) -> None:
        if not stored and connection.exec_driver_sql("SELECT number FROM active_release").scalar_one() == 2:
            stored.append(list(connection.exec_driver_sql("SELECT f_floor FROM r_visit").scalars()))

    sa.event.listen(database.engine, "commit", at_the_flip)
    publish(database, made, {"default": {"visit.floor": 3}}, actor="anna", note="", clock=CLOCK, progress=meanwhile)

    assert stored == [[3, 3]]


def test_a_default_may_be_left_out_on_purpose_only(database: Database) -> None:
    put_live(database, merged())
    old = visit(database)

    with pytest.raises(PackdeskError) as caught:
        put_live(database, merged(with_floor))
    assert caught.value.code == "decisions_missing"
    assert ReleaseStore(database).history()[0].number == 1

    put_live(database, merged(with_floor), {"default": {"visit.floor": {"leave_empty": True}}})
    assert read(database, old).get("floor") is None
    assert events(database, old) == []


def test_a_default_is_a_value_and_no_expression(database: Database) -> None:
    put_live(database, merged())
    visit(database)

    with pytest.raises(PackdeskError) as caught:
        put_live(database, merged(with_floor), {"default": {"visit.floor": "=record.size"}})

    assert (caught.value.code, "not an expression" in str(caught.value)) == ("bad_decision", True)


def test_a_default_in_the_pack_is_the_suggestion(database: Database) -> None:
    def with_default(found: Documents) -> None:
        with_floor(found)
        fields(found)["floor"]["default"] = 7

    put_live(database, merged())
    old = visit(database)

    put_live(database, merged(with_default))

    assert read(database, old).get("floor") == 7


def test_a_retired_field_keeps_what_was_entered_until_it_comes_back(database: Database) -> None:
    """M-7: nothing a person typed is ever deleted by a publish."""
    put_live(database, merged())
    old = visit(database, size="12 m")
    assert any(impact.sentence == "1 record with a value that is no longer shown" for impact in plan(database, merged(without_size), CLOCK).impacts)

    put_live(database, merged(without_size))
    assert "size" not in read(database, old).values
    assert examine(database, CLOCK) == ()

    put_live(database, merged())
    assert read(database, old).get("size") == "12 m"
    assert read(database, old).get("version") == 1


def test_values_of_a_former_kind_are_taken_over_where_they_can_be_read(database: Database) -> None:
    put_live(database, merged())
    good, bad = visit(database, size="12"), visit(database, size="long")
    made = plan(database, merged(numeric_size), CLOCK)
    assert {impact.sentence for impact in made.impacts} == {"2 records with a value of the former kind", "1 record with a value that cannot be taken over"}

    put_live(database, merged(numeric_size), {"convert": {"visit.size": "convert"}})

    assert read(database, good).get("size") == 12
    assert read(database, bad).get("size") is None
    assert events(database, good)[0].changes == {"size": ("12", 12)}
    assert events(database, bad)[0].changes == {"size": ("long", None)}


def test_beginning_empty_leaves_the_new_column_empty(database: Database) -> None:
    put_live(database, merged())
    old = visit(database, size="12")

    put_live(database, merged(numeric_size), {"convert": {"visit.size": "clear"}})

    assert read(database, old).get("size") is None


def test_duplicates_refuse_a_field_that_becomes_unique(database: Database) -> None:
    put_live(database, merged())
    first, _second = visit(database, subject="same"), visit(database, subject="same")
    made = plan(database, merged(unique_subject), CLOCK)
    assert [problem.code for problem in made.problems] == ["not_unique"]

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, None, actor="anna", note="", clock=CLOCK)
    assert caught.value.code == "plan_refused"

    change(database, first, subject="other")
    put_live(database, merged(unique_subject))
    with pytest.raises(PackdeskError):
        visit(database, subject="same")


def test_what_is_no_longer_unique_may_be_repeated(database: Database) -> None:
    put_live(database, merged(unique_subject))
    visit(database, subject="same")

    put_live(database, merged())

    assert visit(database, subject="same").number == "VI00000002"


def test_quick_search_finds_what_becomes_searchable(database: Database) -> None:
    def searchable(found: Documents) -> None:
        fields(found)["size"]["searchable"] = True

    put_live(database, merged())
    old = visit(database, size="Supertanker")

    put_live(database, merged(searchable))

    live = LiveRuntime(database).current()
    search = live.tables.search("visit")
    with database.begin() as connection:
        rows = connection.execute(search.select().where(search.c.content.contains("supertanker"))).all()
    assert [row.record_id for row in rows] == [old.id]
