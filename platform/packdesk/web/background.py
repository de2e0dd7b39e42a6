"""What a server process does beside answering: a thread works off the jobs that people made, in this process or in another one."""

import os
import secrets
import socket

from packdesk.web.services import Services
from packdesk.worker.jobs import IDLE_SECONDS, Runner, RunnerThread
from packdesk.worker.people import People

#: Under this name the app keeps its runner.
RUNNER = "packdesk.runner"


def runner_of(services: Services, processes: int) -> RunnerThread:
    """Return the runner of one of several processes, not started yet.

    A job that is made here rings a bell and begins at once. Jobs of others, and what a killed process left, are found by asking; the
    more processes ask, the less often each does, so that an idle installation costs one small statement in two seconds.
    """
    runner = Runner(
        database=services.database,
        clock=services.clock,
        live=services.live,
        kit=services.kit,
        who=People(services.database, services.live),
        name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
    )
    return RunnerThread(runner, pause=IDLE_SECONDS * max(1, processes))
