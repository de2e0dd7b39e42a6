"""Steady traffic against a running server, without any retry; everything that is read is compared with what was written.

Each turn is one request. Five turns make a cycle of three reads and two writes; traffic stops only between cycles, so that the share
is exact. A record is taken by one turn at a time, so that it is known what the next reader must find.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.running import Answer, Client

#: From the new record's distinguishing word to what is written.
Draft = Callable[[str], Mapping[str, object]]
#: What must be true of a record beside what was written: the record as read, and when it was made; the answer says what is wrong.
Expectation = Callable[[Mapping[str, Any], float], str]
_READS = frozenset({"list", "get", "search"})
_THREADS = 12
_PRIMED = 8


@dataclass(slots=True, kw_only=True)
class Kept:
    """A record as the server last said it would be."""

    number: str
    entity_type: str
    version: int
    values: dict[str, object]
    #: The word by which a search finds it and nothing else.
    word: str
    #: When its making was asked for.
    made: float
    #: Grows with each write; odd while one is under way.
    writes: int = 0
    taken: bool = False


@dataclass(slots=True, kw_only=True)
class Kind:
    """An entity type that traffic goes to."""

    entity_type: str
    draft: Draft
    #: Path of the text that edits change, and from the record's word and the turn's number to the new text.
    edited: str
    text: Callable[[str, int], str]
    expects: Expectation = lambda _found, _made: ""


@dataclass(slots=True)
class Traffic:
    """Twenty requests a second by one person, three reads to two writes; the kinds take cycles in turn."""

    client: Client
    first: Kind
    per_second: float = 20.0
    failures: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    #: Turns that were sent, and times of their answers.
    sent: Counter[str] = field(default_factory=Counter)
    answered: list[float] = field(default_factory=list)
    #: How many records of lists, searches and single reads were compared.
    compared: Counter[str] = field(default_factory=Counter)
    _kinds: list[Kind] = field(default_factory=list)
    _spans: list[tuple[float, float]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None
    _chance: random.Random = field(default_factory=lambda: random.Random(33))

    def __enter__(self) -> "Traffic":
        """Begin, once there is something to read."""
        self.also(self.first)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop after a whole cycle and wait for the last answers."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)

    def also(self, kind: Kind) -> list[Kept]:
        """Send a share of the traffic to one more entity type; return the records that it begins with."""
        made = [kept for number in range(_PRIMED) if (kept := self._create(kind, f"{kind.entity_type}prime{number}")) is not None]
        with self._lock:
            self._kinds = [*self._kinds, kind]
        return made

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure the rate meanwhile; several spans count as one."""
        begun = time.monotonic()
        yield
        self._spans.append((begun, time.monotonic()))

    @property
    def rate(self) -> float:
        """Return how many requests a second were answered in the measured spans."""
        within = sum(any(begun <= at < ended for begun, ended in self._spans) for at in self.answered)
        return within / sum(ended - begun for begun, ended in self._spans)

    @property
    def reads(self) -> int:
        """Return how many reads were sent."""
        return sum(count for turn, count in self.sent.items() if turn.split()[0] in _READS)

    @property
    def writes(self) -> int:
        """Return how many writes were sent."""
        return self.sent.total() - self.reads

    def to(self, entity_type: str) -> Counter[str]:
        """Return what was sent to one entity type, by turn."""
        return Counter({turn.split()[0]: count for turn, count in self.sent.items() if turn.endswith(f" {entity_type}")})

    @contextmanager
    def held(self, record: Kept) -> Iterator[Kept]:
        """Keep traffic away from a record that somebody else changes meanwhile, and take it as it stands afterwards."""
        while not self._take(record):
            time.sleep(0.01)
        record.writes += 1
        yield record
        record.version = self.client.read(record.entity_type, record.number)["version"]
        record.writes += 1
        self._release(record)

    def lost(self) -> list[str]:
        """Return what is not as the server said it would be, of all that was ever written."""
        expects = {kind.entity_type: kind for kind in self._kinds}
        wrong = []
        for record in self.kept:
            found = self.client.api("GET", f"/records/{record.entity_type}/{record.number}")
            wrong.append(f"{record.number}: {found.status}" if found.status != 200 else self._difference(expects[record.entity_type], record, found.json))
        return [one for one in wrong if one]

    def _run(self) -> None:
        turns = (("list", self._list), ("create", self._new), ("get", self._get), ("edit", self._edit), ("search", self._search))
        started = time.monotonic()
        with ThreadPoolExecutor(_THREADS) as pool:
            cycle = 0
            while not self._stop.is_set():
                kind = self._kinds[cycle % len(self._kinds)]
                for place, (name, turn) in enumerate(turns):
                    number = cycle * len(turns) + place
                    time.sleep(max(0.0, started + number / self.per_second - time.monotonic()))
                    self.sent[f"{name} {kind.entity_type}"] += 1
                    pool.submit(self._guarded, name, turn, kind, number)
                cycle += 1

    def _guarded(self, name: str, turn: Callable[[Kind, int], None], kind: Kind, number: int) -> None:
        try:
            turn(kind, number)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a failed request of this test
            self._fail(f"{name} {kind.entity_type} {type(error).__name__}: {error}")
        with self._lock:
            self.answered.append(time.monotonic())

    def _fail(self, what: str) -> None:
        with self._lock:
            self.failures.append(what)

    def _list(self, kind: Kind, _number: int) -> None:
        self._read_many("list", kind, f"/records/{kind.entity_type}?limit=25")

    def _search(self, kind: Kind, _number: int) -> None:
        record = self._any(kind)
        found = self._read_many("search", kind, f"/records/{kind.entity_type}?q={record.word}&limit=10")
        if found is not None and [one["number"] for one in found] != [record.number]:
            self._fail(f"search {record.word}: found {[one['number'] for one in found]}, expected {record.number}")

    def _read_many(self, turn: str, kind: Kind, path: str) -> list[Mapping[str, Any]] | None:
        before = {record.number: (record, record.writes) for record in list(self.kept) if record.entity_type == kind.entity_type}
        answer = self._answered(turn, self.client.api("GET", path), 200)
        if answer is None:
            return None
        rows: list[Mapping[str, Any]] = answer.json["records"]
        for row in rows:
            record, writes = before.get(row["number"], (None, 0))
            if record is not None and writes % 2 == 0 and record.writes == writes:
                self._compare(turn, kind, record, row)
        return rows

    def _get(self, kind: Kind, _number: int) -> None:
        record = self._taken(kind)
        try:
            answer = self._answered("get", self.client.api("GET", f"/records/{kind.entity_type}/{record.number}"), 200)
            if answer is not None:
                self._compare("get", kind, record, answer.json)
        finally:
            self._release(record)

    def _new(self, kind: Kind, number: int) -> None:
        self._create(kind, f"{kind.entity_type}word{number}x")

    def _create(self, kind: Kind, word: str) -> Kept | None:
        values, made = {**kind.draft(word)}, time.monotonic()
        answer = self._answered("create", self.client.api("POST", f"/records/{kind.entity_type}", values), 201)
        if answer is None:
            return None
        found = answer.json
        record = Kept(number=found["number"], entity_type=kind.entity_type, version=found["version"], values=values, word=word, made=made)
        with self._lock:
            self.kept.append(record)
        return record

    def _edit(self, kind: Kind, number: int) -> None:
        record = self._taken(kind)
        try:
            text = kind.text(record.word, number)
            record.writes += 1
            sent = {kind.edited: text}
            answer = self.client.api("PATCH", f"/records/{kind.entity_type}/{record.number}", sent, If_Match=f'"{record.version}"')
            if self._answered("edit", answer, 200) is not None:
                record.values[kind.edited] = text
                record.version = answer.json["version"]
            record.writes += 1
        finally:
            self._release(record)

    def _answered(self, turn: str, answer: Answer, status: int) -> Answer | None:
        if answer.status == status:
            return answer
        self._fail(f"{turn}: {answer.status} {answer.body[:300]!r}")
        return None

    def _compare(self, turn: str, kind: Kind, record: Kept, found: Mapping[str, Any]) -> None:
        if wrong := self._difference(kind, record, found):
            self._fail(f"{turn} {wrong}")
        with self._lock:
            self.compared[f"{turn} {kind.entity_type}"] += 1

    @staticmethod
    def _difference(kind: Kind, record: Kept, found: Mapping[str, Any]) -> str:
        values = {name: _of(found, name, value) for name, value in record.values.items()}
        wrong = "" if values == record.values else f"holds {values}, written was {record.values}"
        wrong = wrong or kind.expects(found, record.made)
        return f"{record.number}: {wrong}" if wrong else ""

    def _any(self, kind: Kind) -> Kept:
        return self._chance.choice([record for record in list(self.kept) if record.entity_type == kind.entity_type])

    def _taken(self, kind: Kind) -> Kept:
        while not self._take(record := self._any(kind)):
            pass
        return record

    def _take(self, record: Kept) -> bool:
        with self._lock:
            free, record.taken = not record.taken, True
        return free

    def _release(self, record: Kept) -> None:
        with self._lock:
            record.taken = False


def _of(found: Mapping[str, Any], name: str, written: object) -> object:
    """Return what was read at a name, as it would be written: a reference by its number, of a group what was given."""
    value = found.get(name)
    if isinstance(value, Mapping):
        return {key: value.get(key) for key in written} if isinstance(written, Mapping) else value["number"]
    return value
