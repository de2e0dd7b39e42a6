"""Findings as a screen shows them: a sentence, the field to jump to, and the answer to "why?"."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from packdesk.errors import Finding
from packdesk.records.json_values import plain as plain_json
from packdesk.runtime.explain import explain
from packdesk.runtime.expressions.compile import Dependency
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Record
from packdesk_ui.controls import element_id
from packdesk_ui.people import told
from packdesk_ui.telling import sentence

#: Facts that only repeat the sentence.
_SAID = frozenset({"label", "check"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An expression with its value, and the expressions that it is made of."""

    text: str
    value: str
    #: What is to be said beyond text and value: which item of several it is about, and what that one holds.
    said: str = ""
    children: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Which rule refused, where it is written, and with which values."""

    rule: str = ""
    origin: str = ""
    tree: Branch | None = None
    values: tuple[tuple[str, str], ...] = ()
    #: Who could do it.
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One finding of a refused form."""

    sentence: str
    #: Id of the element of the field; empty when the form does not show it.
    anchor: str = ""
    why: Why | None = None
    #: For programs that read the page: stable code, field or action, and rule.
    code: str = ""
    field: str = ""
    action: str = ""
    rule: str = ""


def why(finding: Finding) -> Why | None:
    """Return the answer to "why?" without a record; None where the catalogue's sentence is all there is."""
    if not finding.rule and not finding.origin:
        return None
    values = tuple((name, str(value)) for name, value in finding.facts.items() if name not in _SAID and value not in (None, "", [], ()))
    return Why(rule=finding.rule, origin=finding.origin, values=values)


def why_at(at: Situation, finding: Finding, language: str, closed: Callable[[Dependency], bool]) -> Why | None:
    """Return the answer to "why?" for a record: the rule's condition with the values that are not closed, its place, and who could do it."""
    plain = why(finding)
    if plain is None:
        return None
    reason = explain(at, finding, language, closed)
    named = (*reason.who.roles, *reason.who.units, *(told(login) for login in reason.who.users))
    tree = branch(reason.tree) if reason.tree is not None else None
    return replace(plain, origin=reason.origin, tree=tree, values=() if tree is not None else plain.values, who=", ".join(named))


def branch(part: Explanation) -> Branch:
    """Return a part of an expression with its value and its parts, in words."""
    parts = tuple(branch(child) for child in part.children)
    said = "" if part.sentence.startswith(part.text) else part.sentence
    return Branch(text=part.text, value=_written(part.value), said=said, children=parts)


def _written(value: object) -> str:
    """Return a value as an analyst writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return value.number if isinstance(value, Record) else str(plain_json(value))


def faults_of(findings: Iterable[Finding], names: Mapping[str, str], language: str) -> tuple[Fault, ...]:
    """Return findings for the summary of a form; ``names`` are the input names of the fields it shows, by path."""
    return tuple(
        Fault(
            sentence=sentence(finding, language),
            anchor=element_id(names[finding.field]) if finding.field in names else "",
            why=why(finding),
            code=finding.code,
            field=finding.field,
            action=finding.action,
            rule=finding.rule,
        )
        for finding in findings
    )


def by_field(findings: Iterable[Finding], language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the sentences about each field."""
    said: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        if finding.field:
            said[finding.field] = (*said.get(finding.field, ()), sentence(finding, language))
    return said
