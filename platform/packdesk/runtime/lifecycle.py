"""What may be done with a record now: moves are the law, actions make them, rules narrow them, checks refuse with a sentence.

The same functions say what a screen offers and what the guards of a change refuse, so that they cannot disagree.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.errors import Finding, PackdeskError
from packdesk.model.actions import Action
from packdesk.model.lifecycles import Flag, State, StateKind
from packdesk.model.nodes import Allow
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, MoveRuntime, RuleRuntime
from packdesk.runtime.field_kind import UTC
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Graph, Record

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_MARKS: Mapping[str, frozenset[Flag]] = MappingProxyType({})
_UNMARKED: frozenset[Flag] = frozenset()
#: Refusals of a record that an approval is missing for.
_HELD = frozenset({"approval_pending", "approval_rejected"})
#: Codes of what locks a record.
LOCKS = frozenset({"locked_final", *_HELD})
#: Effects that write the record itself, which a final state forbids.
_WRITING = frozenset({"set_field", "set_section", "set_status", "add_line", "remove_line", "assign", "link", "unlink", "request_approval"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionState:
    """Whether an action can be done now, and if not, why."""

    action: Action
    #: Its state and conditions fit: a screen shows it, enabled or not.
    offered: bool
    enabled: bool
    findings: tuple[Finding, ...]
    #: Statuses that may be chosen for the move; empty for an action that makes none.
    statuses: tuple[str, ...] = ()
    #: The status taken when none is chosen.
    default_status: str = ""
    #: Paths of its inputs.
    inputs: tuple[str, ...] = ()
    #: Not offered for nothing but who the person is: the record stands as it should, and to somebody else the action is open.
    for_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the guards say about an action or a chosen status; without findings it may be done."""

    findings: tuple[Finding, ...] = ()
    action: ActionRuntime | None = None
    move: MoveRuntime | None = None
    #: The status and state that the record goes to; empty when it stays where it is.
    status: str = ""
    state: str = ""
    #: Paths of the rules that permitted it.
    rules: tuple[str, ...] = ()


def is_allowed(allow: Allow | None, actor: Actor) -> bool:
    """Return whether ``allow`` admits the actor: any of the units with everything beneath, users or roles; nothing written admits all."""
    return allow is None or actor.system or names(allow, actor)


def names(allow: Allow | None, actor: Actor) -> bool:
    """Return whether ``allow`` names the actor himself, a role of his or a unit that he belongs to."""
    if allow is None:
        return False
    return actor.login in allow.users or not actor.roles.isdisjoint(allow.roles) or not actor.member_of.isdisjoint(allow.units)


def flags(entity: EntityRuntime, state: str, path: str) -> frozenset[Flag]:
    """Return what a state does to a field: hidden, readonly, required, prompt, change."""
    return entity.marks.get(state, _NO_MARKS).get(path, _UNMARKED)


def is_final(entity: EntityRuntime, record: Record) -> bool:
    """Return whether the record stands in a final state."""
    state = entity.lifecycle.states.get(str(record.get("state"))) if entity.lifecycle is not None else None
    return state is not None and state.kind is StateKind.FINAL


def is_locked(entity: EntityRuntime, record: Record) -> bool:
    """Return whether nobody can change the record now: it came to its end, or waits for an approval."""
    return is_final(entity, record) or record.get("approval") is not None


def lock(at: Situation) -> Finding | None:
    """Return why the record can't be changed, or None: final states and a missing approval lock everything but notes and attachments."""
    if at.entity.lifecycle is None or not is_final(at.entity, at.record):
        missing = at.record.get("approval")
        return None if missing is None else at.finding(f"approval_{missing}", f"{at.entity.entity.path}.approval")
    state = at.entity.lifecycle.states[str(at.record.get("state"))]
    return at.finding("locked_final", state.path, state=_standing(at))


def judge_subtype(at: Situation, subtype: str) -> Finding | None:
    """Return why the actor may not create records of the subtype, or None (CARE-2)."""
    found = at.entity.subtypes.get(subtype)
    if found is None or is_allowed(found.subtype.allow, at.actor):
        return None
    return at.finding("type_not_permitted", f"{found.subtype.path}.allow", field="subtype", subtype=found.subtype.label.in_language(at.language))


