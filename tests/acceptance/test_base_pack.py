"""The base pack and the complaints example pass every check and every scenario, also with every id renamed."""

from pathlib import Path

import pytest
from tests.renaming import PREFIX, rename_pack

from packdesk.errors import Problem
from packdesk.model.model import Model
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource
from packdesk.records.scenarios import coverage, run_all
from packdesk.runtime.compile import check

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "metadata"
COMPLAINTS = ROOT / "examples" / "packs" / "complaints"


def _model(*folders: Path) -> tuple[Model, tuple[Problem, ...]]:
    loaded = load([FolderSource(folder) for folder in folders])
    assert loaded.merged is not None, [str(problem) for problem in loaded.problems]
    model = build(loaded.merged)
    return model, (*loaded.problems, *check(model))


@pytest.fixture(scope="module", params=["as written", "every id renamed"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, tuple[Problem, ...]]:
    """The base pack, once as it is and once with every id renamed mechanically."""
    if request.param == "as written":
        return _model(BASE)
    folder = tmp_path_factory.mktemp("renamed")
    rename_pack(BASE, folder)
    return _model(folder)


def test_the_base_pack_has_no_problem(base: tuple[Model, tuple[Problem, ...]]) -> None:
    """M-4 and SPEC 4.3: checks, types of every expression and the lifecycle verifier find nothing."""
    _, problems = base

    assert [str(problem) for problem in problems] == []


def test_every_scenario_of_the_base_pack_passes(base: tuple[Model, tuple[Problem, ...]]) -> None:
    """M-12: the life cycles of SPEC 3.1-3.4 as the pack's own tests; SR-5, SR-6, ACT-3, LEAD-3."""
    model, _ = base

    results = run_all(model)

    assert len(results) >= 17
    assert [(result.id, [step for step in result.checks if not step.passed]) for result in results if not result.passed] == []


def test_the_scenarios_make_every_move_of_the_base_pack(base: tuple[Model, tuple[Problem, ...]]) -> None:
    """M-12: transition coverage."""
    model, _ = base
    moves = {(entity_type, move) for entity_type, lifecycle in model.lifecycles.items() for move in lifecycle.moves}

    made = coverage(model, run_all(model)).made

    assert moves - made == set()


def test_renaming_renames_every_entity_type(tmp_path: Path) -> None:
    rename_pack(BASE, tmp_path)

    model, _ = _model(tmp_path)

    assert all(entity_type.startswith(PREFIX) for entity_type in model.entity_types)
    assert all(status.startswith(PREFIX) for lifecycle in model.lifecycles.values() for status in lifecycle.statuses)


def test_the_complaints_example_passes_on_top_of_the_base_pack() -> None:
    """T-33: an entity type that nobody in the code knows."""
    model, problems = _model(BASE, COMPLAINTS)

    failed = [result.id for result in run_all(model) if not result.passed]

    assert [str(problem) for problem in problems] == []
    assert failed == []
    assert len(model.lifecycles["complaint"].states) == 4
    assert len(model.lifecycles["complaint"].statuses) == 7
    assert len(model.subtypes["complaint"]) == 2


def test_every_german_label_is_given() -> None:
    """GEN-25, T-32: the base pack speaks English and German; nothing falls back to the id in German."""
    model, _ = _model(BASE)
    texts = [(entity.path, entity.label) for entity in model.entity_types.values()]
    texts += [(field.path, field.label) for entity in model.entity_types.values() for field in entity.fields.values()]
    texts += [(status.path, status.label) for lifecycle in model.lifecycles.values() for status in lifecycle.statuses.values()]
    texts += [(state.path, state.label) for lifecycle in model.lifecycles.values() for state in lifecycle.states.values()]
    texts += [(kind.path, kind.label) for kinds in model.subtypes.values() for kind in kinds.values()]
    texts += [
        (entry.path, entry.label)
        for lists in (model.value_lists, model.level_lists, model.categories)
        for one in lists.values()
        for entry in one.entries.values()
    ]

    assert [path for path, text in texts if "de" not in text.by_language] == []
