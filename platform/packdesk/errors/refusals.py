"""The one root exception, and the refusal that carries findings to the door."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from packdesk.errors.catalogue import sentence
from packdesk.errors.findings import Finding


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
        return sentence(Finding(code=self.code, facts=self.facts), "en")


class Refused(PackdeskError):
    """A change to a record was refused; nothing was stored. All findings belong to the first guard stage that failed."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Take one or more findings; the first gives the code."""
        super().__init__(findings[0].code, **dict(findings[0].facts))
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the English sentences of all findings."""
        return " ".join(sentence(finding, "en") for finding in self.findings)
