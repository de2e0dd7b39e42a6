"""Reading what doors send, and judging the record as it would be."""

from datetime import UTC, datetime

import jsonschema
import pytest
from referencing import Registry

from packdesk.errors import CATALOGUE, sentence
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Allow, Expression
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.json_schema import json_schema
from packdesk.runtime.situation import situation
from packdesk.runtime.validation import check_line_input, check_record, read_input
from packdesk.runtime.values import Actor, Line, Phone, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann")


def thing(status: str = "new", state: str = "pending", **values: object) -> Record:
    """Return a right record."""
    return Record("thing", {"id": "1", "number": "TH1", "subtype": "free", "status": status, "state": state, "name": "N", "created_at": NOW, **values})


def check(case, graph, new, old=None, given=(), section=""):
    environment = situation(case.type("thing"), new, ANN, graph, NOW).environment
    return check_record(case, environment, new, old, given=frozenset(given), section=section)


def test_input_is_read_with_sections_lines_and_paths(case):
    read = read_input(
        case,
        "thing",
        {"name": "A", "size": 3, "answer": {"text": "yes"}, "phones": [{"id": "l1", "type": "home", "number": "030 901820"}], "assigned_user": None},
        reading=Reading(model=case.model),
    )

    assert read.findings == ()
    assert read.values == {"name": "A", "size": 3, "answer.text": "yes", "assigned_user": None}
    assert read.lines == {"phones": (Line("l1", {"type": "home", "number": Phone("030 901820", "+4930901820", "0901820")}),)}


def test_text_of_a_form_is_read_by_path(case):
    read = read_input(case, "thing", {"size": "1,234", "answer.text": " yes ", "ready": "ja"}, reading=Reading(model=case.model, language="de"), text=True)

    assert [finding.code for finding in read.findings] == ["wrong_type"]
    assert read.values == {"answer.text": "yes", "ready": True}


def test_thousands_are_grouped_as_the_language_does(case):
    german = read_input(case, "thing", {"size": " 1.234 "}, reading=Reading(model=case.model, language="de"), text=True)
    english = read_input(case, "thing", {"size": "1,234"}, reading=Reading(model=case.model, language="en"), text=True)

    assert (german.values, english.values) == ({"size": 1234}, {"size": 1234})


def test_all_faults_of_an_input_are_told_at_once(case):
    """E-1: within a stage all failing fields are reported."""
    given = {
        "nmae": "A",
        "size": 0,
        "double": 4,
        "number": "TH9",
        "colour": "blue",
        "answer": {"txt": ""},
        "phones": [{"number": "call me", "typ": "x"}, 5],
        "other": "TH404",
    }

    read = read_input(case, "thing", given, reading=Reading(model=case.model), resolve=lambda targets, name: None)

    assert {(finding.field, finding.code) for finding in read.findings} == {
        ("nmae", "unknown_field"),
        ("size", "below_minimum"),
        ("double", "derived_field"),
        ("number", "readonly_field"),
        ("colour", "not_an_option"),
        ("answer.txt", "unknown_field"),
        ("phones[0].number", "wrong_type"),
        ("phones[0].typ", "unknown_field"),
        ("phones[1]", "wrong_type"),
        ("other", "unknown_reference"),
    }
    assert next(finding for finding in read.findings if finding.field == "nmae").facts["did_you_mean"] == "name"
    assert all(finding.code in CATALOGUE and "{" not in sentence(finding, "de") for finding in read.findings)


def test_null_clears_a_section_and_a_group(case):
    read = read_input(case, "thing", {"answer": None, "phones": None}, reading=Reading(model=case.model))

    assert (read.values, read.lines, read.findings) == ({"answer.text": None}, {"phones": ()}, ())


