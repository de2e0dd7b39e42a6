"""Relations, links and what else a door may send."""

import pytest

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression
from packdesk.model.people import Area, Organisation
from packdesk.model.scenarios import Given, Scenario, Step
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.json_schema import json_schema
from packdesk.runtime.reading import LinkInput, read_fields, read_input


@pytest.fixture(scope="module")
def linked(make):
    """Give a type with one relation of each sort."""
    part = make.entity("part", (make.field(Kind.REFERENCE, "whole", to="thing"),), capabilities=("work",))
    whole = make.entity(
        "thing",
        (make.field(Kind.REFERENCE, "boss", to="thing"), make.field(Kind.REFERENCES, "crew", to="thing")),
        relations={
            "parts": make.relation("parts", to="part", many=True, inverse="whole"),
            "friends": make.relation("friends", to="thing", many=True, symmetric=True, fields={"since": make.field(Kind.DATE, "since")}),
            "parent": make.relation("parent", to_capability="work", carry_over={"boss": Expression("null", "p")}),
        },
    )
    return compile_model(make.model(whole, part))


def read(linked, data, resolve=None):
    return read_input(linked, "thing", data, reading=Reading(model=linked.model), resolve=resolve)


def test_links_are_read_by_name_or_with_their_own_values(linked):
    found = read(linked, {"friends": ["TH1", {"record": "TH2", "since": "2026-01-01"}], "parent": {"entity_type": "part", "record": "PA1"}})

    assert found.findings == ()
    assert [(link.entity_type, link.record, [str(value) for value in link.values.values()]) for link in found.links["friends"]] == [
        ("thing", "TH1", []),
        ("thing", "TH2", ["2026-01-01"]),
    ]
    assert found.links["parent"] == (LinkInput(entity_type="part", record="PA1"),)


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"parts": ["PA1"]}, "parts", "readonly_field"),
        ({"parent": ["PA1", "PA2"]}, "parent", "too_many_items"),
        ({"friends": [5]}, "friends[0]", "wrong_type"),
        ({"friends": [{"record": "TH1", "until": "x"}]}, "friends[0].until", "unknown_field"),
        ({"friends": [{"record": "TH1", "since": "x"}]}, "friends[0].since", "wrong_type"),
    ],
)
def test_wrong_links_are_found(linked, data, field, code):
    assert [(finding.field, finding.code) for finding in read(linked, data).findings] == [(field, code)]


def test_null_removes_the_links(linked):
    assert read(linked, {"parent": None, "friends": None}).links == {"parent": (), "friends": ()}


def test_references_are_resolved_to_ids(linked):
    found = read(linked, {"boss": "TH1", "crew": ["TH2", "TH3"]}, resolve=lambda targets, name: f"{targets[0]}:{name}")

    assert found.values == {"boss": "thing:TH1", "crew": ("thing:TH2", "thing:TH3")}


def test_inputs_of_an_action_are_read_by_path(case):
    entity = case.type("thing")

    values, findings = read_fields(
        {"answer.text": entity.fields["answer.text"]}, entity, {"answer": {"text": "yes"}, "more": 1}, reading=Reading(model=case.model)
    )

    assert values == {"answer.text": "yes"}
    assert [(finding.field, finding.code) for finding in findings] == [("more", "unknown_field")]


def test_a_section_or_group_of_the_wrong_shape_is_found(case):
    found = read_input(case, "thing", {"answer": 5, "phones": "x"}, reading=Reading(model=case.model))

    assert [(finding.field, finding.code) for finding in found.findings] == [("answer", "wrong_type"), ("phones", "wrong_type")]


def test_the_schema_of_a_patch_demands_nothing_and_knows_links(linked, case):
    patch, create = json_schema(case, "thing", update=True), json_schema(case, "thing")

    assert (patch["required"], create["required"]) == ((), ("name",))
    assert {"friends", "parent"} <= set(json_schema(linked, "thing")["properties"])
    assert "parts" not in json_schema(linked, "thing")["properties"]


def test_areas_free_actions_and_scenarios_are_compiled_and_checked(make):
    areas = {
        "north": Area(
            id="north", path="organisation.areas.north", label=make.text("North"), when=Expression("address.postal_code.matches('^1')", "p"), unit="u"
        )
    }
    given = {"ada": Given(id="ada", path="g", entity_type="thing", subtype="", values={})}
    steps = {"born": Step(id="born", path="s", create="thing", inputs={}, values={})}
    then = {"same": Expression("ada.number == born.number", "p"), "wrong": Expression("eva.number == 'x'", "p")}
    model = make.model(
        make.entity("thing"),
        organisation=Organisation(units={}, areas=areas, collaboration={}, users={}),
        free_actions={"hello": make.action("hello")},
        scenarios={"one": Scenario(id="one", path="scenarios.one", covers=(), given=given, when=steps, then=then)},
    )
    runtime = compile_model(model)

    assert set(runtime.areas()) == {"north"}
    assert runtime.free_action("hello") is not None
    assert runtime.free_action("bye") is None
    assert [problem.code for problem in check(model)] == ["unknown_name"]
