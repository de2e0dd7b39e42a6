"""Interleaved measurement: every subject takes its turn in each round, so that a slow minute of the machine hits all alike."""

import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

#: Runs one request and fails loudly when it was not answered well.
Call = Callable[[], None]
#: Seconds of one call from which a subject is called but once in each of few rounds.
_PONDEROUS, _FEW_ROUNDS = 1.0, 3
#: One call in so many may take longer than what is told as the time of nearly all.
_TWENTY = 20
#: The most rounds and calls that are made; none to make as many as are asked for.
_MOST: ContextVar[int | None] = ContextVar("most", default=None)


@contextlib.contextmanager
def quickly(most: int = 1) -> Iterator[None]:
    """Make so few rounds and calls that the figures mean nothing: it is only seen that everything still runs."""
    token = _MOST.set(most)
    try:
        yield
    finally:
        _MOST.reset(token)


def most(times: int) -> int:
    """Return how often something is done that is asked for so many times."""
    limit = _MOST.get()
    return times if limit is None else min(times, limit)


@dataclass(frozen=True, slots=True)
class Figure:
    """Median CPU of this process for one call, median wall time, and the time in which 95 of 100 were answered, in milliseconds."""

    cpu: float
    wall: float
    late: float


def interleave(subjects: Mapping[str, Call], rounds: int, calls: int) -> dict[str, Figure]:
    """Return a figure per subject over ``rounds`` rounds of ``calls`` calls each; the first round only warms up.

    CPU is taken per round, because a clock tick is longer than one call; wall time per call. Who takes seconds for one call is
    called once in a few rounds: his figure needs no more, and the others' no longer.
    """
    cpu: dict[str, list[float]] = {name: [] for name in subjects}
    wall: dict[str, list[float]] = {name: [] for name in subjects}
    rounds, calls = most(rounds), most(calls)
    ponderous: set[str] = set()
    for turn in range(rounds + 1):
        for name, call in subjects.items():
            if name in ponderous and turn > _FEW_ROUNDS:
                continue
            gc.collect()
            times = []
            started = time.process_time()
            for _ in range(calls):
                before = time.perf_counter()
                call()
                times.append(time.perf_counter() - before)
                if times[0] > _PONDEROUS:
                    ponderous.add(name)
                    break
            spent = time.process_time() - started
            if turn:
                cpu[name].append(spent / len(times) * 1000)
                wall[name] += [one * 1000 for one in times]
    return {name: Figure(statistics.median(cpu[name]), statistics.median(wall[name]), _late(wall[name])) for name in subjects}


def _late(times: list[float]) -> float:
    return statistics.quantiles(times, n=_TWENTY, method="inclusive")[-1] if len(times) > 1 else times[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, and what it may be."""

    what: str
    figure: str
    against: str
    demand: str
    met: bool


def table(rows: list[Row]) -> str:
    """Return the rows as one aligned table."""
    cells = [("what", "figure", "beside", "demand", "")] + [(row.what, row.figure, row.against, row.demand, "ok" if row.met else "SHORT") for row in rows]
    widths = [max(len(line[index]) for line in cells) for index in range(5)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
