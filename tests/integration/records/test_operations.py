"""O-1, DESIGN 8.13: what an action knows of an operation before it calls it, and what becomes of it without its plugin."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from tests.integration.records.conftest import Harbour, harbour

import packdesk_sample
from packdesk.errors import Refused
from packdesk.model.model import Model
from packdesk.model.nodes import Expression
from packdesk.records.act import act
from packdesk.records.actions import available
from packdesk.records.context import Fixed
from packdesk.records.operations import gather
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.contracts import Contracts

CONTRACTS = gather([packdesk_sample]).contracts


def weighing(values: Mapping[str, object], weight: object) -> Model:
    """Return the harbour whose scales are given these inputs and whose weight is this."""
    model = harbour().model
    action = model.actions["mooring"]["weigh"]
    effects = dict(action.effects)
    effects["measure"] = replace(effects["measure"], values=MappingProxyType(dict(values)))
    effects["keep"] = replace(effects["keep"], values=MappingProxyType({"weight": weight}))
    of_type = {**model.actions["mooring"], "weigh": replace(action, effects=MappingProxyType(effects))}
    return replace(model, actions=MappingProxyType({**model.actions, "mooring": MappingProxyType(of_type)}))


SLIP = Expression("input.slip", "actions.weigh.effects.measure.values.text")
LENGTH = Expression("effect.measure.length", "actions.weigh.effects.keep.values.weight")


def test_what_an_operation_returns_is_typed_and_can_be_stored(small_port: Harbour) -> None:
    runtime = compile_model(weighing({"text": SLIP}, LENGTH), 1, CONTRACTS)
    stay = small_port.mooring()
    otto = replace(small_port.context("otto"), live=Fixed(runtime, small_port.tables))

    record = act(otto, "mooring", stay.number, "weigh", {"slip": "12345"}).record

    assert check(weighing({"text": SLIP}, LENGTH), CONTRACTS) == ()
    assert record.get("weight") == 5


@pytest.mark.parametrize(
    ("values", "weight", "codes"),
    [
        ({"text": SLIP}, Expression("effect.measure.width", "p"), ["unknown_member"]),
        ({"text": SLIP}, Expression("effect.measure.text", "p"), ["type_mismatch"]),
        ({}, 7, ["operation_input"]),
        ({"text": 12}, 7, ["operation_input"]),
        ({"text": "x" * 1001}, 7, ["operation_input"]),
        ({"text": SLIP, "unit": "kg"}, 7, ["operation_input"]),
    ],
)
def test_what_does_not_fit_an_operation_is_a_problem_of_the_pack(values: Mapping[str, object], weight: object, codes: list[str]) -> None:
    assert [problem.code for problem in check(weighing(values, weight), CONTRACTS)] == codes


@pytest.mark.parametrize(("weight", "contracts"), [("effect.measure.length", {}), ("effect.measure.width", CONTRACTS)], ids=["gone", "changed"])
def test_without_its_plugin_an_action_is_switched_off_and_the_others_work(small_port: Harbour, weight: str, contracts: Contracts) -> None:
    runtime = compile_model(weighing({"text": SLIP}, Expression(weight, "p")), 1, contracts)
    stay = small_port.mooring()
    otto = replace(small_port.context("otto"), live=Fixed(runtime, small_port.tables))

    states = {state.action.id: state for state in available(otto, "mooring", stay.number)}
    with pytest.raises(Refused) as caught:
        act(otto, "mooring", stay.number, "weigh", {"slip": "12345"})

    assert [finding.code for finding in states["weigh"].findings] == ["operation_missing"]
    assert (states["weigh"].offered, states["load"].enabled) == (False, True)
    assert (caught.value.code, caught.value.facts["operation"]) == ("operation_missing", "sample.measure")
