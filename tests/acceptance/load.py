"""Steady traffic against a running server, without any retry, and a comparison of what was answered with what is there."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.acceptance.running import Client


@dataclass(slots=True)
class Traffic:
    """Twenty requests a second, three reads to two writes, by one person; every write is remembered."""

    client: Client
    per_second: float = 20.0
    failures: list[str] = field(default_factory=list)
    #: Number of a record -> the last note that the server accepted for it.
    written: dict[str, str] = field(default_factory=dict)
    done: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Traffic":
        """Begin."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and wait for the last answers."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)

    def _run(self) -> None:
        turns: tuple[Callable[[int], None], ...] = (self._list, self._create, self._get, self._edit, self._search)
        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            number = 0
            while not self._stop.is_set():
                pool.submit(self._guarded, turns[number % len(turns)], number)
                number += 1
                time.sleep(max(0.0, started + number / self.per_second - time.monotonic()))

    def _guarded(self, turn: Callable[[int], None], number: int) -> None:
        try:
            turn(number)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a failed request of this test
            self.failures.append(f"{turn.__name__} {type(error).__name__}: {error}")
        self.done += 1

    def _expect(self, what: str, status: int, got: int, body: bytes) -> None:
        if got != status:
            self.failures.append(f"{what}: {got} {body[:300]!r}")

    def _list(self, _: int) -> None:
        answer = self.client.api("GET", "/records/contact?limit=25")
        self._expect("list", 200, answer.status, answer.body)

    def _search(self, number: int) -> None:
        answer = self.client.api("GET", f"/records/contact?q=Traffic{number % 10}&limit=10")
        self._expect("search", 200, answer.status, answer.body)

    def _get(self, number: int) -> None:
        if (target := self._pick(number)) is None:
            return
        answer = self.client.api("GET", f"/records/contact/{target}")
        self._expect("get", 200, answer.status, answer.body)

    def _create(self, number: int) -> None:
        reference = f"T{number}"
        person = {"first_name": f"Traffic{number}", "last_name": f"Jam{number}"}
        answer = self.client.api("POST", "/records/contact", {"kind": "person", "person": person, "customer_number": reference})
        self._expect("create", 201, answer.status, answer.body)
        if answer.status == 201:
            with self._lock:
                self.written[answer.json["number"]] = reference

    def _edit(self, number: int) -> None:
        with self._lock:
            target = next(iter(self.written), None) if number % 2 else None
            reference = self.written.pop(target, "") if target else ""
        if not target:
            return self._create(number)
        read = self.client.api("GET", f"/records/contact/{target}")
        self._expect("read before edit", 200, read.status, read.body)
        changed = f"{reference}e"
        answer = self.client.api("PATCH", f"/records/contact/{target}", {"customer_number": changed}, If_Match=f'"{read.json["version"]}"')
        self._expect("edit", 200, answer.status, answer.body)
        with self._lock:
            self.written[target] = changed if answer.status == 200 else reference
        return None

    def _pick(self, number: int) -> str | None:
        with self._lock:
            numbers = list(self.written)
        return numbers[number % len(numbers)] if numbers else None

    def lost(self) -> list[str]:
        """Return what is not as the server said it would be."""
        wrong = []
        for number, reference in self.written.items():
            found = self.client.api("GET", f"/records/contact/{number}")
            if found.status != 200 or found.json["customer_number"] != reference:
                wrong.append(f"{number}: {found.status} {found.body[:200]!r}, expected {reference}")
        return wrong
