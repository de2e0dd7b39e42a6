"""Prints the table: ``python -m benchmarks [--large] [--soak] [--quick] [--only NAME]``."""

import argparse
import contextlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import data, guards, large_pack, next_paint, requests, screens, waiting
from benchmarks.installation import installation
from benchmarks.measure import Row, quickly, table

_MOST = 1.3
_HUNDRED_THOUSAND = 100_000
_MILLION = 1_000_000
#: Rows, publishes and entity types that are enough to see that every line can still be measured.
_FEW = 2_000
_FEW_PUBLISHES = 2
_FEW_TYPES = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--large", action="store_true", help="read among 1,000,000 requests as well (some minutes)")
    parser.add_argument("--soak", action="store_true", help="200 publishes instead of a sample of 25")
    parser.add_argument("--quick", action="store_true", help="see in seconds that every line can be measured; the figures mean nothing")
    parser.add_argument("--rows", type=int, help=f"contacts and requests to fill in; {_HUNDRED_THOUSAND:,} unless told otherwise")
    parser.add_argument("--only", choices=("requests", "packs"), help="half of the table")
    asked = parser.parse_args()
    found: list[Row] = []
    with quickly() if asked.quick else contextlib.nullcontext():
        if asked.only != "packs":
            found += _requests(asked.rows or (_FEW if asked.quick else _HUNDRED_THOUSAND), large=asked.large)
        if asked.only != "requests":
            _say("many entity types")
            found += large_pack.rows(_FEW_PUBLISHES, types=_FEW_TYPES) if asked.quick else large_pack.rows(200 if asked.soak else 25)
    print(table(found))


def _tell(found: list[Row]) -> None:
    """Show what was measured so far: the whole takes minutes."""
    _say(table(found))


def _requests(count: int, *, large: bool) -> list[Row]:
    found: list[Row] = []
    with installation() as at:
        _say(f"filling in {count:,} contacts and requests")
        data.fill(at.services, count)
        of = requests.subjects(at)
        _say("measuring")
        found += requests.rows(of)
        found += requests.search_rows(at)
        found += guards.rows(at)
        record_id = of["fab"].get_path.rpartition("/")[2]
        if not large:
            found += screens.rows(at, record_id)
            found += waiting.rows(at, record_id)
            _say("next paint")
            found += next_paint.rows(at)
        if large:
            _tell(found)
            before = requests.reading(of["packdesk"])
            _say(f"filling in {_MILLION:,}")
            data.fill(at.services, _MILLION - count, first=count)
            after = requests.reading(of["packdesk"])
            for name in before:
                ratio = after[name].wall / before[name].wall
                beside = f"{before[name].wall:.2f} ms at {count:,}: {ratio:.2f} x"
                found.append(Row(f"{name} at {_MILLION:,} requests", f"{after[name].wall:.2f} ms p50", beside, f"at most {_MOST} x", ratio <= _MOST))
            _tell(found[-len(before) :])
            found += screens.rows(at, record_id)
            found += waiting.rows(at, record_id)
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
