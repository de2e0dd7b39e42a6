"""Facts into sentences: the word that fits a number, several with commas between, and one mark at the end.

``{count}`` is the fact itself; ``{count:record|records}`` is the word for one or for any other number of them.
"""

from collections.abc import Mapping
from string import Formatter

_MARKS = (".", "?", "!", "…")
_FORMATTER = Formatter()


def fill(template: str, facts: Mapping[str, object]) -> str:
    """Return the template with its facts; one that is missing shows as its own name instead of failing the answer."""
    told = ""
    for words, name, form, _ in _FORMATTER.parse(template):
        # A fact may be a sentence, and the template ends as one: one mark is enough.
        told += words[1:] if words.startswith(".") and not words.startswith("..") and told.endswith(_MARKS) else words
        if name is not None:
            told += _told(name, form or "", facts)
    return told


def counted(count: int, one: str, many: str) -> str:
    """Return a number with the word that fits it."""
    return fill(f"{{count:,}} {{count:{one}|{many}}}", {"count": count})


def _told(name: str, form: str, facts: Mapping[str, object]) -> str:
    """Return one fact as the template wants it."""
    if name not in facts:
        return f"{{{name}}}"
    fact = facts[name]
    if "|" in form:
        one, _, many = form.partition("|")
        return one if str(fact) == "1" else many
    if isinstance(fact, list | tuple):
        return ", ".join(map(str, fact))
    return format(fact, form)