JUDGED = [
    ("right", thing(), None, (), "", []),
    ("required", thing(name=None), None, (), "", [("name", "required_field")]),
    ("required when red", thing(colour="red"), None, (), "", [("size", "required_field")]),
    ("section demands when present", thing("busy", "open"), None, (), "", [("answer.text", "required_field")]),
    ("section forced by an action", thing(), None, (), "answer", [("answer.text", "required_field")]),
    ("hidden by a state", thing(reason="x"), None, ("reason",), "", [("reason", "hidden_field")]),
    ("hidden for people only", thing(reason="x"), None, (), "", []),
    ("hidden may be emptied", thing(), thing(reason="x"), ("reason",), "", []),
    ("hidden section", thing(**{"answer.text": "x"}), None, ("answer.text",), "", [("answer.text", "hidden_field")]),
    ("read-only for people", thing("busy", "open", **{"answer.text": "x", "answer.by": "me"}), None, ("answer.by",), "", [("answer.by", "readonly_field")]),
    ("read-only lets effects", thing("busy", "open", **{"answer.text": "x", "answer.by": "me"}), None, (), "", []),
    ("required by a state", thing("dropped", "cancelled"), None, (), "", [("reason", "required_field")]),
    ("immutable once set", thing(customer="B"), thing(customer="A"), (), "", [("customer", "immutable_field")]),
    ("immutable may be filled", thing(customer="B"), thing(), (), "", []),
    ("outside the choices", thing(colour="green"), None, (), "", [("colour", "not_selectable")]),
    ("retired", thing(colour="brown", subtype="strict"), None, (), "", [("colour", "retired_value")]),
    ("retired but kept", thing(colour="brown", comment="x"), thing(colour="brown"), ("comment",), "", []),
    ("check of the whole", thing(size=13), None, (), "", [("", "check_failed")]),
    ("checks wait for right fields", thing(size=13, name=None), None, (), "", [("name", "required_field")]),
    ("reference to nothing", thing(other="404"), None, (), "", [("other", "unknown_reference")]),
]


