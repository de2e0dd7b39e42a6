"""A publisher killed before any statement leaves the old release or the new one, nothing lost, and what is left has a name (DESIGN 4)."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.harbour_two import DECISIONS, second
from tests.integration.releases.desk import CLOCK, change, events, put_live, read, visit
from tests.servers import PostgreSQL, postgresql_database
from tests.unit.releases.harbour import merged

from packdesk.errors import PackdeskError
from packdesk.runtime.values import Record
from packdesk.store import migrations
from packdesk.store.database import Database
from packdesk.store.doctor import clean, examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import publish
from packdesk.store.releases import ReleaseStore

_SOAK = bool(os.environ.get("PACKDESK_SOAK"))
#: How many places are tried when nobody asks for all.
_SAMPLE = 15
_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))

Fresh = Callable[[], contextlib.AbstractContextManager[str]]


class Publisher:
    """The program that publishes and dies."""

    def __init__(self) -> None:
        """Start it."""
        root = Path(__file__).parents[2]
        paths = os.pathsep.join([str(root), *(str(root / folder) for folder in ("platform", "ui", "plugins")), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("dying_publisher.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def publish(self, url: str, statement: int) -> tuple[bool, list[str]]:
        """Publish into a database, killed before a statement; return whether it died and what it was about to send."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{url} {statement}\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["killed"] or answer["code"] == 0
        return answer["killed"], answer["statements"]

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    """The program, for all tests of this file."""
    started = Publisher()
    yield started
    started.close()


@pytest.fixture(params=_KINDS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Fresh, tuple[Record, ...]]]:
    """A maker of databases that hold the first release and three visits, and these visits; on both kinds."""
    if request.param == "sqlite":
        original = tmp_path / "original.sqlite3"
        records = _first_release(f"sqlite:///{original}")

        @contextlib.contextmanager
        def copied() -> Iterator[str]:
            copy = tmp_path / "copy.sqlite3"
            shutil.copy(original, copy)
            yield f"sqlite:///{copy}"
            for file in tmp_path.glob("copy.sqlite3*"):
                file.unlink()

        yield copied, records
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        with postgresql_database(server) as url:
            records = _first_release(url)
            yield lambda: postgresql_database(server, template=url.rpartition("/")[2]), records


def _first_release(url: str) -> tuple[Record, ...]:
    database = Database(url)
    migrations.upgrade(database)
    put_live(database, merged())
    records = (
        visit(database, subject="one", size="12", extras=("red", "green")),
        visit(database, subject="two", status="waiting", size="long"),
        visit(database, subject="three", status="left", state="done"),
    )
    database.close()
    return records


def _places(count: int) -> list[int]:
    """Return the statements to be killed before: all of them, or some spread evenly with the first and the last."""
    if _SOAK or count <= _SAMPLE:
        return list(range(1, count + 1))
    return sorted({1 + round(index * (count - 1) / (_SAMPLE - 1)) for index in range(_SAMPLE)})


def test_killed_before_any_statement_the_system_stands_on_one_release(
    publisher: Publisher, fresh: tuple[Fresh, tuple[Record, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    make, records = fresh
    with make() as url:
        killed, statements = publisher.publish(url, 0)
        assert not killed
        _is_complete(Database(url), records)

    report = []
    releases = set()
    for place in _places(len(statements)):
        with make() as url:
            killed, sent = publisher.publish(url, place)
            if not killed:  # the machine was slower the first time, so that waiting took more statements
                assert len(sent) < place
                continue
            assert len(sent) == place
            release, left = _survives(url, records)
            releases.add(release)
            report.append(f"{place:4} release {release} {' '.join(sent[-1].split())[:90]:90} {left}")

    with capsys.disabled():
        print(f"\n{len(report)} of {len(statements)} statements:", *report, sep="\n")
    assert releases == {1, 2}


def _survives(url: str, records: tuple[Record, ...]) -> tuple[int, str]:
    """Check everything that must hold after the kill; return the release that was live and what the doctor found."""
    database = Database(url)
    try:
        active = ReleaseStore(database).active()
        assert active is not None
        assert active.number in (1, 2)
        _reads_and_writes(database, active.number, records)
        found = examine(database, CLOCK)
        _patiently(lambda: clean(database, CLOCK))
        assert examine(database, CLOCK) == ()
        if active.number == 1:
            _patiently(lambda: publish(database, plan(database, second(), CLOCK), DECISIONS, actor="anna", note="again", clock=CLOCK))
        _is_complete(database, records)
        return active.number, ", ".join(sorted({one.kind for one in found}))
    finally:
        database.close()


def _reads_and_writes(database: Database, release: int, records: tuple[Record, ...]) -> None:
    """Read each visit as the live release says it, mapped or not yet, and write one."""
    expected = ("planned", "waiting", "left") if release == 1 else ("booked", "moored", "left")
    live = LiveRuntime(database)
    assert tuple(read(database, record, live).get("status") for record in records) == expected
    change(database, records[0], room="green")
    extra = visit(database, subject=f"extra {release}", status=expected[0])
    assert read(database, extra, live).get("status") == expected[0]


def _is_complete(database: Database, records: tuple[Record, ...]) -> None:
    """Check that the second release is live, everything decided is done once, and nothing is lost."""
    one, two, three = (read(database, record) for record in records)
    assert [record.get("subject") for record in (one, two, three)] == ["one", "two", "three"]
    assert [record.get("status") for record in (one, two, three)] == ["booked", "moored", "left"]
    assert [record.get("state") for record in (one, two, three)] == ["open", "busy", "done"]
    assert [record.get("size") for record in (one, two, three)] == [12, None, None]
    assert [record.get("floor") for record in (one, two, three)] == [3, 3, 3]
    assert one.get("extras") == ("blue", "green")
    rules = [rule for event in events(database, records[0]) for rule in event.rules]
    assert sorted(rules) == ["convert.visit.size", "default.visit.floor", "map_value.visit.extras.red", "renamed"]
    assert examine(database, CLOCK) == ()
    database.close()


def _patiently(work: Callable[[], object]) -> None:
    """Run work that waits until the server has noticed that the publisher is dead."""
    until = time.monotonic() + 10
    while True:
        try:
            work()
        except PackdeskError as error:
            if error.code != "publish_running" or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
