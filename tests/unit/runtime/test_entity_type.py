"""What a compiled type knows of itself: names, marks, places, what its title is made of, and which rules speak of which step."""

from dataclasses import replace

import pytest

from packdesk.model.entity_types import Access, Kind
from packdesk.model.lifecycles import Flag
from packdesk.model.nodes import Expression, Origin
from packdesk.runtime.compile import EntityRuntime, compile_entity
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.expressions.catalogue import Catalogue
from packdesk.runtime.values import Record
from packdesk.runtime.workshop import Workshop


def named(make, title: str, **more: object) -> EntityRuntime:
    """Return a type with this title, beside another that it refers to."""
    other = make.entity("other", (make.field(Kind.STRING, "name"),))
    fields = (make.field(Kind.STRING, "name"), make.field(Kind.INTEGER, "size"), make.field(Kind.REFERENCE, "kin", to="other"))
    return compile_model(make.model(make.entity("thing", fields, title=Expression(title, "p"), **more), other)).type("thing")


TITLES = [
    ("record.name", {"name"}, "name", ("owner_unit", "privacy_level", "name")),
    ("record.number", {"number"}, "number", ("owner_unit", "privacy_level")),
    ("record.number + ' ' + record.name", {"number", "name"}, "", ("owner_unit", "privacy_level", "name")),
    ("record.size > 1 ? record.name : ''", {"name", "size"}, "", ("owner_unit", "privacy_level", "name", "size")),
    ("record.kin.name", None, "", None),
    ("'thing'", set(), "", ("owner_unit", "privacy_level")),
]


@pytest.mark.parametrize(("title", "reads", "field", "glance"), TITLES)
def test_a_type_knows_what_its_title_is_made_of(make, title, reads, field, glance):
    """A reference is named with the columns of its own row alone, unless the title walks to another record."""
    entity = named(make, title)

    assert (entity.title_reads, entity.title_field, entity.glance) == (reads, field, glance)


def test_whom_a_record_is_open_to_takes_more_than_a_glance_where_its_master_decides(make):
    entity = named(make, "record.name", access=Access.IMPLICIT, master="kin")

    assert (entity.title_reads, entity.glance) == ({"name"}, None)


def test_a_type_whose_title_is_wrong_calls_its_records_by_their_numbers(make, graph):
    """The checks of a pack go on after a wrong title."""
    model = make.model(make.entity("thing", title=Expression("nix", "p")))
    workshop = Workshop(model, Catalogue(model))

    entity = compile_entity(workshop, model.entity_types["thing"])

    assert [problem.code for problem in workshop.problems] == ["unknown_name"]
    assert entity.title(Record("thing", {"number": "TH1"}), graph) == "TH1"
    assert (entity.title_reads, entity.title_field) == (frozenset(), "")


def test_a_quick_search_looks_into_fields_and_lines(make):
    phones = make.lines("phones", make.field(Kind.PHONE, "number", searchable=True), make.field(Kind.STRING, "type"))
    rowed = compile_model(make.model(make.entity("thing", (make.field(Kind.STRING, "name", searchable=True),), lines={"phones": phones}))).type("thing")

    assert rowed.searchable == ("number", "name", "phones.number")


def test_the_fields_that_name_records_are_known_by_path_and_by_group(make):
    rows = make.lines("rows", make.field(Kind.REFERENCE, "who", to="thing"), make.field(Kind.STRING, "note"))
    plain = make.lines("plain", make.field(Kind.STRING, "note"))
    fields = (make.field(Kind.REFERENCE, "boss", to="thing"), make.field(Kind.REFERENCES, "friends", to="thing"), make.field(Kind.STRING, "name"))

    entity = compile_model(make.model(make.entity("thing", fields, lines={"rows": rows, "plain": plain}))).type("thing")

    assert [path for path, _ in entity.naming] == ["boss", "friends"]
    assert {group: [name for name, _ in named] for group, named in entity.naming_lines.items()} == {"rows": ["who"]}
    assert set(entity.lines) == {"rows", "plain"}


# rules and statuses


@pytest.mark.parametrize(
    ("subtype", "step", "rules"),
    [
        ("strict", ("new", "busy"), ["begin"]),
        ("strict", ("busy", "waiting"), ["wait"]),
        ("strict", ("new", "waiting"), []),
        ("free", ("new", "busy"), []),
        ("", ("new", "busy"), []),
    ],
)
def test_the_rules_between_two_statuses_are_the_subtypes_own(case, subtype, step, rules):
    found = case.type("thing").rules_between(subtype, *step)

    assert [rule.rule.id for rule in found] == rules


def test_a_subtype_without_rules_of_its_own_has_the_lifecycles(make):
    """T-12: rules of one step are all known, in written order; a subtype with none is narrowed by nothing."""
    life = make.lifecycle(
        (make.state("a", "initial"), make.state("b", "final")),
        (make.status("new", "a"), make.status("idle", "a"), make.status("over", "b")),
        (make.move("go", ("a",), "b"),),
        (make.rule("end", ("new", "idle"), "over"), make.rule("end_too", ("new",), "over")),
    )
    subtypes = {"thing": {"usual": make.subtype("usual"), "loose": make.subtype("loose", rules={})}}

    entity = compile_model(make.model(make.entity("thing", subtyped=True), lifecycles={"thing": life}, subtypes=subtypes)).type("thing")

    assert [rule.rule.id for rule in entity.rules_between("usual", "new", "over")] == ["end", "end_too"]
    assert [rule.rule.id for rule in entity.rules_between("usual", "idle", "over")] == ["end"]
    assert entity.rules_between("loose", "new", "over") == ()


