"""M-12, M-13: packs test themselves, and bring records for a demo."""

from dataclasses import replace
from types import MappingProxyType

from tests.integration.records.conftest import Harbour, harbour

import packdesk_sample
from packdesk.model.nodes import Expression
from packdesk.model.scenarios import Scenario, Step
from packdesk.records.demo import load_records
from packdesk.records.operations import gather
from packdesk.records.scenarios import coverage, run_all
from packdesk.records.search import SearchCommand, search


def test_the_harbours_own_scenarios_pass_and_count_their_moves() -> None:
    model = harbour().model

    results = run_all(model, gather([packdesk_sample]))

    assert [(result.id, result.passed) for result in results] == [("berth", True)]
    covered = coverage(model, results)
    assert ("mooring", "depart") in covered.made
    assert ("mooring", "turn_away") in covered.missed


def test_a_scenario_that_is_not_so_says_where_and_why() -> None:
    """M-12: by the name of the step or expectation."""
    model = harbour().model
    good = model.scenarios["berth"]
    wrong_code = _with_step(good, replace(good.when["too_early"], refused="wrong_state"))
    not_refused = _with_step(good, replace(good.when["cleared"], refused="wrong_state"))
    wrong_end = replace(good, then={"never": Expression("stay.state == 'moored'", "scenarios.berth.then.never")})

    failures = [
        next(check for check in run_all(replace(model, scenarios=MappingProxyType({"berth": scenario})))[0].checks if not check.passed)
        for scenario in (wrong_code, not_refused, wrong_end)
    ]

    assert [(check.part, check.name) for check in failures] == [("when", "too_early"), ("when", "cleared"), ("then", "never")]
    assert failures[0].message.startswith("Expected 'wrong_state', but: assignee_missing:")
    assert failures[1].message == "It was done, but 'wrong_state' was expected."


def test_demo_records_are_loaded_once(port: Harbour) -> None:
    """M-13: those whose key is there already stay as they are."""
    system = port.context()

    made = load_records(system) + load_records(system)

    assert made == 2
    assert [row.get("callsign") for row in search(port.context("olga"), "hull", SearchCommand()).rows] == ["GULL"]


def _with_step(scenario: Scenario, step: Step) -> Scenario:
    return replace(scenario, when={**scenario.when, step.id: step})
