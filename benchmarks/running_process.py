"""A process of an installation, apart from the one that measures: ``python -m benchmarks.running_process <database url> <home>``.

It comes up as a server does and says how long that took, then follows a publish for every line that it is sent and says the same.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packdesk.settings import Settings
from packdesk.web.startup import open_services, prepare


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """The process as the one that measures sees it."""

    #: Seconds from the command to the first compiled type.
    whole: float
    #: Seconds of it that were not the interpreter's and its imports': from the stored release to that type.
    prepared: float
    _process: subprocess.Popen[str]

    def follow(self) -> float:
        """Return how many seconds it takes for its first request after a publish to have its type."""
        if self._process.stdin is None:
            raise AssertionError("it takes no lines")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return _answer(self._process)


@contextlib.contextmanager
def running_process(url: str, home: Path) -> Iterator[RunningProcess]:
    """Start a process of the installation and end it after the block."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.running_process", url, str(home)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        prepared = _answer(process)
        yield RunningProcess(time.perf_counter() - started, prepared, process)


def _answer(process: subprocess.Popen[str]) -> float:
    if process.stdout is None:
        raise AssertionError("it says nothing")
    return float(process.stdout.readline())


def _run(url: str, home: str) -> None:
    started = time.perf_counter()
    services = open_services(Settings(home=Path(home), database_url=url))
    prepare(services)
    first = services.live.current().runtime.types[0]
    while True:
        pinned = services.live.current()
        pinned.runtime.type(first)
        pinned.tables.record(first)
        print(time.perf_counter() - started, flush=True)
        if not sys.stdin.readline():
            return
        started = time.perf_counter()


if __name__ == "__main__":
    _run(*sys.argv[1:])
