"""Problems of a pack as text: a line for each, in the order of the places."""

import pytest

from packdesk.errors import Problem
from packdesk.errors.problems import Severity, render

WHOLE = Problem(
    code="unknown_list",
    message="There is no list 'colur'.",
    advice="Name one that exists.",
    did_you_mean="colour",
    pack="acme",
    file="a.json",
    line=5,
    column=3,
)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (WHOLE, "acme/a.json:5:3: unknown_list: There is no list 'colur'. Name one that exists. Did you mean 'colour'?"),
        (Problem(code="no_role", message="No role.", pack="acme", file="a.json"), "acme/a.json: no_role: No role."),
        (Problem(code="no_role", message="No role.", pack="acme", severity=Severity.WARNING), "acme: warning: no_role: No role."),
        (Problem(code="no_role", message="No role."), "no_role: No role."),
    ],
    ids=["everything known", "no line", "a warning about a pack", "no place"],
)
def test_a_problem_reads_like_a_compilers_and_leaves_out_what_it_does_not_know(problem, words):
    assert str(problem) == words


def test_problems_are_listed_by_place_whatever_order_they_were_found_in():
    first, second, third = (Problem(code="x", message="X.", pack="acme", file=file, line=line, column=1) for file, line in (("a", 9), ("b", 2), ("b", 10)))

    told = render([third, first, second])

    assert told.split("\n") == [str(first), str(second), str(third)]
