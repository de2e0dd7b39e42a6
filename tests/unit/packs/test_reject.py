"""Every folder of ``tests/packs/reject`` is refused with exactly the text it holds; every one of ``accept`` is accepted."""

from pathlib import Path

import pytest

import packdesk_sample
from packdesk.errors import Problem, Severity, render
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource
from packdesk.records.operations import gather, unknown_operations
from packdesk.runtime.compile import check

PACKS = Path(__file__).parents[2] / "packs"
REJECTED = sorted(path for path in (PACKS / "reject").iterdir() if path.is_dir())
ACCEPTED = sorted(path for path in (PACKS / "accept").iterdir() if path.is_dir())


def problems_of(folder: Path) -> tuple[Problem, ...]:
    """Return what loading the folder's packs finds, and where that is nothing bad, what compiling finds with the sample plugin installed."""
    parts = sorted(part for part in folder.iterdir() if (part / "pack.json").is_file())
    loaded = load([FolderSource(part) for part in parts or [folder]])
    if loaded.merged is None:
        return loaded.problems
    if loaded.problems:
        return loaded.problems
    model, operations = build(loaded.merged), gather([packdesk_sample])
    return (*unknown_operations(model, operations), *check(model, operations.contracts))


@pytest.mark.parametrize("folder", REJECTED, ids=lambda folder: folder.name)
def test_a_faulty_pack_is_refused_with_the_exact_words(folder: Path) -> None:
    """M-4: all problems at once, each with code, place, advice and the nearest name."""
    expected = (folder / "expected.txt").read_text(encoding="utf-8").strip()

    problems = problems_of(folder)

    assert render(problems) == expected
    assert folder.name in {problem.code for problem in problems}


@pytest.mark.parametrize("folder", ACCEPTED, ids=lambda folder: folder.name)
def test_a_sound_pack_is_accepted(folder: Path) -> None:
    """M-5: layers of sound packs make a model."""
    parts = sorted(part for part in folder.iterdir() if (part / "pack.json").is_file())

    loaded = load([FolderSource(part) for part in parts or [folder]])

    assert [str(problem) for problem in loaded.problems if problem.severity is Severity.ERROR] == []
    assert loaded.merged is not None
    assert build(loaded.merged).hash == loaded.merged.hash


@pytest.mark.parametrize(
    "code",
    [
        "duplicate_code",  # GEN-3
        "duplicate_label",  # GEN-3
        "cyclic_tree",  # GEN-14
        "two_defaults",  # GEN-15
        "closed_list",  # GEN-16
        "bad_duration",  # GEN-17
        "incomplete_matrix",  # SR-18
        "everybody",  # CARE-3
        "wrong_version",  # M-1
        "missing_pack",  # M-1
        "cyclic_requires",  # M-1
        "newer_format",  # M-1
        "conflicting_packs",  # M-5
        "sealed",  # M-5
    ],
)
def test_a_rule_of_the_specification_has_its_pack(code: str) -> None:
    """The test above shows that it is refused; this one that nobody takes it away."""
    assert code in {folder.name for folder in REJECTED}


def test_at_least_fifty_codes_are_shown() -> None:
    """The folders are the catalogue of codes."""
    assert len(REJECTED) >= 50
