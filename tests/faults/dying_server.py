"""The real server, which dies around a commit: a program that tests start in place of the command, with the command's own arguments.

Whoever wants it to die writes ``before`` or ``after`` into the file ``dies`` of its home. All its processes are then killed with the next
transaction that wrote history: right before its commit, or right after it and before anybody was answered. The file goes with them, so
that the server which is started next lives.
"""

import os
import re
import signal
import sys
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from packdesk.cli.main import main

#: A new record takes its first event along in one statement where the database can do that.
_WRITES_HISTORY = re.compile(r"\bINSERT INTO history\b")
_WROTE = "this transaction wrote history"


def _begin(connection: Connection) -> None:
    connection.info.pop(_WROTE, None)


def _before_statement(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
    if _WRITES_HISTORY.search(statement) is not None:
        connection.info[_WROTE] = True


def _commit(connection: Connection) -> None:
    wanted = Path(os.environ["PACKDESK_HOME"]) / "dies"
    if not connection.info.pop(_WROTE, False) or not wanted.exists():
        return
    if wanted.read_text() == "after":
        connection.connection.cursor().execute("COMMIT")
    wanted.unlink()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    # On all engines of this process and of those that it forks: nothing of the server itself is replaced.
    sa.event.listen(Engine, "begin", _begin)
    sa.event.listen(Engine, "before_cursor_execute", _before_statement)
    sa.event.listen(Engine, "commit", _commit)
    sys.exit(main())
