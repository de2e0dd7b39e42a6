"""Actions that call what a plugin brings: checked against its contract, and switched off where no plugin brings it so."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from packdesk.errors import sentence
from packdesk.model.actions import Effect, Result
from packdesk.model.entity_types import Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Expression
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.contracts import Contract
from packdesk.runtime.lifecycle import allowed, judge_action
from packdesk.runtime.values import Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann")
PAY = Contract(
    input={"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"], "additionalProperties": False},
    output={"type": "object", "properties": {"receipt": {"type": "string"}}},
    answers=True,
)


def model_of(make, keep: str = "effect.pay.receipt", **given: object) -> Model:
    """Return a model whose action calls ``pay`` and keeps what comes back."""
    pay = Effect(id="pay", path="actions.settle.effects.pay", do="call_operation", values=given, arguments={"operation": "pay"})
    note = Effect(id="note", path="actions.settle.effects.note", do="set_field", values={"slip": Expression(keep, "p")}, arguments={})
    actions = {"settle": make.action("settle", effects={"pay": pay, "note": note}), "look": make.action("look")}
    return make.model(make.entity("thing", (make.field(Kind.INTEGER, "sum"), make.field(Kind.STRING, "slip"))), actions={"thing": actions})


def test_what_an_operation_returns_may_be_kept(make):
    """O-2: the contract types inputs and result."""
    model = model_of(make, sum=Expression("record.sum", "p"))

    assert check(model, {"pay": PAY}) == ()
    assert compile_model(model, contracts={"pay": PAY}).type("thing").actions["settle"].missing_operation == ""


@pytest.mark.parametrize(
    ("given", "keep", "found"),
    [
        ({}, "effect.pay.receipt", [("operation_input", "'sum' of the operation 'pay': The operation needs it.")]),
        ({"sum": "much"}, "effect.pay.receipt", [("operation_input", "'sum' of the operation 'pay': The operation does not take this value.")]),
        ({"sum": 1, "tip": 2}, "effect.pay.receipt", [("operation_input", "'tip' of the operation 'pay': The operation does not take it.")]),
    ],
)
def test_an_input_that_breaks_the_contract_is_a_problem_beside_the_action(make, given, keep, found):
    problems = check(model_of(make, keep, **given), {"pay": PAY})

    assert [(problem.code, problem.message) for problem in problems] == found


@pytest.mark.parametrize(
    ("given", "keep", "code"),
    [({"sum": Expression("record.slip", "p")}, "effect.pay.receipt", "type_mismatch"), ({"sum": 1}, "effect.pay.ticket", "unknown_member")],
)
def test_an_expression_that_breaks_the_contract_is_a_problem(make, given, keep, code):
    problems = check(model_of(make, keep, **given), {"pay": PAY})

    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(
    ("contracts", "given"),
    [({}, {"sum": 1}), ({"pay": PAY}, {"sum": "much"})],
    ids=["no plugin brings it", "its contract is another now"],
)
def test_an_action_whose_operation_does_not_fit_is_switched_off_and_the_rest_runs(make, graph, contracts: Mapping[str, Contract], given):
    """O-1: the release that named it stays in use, and the refusal names the operation."""
    runtime = compile_model(model_of(make, **given), contracts=contracts)
    record = Record("thing", {"id": "1", "number": "TH1"})

    states = {state.action.id: state for state in allowed(runtime, record, ANN, graph, NOW)}
    (refused,) = judge_action(runtime, record, "settle", actor=ANN, graph=graph, now=NOW).findings

    assert {name: state.offered for name, state in states.items()} == {"settle": False, "look": True}
    assert (refused.code, refused.rule, refused.facts["operation"]) == ("operation_missing", "actions.settle.effects", "pay")
    assert "pay" in sentence(refused, "en")


def test_without_knowledge_of_plugins_no_operation_is_missing(make):
    action = compile_model(model_of(make, keep="record.slip", sum=1)).type("thing").actions["settle"]

    assert action.missing_operation == ""


def test_an_action_of_no_type_writes_places_of_none(make):
    """What it sets is typed by no record; expressions inside a value are compiled where they stand."""
    values = {"told": {"words": Expression("input.words", "p"), "kept": "as it is"}}
    say = Effect(id="say", path="e", do="send", values=values, arguments={})
    words = make.field(Kind.STRING, "words")
    runtime = compile_model(make.model(free_actions={"greet": make.action("greet", inputs={"words": words}, effects={"say": say})}))

    (effect,) = runtime.free_action("greet").effects

    assert set(effect.values["told"]) == {"words", "kept"}
    assert (effect.values["told"]["words"].source, effect.values["told"]["kept"]) == ("input.words", "as it is")


def test_a_wrong_expression_inside_a_value_is_a_problem(make):
    say = Effect(id="say", path="e", do="send", values={"told": {"words": (Expression("nix", "p"),)}}, arguments={})

    problems = check(make.model(free_actions={"greet": make.action("greet", effects={"say": say})}))

    assert [problem.code for problem in problems] == ["unknown_name"]


def test_the_result_of_an_action_fills_a_form_with_values_of_its_fields_types(make):
    fields = (make.field(Kind.INTEGER, "sum"), make.field(Kind.STRING, "slip"))
    result = {name: Result(form="thing", values={"sum": Expression(f"record.{name}", "p")}) for name in ("sum", "slip")}
    actions = {"thing": {name: make.action(name, result=each) for name, each in result.items()}}

    problems = check(make.model(make.entity("thing", fields), actions=actions))

    assert [problem.code for problem in problems] == ["type_mismatch"]
