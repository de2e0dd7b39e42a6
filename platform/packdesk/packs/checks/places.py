"""Where fields, lists and rules stand in the tree: small walks that several checks share."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packdesk.errors import Problem, Severity
from packdesk.packs.index import Index
from packdesk.packs.names import initials, label_from_id
from packdesk.packs.nodes import Node
from packdesk.packs.tree import Tree

#: Kind of documents, where its fields stand, and what has them where it is no record.
_ELSEWHERE = (
    ("key_dates", "fields", ""),
    ("categories", "attributes", "a category"),
    ("value_lists", "attributes", "an option"),
    ("actions", "inputs", "an action"),
)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field with the map it stands in."""

    id: str
    node: Node
    siblings: Mapping[str, Node]
    #: ``fields``, ``attributes``, ``subtype_fields`` or ``inputs``.
    role: str
    #: What has the field, where it is no record: ``a line``, ``a link``, ...
    owner: str = ""


def members(node: Node | None, key: str) -> dict[str, Node]:
    """Return the members of a map in a document."""
    found = node.get(key) if node is not None else None
    return found.members if found is not None else {}


def is_true(node: Node, key: str) -> bool:
    """Return whether a flag is set."""
    found = node.get(key)
    return found is not None and found.value is True


def all_fields(tree: Tree) -> Iterator[FieldPlace]:
    """Yield every field of every document."""
    for entity in tree.documents["entity_types"].values():
        yield from _in(entity, "fields")
        yield from _in(entity, "subtype_fields", "a subtype")
        for key, owner in (("sections", ""), ("lines", "a line"), ("relations", "a link")):
            for part in members(entity, key).values():
                yield from _in(part, "fields", owner)
    for kind, key, owner in _ELSEWHERE:
        for node in tree.documents[kind].values():
            yield from _in(node, key, owner)


def _in(node: Node, key: str, owner: str = "") -> Iterator[FieldPlace]:
    found = members(node, key)
    for name, field in found.items():
        yield FieldPlace(name, field, found, key, owner)


def two_defaults(entries: Mapping[str, Node], what: str) -> Iterator[Problem]:
    """Yield a problem for every default but the first."""
    defaults = [name for name, node in entries.items() if is_true(node, "default")]
    for name in defaults[1:]:
        yield (
            entries[name]
            .members["default"]
            .problem("two_defaults", f"'{name}' is a second default of {what}; '{defaults[0]}' is one already.", "Keep one of them.", at_key=True)
        )


