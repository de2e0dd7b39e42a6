"""The platform's own tables, brought forward step by step with Alembic; safe to run in many processes at once."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from packdesk.store.database import Database

#: Any number that no other program locks in this database.
_LOCK = 0x7061636B6465736B


def upgrade(database: Database) -> str:
    """Bring the tables to this version and return its revision; the processes that start together wait for the first.

    SQLite makes all of it one transaction of a writer; PostgreSQL holds an advisory lock until the transaction ends.
    """
    config = _config()
    with database.begin(write=True) as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        newest = ScriptDirectory.from_config(config).get_current_head() or ""
        if _revision(connection) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return newest


def current(database: Database) -> str:
    """Return the revision that the database stands at; empty before the first."""
    with database.begin() as connection:
        return _revision(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
