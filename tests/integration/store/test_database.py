"""Transactions and what is worth another try, on both databases."""

import contextlib
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from tests.servers import PostgreSQL, postgresql_database

from packdesk.errors import PackdeskError
from packdesk.store import database as module
from packdesk.store.database import Database
from packdesk.store.prepared import Prepared


def test_a_transaction_is_stored_when_its_block_ends_and_not_when_it_raises(empty_database: Database) -> None:
    with empty_database.begin(write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
    with pytest.raises(ZeroDivisionError), empty_database.begin(write=True) as connection:
        fail(connection, "INSERT INTO t VALUES (1)")

    assert count(empty_database) == 0


def test_tables_are_made_inside_the_transaction(empty_database: Database) -> None:
    """A publish that fails leaves no half-made table."""
    with pytest.raises(ZeroDivisionError), empty_database.begin(write=True) as connection:
        fail(connection, "CREATE TABLE t (a INTEGER)")

    with empty_database.begin() as connection:
        assert not sa.inspect(connection).has_table("t")


def test_sqlite_runs_with_the_promised_settings(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    with database.begin() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")}
    database.close()

    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "foreign_keys": 1}


def test_writers_queue_and_none_is_lost(empty_database: Database) -> None:
    with empty_database.begin(write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (0)")

    table = sa.table("t", sa.column("a"))

    def add() -> None:
        for _ in range(10):
            with empty_database.begin(write=True) as connection:
                value = connection.execute(sa.select(table.c.a).with_for_update()).scalar_one()
                connection.execute(table.update().values(a=value + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with empty_database.begin() as connection:
        assert connection.exec_driver_sql("SELECT a FROM t").scalar_one() == 40


def test_who_waits_too_long_is_told_that_the_system_is_busy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_MILLISECONDS", 50)
    database = Database(database_url)
    with database.begin(write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")

    with database.begin(write=True) as first:
        lock(database, first)
        with pytest.raises(PackdeskError) as refusal, database.begin(write=True) as second:
            lock(database, second)
    database.close()

    assert refusal.value.code == "busy"


def test_a_plan_of_before_a_publish_is_made_again(postgresql_server: PostgreSQL) -> None:
    with postgresql_database(postgresql_server) as url:
        database = Database(url)
        with database.begin(write=True) as connection:
            connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        for _ in range(6):
            count(database, "SELECT * FROM t")
        other = Database(url)
        with other.begin(write=True) as connection:
            connection.exec_driver_sql("ALTER TABLE t ALTER COLUMN a TYPE text")

        found = database.retrying(lambda: count(database, "SELECT * FROM t"))
        database.close()
        other.close()

    assert found == 0


def test_a_lost_connection_is_replaced(postgresql_server: PostgreSQL) -> None:
    with postgresql_database(postgresql_server) as url:
        database = Database(url)
        attempts: list[int] = []

        def work() -> object:
            with database.begin() as connection:
                attempts.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
                if len(attempts) == 1:
                    postgresql_server.execute(f"SELECT pg_terminate_backend({attempts[0]})")
                return connection.exec_driver_sql("SELECT 1").scalar_one()

        found = database.retrying(work)
        database.close()

    assert (found, len(attempts)) == (1, 2)


def test_a_server_that_went_away_costs_one_attempt_however_many_connections_there_were(postgresql_server: PostgreSQL) -> None:
    with postgresql_database(postgresql_server) as url, contextlib.closing(Database(url)) as database:
        asking = Prepared(sa.select(sa.literal(1).label("one")), database.engine.dialect, "")
        with contextlib.ExitStack() as opened:
            connections = [opened.enter_context(database.reading()) for _ in range(6)]
            backends = [connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for connection in connections]
        for backend in backends:
            postgresql_server.execute(f"SELECT pg_terminate_backend({backend})")
        attempts: list[int] = []

        def work() -> object:
            attempts.append(1)
            with database.reading() as connection:
                return asking.rows(connection, {})[0][0]

        found = database.retrying(work)

    assert (found, len(attempts)) == (1, 2)


def test_what_is_simply_wrong_is_not_tried_again(empty_database: Database) -> None:
    attempts = []

    def work() -> None:
        attempts.append(1)
        with empty_database.begin() as connection:
            connection.exec_driver_sql("SELEKT 1")

    with pytest.raises(sa.exc.DBAPIError):
        empty_database.retrying(work)

    assert len(attempts) == 1


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(PackdeskError) as refusal:
        Database("mysql://localhost/x")

    assert refusal.value.code == "bad_setting"


def count(database: Database, query: str = "SELECT * FROM t") -> int:
    with database.begin() as connection:
        return len(connection.exec_driver_sql(query).all())


def fail(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
    raise ZeroDivisionError


def lock(database: Database, connection: Connection) -> None:
    if database.dialect == "postgresql":
        connection.exec_driver_sql("LOCK TABLE t")
