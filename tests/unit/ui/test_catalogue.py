"""Every word of the screens exists in English and German (GEN-25)."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from packdesk_ui.catalogue import TEXTS, text

SCREENS = Path(__file__).parents[3] / "ui" / "packdesk_ui"
USED = re.compile(r"""(?<![\w.])(?:t|words)\(\s*"([a-z_.]+)"(?!\s*~)""")


def _facts(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_exists_in_both_languages_with_the_same_facts(key: str) -> None:
    english, german = TEXTS[key]

    assert english.strip()
    assert german.strip()
    assert _facts(english) == _facts(german)


def test_a_key_stands_in_one_part() -> None:
    modules = (import_module(f"packdesk_ui.words.{path.stem}") for path in (SCREENS / "words").glob("*.py") if path.stem not in ("__init__", "texts"))

    counted = Counter(key for module in modules for key in module.TEXTS)

    assert counted.keys() == TEXTS.keys()
    assert [key for key, times in counted.items() if times > 1] == []


def test_every_text_that_a_template_or_view_asks_for_exists() -> None:
    sources = [*SCREENS.rglob("*.html"), *(path for path in SCREENS.rglob("*.py") if path.name != "catalogue.py")]
    asked = {key for path in sources for key in USED.findall(path.read_text())}

    assert asked
    assert asked - set(TEXTS) == set()


def test_a_language_that_the_screens_do_not_speak_is_answered_in_english() -> None:
    assert text("count.many", "fr", count=3) == "3 records"
    assert text("count.many", "de", count=3) == "3 Datensätze"


@pytest.mark.parametrize(
    ("key", "facts", "english", "german"),
    [
        ("job.title.bulk.edit", {"count": 1}, "Change 1 record", "1 Datensatz ändern"),
        ("job.title.bulk.edit", {"count": 2}, "Change 2 records", "2 Datensätze ändern"),
        ("job.summary.preview", {"changed": 1, "total": 1}, "1 of 1 will change.", "1 von 1 wird geändert."),
        ("import.done", {"done": 1, "refused": 1}, "1 row imported, 1 refused", "1 Zeile importiert, 1 abgelehnt"),
        ("import.tried", {"done": 1, "refused": 0}, "1 row would be imported, 0 refused", "1 Zeile würde importiert, 0 abgelehnt"),
        ("import.tried", {"done": 0, "refused": 2}, "0 rows would be imported, 2 refused", "0 Zeilen würden importiert, 2 abgelehnt"),
        ("history.fields", {"count": 1}, "1 field", "1 Feld"),
        ("count.many", {"count": 1000}, "1,000 records", "1.000 Datensätze"),
        ("count.more", {"count": 1000}, "1,000+ records", "Über 1.000 Datensätze"),
        ("job.start", {"count": 1234567}, "Change 1,234,567 records", "1.234.567 Datensätze ändern"),
    ],
)
def test_words_fit_their_number(key: str, facts: dict[str, object], english: str, german: str) -> None:
    assert (text(key, "en", **facts), text(key, "de", **facts)) == (english, german)


@pytest.mark.parametrize(
    ("label", "english", "german"),
    [
        ("Contact", "New contact", "Contact anlegen"),
        ("Service request", "New service request", "Service request anlegen"),
        ("E-mail", "New e-mail", "E-mail anlegen"),
        ("SIM card", "New SIM card", "SIM card anlegen"),
        ("McKinsey case", "New McKinsey case", "McKinsey case anlegen"),
        ("X", "New X", "X anlegen"),
        ("Äußerung", "New äußerung", "Äußerung anlegen"),
    ],
)
def test_a_label_reads_inside_a_sentence_as_its_language_writes_it(label: str, english: str, german: str) -> None:
    assert (text("new.of", "en", label=label), text("new.of", "de", label=label)) == (english, german)
