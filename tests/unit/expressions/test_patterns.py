"""Patterns: the part that every engine reads alike, and what is refused with a reason."""

import re

import pytest

from packdesk.runtime.expressions import patterns
from packdesk.runtime.expressions.faults import Faulty

REFUSED = [
    ("^*", "repeats an anchor"),
    ("a{x}", "has a repetition that is not {n}, {n,} or {n,m}"),
    ("a{3,2}", "backwards"),
    ("a{500}", "repeats more than"),
    ("*a", "repeats nothing"),
    ("a]", "has a ']' without a backslash"),
    ("a}", "has a '}' without a backslash"),
    ("(?=a)", "uses look-around"),
    ("(a", "has a group that is not closed"),
    ("a)", "closes a group that is not open"),
    ("\\1", "which engines read differently"),
    ("[z-a]", "a range that runs backwards"),
    ("[\\d-z]", "a range that runs backwards or is none"),
    ("[]", "has an empty set"),
    ("[\\d\\D]", "has a set of every character"),
    ("[abc", "has a set that is not closed"),
    ("[[a]", "has a '[' inside a set"),
]
#: Pattern, the form it is written in, a text that it finds, one that it does not.
READ = [
    ("a|bc?", "a|bc?", "xbx", "xyz"),
    ("(?:ab){2}", "(?:ab){2}", "abab", "aba"),
    ("[^a-c]", "[^a-c]", "d", "abc"),
    ("\\D+", "[^0-9]+", "x", "12"),
    ("\\t\\.", "\\t\\.", "\t.", ".t"),
    ("[\\]\\-]", "[\\-\\]]", "-", "a"),
    ("^a{1,}$", "^a+$", "aa", "ab"),
    ("x(?:a|b)", "x(?:a|b)", "xb", "ab"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_engines_read_differently_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Faulty) as caught:
        patterns.read(text)

    assert caught.value.code == "bad_pattern"
    assert why in str(caught.value.message)


@pytest.mark.parametrize(("text", "written", "found", "missed"), READ)
def test_a_pattern_is_written_so_that_it_finds_the_same(text: str, written: str, found: str, missed: str) -> None:
    pattern = patterns.read(text)

    assert patterns.write(pattern) == written
    assert re.search(written, found)
    assert not re.search(written, missed)


def test_the_browser_gets_the_parts_of_a_pattern() -> None:
    assert patterns.to_json(patterns.read("^(?:a|b+)$")) == ["seq", ["start"], ["any", ["chars", [[97, 97]]], ["rep", ["chars", [[98, 98]]], 1, None]], ["end"]]
