"""Prints how much of each floor the measured tests reached, and fails where a floor is below what is demanded of it.

In: the data file of coverage.py. What runs in processes of its own is not measured: servers of several workers, killed ones, browsers.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]
OVERALL = "overall"
#: Floor -> the least share of lines and branches in percent.
DEMANDED = {"model": 100.0, "packs": 100.0, "runtime": 100.0, OVERALL: 95.0}
#: Floor -> how many of each sort there are, as coverage.py calls them.
Floors = Mapping[str, Counter[str]]


def floor_of(path: str) -> str:
    """Return the floor that a file belongs to."""
    first, *rest = Path(path).parts
    if first != "platform":
        return first
    return rest[1] if len(rest) > 2 else "settings, clock, ids"


def share(found: Counter[str]) -> float:
    """Return how many lines and branches were reached, in percent."""
    return 100 * (found["covered_lines"] + found["covered_branches"]) / max(1, found["num_statements"] + found["num_branches"])


def table(floors: Floors) -> Iterator[str]:
    """Yield a line for each floor."""
    columns = ("num_statements", "missing_lines", "num_branches", "missing_branches")
    yield f"{'floor':22}" + "".join(f"{title:>12}" for title in ("statements", "missed", "branches", "missed", "reached"))
    for name, found in floors.items():
        yield f"{name:22}" + "".join(f"{found[column]:12}" for column in columns) + f"{share(found):10.1f} %"


def short(floors: Floors) -> list[str]:
    """Return the floors that are below what is demanded."""
    return [f"{name}: {share(floors[name]):.1f} % is less than {least:g} %" for name, least in DEMANDED.items() if share(floors[name]) < least]


def measured() -> Floors:
    """Return the figures of each floor and of all together."""
    coverage = Coverage(config_file=str(ROOT / "setup.cfg"))
    coverage.load()
    with tempfile.NamedTemporaryFile() as file:
        coverage.json_report(outfile=file.name)
        files = json.loads(Path(file.name).read_text())["files"]
    found: dict[str, Counter[str]] = {}
    for path, report in files.items():
        counted = Counter({name: number for name, number in report["summary"].items() if isinstance(number, int)})
        for floor in (floor_of(path), OVERALL):
            found[floor] = found.get(floor, Counter()) + counted
    overall = found.pop(OVERALL)
    return {**dict(sorted(found.items())), OVERALL: overall}


if __name__ == "__main__":
    reached = measured()
    missing = short(reached)
    sys.stdout.write("\n".join([*table(reached), *missing, ""]))
    sys.exit(bool(missing))
