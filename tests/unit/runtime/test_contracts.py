"""What an operation takes and returns, as the checks of a pack read it from its JSON Schemas."""

from collections.abc import Mapping

import pytest

from packdesk.model.actions import Effect
from packdesk.model.nodes import Expression
from packdesk.runtime.contracts import Contract, called, input_faults, input_types, result_type
from packdesk.runtime.expressions import types

NOTHING: Mapping[str, object] = {}


def _effect(do: str = "call_operation", **values: object) -> Effect:
    return Effect(id="call", path="actions.call.effects.call", do=do, values=values, arguments={"operation": "pay"})


def _contract(properties: object = NOTHING, output: Mapping[str, object] = NOTHING, *, answers: bool = True, **schema: object) -> Contract:
    return Contract(input={"type": "object", "properties": properties, **schema}, output=output, answers=answers)


def test_only_the_call_of_an_operation_names_one():
    assert (called(_effect()), called(_effect("set_field"))) == ("pay", "")


def test_a_result_has_the_members_that_have_one_type():
    output = {
        "properties": {
            "paid": {"type": "boolean"},
            "number": {"type": ["string", "null"]},
            "many": {"type": ["string", "integer"]},
            "list": {"type": "array"},
            "free": {},
            "receipt": {"type": "object", "properties": {"total": {"type": "number"}}},
        }
    }

    found = dict(result_type(_contract(output=output)).members)

    assert set(found) == {"paid", "number", "receipt"}
    assert set(dict(found["receipt"].members)) == {"total"}


@pytest.mark.parametrize("output", [{}, {"properties": "none"}, {"properties": {"paid": {"type": "boolean"}}}])
def test_an_operation_that_runs_later_returns_nothing(output):
    assert result_type(_contract(output=output, answers=False)) == types.object_of({})


def test_numbers_and_truths_must_fit_as_they_are():
    found = input_types(_contract({"sum": {"type": "number"}, "count": {"type": "integer"}, "text": {"type": "string"}, "odd": True}))

    assert set(found) == {"sum", "count"}
    assert found["sum"] == found["count"]


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"to": "ada", "lines": ({"sum": 1},)}, {}),
        ({"to": "ada", "lines": "one"}, {"lines": "The operation does not take this value."}),
        ({"to": "ada", "lines": ({"sum": "one"},)}, {"lines": "The operation does not take this value."}),
        ({"to": "ada", "lines": ({"sum": Expression("record.sum", "p")},)}, {}),
        ({"to": Expression("record.name", "p"), "more": 1}, {"more": "The operation does not take it."}),
        ({"lines": ()}, {"to": "The operation needs it."}),
    ],
)
def test_inputs_that_do_not_fit_are_found_where_they_can_be_told(values, faults):
    lines = {"type": "array", "items": {"type": "object", "properties": {"sum": {"type": "integer"}}}}
    contract = _contract({"to": {"type": "string"}, "lines": lines}, required=["to"], additionalProperties=False)

    assert input_faults(contract, _effect(**values)) == faults


def test_a_contract_that_demands_nothing_takes_everything():
    assert input_faults(_contract("anything", required="to"), _effect(more=1)) == {}
