"""Steps as JSON and in words, and how half-done mappings are read."""

from dataclasses import replace

import pytest
from tests.unit.releases.harbour import merged

from packdesk.errors import PackdeskError
from packdesk.packs.build import build
from packdesk.store.reading_map import read_mapping
from packdesk.store.steps import Slot, Step, StepKind, sentence

STATUS = Step(kind=StepKind.MAP_VALUES, about="visit.status", slot=Slot("visit", "status"), mapping={"gone": "moored"}, decision="map_status")
MEAL = Step(kind=StepKind.MAP_VALUES, about="visit.guests.meal", slot=Slot("visit", "meal", "guests"), mapping={"meat": "fish"}, decision="renamed")


@pytest.mark.parametrize("kind", list(StepKind))
def test_every_step_survives_json_and_has_words(kind: StepKind) -> None:
    step = replace(STATUS, kind=kind, old="a", new="b", value=[1, "x"])

    assert Step.from_json(step.to_json()) == step
    assert sentence(step)
    assert "{" not in sentence(step)


def test_a_step_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PackdeskError) as caught:
        Step.from_json({**STATUS.to_json(), "kind": "explode"})

    assert caught.value.code == "bad_decision"


def test_a_value_that_is_still_to_be_mapped_reads_as_what_it_will_be() -> None:
    reading = read_mapping([STATUS, MEAL], build(merged()))

    assert reading.value("visit.status", "gone") == "moored"
    assert reading.value("visit.status", "planned") == "planned"
    assert reading.value("visit.guests.meal", ("meat", "fish")) == ("fish",)
    assert reading.value("visit.subject", "gone") == "gone"
    assert reading.states == {"visit": {"gone": "busy"}}
    assert reading.stored_values("visit.status", "moored") == ("moored", "gone")


def test_without_anything_to_map_everything_reads_as_stored() -> None:
    assert not read_mapping([], build(merged()))
