"""X-3: one meaning, several back ends, and a corpus that leaves nothing out; ``test_mutants`` shows that it notices."""

from collections.abc import Callable

import pytest
from tests.contracts.expressions import calls
from tests.contracts.expressions.backends import NOT_OFFERED, Backend, Case, compiled, disagreements, sample

from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import arithmetic, functions
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.tree import Arithmetic, Call, Compare, Conditional, Contains, ListOf, Logic, Macro, Negate
from packdesk.runtime.expressions.types import ORDERED


def test_back_end_agrees_with_the_corpus(backend: Backend, cases: list[Case]) -> None:
    """X-3."""
    found = disagreements(backend, cases)

    assert found == []


def test_corpus_calls_every_function_in_every_way_it_may_be_called(cases: list[Case]) -> None:
    """X-1, X-3: every function and every operator of one operand or two types, on every type that the check lets pass, with and without null."""
    given = _given(cases)
    asked = [*calls.wanted(calls.FUNCTION_TEMPLATES), *calls.wanted(calls.OPERATOR_TEMPLATES)]

    missing = [(source, turn) for _name, _template, source, turns in asked for turn in turns if not any(turn == there for there in given(source, turns))]

    assert missing == []
    assert list(calls.FUNCTION_TEMPLATES) == list(functions.FUNCTIONS)
    every = [template for shapes in (*calls.FUNCTION_TEMPLATES.values(), *calls.OPERATOR_TEMPLATES.values()) for template in shapes]
    assert {template for _name, template, _source, _turns in asked} == set(every)


def test_typed_trees_of_the_corpus_hold_every_function_and_every_operation(cases: list[Case]) -> None:
    """X-3: not the text but what the check made of it."""
    parts = [part for case in cases for part in compiled(case).tree.walk()]

    called = {part.name for part in parts if isinstance(part, Call | Macro)}
    calculated = {(part.kind, part.operator) for part in parts if isinstance(part, Arithmetic)}
    compared = {(part.operator, part.left.type.base) for part in parts if isinstance(part, Compare)}
    kinds = {type(part) for part in parts}

    # The check replaces a written length by its value, and ``within`` by ``in``.
    assert set(functions.FUNCTIONS) - called == {"duration", "within"}
    assert {*arithmetic.OPERATIONS, *arithmetic.ZONED} - calculated == set()
    assert {(operator, base) for operator in ("<", "<=", ">", ">=") for base in ORDERED} - compared == set()
    assert {part.operator for part in parts if isinstance(part, Logic)} == {"and", "or", "not"}
    assert kinds >= {Negate, Conditional, Contains, ListOf}


@pytest.mark.parametrize(
    ("result", "names"),
    [
        (False, ("contains", "starts_with", "ends_with", "matches", "within", "is_member")),
        (
            None,
            ("date", "datetime", "year", "month", "day", "weekday", "hour", "lower", "upper", "trim", "length", "text", "abs", "round", "min", "max", "matrix"),
        ),
    ],
)
def test_what_the_corpus_expects_of_null_arguments_is_what_the_reference_says(cases: list[Case], result: object, names: tuple[str, ...]) -> None:
    """X-1: null in, null out; a condition on null is false."""
    sources = {source for name, template, source, _ in calls.wanted(calls.FUNCTION_TEMPLATES) if name in names and template.count("==") == 0}

    of_nothing = {case.expression: case.result for case in cases if case.expression in sources and set(case.values) <= {"subtype"}}

    assert set(of_nothing) == sources
    assert set(of_nothing.values()) == {result}


def _given(cases: list[Case]) -> Callable[[str, frozenset[frozenset[str]]], set[frozenset[str]]]:
    """Return what tells which of the fields that an expression speaks of had values, one set per case."""
    tried: dict[str, list[frozenset[str]]] = {}
    for case in cases:
        tried.setdefault(case.expression, []).append(frozenset(name for name, value in case.values.items() if value is not None))
    return lambda source, turns: {there & frozenset().union(*turns) for there in tried.get(source, ())}


BETWEEN = ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||")


def test_corpus_tries_every_operator_on_every_type_with_and_without_null(cases: list[Case]) -> None:
    """X-1, X-3: wherever the check lets an operator stand between two values of a type, each side is there and missing in turn."""
    given: dict[str, set[frozenset[str]]] = {}
    for case in cases:
        given.setdefault(case.expression, set()).add(frozenset(name for name, value in case.values.items() if value is not None))
    allowed = 0
    missing = []
    for left, right in calls.PAIRS:
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
