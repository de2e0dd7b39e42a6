"""``packdesk test``: runs the scenarios of packs on a database in memory, and says which moves none of them made."""

import argparse

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output
from packdesk.cli.reading import checked_model
from packdesk.errors import counted
from packdesk.records.operations import installed
from packdesk.records.scenarios import Coverage, ScenarioResult, coverage, run_all


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_packs(parser)
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Run all scenarios; 1 when one fails."""
    model = checked_model(arguments.packs)
    output.progress(counted(len(model.scenarios), "scenario", "scenarios"))
    results = run_all(model, installed(stubbed=True))
    covered = coverage(model, results)
    data = {
        "scenarios": [
            {
                "id": one.id,
                "passed": one.passed,
                "checks": [{"part": check.part, "name": check.name, "passed": check.passed, "message": check.message} for check in one.checks],
            }
            for one in results
        ],
        "moves": {"made": sorted(".".join(move) for move in covered.made), "missed": [".".join(move) for move in covered.missed]},
    }
    output.result(data, _text(results, covered))
    return OK if all(result.passed for result in results) else REFUSED


def _text(results: tuple[ScenarioResult, ...], covered: Coverage) -> str:
    """Return the results for a person."""
    lines = []
    for result in results:
        lines.append(f"{'passed' if result.passed else 'FAILED'}  {result.id}")
        lines += [f"        {check.part} {check.name}: {check.message}" for check in result.checks if not check.passed]
    passed, total = sum(1 for result in results if result.passed), len(covered.made) + len(covered.missed)
    lines.append(f"{passed} of {counted(len(results), 'scenario', 'scenarios')} passed; {len(covered.made)} of {counted(total, 'move', 'moves')} made")
    if covered.missed:
        lines.append(f"not made: {', '.join('.'.join(move) for move in covered.missed)}")
    return "\n".join(lines)


COMMAND = Command(name="test", help="Run the scenarios of packs.", arguments=_arguments, run=_run)