def allowed(
    rt: Runtime, record: Record, actor: Actor, graph: Graph, now: datetime, *, zone: ZoneInfo = UTC, only: Collection[str] | None = None
) -> tuple[ActionState, ...]:
    """Return every action of the record's type (or ``only`` these), those that move it first and in the lifecycle's order."""
    entity = rt.type(record.entity_type)
    at = situation(entity, record, actor, graph, now, zone=zone, old=record)
    locked = lock(at)
    return tuple(_state_of(at, action, locked) for action in entity.actions_in_order if only is None or action.action.id in only)


def judge_action(
    rt: Runtime,
    record: Record,
    action: str,
    *,
    actor: Actor,
    graph: Graph,
    now: datetime,
    status: str = "",
    inputs: Mapping[str, object] = _NOTHING,
    zone: ZoneInfo = UTC,
) -> Judgement:
    """Judge an action up to the assignee: lock, availability and move, chosen status, rules, assignee; the first stage that fails.

    Checks come after the inputs were read: ``preconditions``.
    """
    entity = rt.type(record.entity_type)
    found = entity.actions.get(action)
    if found is None:
        raise PackdeskError("unknown_action", action=action, entity_type=record.entity_type)
    return _judge(situation(entity, record, actor, graph, now, zone=zone, old=record, inputs=inputs), found, found.move, status)


def judge_status(rt: Runtime | EntityRuntime, record: Record, status: str, *, actor: Actor, graph: Graph, now: datetime, zone: ZoneInfo = UTC) -> Judgement:
    """Judge a status chosen by editing: within the state by the rules alone, else as the one move that leads there without asking anything."""
    entity = rt.type(record.entity_type) if isinstance(rt, Runtime) else rt
    at = situation(entity, record, actor, graph, now, zone=zone, old=record)
    if entity.lifecycle is None or status == record.get("status"):
        return Judgement()
    if locked := lock(at):
        return Judgement(findings=(locked,))
    if status not in _usable(entity, str(record.get("subtype") or "")):
        return Judgement(findings=(_status_refused(at, status, entity.lifecycle.path),))
    target = entity.lifecycle.statuses[status].state
    if target == record.get("state"):
        findings, passed = _by_rules(at, status)
        return Judgement(findings=findings, status=status, state=target, rules=passed)
    return _silently(at, entity.lifecycle.path, status, target)


def _silently(at: Situation, law: str, status: str, target: str) -> Judgement:
    """Judge a chosen status of another state: exactly one move must lead there without asking for an input."""
    entity, record = at.entity, at.record
    leading = [move for move in entity.moves.values() if move.move.to == target]
    from_here = [move for move in leading if record.get("state") in move.move.from_states]
    silent = [(move, action) for move in from_here for action in _actions_of(entity, move) if not asks(action)]
    if len(silent) == 1:
        move, action = silent[0]
        return _judge(at, action, move, status)
    if leading and not from_here:
        return Judgement(findings=(_wrong_state(at, leading[0], ""),))
    return Judgement(findings=(_status_refused(at, status, from_here[0].move.path if from_here else law),))


def preconditions(at: Situation, judged: Judgement, *, without_input: bool = False) -> tuple[Finding, ...]:
    """Return the sentences of the move's and the action's checks that do not hold on the record as it stands."""
    action = judged.action.action.id if judged.action is not None else ""
    of_move = judged.move.checks if judged.move is not None else ()
    of_action = judged.action.checks if judged.action is not None else ()
    return at.failed((*of_move, *of_action), action=action, without_input=without_input)


def selectable(at: Situation, move: MoveRuntime) -> tuple[str, ...]:
    """Return the statuses of the move's target state that the subtype has and the rules permit, in the lifecycle's order."""
    return tuple(status for status in _targets(at, move) if not _by_rules(at, status)[0])


def default_status(at: Situation, move: MoveRuntime) -> str:
    """Return the status a move takes when none is chosen: the default of the target state, else the first that the rules permit."""
    return _default_of(at, move, selectable(at, move))


def _default_of(at: Situation, move: MoveRuntime, offered: tuple[str, ...]) -> str:
    default = at.entity.default_status(move.move.to, str(at.record.get("subtype") or ""))
    return default if default in offered or not offered else offered[0]


