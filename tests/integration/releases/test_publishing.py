"""Plan, publish, roll back: what happens to tables and to records that exist, on both databases."""

from collections.abc import Callable, Mapping

import pytest
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit, write
from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses
from tests.unit.releases.harbour import visit as visit_document

from packdesk.errors import PackdeskError
from packdesk.runtime.values import SYSTEM, Line
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import Plan, plan, render
from packdesk.store.publishing import plan_rollback, publish, rollback
from packdesk.store.releases import ReleaseStore
from packdesk.store.unit_of_work import ReleaseMoved, UnitOfWork


def with_floor(found: Documents) -> None:
    fields(found)["floor"] = {"type": "integer", "required": True}


def without_waiting(found: Documents) -> None:
    del statuses(found)["waiting"]


def booked(found: Documents) -> None:
    rename(statuses(found), "planned", "booked")


def numeric_size(found: Documents) -> None:
    fields(found)["size"] = {"type": "integer"}


def without_size(found: Documents) -> None:
    del fields(found)["size"]


def unique_subject(found: Documents) -> None:
    fields(found)["subject"]["unique"] = True


def without_red(found: Documents) -> None:
    del found["value_lists"]["room"]["options"]["red"]


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


def test_a_plan_survives_json(database: Database) -> None:
    put_live(database, merged())
    visit(database, status="waiting")

    made = plan(database, merged(without_waiting, with_floor), CLOCK)

    assert Plan.from_json(made.to_json()) == made
    assert Plan.from_json(made.to_json()).to_json() == made.to_json()


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


def test_a_removed_status_needs_a_decision_where_records_stand_in_it(database: Database) -> None:
    put_live(database, merged())
    waiting, planned = visit(database, status="waiting"), visit(database)
    made = plan(database, merged(without_waiting), CLOCK)
    assert [(need.id, need.count, need.options) for need in made.needed] == [("map_status.visit.waiting", 1, ("planned", "moored", "left"))]

    put_live(database, merged(without_waiting), {"map_status": {"visit.waiting": "moored"}})

    found = read(database, waiting)
    (event,) = events(database, waiting)
    assert (found.get("status"), found.get("state")) == ("moored", "busy")
    assert event.rules == ("map_status.visit.waiting",)
    assert event.changes == {"status": ("waiting", "moored")}
    assert read(database, planned).get("version") == 1


def test_a_record_that_enters_a_removed_status_after_the_plan_stops_the_flip(database: Database) -> None:
    put_live(database, merged())
    made = plan(database, merged(without_waiting), CLOCK)
    assert made.needed == ()
    late = visit(database, status="waiting")

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, None, actor="anna", note="", clock=CLOCK)

    assert caught.value.code == "decisions_missing"
    assert caught.value.facts["needed"] == "map_status.visit.waiting"
    assert read(database, late).get("status") == "waiting"
    assert ReleaseStore(database).history()[0].number == 1


def test_a_renamed_status_follows_by_itself(database: Database) -> None:
    put_live(database, merged())
    planned = visit(database)
    made = plan(database, merged(booked), CLOCK)
    assert made.needed == ()
    assert any(impact.about == "visit.status.planned" and impact.count == 1 for impact in made.impacts)

    put_live(database, merged(booked))

    assert read(database, planned).get("status") == "booked"
    assert events(database, planned)[0].rules == ("renamed",)


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


def test_going_back_over_a_change_of_kind_brings_back_what_nobody_touched(database: Database) -> None:
    put_live(database, merged())
    good, bad, touched = visit(database, size="12"), visit(database, size="long"), visit(database, size="3")
    put_live(database, merged(numeric_size), {"convert": {"visit.size": "convert"}})
    change(database, touched, size=44)

    rollback(database, actor="bob", note="back", clock=CLOCK)

    assert [read(database, record).get("size") for record in (good, bad, touched)] == ["12", "long", "44"]


def test_beginning_empty_leaves_the_new_column_empty(database: Database) -> None:
    put_live(database, merged())
    old = visit(database, size="12")

    put_live(database, merged(numeric_size), {"convert": {"visit.size": "clear"}})

    assert read(database, old).get("size") is None


