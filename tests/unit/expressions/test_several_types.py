"""Names that may stand for records of several types: what they share, and whose business they are."""

from dataclasses import replace

import pytest
from tests.contracts.expressions.expression_sample import MemoryGraph, entity, environment, fields_of, lifecycle, model, relation

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression
from packdesk.model.subtypes import Subtype
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.values import Record


def catalogue() -> Catalogue:
    """Return the sample with a second type that has jobs: a plan, which plays the party itself and shares some fields with an order."""
    sample = model()
    plan = entity(
        "plan",
        fields_of(a=Kind.INTEGER, t=Kind.INTEGER, colour=(Kind.OPTION, {"list": "colour"}), owner=(Kind.REFERENCE, {"to": "plan"})),
        party="self",
        plays={"party": {}},
        capabilities=("jobs",),
        subtyped=True,
        subtype_fields=fields_of(rank=Kind.INTEGER, weight=Kind.INTEGER),
    )
    job = replace(sample.entity_types["job"], relations={"parent": relation("parent", to_capability="jobs", inverse="jobs")}, party="")
    note = entity("note", fields_of(about=(Kind.REFERENCE, {"to": "person"}), on=(Kind.REFERENCE, {"to": "plan"})), party="about")
    memo = entity("memo", fields_of(about=(Kind.REFERENCE, {"to": "person"})), party="about", capabilities=("written",))
    letter = replace(memo, id="letter")
    desk = entity("desk", {}, relations={"papers": relation("papers", to_capability="written", many=True), "paper": relation("paper", to_capability="written")})
    yearly = Subtype(
        id="yearly", path="subtypes.plan.yearly", entity_type="plan", label=plan.label, values={"rank": 9, "weight": 1}, statuses={}, choices={}, children={}
    )
    return Catalogue(
        replace(
            sample,
            entity_types={**sample.entity_types, "job": job, "plan": plan, "note": note, "memo": memo, "letter": letter, "desk": desk},
            lifecycles={**sample.lifecycles, "plan": lifecycle("plan")},
            subtypes={**sample.subtypes, "plan": {"yearly": yearly}},
        )
    )


CATALOGUE = catalogue()
GRAPH = MemoryGraph(
    {
        "o1": Record("order", {"id": "o1", "number": "OR1", "a": 4, "state": "busy", "subtype": "repair", "owner": "p1", "colour": "red"}),
        "l1": Record("plan", {"id": "l1", "number": "PL1", "a": 6, "state": "done", "subtype": "yearly", "colour": "green"}),
        "p1": Record("person", {"id": "p1", "number": "PE1", "name": "Ada", "vip": True}),
        "p2": Record("person", {"id": "p2", "number": "PE2", "name": "Bo"}),
        "m1": Record("memo", {"id": "m1", "number": "ME1", "about": "p2"}),
        "j1": Record("job", {"id": "j1", "number": "JO1"}),
        "j2": Record("job", {"id": "j2", "number": "JO2"}),
        "j3": Record("job", {"id": "j3", "number": "JO3"}),
        "d1": Record("desk", {"id": "d1", "number": "DE1"}),
    },
    {("j1", "parent"): ("o1",), ("j2", "parent"): ("l1",), ("d1", "papers"): ("m1",), ("d1", "paper"): ("m1",), ("p1", "orders"): ("o1",)},
)


def compiled(source: str, entity_type: str = "job", expected: Type | None = None) -> Compiled:
    found = compile_expression(Expression(source, "test"), CATALOGUE.scope(Place.CHECK, entity_type), expected)
    assert isinstance(found, Compiled), str(found[0])
    return found


def refused(source: str, entity_type: str = "job") -> str:
    found = compile_expression(Expression(source, "test"), CATALOGUE.scope(Place.CHECK, entity_type))
    assert not isinstance(found, Compiled), source
    return found[0].code


