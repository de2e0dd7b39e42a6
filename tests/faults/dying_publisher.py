"""Publishes and dies: a program that tests start, which forks a publisher per line of input and kills it before a statement.

A line is ``<database url> <statement>``; the publisher kills itself with SIGKILL before it sends the statement of that number (0: never).
The answer is one line of JSON: how it ended and every statement that it was about to send.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from tests.faults.harbour_two import DECISIONS, second

from packdesk.clock import SystemClock
from packdesk.store.database import Database
from packdesk.store.planning import plan
from packdesk.store.publishing import publish


def main() -> None:
    """Serve lines until the input ends."""
    for line in sys.stdin:
        url, statement = line.split()
        with tempfile.NamedTemporaryFile("r+", suffix=".log") as log:
            child = os.fork()
            if child == 0:
                _publish(url, int(statement), Path(log.name))
                os._exit(0)
            _child, status = os.waitpid(child, 0)
            statements = Path(log.name).read_text().split("\0")[:-1]
        print(json.dumps({"killed": os.WIFSIGNALED(status), "code": status, "statements": statements}), flush=True)


def _publish(url: str, last: int, log: Path) -> None:
    database = Database(url)
    made = plan(database, second(), SystemClock())
    sent = 0

    def before(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal sent
        sent += 1
        with log.open("a") as file:
            file.write(f"{statement}\0")
        if sent == last:
            os.kill(os.getpid(), signal.SIGKILL)

    for engine in database.engines:
        sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(database.engine, "commit", lambda connection: before(connection, None, "COMMIT"))
    publish(database, made, DECISIONS, actor="anna", note="second", clock=SystemClock())


if __name__ == "__main__":
    main()