@pytest.mark.parametrize(("new", "old", "given", "section", "expected"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_a_record_is_judged_as_it_would_be(case, graph, new, old, given, section, expected):
    """Format rules 8, 13 and 14; GEN-20, CARE-4, T-3."""
    found = check(case, graph, new, old, given, section)

    assert [(finding.field, finding.code) for finding in found] == expected
    assert all(finding.rule for finding in found)


def test_candidates_obey_options_when_and_are_asked_again_when_it_changes(case):
    from_other_house = Record("thing", {"id": "2", "number": "TH2", "name": "Else"})
    graph = type(
        "Two", (), {"get": lambda self, t, i: from_other_house if i == "2" else None, "related": lambda *a: (), "user_units": lambda *a: frozenset()}
    )()

    fresh = check(case, graph, thing(other="2"))
    kept = check(case, graph, thing(other="2", comment="x"), thing(other="2"))
    moved = check(case, graph, thing(other="2", name="M"), thing(other="2"))

    assert [[finding.code for finding in found] for found in (fresh, kept, moved)] == [["not_selectable"], [], ["not_selectable"]]


def test_a_retired_value_stays_when_what_its_options_depend_on_changes(make, graph):
    """T-36: retirement never blocks a change of something else."""
    colour = make.field(Kind.OPTION, "colour", list="colour", options_when=Expression("record.size > 1 || candidate != 'brown'", "p"))
    entity = make.entity("thing", (make.field(Kind.INTEGER, "size"), colour))
    lists = {"colour": make.entries("colour", make.entry("brown", effective=False))}
    runtime = compile_model(make.model(entity, value_lists=lists))
    old = Record("thing", {"id": "1", "number": "TH1", "colour": "brown", "size": 2})

    still = check(runtime, graph, old.having({"size": 3}), old)
    excluded = check(runtime, graph, old.having({"size": 1}), old)

    assert ([finding.code for finding in still], [finding.code for finding in excluded]) == ([], ["not_selectable"])


def test_every_chosen_one_of_several_is_judged_unless_it_stood_there_before(make, graph):
    """T-36: what was retired is not chosen anew."""
    lists = {"colour": make.entries("colour", make.entry("red"), make.entry("green"), make.entry("brown", effective=False))}
    runtime = compile_model(make.model(make.entity("thing", (make.field(Kind.OPTIONS, "colours", list="colour"),)), value_lists=lists))
    old = Record("thing", {"id": "1", "number": "TH1", "colours": ("red",)})
    brown = old.having({"colours": ("red", "brown")})

    found = [check(runtime, graph, new, before) for new, before in ((old.having({"colours": ("red", "green")}), old), (brown, old), (brown, brown))]

    assert [[(finding.field, finding.code) for finding in each] for each in found] == [[], [("colours", "retired_value")], []]


def test_lines_are_judged_one_by_one_and_together(case, graph):
    lines = (
        Line("a", {"type": "home", "number": Phone("1")}),
        Line("b", {"type": "home", "number": Phone("2")}),
        Line("c", {"number": None}),
        Line("d", {"type": "none", "number": Phone("3")}),
    )
    new = Record("thing", thing().values, {"phones": lines})

    found = check(case, graph, new)

    assert {(finding.field, finding.code) for finding in found} == {
        ("phones", "too_many_items"),
        ("phones[1].type", "line_not_unique"),
        ("phones[2].type", "required_field"),
        ("phones[2].number", "required_field"),
        ("phones[3]", "check_failed"),
    }
    (twice,) = [finding for finding in found if finding.code == "line_not_unique"]
    assert [sentence(twice, language) for language in ("en", "de")] == [
        "Two lines of phones have the same Type.",
        "Zwei Zeilen von phones haben denselben Wert für Type.",
    ]


def test_rows_that_nobody_touched_are_not_judged_again(case, graph):
    """T-36: a row that became wrong since does not stand in the way of another."""
    wrong, right = Line("a", {"type": "none", "number": None}), Line("b", {"type": "home", "number": Phone("1")})
    old = Record("thing", thing().values, {"phones": (wrong,)})

    found = check(case, graph, Record("thing", old.values, {"phones": (wrong, right)}), old)

    assert found == ()


def test_a_person_chooses_on_a_line_what_the_list_admits_him_to_and_keeps_what_stood_there(make, graph):
    """GEN-22."""
    goods = make.entries("goods", make.entry("timber"), make.entry("grain", allow=Allow(roles=("inspector",))))
    rows = make.lines("rows", make.field(Kind.OPTION, "goods", list="goods"), make.field(Kind.OPTIONS, "more", list="goods"), make.field(Kind.STRING, "note"))
    runtime = compile_model(make.model(make.entity("thing", lines={"rows": rows}), value_lists={"goods": goods}))
    old = Record("thing", {"id": "1", "number": "TH1"}, {"rows": (Line("a", {"goods": "grain", "more": ("grain",)}),)})
    kept = Line("a", {"goods": "grain", "more": ("grain", "timber")})
    chosen = Line("", {"goods": "grain", "more": ("timber", "grain"), "note": "grain"})
    other = Line("", {"goods": "timber", "more": ("ghost",), "note": None})

    def judge(actor: Actor) -> list[tuple[str, str, str]]:
        environment = situation(runtime.type("thing"), old, actor, graph, NOW).environment
        found = check_line_input(runtime, environment, old, old, {"rows": (kept, chosen, other)})
        return [(finding.field, finding.code, finding.rule) for finding in found]

    assert judge(ANN) == [("rows[1].goods", "not_selectable", "lists.grain.allow"), ("rows[1].more", "not_selectable", "lists.grain.allow")]
    assert judge(Actor(login="ida", roles=frozenset({"inspector"}))) == []


def test_a_person_may_not_write_read_only_values_of_a_line(case, graph):
    old = Record("thing", thing().values, {"phones": (Line("a", {"type": "home", "checked": True}),)})
    environment = situation(case.type("thing"), old, ANN, graph, NOW).environment

    echoed = check_line_input(case, environment, old, old, {"phones": (Line("a", {"checked": True}),)})
    changed = check_line_input(case, environment, old, old, {"phones": (Line("a", {"checked": False}), Line("", {"checked": True}))})

    assert echoed == ()
    assert [(finding.field, finding.code) for finding in changed] == [("phones[0].checked", "readonly_field"), ("phones[1].checked", "readonly_field")]


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ({"name": "A"}, True),
        ({}, False),
        ({"name": "A", "size": 0}, False),
        ({"name": "A", "double": 4}, False),
        ({"name": "A", "answer": {"text": "x"}}, True),
        ({"name": "A", "answer": {"txt": "x"}}, False),
        ({"name": "A", "phones": [{"type": "home", "number": "030 901820"}]}, True),
        ({"name": "A", "phones": [{"type": "home", "numb": "030 901820"}]}, False),
        ({"name": None}, True),
    ],
)
def test_the_derived_schema_takes_what_is_read(case, given, right):
    schema = _listed(json_schema(case, "thing"))
    jsonschema.Draft202012Validator.check_schema(schema)

    assert jsonschema.Draft202012Validator(schema, registry=Registry()).is_valid(given) is right
    assert (read_input(case, "thing", given, reading=Reading(model=case.model)).findings == ()) is right or given == {}


def _listed(node: object) -> object:
    if isinstance(node, dict):
        return {key: _listed(value) for key, value in node.items()}
    return [_listed(item) for item in node] if isinstance(node, tuple) else node
