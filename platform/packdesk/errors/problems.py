"""A problem is a finding about a pack: what is wrong, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from packdesk.errors.echo import shortened


class Severity(StrEnum):
    """How bad a problem is: an error stops a publish, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding about a pack, complete enough to be fixed without asking anybody."""

    #: Stable word, e.g. ``unknown_reference``; the folder names of ``tests/packs/reject`` list them all.
    code: str
    #: One sentence: what is wrong, with the offending value in it.
    message: str
    #: One sentence: what to do about it. Empty when the message says it already.
    advice: str = ""
    #: The nearest existing name, when the problem looks like a typo.
    did_you_mean: str = ""
    #: Id of the pack (the layer) that holds the text.
    pack: str = ""
    #: Path of the file inside the pack, with forward slashes.
    file: str = ""
    #: 1-based line and column of the value; 0 where there is no text to point at.
    line: int = 0
    column: int = 0
    #: JSON pointer (RFC 6901) of the value inside the file.
    pointer: str = ""
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Shorten the words of the pack that the message repeats."""
        object.__setattr__(self, "message", shortened(self.message))

    def __str__(self) -> str:
        """Render as a compiler would: ``pack/file:line:column code sentence advice did you mean``."""
        place = "/".join(part for part in (self.pack, self.file) if part)
        if self.line:
            place += f":{self.line}:{self.column}"
        words = [f"{place}:" if place else "", "warning:" if self.severity is Severity.WARNING else "", f"{self.code}:", self.message]
        if self.advice:
            words.append(self.advice)
        if self.did_you_mean:
            words.append(f"Did you mean '{self.did_you_mean}'?")
        return " ".join(word for word in words if word)


def render(problems: Iterable[Problem]) -> str:
    """Return all problems as text, one per line, ordered by place."""
    ordered = sorted(problems, key=lambda p: (p.pack, p.file, p.line, p.column, p.code, p.message))
    return "\n".join(str(problem) for problem in ordered)
