"""X-3: one meaning, several back ends; a mutant in any of them is caught by the corpus."""

import operator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contracts.expressions.backends import NOT_OFFERED, SCRIPT, Backend, BrowserBackend, Case, PythonBackend, SqlBackend, compiled, disagreements, sample

from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import arithmetic, functions
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.store.sql_functions import PostgresqlFunctions, SqliteFunctions


def test_back_end_agrees_with_the_corpus(backend: Backend, cases: list[Case]) -> None:
    """X-3."""
    found = disagreements(backend, cases)

    assert found == []


def test_corpus_uses_every_function_and_operator(cases: list[Case]) -> None:
    written = " ".join(case.expression for case in cases)

    assert [name for name in functions.FUNCTIONS if f"{name}(" not in written] == []
    assert [sign for sign in ("==", "!=", "<", "<=", ">", ">=", " in ", "&&", "||", "!", "?", "+", "-", "*", "/", "%") if sign not in written] == []


#: Two fields of every type that has values to compare or reckon with.
PAIRS = (
    ("a", "b"), ("x", "y"), ("t", "u"), ("p", "q"), ("d", "e"), ("m", "n"), ("s", "r"), ("w", "v"),
    ("colour", "paint"), ("urgency", "impact"), ("owner", "helper"), ("tel", "fax"),
)  # fmt: skip
BETWEEN = ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||")


def test_corpus_tries_every_operator_on_every_type_with_and_without_null(cases: list[Case]) -> None:
    """X-1, X-3: wherever the check lets an operator stand between two values of a type, each side is there and missing in turn."""
    given: dict[str, set[frozenset[str]]] = {}
    for case in cases:
        given.setdefault(case.expression, set()).add(frozenset(name for name, value in case.values.items() if value is not None))
    allowed = 0
    missing = []
    for left, right in PAIRS:
        for sign in BETWEEN:
            source = f"record.{left} {sign} record.{right}"
            if isinstance(compile_expression(Expression(source, "corpus"), sample()[1]), Compiled):
                allowed += 1
                tried = {values & {left, right} for values in given.get(source, ())}
                missing += [(source, wanted) for wanted in ((), (left,), (right,), (left, right)) if frozenset(wanted) not in tried]

    assert missing == []
    assert allowed > 60


def test_most_of_the_corpus_is_offered_in_sql_and_in_the_browser(cases: list[Case]) -> None:
    in_sql = sum(compiled(case).sql_allowed for case in cases)
    in_browser = sum(compiled(case).browser_fault is None for case in cases)

    assert in_sql > 0.85 * len(cases)
    assert in_browser > 0.95 * len(cases)


def test_mutant_of_the_closures_is_caught(cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(arithmetic.OPERATIONS, ("integer", "/"), lambda left, right: left // right if right else None)  # type: ignore[arg-type]

    assert disagreements(PythonBackend(), cases)


def test_mutant_of_ordering_in_the_closures_is_caught(cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    from packdesk.runtime.expressions import closures

    monkeypatch.setitem(closures.ORDERINGS, "<=", operator.lt)  # type: ignore[arg-type]

    assert disagreements(PythonBackend(), cases)


@pytest.mark.parametrize(
    ("written", "mutant"),
    [
        ("one / other", "(one / other) + 0n * other + (one < 0n ? -1n : 0n)"),
        ("found === null) return false", "found === null) return true"),
        ("codePoints(left as string, right as string)", "sign(left as string, right as string)"),
        ("(left * right) / MILLION", "(left * right + MILLION / 2n) / MILLION"),
    ],
)
def test_mutant_of_the_browser_is_caught(cases: list[Case], tmp_path: Path, written: str, mutant: str) -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    changed = tmp_path / "expressions.ts"
    changed.write_text(script.replace(written, mutant), encoding="utf-8")

    assert written in script
    assert disagreements(BrowserBackend(changed), cases)


def test_mutant_of_sqlite_is_caught(cases: list[Case], sqlite_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqliteFunctions, "starts_with", SqliteFunctions.contains)

    assert disagreements(sqlite_backend, cases)


@pytest.mark.postgres
def test_mutant_of_postgresql_is_caught(cases: list[Case], postgresql_backend: SqlBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresqlFunctions, "ordered", lambda _self, value: sa.func.lower(value))

    assert disagreements(postgresql_backend, [case for case in cases if "record.t" in case.expression])


def test_back_end_says_what_it_does_not_offer(backend: Backend) -> None:
    answers = backend.evaluate([Case("lower(record.t)", {"t": "A"}), Case("size(subtype.parts)", {"subtype": "repair"})])

    assert (
        answers
        == {
            "python": ["a", 1],
            "browser": ["a", NOT_OFFERED],
            "sqlite": [NOT_OFFERED, NOT_OFFERED],
            "postgresql": [NOT_OFFERED, NOT_OFFERED],
        }[backend.name]
    )
