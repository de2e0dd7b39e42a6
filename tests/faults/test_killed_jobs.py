"""A thousand records are changed by a job while the server is killed, restarted and stopped: the report is exact and nothing happens twice.

Fewer records do in ``make test``; ``make soak`` takes the full number.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.web.installation import PACK, PASSWORD, build, close

from packdesk.clock import SystemClock
from packdesk.records.context import Context, run
from packdesk.records.create import create
from packdesk.runtime.values import SYSTEM
from packdesk.store import platform_tables
from packdesk.store.database import Database
from packdesk.web.request_context import EXTENSION
from packdesk.web.serve import free_port

RECORDS = 1000 if os.environ.get("PACKDESK_SOAK") else 200
#: Every tenth book is lost: nobody changes it any more.
LOST = RECORDS // 10
_SECONDS = 120


@dataclass(slots=True)
class House:
    """An installation full of books, and its server."""

    home: Path
    database_url: str
    port: int = field(default_factory=lambda: free_port("127.0.0.1"))
    process: subprocess.Popen[bytes] | None = None
    token: str = ""

    def fill(self) -> None:
        """Make the books, every tenth of them lost."""
        app = build(self.home, self.database_url)
        services = app.extensions[EXTENSION]
        context = Context(actor=SYSTEM, clock=SystemClock(), live=services.live, database=services.database, kit=services.kit)
        for position in range(RECORDS):
            made = create(context, "book", {"name": f"Book {position}", "pages": 10}).record
            if position % 10 == 0:
                run(context, lambda unit, _, made=made: unit.update(made, made.having({"status": "lost", "state": "gone"})))  # type: ignore[misc]
        close(app)

    def start(self) -> None:
        """Start the server with two processes and log in."""
        settings = {"PACKDESK_HOME": str(self.home), "PACKDESK_PACKS": str(PACK), "PACKDESK_DATABASE_URL": self.database_url}
        command = [sys.executable, "-m", "packdesk.cli.main", "serve", "--port", str(self.port), "--workers", "2"]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self.until(lambda: bool(self.call("GET", "/metadata")) if self.token else self._log_in(), 60)

    def _log_in(self) -> bool:
        self.token = self.call("POST", "/security/login", {"username": "kim", "password": PASSWORD})["access_token"]
        return True

    def end(self, how: signal.Signals) -> None:
        """Kill every process of the server, or ask it to stop."""
        if self.process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait(40)
        self.process = None

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return the JSON of the answer."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"} if self.token else {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=20) as response:
            return json.loads(response.read())

    def until(self, holds: Callable[[], bool], seconds: float = _SECONDS) -> None:
        """Wait until something holds; a server that is not up yet is asked again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if holds():
                    return
            except OSError:
                assert self.process is None or self.process.poll() is None, (self.home / "log").read_text()
            assert time.monotonic() < deadline, (self.home / "log").read_text()[-4000:]
            time.sleep(0.02)

    def rows(self, job: str) -> list[dict[str, Any]]:
        """Return what became of every record of a job."""
        found, cursor = [], ""
        while True:
            page = self.call("GET", f"/jobs/{job}/rows?limit=1000&cursor={cursor}")
            found += page["rows"]
            if (cursor := page["next_cursor"]) is None:
                return found

    def entries(self, kind: str) -> Counter[str]:
        """Return how many entries of a kind jobs left in the history of each record."""
        database = Database(self.database_url)
        history = platform_tables.history
        with database.begin() as connection:
            written = connection.execute(sa.select(history.c.record_id).where(history.c.door == "bulk", history.c.kind == kind)).scalars()
            found = Counter(written)
        database.close()
        return found


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """An installation on either database."""
    made = House(tmp_path / "home", database_url)
    made.fill()
    try:
        made.start()
        yield made
    finally:
        made.end(signal.SIGKILL)


def _over(house: House, job: str) -> bool:
    return bool(house.call("GET", f"/jobs/{job}")["ended_at"])


def _past(house: House, job: str, share: float) -> bool:
    found = house.call("GET", f"/jobs/{job}")
    return bool(found["total"] - found["waiting"] >= share * found["total"])


def _begun(house: House) -> str:
    return str(house.call("POST", "/records/book/bulk", {"matching": {"filter": "record.pages == 10"}, "values": {"pages": 77, "name": "Changed"}})["id"])


def test_a_job_whose_server_is_killed_reports_each_record_and_does_nothing_twice(house: House) -> None:
    """QUALITY 16: nobody looks on, every process is killed in the middle and started again; a tenth of the records refuses."""
    job = _begun(house)
    house.until(lambda: _past(house, job, 0.3))
    between = house.call("GET", f"/jobs/{job}")
    house.end(signal.SIGKILL)
    house.start()
    house.until(lambda: _over(house, job))

    found = house.call("GET", f"/jobs/{job}")
    rows = house.rows(job)
    changed = house.entries("updated")

    assert between["state"] == "running"
    assert (found["state"], found["total"], found["changed"], found["refused"], found["skipped"], found["waiting"]) == (
        "done",
        RECORDS,
        RECORDS - LOST,
        LOST,
        0,
        0,
    )
    assert [row["row"] for row in rows] == list(range(1, RECORDS + 1))
    assert {row["id"] for row in rows if row["done"] == "updated"} == changed.keys()
    assert set(changed.values()) == {1}
    assert {tuple(finding["code"] for finding in row["findings"]) for row in rows if row["done"] == "refused"} == {("locked_final",)}
    assert house.call("GET", "/records/book?filter=record.pages == 77 %26%26 record.name == 'Changed'&limit=1".replace(" ", "%20"))["count"] == min(
        RECORDS - LOST, 1000
    )


def test_a_server_that_is_asked_to_stop_gives_its_job_back_and_the_next_one_goes_on_at_once(house: House) -> None:
    job = _begun(house)
    house.until(lambda: _past(house, job, 0.3))

    house.end(signal.SIGTERM)
    database = Database(house.database_url)
    with database.begin() as connection:
        left = connection.execute(sa.select(platform_tables.job.c.state, platform_tables.job.c.worker)).one()
    database.close()
    house.start()
    house.until(lambda: _over(house, job))
    undo = str(house.call("POST", f"/jobs/{job}/undo")["id"])
    house.until(lambda: _over(house, undo))

    assert tuple(left) == ("running", None)
    assert set(house.entries("updated").values()) == {1}
    assert house.entries("undone") == house.entries("updated")
    assert house.call("GET", f"/jobs/{undo}")["changed"] == RECORDS - LOST
    assert "Traceback" not in (house.home / "log").read_text()