def with_every_list(found: Documents) -> None:
    """Let visits choose from every kind of list."""
    fields(found)["berth_kind"] = {"type": "category", "tree": "berth_kind"}
    fields(found)["urgency"] = {"type": "level", "list": "urgency"}
    found["categories"]["berth_kind"] = {"id": "berth_kind", "nodes": {"quay": {}, "buoy": {}}}
    found["level_lists"]["urgency"] = {"id": "urgency", "levels": {"high": {}, "low": {}}}
    found["subtypes"]["visit.short"], found["subtypes"]["visit.long"] = {"id": "short"}, {"id": "long"}


def _gone(kind: str, document: str, entries: str, entry: str) -> Callable[[Documents], None]:
    def change_(found: Documents) -> None:
        with_every_list(found)
        holder = found[kind][document][entries] if entries else found[kind]
        del holder[entry]

    return change_


@pytest.mark.parametrize(
    ("without", "values", "lines", "decision", "instead"),
    [
        (_gone("value_lists", "room", "options", "red"), {"room": "red"}, {}, "map_value.visit.room.red", "blue"),
        (_gone("value_lists", "room", "options", "red"), {"extras": ("red", "blue")}, {}, "map_value.visit.extras.red", "blue"),
        (_gone("value_lists", "meal", "options", "fish"), {}, {"meal": "fish"}, "map_value.visit.guests.meal.fish", "soup"),
        (_gone("categories", "berth_kind", "nodes", "buoy"), {"berth_kind": "buoy"}, {}, "map_value.visit.berth_kind.buoy", "quay"),
        (_gone("level_lists", "urgency", "levels", "low"), {"urgency": "low"}, {}, "map_value.visit.urgency.low", "high"),
        (_gone("subtypes", "", "", "visit.long"), {"subtype": "long"}, {}, "map_value.visit.subtype.long", "short"),
        (_gone("transitions", "visit", "statuses", "waiting"), {"status": "waiting"}, {}, "map_status.visit.waiting", "planned"),
    ],
    ids=["option", "one of several options", "option in a line", "category", "level", "type", "status"],
)
def test_what_a_record_uses_is_removed_with_a_decision_only(
    database: Database, without: Callable[[Documents], None], values: Mapping[str, object], lines: Mapping[str, object], decision: str, instead: str
) -> None:
    """GEN-19, GEN-28: as long as a record that is not final holds it, somebody has to say what that record gets instead."""
    put_live(database, merged(with_every_list))
    guests = {"guests": (Line("g1", {"name": "Ann", **lines}),)} if lines else {}
    given = {"subject": "Call", "status": "planned", "state": "open", "subtype": "short", **values}
    using = write(database, given, guests)

    with pytest.raises(PackdeskError) as caught:
        put_live(database, merged(without))
    refused = ReleaseStore(database).history()[0].number
    section, _, key = decision.partition(".")
    put_live(database, merged(without), {section: {key: instead}})

    assert (caught.value.code, caught.value.facts["needed"]) == ("decisions_missing", decision)
    assert refused == 1
    assert [event.rules for event in events(database, using)] == [(decision,)]


def test_a_removed_option_stays_where_it_stands_and_reads_as_retired(database: Database) -> None:
    """T-36, GEN-19, GEN-20: a record that is final keeps it, and nobody is asked."""
    put_live(database, merged())
    old = visit(database, room="red", extras=("red", "blue"), status="left", state="done")

    put_live(database, merged(without_red))

    found = read(database, old)
    model = LiveRuntime(database).current().runtime.model
    assert (found.get("room"), found.get("extras")) == ("red", ("red", "blue"))
    assert str(model.value_lists["room"].entries["red"].label) == "Crimson"
    assert "red" not in [entry.id for entry in model.value_lists["room"].offered()]
    assert change(database, old, subject="New").get("room") == "red"


def test_a_removed_option_may_be_mapped(database: Database) -> None:
    put_live(database, merged())
    old = visit(database, room="red", extras=("red", "blue"))

    put_live(database, merged(without_red), {"map_value": {"visit.room.red": "green", "visit.extras.red": "blue"}})

    found = read(database, old)
    assert (found.get("room"), found.get("extras")) == ("green", ("blue",))
    assert sorted(rule for event in events(database, old) for rule in event.rules) == ["map_value.visit.extras.red", "map_value.visit.room.red"]


