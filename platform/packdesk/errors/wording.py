"""Facts into sentences: the word that fits a number, several with commas between, and one mark at the end.

``{count}`` is the fact itself; ``{count:record|records}`` is the word for one or for any other number of them; ``{count:,}`` groups its
digits as the language does; ``{count:+; there are #}`` is said only where there is the fact, with it, grouped, in place of ``#``.
"""

from collections.abc import Callable, Mapping
from string import Formatter

_MARKS = (".", "?", "!", "…")
_FORMATTER = Formatter()


def fill(template: str, facts: Mapping[str, object], language: str = "en") -> str:
    """Return the template with its facts; one that is missing shows as its own name instead of failing the answer."""
    told = ""
    for words, name, form, _ in _FORMATTER.parse(template):
        # A fact may be a sentence, and the template ends as one: one mark is enough.
        told += words[1:] if words.startswith(".") and not words.startswith("..") and told.endswith(_MARKS) else words
        if name is not None:
            told += _told(name, form or "", facts, language)
    return told


def counted(count: int, one: str, many: str) -> str:
    """Return a number with the word that fits it."""
    return fill(f"{{count:,}} {{count:{one}|{many}}}", {"count": count})


def _told(name: str, form: str, facts: Mapping[str, object], language: str) -> str:
    """Return one fact as the template wants it."""
    if name not in facts:
        return "" if form.startswith("+") else f"{{{name}}}"
    fact = facts[name]
    if form.startswith("+"):
        return form[1:].replace("#", _grouped(fact, language))
    if form in _NUMBERS and type(fact) is int:
        return _NUMBERS[form](fact, language)
    if "|" in form:
        one, _, many = form.partition("|")
        return one if str(fact) == "1" else many
    if isinstance(fact, list | tuple):
        return ", ".join(map(str, fact))
    return format(fact, form)


def _size(fact: int, language: str) -> str:
    """Return a number of bytes in the largest unit that it fills."""
    unit, bytes_each = next(((unit, each) for unit, each in (("MB", 2**20), ("kB", 2**10)) if fact >= each), ("Bytes" if language == "de" else "bytes", 1))
    return f"{_grouped(fact // bytes_each, language)} {unit}"


def _grouped(fact: object, language: str) -> str:
    """Return a whole number with its digits in groups; anything else as it is."""
    if type(fact) is not int:
        return str(fact)
    return f"{fact:,}".replace(",", ".") if language == "de" else f"{fact:,}"


#: How a template may have a whole number written.
_NUMBERS: Mapping[str, Callable[[int, str], str]] = {",": _grouped, "size": _size}
