"""What must be unique stays unique: a publish whose mapping, default or conversion breaks that is refused before anything is touched."""

from collections.abc import Callable, Mapping

import pytest
from tests.integration.releases.changes import booked, unique_subject, without_red, without_waiting
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit, write
from tests.unit.releases.harbour import Documents, fields, merged
from tests.unit.releases.harbour import visit as visit_document

from packdesk.errors import PackdeskError
from packdesk.packs.merged import Merged
from packdesk.runtime.values import Line
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.planning import plan
from packdesk.store.publishing import judge, publish, rollback
from packdesk.store.releases import ReleaseStore

RED_TO_GREEN = {"map_value": {"visit.room.red": "green"}}


def one_room_per_berth(found: Documents) -> None:
    """Let no two visits have the same size and room."""
    visit_document(found)["unique"] = {"place": ["size", "room"]}


def one_status_per_size(found: Documents) -> None:
    """Let no two visits of a size stand in the same status."""
    visit_document(found)["unique"] = {"turn": ["size", "status"]}


def unique_size(found: Documents) -> None:
    """Let no two visits have the same size."""
    fields(found)["size"]["unique"] = True


def unique_number(found: Documents) -> None:
    """Make a number of the text, and let no two visits have the same."""
    fields(found)["size"] = {"type": "integer", "unique": True}


def with_serial(found: Documents) -> None:
    """Demand a value of its own of each visit."""
    fields(found)["serial"] = {"type": "string", "required": True, "unique": True}


def one_meal_each(found: Documents) -> None:
    """Let no two guests of a visit have the same meal."""
    visit_document(found)["lines"]["guests"]["unique"] = ["meal"]


def without_fish(found: Documents) -> None:
    """Take a meal away."""
    del found["value_lists"]["meal"]["options"]["fish"]


def without_soup(found: Documents) -> None:
    """Take the other meal away, and offer a third."""
    found["value_lists"]["meal"]["options"] = {"fish": {}, "bread": {}}


def _refused(database: Database, packs: Merged, decisions: Mapping[str, object] | None) -> PackdeskError:
    """Publish what is refused, and return why; look that nothing is left of it."""
    made = plan(database, packs, CLOCK)
    with pytest.raises(PackdeskError) as judged:
        judge(database, made, decisions)
    with pytest.raises(PackdeskError) as caught:
        publish(database, made, decisions, actor="anna", note="", clock=CLOCK)
    assert str(judged.value) == str(caught.value)
    assert ReleaseStore(database).history()[0].number == 1
    assert examine(database, CLOCK) == ()
    return caught.value


@pytest.mark.parametrize(
    ("before", "after", "values", "decisions", "about"),
    [
        (one_room_per_berth, without_red, [{"size": "1", "room": "red"}, {"size": "1", "room": "green"}], RED_TO_GREEN, "visit.place"),
        (
            one_status_per_size,
            without_waiting,
            [{"size": "1", "status": "waiting"}, {"size": "1", "status": "planned"}],
            {"map_status": {"visit.waiting": "planned"}},
            "visit.turn",
        ),
        (unique_size, unique_number, [{"size": "1"}, {"size": "01"}], {"convert": {"visit.size": "convert"}}, "visit.size"),
        (unique_size, with_serial, [{}, {}], {"default": {"visit.serial": "X"}}, "visit.serial"),
    ],
    ids=["an option of two fields", "a status", "a conversion", "a default"],
)
def test_a_decision_that_makes_two_records_the_same_is_refused_with_their_numbers(
    database: Database,
    before: Callable[[Documents], None],
    after: Callable[[Documents], None],
    values: list[dict[str, object]],
    decisions: Mapping[str, object],
    about: str,
) -> None:
    put_live(database, merged(before))
    one, other = (visit(database, **given) for given in values)
    visit(database, size="7", room="red")

    refusal = _refused(database, merged(before, after), decisions)

    assert refusal.code == "plan_refused"
    reasons = str(refusal.facts["reasons"])
    assert reasons.startswith(f"{about}: ")
    if about == "visit.serial":
        assert "3 records would share serial" in reasons
    else:
        assert "2 records would share" in reasons
        assert f"such as {one.number} and {other.number}." in reasons
    assert reasons.endswith("Decide otherwise, or make them differ, then plan again.")


