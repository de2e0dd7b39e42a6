"""Subtypes make sense: their statuses, rules, defaults and values fit their entity type (T-13)."""

from collections.abc import Iterator, Mapping

from packdesk.errors import Problem
from packdesk.packs.checks.fields import default_problems
from packdesk.packs.checks.places import dead_ends, duplicate_codes, duplicate_labels, everybody, is_true, members, rule_problems, state_of, two_defaults
from packdesk.packs.index import Index
from packdesk.packs.names import listed, nearest
from packdesk.packs.nodes import Node


def check_subtypes(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with subtypes."""
    by_type: dict[str, dict[str, Node]] = {}
    for name, node in index.tree.documents["subtypes"].items():
        entity_type, _, identifier = name.partition(".")
        by_type.setdefault(entity_type, {})[identifier] = node
        yield from _subtype(index, entity_type, identifier, node)
    for entity_type, subtypes in by_type.items():
        yield from two_defaults(subtypes, f"the subtypes of '{entity_type}'")
        yield from duplicate_codes(subtypes, f"the subtypes of '{entity_type}'")
        yield from duplicate_labels(subtypes, f"the subtypes of '{entity_type}'")


def _subtype(index: Index, entity_type: str, identifier: str, node: Node) -> Iterator[Problem]:
    lifecycle = index.tree.documents["transitions"].get(entity_type)
    if lifecycle is None:
        for key in ("statuses", "rules"):
            if key in node.members:
                message = f"'{entity_type}' has no lifecycle, so its subtypes have no {key}."
                yield node.members[key].problem("misplaced_key", message, "Remove the key, or add transitions.", at_key=True)
    else:
        yield from _life(identifier, node, lifecycle)
    for name, choices in members(node, "choices").items():
        yield from two_defaults(choices.members, f"the choices '{name}' of '{identifier}'")
    fields = members(index.tree.documents["entity_types"].get(entity_type), "subtype_fields")
    for name, value in members(node, "values").items():
        if name in fields:
            yield from default_problems(index, fields[name], value, f"'{name}' of '{identifier}'")
    yield from everybody(node, f"create '{identifier}'")


def _life(identifier: str, node: Node, lifecycle: Node) -> Iterator[Problem]:
    allowed, rules = members(node, "statuses"), members(node, "rules")
    yield from duplicate_codes(rules, f"the rules of '{identifier}'")
    yield from duplicate_labels(rules, f"the rules of '{identifier}'")
    yield from rule_problems(rules, lifecycle)
    if allowed:
        yield from _allowed(identifier, node, allowed, rules, lifecycle)
        if rules:
            yield from dead_ends(allowed.items(), rules, lifecycle)
    elif rules:
        everything = members(lifecycle, "statuses") or members(lifecycle, "states")
        at = dict.fromkeys(everything, node.members["rules"])
        yield from dead_ends(at.items(), rules, lifecycle)


def _allowed(identifier: str, node: Node, allowed: Mapping[str, Node], rules: Mapping[str, Node], lifecycle: Node) -> Iterator[Problem]:
    for name, rule in rules.items():
        for item in (*rule.members.get("from", rule.having([])).items, *([rule.members["to"]] if "to" in rule.members else [])):
            if item.text not in allowed:
                yield item.problem(
                    "status_not_in_subtype",
                    f"The rule '{name}' uses the status '{item.text}', which '{identifier}' does not allow.",
                    f"Allow it, or choose one of: {listed(allowed)}.",
                    nearest(item.text, allowed),
                )
    statuses = members(lifecycle, "statuses")
    for state, body in members(lifecycle, "states").items():
        of_state = [name for name in allowed if state_of(lifecycle, name) == state]
        defaults = [name for name in of_state if is_true(allowed[name], "default")]
        general = [name for name in of_state if name in statuses and is_true(statuses[name], "default")]
        if not of_state and body.text_of("kind") == "initial":
            yield node.members["statuses"].problem(
                "no_initial_status", f"'{identifier}' allows no status of the initial state '{state}', so no record can begin.", "Allow one.", at_key=True
            )
        if len(of_state) > 1 and not defaults and not general:
            yield node.members["statuses"].problem(
                "no_default_status",
                f"None of the allowed statuses of '{state}' is the default: {listed(of_state)}.",
                'Mark one with "default": true.',
                at_key=True,
            )
        for name in defaults[1:]:
            yield (
                allowed[name]
                .members["default"]
                .problem(
                    "two_defaults", f"'{name}' is a second default of the state '{state}'; '{defaults[0]}' is one already.", "Keep one of them.", at_key=True
                )
            )