def cycles(parents: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each member that is above itself, with the way around, once per circle."""
    done: set[str] = set()
    for start in parents:
        way: list[str] = []
        node = start
        while node and node in parents and node not in done and node not in way:
            way.append(node)
            node = parents[node]
        if node in way:
            circle = way[way.index(node) :]
            yield circle[0], tuple(circle)
        done.update(way)


def duplicate_codes(entries: Mapping[str, Node], what: str) -> Iterator[Problem]:
    """Yield a problem for every written code that another member of the list wrote already."""
    seen: dict[str, str] = {}
    for name, node in entries.items():
        code = node.get("code")
        if code is not None and code.text in seen:
            derived = initials(node.text_of("label") or label_from_id(name))
            yield code.problem(
                "duplicate_code",
                f"The code '{code.text}' of '{name}' is also that of '{seen[code.text]}' in {what}.",
                f"Choose another, or leave it out to get one from the label ({derived}...).",
            )
        elif code is not None:
            seen[code.text] = name


def duplicate_labels(entries: Mapping[str, Node], what: str) -> Iterator[Problem]:
    """Yield a problem for every member that people cannot tell from another one that is still offered: they read labels, not ids."""
    seen: dict[str, str] = {}
    for name, node in entries.items():
        effective, label = node.get("effective"), node.text_of("label") or label_from_id(name)
        if effective is not None and effective.value is False:
            continue
        if label.casefold() in seen:
            message = f"'{name}' is called '{label}' like '{seen[label.casefold()]}' in {what}."
            yield (node.get("label") or node).problem("duplicate_label", message, "Give one of them another label.", at_key="label" not in node.members)
        seen.setdefault(label.casefold(), name)


def everybody(node: Node, what: str) -> Iterator[Problem]:
    """Yield a warning when a member says who may have it and names nobody."""
    allow = node.get("allow")
    if allow is not None and not any(part.items for part in allow.members.values()):
        message = f"Nobody is named, so everybody may {what}."
        yield allow.problem("everybody", message, "Name units, users or roles, or leave 'allow' out.", severity=Severity.WARNING)


def state_of(lifecycle: Node | None, status: str) -> str:
    """Return the state of a status; without statuses they are the states."""
    statuses = members(lifecycle, "statuses")
    return statuses[status].text_of("state") if status in statuses else status if not statuses else ""


def final_states(lifecycle: Node | None) -> frozenset[str]:
    """Return the final states."""
    return frozenset(name for name, state in members(lifecycle, "states").items() if state.text_of("kind") == "final")


def moves_between(lifecycle: Node | None) -> frozenset[tuple[str, str]]:
    """Return the (from, to) pairs of states that some move permits."""
    return frozenset(
        (item.text, move.text_of("to")) for move in members(lifecycle, "moves").values() for item in move.members.get("from", move.having([])).items
    )


def rule_problems(rules: Mapping[str, Node], lifecycle: Node | None) -> Iterator[Problem]:
    """Yield what is wrong in a map of rules on its own: pairs, duplicates, ways out of final states, pairs that no move permits."""
    final, moves = final_states(lifecycle), moves_between(lifecycle)
    states = members(lifecycle, "states")
    seen: dict[tuple[str, str, str, str], str] = {}
    for name, rule in rules.items():
        to = rule.get("to")
        who = str(rule.members["allow"].plain()) if "allow" in rule.members else ""
        for item in rule.members.get("from", rule.having([])).items if to is not None else ():
            here, there = state_of(lifecycle, item.text), state_of(lifecycle, to.text if to else "")
            key = (item.text, to.text if to else "", who, rule.text_of("when"))
            if item.text == (to.text if to else ""):
                yield item.problem("same_status", f"The rule '{name}' leads from '{item.text}' to itself.", "Remove it from 'from'.")
            elif key in seen:
                yield item.problem("duplicate_rule", f"The rule '{name}' says the same as '{seen[key]}': '{key[0]}' to '{key[1]}'.", "Remove one of them.")
            elif here in final:
                yield item.problem(
                    "rule_leaves_final",
                    f"The rule '{name}' leads out of '{item.text}', whose state '{here}' is final.",
                    "Remove it; a final state is never left.",
                )
            elif here != there and here in states and there in states and (here, there) not in moves:
                yield item.problem(
                    "rule_without_move",
                    f"The rule '{name}' leads from state '{here}' to '{there}', which no move permits.",
                    "Add the move, or change the rule: rules only narrow what moves allow.",
                )
            seen.setdefault(key, name)


def dead_ends(statuses: Iterable[tuple[str, Node]], rules: Mapping[str, Node], lifecycle: Node | None) -> Iterator[Problem]:
    """Yield a problem for every non-final status that no rule leads away from."""
    final = final_states(lifecycle)
    left = {item.text for rule in rules.values() for item in rule.members.get("from", rule.having([])).items}
    for name, node in statuses:
        if name not in left and state_of(lifecycle, name) not in final and not (node.get("effective") is not None and not is_true(node, "effective")):
            yield node.problem(
                "dead_end_status",
                f"No rule leads away from the status '{name}', and its state is not final.",
                "Add a rule, or disallow the status.",
                at_key=True,
            )


def types(index: Index) -> Iterator[tuple[str, Node]]:
    """Yield the entity types."""
    yield from index.tree.documents["entity_types"].items()
