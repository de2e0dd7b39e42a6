"""The smallest parts of a document: texts per language, expressions, values that may be expressions, where a leaf came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, Union

#: A plain JSON value.
Json: TypeAlias = Union[None, bool, int, float, str, tuple["Json", ...], Mapping[str, "Json"]]


@dataclass(frozen=True, slots=True)
class Text:
    """A label or sentence in every language that a pack gives; ``fallback`` is derived from the id."""

    by_language: Mapping[str, str]
    fallback: str

    def in_language(self, language: str, default: str = "en") -> str:
        """Return the text in the language, else in the default one, else derived from the id."""
        return self.by_language.get(language) or self.by_language.get(default) or self.fallback

    def __str__(self) -> str:
        """Return the text in the default language."""
        return self.in_language("en")


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression as the analyst wrote it (without a leading ``=``), and the path of the leaf that holds it."""

    source: str
    path: str


#: A literal, or an expression that gives the value.
Value: TypeAlias = Json | Expression
#: A fixed yes or no, or a condition.
Condition: TypeAlias = bool | Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which pack, version, file and place gave a leaf its value, and what it overrode (nearest first)."""

    pack: str
    version: str
    file: str
    line: int
    column: int
    #: The value that this origin wrote, as JSON, for ``explain``.
    value: Json = None
    overrides: tuple["Origin", ...] = ()

    def __str__(self) -> str:
        """Return ``pack/file:line``."""
        return f"{self.pack}/{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """Who may: any of the units (with what lies under them), users (logins) or roles. All empty means nobody is named."""

    units: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A refusal with a sentence: ``that`` must hold, else ``message`` is said."""

    id: str
    path: str
    that: Expression
    message: Text
