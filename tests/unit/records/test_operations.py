"""Section 6: operations are the only door to code."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema.exceptions import SchemaError

import packdesk_sample
from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource
from packdesk.records.operations import Operation, Operations, gather, installed, unknown_operations

PACK = Path(__file__).parents[2] / "packs" / "accept" / "harbour"


class Shelf:
    """A plugin made of the operations it is given."""

    def __init__(self, *offered: Operation) -> None:
        self.offered = offered

    def operations(self) -> tuple[Operation, ...]:
        return self.offered


def _double(data: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    return {"number": data["number"] * 2, "secret": "s3"}  # type: ignore[operator]


def _nothing(data: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    return {"number": 0, "secret": ""}


DOUBLE = Operation(
    name="shelf.double",
    input={"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"], "additionalProperties": False},
    output={"type": "object", "properties": {"number": {"type": "integer"}, "secret": {"type": "string"}}, "required": ["number"]},
    call=_double,
    stub=_nothing,
    transactional=True,
    sensitive=("secret",),
)


def test_an_operation_answers_with_data() -> None:
    """O-1."""
    answer = gather([Shelf(DOUBLE)]).call("shelf.double", {"number": 21}, "k")

    assert answer.data["number"] == 42
    assert not answer.stubbed


def test_sensitive_outputs_are_not_storable() -> None:
    """O-6."""
    answer = gather([Shelf(DOUBLE)]).call("shelf.double", {"number": 1}, "k")

    assert answer.storable == {"number": 2}


@pytest.mark.parametrize(
    ("operation", "name", "data", "reason"),
    [
        (DOUBLE, "shelf.treble", {"number": 1}, "not registered"),
        (DOUBLE, "shelf.double", {"number": "one"}, "input breaks 'type' at number"),
        (DOUBLE, "shelf.double", {"number": 1, "more": 2}, "input breaks 'additionalProperties' at the whole"),
        (replace(DOUBLE, call=lambda data, key: {"secret": "x"}), "shelf.double", {"number": 1}, "output breaks 'required'"),
    ],
)
def test_what_breaks_the_contract_is_refused(operation: Operation, name: str, data: Mapping[str, Json], reason: str) -> None:
    """O-2: input is checked before, output after; the value itself, maybe a secret, is not repeated."""
    with pytest.raises(PackdeskError) as refused:
        gather([Shelf(operation)]).call(name, data, "k")

    assert refused.value.code == "operation_failed"
    assert reason in str(refused.value.facts["reason"])


@pytest.mark.parametrize("transactional", [True, False])
def test_an_operation_that_takes_too_long_fails(transactional: bool) -> None:
    def slow(data: Mapping[str, Json], key: str) -> Mapping[str, Json]:
        time.sleep(0.05)
        return {"number": 1}

    operations = gather([Shelf(replace(DOUBLE, call=slow, timeout=0.01, transactional=transactional))])

    with pytest.raises(PackdeskError) as refused:
        operations.call("shelf.double", {"number": 1}, "k")

    assert "longer" in str(refused.value.facts["reason"])


def test_stubs_answer_without_the_foreign_system() -> None:
    """O-3."""
    answer = gather([Shelf(DOUBLE)], stubbed=True).call("shelf.double", {"number": 21}, "k")

    assert answer.stubbed
    assert answer.data["number"] == 0


def test_two_plugins_cannot_register_one_name() -> None:
    with pytest.raises(PackdeskError):
        gather([Shelf(DOUBLE), Shelf(DOUBLE)])


def test_a_schema_that_is_none_is_refused_when_gathered() -> None:
    with pytest.raises(SchemaError):
        gather([Shelf(replace(DOUBLE, input={"type": "wish"}))])


def test_the_sample_plugin_keeps_its_own_contract() -> None:
    """O-3, O-4: a plugin is a module with ``operations``; call and stub obey the same schemas."""
    real, stubbed = gather([packdesk_sample]), gather([packdesk_sample], stubbed=True)

    assert real.call("sample.measure", {"text": "four"}, "k").data == {"text": "four", "length": 4}
    assert stubbed.call("sample.measure", {"text": "four"}, "k").data == {"text": "four", "length": 0}


def test_installed_plugins_are_found_by_entry_points() -> None:
    """O-4."""
    assert isinstance(installed(), Operations)


def test_an_operation_that_nobody_registers_is_a_problem_with_a_place() -> None:
    """O-1."""
    merged = load([FolderSource(PACK)]).merged
    assert merged is not None
    model = build(merged)

    (problem,) = unknown_operations(model, gather([Shelf(replace(DOUBLE, name="sample.measured"))]))

    assert (problem.code, problem.file, problem.did_you_mean) == ("unknown_operation", "actions/harbour.json", "sample.measured")
    assert unknown_operations(model, gather([packdesk_sample])) == ()
