"""What the check refuses, and what it says."""

import pytest
from tests.contracts.expressions.expression_sample import model

from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.faults import ExpressionFault
from packdesk.runtime.expressions.types import Type

CATALOGUE = Catalogue(model())


def fault(source: str, expected: Type | None = None, place: Place = Place.CHECK) -> ExpressionFault:
    found = compile_expression(Expression(source, "test"), CATALOGUE.scope(place, "order"), expected)
    assert not isinstance(found, Compiled), f"{source} was accepted"
    return found[0]


def accepted(source: str, expected: Type | None = None) -> Compiled:
    found = compile_expression(Expression(source, "test"), CATALOGUE.scope(Place.CHECK, "order"), expected)
    assert isinstance(found, Compiled), str(found[0])
    return found


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "expression_syntax"),
        ("record.a ==", "expression_syntax"),
        ("record.a & record.b", "expression_syntax"),
        ("record.a and record.b", "expression_syntax"),
        ("'open", "expression_syntax"),
        ("record.a < 1 < 2", "expression_syntax"),
        ("record.parts[0]", "expression_syntax"),
        ("'\\u0000'", "expression_syntax"),
        ("record.colour = 'red'", "single_equals"),
        ("recrod.a", "unknown_name"),
        ("candidate", "name_not_offered"),
        ("record.ownr", "unknown_member"),
        ("record.owner.nme", "unknown_member"),
        ("record.parts.amount", "unknown_member"),
        ("setting.anything", "unknown_member"),
        ("lenght(record.t)", "unknown_function"),
        ("length()", "wrong_arguments"),
        ("duration('3 moons')", "wrong_arguments"),
        ("date('2026-02-30')", "wrong_arguments"),
        ("record.parts.all(record, true)", "wrong_arguments"),
        ("record.a + record.t", "type_mismatch"),
        ("record.w + record.a", "type_mismatch"),
        ("record.a == 'x'", "type_mismatch"),
        ("record.a ? 1 : 2", "type_mismatch"),
        ("record.colour < 'red'", "type_mismatch"),
        ("record.answer == null", "type_mismatch"),
        ("record.colour == record.urgency", "type_mismatch"),
        ("record.colour == 'rde'", "unknown_option"),
        ("record.state in ['done', 'gone']", "unknown_option"),
        ("record.state.kind == 'closed'", "unknown_option"),
        ("within(record.kind, 'software')", "unknown_option"),
        ("has_role(actor, 'boss')", "unknown_option"),
        ("is_member(actor, 'nowhere')", "unknown_option"),
        ("matrix('none', record.urgency, record.impact)", "unknown_option"),
        ("hour(now, 'Europe/Atlantis')", "unknown_option"),
        ("9007199254740992", "number_too_large"),
        ("1.1234567", "number_too_large"),
        ("record.owner.boss.boss.boss.name", "path_too_long"),
        ("record.parts.all(a, record.parts.all(b, record.parts.all(c, true)))", "macros_too_deep"),
        ("record.t.matches(record.u)", "bad_pattern"),
        ("(record.a > 1", "expression_syntax"),
        ("record.(a)", "expression_syntax"),
        ("'\\q'", "expression_syntax"),
        ("'a\x01b'", "expression_syntax"),
        ("+".join(["1"] * 40), "expression_too_deep"),
        ("record.answer.nte == null", "unknown_member"),
        ("record.parts.all(p, p.amuont > 1)", "unknown_member"),
        ("record.colour.rnk > 1", "unknown_member"),
        ("subtype.prats", "unknown_member"),
        ("all(record.parts, true)", "wrong_arguments"),
        ("record.parts.all(true)", "wrong_arguments"),
        ("record.parts.all(p.name, true)", "wrong_arguments"),
        ("record.a.all(p, true)", "type_mismatch"),
        ("record.parts.map(p, record.colours)", "type_mismatch"),
        ("[record.colours]", "type_mismatch"),
        ("-record.t", "type_mismatch"),
        ("record.colours == record.colours", "type_mismatch"),
        ("record.home == record.home", "type_mismatch"),
        ("record.t in record.u", "type_mismatch"),
        ("record.t in [1, 2]", "type_mismatch"),
        ("record.home in [record.home]", "type_mismatch"),
        ("record.s - record.d", "type_mismatch"),
        ("record.p ? record.owner : record.jobs", "type_mismatch"),
        ("size(record.a)", "type_mismatch"),
        ("size(record.t)", "type_mismatch"),
        ("sum(record.colours)", "type_mismatch"),
        ("coalesce(record.colours, record.colours)", "type_mismatch"),
        ("min(record.p, record.q)", "type_mismatch"),
        ("max(record.w, record.v)", "type_mismatch"),
        ("year(record.t)", "type_mismatch"),
        ("hour(record.d)", "type_mismatch"),
        ("text(record.colours)", "type_mismatch"),
        ("abs(record.t)", "type_mismatch"),
        ("round(record.x, record.a)", "wrong_arguments"),
        ("round(record.x, 7)", "wrong_arguments"),
        ("within(record.t, 'hardware')", "type_mismatch"),
        ("within(record.kind, record.t)", "wrong_arguments"),
        ("has_role(record.user, 'agent')", "wrong_arguments"),
        ("is_member(record.t, 'care')", "type_mismatch"),
        ("changed(record.owner.name)", "wrong_arguments"),
        ("datetime('2026-02-30T10:00:00Z')", "wrong_arguments"),
        ("datetime('0001-01-01T00:00:00+14:00')", "wrong_arguments"),
    ],
)
def test_mistake_is_named(source: str, code: str) -> None:
    """X-2."""
    assert fault(source).code == code


