"""The database: one engine, transactions that are begun on purpose, and which failures are worth another try.

SQLite runs in WAL mode with full synchronisation; writers begin with BEGIN IMMEDIATE, so that they queue instead of failing on
upgrade. PostgreSQL runs through psycopg 3 with prepared statements and a lock timeout; statements go to it with its own numbered
parameters, for psycopg rewrites every other statement of more than 4,096 characters or 50 parameters anew at each execution.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import orjson
import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExecutionContext
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from packdesk.errors import PackdeskError
from packdesk.store.sqlite_functions import register_sqlite_functions

Result = TypeVar("Result")

#: How long a writer waits for another before it is told that the system is busy.
BUSY_MILLISECONDS = 10_000
_ATTEMPTS = 4
#: Execution option of statements that PostgreSQL is to plan each time. A plan that is kept for any parameters takes every pattern to be a
#: rare one; where most records hold what is looked for, it reads them all instead of the first of them.
PLANNED_ANEW: Mapping[str, bool] = MappingProxyType({"planned_anew": True})
#: So long a connection is taken to be alive without being asked; what fails then is tried again.
_TRUSTED_SECONDS = 1.0
_PAUSE = 0.02
#: PostgreSQL: serialization failure, deadlock.
_COLLISIONS = frozenset({"40001", "40P01"})
#: PostgreSQL: a plan of before a publish ("cached plan must not change result type"), a column or table that a publish just moved.
_STALE_PLAN = frozenset({"0A000", "42703", "42P01", "26000"})
#: PostgreSQL: lock timeout, too many connections, cannot connect now.
_BUSY = frozenset({"55P03", "53300", "57P03"})
#: PostgreSQL: shut down by its administrator, after a crash; and the class of what befell the connection.
_AWAY = frozenset({"57P01", "57P02"})
_CONNECTION = "08"
#: SQLite, which has one code for many errors.
_NOT_THERE = ("no such table", "no such column")


class Database:
    """An SQLite file or a PostgreSQL database; safe to share between threads."""

    def __init__(self, url: str | URL) -> None:
        """Make the engine; nothing is connected before the first transaction."""
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self.engine = _sqlite_engine(self.url)
        elif self.dialect == "postgresql":
            self.engine = _postgresql_engine(self.url)
        else:
            raise PackdeskError("bad_setting", name="PACKDESK_DATABASE_URL", reason="it must begin with sqlite: or postgresql:")
        self._reading = (
            _postgresql_engine(self.url, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True) if self.dialect == "postgresql" else self.engine
        )

    @property
    def engines(self) -> tuple[Engine, ...]:
        """Return the engines: of transactions, and of what only reads where that is another."""
        return (self.engine,) if self._reading is self.engine else (self.engine, self._reading)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run statements that only read: one snapshot on SQLite; on PostgreSQL each sees what was committed before it.

        That is what a transaction there shows as well (READ COMMITTED), and it saves the way to the server for BEGIN and COMMIT.
        """
        if self._reading is self.engine:
            with self.begin() as connection:
                yield connection
            return
        connection = self._reading.connect()
        try:
            yield connection
        except sa.exc.DBAPIError as error:
            _let_go(connection, error)
            raise
        finally:
            connection.close()

    @contextmanager
    def begin(self, write: bool = False) -> Iterator[Connection]:
        """Run one transaction: committed when the block ends, rolled back when it raises."""
        with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                connection.info["begin"] = "BEGIN IMMEDIATE" if write else "BEGIN"
            try:
                with connection.begin():
                    yield connection
            except sa.exc.DBAPIError as error:
                _let_go(connection, error)
                raise

    def retrying(self, work: Callable[[], Result]) -> Result:
        """Return what the work returns, running it again as a whole after a collision, a lost connection or a plan of an older release."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return work()
            except sa.exc.DBAPIError as error:
                if not is_worth_retrying(error) or (_is_stale_plan(error) and attempt > 1):
                    raise
            time.sleep(_PAUSE * 2**attempt)
        return work()

    def copy_from(self, other: "Database") -> None:
        """Make this SQLite database what another one is, page by page; for databases in memory, which a file can't be copied for."""
        with self.engine.connect() as here, other.engine.connect() as there:
            source, target = there.connection.driver_connection, here.connection.driver_connection
            if not isinstance(source, sqlite3.Connection) or not isinstance(target, sqlite3.Connection):
                raise TypeError("only SQLite databases can be copied")
            source.backup(target)

    def close(self) -> None:
        """Close every pooled connection."""
        for engine in self.engines:
            engine.dispose()


