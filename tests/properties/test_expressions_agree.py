"""X-3: random expressions mean the same in every back end. ``PACKDESK_FUZZ`` gives how many are tried; 200 without it."""

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.contracts.expressions.backends import Backend, BrowserBackend, Case, PythonBackend, SqlBackend, disagreements
from tests.contracts.expressions.fuzzer import Fuzzer
from tests.servers import PostgreSQL, postgresql_database

from packdesk.runtime.expressions.syntax import MAX_DEPTH, depth, parse
from packdesk.store.database import Database

COUNT = int(os.environ.get("PACKDESK_FUZZ", "200"))
SEED = int(os.environ.get("PACKDESK_FUZZ_SEED", "2026"))
_BATCH = 500


def _batches() -> Iterator[list[Case]]:
    for index in range(0, COUNT, _BATCH):
        cases = Fuzzer(SEED + index).cases(min(_BATCH, COUNT - index))
        yield [replace(case, result=answer) for case, answer in zip(cases, PythonBackend().evaluate(cases), strict=True)]


def _agrees(backend: Backend) -> None:
    for cases in _batches():
        assert disagreements(backend, cases) == []


def test_browser_agrees_with_python_on_random_expressions() -> None:
    _agrees(BrowserBackend())


def test_sqlite_agrees_with_python_on_random_expressions() -> None:
    database = Database("sqlite:///:memory:")

    _agrees(SqlBackend(database))

    database.close()


@pytest.mark.postgres
def test_postgresql_agrees_with_python_on_random_expressions(postgresql_server: PostgreSQL) -> None:
    with postgresql_database(postgresql_server) as url:
        database = Database(url)

        _agrees(SqlBackend(database))

        database.close()


def test_same_seed_gives_the_same_cases() -> None:
    assert Fuzzer(7).cases(20) == Fuzzer(7).cases(20)


def test_random_expressions_stay_within_the_limits() -> None:
    assert all(depth(parse(case.expression)) <= MAX_DEPTH for case in Fuzzer(3).cases(100))
