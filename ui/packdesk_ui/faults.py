"""Findings as a screen shows them: a sentence, the field to jump to, and the answer to "why?"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packdesk.errors import Finding, sentence
from packdesk_ui.controls import element_id

#: Facts that only repeat the sentence.
_SAID = frozenset({"label", "check"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An expression with its value, and the expressions that it is made of."""

    text: str
    value: str
    children: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Which rule refused, where it is written, and with which values."""

    rule: str = ""
    origin: str = ""
    tree: Branch | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One finding of a refused form."""

    sentence: str
    #: Id of the element of the field; empty when the form does not show it.
    anchor: str = ""
    why: Why | None = None


def why(finding: Finding, tree: Branch | None = None) -> Why | None:
    """Return the answer to "why?"; None where the catalogue's sentence is all there is."""
    values = tuple((name, str(value)) for name, value in finding.facts.items() if name not in _SAID and value not in (None, "", [], ()))
    if not finding.rule and not finding.origin:
        return None
    return Why(rule=finding.rule, origin=finding.origin, tree=tree, values=values)


def faults_of(findings: Iterable[Finding], names: Mapping[str, str], language: str) -> tuple[Fault, ...]:
    """Return findings for the summary of a form; ``names`` are the input names of the fields it shows, by path."""
    return tuple(
        Fault(sentence=sentence(finding, language), anchor=element_id(names[finding.field]) if finding.field in names else "", why=why(finding))
        for finding in findings
    )


def by_field(findings: Iterable[Finding], language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the sentences about each field."""
    said: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        if finding.field:
            said[finding.field] = (*said.get(finding.field, ()), sentence(finding, language))
    return said
