"""Statuses, options, categories, levels and subtypes that go or change: what becomes of the records that hold them."""

import json
from collections.abc import Callable, Mapping

import pytest
from tests.integration.releases.changes import booked, without_red, without_waiting
from tests.integration.releases.desk import CLOCK, change, delete, events, put_live, read, visit, write
from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses

from packdesk.errors import PackdeskError
from packdesk.runtime.values import Line
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import Plan, plan
from packdesk.store.publishing import publish
from packdesk.store.releases import ReleaseStore


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


def test_a_status_that_moves_takes_its_records_to_the_new_state(database: Database) -> None:
    def moved(found: Documents) -> None:
        statuses(found)["waiting"]["state"] = "busy"

    put_live(database, merged())
    old = visit(database, status="waiting")

    put_live(database, merged(moved))

    assert read(database, old).get("state") == "busy"
    assert events(database, old)[0].changes == {"state": ("open", "busy")}


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


@pytest.mark.parametrize(
    ("without", "values", "lines", "decision"),
    [
        (_gone("value_lists", "room", "options", "red"), {"room": "red"}, {}, "map_value.visit.room.red"),
        (_gone("value_lists", "room", "options", "red"), {"extras": ("red", "blue")}, {}, "map_value.visit.extras.red"),
        (_gone("value_lists", "meal", "options", "fish"), {}, {"meal": "fish"}, "map_value.visit.guests.meal.fish"),
        (_gone("categories", "berth_kind", "nodes", "buoy"), {"berth_kind": "buoy"}, {}, "map_value.visit.berth_kind.buoy"),
        (_gone("level_lists", "urgency", "levels", "low"), {"urgency": "low"}, {}, "map_value.visit.urgency.low"),
        (_gone("subtypes", "", "", "visit.long"), {"subtype": "long"}, {}, "map_value.visit.subtype.long"),
        (_gone("transitions", "visit", "statuses", "waiting"), {"status": "waiting"}, {}, "map_status.visit.waiting"),
    ],
    ids=["option", "one of several options", "option in a line", "category", "level", "type", "status"],
)
def test_what_a_record_came_to_use_after_the_plan_stops_the_flip(
    database: Database, without: Callable[[Documents], None], values: Mapping[str, object], lines: Mapping[str, object], decision: str
) -> None:
    """GEN-19: as if it had been used when the plan was made."""
    put_live(database, merged(with_every_list))
    made = plan(database, merged(without), CLOCK)
    assert made.needed == ()
    guests = {"guests": (Line("g1", {"name": "Ann", **lines}),)} if lines else {}
    late = write(database, {"subject": "Call", "status": "planned", "state": "open", "subtype": "short", **values}, guests)

    with pytest.raises(PackdeskError) as caught:
        publish(database, Plan.from_json(json.loads(json.dumps(made.to_json()))), None, actor="anna", note="", clock=CLOCK)

    assert (caught.value.code, caught.value.facts["needed"]) == ("decisions_missing", decision)
    assert ReleaseStore(database).history()[0].number == 1
    assert read(database, late).get("version") == 1
    assert examine(database, CLOCK) == ()


def test_what_only_a_final_record_came_to_use_after_the_plan_goes(database: Database) -> None:
    """GEN-20: it stays readable there."""
    put_live(database, merged())
    made = plan(database, merged(without_red), CLOCK)
    late = visit(database, room="red", status="left", state="done")

    number = publish(database, made, None, actor="anna", note="", clock=CLOCK)

    assert number == 2
    assert read(database, late).get("room") == "red"


def test_the_count_of_what_is_mapped_is_the_one_of_the_plan(database: Database) -> None:
    put_live(database, merged())
    visit(database, room="red")
    delete(database, visit(database, room="red"))
    made = plan(database, merged(without_red), CLOCK)
    told: dict[str, int] = {}

    publish(database, made, {"map_value": {"visit.room.red": "green"}}, actor="anna", note="", clock=CLOCK, progress=told.__setitem__)

    assert [need.count for need in made.needed] == [1]
    assert told["map_values visit.room"] == 1


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