def asks(action: ActionRuntime) -> bool:
    """Return whether an action has an input that somebody must give: required, perhaps required, and without default."""
    return any(field.required is not False and field.default is None for field in action.inputs.values())


def _state_of(at: Situation, action: ActionRuntime, locked: Finding | None) -> ActionState:
    move, inputs = action.move, tuple(action.inputs)
    refused = _unavailable(at, action, move, locked)
    if refused is not None:
        return ActionState(action=action.action, offered=False, enabled=False, findings=(refused,), statuses=(), default_status="", inputs=inputs)
    statuses = selectable(at, move) if move is not None else ()
    default = _default_of(at, move, statuses) if move is not None else ""
    judged = _judge_move(at, action, move, default) if move is not None else Judgement(action=action)
    findings = judged.findings or preconditions(at, judged, without_input=True)
    return ActionState(action=action.action, offered=True, enabled=not findings, findings=findings, statuses=statuses, default_status=default, inputs=inputs)


def _judge(at: Situation, action: ActionRuntime, move: MoveRuntime | None, status: str) -> Judgement:
    """Return the findings of the first stage that fails."""
    refused = _unavailable(at, action, move, lock(at))
    if refused is not None or move is None:
        return Judgement(findings=(refused,) if refused is not None else (), action=action)
    if status and status not in _targets(at, move):
        return Judgement(findings=(_status_refused(at, status, move.move.path, action.action.id),), action=action, move=move)
    return _judge_move(at, action, move, status or default_status(at, move))


def _judge_move(at: Situation, action: ActionRuntime, move: MoveRuntime, target: str) -> Judgement:
    """Return what speaks against a move that the record's state allows: who may make it, the rules, the assignee."""
    name = action.action.id
    if not is_allowed(move.move.allow, at.actor):
        findings: tuple[Finding, ...] = (_forbidden(at, target, f"{move.move.path}.allow", name),)
        return Judgement(findings=findings, action=action, move=move)
    findings, passed = _by_rules(at, target, name)
    if not findings:
        findings = _by_assignee(at, move, target, name)
    return Judgement(findings=findings, action=action, move=move, status=target, state=move.move.to, rules=(move.move.path, *passed))


def _unavailable(at: Situation, action: ActionRuntime, move: MoveRuntime | None, locked: Finding | None) -> Finding | None:
    """Return why the action is not offered: the record is locked, stands in another state, or a ``when`` does not hold."""
    if locked is not None and (move is not None or _writes(action)) and not (locked.code in _HELD and move is not None and gives_up(at.entity, move)):
        return locked
    if action.missing_operation:
        label = action.action.label.in_language(at.language)
        return at.finding("operation_missing", f"{action.action.path}.effects", action=action.action.id, label=label, operation=action.missing_operation)
    if move is not None and at.record.get("state") not in move.move.from_states:
        return _wrong_state(at, move, action.action.id)
    if move is not None and not at.holds(move.when):
        return _not_now(at, action, move.move.path)
    return None if at.holds(action.when) else _not_now(at, action, action.action.path)


def gives_up(entity: EntityRuntime, move: MoveRuntime) -> bool:
    """Return whether a move ends the record without completing it: that is always possible, however long an approval takes."""
    state = entity.lifecycle.states.get(move.move.to) if entity.lifecycle is not None else None
    return state is not None and state.kind is StateKind.FINAL and state.success is None


def _writes(action: ActionRuntime) -> bool:
    return bool(action.action.section or action.action.field_inputs) or any(effect.effect.do in _WRITING for effect in action.effects)


def _not_now(at: Situation, action: ActionRuntime, path: str) -> Finding:
    name, language = action.action.id, at.language
    return at.entity.worded(
        ("unavailable", path, name, language), lambda: at.finding("unavailable", f"{path}.when", action=name, label=action.action.label.in_language(language))
    )