def test_another_decision_or_records_that_differ_go_through(database: Database) -> None:
    put_live(database, merged(one_room_per_berth))
    red, green = visit(database, size="1", room="red"), visit(database, size="1", room="green")
    alone = visit(database, size="2", room="red")

    put_live(database, merged(one_room_per_berth, without_red), {"map_value": {"visit.room.red": "blue"}})

    assert [read(database, one).get("room") for one in (red, green, alone)] == ["blue", "green", "blue"]
    assert examine(database, CLOCK) == ()


def test_the_plan_says_what_its_own_proposals_would_make_the_same(database: Database) -> None:
    put_live(database, merged(unique_size))
    one, other = visit(database, size="1"), visit(database, size="01")

    made = plan(database, merged(unique_size, unique_number), CLOCK)

    (impact,) = (impact for impact in made.impacts if "proposal" in impact.sentence)
    assert impact.sentence == f"if every proposal is taken, 2 records would share size with another, such as {one.number} and {other.number}"
    assert made.problems == ()


def test_a_unique_field_that_is_begun_empty_or_left_empty_is_published(database: Database) -> None:
    put_live(database, merged(unique_size))
    visit(database, size="1"), visit(database, size="01")

    number = put_live(database, merged(unique_number, with_serial), {"convert": {"visit.size": "clear"}, "default": {"visit.serial": {"leave_empty": True}}})

    assert number == 2
    assert examine(database, CLOCK) == ()


def test_what_may_be_the_same_in_the_new_release_may_be_mapped_to_the_same(database: Database) -> None:
    put_live(database, merged(one_room_per_berth))
    both = visit(database, size="1", room="red"), visit(database, size="1", room="green")

    put_live(database, merged(without_red), RED_TO_GREEN)

    assert [read(database, one).get("room") for one in both] == ["green", "green"]
    assert examine(database, CLOCK) == ()


def test_a_record_that_would_get_two_equal_lines_refuses_the_decision(database: Database) -> None:
    put_live(database, merged(one_meal_each))
    both = (Line("g1", {"name": "Ann", "meal": "fish"}), Line("g2", {"name": "Bo", "meal": "soup"}))
    guarded = write(database, {"subject": "x", "status": "planned", "state": "open"}, {"guests": both})
    write(database, {"subject": "y", "status": "planned", "state": "open"}, {"guests": (Line("g3", {"name": "Cy", "meal": "fish"}),)})

    refusal = _refused(database, merged(one_meal_each, without_fish), {"map_value": {"visit.guests.meal.fish": "soup"}})

    assert str(refusal.facts["reasons"]).startswith(f"visit.guests.unique: 1 record would have two lines with the same meal, such as {guarded.number}.")


def test_lines_are_judged_by_record_and_by_what_the_mapping_adds(database: Database) -> None:
    put_live(database, merged())
    twice = (Line("g1", {"name": "Ann", "meal": "soup"}), Line("g2", {"name": "Bo", "meal": "soup"}))
    before = write(database, {"subject": "x", "status": "planned", "state": "open"}, {"guests": twice})
    alone = write(database, {"subject": "y", "status": "planned", "state": "open"}, {"guests": (Line("g3", {"name": "Cy", "meal": "soup"}),)})

    put_live(database, merged(one_meal_each, without_soup), {"map_value": {"visit.guests.meal.soup": "bread"}})

    assert [[line.values["meal"] for line in read(database, one).lines["guests"]] for one in (before, alone)] == [["bread", "bread"], ["bread"]]


