"""The back ends, each started once."""

from collections.abc import Iterator

import pytest
from tests.contracts.expressions.backends import Backend, BrowserBackend, Case, PythonBackend, SqlBackend, corpus
from tests.servers import PostgreSQL, postgresql_database

from packdesk.store.database import Database


@pytest.fixture(scope="session")
def cases(pytestconfig: pytest.Config) -> list[Case]:
    """Give the whole corpus."""
    return corpus(pytestconfig.rootpath / "tests/contracts/expressions/corpus")


@pytest.fixture(scope="session")
def sqlite_backend() -> Iterator[SqlBackend]:
    """Give SQL on SQLite in memory."""
    database = Database("sqlite:///:memory:")
    yield SqlBackend(database)
    database.close()


@pytest.fixture(scope="session")
def postgresql_backend(postgresql_server: PostgreSQL) -> Iterator[SqlBackend]:
    """Give SQL on PostgreSQL."""
    with postgresql_database(postgresql_server) as url:
        database = Database(url)
        yield SqlBackend(database)
        database.close()


@pytest.fixture(params=["python", "browser", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Give each back end in turn."""
    if request.param in ("python", "browser"):
        return PythonBackend() if request.param == "python" else BrowserBackend()
    found: SqlBackend = request.getfixturevalue(f"{request.param}_backend")
    return found
