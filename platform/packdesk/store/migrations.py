"""The platform's own tables, brought forward step by step with Alembic; safe to run in many processes at once."""

from importlib.util import find_spec
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
_PACKAGE = "packdesk_migrations"


def upgrade(database: Database, to: str = "") -> str:
    """Bring the tables to this version (or ``to`` an earlier revision) and return it; the processes that start together wait for the first.

    SQLite makes all of it one transaction of a writer; PostgreSQL holds an advisory lock until the transaction ends.
    """
    config = _config()
    newest = to or _newest(config)
    if current(database) == newest:
        return newest
    with database.begin(write=True) as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _revision(connection) != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, newest)
    return newest


def current(database: Database) -> str:
    """Return the revision that the database stands at; empty before the first."""
    with database.begin() as connection:
        return _revision(connection)


def pending(database: Database) -> bool:
    """Say whether ``upgrade`` would change anything."""
    return current(database) != _newest(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    return config


def _folder() -> Path:
    """Return the folder of the migrations: the installed package, else the one of the tree that this file is in."""
    spec = find_spec(_PACKAGE)
    return Path(spec.origin).parent if spec is not None and spec.origin else Path(__file__).parents[3] / "migrations"


def _newest(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or ""


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
