"""Approvals can be given: they name enough people, and what asks for one asks for one that is in use."""

from collections.abc import Iterator

from packdesk.errors import Problem, Severity
from packdesk.packs.checks.places import members
from packdesk.packs.index import Index
from packdesk.packs.nodes import Node

#: The least that may be needed where nothing is said.
_ONE = 1


def check_approvals(index: Index) -> Iterator[Problem]:
    """Yield approvals that nobody can give, and a warning for rules that ask for one that is not in use (WF-9)."""
    documents = index.tree.documents
    for name, node in documents["approvals"].items():
        yield from _givers(name, node)
    unused = {name for name, node in documents["approvals"].items() if _is_off(node)}
    for kind in ("workflows", "actions"):
        for name, node in documents[kind].items():
            for effect in () if _is_off(node) else members(node, "effects").values():
                wanted = effect.get("approval")
                if effect.text_of("do") == "request_approval" and wanted is not None and wanted.text in unused:
                    message = f"'{name}' asks for the approval '{wanted.text}', which is not effective: nobody is asked."
                    yield wanted.problem("approval_not_effective", message, "Make it effective, or remove the effect.", severity=Severity.WARNING)


def _givers(name: str, node: Node) -> Iterator[Problem]:
    allow = node.get("allow")
    if allow is None:
        return
    named = {key: [item.text for item in part.items] for key in ("units", "users", "roles") if (part := allow.get(key)) is not None}
    needed = node.get("needed")
    least = needed.value if needed is not None and isinstance(needed.value, int) else _ONE
    people = len(set(named.get("users", ())))
    if not named.get("units") and not named.get("roles") and people < least:
        message = f"The approval '{name}' needs {least}, and names {people}."
        yield allow.problem("too_few_approvers", message, "Name more users, or units or roles, or need fewer.", at_key=True)


def _is_off(node: Node) -> bool:
    effective = node.get("effective")
    return effective is not None and effective.value is False
