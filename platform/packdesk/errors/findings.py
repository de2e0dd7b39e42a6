"""A finding is a reason why a change to a record was refused; an error carries findings to the door."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason for a refusal, as data: a stable code, what it is about, and which rule of which pack said so."""

    #: Stable word from the catalogue.
    code: str
    #: Path of the field in question (``response.category``, ``phones[0].number``), or empty.
    field: str = ""
    #: Id of the action in question, or empty.
    action: str = ""
    #: Path of the metadata that refused (``transitions.lead.moves.won``), or empty.
    rule: str = ""
    #: ``pack/file:line`` of that metadata, or empty.
    origin: str = ""
    #: Values for the catalogue's sentence and for machines; plain JSON values only.
    facts: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    #: Sentence per language when the pack itself words it; replaces the catalogue's.
    texts: Mapping[str, str] = dataclasses.field(default_factory=lambda: _NO_TEXTS)


class PackdeskError(Exception):
    """Something was refused or failed, with a stable code and facts a machine can read.

    Bad: ``raise ValueError("bad status")``. Good: ``raise PackdeskError("unknown_status", status=status)``.
    """

    def __init__(self, code: str, **facts: object) -> None:
        """Remember the code and the facts; the sentence is rendered late, in the reader's language."""
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = MappingProxyType(facts)

    def __str__(self) -> str:
        """Return the English sentence."""
        from packdesk.errors.catalogue import sentence

        return sentence(Finding(code=self.code, facts=self.facts), "en")


class Refused(PackdeskError):
    """A change to a record was refused; nothing was stored. All findings belong to the first guard stage that failed."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Take one or more findings; the first gives the code."""
        super().__init__(findings[0].code, **dict(findings[0].facts))
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the English sentences of all findings."""
        from packdesk.errors.catalogue import sentence

        return " ".join(sentence(finding, "en") for finding in self.findings)
