"""Rarely taken turns: ways through parties and lists, fresh answers on entering a state, presets of lines, types of effects."""

from datetime import UTC, datetime

import pytest

from packdesk.model.actions import Effect
from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import Flag
from packdesk.model.nodes import Expression
from packdesk.model.subtypes import Choice
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.derivation import Hop
from packdesk.runtime.situation import situation
from packdesk.runtime.validation import check_fields, check_immutable
from packdesk.runtime.values import Actor, Line, Phone, Record
from packdesk.runtime.verify import verify

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann")


def derived(source: str) -> Expression:
    return Expression(source, "p")


@pytest.mark.parametrize(
    ("source", "read", "stored"),
    [
        ("first(record.parts).name", ("part", "name"), ("field",)),
        ("record.parts.exists(x, x.name == 'a') ? 'y' : 'n'", ("part", "name"), ("field",)),
        ("record.owner.name", ("person", "name"), ("reference",)),
        ("record.party.name", ("person", "name"), ("reference",)),
        ("first(record.parts).maker.name", ("person", "name"), ("field", "reference")),
        ("record.parts.exists(x, x.maker.name == 'a') ? 'y' : 'n'", ("person", "name"), ("field", "reference")),
        ("first(record.parts.map(x, x.maker)).name", ("person", "name"), ("field", "reference")),
        ("first(record.parts.filter(x, x.name != 'a')).maker.name", ("person", "name"), ("field", "reference")),
    ],
)
def test_the_way_to_what_is_read_leads_through_lists_and_parties(make, source, read, stored):
    person = make.entity("person", (make.field(Kind.STRING, "name"),), plays={"party": {}})
    part = make.entity(
        "part", (make.field(Kind.REFERENCE, "whole", to="thing"), make.field(Kind.REFERENCE, "maker", to="person"), make.field(Kind.STRING, "name"))
    )
    whole = make.entity(
        "thing",
        (make.field(Kind.REFERENCE, "owner", to="person"), make.field(Kind.STRING, "told", derived=derived(source))),
        relations={"parts": make.relation("parts", to="part", many=True, inverse="whole")},
        party="owner",
    )

    found = compile_model(make.model(person, part, whole)).dependents(*read)

    assert [(dependent.entity_type, dependent.path, tuple(hop.how for hop in dependent.hops)) for dependent in found] == [("thing", "told", stored)]
    assert all(isinstance(hop, Hop) for dependent in found for hop in dependent.hops)


def test_every_type_on_the_way_leads_back(make):
    """A parent may be of several types, and a condition may choose between two ways."""
    person = make.entity("person", (make.field(Kind.STRING, "name"),), plays={"party": {}})
    first = make.entity("first", (make.field(Kind.REFERENCE, "owner", to="person"),), party="owner", capabilities=("grows",))
    second = make.entity("second", (make.field(Kind.REFERENCE, "buyer", to="person"),), party="buyer", capabilities=("grows",))
    ways = "record.single ? record.parent.party.name : record.friend.name"
    fields = (make.field(Kind.BOOLEAN, "single"), make.field(Kind.REFERENCE, "friend", to="person"), make.field(Kind.STRING, "told", derived=derived(ways)))
    child = make.entity("child", fields, relations={"parent": make.relation("parent", to_capability="grows")})

    found = compile_model(make.model(person, first, second, child)).dependents("person", "name")

    assert {tuple((hop.holder, hop.stored) for hop in dependent.hops) for dependent in found} == {
        (("child", "parent"), ("first", "owner")),
        (("child", "parent"), ("second", "buyer")),
        (("child", "friend"),),
    }


def fresh(make, flag: Flag):
    life = make.lifecycle(
        (make.state("a", "initial"), make.state("b", "final", fields={"why": (flag,)})),
        (make.status("a", "a"), make.status("b", "b")),
        (make.move("go", ("a",), "b"),),
    )
    return compile_model(make.model(make.entity("thing", (make.field(Kind.STRING, "why"),)), lifecycles={"thing": life}))


@pytest.mark.parametrize(
    ("flag", "new", "given", "refused"),
    [
        (Flag.CHANGE, "old", ("why",), True),
        (Flag.CHANGE, "new", ("why",), False),
        (Flag.PROMPT, "old", (), True),
        (Flag.PROMPT, "old", ("why",), False),
    ],
)
def test_a_state_may_demand_a_fresh_answer(make, graph, flag, new, given, refused):
    """SPEC 4.3: must-prompt, must-change."""
    runtime = fresh(make, flag)
    old = Record("thing", {"id": "1", "number": "T1", "state": "a", "status": "a", "why": "old"})
    after = old.having({"state": "b", "status": "b", "why": new})
    environment = situation(runtime.type("thing"), after, ANN, graph, NOW).environment

    found = check_fields(runtime, environment, after, old, given=frozenset(given))

    assert [finding.code for finding in found] == (["required_field"] if refused else [])