def test_a_collision_that_comes_up_after_the_plan_was_made_stops_the_flip_and_leaves_nothing(database: Database) -> None:
    put_live(database, merged(one_room_per_berth))
    visit(database, size="1", room="red")
    made = plan(database, merged(one_room_per_berth, without_red, with_serial), CLOCK)
    visits: list[str] = []

    def meanwhile(what: str, _count: int) -> None:
        if what == "flip":
            visits.append(str(visit(database, size="1", room="green").number))

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, {**RED_TO_GREEN, "default": {"visit.serial": {"leave_empty": True}}}, actor="anna", note="", clock=CLOCK, progress=meanwhile)

    assert caught.value.code == "plan_refused"
    assert visits[0] in str(caught.value)
    assert ReleaseStore(database).history()[0].number == 1
    assert examine(database, CLOCK) == ()


def test_a_default_that_a_second_record_comes_to_share_leaves_no_column(database: Database) -> None:
    """The database refuses while the new column is filled ahead; what was added goes again, and the sentence is the one of the plan."""
    put_live(database, merged())
    one, others = visit(database), []
    made = plan(database, merged(with_serial), CLOCK)

    def meanwhile(what: str, _count: int) -> None:
        if what == "fill":
            others.append(visit(database))

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, {"default": {"visit.serial": "X"}}, actor="anna", note="", clock=CLOCK, progress=meanwhile)

    assert f"2 records would share serial with another, such as {one.number} and {others[0].number}." in str(caught.value)
    assert ReleaseStore(database).history()[0].number == 1
    assert examine(database, CLOCK) == ()


def test_a_duplicate_that_comes_up_before_the_index_stands_is_refused_in_words(database: Database) -> None:
    put_live(database, merged())
    visit(database, subject="same")
    made = plan(database, merged(unique_subject, booked), CLOCK)
    visit(database, subject="same")

    with pytest.raises(PackdeskError) as caught:
        publish(database, made, None, actor="anna", note="", clock=CLOCK)

    assert caught.value.code == "plan_refused"
    assert "Plan again." in str(caught.value)
    assert ReleaseStore(database).history()[0].number == 1
    assert examine(database, CLOCK) == ()


def test_going_back_is_refused_where_a_value_that_comes_back_stands_elsewhere(database: Database) -> None:
    put_live(database, merged(one_room_per_berth))
    was_red = visit(database, size="1", room="red")
    put_live(database, merged(one_room_per_berth, without_red), RED_TO_GREEN)
    put_live(database, merged(one_room_per_berth, booked))
    red = visit(database, size="1", room="red", status="booked")

    with pytest.raises(PackdeskError) as caught:
        rollback(database, 1, actor="bob", note="", clock=CLOCK)
    change(database, red, size="2")
    number = rollback(database, 1, actor="bob", note="", clock=CLOCK)

    assert f"2 records would share size and room with another, such as {was_red.number} and {red.number}." in str(caught.value)
    assert read(database, was_red).get("room") == "red"
    assert ReleaseStore(database).history()[0].number == number
    assert ("rollback",) in [event.rules for event in events(database, was_red)]
    assert examine(database, CLOCK) == ()


def test_values_that_go_back_first_are_not_held_against_the_mapping(database: Database) -> None:
    def lime(found: Documents) -> None:
        found["value_lists"]["room"]["options"] = {"blue": {}, "green": {}, "lime": {}}

    put_live(database, merged(one_room_per_berth))
    red, green = visit(database, size="1", room="red"), visit(database, size="1", room="green")
    put_live(database, merged(one_room_per_berth, lime), {"map_value": {"visit.room.red": "lime"}})

    rollback(database, None, {"map_value": {"visit.room.lime": "green"}}, actor="bob", note="", clock=CLOCK)

    assert [read(database, one).get("room") for one in (red, green)] == ["red", "green"]