def test_a_renamed_option_follows_in_lines(database: Database) -> None:
    def plaice(found: Documents) -> None:
        rename(found["value_lists"]["meal"]["options"], "fish", "plaice")

    put_live(database, merged())
    old = write(database, {"subject": "x", "status": "planned", "state": "open"}, {"guests": (Line("", {"name": "Ann", "meal": "fish"}),)})

    put_live(database, merged(plaice))

    assert [line.values["meal"] for line in read(database, old).lines["guests"]] == ["plaice"]
    assert read(database, old).get("version") == 2


def test_a_status_that_moves_takes_its_records_to_the_new_state(database: Database) -> None:
    def moved(found: Documents) -> None:
        statuses(found)["waiting"]["state"] = "busy"

    put_live(database, merged())
    old = visit(database, status="waiting")

    put_live(database, merged(moved))

    assert read(database, old).get("state") == "busy"
    assert events(database, old)[0].changes == {"state": ("open", "busy")}


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


def test_a_renamed_type_keeps_its_records_history_and_links(database: Database) -> None:
    def call(found: Documents) -> None:
        rename(found["entity_types"], "visit", "call")
        found["entity_types"]["call"]["id"] = "call"
        found["entity_types"]["call"]["relations"]["related"]["to"] = "call"
        found["transitions"] = {"call": {**found["transitions"]["visit"], "id": "call"}}

    put_live(database, merged())
    old = visit(database, subject="kept")

    put_live(database, merged(call))

    live = LiveRuntime(database).current()
    with UnitOfWork(database, live.runtime, live.tables, CLOCK, SYSTEM, write=False) as work:
        found = work.get("call", old.number)
    assert found is not None
    assert found.get("subject") == "kept"
    assert [event.kind for event in events(database, found, "created")] == ["created"]
    assert examine(database, CLOCK) == ()


def test_a_retired_type_comes_back_with_its_records(database: Database) -> None:
    def without_visit(found: Documents) -> None:
        del found["entity_types"]["visit"], found["transitions"]["visit"]

    put_live(database, merged())
    old = visit(database)
    assert any("no longer within reach" in impact.sentence for impact in plan(database, merged(without_visit), CLOCK).impacts)

    put_live(database, merged(without_visit))
    with pytest.raises(PackdeskError):
        read(database, old)
    rollback(database, actor="bob", note="", clock=CLOCK)

    assert read(database, old).get("subject") == "Call"
    assert visit(database).number == "VI00000002"


def test_a_type_that_gets_a_lifecycle_puts_its_records_into_the_first_status(database: Database) -> None:
    def berth_life(found: Documents) -> None:
        found["transitions"]["berth"] = {**found["transitions"]["visit"], "id": "berth"}

    put_live(database, merged())
    old = write(database, {"name": "A"}, entity_type="berth")

    put_live(database, merged(berth_life))

    assert (read(database, old).get("status"), read(database, old).get("state")) == ("planned", "open")


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
    assert caught.value.code == "unknown_release"


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


def test_narrower_rules_are_counted(database: Database) -> None:
    def short(found: Documents) -> None:
        fields(found)["subject"]["maxLength"] = 5

    put_live(database, merged())
    visit(database, subject="much too long")
    visit(database, subject="fine")

    (impact,) = plan(database, merged(short), CLOCK).impacts

    assert (impact.about, impact.count) == ("visit.subject", 1)


def test_a_relation_that_holds_several_links_cannot_become_single(database: Database) -> None:
    def single(found: Documents) -> None:
        visit_document(found)["relations"]["related"]["many"] = False

    put_live(database, merged())
    one, two, three = (visit(database) for _ in range(3))
    live = LiveRuntime(database).current()
    links = live.tables.links("visit", "related")
    with database.begin(write=True) as connection:
        for position, other in enumerate((two, three)):
            connection.execute(links.insert().values(from_id=one.id, to_type="visit", to_id=other.id, position=position))

    assert [problem.code for problem in plan(database, merged(single), CLOCK).problems] == ["not_unique"]
