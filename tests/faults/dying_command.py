"""Runs commands and dies: a program that tests start, which forks ``packdesk`` per line of input and kills it before a statement.

A line is JSON: ``arguments``, ``environment`` and ``statement``, the number of the statement before which the command kills itself with
SIGKILL (0: never); whatever the command sends to the database counts, that of planning included. The answer is one line of JSON:
whether it was killed, its exit code, what it printed, how many statements it was about to send, and the last of them.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa

from packdesk.cli.main import main as packdesk


def main() -> None:
    """Serve lines until the input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            log, printed = Path(folder) / "statements", Path(folder) / "printed"
            log.touch()
            printed.touch()
            child = os.fork()
            if child == 0:
                os._exit(_run(asked, log, printed))
            _child, status = os.waitpid(child, 0)
            statements = log.read_text().split("\0")[:-1]
            killed = os.WIFSIGNALED(status)
            answer = {"killed": killed, "code": None if killed else os.WEXITSTATUS(status), "printed": printed.read_text()}
        print(json.dumps({**answer, "count": len(statements), "last": statements[-1] if statements else ""}), flush=True)


def _run(asked: dict[str, object], log: Path, printed: Path) -> int:
    environment, arguments = asked["environment"], asked["arguments"]
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.environ.update(environment)
    sent = 0

    def before(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal sent
        sent += 1
        with log.open("a") as file:
            file.write(f"{statement}\0")
        if sent == asked["statement"]:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "commit", lambda connection: before(connection, None, "COMMIT"))
    with printed.open("w") as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return packdesk(arguments)


if __name__ == "__main__":
    main()