def _by_rules(at: Situation, status: str, action: str = "") -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return why the rules forbid a change to the status, or the paths of those that permit it; without rules everything is permitted."""
    rules = at.entity.rules_for(str(at.record.get("subtype") or ""))
    if not rules or at.record.get("status") == status:
        return (), ()
    listed = _listed(at, status)
    passed = tuple(rule.rule.path for rule in listed if is_allowed(rule.rule.allow, at.actor) and at.holds(rule.when))
    if passed:
        return (), passed
    if not listed:
        return (_forbidden(at, status, rules[0].rule.path.rpartition(".")[0], action),), ()
    nearest = listed[0].rule
    forbidden = _forbidden(at, status, nearest.path, action)
    return (replace(forbidden, facts={**forbidden.facts, "rule_label": nearest.label.in_language(at.language)}),), ()


def _listed(at: Situation, status: str) -> tuple[RuleRuntime, ...]:
    return at.entity.rules_between(str(at.record.get("subtype") or ""), str(at.record.get("status")), status)


def _by_assignee(at: Situation, move: MoveRuntime, status: str, action: str) -> tuple[Finding, ...]:
    """Return why this person may not move the record: nobody has accepted it, or somebody else has and no rule names this one."""
    if not move.move.needs_assignee or "assigned_user" not in at.entity.fields:
        return ()
    user = at.record.get("assigned_user")
    if user is None:
        return (at.finding("assignee_missing", f"{move.move.path}.needs_assignee", action=action, field="assigned_user"),)
    if at.actor.system or user == at.actor.login:
        return ()
    listed = _listed(at, status)
    if any(names(rule.rule.allow, at.actor) and at.holds(rule.when) for rule in listed):
        return ()
    return (at.finding("not_assignee", f"{move.move.path}.needs_assignee", action=action, user=user, others="", to_status=_label(at, status)),)


def _usable(entity: EntityRuntime, subtype: str) -> tuple[str, ...]:
    statuses = entity.lifecycle.statuses if entity.lifecycle is not None else {}
    return tuple(status for status in entity.statuses_for(subtype) if statuses[status].effective)


def _targets(at: Situation, move: MoveRuntime) -> tuple[str, ...]:
    return at.entity.statuses_of(str(at.record.get("subtype") or ""), move.move.to)


def _actions_of(entity: EntityRuntime, move: MoveRuntime) -> tuple[ActionRuntime, ...]:
    return tuple(action for action in entity.actions.values() if action.move is not None and action.move.move.id == move.move.id)


def _label(at: Situation, status: object) -> str:
    found = at.entity.lifecycle.statuses.get(str(status)) if at.entity.lifecycle is not None else None
    return found.label.in_language(at.language) if found is not None else str(status or "")


def _standing(at: Situation) -> str:
    """Return where the record stands as people read it: its status, else its state, for the two may be called differently."""
    lifecycle, state = at.entity.lifecycle, str(at.record.get("state"))
    if lifecycle is None or at.record.get("status") in lifecycle.statuses or state not in lifecycle.states:
        return _label(at, at.record.get("status") or state)
    return lifecycle.states[state].label.in_language(at.language)


def _labels(at: Situation, state: State) -> tuple[str, ...]:
    """Return what people call a state: the statuses that a record of this subtype can have in it, else its own label."""
    statuses = at.entity.statuses_of(str(at.record.get("subtype") or ""), state.id)
    return tuple(_label(at, status) for status in statuses) or (state.label.in_language(at.language),)


def _wrong_state(at: Situation, move: MoveRuntime, action: str) -> Finding:
    return at.entity.worded(
        ("wrong_state", move.move.path, action, *(str(at.record.get(name)) for name in ("state", "status", "subtype")), at.language),
        lambda: _elsewhere(at, move, action),
    )


def _elsewhere(at: Situation, move: MoveRuntime, action: str) -> Finding:
    states = at.entity.lifecycle.states if at.entity.lifecycle is not None else {}
    state = str(at.record.get("state"))
    here = _standing(at)
    needed = ", ".join(dict.fromkeys(label for name in move.move.from_states if name in states for label in _labels(at, states[name])))
    field = "" if action else "status"
    return at.finding(
        "wrong_state", move.move.path, action=action, field=field, is_state=here, needs_state=needed, state=state, needed=tuple(move.move.from_states)
    )


def _forbidden(at: Situation, status: str, rule: str, action: str) -> Finding:
    field = "" if action else "status"
    before = _label(at, at.record.get("status"))
    return at.finding("transition_forbidden", rule, action=action, field=field, from_status=before, to_status=_label(at, status))


def _status_refused(at: Situation, status: str, rule: str, action: str = "") -> Finding:
    return at.finding("status_not_allowed", rule, action=action, field="status", status=_label(at, status))
