"""Decisions documents: read, refused, completed with suggestions."""

import pytest

from packdesk.errors import PackdeskError
from packdesk.store.decisions import Need, leaves_empty, parse, unasked
from packdesk.store.steps import LEAVE_EMPTY

NEEDED = (
    Need(id="map_status.visit.planned", question="?", options=("open", "done"), count=3),
    Need(id="default.visit.floor", question="?", count=3, suggestion=1, optional=True),
    Need(id="map_value.visit.room.red", question="?", options=("blue",), count=1, optional=True),
)


def refuse_text(_name: str, value: object) -> str | None:
    """Say that a text is no number."""
    return "not a number" if isinstance(value, str) else None


def test_answers_are_completed_with_what_happens_without_one() -> None:
    answers = parse({"map_status": {"visit.planned": "open"}}, NEEDED, refuse_text)

    assert answers == {"map_status.visit.planned": "open", "default.visit.floor": 1}


def test_an_answer_takes_the_place_of_the_suggestion() -> None:
    document = {"map_status": {"visit.planned": "open"}, "default": {"visit.floor": dict(LEAVE_EMPTY)}}

    assert leaves_empty(parse(document, NEEDED, refuse_text)["default.visit.floor"])


@pytest.mark.parametrize(
    ("document", "code", "fact"),
    [
        ({}, "decisions_missing", ("needed", "map_status.visit.planned")),
        (None, "decisions_missing", ("count", 1)),
        ({"map_status": {"visit.planned": "gone"}}, "bad_decision", ("reason", "'gone' is not one of open, done")),
        ({"convert": {"ship.tonnage": "convert"}}, "bad_decision", ("reason", "the plan does not ask for it")),
        ({"map_status": {"visit.plannd": "open"}}, "bad_decision", ("reason", "the plan does not ask for it; did you mean 'map_status.visit.planned'?")),
        ({"map": {}}, "bad_decision", ("reason", "it must be one of map_status, map_value, default, convert")),
        ({"map_status": []}, "bad_decision", ("reason", "it must be an object")),
        ({"default": {"visit.floor": "x"}}, "bad_decision", ("reason", "not a number")),
        ({"default": {"visit.floor": None}}, "bad_decision", ("reason", "null is no default; say leave_empty")),
    ],
)
def test_a_wrong_or_missing_answer_stops_the_publish(document: dict[str, object] | None, code: str, fact: tuple[str, object]) -> None:
    with pytest.raises(PackdeskError) as caught:
        parse(document, NEEDED, refuse_text)

    assert caught.value.code == code
    assert caught.value.facts[fact[0]] == fact[1]


def test_what_an_earlier_release_decided_may_stay_in_the_document() -> None:
    document = {"map_status": {"visit.planned": "open", "visit.old": "done"}}

    answers = parse(document, NEEDED, refuse_text, ("map_status.visit.old",))

    assert answers == {"map_status.visit.planned": "open", "default.visit.floor": 1}
    assert unasked(document, NEEDED) == ("map_status.visit.old",)


def test_a_question_survives_json() -> None:
    for need in NEEDED:
        assert Need.from_json(need.to_json()) == need
