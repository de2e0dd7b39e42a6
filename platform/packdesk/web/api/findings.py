"""Findings as JSON, for answers that are no refusals: warnings, reasons why an action is not offered, rows of a batch."""

from collections.abc import Iterable

from packdesk.errors import Finding, sentence


def warnings_json(findings: Iterable[Finding], language: str) -> list[dict[str, object]]:
    """Return findings as JSON, without what is empty."""
    return [_described(finding, language) for finding in findings]


def _described(finding: Finding, language: str) -> dict[str, object]:
    """Return one finding."""
    parts = {"field": finding.field, "action": finding.action, "rule": finding.rule, "origin": finding.origin, "facts": dict(finding.facts)}
    return {"code": finding.code, "message": sentence(finding, language), **{name: value for name, value in parts.items() if value}}
