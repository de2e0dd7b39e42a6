"""The runner: jobs are worked off a record at a time, by any number of runners on one database, in whichever process they live.

The conditional UPDATE is the claim, not the read before it. A claim is a lease that is renewed between records; what a killed process
held is taken up when its lease has run out, and goes on with the first record that still waits. A runner serves each job for a
moment and then the next, so that a job of ten records does not wait for the end of one of ten thousand.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from packdesk.clock import Clock
from packdesk.errors import PackdeskError
from packdesk.ids import new_id
from packdesk.records.context import Context, Door, Live
from packdesk.records.job_rows import work_off
from packdesk.records.kit import Kit
from packdesk.runtime.values import Actor
from packdesk.store import jobs
from packdesk.store.database import Database
from packdesk.store.failures import trace
from packdesk.store.jobs import Job, JobRow, JobState

_LOG = logging.getLogger("packdesk.worker")
#: So long nobody goes on with what a killed process held; one that lives renews it every second and touches nothing once it is lost.
LEASE = timedelta(seconds=15)
_SLICE_SECONDS = 2.0
_RENEW_SECONDS = 1.0
_CANDIDATES = 5
_TRIES = 3
#: How often an installation is asked for jobs while nobody makes any, whatever the number of its processes.
IDLE_SECONDS = 2.0

#: Says who a person is now, with the rights that he has now; somebody without any where the account is gone.
Who = Callable[[str], Actor]


class Runner:
    """Works jobs off, one at a time."""

    def __init__(self, *, database: Database, clock: Clock, live: Live, kit: Kit, who: Who, name: str) -> None:
        """Take the parts of the system, who says who people are, and a name that no other runner has."""
        self._database = database
        self._clock = clock
        self._live = live
        self._kit = kit
        self._who = who
        self._name = name
        self._stop = threading.Event()
        #: Job and how often its next row could not be tried because others held what it needs.
        self._held_up: tuple[str, int] = ("", 0)

    def run_once(self) -> bool:
        """Work on the job that waits longest for a moment; say whether there was one."""
        now = self._clock.now()
        with self._database.reading() as connection:
            found = jobs.due(connection, self._name, now, _CANDIDATES)
        for candidate in found:
            with self._database.begin(write=True) as connection:
                job = jobs.claim(connection, candidate, self._name, now, now + LEASE)
            if job is not None:
                self._serve(job)
                return True
        return False

    def run(self, pause: float = IDLE_SECONDS) -> None:
        """Work until told to stop; a database that is away is waited for."""
        bell = self._kit.bell
        while not self._stop.is_set():
            try:
                busy = self.run_once()
            except Exception as error:  # noqa: BLE001 - a runner outlives the database's restart
                _LOG.error("the runner of jobs could not work\n%s", trace(error))
                busy = False
            if not busy:
                bell.wait(pause)
                bell.clear()

    def stop(self) -> None:
        """Let it end after the record in hand; what is left of the job is for others, or for the next start."""
        self._stop.set()
        self._kit.bell.set()

    def _serve(self, job: Job) -> None:
        """Work on a claimed job until it is over, its moment has passed, or it is lost to another runner."""
        begun = renewed = time.monotonic()
        state: JobState | None = job.state
        while state is JobState.RUNNING and not self._stop.is_set() and time.monotonic() - begun < _SLICE_SECONDS:
            if time.monotonic() - renewed >= _RENEW_SECONDS:
                renewed, state = time.monotonic(), self._renew(job)
            elif self._next(job) is None:
                break
        with self._database.begin(write=True) as connection:
            if not jobs.finish(connection, job.id, self._name, self._clock.now()):
                jobs.give_back(connection, job.id, self._name, self._clock.now())

    def _renew(self, job: Job) -> JobState | None:
        with self._database.begin(write=True) as connection:
            return jobs.renew(connection, job.id, self._name, self._clock.now() + LEASE)

    def _next(self, job: Job) -> JobRow | None:
        """Do the next row; one that could not be tried because others hold what it needs waits, but not for ever."""
        known, tries = self._held_up
        tries = tries if known == job.id else 0
        try:
            done = work_off(self._context(job), job, self._name, self._report, given_up=tries >= _TRIES)
        except PackdeskError as error:
            if error.code != "busy":
                raise
            self._held_up = (job.id, tries + 1)
            _LOG.warning("job %s waits: others hold the next of its records", job.id)
            return None
        self._held_up = ("", 0)
        return done

    def _report(self, job: Job, row: JobRow, error: Exception) -> str:
        """Write an unforeseen error into the log and return the number under which it stands there."""
        number = new_id(self._clock.now())
        _LOG.error("job %s failed at record %d, number %s\n%s", job.id, row.position, number, trace(error))
        return number

    def _context(self, job: Job) -> Context:
        return Context(
            actor=replace(self._who(job.owner), language=job.language),
            clock=self._clock,
            live=self._live,
            database=self._database,
            door=Door.BULK,
            language=job.language,
            request_id=job.id,
            kit=self._kit,
        )


class RunnerThread:
    """A runner in a thread of its own, for a process that also does other things."""

    def __init__(self, runner: Runner, *, pause: float = IDLE_SECONDS) -> None:
        """Take the runner and how long it waits when there is nothing to do."""
        self._runner = runner
        self._thread = threading.Thread(target=runner.run, args=(pause,), name="packdesk-jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float) -> bool:
        """Let it finish the record in hand; say whether it did so in time."""
        self._runner.stop()
        self._thread.join(seconds)
        return not self._thread.is_alive()
