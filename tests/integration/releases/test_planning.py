"""What a plan says before anything is done: records that are concerned, and what cannot be published."""

from collections.abc import Callable, Mapping

import pytest
from tests.integration.releases.changes import unique_subject, with_floor, without_red, without_waiting
from tests.integration.releases.desk import CLOCK, put_live, visit
from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses
from tests.unit.releases.harbour import visit as visit_document

from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import Plan, plan


def test_a_plan_survives_json(database: Database) -> None:
    put_live(database, merged())
    visit(database, status="waiting")

    made = plan(database, merged(without_waiting, with_floor), CLOCK)

    assert Plan.from_json(made.to_json()) == made
    assert Plan.from_json(made.to_json()).to_json() == made.to_json()


def test_narrower_rules_are_counted(database: Database) -> None:
    def short(found: Documents) -> None:
        fields(found)["subject"]["maxLength"] = 5

    put_live(database, merged())
    visit(database, subject="much too long")
    visit(database, subject="fine")

    (impact,) = plan(database, merged(short), CLOCK).impacts

    assert (impact.about, impact.count) == ("visit.subject", 1)


def test_records_that_break_a_new_check_or_demand_are_counted(database: Database) -> None:
    """M-7: the plan shows how many records break a new rule."""

    def stricter(found: Documents) -> None:
        visit_document(found)["checks"] = {"room_for_red": {"that": "record.room != 'red'", "message": "No red."}}
        fields(found)["size"]["required"] = "=record.room == 'blue'"

    put_live(database, merged())
    for room in ("red", "red", "blue"):
        visit(database, room=room)
    visit(database, room="blue", size="1")

    impacts = {impact.about: impact.count for impact in plan(database, merged(stricter), CLOCK).impacts}

    assert impacts == {"entity_types.visit.checks.room_for_red": 2, "visit.size": 1}


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


def with_types(found: Documents, own: bool) -> None:
    """Give visits two subtypes, one of which has rules of its own or not, and rules for the others."""
    found["subtypes"]["visit.short"], found["subtypes"]["visit.long"] = {"id": "short"}, {"id": "long"}
    found["transitions"]["visit"]["rules"] = {"arrive": {"from": ["planned"], "to": "moored"}}
    if own:
        found["subtypes"]["visit.long"]["rules"] = {"wait": {"from": ["planned"], "to": "waiting"}, "arrive": {"from": ["waiting"], "to": "moored"}}


def own_rules(found: Documents) -> None:
    with_types(found, own=True)


def no_own_rules(found: Documents) -> None:
    with_types(found, own=False)


def only_for_red(found: Documents) -> None:
    own_rules(found)
    found["subtypes"]["visit.long"]["rules"]["wait"]["when"] = "record.room == 'red'"


def also_from_waiting(found: Documents) -> None:
    own_rules(found)
    found["transitions"]["visit"]["rules"]["arrive"]["from"] = ["planned", "waiting"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (own_rules, only_for_red, {"visit.subtypes.long.rules.wait": "2 records in a status that the changed rule leads on from"}),
        (own_rules, also_from_waiting, {"visit.rules.arrive": "2 records in a status that the changed rule leads on from"}),
        (
            no_own_rules,
            own_rules,
            {
                "visit.subtypes.long.rules.wait": "2 records in a status that the new rule leads on from",
                "visit.subtypes.long.rules.arrive": "3 records in a status that the changed rule leads on from",
            },
        ),
        (
            own_rules,
            no_own_rules,
            {
                "visit.subtypes.long.rules.wait": "2 records in a status that the removed rule led on from",
                "visit.subtypes.long.rules.arrive": "3 records in a status that the changed rule leads on from",
            },
        ),
    ],
    ids=["a rule of the subtype", "a rule of all others", "rules of its own", "rules of its own no more"],
)
def test_records_that_a_changed_transition_rule_decides_about_are_counted(
    database: Database, before: Callable[[Documents], None], after: Callable[[Documents], None], expected: Mapping[str, str]
) -> None:
    """M-7: a subtype's own rules decide about its records, and the lifecycle's rules about those of all others."""
    put_live(database, merged(before))
    for subtype, status in (("long", "planned"), ("long", "planned"), ("long", "waiting"), ("short", "planned"), ("short", "waiting"), ("short", "moored")):
        visit(database, subtype=subtype, status=status)

    made = plan(database, merged(after), CLOCK)

    assert {impact.about: impact.sentence for impact in made.impacts} == expected


def renamed_everything(found: Documents) -> None:
    own_rules(found)
    rename(found["subtypes"], "visit.long", "visit.lengthy")
    found["subtypes"]["visit.lengthy"] |= {"id": "lengthy", "renamed_from": "long"}
    rename(statuses(found), "planned", "booked")
    found["transitions"]["visit"]["rules"]["arrive"]["from"] = ["booked"]
    found["subtypes"]["visit.lengthy"]["rules"]["wait"]["from"] = ["booked"]


def test_rules_that_say_the_same_of_renamed_things_are_no_change(database: Database) -> None:
    put_live(database, merged(own_rules))
    visit(database, subtype="long")

    made = plan(database, merged(renamed_everything), CLOCK)

    assert not [impact for impact in made.impacts if "rules" in impact.about]


def demanding_size(found: Documents) -> None:
    fields(found)["size"]["required"] = True


def numeric_room(found: Documents) -> None:
    fields(found)["room"] = {"type": "integer"}


def with_access(found: Documents) -> None:
    visit_document(found)["access"] = "explicit"


@pytest.mark.parametrize(
    ("after", "one", "two"),
    [
        (
            with_floor,
            "Which value does the 1 existing record get for visit.floor?",
            "Which value do the 2 existing records get for visit.floor?",
        ),
        (
            demanding_size,
            "Which value does the 1 record without one get for visit.size?",
            "Which value do the 2 records without one get for visit.size?",
        ),
        (
            numeric_room,
            "1 value stands in visit.room; 0 can be taken over. Take over what can be, or begin empty?",
            "2 values stand in visit.room; 0 can be taken over. Take over what can be, or begin empty?",
        ),
        (
            without_waiting,
            "1 record stands in waiting, which is removed. Which status does it get?",
            "2 records stand in waiting, which is removed. Which status do they get?",
        ),
        (
            without_red,
            "1 record holds red, which is removed. Which value does it get instead?",
            "2 records hold red, which is removed. Which value do they get instead?",
        ),
        (
            with_access,
            "Which owning unit does the 1 existing record of visit get?",
            "Which owning unit do the 2 existing records of visit get?",
        ),
    ],
)
def test_a_question_speaks_of_one_record_and_of_many(database: Database, after: Callable[[Documents], None], one: str, two: str) -> None:
    put_live(database, merged())
    asked = []

    for _ in range(2):
        visit(database, status="waiting", room="red")
        asked.append([need.question for need in plan(database, merged(after), CLOCK).needed])

    assert asked == [[one], [two]]


def test_what_cannot_be_published_speaks_of_one_and_of_many(database: Database) -> None:
    put_live(database, merged())
    said = []

    for subject in ("same", "other"):
        for _ in range(2):
            visit(database, subject=subject)
        said.append([problem.message for problem in plan(database, merged(unique_subject), CLOCK).problems])

    assert said == [
        ["visit.subject: 1 value stands in more than one record."],
        ["visit.subject: 2 values stand in more than one record."],
    ]