def test_the_statuses_of_a_state_are_those_in_use_that_the_subtype_has(make):
    """CARE-24, T-36."""
    life = make.lifecycle(
        (make.state("a", "initial"), make.state("b", "final")),
        (make.status("new", "a"), make.status("idle", "a"), make.status("gone", "a", effective=False), make.status("over", "b")),
        (make.move("go", ("a",), "b"),),
    )
    subtypes = {"thing": {"small": make.subtype("small", statuses={"idle": True, "gone": False}), "all": make.subtype("all")}}

    entity = compile_model(make.model(make.entity("thing", subtyped=True), lifecycles={"thing": life}, subtypes=subtypes)).type("thing")

    assert [entity.statuses_of(subtype, "a") for subtype in ("small", "all", "", "unheard")] == [("idle",), *[("new", "idle")] * 3]
    assert [entity.statuses_of(subtype, "b") for subtype in ("small", "all")] == [(), ("over",)]


def test_a_type_without_a_lifecycle_has_neither_marks_nor_statuses_of_a_state(make):
    entity = named(make, "record.name")

    assert (entity.marks, entity.statuses_of("", "open"), entity.rules_between("", "new", "busy")) == ({}, (), ())


# marks, questions, order


def test_what_each_state_does_to_fields_is_known_by_state(case):
    marks = case.type("thing").marks

    assert marks["cancelled"] == {"reason": {Flag.REQUIRED}, "comment": {Flag.READONLY}}
    assert marks["open"] == {}


def test_fields_that_can_become_wrong_untouched_are_those_demanded_marked_or_listed(case):
    """What has no demand, mark, list or target stays right while nobody touches it."""
    questionable = case.type("thing").questionable

    assert {"name", "size", "reason", "comment", "colour", "other", "answer.text"} <= questionable
    assert questionable.isdisjoint({"customer", "ready", "double"})


def test_actions_that_move_stand_first_in_the_lifecycles_order_then_the_rest_by_their_place(make):
    """GEN-13."""
    life = make.lifecycle(
        (make.state("a", "initial"), make.state("b"), make.state("c", "final")),
        (make.status("a", "a"), make.status("b", "b"), make.status("c", "c")),
        (make.move("begin", ("a",), "b"), make.move("end", ("b",), "c")),
    )
    actions = {"call": make.action("call", order=2), "end": make.action("end"), "mail": make.action("mail", order=1), "open": make.action("open", move="begin")}

    entity = compile_model(make.model(make.entity("thing"), lifecycles={"thing": life}, actions={"thing": actions})).type("thing")

    assert [action.action.id for action in entity.actions_in_order] == ["open", "end", "mail", "call"]


def test_fields_are_filled_after_those_that_they_read_and_each_once(make):
    fields = (
        make.field(Kind.INTEGER, "twice", default=Expression("record.once * 2", "p")),
        make.field(Kind.INTEGER, "once", default=1),
        make.field(Kind.INTEGER, "sum", derived=Expression("record.twice + record.once + record.typed", "p")),
        make.field(Kind.INTEGER, "typed"),
        make.field(Kind.INTEGER, "ping", default=Expression("record.pong", "p")),
        make.field(Kind.INTEGER, "pong", default=Expression("record.ping", "p")),
        make.field(Kind.BOOLEAN, "late", derived=Expression("now > record.created_at", "p")),
        make.field(Kind.OPTION, "colour", list="colour", required=True),
        make.field(Kind.OPTION, "shade", list="colour"),
    )
    lists = {"colour": make.entries("colour", make.entry("red", default=True), make.entry("green"))}

    entity = compile_model(make.model(make.entity("thing", fields), value_lists=lists)).type("thing")

    assert entity.filling_order == ("once", "twice", "sum", "pong", "ping", "colour")
    assert (entity.own_reads["sum"], entity.own_reads["typed"]) == ({"twice", "once", "typed"}, frozenset())


def test_what_a_derived_state_reads_is_known_like_that_of_a_field(make):
    life = replace(
        make.lifecycle((make.state("off", "initial"), make.state("on")), (make.status("off", "off"), make.status("on", "on"))),
        derived=Expression("record.flag ? 'on' : 'off'", "p"),
    )

    entity = compile_model(make.model(make.entity("thing", (make.field(Kind.BOOLEAN, "flag"),)), lifecycles={"thing": life})).type("thing")

    assert entity.own_reads["state"] == {"flag"}


def test_a_rule_is_placed_in_its_pack_and_what_nobody_wrote_nowhere(make):
    """GEN-27."""
    written = Origin(pack="acme", version="1", file="entity_types/thing.json", line=5, column=3)
    entity = compile_model(make.model(make.entity("thing"), origins={"entity_types.thing": written})).type("thing")

    places = [entity.place(rule) for rule in ("entity_types.thing.checks.whole", "engine.lock", "", "entity_types.thing.checks.whole")]

    assert places == ["acme/entity_types/thing.json:5", "", "", "acme/entity_types/thing.json:5"]
