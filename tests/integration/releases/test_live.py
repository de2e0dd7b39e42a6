"""Every process finds the live release by itself, compiles it once, and forgets the one before; writers never notice a publish."""

import gc
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa
from tests.integration.releases.desk import CLOCK, put_live, read, visit
from tests.statements import listening
from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Expression
from packdesk.packs.merged import Merged
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.values import SYSTEM, Record
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime, Pinned
from packdesk.store.platform_tables import migration_step
from packdesk.store.queries import Query, run
from packdesk.store.releases import PENDING
from packdesk.store.unit_of_work import ReleaseMoved, Retry, UnitOfWork

#: Publishes that are measured, and those before that fill every cache.
_PUBLISHES = 200 if os.environ.get("PACKDESK_SOAK") else 20
_WARM = 5


def booked(found: Documents) -> None:
    rename(statuses(found), "planned", "booked")


def without_waiting(found: Documents) -> None:
    del statuses(found)["waiting"]


def without_red(found: Documents) -> None:
    del found["value_lists"]["room"]["options"]["red"]


def noted(number: int) -> Merged:
    """Return the harbour with a label that differs per number."""

    def change(found: Documents) -> None:
        fields(found)["subject"]["label"] = f"Subject {number}"

    return merged(change)


def test_before_the_first_publish_nothing_is_live(database: Database) -> None:
    with pytest.raises(PackdeskError) as caught:
        LiveRuntime(database).current()

    assert caught.value.code == "no_release"


def test_every_process_sees_a_publish_with_its_next_request(database: Database) -> None:
    put_live(database, merged())
    elsewhere = Database(database.url)
    other = LiveRuntime(elsewhere)
    before = other.current()

    put_live(database, merged(booked))
    after = other.current()

    assert (before.release, after.release) == (1, 2)
    assert "booked" in after.runtime.model.lifecycles["visit"].statuses
    assert before.runtime.model.lifecycles["visit"].statuses.keys() >= {"planned"}
    assert after.security_epoch > before.security_epoch
    assert other.current().runtime is after.runtime
    elsewhere.close()


def test_freshness_is_one_read(database: Database) -> None:
    put_live(database, merged())
    live = LiveRuntime(database)
    live.current()

    with listening(database) as sent:
        live.current()

    assert len(sent) == 1


def test_many_threads_compile_a_release_once(sqlite_database: Database) -> None:
    put_live(sqlite_database, merged())
    live = LiveRuntime(sqlite_database)
    found: list[Pinned] = []
    threads = [threading.Thread(target=lambda: found.append(live.current())) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(pinned.runtime) for pinned in found}) == 1


def test_a_value_that_is_not_mapped_yet_reads_as_it_will_be(database: Database) -> None:
    """The mapping is applied on read until the batches have passed."""
    put_live(database, merged())
    old = visit(database, status="waiting")
    put_live(database, merged(without_waiting), {"map_status": {"visit.waiting": "moored"}})
    table = LiveRuntime(database).current().tables.record("visit")
    with database.begin(write=True) as connection:
        connection.execute(table.update().values(status="waiting", state="open"))
        connection.execute(migration_step.update().values(state=PENDING))

    live = LiveRuntime(database)

    assert (read(database, old, live).get("status"), read(database, old, live).get("state")) == ("moored", "busy")
    assert [one.kind for one in examine(database, CLOCK)] == ["unfinished_migration"]


def test_two_hundred_publishes_leave_no_old_runtime_behind(sqlite_database: Database) -> None:
    """Old runtimes are garbage: memory does not grow with publishes."""
    live = LiveRuntime(sqlite_database)

    def publish_and_use(number: int) -> None:
        put_live(sqlite_database, noted(number))
        pinned = live.current()
        pinned.runtime.type("visit")
        if number % 10 == 0:
            visit(sqlite_database)

    for number in range(_WARM):
        publish_and_use(number)
    gc.collect()
    tracemalloc.start()
    before, _peak = tracemalloc.get_traced_memory()
    for number in range(_WARM, _WARM + _PUBLISHES):
        publish_and_use(number)
    gc.collect()
    after, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (after - before) * 200 // _PUBLISHES < 20_000_000