def test_what_changed_is_asked_only_where_there_is_a_record_before() -> None:
    assert fault("changed(record.a)", place=Place.MOVE).code == "name_not_offered"


def test_a_length_of_time_adds_to_a_day_from_either_side() -> None:
    assert accepted("record.s + record.d").type == accepted("record.d + record.s").type == types.DATE


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + "1",
        "(" * 100 + "1" + ")" * 100,
        "!" * 200 + "true",
        "-" * 3000 + "1",
        "[" * 50 + "]" * 50,
        "record.p ? " * 40 + "1",
        "+".join(["1"] * 600),
        " && ".join(["true"] * 600),
        "9**9",
        "record.__class__",
        "record.a.__init__.__globals__",
        "__import__('os')",
        "actor.__dict__",
        "record.t.format(record)",
        "record.t.matches('(a+)+$(?=b)')",
        "record.t.matches('(?P<x>a)')",
        "record.t.matches('\\\\1')",
        "record.t.matches('a{1000}')",
        "record.t.matches('((a{100}){100}){100}')",
        "record.t.matches('" + "(" * 100 + ")" * 100 + "')",
        "record.t.matches('[[:alpha:]]')",
        "record.t.matches('a*?')",
        "record.t.matches('\\\\bx')",
        "lambda: 1",
        "record; record",
        "{}",
        "1e999",
        "x" * 4001,
    ],
    ids=range(28),
)
def test_hostile_expression_is_refused(source: str) -> None:
    """X-5, M-10: nothing in a document is executed."""
    assert fault(source).code


def test_fault_points_at_line_and_column_and_says_what_was_meant() -> None:
    found = fault("record.a > 1 &&\n  record.colour == 'rde'")

    assert (found.line, found.column, found.did_you_mean) == (2, 20, "red")
    assert str(found).startswith("2:20 unknown_option: 'rde' is not in value_lists.colour.")


@pytest.mark.parametrize(
    ("source", "expected", "fits"),
    [
        ("size(record.parts) > 0 ? 'red' : 'green'", types.entry("value_lists.colour"), True),
        ("size(record.parts) > 0 ? 'red' : 'grey'", types.entry("value_lists.colour"), False),
        ("record.t", types.entry("value_lists.colour"), False),
        ("record.a", types.DECIMAL, True),
        ("record.x", types.INTEGER, False),
        ("record.tel", types.TEXT, True),
        ("record.p ? record.owner.phones.map(n, n.number) : record.owner.phones.map(n, n.label)", types.list_of(types.TEXT), True),
        ("actor", types.USER, True),
        ("record.owner", types.record("person"), True),
        ("record", types.record("person"), False),
        ("[1, record.x]", types.list_of(types.DECIMAL), True),
        ("[1, 2]", types.list_of(types.TEXT), False),
        ("record.parts.map(p, p.count).filter(n, n > 1)", types.list_of(types.DECIMAL), True),
        ("record.colours", types.list_of(types.TEXT), False),
        ("record.owner.phones.map(n, n.label)", types.list_of(types.INTEGER), False),
        ("null", types.DATE, True),
        ("record.a", types.BOOLEAN, False),
    ],
)
def test_expression_must_have_the_type_of_its_slot(source: str, expected: Type, fits: bool) -> None:
    found = compile_expression(Expression(source, "test"), CATALOGUE.scope(Place.CHECK, "order"), expected)

    assert isinstance(found, Compiled) is fits


def test_dependencies_name_fields_lines_and_relations() -> None:
    """X-4."""
    found = accepted("record.parts.exists(p, p.amount > record.x) && record.owner.vip && size(record.jobs) > 0")

    assert {f"{one.entity_type}.{one.path}" for one in found.dependencies} == {
        "order.parts",
        "order.parts.amount",
        "order.x",
        "order.owner",
        "person.vip",
        "order.jobs",
        "job.parent",
    }


@pytest.mark.parametrize(("source", "reads"), [("now > record.m", True), ("today() == record.d", True), ("record.m > record.n", False)])
def test_expression_knows_whether_it_reads_now(source: str, reads: bool) -> None:
    assert accepted(source).reads_now is reads


@pytest.mark.parametrize(
    "source",
    [
        "changed(record.a)",
        "lower(record.t) == 'a'",
        "size(subtype.parts) > 0",
        "is_member(record.user, 'care')",
        "sum([record.a]) > 1",
        "'red' in record.colours",
        "'red' in (record.p ? record.colour.near : [])",
        "hour(record.m, record.t) > 3",
        "record.m + record.s + record.s + record.s + record.s > record.n",
    ],
)
def test_what_sql_cannot_say_is_refused_there(source: str) -> None:
    found = accepted(source)

    assert not found.sql_allowed
    assert found.sql_fault is not None
    assert found.sql_fault.code == "not_in_sql"


@pytest.mark.parametrize("source", ["lower(actor.name) == 'anna' && record.a > 1", "old.a > 1 && record.a > 1"])
def test_what_does_not_depend_on_the_row_is_allowed_in_sql(source: str) -> None:
    assert accepted(source).sql_allowed


def test_json_form_is_refused_where_the_browser_lacks_the_data() -> None:
    found = accepted("size(subtype.parts) > 0")

    with pytest.raises(ValueError, match="not_in_browser"):
        found.to_json()


@pytest.mark.parametrize("place", list(Place))
def test_every_place_has_a_scope(place: Place) -> None:
    assert CATALOGUE.scope(place, "order", section="answer", line="parts").place is place
