"""What every test may ask for; the fixtures themselves are in ``servers``."""

import sys
from pathlib import Path

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