def test_lines_obey_the_subtypes_choices_and_immutability(make, graph):
    group = make.lines(
        "colours",
        make.field(Kind.OPTION, "colour", list="colour", immutable=True),
        make.field(Kind.STRING, "note", visible=False),
        choices="colours",
        min_items=1,
    )
    subtype = make.subtype("one", choices={"colours": {"red": Choice(id="red", path="c", values={})}})
    lists = {"colour": make.entries("colour", make.entry("red"), make.entry("green"))}
    runtime = compile_model(
        make.model(make.entity("thing", (), lines={"colours": group}, subtyped=True), subtypes={"thing": {"one": subtype}}, value_lists=lists)
    )
    base = {"id": "1", "number": "T1", "subtype": "one"}

    def judge(new: tuple[Line, ...], old: tuple[Line, ...] | None = None):
        record = Record("thing", base, {"colours": new})
        before = None if old is None else Record("thing", base, {"colours": old})
        return [(one.field, one.code) for one in check_fields(runtime, situation(runtime.type("thing"), record, ANN, graph, NOW).environment, record, before)]

    assert judge((Line("a", {"colour": "red"}),)) == []
    assert judge((Line("a", {"colour": "green"}),)) == [("colours[0].colour", "not_selectable")]
    assert judge((Line("a", {"colour": "green"}),), (Line("a", {"colour": "red"}),)) == [("colours[0].colour", "immutable_field")]
    assert judge(()) == [("colours", "too_few_items")]


def test_immutable_fields_are_judged_apart(case, graph):
    old = Record("thing", {"id": "1", "number": "TH1", "customer": "A"})
    new = old.having({"customer": None})

    found = check_immutable(case, situation(case.type("thing"), new, ANN, graph, NOW).environment, new, old)

    assert [(finding.field, finding.code) for finding in found] == [("customer", "immutable_field")]


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        ("set_field", {}),
        ("set_section", {"section": "part"}),
        ("add_line", {"lines": "rows"}),
        ("create_record", {"entity_type": "thing"}),
    ],
)
def test_the_value_of_an_effect_must_be_of_the_type_of_its_place(make, do, arguments):
    """DESIGN 8.5."""
    number = make.field(Kind.INTEGER, "size")
    entity = make.entity("thing", (number,), sections={"part": make.section("part", number)}, lines={"rows": make.lines("rows", number)})
    effect = Effect(id="write", path="e", do=do, values={"size": Expression("record.number", "p")}, arguments=arguments)

    found = check(make.model(entity, actions={"thing": {"go": make.action("go", effects={"write": effect})}}))

    assert [problem.code for problem in found] == ["type_mismatch"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("(record.flag ? record.flag : record.flag) && !record.flag", "guard_never_true"),
        ("record.colour.strong && record.colour == 'pink'", "guard_never_true"),
        ("record.name == 'a' && !(record.name == 'a')", "guard_never_true"),
        ("record.name == 'a' || record.flag", ""),
        ("record.status == 'a'", "guard_always_true"),
    ],
)
def test_conditions_are_decided_through_choices_attributes_and_equal_parts(make, source, code):
    strong = make.field(Kind.BOOLEAN, "strong")
    colours = make.entries(
        "colour", make.entry("red", attributes={"strong": True}), make.entry("pink", attributes={"strong": False}), attributes={"strong": strong}
    )
    life = make.lifecycle(
        (make.state("a", "initial"), make.state("b", "final")),
        (make.status("a", "a"), make.status("b", "b")),
        (make.move("go", ("a",), "b"), make.move("leap", ("a",), "b", when=derived(source))),
    )
    entity = make.entity("thing", (make.field(Kind.BOOLEAN, "flag"), make.field(Kind.OPTION, "colour", list="colour"), make.field(Kind.STRING, "name")))

    found = verify(make.model(entity, lifecycles={"thing": life}, value_lists={"colour": colours}))

    assert [problem.code for problem in found] == ([code] if code else [])


def test_a_value_of_several_columns_is_none_when_they_are_empty(case):
    kind = case.type("thing").groups["phones"].fields["number"].kind

    assert kind.from_columns(kind.to_columns(None)) is None
    assert kind.from_columns(kind.to_columns(Phone("1"))) == Phone("1")