VALUES = [
    ("record.parent.a", "j1", 4),
    ("record.parent.a", "j2", 6),
    ("record.parent.a", "j3", None),
    ("record.parent.colour.warm", "j1", True),
    ("record.parent.state == 'busy'", "j1", True),
    ("record.parent.state.label == 'Fertig'", "j2", True),
    ("record.parent.subtype == 'yearly'", "j2", True),
    ("record.parent.subtype.rank", "j1", 3),
    ("record.parent.subtype.rank", "j2", 9),
    ("record.parent.party == null", "j3", True),
    ("record.parent.party.number", "j1", "PE1"),
    ("record.parent.party.number", "j2", "PL1"),
]


@pytest.mark.parametrize(("source", "job", "value"), VALUES)
def test_a_member_that_several_types_share_is_read_from_whichever_it_is(source: str, job: str, value: object) -> None:
    assert compiled(source).evaluate(environment(GRAPH, GRAPH.records[job])) == value


def test_a_record_of_several_types_is_given_as_the_record() -> None:
    """Its id alone would not say its type."""
    assert compiled("record.parent").evaluate(environment(GRAPH, GRAPH.records["j2"])) == GRAPH.records["l1"]


def test_records_of_one_type_are_given_by_their_ids() -> None:
    assert compiled("record.orders", "person").evaluate(environment(GRAPH, GRAPH.records["p1"])) == ("o1",)


@pytest.mark.parametrize(
    "source", ["record.parent.t == null", "record.parent.owner == null", "record.parent.subtype.weight == null", "record.parent.due == null"]
)
def test_what_the_types_do_not_share_is_no_member(source: str) -> None:
    assert refused(source) == "unknown_member"


def test_a_type_without_a_party_has_none_behind_the_dot() -> None:
    assert refused("record.party") == "unknown_member"


PARTIES = [
    ("record.party.name", "person", "p1", "Ada"),
    ("record.owner.party.name", "order", "o1", "Ada"),
    ("record.paper.party.name", "desk", "d1", "Bo"),
]


@pytest.mark.parametrize(("source", "entity_type", "record", "name"), PARTIES)
def test_the_party_is_the_record_itself_or_the_one_that_its_type_names(source: str, entity_type: str, record: str, name: str) -> None:
    assert compiled(source, entity_type).evaluate(environment(GRAPH, GRAPH.records[record])) == name


def test_a_party_of_several_types_depends_on_each_reference_that_names_it() -> None:
    found = {f"{one.entity_type}.{one.path}" for one in compiled("record.parent.party.number").dependencies}

    assert {"order.owner", "job.parent"} <= found
    assert "plan.self" not in found


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("record.parent.a > 1", "A field of one of several types"),
        ("record.parent.party == null", "The party of several types"),
        ("record.parent == null", "A relation to several types"),
    ],
)
def test_sql_refuses_what_lies_in_one_of_several_tables(source: str, reason: str) -> None:
    fault = compiled(source).sql_fault

    assert fault is not None
    assert fault.message.startswith(reason)


def test_the_browser_refuses_the_party_of_several_types() -> None:
    fault = compiled("record.parent.party == null").browser_fault

    assert fault is not None
    assert fault.message.startswith("The party of several types")


def test_a_record_fits_where_one_of_several_types_is_wanted() -> None:
    assert compiled("record.about", "note", types.record("person", "plan")).type.entity_types == ("person",)
    assert compiled("first(record.orders)", "person", types.record("order", "plan")).type.entity_types == ("order", "plan")
    assert compiled("record.orders", "person", types.list_of(types.record("order", "plan"))).type == types.list_of(types.record("order"))


def test_records_of_overlapping_types_compare_and_of_separate_ones_do_not() -> None:
    assert compiled("record.party == record.owner", "order").type == types.BOOLEAN
    assert compiled("party == record.parent").type == types.BOOLEAN
    assert refused("record.about == record.on", "note") == "type_mismatch"


def test_a_relation_to_a_capability_reads_lists_of_several_types() -> None:
    found = compiled("record.papers.map(p, p.number)", "desk")

    assert found.evaluate(environment(GRAPH, GRAPH.records["d1"])) == ("ME1",)
