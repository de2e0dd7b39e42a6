"""The worker processes of a running server, told apart: which release each works by since when, and every question asked of each.

A connection stays with the process that accepted it, and ``/health`` says which one that is.
"""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.doors.screen import Browser
from tests.acceptance.running import Answer, Client, Desk

_ATTEMPTS = 200
_PAUSE = 0.05


@dataclass(slots=True, kw_only=True)
class Seat:
    """One connection to one process; it is never opened a second time, since that could reach another process."""

    connection: http.client.HTTPConnection
    process: int = 0

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request over this connection."""
        self.connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        self.connection.auto_open = 0
        got = self.connection.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())

    def health(self) -> Mapping[str, Any]:
        """Return what the process says of itself."""
        found: Mapping[str, Any] = self.ask("GET", "/health").json
        self.process = found["process"]
        return found


@contextmanager
def seats(desk: Desk) -> Iterator[tuple[Seat, ...]]:
    """Give one connection to each process of the server."""
    found: dict[int, Seat] = {}
    others = []
    for _ in range(_ATTEMPTS):
        seat = Seat(connection=http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30))
        seat.health()
        others.append(seat)
        found.setdefault(seat.process, seat)
        if len(found) == desk.workers:
            break
    try:
        assert len(found) == desk.workers, f"of {desk.workers} processes these answered: {sorted(found)}"
        yield tuple(found.values())
        for process, seat in found.items():
            assert seat.health()["process"] == process
    finally:
        for seat in others:
            seat.connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """Asks every process the same, as one person: by token of the programs' interface, by cookie of the screens."""

    desk: Desk
    seats: tuple[Seat, ...]
    client: Client
    browser: Browser

    def api(self, method: str, path: str, body: object = None, **headers: str) -> tuple[Answer, ...]:
        """Return what each process answers to a request under /api/v1; a body in bytes is a file."""
        renamer = self.desk.renamer
        data = renamer.words(body) if isinstance(body, bytes) else None if body is None else json.dumps(renamer.data(body)).encode()
        sent = {"Authorization": f"Bearer {self.client.token}", "Accept-Language": "en", "Content-Type": "application/json", **headers}
        answers = (seat.ask(method, renamer.path(f"/api/v1{path}"), data, **sent) for seat in self.seats)
        return tuple(Answer(answer.status, answer.headers, renamer.back(answer.body)) for answer in answers)

    def page(self, path: str) -> tuple[str, ...]:
        """Return a page of the screens, ids in braces called as the installation does, from each process."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
        answers = [seat.ask("GET", self.desk.called(path), Accept="text/html", Accept_Language="en", Cookie=cookies) for seat in self.seats]
        assert [answer.status for answer in answers] == [200] * len(answers), path
        return tuple(self.desk.renamer.back(answer.body).decode() for answer in answers)


@contextmanager
def everywhere(desk: Desk, client: Client, browser: Browser) -> Iterator[Everywhere]:
    """Give somebody a connection to each process of the server."""
    with seats(desk) as found:
        yield Everywhere(desk=desk, seats=found, client=client, browser=browser)


@dataclass(slots=True)
class Watch:
    """Looks at every process all the time and writes down when each was first seen working by a release."""

    desk: Desk
    #: Process and release -> the wall clock's time when the answer had come.
    seen: dict[tuple[int, int], float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _failures: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> "Watch":
        """Begin."""
        self._thread = threading.Thread(target=self._guarded, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what went wrong while watching fails the test."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)
        assert self._failures == []

    def _guarded(self) -> None:
        try:
            with seats(self.desk) as found:
                while not self._stop.wait(_PAUSE):
                    for seat in found:
                        release = seat.health()["release"]
                        self.seen.setdefault((seat.process, release), time.time())
        except Exception as error:  # noqa: BLE001 - told by the one who watches the watcher
            self._failures.append(error)

    def arrives(self, release: int, patience: float) -> None:
        """Wait until every process was seen on the release; fail when the patience ends."""
        until = time.time() + patience
        while len(self.on(release)) < self.desk.workers:
            assert self._failures == []
            assert time.time() < until, f"release {release}, {patience} s after the command ended: seen {self.seen}"
            time.sleep(_PAUSE)

    def on(self, release: int) -> Mapping[int, float]:
        """Return the processes that were seen on the release, and when first."""
        return {process: at for (process, number), at in list(self.seen.items()) if number == release}
