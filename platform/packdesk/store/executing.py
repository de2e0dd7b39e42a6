"""Runs the statements that make tables and indexes, beside people who work: never long in anybody's way, and again when it had to give way."""

import time
from collections.abc import Callable, Sequence

import psycopg
import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.store.database import Database, is_busy
from packdesk.store.expansion import Ddl, DdlKind
from packdesk.store.overlong import refused
from packdesk.store.tables import Tables

#: Told now and then what is being done, and how much of it so far.
Progress = Callable[[str, int], None]
#: How long an additive statement may keep others waiting for the table that it changes, and how often it tries again.
_LOCK_MILLISECONDS = 500
_ATTEMPTS = 40
_PAUSE = 0.25
#: How long one transaction of statements may keep writers waiting on SQLite.
_SHARE_SECONDS = 0.2


def silent(_what: str, _count: int) -> None:
    """Report nothing."""


def execute(database: Database, tables: Tables, statements: Sequence[Ddl], progress: Progress = silent) -> None:
    """Run statements towards these tables, each of which may be repeated; as many together as nobody minds."""
    if database.dialect == "sqlite":
        _in_fair_shares(database, statements, progress)
        return
    together, alone = _parted(statements)
    done = 0
    for group in together:
        _patiently(database, group)
        progress("expand", done := done + len(group))
    for statement in alone:
        _alone(database, tables, statement)
        progress("expand", done := done + 1)


def _in_fair_shares(database: Database, statements: Sequence[Ddl], progress: Progress) -> None:
    """Run statements in transactions that are long enough to be quick and short enough for writers not to mind."""
    done = 0
    while done < len(statements):
        with database.begin(write=True) as connection:
            until = time.monotonic() + _SHARE_SECONDS
            while done < len(statements) and time.monotonic() < until:
                connection.exec_driver_sql(statements[done].sql)
                done += 1
        progress("expand", done)


def _parted(statements: Sequence[Ddl]) -> tuple[list[list[Ddl]], list[Ddl]]:
    """Return statements for transactions, one per table that exists and one for all new tables, and those that need to be alone."""
    alone = [statement for statement in statements if "CONCURRENTLY" in statement.sql]
    fresh = {statement.table for statement in statements if statement.kind is DdlKind.CREATE_TABLE}
    groups: dict[str, list[Ddl]] = {}
    for statement in statements:
        if "CONCURRENTLY" not in statement.sql:
            groups.setdefault("" if statement.table in fresh or not statement.table else statement.table, []).append(statement)
    return [groups[table] for table in sorted(groups)], alone


def _alone(database: Database, tables: Tables, statement: Ddl) -> None:
    """Run a statement that takes no transaction; an index into which something stored does not fit is told as that, and leaves nothing behind."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql(statement.sql)
        except sa.exc.OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.ProgramLimitExceeded):
                raise
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {database.engine.dialect.identifier_preparer.quote(statement.name)}")
            raise refused(connection, tables, statement.table, statement.name) from error


def _patiently(database: Database, statements: Sequence[Ddl]) -> None:
    """Run statements in one transaction that gives way at once when somebody is using the table, and comes back."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}")
                for statement in statements:
                    connection.exec_driver_sql(statement.sql)
        except sa.exc.DBAPIError as error:
            if not is_busy(error):
                raise
            if attempt == _ATTEMPTS:
                raise PackdeskError("busy") from error
            time.sleep(_PAUSE)
        else:
            return
