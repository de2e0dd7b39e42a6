"""X-3: a corpus that lets a fault pass proves nothing; each of these is caught in each back end."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.expressions import mutants
from tests.contracts.expressions.backends import SCRIPT, Asked, Backend, BrowserBackend, Case, PythonBackend, SqlBackend, asked_of_the_browser, disagrees
from tests.contracts.expressions.mutants import Mutant

from packdesk.store.database import Database


def _caught(backend: Backend, cases: Sequence[Case], mutant: Mutant) -> bool:
    """Say whether some case notices; a mutant that cannot even answer is noticed too."""
    try:
        return disagrees(backend, [case for case in cases if mutant.word in case.expression])
    except (TypeError, AttributeError, KeyError, sa.exc.DBAPIError):
        return True


@pytest.mark.parametrize("mutant", mutants.IN_CLOSURES, ids=str)
def test_mutant_of_the_closures_is_caught(cases: list[Case], monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    mutants.plant(monkeypatch, mutant)

    assert _caught(PythonBackend(), cases, mutant)


@pytest.fixture(scope="module")
def asked(cases: list[Case]) -> Asked:
    """The whole corpus as the browser gets it, the same for each mutant of its script."""
    return asked_of_the_browser(cases)


@pytest.mark.parametrize("mutant", mutants.IN_BROWSER, ids=str)
def test_mutant_of_the_browser_is_caught(cases: list[Case], asked: Asked, tmp_path: Path, mutant: Mutant) -> None:
    changed = tmp_path / "expressions.ts"
    changed.write_text(mutants.planted_in_script(SCRIPT.read_text(encoding="utf-8"), mutant), encoding="utf-8")

    assert _caught(BrowserBackend(changed, asked), cases, mutant)


@pytest.mark.parametrize("mutant", mutants.IN_SQLITE, ids=str)
def test_mutant_of_sqlite_is_caught(cases: list[Case], monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    mutants.plant(monkeypatch, mutant)
    database = Database("sqlite:///:memory:")

    caught = _caught(SqlBackend(database), cases, mutant)

    database.close()
    assert caught


@pytest.mark.postgres
@pytest.mark.parametrize("mutant", mutants.IN_POSTGRESQL, ids=str)
def test_mutant_of_postgresql_is_caught(cases: list[Case], postgresql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch, mutant: Mutant) -> None:
    mutants.plant(monkeypatch, mutant)

    assert _caught(postgresql_backend, cases, mutant)