class Writers:
    """Threads with live runtimes of their own, who write and read back until they are told to stop."""

    def __init__(self, database: Database, count: int) -> None:
        """Make the threads; each is a process of its own as far as it can tell."""
        self._stop = threading.Event()
        self.failures: list[BaseException] = []
        self.written: dict[str, str] = {}
        self.moved = 0
        self._threads = [threading.Thread(target=self._work, args=(Database(database.url), f"w{index}")) for index in range(count)]

    def __enter__(self) -> "Writers":
        """Let them begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Let them stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, database: Database, name: str) -> None:
        live, count = LiveRuntime(database), 0
        try:
            while not self._stop.is_set():
                count += 1
                subject = f"{name} {count}"
                record = self._again(live, lambda pinned, subject=subject: self._insert(database, pinned, subject))
                self.written[record.id] = subject
                self._again(live, lambda pinned, record=record: self._update(database, pinned, record))
                self.written[record.id] = f"{subject} changed"
        except BaseException as error:  # noqa: BLE001 - the test reports it
            self.failures.append(error)
        finally:
            database.close()

    def _again(self, live: LiveRuntime, work: Callable[[Pinned], Record]) -> Record:
        pinned = live.current()
        while True:
            try:
                return work(pinned)
            except (ReleaseMoved, Retry):
                self.moved += 1
                pinned = live.latest()

    def _insert(self, database: Database, pinned: Pinned, subject: str) -> Record:
        status = pinned.runtime.model.lifecycles["visit"].default_status("open")
        with UnitOfWork(database, pinned.runtime, pinned.tables, CLOCK, SYSTEM) as work:
            made = work.insert(Record("visit", {"subject": subject, "status": status, "state": "open", "size": None}))
            work.commit()
        return made

    def _update(self, database: Database, pinned: Pinned, record: Record) -> Record:
        with UnitOfWork(database, pinned.runtime, pinned.tables, CLOCK, SYSTEM) as work:
            old = work.get("visit", record.id, for_update=True)
            assert old is not None
            made = work.update(old, old.having({"subject": f"{old.get('subject')} changed"}))
            work.commit()
        return made


def test_nobody_who_writes_notices_a_publish(database: Database) -> None:
    """Old and new releases meet under writers: no write fails, and what was written is there."""

    def floor(found: Documents) -> None:
        fields(found)["floor"] = {"type": "integer", "required": True, "default": 1}

    def another_life(found: Documents) -> None:
        booked(found)
        floor(found)
        fields(found)["size"] = {"type": "integer"}
        fields(found)["subject"]["unique"] = True

    put_live(database, merged())
    for number in range(20):
        visit(database, subject=f"before {number}", status="waiting", size=str(number))

    with Writers(database, 3) as writers:
        time.sleep(0.3)
        put_live(database, merged(booked))
        time.sleep(0.2)
        put_live(database, merged(another_life), {"convert": {"visit.size": "convert"}})
        time.sleep(0.2)
        put_live(database, merged(another_life, without_waiting), {"map_status": {"visit.waiting": "moored"}})
        time.sleep(0.3)

    assert writers.failures == []
    assert len(writers.written) > 10
    live = LiveRuntime(database).current()
    records = live.tables.record("visit")
    subject = live.tables.column("visit", "subject")
    with database.begin() as connection:
        stored = {
            row.id: row
            for row in connection.execute(
                sa.select(records.c.id, records.c.status, subject.label("subject"), live.tables.column("visit", "floor").label("floor"))
            )
        }
    assert {record: stored[record].subject for record in writers.written} == writers.written
    assert len(stored) == len(writers.written) + 20
    assert {row.status for row in stored.values()} == {"booked", "moored"}
    assert {row.floor for row in stored.values() if row.subject.startswith("before")} == {1}
    assert examine(database, CLOCK) == ()


def test_records_that_are_not_mapped_yet_are_found_sorted_and_counted_as_they_will_be(database: Database) -> None:
    """DESIGN 4: until the batches are done the mapping is applied on read, in conditions and orders too."""
    put_live(database, merged())
    stale = visit(database, status="waiting", room="red")
    put_live(database, merged(without_waiting, without_red), {"map_status": {"visit.waiting": "moored"}, "map_value": {"visit.room.red": "blue"}})
    fresh = visit(database, status="planned", room="green")
    _held(database, stale)
    live = LiveRuntime(database).current()

    def found(source: str, *, equals: Mapping[str, object] | None = None, order: tuple[tuple[str, bool], ...] = (("number", True),)) -> list[str]:
        scope = live.runtime.catalogue.scope(Place.FILTER, "visit")
        condition = compile_expression(Expression(source, "filter"), scope, types.BOOLEAN) if source else None
        assert condition is None or isinstance(condition, Compiled)
        query = Query(entity_type="visit", filter=condition, equals=equals or {}, order=order, count=True)
        with database.begin() as connection:
            page = run(connection, live.tables, query)
        assert page.count == len(page.rows)
        return [row.number for row in page.rows]

    for source, expected in (
        ("record.status == 'moored'", [stale.number]),
        ("record.status in ['moored', 'left']", [stale.number]),
        ("record.state == 'busy'", [stale.number]),
        ("record.state != 'busy'", [fresh.number]),
        ("record.room == 'blue'", [stale.number]),
        ("record.room == null", []),
        ("record.related.exists(r, r.status == 'moored')", []),
    ):
        assert found(source) == expected, source
    assert found("", equals={"status": "moored", "room": "blue"}) == [stale.number]
    assert found("", order=(("room", True),)) == [stale.number, fresh.number]
    assert found("", order=(("status", False),)) == [fresh.number, stale.number]


def _held(database: Database, record: Record) -> None:
    """Put the record back to before the batches, as if they had not come yet."""
    table = LiveRuntime(database).current().tables.record("visit")
    room = LiveRuntime(database).current().tables.column("visit", "room")
    with database.begin(write=True) as connection:
        connection.execute(table.update().where(table.c.id == record.id).values({"status": "waiting", "state": "open", room.name: "red"}))
        connection.execute(migration_step.update().where(migration_step.c.kind.in_(["map_values", "move_state"])).values(state=PENDING))
