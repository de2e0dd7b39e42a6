"""Facts in sentences: words that fit their number, one mark at the end, reasons in the reader's language."""

from string import Formatter

import pytest

from packdesk.errors import CATALOGUE, Finding, counted, fill, sentence
from packdesk.errors.reasons import REASONS, in_words


@pytest.mark.parametrize(
    ("code", "facts", "english", "german"),
    [
        ("decisions_missing", {"count": 1, "needed": "a"}, "The plan needs 1 decision: a.", "Der Plan braucht 1 Entscheidung: a."),
        ("decisions_missing", {"count": 2, "needed": "a, b"}, "The plan needs 2 decisions: a, b.", "Der Plan braucht 2 Entscheidungen: a, b."),
        ("pack_refused", {"count": 1}, "The packs have 1 problem.", "Die Pakete haben 1 Problem."),
        ("pack_refused", {"count": 0}, "The packs have 0 problems.", "Die Pakete haben 0 Probleme."),
        ("too_long", {"label": "A", "limit": 1}, "A may have at most 1 character.", "A darf h\u00f6chstens 1 Zeichen haben."),
        ("too_few_items", {"label": "A", "limit": 1}, "A needs at least 1 entry.", "A braucht mindestens 1 Eintrag."),
        ("rate_limited", {"seconds": 1}, "Too many requests. Try again in 1 second.", "Zu viele Anfragen. Versuchen Sie es in 1 Sekunde erneut."),
    ],
)
def test_words_fit_their_number(code: str, facts: dict[str, object], english: str, german: str) -> None:
    finding = Finding(code=code, facts=facts)

    assert (sentence(finding, "en"), sentence(finding, "de")) == (english, german)


@pytest.mark.parametrize(
    ("fact", "told"),
    [("12.50 EUR.", "A: 12.50 EUR."), ("did you mean 'kind'?", "A: did you mean 'kind'?"), ("kind", "A: kind."), ("and so on \u2026", "A: and so on \u2026")],
)
def test_a_sentence_ends_once(fact: str, told: str) -> None:
    assert fill("{label}: {reason}.", {"label": "A", "reason": fact}) == told


def test_dots_that_belong_to_a_sentence_stay() -> None:
    assert fill("{name}... {path}", {"name": "Wait.", "path": "../x"}) == "Wait.... ../x"


def test_a_number_is_grouped_and_has_its_word() -> None:
    assert [counted(number, "row", "rows") for number in (0, 1, 2, 12_500)] == ["0 rows", "1 row", "2 rows", "12,500 rows"]


@pytest.mark.parametrize(
    ("facts", "english", "german"),
    [
        (
            {"limit": 100_000, "length": 1_000_000},
            "A may have at most 100,000 characters; there are 1,000,000.",
            "A darf höchstens 100.000 Zeichen haben; es sind 1.000.000.",
        ),
        ({"limit": 100_000}, "A may have at most 100,000 characters.", "A darf höchstens 100.000 Zeichen haben."),
    ],
)
def test_digits_are_grouped_as_the_language_does_and_what_is_not_known_is_not_told(facts: dict[str, object], english: str, german: str) -> None:
    finding = Finding(code="too_long", facts={"label": "A", **facts})

    assert (sentence(finding, "en"), sentence(finding, "de")) == (english, german)


def test_several_reasons_are_told_in_the_readers_language() -> None:
    reasons = [{"reason": "column_unknown", "column": "x"}, {"reason": "column_twice", "column": "y"}]
    finding = Finding(code="bad_columns", facts={"reason": reasons})

    assert sentence(finding, "en") == "The columns of the file do not fit: there is no column 'x'; 'y' is there twice."
    assert sentence(finding, "de") == "Die Spalten der Datei passen nicht: es gibt keine Spalte 'x'; 'y' ist doppelt vorhanden."


def test_a_reason_in_words_of_its_own_is_left_alone() -> None:
    assert in_words({"reason": "give true or false"}, "de") == {"reason": "give true or false"}


def _facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("pair", [*REASONS.values(), *((entry.en, entry.de) for entry in CATALOGUE.values())], ids=[*REASONS, *CATALOGUE])
def test_both_languages_tell_the_same_facts(pair: tuple[str, str]) -> None:
    english, german = pair

    assert _facts_of(english) == _facts_of(german)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_no_number_stands_before_a_word_that_does_not_fit_it(entry: object) -> None:
    """A fact that counts is followed by a word of two forms, or by one that has only one."""
    loose = [
        text
        for text in (entry.en, entry.de)  # type: ignore[attr-defined]
        for words in (text.split("{count} ")[1:], text.split("{seconds} ")[1:])
        for after in words
        if not after.startswith(("{count:", "{seconds:"))
    ]

    assert loose == []


@pytest.mark.parametrize(
    ("limit", "said"), [(8 * 2**20, "8 MB"), (300 * 2**10, "300 kB"), (2**20 - 1, "1.023 kB"), (512, "512 Bytes")], ids=["MB", "kB", "almost one", "bytes"]
)
def test_a_size_is_told_in_the_largest_unit_that_it_fills(limit: int, said: str) -> None:
    assert fill("{limit:size}", {"limit": limit}, "de") == said
    assert fill("{limit:size}", {"limit": limit}) == said.replace("1.023", "1,023").replace("Bytes", "bytes")
