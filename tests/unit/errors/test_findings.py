"""Refusals as data and as sentences."""

import pytest

from packdesk.errors import Finding, PackdeskError, Problem, Refused, sentence

FIRST = Finding(code="immutable_field", field="name", facts={"label": "Name"})
SECOND = Finding(code="own", texts={"en": "Not on Sundays.", "de": "Nicht sonntags."})


def test_a_refusal_is_an_error_with_the_first_code_and_every_finding() -> None:
    refused = Refused([FIRST, SECOND])

    assert isinstance(refused, PackdeskError)
    assert (refused.code, refused.findings) == ("immutable_field", (FIRST, SECOND))
    assert str(refused) == f"{sentence(FIRST, 'en')} Not on Sundays."


def test_the_packs_own_words_come_before_the_catalogues() -> None:
    assert [sentence(SECOND, language) for language in ("de", "en", "fr")] == ["Nicht sonntags.", "Not on Sundays.", "Not on Sundays."]


def test_braces_in_a_packs_own_words_are_words() -> None:
    assert sentence(Finding(code="own", texts={"en": "Write {name}."}), "en") == "Write {name}."


def test_a_fact_that_is_missing_shows_its_name_instead_of_failing_the_answer() -> None:
    assert "{label}" in sentence(Finding(code="immutable_field"), "en")


def test_several_are_named_with_commas() -> None:
    stale = Finding(code="version_conflict", facts={"authors": ["ann", "bob"], "fields": ("crew", "memo")})

    assert sentence(stale, "en") == "The record was changed meanwhile by ann, bob: crew, memo."


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("colour", "colour"),
        ("x" * 200, "x" * 200),
        ("x" * 100_000, "x" * 199 + "…"),
        ("a " * 100_000, "a " * 1999 + "a…"),
        (f"no {'x' * 300} here", f"no {'x' * 199}… here"),
        (f"{'x' * 5_000} end", f"{'x' * 199}… end"),
    ],
    ids=["short", "as long as may be", "one long word", "very many words", "a long word among others", "a long word in front"],
)
def test_what_was_sent_is_repeated_only_in_part(sent: str, told: str) -> None:
    """GEN-27: an unknown key that is very long does not make the answer long."""
    finding = Finding(code="unknown_field", field=sent, facts={"name": sent, "count": 3})
    problem = Problem(code="unknown_key", message=f"There is no key '{sent}' here.")

    assert (finding.field, finding.facts) == (told, {"name": told, "count": 3})
    assert len(sentence(finding, "en")) < len(told) + 30
    assert len(str(problem)) < 4_300
