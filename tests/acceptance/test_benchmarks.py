"""The benchmarks still run from end to end and print every line; their figures are for a machine that does nothing else."""

import subprocess
import sys

import pytest
from tests.acceptance.running import ROOT

#: The two halves and how their lines begin, in order.
LINES = {
    "requests": (
        "list of 25, 3 references ",
        "list of 25, 3 references: beside reading",
        "list of 25, 3 references: beside FAB",
        "get by number ",
        "get by number: beside reading",
        "get by number: beside FAB",
        "create, with history and outbox ",
        "create, with history and outbox: beside FAB",
        *("search '",) * 7,
        "a guard",
        "HTML list of 25",
        "HTML record page",
        "HTML form to edit",
        "first load of the shell",
        "a later page",
        *("HTML list searched for ",) * 6,
        *("HTML search of all types for ",) * 4,
        "HTML counts of the views",
        "HTML form saved",
        *(f"next paint: {what}" for what in ("filter", "tab", "window")),
    ),
    "packs": ("startup with 5 entity types", "publish one added field", "a running process follows", "growth by 200 publishes"),
}


@pytest.mark.postgres
@pytest.mark.parametrize("half", LINES)
def test_the_benchmarks_print_every_line(half: str) -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", half]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)

    assert done.returncode == 0, done.stderr
    _, _, *lines = done.stdout.splitlines()
    assert [line for line, start in zip(lines, LINES[half], strict=True) if not line.startswith(start)] == []
    assert [line for line in lines if not line.endswith(("ok", "SHORT"))] == []
