"""Failures of the database: which ones another try may change, and what a log may hold of them."""

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa

from packdesk.store.database import is_passing
from packdesk.store.failures import trace


def wrapped(error: Exception, base: type[Exception]) -> sa.exc.DBAPIError:
    made = sa.exc.DBAPIError.instance("INSERT INTO r_thing VALUES ($1)", ("Em" + "ma",), error, base)
    assert isinstance(made, sa.exc.DBAPIError)
    return made


def of_sqlite(code: int, said: str) -> sa.exc.DBAPIError:
    error = sqlite3.OperationalError(said)
    error.sqlite_errorcode = code
    return wrapped(error, sqlite3.Error)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sa.exc.TimeoutError("QueuePool limit"), True),
        (wrapped(psycopg.errors.SerializationFailure(), psycopg.Error), True),
        (wrapped(psycopg.errors.DeadlockDetected(), psycopg.Error), True),
        (wrapped(psycopg.errors.LockNotAvailable(), psycopg.Error), True),
        (wrapped(psycopg.errors.AdminShutdown(), psycopg.Error), True),
        (wrapped(psycopg.errors.ConnectionFailure(), psycopg.Error), True),
        (wrapped(psycopg.OperationalError("connection refused"), psycopg.Error), True),
        (wrapped(psycopg.errors.ProgramLimitExceeded("index row size"), psycopg.Error), False),
        (wrapped(psycopg.errors.DiskFull(), psycopg.Error), False),
        (wrapped(psycopg.errors.CheckViolation(), psycopg.Error), False),
        (of_sqlite(sqlite3.SQLITE_BUSY, "database is locked"), True),
        (of_sqlite(sqlite3.SQLITE_ERROR, "no such table: release"), True),
        (of_sqlite(sqlite3.SQLITE_ERROR, "near SELECT: syntax error"), False),
        (of_sqlite(sqlite3.SQLITE_FULL, "database or disk is full"), False),
    ],
    ids=str,
)
def test_only_what_another_try_may_change_is_passing(error: sa.exc.SQLAlchemyError, expected: bool) -> None:
    assert is_passing(error) is expected


def failed(name: str) -> Exception:
    """Return an error of ours that a database's led to, with the frames of both."""
    try:
        try:
            raise wrapped(sqlite3.IntegrityError(f"row ({name})"), sqlite3.Error)
        except sa.exc.DBAPIError as error:
            raise LookupError("nothing under this name") from error
    except LookupError as error:
        return error


def test_a_trace_says_where_and_what_but_nothing_of_a_record() -> None:
    said = trace(failed("Em" + "ma"))

    assert "Emma" not in said
    assert said.count("in failed") == 2
    assert "sqlalchemy.exc.IntegrityError: IntegrityError\nINSERT INTO r_thing VALUES ($1)" in said
    assert said.endswith("builtins.LookupError: nothing under this name")
