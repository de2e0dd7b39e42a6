"""Reads the small parts of a document into model values: texts, conditions, expressions, values, checks, who may."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from packdesk.model.nodes import Allow, Check, Condition, Expression, Json, Text, Value
from packdesk.packs.merged import Body
from packdesk.packs.names import label_from_id

_EMPTY: Mapping[str, Json] = {}


class Texts:
    """Finds the texts of a node in every language: the documents' own, and the translations by path."""

    def __init__(self, locale: Mapping[str, Body], language: str) -> None:
        """Take the locale documents and the language of the documents."""
        self.language = language
        self._labels: dict[str, dict[str, Mapping[str, Json]]] = {}
        for other, body in locale.items():
            for path, words in members(body, "labels"):
                self._labels.setdefault(path, {})[other] = words

    def text(self, body: Body, path: str, key: str, fallback: str) -> Text:
        """Return the text under a key; ``fallback`` is what is shown when no language has it."""
        by_language: dict[str, str] = {}
        own = body.get(key)
        if isinstance(own, str):
            by_language[self.language] = own
        for language, words in self._labels.get(path, {}).items():
            translated = words.get(key)
            if isinstance(translated, str) and (language != self.language or key not in body):
                by_language[language] = translated
        return Text(by_language, fallback)

    def label(self, body: Body, path: str, identifier: str) -> Text:
        """Return the label, derived from the id where no document gives one."""
        return self.text(body, path, "label", label_from_id(identifier))

    def optional(self, body: Body, path: str, key: str) -> Text | None:
        """Return a text that need not be there."""
        own = body.get(key)
        if own is None and not any(key in words for words in self._labels.get(path, {}).values()):
            return None
        text = self.text(body, path, key, "")
        return Text(text.by_language, next(iter(text.by_language.values()), ""))

    def said(self, body: Body, path: str, key: str) -> Text:
        """Return a sentence of the pack; any language that has it stands in for the others."""
        return self.optional(body, path, key) or Text({}, "")

    def spoken(self, text: Text) -> str:
        """Return the text in the documents' language."""
        return text.by_language.get(self.language) or text.fallback


def members(body: Body, key: str) -> Iterator[tuple[str, Body]]:
    """Yield the members of a map in a document."""
    found = body.get(key)
    if isinstance(found, Mapping):
        for name, member in found.items():
            yield name, member if isinstance(member, Mapping) else _EMPTY


def values_at(body: Body, key: str) -> Mapping[str, Json]:
    """Return a map of plain values in a document."""
    found = body.get(key)
    return found if isinstance(found, Mapping) else _EMPTY


def text_at(body: Body, key: str, default: str = "") -> str:
    """Return a text of a document."""
    found = body.get(key)
    return found if isinstance(found, str) else default


def flag_at(body: Body, key: str, *, default: bool = False) -> bool:
    """Return a yes or no of a document."""
    found = body.get(key)
    return found if isinstance(found, bool) else default


def number_at(body: Body, key: str, default: int) -> int:
    """Return a whole number of a document."""
    found = body.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def names_at(body: Body, key: str) -> tuple[str, ...]:
    """Return a list of names in a document."""
    return names(body.get(key))


def names(found: object) -> tuple[str, ...]:
    """Return a JSON list of names as a tuple."""
    return tuple(str(item) for item in found) if isinstance(found, Sequence) and not isinstance(found, str) else ()


def frozen(value: object) -> Json:
    """Return a JSON value that nobody can change by accident: lists become tuples."""
    if isinstance(value, Mapping):
        return {str(key): frozen(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item) for item in value)
    return cast("Json", value)


def value_of(found: object, path: str) -> Value:
    """Return a literal, or the expression after ``=``; a literal that begins with ``=`` is written with two."""
    if isinstance(found, str) and found.startswith("="):
        return found[1:] if found.startswith("==") else Expression(found[1:].strip(), path)
    return frozen(found)


def condition_at(body: Body, key: str, path: str, *, default: bool) -> Condition:
    """Return true, false or the condition after ``=``."""
    found = body.get(key)
    if isinstance(found, bool):
        return found
    return Expression(found.removeprefix("=").strip(), f"{path}.{key}") if isinstance(found, str) else default


def expression_at(body: Body, key: str, path: str) -> Expression | None:
    """Return the expression under a key, None without one."""
    found = body.get(key)
    return Expression(found.removeprefix("=").strip(), f"{path}.{key}") if isinstance(found, str) else None


def when_at(body: Body, path: str) -> Condition:
    """Return the condition ``when``, true without one."""
    return expression_at(body, "when", path) or True


def values_of(body: Body, key: str, path: str) -> dict[str, Value]:
    """Return a map of values, each a literal or an expression."""
    return {name: value_of(found, f"{path}.{key}.{name}") for name, found in values_at(body, key).items()}


def checks_of(body: Body, path: str, texts: Texts) -> dict[str, Check]:
    """Return the checks of a node."""
    result: dict[str, Check] = {}
    for identifier, check in members(body, "checks"):
        where = f"{path}.checks.{identifier}"
        that = expression_at(check, "that", where) or Expression("true", where)
        result[identifier] = Check(id=identifier, path=where, that=that, message=texts.said(check, where, "message"))
    return result


def allow_of(body: Body) -> Allow | None:
    """Return who may, None when everybody."""
    allow = body.get("allow")
    if not isinstance(allow, Mapping):
        return None
    return Allow(units=names_at(allow, "units"), users=names_at(allow, "users"), roles=names_at(allow, "roles"))
