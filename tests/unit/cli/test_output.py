"""What commands print, for people, programs and GitHub."""

import io
import json

import pytest

from packdesk.cli.output import Output, annotation, table
from packdesk.errors import Problem, Severity

BROKEN = Problem(code="unknown_reference", message="There is no 'colr'.", did_you_mean="color", pack="zoo", file="a/b.json", line=3, column=7, pointer="/x")
DOUBTFUL = Problem(code="unused", message="Nothing uses 'x', 100%.", severity=Severity.WARNING)


def _spoken(form: str) -> tuple[Output, io.StringIO]:
    out = io.StringIO()
    return Output(format=form, out=out, err=io.StringIO()), out


def test_text_reads_like_a_compiler_and_sums_up() -> None:
    output, out = _spoken("text")

    output.problems((BROKEN, DOUBTFUL), "1 error, 1 warning")

    assert out.getvalue().splitlines() == [
        "warning: unused: Nothing uses 'x', 100%.",
        "zoo/a/b.json:3:7: unknown_reference: There is no 'colr'. Did you mean 'color'?",
        "1 error, 1 warning",
    ]


def test_json_holds_every_part_of_a_problem() -> None:
    output, out = _spoken("json")

    output.problems((BROKEN,), "ignored")

    (problem,) = json.loads(out.getvalue())["problems"]
    assert (problem["code"], problem["file"], problem["line"], problem["pointer"], problem["severity"]) == ("unknown_reference", "a/b.json", 3, "/x", "error")


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (BROKEN, "::error file=a/b.json,line=3,col=7,title=unknown_reference::There is no 'colr'. Did you mean 'color'?"),
        (DOUBTFUL, "::warning title=unused::Nothing uses 'x', 100%25."),
        (Problem(code="a", message="two\nlines", file="a,b:c.json"), "::error file=a%2Cb%3Ac.json,title=a::two%0Alines"),
    ],
)
def test_github_marks_the_line_and_nothing_escapes(problem: Problem, line: str) -> None:
    assert annotation(problem) == line


def test_progress_and_errors_keep_out_of_the_result() -> None:
    err = io.StringIO()
    output = Output(out=io.StringIO(), err=err)

    output.progress("half way")
    output.error("no")

    assert output.out.getvalue() == ""  # type: ignore[attr-defined]
    assert err.getvalue() == "half way\npackdesk: no\n"


def test_a_table_is_as_wide_as_it_needs_to_be() -> None:
    assert table([(1, "a"), (22, "bb")], ("n", "word")) == "n   word\n1   a\n22  bb"
