"""Why a field is there, hidden, closed or demanded: each rule by its path, with its condition where it has one."""

from datetime import UTC, datetime

import pytest

from packdesk.model.entity_types import Kind
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.field_reasons import Says, field_reasons
from packdesk.runtime.field_state import field_state
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
FIELDS = "entity_types.thing.fields"
ANSWER = "entity_types.thing.sections.answer"
STATES = "transitions.thing.states"


def _at(runtime: Runtime, graph: object, **values: object) -> Situation:
    record = Record("thing", {"id": "1", "number": "TH1", "created_at": NOW, **values})
    return situation(runtime.type("thing"), record, Actor(login="ann"), graph, NOW, old=record)


def _said(at: Situation, path: str) -> list[tuple[Says, str, str]]:
    """Return what each rule says of a field, its path, and its condition as it is written."""
    found = field_reasons(at, at.entity.fields[path])
    return [(one.says, one.rule, one.tree.text if one.tree is not None else "") for one in found]


@pytest.mark.parametrize(
    ("state", "values", "path", "expected"),
    [
        ("busy", {}, "name", [(Says.THERE, f"{FIELDS}.name", ""), (Says.REQUIRED, f"{FIELDS}.name.required", "")]),
        ("busy", {}, "customer", [(Says.THERE, f"{FIELDS}.customer", ""), (Says.FIXED, f"{FIELDS}.customer.immutable", "")]),
        (
            "busy",
            {},
            "double",
            [(Says.THERE, f"{FIELDS}.double", ""), (Says.COMPUTED, f"{FIELDS}.double.derived", "record.size * 2")],
        ),
        (
            "busy",
            {"colour": "red"},
            "size",
            [(Says.THERE, f"{FIELDS}.size", ""), (Says.REQUIRED, f"{FIELDS}.size.required", "record.colour == 'red'")],
        ),
        (
            "busy",
            {"colour": "green"},
            "size",
            [(Says.THERE, f"{FIELDS}.size", ""), (Says.OPTIONAL, f"{FIELDS}.size.required", "record.colour == 'red'")],
        ),
        (
            "cancelled",
            {},
            "reason",
            [
                (Says.THERE, f"{FIELDS}.reason", ""),
                (Says.SHOWN, f"{FIELDS}.reason.visible", "record.state == 'cancelled' || record.state == 'pending'"),
                (Says.REQUIRED, f"{STATES}.cancelled.fields", ""),
            ],
        ),
        (
            "open",
            {},
            "reason",
            [
                (Says.THERE, f"{FIELDS}.reason", ""),
                (Says.HIDDEN, f"{FIELDS}.reason.visible", "record.state == 'cancelled' || record.state == 'pending'"),
            ],
        ),
        ("pending", {}, "reason", [(Says.THERE, f"{FIELDS}.reason", ""), (Says.HIDDEN, f"{STATES}.pending.fields", "")]),
        ("cancelled", {}, "comment", [(Says.THERE, f"{FIELDS}.comment", ""), (Says.READONLY, f"{STATES}.cancelled.fields", "")]),
        (
            "open",
            {},
            "answer.by",
            [
                (Says.THERE, f"{ANSWER}.fields.by", ""),
                (Says.SHOWN, f"{ANSWER}.present_when", "record.state == 'open' || record.state == 'done'"),
                (Says.READONLY, f"{ANSWER}.fields.by.readonly", ""),
            ],
        ),
        (
            "pending",
            {},
            "answer.by",
            [
                (Says.THERE, f"{ANSWER}.fields.by", ""),
                (Says.HIDDEN, f"{ANSWER}.present_when", "record.state == 'open' || record.state == 'done'"),
            ],
        ),
    ],
)
def test_each_rule_about_a_field_is_named(case, graph, state: str, values: dict[str, object], path: str, expected: list[tuple[Says, str, str]]) -> None:
    assert _said(_at(case, graph, state=state, **values), path) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"shut": True},
            [(Says.READONLY, f"{ANSWER}.readonly", "record.shut == true"), (Says.OPEN, f"{ANSWER}.fields.words.readonly", "record.kept == true")],
        ),
        (
            {"kept": True},
            [(Says.OPEN, f"{ANSWER}.readonly", "record.shut == true"), (Says.READONLY, f"{ANSWER}.fields.words.readonly", "record.kept == true")],
        ),
    ],
)
def test_what_could_close_a_field_and_does_not_is_named_too(make, graph, values: dict[str, object], expected: list[tuple[Says, str, str]]) -> None:
    words = make.field(Kind.STRING, "words", path=f"{ANSWER}.fields.words", readonly=make.expression("record.kept == true"))
    answer = make.section("answer", words, readonly=make.expression("record.shut == true"))
    entity = make.entity("thing", (make.field(Kind.BOOLEAN, "shut"), make.field(Kind.BOOLEAN, "kept")), sections={"answer": answer})
    at = _at(compile_model(make.model(entity)), graph, **values)

    assert _said(at, "answer.words")[1:] == expected
    assert field_state(at, at.entity.fields["answer.words"]).readonly