def _let_go(connection: Connection, error: sa.exc.DBAPIError) -> None:
    """Throw away a connection that holds plans of before a publish; raise ``busy`` when others held what was asked for too long."""
    if _is_stale_plan(error):
        connection.invalidate()
    if is_busy(error):
        raise PackdeskError("busy") from error


def is_worth_retrying(error: sa.exc.DBAPIError) -> bool:
    """Say whether the same transaction may succeed when it is run again."""
    return error.connection_invalidated or sqlstate(error) in _COLLISIONS or _is_stale_plan(error)


def is_busy(error: sa.exc.DBAPIError) -> bool:
    """Say whether another writer held the database for longer than we wait."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return (error.orig.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return sqlstate(error) in _BUSY


def is_passing(error: sa.exc.SQLAlchemyError) -> bool:
    """Say whether another try may succeed: others held what was asked for, or the database is away or has no free connection."""
    if not isinstance(error, sa.exc.DBAPIError):
        return isinstance(error, sa.exc.TimeoutError)
    if is_worth_retrying(error) or is_busy(error):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        # What PostgreSQL says of a stale plan: the table is not there yet, or was moved by a publish.
        return str(error.orig).startswith(_NOT_THERE)
    # The driver alone speaks without a code: it found no server, or lost it.
    unheard = isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError) and not sqlstate(error)
    return unheard or sqlstate(error)[:2] == _CONNECTION or sqlstate(error) in _AWAY


def sqlstate(error: sa.exc.DBAPIError) -> str:
    """Return PostgreSQL's five-letter state of an error, or an empty text."""
    return (error.orig.sqlstate or "") if isinstance(error.orig, psycopg.Error) else ""


def _is_stale_plan(error: sa.exc.DBAPIError) -> bool:
    return sqlstate(error) in _STALE_PLAN


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            url,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=56,
            query_cache_size=2000,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            hide_parameters=True,
        )
    else:
        engine = sa.create_engine(url, query_cache_size=2000, hide_parameters=True)

    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        raw = connection.driver_connection if hasattr(connection, "driver_connection") else connection
        if not isinstance(raw, sqlite3.Connection):
            raise TypeError("not an SQLite connection")
        raw.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {BUSY_MILLISECONDS}", "foreign_keys = ON"):
            raw.execute(f"PRAGMA {pragma}").close()
        register_sqlite_functions(raw)

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.info.pop("begin", "BEGIN"))

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "begin", begun)
    return engine


def _postgresql_engine(url: URL, **more: Any) -> Engine:
    options = f"-c timezone=UTC -c lock_timeout={BUSY_MILLISECONDS} -c idle_in_transaction_session_timeout=300000"
    engine = sa.create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        query_cache_size=2000,
        hide_parameters=True,
        paramstyle="numeric_dollar",
        connect_args={"options": options, "prepare_threshold": 3, "cursor_factory": psycopg.RawCursor},
        **more,
    )

    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        raw = connection.driver_connection if hasattr(connection, "driver_connection") else connection
        if not isinstance(raw, psycopg.Connection):
            raise TypeError("not a psycopg connection")
        raw.server_cursor_factory = psycopg.RawServerCursor

    lost_at = float("-inf")

    def given_back(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["given back"] = time.monotonic()

    def lost(_connection: DBAPIConnection, _entry: ConnectionPoolEntry, error: BaseException | None) -> None:
        """Remember when a connection broke: a server that went away has taken the others with it."""
        nonlocal lost_at
        if error is not None:
            lost_at = time.monotonic()

    def taken(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        """Look whether a connection that nobody used for a while is still there; asking each time costs as much as a small query."""
        given = entry.info.get("given back", float("inf"))
        if given <= lost_at or time.monotonic() - given > _TRUSTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except psycopg.Error as error:
                raise sa.exc.DisconnectionError from error

    def execute(cursor: psycopg.Cursor[Any], statement: str, parameters: Sequence[object], context: ExecutionContext | None) -> bool:
        """Execute what is to be planned anew without preparing it; all else is the driver's to prepare."""
        if context is None or not context.execution_options.get("planned_anew"):
            return False
        cursor.execute(statement.encode(), parameters, prepare=False)
        return True

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "do_execute", execute)
    sa.event.listen(engine, "checkin", given_back)
    sa.event.listen(engine, "invalidate", lost)
    sa.event.listen(engine, "checkout", taken)
    return engine
