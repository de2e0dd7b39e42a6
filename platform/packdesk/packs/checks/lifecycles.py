"""Lifecycles make sense as written: one beginning, statuses for every state, moves and rules that can be.

What can be reached, and for whom, is proven by the verifier of the floor above.
"""

from collections.abc import Iterator

from packdesk.errors import Problem
from packdesk.packs.checks.places import dead_ends, duplicate_codes, duplicate_labels, final_states, is_true, members, rule_problems
from packdesk.packs.index import Index
from packdesk.packs.names import listed
from packdesk.packs.nodes import Node
from packdesk.packs.type_names import TypeNames

_MOST_KEY_FIELDS = 5
#: Kinds whose values fill a page rather than a line.
_LONG = frozenset({"text", "rich_text", "json"})


def check_lifecycles(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with lifecycles."""
    for name, node in index.tree.documents["transitions"].items():
        yield from _states(name, node)
        yield from _statuses(index, name, node)
        yield from _moves(name, node)
        rules = members(node, "rules")
        yield from duplicate_codes(rules, f"the rules of 'transitions.{name}'")
        yield from duplicate_labels(rules, f"the rules of 'transitions.{name}'")
        yield from rule_problems(rules, node)
        if rules:
            yield from dead_ends(members(node, "statuses").items(), rules, node)


def _states(name: str, node: Node) -> Iterator[Problem]:
    states = members(node, "states")
    initial = [state for state, body in states.items() if body.text_of("kind") == "initial"]
    if len(initial) != 1 and "states" in node.members:
        said = f"has {len(initial)} initial states ({listed(initial)})" if initial else "has no initial state"
        yield node.members["states"].problem("initial_state", f"The lifecycle '{name}' {said}.", "Exactly one state has the kind initial.", at_key=True)
    for state, body in states.items():
        success = body.get("success")
        if success is not None and body.text_of("kind") != "final":
            yield success.problem(
                "misplaced_key", f"'success' means nothing on the state '{state}', which is not final.", "Remove it, or make the state final.", at_key=True
            )


def _statuses(index: Index, name: str, node: Node) -> Iterator[Problem]:
    statuses = members(node, "statuses")
    if not statuses:
        return
    yield from duplicate_codes(statuses, f"'transitions.{name}'")
    yield from duplicate_labels(statuses, f"'transitions.{name}'")
    for status, body in statuses.items():
        yield from _key_fields(index.type(name), status, body)
    for state, body in members(node, "states").items():
        of_state = {status: part for status, part in statuses.items() if part.text_of("state") == state and not _retired(part)}
        defaults = [status for status, part in of_state.items() if is_true(part, "default")]
        if not of_state:
            yield body.problem(
                "state_without_status", f"No status stands for the state '{state}'.", "Add one, or leave all statuses out to get one per state.", at_key=True
            )
        elif not defaults and len(of_state) > 1:
            yield body.problem(
                "no_default_status", f"None of the statuses of '{state}' is the default: {listed(of_state)}.", 'Mark one with "default": true.', at_key=True
            )
        for status in defaults[1:]:
            yield (
                of_state[status]
                .members["default"]
                .problem(
                    "two_defaults", f"'{status}' is a second default of the state '{state}'; '{defaults[0]}' is one already.", "Keep one of them.", at_key=True
                )
            )


def _key_fields(names: TypeNames, status: str, body: Node) -> Iterator[Problem]:
    """Yield what is wrong with the fields that a status puts above its steps: few, and of one short value each."""
    given = members(body, "key_fields")
    if len(given) > _MOST_KEY_FIELDS:
        said = f"The status '{status}' has {len(given)} key fields."
        yield body.members["key_fields"].problem(
            "too_many_key_fields", said, f"Keep the {_MOST_KEY_FIELDS} that matter most: more are read by nobody.", at_key=True
        )
    for path, named in given.items():
        kind = names.kind_of(path)
        if path in names.fields and (kind is None or kind in _LONG):
            said = f"is of type {kind}, which is read as a whole" if kind else "is no field with a value of its own"
            yield named.problem("unfit_field", f"'{path}' {said}.", "Name a field of the record, or of a section, that holds one short value.", at_key=True)


def _retired(status: Node) -> bool:
    effective = status.get("effective")
    return effective is not None and effective.value is False


def _moves(name: str, node: Node) -> Iterator[Problem]:
    moves = node.get("moves")
    if moves is not None and moves.members and node.get("derived") is not None:
        yield moves.problem("contradiction", f"The state of '{name}' follows from data, so it has no moves.", "Remove 'moves' or 'derived'.", at_key=True)
    # Two moves may be called alike: in different states they read as one step, and the verifier refuses them in the same state.
    yield from duplicate_codes(members(node, "moves"), f"the moves of 'transitions.{name}'")
    final = final_states(node)
    for move, body in members(node, "moves").items():
        sources = body.members.get("from", body.having([]))
        if not sources.items and "from" in body.members:
            yield sources.problem("empty_list", f"The move '{move}' leads away from no state.", "Name at least one.")
        for item in sources.items:
            if item.text in final:
                yield item.problem(
                    "move_leaves_final", f"The move '{move}' leads out of the final state '{item.text}'.", "Remove it; a final state is never left."
                )
            elif item.text == body.text_of("to"):
                yield item.problem(
                    "same_state", f"The move '{move}' leads from '{item.text}' to itself.", "Remove it from 'from'; an action without a move keeps the state."
                )
