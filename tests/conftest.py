"""What every test may ask for; the fixtures themselves are in ``servers``."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.servers import (
    database,
    database_url,
    empty_database,
    migrated_sqlite,
    postgresql_migrated,
    postgresql_server,
    postgresql_url,
    sqlite_database,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_database",
    "migrated_sqlite",
    "postgresql_migrated",
    "postgresql_server",
    "postgresql_url",
    "sqlite_database",
    "sqlite_url",
]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep tests of one installation in one worker."""
    from tests.together import Together

    return Together(config, log)
