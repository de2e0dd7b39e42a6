"""One publish at a time: a lock that its owner's death releases, whatever kills it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.store.database import Database

#: Any number that no other part of the platform locks.
_LOCK = 0x7075626C697368


@contextmanager
def publishing(database: Database) -> Iterator[None]:
    """Hold the lock of publishing for as long as the block runs; raises ``publish_running`` when somebody else does."""
    with (_file_lock if database.dialect == "sqlite" else _advisory_lock)(database):
        yield


@contextmanager
def _advisory_lock(database: Database) -> Iterator[None]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(sa.text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar_one():
            raise PackdeskError("publish_running")
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})


@contextmanager
def _file_lock(database: Database) -> Iterator[None]:
    name = database.url.database
    if not name or name == ":memory:":
        yield
        return
    with Path(f"{name}.publish").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PackdeskError("publish_running") from error
        yield
