"""The server and the command line inside this process instead of processes of their own, so that coverage.py sees what they run.

Only ``make coverage`` asks for it: everything else, and CI, runs the real server.
"""

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from packdesk.cli.main import main
from packdesk.web import serve
from packdesk.web.app import close
from packdesk.web.background import RUNNER

WANTED = bool(os.environ.get("PACKDESK_INSIDE"))
_RUNNING: dict[int, tuple[BaseWSGIServer, Flask]] = {}


class ThreadedServer:
    """Stands in for the server of processes: one process, a thread for each request."""

    def __init__(self, target: str, *, address: str, port: int, **_: object) -> None:
        """Take what the real one is given."""
        self.target, self.address, self.port = target, address, port

    def serve(self) -> None:
        """Answer until the installation is stopped."""
        app = serve.application()
        server = make_server(self.address, self.port, app, threaded=True)
        _RUNNING[self.port] = (server, app)
        server.serve_forever()


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def started(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """Run a server while its installation waits for it to answer; it goes on afterwards."""
    serve.Server = ThreadedServer  # type: ignore[misc, assignment]
    with _environment(environment), log.open("w") as file, contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
        threading.Thread(target=main, args=(list(arguments),), daemon=True).start()
        yield


def stop(port: int) -> None:
    """End a server."""
    if (running := _RUNNING.pop(port, None)) is not None:
        server, app = running
        server.shutdown()
        server.server_close()
        app.extensions[RUNNER].stop(20)
        close(app)


def command(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a command and return its code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with _environment(environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(list(arguments))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 2
    return code, out.getvalue(), err.getvalue()
