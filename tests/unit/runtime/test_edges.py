"""What a runtime says where a type has no lifecycle, no title, no party, and where conditions can be decided beforehand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression
from packdesk.runtime import explain, situation
from packdesk.runtime.compile import Runtime, check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.derivation import Hop
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.finite import BOTH, Enumeration
from packdesk.runtime.json_schema import json_schema
from packdesk.runtime.lifecycle import names
from packdesk.runtime.values import Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann")


def plain(make, *fields, **more) -> Runtime:
    """Return a runtime of a type that has nothing but fields."""
    return compile_model(make.model(make.entity("thing", fields or (make.field(Kind.STRING, "name"),), **more)))


def test_a_type_without_a_lifecycle_has_no_statuses(make):
    entity = plain(make).type("thing")

    assert (entity.statuses_for(""), entity.default_status("open", "")) == ((), "")


def test_a_record_whose_title_says_nothing_is_called_by_its_number(make, graph):
    entity = plain(make, title=Expression("record.number", "entity_types.thing.title")).type("thing")

    assert entity.title(Record("thing", {"id": "1", "number": "TH1"}), graph) == "TH1"


def test_nobody_is_named_where_nothing_is_allowed_apart():
    assert names(None, ANN) is False


def test_a_situation_without_a_record_is_a_mistake_of_the_program(case, graph):
    at = situation.situation(case.type("thing"), None, ANN, graph, NOW)

    with pytest.raises(TypeError, match="no record"):
        _ = at.record


def test_a_situation_takes_the_inputs_of_an_action(case, graph):
    at = situation.situation(case.type("thing"), None, ANN, graph, NOW)

    assert at.with_input({"reason": "late"}).environment.input == {"reason": "late"}


STORED = [
    (Record("thing", {"id": "r1", "number": "TH1"}), "r1"),
    (ANN, "ann"),
    ([Record("thing", {"id": "r1", "number": "TH1"}), "x"], ("r1", "x")),
    (5, 5),
]


@pytest.mark.parametrize(("value", "kept"), STORED)
def test_a_record_keeps_ids_of_records_and_logins_of_people(value, kept):
    assert situation.stored(value) == kept


@pytest.mark.parametrize(
    ("party", "values", "found"),
    [("self", {}, "r1"), ("other", {"other": "r2"}, "r2"), ("other", {}, None), ("other", {"other": "gone"}, None)],
)
def test_a_records_party_is_itself_or_whom_it_refers_to(make, party, values, found):
    other = Record("thing", {"id": "r2", "number": "TH2"})

    class Graph:
        def get(self, entity_type: str, record_id: str) -> Record | None:
            return other if record_id == "r2" else None

    entity = plain(make, make.field(Kind.REFERENCE, "other", to="thing"), party=party).type("thing")

    party_found = situation.party_of(entity, Record("thing", {"id": "r1", "number": "TH1", **values}), Graph())

    assert (party_found.id if party_found else None) == found


def test_a_refusal_without_a_rule_has_no_condition(case):
    assert explain.condition_at(case.type("thing"), "") is None


# conditions that can be decided before any record is there

OUTCOMES: list[tuple[tuple[str, ...], Mapping[str, tuple[str, ...]], frozenset[bool]]] = [
    (("record.state == 'pending'",), {"state": ("pending",)}, frozenset({True})),
    (("record.state == 'pending'",), {"state": ("open",)}, frozenset({False})),
    (("record.status == 'new' && record.state == 'open'",), {}, frozenset({False})),
    (("record.status == 'busy'",), {"state": ("pending",)}, frozenset({False})),
    (("record.state in ['open', 'done']",), {"state": ("pending",)}, frozenset({False})),
    (("record.state in ['open', 'done']",), {"state": ("pending", "open")}, BOTH),
    (("record.ready in [true, record.ready]",), {}, BOTH),
    (("record.ready || !record.ready",), {}, frozenset({True})),
    (("record.state == 'open' ? record.name == 'x' : false",), {"state": ("done",)}, frozenset({False})),
    (("record.state == 'open' ? record.name == 'x' : false",), {"state": ("open",)}, BOTH),
    (("record.name == 'x' && (record.size > 1 || record.state == 'open')",), {}, BOTH),
    (("record.name == 'x'", "false"), {}, frozenset({False})),
]


def _guard(case: Runtime, source: str) -> Compiled | bool:
    found = compile_expression(Expression(source, "test"), Catalogue(case.model).scope(Place.MOVE, "thing"))
    assert isinstance(found, Compiled)
    return False if source == "false" else found


@pytest.mark.parametrize(("sources", "fixed", "outcomes"), OUTCOMES)
def test_a_condition_is_decided_by_trying_every_state(case, sources, fixed, outcomes):
    enumeration = Enumeration(catalogue=Catalogue(case.model), lifecycle=case.model.lifecycles["thing"])

    assert enumeration.outcomes(*(_guard(case, source) for source in sources), fixed=fixed) == outcomes


def test_without_a_lifecycle_states_are_whatever_is_asked(make):
    runtime = plain(make, make.field(Kind.BOOLEAN, "ready"))
    enumeration = Enumeration(catalogue=Catalogue(runtime.model), lifecycle=None)

    assert enumeration.outcomes(_guard(runtime, "record.ready == true"), fixed={"state": ("open",)}) == BOTH


# what the schema of a record tells


def test_the_schema_tells_descriptions_defaults_and_limits(make):
    size = make.field(Kind.INTEGER, "size", default=3, description=make.text("How many."))
    dated = make.field(Kind.DATE, "on", default=Expression("today()", "entity_types.thing.fields.on.default"))
    phones = make.lines("phones", make.field(Kind.STRING, "type"), max_items=2)

    notes = make.lines("notes", make.field(Kind.STRING, "text"))

    schema = json_schema(plain(make, size, dated, lines={"phones": phones, "notes": notes}), "thing")

    assert (schema["properties"]["size"]["description"], schema["properties"]["size"]["default"]) == ("How many.", 3)
    assert "default" not in schema["properties"]["on"]
    assert '"maxItems": 2' in json.dumps(schema["properties"]["phones"])
    assert "maxItems" not in json.dumps(schema["properties"]["notes"])


# fields that nobody can fill


def test_a_required_field_that_is_read_only_and_never_filled_is_a_problem(make):
    model = make.model(
        make.entity(
            "thing",
            (make.field(Kind.STRING, "name", required=True, readonly=True), make.field(Kind.STRING, "given", required=True, readonly=True, default="x")),
        ),
        lifecycles={
            "thing": make.lifecycle(
                (make.state("open", "initial"), make.state("done", "final")),
                (make.status("new", "open"), make.status("over", "done")),
                (make.move("end", ("open",), "done"),),
            )
        },
        actions={"thing": {"end": make.action("end")}},
    )

    assert [(problem.code) for problem in check(model)] == ["required_but_readonly"]


def test_a_derived_field_of_a_section_follows_what_it_reads_of_others(make):
    parent = make.entity("parent", (make.field(Kind.INTEGER, "size"),))
    section = make.section(
        "sums", make.field(Kind.INTEGER, "total", path="entity_types.thing.sections.sums.fields.total", derived=Expression("record.parent.size + 1", "d"))
    )
    thing = make.entity("thing", (make.field(Kind.REFERENCE, "parent", to="parent"),), sections={"sums": section})

    (dependent,) = compile_model(make.model(parent, thing)).dependents("parent", "size")

    assert dependent.entity_type == "thing"
    assert Hop(holder="thing", stored="parent", how="reference") in dependent.hops
