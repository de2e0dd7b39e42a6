"""The embedded server: one process that prepares the system and several that answer, on one address."""

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from packdesk.errors import PackdeskError
from packdesk.settings import Settings
from packdesk.web.app import Limits, create_app
from packdesk.web.background import RUNNER, runner_of
from packdesk.web.request_context import EXTENSION

_PROCESSES = "PACKDESK_SERVER_PROCESSES"
_READY = "PACKDESK_SERVER_READY"
#: Threads wait for the database more than they compute.
_THREADS = max(2, min(8, 2 * (os.cpu_count() or 1)))
_STOP_SECONDS = 30
#: How long the record in hand may take when the server ends; what is killed then is taken up by the next start.
_RUNNER_SECONDS = 25
_LAST_PORT = 65535


def application() -> Flask:
    """Return the app of one server process; the process that started it has prepared the database."""
    write_log()
    settings = Settings.from_environment()
    processes = int(os.environ.get(_PROCESSES, "1"))
    app = create_app(settings, prepare=False, limits=Limits.of(settings, processes))
    runner = app.extensions[RUNNER] = runner_of(app.extensions[EXTENSION], processes)
    # A server process is one of multiprocessing's: it runs these, and no others, when it ends.
    Finalize(None, runner.stop, args=(_RUNNER_SECONDS,), exitpriority=1)
    runner.start()
    if (ready := os.environ.get(_READY, "")).isdigit():
        os.write(int(ready), b".")
    return app


def write_log() -> None:
    """Send the platform's log to standard error: one JSON object per request, nothing twice."""
    logger = logging.getLogger("packdesk")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False


def free_port(host: str) -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def demand_port(host: str, port: int) -> None:
    """Raise ``bad_parameter`` for an address that cannot be had; the server shares a port that another one listens on, and halves its visitors."""
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OverflowError(f"ports go from 0 to {_LAST_PORT}")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise PackdeskError("bad_parameter", name="--port", reason=f"{host}:{port} cannot be listened on ({reason})") from error


def serve(settings: Settings, *, host: str, port: int, workers: int, announce: Callable[[str], None]) -> None:
    """Serve until a signal ends it; ``announce`` gets the address as soon as it answers. The system must be prepared."""
    heard, told = os.pipe()
    os.environ.update(_environment(settings), **{_PROCESSES: str(workers), _READY: str(told)})
    server = Server(
        "packdesk.web.serve:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
    )
    address = f"http://{host}:{port}"
    threading.Thread(target=_when_ready, args=(heard, workers, address, announce), daemon=True).start()
    server.serve()


def _environment(settings: Settings) -> dict[str, str]:
    """Return the settings as the server processes read them."""
    return {
        "PACKDESK_HOME": str(settings.home),
        "PACKDESK_DATABASE_URL": settings.database_url,
        "PACKDESK_REDIS_URL": settings.redis_url,
        "PACKDESK_SECRET_KEY": settings.secret_key,
        "PACKDESK_PACKS": os.pathsep.join(settings.packs),
        "PACKDESK_HTTPS": "yes" if settings.https else "no",
        "PACKDESK_LOGINS_PER_ACCOUNT": str(settings.logins_per_account),
        "PACKDESK_LOGINS_PER_ADDRESS": str(settings.logins_per_address),
    }


def _when_ready(heard: int, workers: int, address: str, announce: Callable[[str], None]) -> None:
    """Announce the address once every process has its app; the socket listens since before they were started.

    The thread lives while the processes are forked, so it may hold no lock then, not even that of an import: it only reads a pipe.
    """
    for _ in range(workers):
        os.read(heard, 1)
    announce(address)
