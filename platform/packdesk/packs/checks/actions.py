"""Actions and their effects make sense: one owner, inputs with types, effects that say enough and do not contradict each other."""

from collections.abc import Iterator

from packdesk.errors import Problem
from packdesk.packs.checks.places import members
from packdesk.packs.index import Index
from packdesk.packs.names import listed
from packdesk.packs.nodes import Node


def check_actions(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with actions, the rules that act by themselves, and scenarios."""
    for name, node in index.tree.documents["actions"].items():
        yield from _owner(index, name, node)
        yield from _inputs(index, name, node)
        for effect, body in members(node, "effects").items():
            yield from _effect(effect, body, node)
        yield from _twice(node)
    for node in index.tree.documents["workflows"].values():
        for effect, body in members(node, "effects").items():
            yield from _effect(effect, body, node)
        yield from _twice(node)
    for name, node in index.tree.documents["assignment_rules"].items():
        yield from _assignment(name, node)
    for name, node in index.tree.documents["scenarios"].items():
        yield from _steps(name, node)


def _owner(index: Index, name: str, node: Node) -> Iterator[Problem]:
    types, capability = node.get("entity_types"), node.get("capability")
    if types is not None and capability is not None:
        yield capability.problem("contradiction", f"The action '{name}' has 'entity_types' and 'capability'.", "Keep one of them.", at_key=True)
    if types is None and capability is None:
        for key in ("move", "section"):
            if key in node.members:
                yield node.members[key].problem(
                    "misplaced_key",
                    f"'{key}' means nothing on the action '{name}', which belongs to no entity type.",
                    "Add 'entity_types', or remove it.",
                    at_key=True,
                )
    move = node.get("move")
    for entity_type in index.types_of("actions", name, node) if move is not None else ():
        moves = members(index.tree.documents["transitions"].get(entity_type), "moves")
        if name in moves and move is not None and move.text != name and not _made(index, entity_type, name):
            yield move.problem(
                "duplicate_action",
                f"'{entity_type}' has a move '{name}' of its own, but the action of that id makes '{move.text}'.",
                "Give the action another id.",
            )


def _made(index: Index, entity_type: str, move: str) -> bool:
    """Return whether some action's document makes the move."""
    return any(node.text_of("move") == move and entity_type in index.types_of("actions", name, node) for name, node in index.tree.documents["actions"].items())


def _inputs(index: Index, name: str, node: Node) -> Iterator[Problem]:
    named = node.get("entity_types")
    if index.types_of("actions", name, node) or (named is not None and named.items):
        return
    for key, field in members(node, "inputs").items():
        if field.get("type") is None:
            yield field.problem("missing_key", f"The input '{key}' has no type, and there is no record whose field it could be.", "Add 'type'.", at_key=True)


def _effect(name: str, body: Node, action: Node) -> Iterator[Problem]:
    needed = {"set_status": ("status", "state"), "assign": ("unit", "user")}.get(body.text_of("do"), ())
    given = [key for key in needed if key in body.members]
    if needed and not given:
        yield body.problem("missing_key", f"The effect '{name}' says neither {' nor '.join(needed)}.", "Add one of them.", at_key=True)
    if body.text_of("do") == "set_status" and len(given) > 1:
        yield body.members["state"].problem(
            "contradiction", f"The effect '{name}' sets a status and a state.", "Keep one; the status decides the state.", at_key=True
        )
    if body.text_of("do") == "set_section" and not (body.text_of("section") or action.text_of("section")):
        yield body.problem(
            "missing_key", f"The effect '{name}' does not say which section it writes.", "Add 'section' to the effect or to the action.", at_key=True
        )


def _assignment(name: str, node: Node) -> Iterator[Problem]:
    """Yield what is wrong with whom a rule names: nobody, or somebody and an area."""
    assign = node.get("assign")
    if assign is None:
        return
    named, by_area = [key for key in ("unit", "user") if key in assign.members], "by" in assign.members or "address" in assign.members
    if not named and not by_area:
        yield assign.problem("nobody_assigned", f"The rule '{name}' says neither unit nor user.", "Add one of them, or 'by' and 'address'.", at_key=True)
    elif named and by_area:
        yield assign.problem("nobody_assigned", f"The rule '{name}' names {listed(named)} and goes by area.", "Keep one of the two ways.", at_key=True)
    elif by_area and len(assign.members.keys() & {"by", "address"}) < 2:
        yield assign.problem("nobody_assigned", f"The rule '{name}' goes by area and needs 'by' and 'address'.", "Add the other one.", at_key=True)


def _twice(action: Node) -> Iterator[Problem]:
    """Yield a problem for a leaf that two effects write whenever the action is done."""
    written: dict[str, str] = {}
    for name, body in members(action, "effects").items():
        do = body.text_of("do")
        if do not in ("set_field", "set_section") or "when" in body.members:
            continue
        section = f"{body.text_of('section') or action.text_of('section')}." if do == "set_section" else ""
        for field, value in members(body, "values").items():
            leaf = section + field
            if leaf in written:
                yield value.problem(
                    "conflicting_effects",
                    f"The effects '{written[leaf]}' and '{name}' both write '{leaf}'.",
                    "Effects have no order; keep one, or give them conditions.",
                    at_key=True,
                )
            written.setdefault(leaf, name)


def _steps(scenario: str, node: Node) -> Iterator[Problem]:
    verbs = ("action", "edit", "create", "delete")
    for name, step in members(node, "when").items():
        given = [verb for verb in verbs if verb in step.members]
        if len(given) != 1:
            yield step.problem(
                "ambiguous_step",
                f"The step '{name}' of '{scenario}' does {listed(given) if given else 'nothing'}.",
                f"Give it exactly one of {listed(verbs)}.",
                at_key=True,
            )
        elif given == ["action"] and "on" not in step.members:
            yield step.problem("missing_key", f"The step '{name}' of '{scenario}' does not say on which record.", "Add 'on'.", at_key=True)
