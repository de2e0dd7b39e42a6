"""Changes of many records as jobs: what becomes of each record, of a killed process, of a stopped job and of one that is taken back."""

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.integration.records.conftest import NOW, Harbour

from packdesk.errors import PackdeskError, Refused
from packdesk.records import jobs as jobbing
from packdesk.records.act import act
from packdesk.records.bulk import BulkCommand
from packdesk.records.context import Context
from packdesk.records.demo import demo_actor
from packdesk.records.history import history
from packdesk.records.read import read
from packdesk.records.search import SearchCommand
from packdesk.records.update import update
from packdesk.runtime.values import Actor, Record
from packdesk.store import jobs
from packdesk.store.database import Database
from packdesk.store.jobs import Job, JobRow
from packdesk.store.platform_tables import job as job_table
from packdesk.worker.jobs import LEASE, Runner

SAILOR: Mapping[str, object] = {"remark": "storm"}


@dataclass(slots=True)
class Watch:
    """A clock that a test moves."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


@dataclass(slots=True)
class Yard:
    """A harbour with somebody who works its jobs off."""

    port: Harbour
    watch: Watch = field(default_factory=Watch)
    #: What people became since: by login.
    changed: dict[str, Actor] = field(default_factory=dict)

    def context(self, login: str = "otto") -> Context:
        return replace(self.port.context(login), clock=self.watch)

    def who(self, login: str) -> Actor:
        return self.changed.get(login) or demo_actor(self.port.runtime.model, login)

    def runner(self, name: str = "first", database: Database | None = None) -> Runner:
        asked = self.port.context()
        return Runner(database=database or self.port.database, clock=self.watch, live=asked.live, kit=asked.kit, who=self.who, name=name)

    def work(self, name: str = "first") -> None:
        runner = self.runner(name)
        while runner.run_once():
            pass

    def begun(self, *records: Record | str, login: str = "otto", preview: bool = False, **command: object) -> Job:
        refs = tuple(each if isinstance(each, str) else each.number for each in records)
        return jobbing.begin_bulk(self.context(login), "mooring", BulkCommand(refs=refs, **(command or {"data": SAILOR})), preview=preview)  # type: ignore[arg-type]

    def rows(self, job: Job) -> tuple[JobRow, ...]:
        return jobbing.rows(self.context(job.owner), job.id, limit=1000)

    def became(self, job: Job) -> list[str]:
        return [row.state for row in self.rows(job)]

    def why(self, job: Job) -> list[list[str]]:
        return [[finding.code for finding in jobbing.reasons(row)] for row in self.rows(job)]

    def changes(self, record: Record, door: str = "bulk") -> list[str]:
        events = history(self.port.context("otto"), "mooring", record.number).events
        return [event.kind for event in reversed(events) if event.door == door]


@pytest.fixture
def yard(port: Harbour) -> Yard:
    return Yard(port)


@pytest.fixture
def small_yard(small_port: Harbour) -> Yard:
    """The same on SQLite only, for what does not depend on the database."""
    return Yard(small_port)


def test_a_job_tells_of_each_record_what_became_of_it(yard: Yard) -> None:
    """QUALITY 16: changed, nothing to change, refused with the reason; one refusal stops nobody else."""
    first, second = yard.port.mooring(), yard.port.mooring(remark="storm")

    job = yard.begun(first, "MO99999999", second)
    before = jobbing.read(yard.context(), job.id)
    yard.work()
    after = jobbing.read(yard.context(), job.id)

    assert (before.job.state, before.waiting, before.done) == ("waiting", 3, 0)
    assert (after.job.state, after.job.total, after.changed, after.skipped, after.refused, after.waiting) == ("done", 3, 1, 1, 1, 0)
    assert yard.became(job) == ["updated", "refused", "skipped"]
    assert yard.why(job) == [[], ["unknown_record"], []]
    assert read(yard.context(), "mooring", first.number).record.get("remark") == "storm"
    assert yard.changes(first) == ["updated"]


def test_all_that_match_are_those_that_the_person_sees_when_he_asks(yard: Yard) -> None:
    mine, later = yard.port.mooring(), None
    yard.port.mooring("ines")
    matching = SearchCommand(filter="record.remark == null")

    job = jobbing.begin_bulk(yard.context(), "mooring", BulkCommand(refs=(), data=SAILOR), matching=matching)
    later = yard.port.mooring()
    yard.work()

    assert [(row.number, row.record_id) for row in yard.rows(job)] == [(mine.number, mine.id)]
    assert read(yard.context(), "mooring", later.number).record.get("remark") is None


def test_a_job_has_a_largest_size_and_says_so(small_yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobbing, "MOST", 1)
    for _ in range(2):
        small_yard.port.mooring()

    with pytest.raises(PackdeskError) as caught:
        jobbing.begin_bulk(small_yard.context(), "mooring", BulkCommand(refs=(), data=SAILOR), matching=SearchCommand())

    assert (caught.value.code, caught.value.facts) == ("too_many_records", {"limit": 1})


def test_a_preview_says_what_a_job_would_do_and_keeps_nothing_of_it(yard: Yard) -> None:
    first, second = yard.port.mooring(), yard.port.mooring(remark="storm")

    tried = yard.begun(first, "MO99999999", second, preview=True)
    with pytest.raises(PackdeskError, match="not over"):
        jobbing.start(yard.context(), tried.id)
    yard.work()
    between = read(yard.context(), "mooring", first.number).record
    done = jobbing.start(yard.context(), tried.id)
    yard.work()

    assert (between.get("remark"), between.get("version")) == (None, first.get("version"))
    assert yard.became(tried) == yard.became(done) == ["updated", "refused", "skipped"]
    assert yard.changes(first) == ["updated"]


@pytest.mark.parametrize(("command", "state"), [({"action": "turn_away"}, "performed"), ({"delete": True}, "deleted"), ({"data": {"hull": "GULL"}}, "refused")])
def test_a_job_edits_acts_or_deletes(small_yard: Yard, command: dict[str, object], state: str) -> None:
    small_yard.port.hull(small_yard.port.skipper(), "GULL")
    stay = small_yard.port.mooring()

    job = small_yard.begun(stay, **command)
    small_yard.work()

    assert small_yard.became(job) == [state]


def test_only_who_has_the_right_begins_a_job_and_only_its_owner_finds_it(small_yard: Yard) -> None:
    job = small_yard.begun(small_yard.port.mooring())

    with pytest.raises(Refused) as refused:
        small_yard.begun("MO1", login="olga")
    calls: list[Callable[[Context, str], object]] = [
        jobbing.read,
        jobbing.stop,
        jobbing.undo,
        jobbing.start,
        lambda context, id_: jobbing.rows(context, id_, limit=1),
    ]
    for call in calls:
        with pytest.raises(PackdeskError) as caught:
            call(small_yard.context("olga"), job.id)
        assert caught.value.code == "unknown_job"

    assert refused.value.facts["verb"] == "bulk"
    assert jobbing.mine(small_yard.context("olga"), limit=10) == ()
    assert [view.job.id for view in jobbing.mine(small_yard.context(), limit=10)] == [job.id]
    assert [view.job.id for view in jobbing.running(small_yard.context())] == [job.id]


def test_rights_that_were_taken_meanwhile_are_missing_at_the_next_record(yard: Yard) -> None:
    first, second = yard.port.mooring(), yard.port.mooring()
    job = yard.begun(first, second)
    runner = yard.runner()
    otto = yard.who("otto")
    asked: list[str] = []

    def who(login: str) -> Actor:
        asked.append(login)
        return otto if len(asked) == 1 else Actor(login=login)

    runner._who = who
    while runner.run_once():
        pass

    assert yard.became(job) == ["updated", "refused"]
    assert yard.why(job) == [[], ["not_permitted"]]


def test_a_record_that_breaks_the_engine_is_told_with_a_number_and_the_job_goes_on(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stays = [yard.port.mooring() for _ in range(3)]
    job = yard.begun(*stays)
    from packdesk.records import job_rows

    real = job_rows.update_in

    def broken(work: object, entity_type: str, ref: str, data: Mapping[str, object], **more: object) -> object:
        done = real(work, entity_type, ref, data, **more)  # type: ignore[arg-type]
        if ref == stays[1].number:
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(job_rows, "update_in", broken)
    with caplog.at_level(logging.ERROR, "packdesk.worker"):
        yard.work()

    number = jobbing.reasons(yard.rows(job)[1])[0].facts["request_id"]
    assert yard.became(job) == ["updated", "failed", "updated"]
    assert yard.why(job)[1] == ["internal_error"]
    assert str(number) in caplog.text
    assert yard.changes(stays[1]) == []
    assert jobbing.read(yard.context(), job.id).job.state == "done"


def test_what_a_dead_runner_held_is_taken_up_when_its_lease_has_run_out_and_nothing_is_done_twice(yard: Yard) -> None:
    stays = [yard.port.mooring() for _ in range(4)]
    job = yard.begun(*stays)
    dead = yard.runner("dead")
    with yard.port.database.begin(write=True) as connection:
        held = jobs.claim(connection, job.id, "dead", NOW, NOW + LEASE)
    assert held is not None
    assert dead._next(held) is not None
    assert dead._next(held) is not None

    yard.work("alive")
    early = yard.became(job)
    yard.watch.moment += LEASE + timedelta(seconds=1)
    yard.work("alive")

    assert early == ["updated", "updated", "waiting", "waiting"]
    assert yard.became(job) == ["updated"] * 4
    assert [yard.changes(stay) for stay in stays] == [["updated"]] * 4


def test_a_runner_that_lost_its_lease_touches_nothing_more(yard: Yard) -> None:
    stays = [yard.port.mooring() for _ in range(2)]
    job = yard.begun(*stays)
    slow = yard.runner("slow")
    with yard.port.database.begin(write=True) as connection:
        held = jobs.claim(connection, job.id, "slow", NOW, NOW + LEASE)
    assert held is not None
    yard.watch.moment += LEASE + timedelta(seconds=1)
    with yard.port.database.begin(write=True) as connection:
        assert jobs.claim(connection, job.id, "quick", yard.watch.moment, yard.watch.moment + LEASE) is not None

    assert slow._next(held) is None
    slow._serve(held)
    with yard.port.database.begin() as connection:
        row = connection.execute(sa.select(job_table.c.worker, job_table.c.state)).one()
    assert tuple(row) == ("quick", "running")
    assert yard.became(job) == ["waiting", "waiting"]


def test_two_runners_share_the_work_and_do_nothing_twice(yard: Yard) -> None:
    from concurrent.futures import ThreadPoolExecutor

    stays = [yard.port.mooring() for _ in range(6)]
    begun = [yard.begun(*stays[:3]), yard.begun(*stays[3:]), yard.begun(stays[0], data={"remark": "calm"})]

    def work(name: str) -> None:
        with closing(Database(yard.port.database.url)) as own:
            runner = yard.runner(name, own)
            while runner.run_once():
                pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ("a", "b")))

    assert [yard.became(job) for job in begun] == [["updated"] * 3, ["updated"] * 3, ["updated"]]
    assert [len(yard.changes(stay)) for stay in stays] == [2, 1, 1, 1, 1, 1]


def test_a_stopped_job_keeps_what_was_done_and_says_what_nobody_came_to(yard: Yard) -> None:
    stays = [yard.port.mooring() for _ in range(3)]
    job = yard.begun(*stays)
    runner = yard.runner()
    with yard.port.database.begin(write=True) as connection:
        held = jobs.claim(connection, job.id, "first", NOW, NOW + LEASE)
    assert held is not None
    runner._next(held)

    asked = jobbing.stop(yard.context(), job.id)
    assert runner._next(held) is None
    runner._serve(held)
    ended = jobbing.read(yard.context(), job.id)

    assert (asked.job.state, ended.job.state) == ("stopping", "stopped")
    assert (ended.changed, ended.waiting) == (1, 2)
    assert jobbing.stop(yard.context(), job.id).job.state == "stopped"


def test_a_job_that_nobody_works_on_stops_at_once(small_yard: Yard) -> None:
    job = small_yard.begun(small_yard.port.mooring())

    assert jobbing.stop(small_yard.context(), job.id).job.state == "stopped"
    assert small_yard.runner().run_once() is False


def test_undo_puts_back_what_nobody_touched_since_and_says_what_it_left_alone(yard: Yard) -> None:
    """QUALITY 15: the value is restored, and the history says both."""
    first, second, third = (yard.port.mooring(remark="calm") for _ in range(3))
    same = yard.port.mooring(remark="storm")
    job = yard.begun(first, second, third, same)
    yard.work()
    changed = read(yard.context(), "mooring", second.number).record
    update(yard.port.context("otto"), "mooring", second.number, {"remark": "mine"}, changed.get("version"))  # type: ignore[arg-type]

    undo = jobbing.undo(yard.context(), job.id)
    yard.work()
    again = jobbing.read(yard.context(), job.id)

    assert [row.number for row in yard.rows(undo)] == [first.number, second.number, third.number]
    assert yard.became(undo) == ["restored", "refused", "restored"]
    assert yard.why(undo) == [[], ["version_conflict"], []]
    assert [read(yard.context(), "mooring", stay.number).record.get("remark") for stay in (first, second, third)] == ["calm", "mine", "calm"]
    assert yard.changes(first) == ["updated", "undone"]
    assert (again.undone_by, again.undo_until) == (undo.id, None)
    with pytest.raises(PackdeskError) as caught:
        jobbing.undo(yard.context(), job.id)
    assert caught.value.code == "undo_done"


def test_undo_goes_back_where_the_lifecycle_has_no_way(yard: Yard) -> None:
    stay = yard.port.mooring()
    before = read(yard.context(), "mooring", stay.number).record
    job = yard.begun(stay, data={"status": "refused", "refusal_reason": "full", "assigned_user": "olga"})
    yard.work()
    states = yard.became(job), yard.why(job)

    undo = jobbing.undo(yard.context(), job.id)
    yard.work()
    after = read(yard.context(), "mooring", stay.number).record

    assert states == (["updated"], [[]])
    assert (yard.became(undo), yard.why(undo)) == (["restored"], [[]])
    silent = {"version", "updated_at", "updated_by"}
    assert {path for path in before.values if before.get(path) != after.get(path)} <= silent


@pytest.mark.parametrize(
    ("command", "later", "code"),
    [
        ({"action": "turn_away"}, timedelta(), "undo_impossible"),
        ({"delete": True}, timedelta(), "undo_impossible"),
        ({"data": SAILOR}, jobbing.UNDO + timedelta(seconds=1), "undo_too_late"),
    ],
)
def test_what_cannot_be_taken_back_is_said(small_yard: Yard, command: dict[str, object], later: timedelta, code: str) -> None:
    job = small_yard.begun(small_yard.port.mooring(), **command)
    with pytest.raises(PackdeskError, match="not over"):
        jobbing.undo(small_yard.context(), job.id)
    small_yard.work()
    small_yard.watch.moment += later

    with pytest.raises(PackdeskError) as caught:
        jobbing.undo(small_yard.context(), job.id)

    assert caught.value.code == code
    assert jobbing.read(small_yard.context(), job.id).undo_until is None


def test_old_reports_are_forgotten_when_the_next_job_is_made(small_yard: Yard) -> None:
    old = small_yard.begun(small_yard.port.mooring())
    small_yard.work()
    small_yard.watch.moment += jobbing.KEPT + timedelta(seconds=1)

    new = small_yard.begun(small_yard.port.mooring())

    assert [view.job.id for view in jobbing.mine(small_yard.context(), limit=10)] == [new.id]
    assert small_yard.changes is not None
    assert old.id != new.id


def test_a_small_job_does_not_wait_for_the_end_of_a_large_one(small_yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    from packdesk.worker import jobs as runner_module

    monkeypatch.setattr(runner_module, "_SLICE_SECONDS", 0.001)
    large = small_yard.begun(*(small_yard.port.mooring() for _ in range(4)))
    runner = small_yard.runner()
    runner.run_once()
    small_yard.watch.moment += timedelta(seconds=1)
    small = small_yard.begun(small_yard.port.mooring())

    runner.run_once()

    assert small_yard.became(small) == ["updated"]
    assert "waiting" in small_yard.became(large)


def test_a_job_acts_on_the_version_that_was_looked_at(small_yard: Yard) -> None:
    stay = small_yard.port.mooring()
    act(small_yard.port.context("olga"), "mooring", stay.number, "clear", {}, 1)

    job = small_yard.begun(stay, data=SAILOR, versions={stay.number: 1})
    small_yard.work()

    assert small_yard.why(job) == [["version_conflict"]]
