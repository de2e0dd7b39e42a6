"""Proves that lifecycles make sense before they are published (SPEC 4.3, CARE-30, CARE-31)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packdesk.errors import Problem, Severity
from packdesk.model.lifecycles import Flag, Lifecycle, Rule, StateKind
from packdesk.model.model import Model
from packdesk.model.nodes import Allow
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, FieldRuntime, Guard, MoveRuntime, RuleRuntime, SubtypeRuntime
from packdesk.runtime.expressions.catalogue import Catalogue
from packdesk.runtime.finite import Enumeration
from packdesk.runtime.workshop import Workshop

_NEVER = frozenset({False})
_ALWAYS = frozenset({True})


def verify(model: Model) -> tuple[Problem, ...]:
    """Return the problems of every lifecycle of the model; those of expressions are ``runtime.compile.check``'s."""
    from packdesk.runtime.compile import compile_entity

    workshop = Workshop(model, Catalogue(model))
    compiled = [compile_entity(workshop, entity) for entity in model.entity_types.values()]
    workshop.problems.clear()
    for entity in compiled:
        verify_with(workshop, entity)
    return tuple(dict.fromkeys(workshop.problems))


def verify_with(workshop: Workshop, entity: EntityRuntime) -> None:
    """Note the problems of one entity type's lifecycle."""
    lifecycle = entity.lifecycle
    if lifecycle is None:
        return
    proof = _Proof(workshop=workshop, entity=entity, lifecycle=lifecycle, finite=Enumeration(catalogue=workshop.catalogue, lifecycle=lifecycle))
    initial = [state for state in lifecycle.states.values() if state.kind is StateKind.INITIAL]
    if len(initial) != 1:
        proof.note(f"{lifecycle.path}.states", "initial_state", f"There are {len(initial)} initial states in '{lifecycle.id}', exactly one is needed.")
        return
    proof.guards()
    proof.flags()
    if lifecycle.derived is not None:
        return
    proof.moves()
    proof.ambiguities()
    for subtype in (None, *entity.subtypes.values()) if not entity.subtypes or lifecycle.rules else entity.subtypes.values():
        proof.rules(subtype)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """One lifecycle under examination."""

    workshop: Workshop
    entity: EntityRuntime
    lifecycle: Lifecycle
    finite: Enumeration

    def note(self, path: str, code: str, message: str, advice: str = "", *, warning: bool = False) -> None:
        """Note a problem."""
        self.workshop.note(path, code, message, advice=advice, severity=Severity.WARNING if warning else Severity.ERROR)

    # guards

    def guards(self) -> None:
        """Find conditions that are never true, or always, where they are asked."""
        every = tuple(self.lifecycle.states)
        for move in self.entity.moves.values():
            self._guard(move.when, move.move.from_states)
            for check in move.checks:
                self._guard(check.that if check.that is not None else True, move.move.from_states)
        for action in self.entity.actions.values():
            states = action.move.move.from_states if action.move is not None else every
            self._guard(action.when, states)
        for rule in self._every_rule():
            self._guard(rule.when, self._states_of(rule.rule.from_statuses))

    def _guard(self, guard: Guard, states: tuple[str, ...]) -> None:
        if isinstance(guard, bool) or not states:
            return
        outcomes = self.finite.outcomes(guard, fixed={"state": states})
        if outcomes == _NEVER:
            self.note(guard.path, "guard_never_true", f'The condition "{guard.source}" can never be true here.', "Correct it, or remove what it guards.")
        elif outcomes == _ALWAYS:
            self.note(guard.path, "guard_always_true", f'The condition "{guard.source}" is always true here.', "Leave it out.", warning=True)

    def _every_rule(self) -> Iterable[RuleRuntime]:
        yield from self.entity.rules
        for subtype in self.entity.subtypes.values():
            yield from subtype.rules or ()

    def _states_of(self, statuses: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.lifecycle.statuses[status].state for status in statuses if status in self.lifecycle.statuses))

    # flags

    def flags(self) -> None:
        """Find fields that a state or their own words demand where nobody can fill them."""
        for state in self.lifecycle.states.values():
            for path, flags in state.fields.items():
                field = self.entity.fields.get(path)
                if Flag.REQUIRED in flags and field is not None:
                    self._required(field, state.id, f"{state.path}.fields.{path}", flags)
        for path, field in self.entity.fields.items():
            fillable = field.default is not None or field.stamped_when is not None or self._is_written(path)
            if field.required is True and field.readonly is True and not field.engine and not fillable:
                self.note(field.field.path, "required_but_readonly", f"'{path}' is required, read-only and nothing fills it.")

    def _required(self, field: FieldRuntime, state: str, where: str, flags: tuple[Flag, ...]) -> None:
        never_seen = not isinstance(field.visible, bool) and self.finite.outcomes(field.visible, fixed={"state": (state,)}) == _NEVER
        if Flag.HIDDEN in flags or field.visible is False or never_seen:
            self.note(where, "required_but_hidden", f"'{field.path}' is required in the state '{state}' and hidden there.", "Show it, or do not demand it.")
        elif Flag.READONLY in flags and field.default is None and not self._is_written(field.path):
            self.note(where, "required_but_readonly", f"'{field.path}' is required in the state '{state}', read-only there, and nothing fills it.")

    def _is_written(self, path: str) -> bool:
        """Return whether an effect or an action's input may fill the field."""
        for action in self.entity.actions.values():
            written = {name for effect in action.effects for name in effect.values}
            if path in action.inputs or path in written or path.rpartition(".")[2] in written:
                return True
        return False

    # moves

    def moves(self) -> None:
        """Find moves that leave final states, states nobody can reach, and states nobody can leave for an end."""
        states = self.lifecycle.states
        for move in self.lifecycle.moves.values():
            for source in move.from_states:
                if source in states and states[source].kind is StateKind.FINAL:
                    self.note(f"{move.path}.from", "move_leaves_final", f"The move '{move.id}' leaves the final state '{source}'.")
        edges = {name: self._next(name) for name in states}
        reached = _closure(self.lifecycle.initial.id, edges)
        for state in states.values():
            if state.id not in reached:
                self.note(
                    state.path, "unreachable_state", f"No move that somebody could make leads to the state '{state.id}'.", "Add a move, or remove the state."
                )
        for state in states.values():
            ends = any(states[other].kind is StateKind.FINAL for other in _closure(state.id, edges))
            if state.kind is not StateKind.FINAL and state.id in reached and not ends:
                message = f"From the state '{state.id}' nobody can bring a record to a final state."
                self.note(state.path, "dead_end_state", message, "Add a move to a final state that some existing role may make.")

    def _next(self, state: str, subtype: str = "") -> frozenset[str]:
        return frozenset(move.move.to for move in self.entity.moves.values() if move.move.to in self.lifecycle.states and self._can(move, state, subtype))

    def _can(self, move: MoveRuntime, state: str, subtype: str = "") -> bool:
        """Return whether somebody could make the move from the state; what is unknown counts as possible."""
        if state not in move.move.from_states or not self._somebody(move.move.allow):
            return False
        fixed = {"state": (state,), **({"subtype": (subtype,)} if subtype else {})}
        makers = [action for action in self.entity.actions.values() if action.move is not None and action.move.move.id == move.move.id]
        guards: list[tuple[Guard, ...]] = [(move.when, action.when) for action in makers] or [(move.when,)]
        return any(self.finite.outcomes(*pair, fixed=fixed) != _NEVER for pair in guards)

    def _somebody(self, allow: Allow | None) -> bool:
        if allow is None or allow.users:
            return True
        model = self.entity.model
        return any(role in model.roles for role in allow.roles) or any(unit in model.organisation.units for unit in allow.units)

    def ambiguities(self) -> None:
        """Find two moves of one name that can be offered at once."""
        moves = list(self.entity.moves.values())
        for place, one in enumerate(moves):
            for other in moves[place + 1 :]:
                shared = tuple(state for state in one.move.from_states if state in other.move.from_states)
                if shared and self._name(one) == self._name(other) and self.finite.outcomes(one.when, other.when, fixed={"state": shared}) != _NEVER:
                    message = f"The moves '{one.move.id}' and '{other.move.id}' have the same name and can be offered together."
                    self.note(other.move.path, "same_name_moves", message, "Give one another label, or conditions that exclude each other.")

    def _name(self, move: MoveRuntime) -> str:
        maker: ActionRuntime | None = next(
            (action for action in self.entity.actions.values() if action.move is not None and action.move.move.id == move.move.id), None
        )
        return str(maker.action.label if maker is not None else move.move.label)

    # rules

    def rules(self, subtype: SubtypeRuntime | None) -> None:
        """Find rules that the lifecycle or the subtype forbids, and statuses that they leave without a way on."""
        name = subtype.subtype.id if subtype is not None else ""
        rules = self.entity.rules_for(name)
        own = subtype is not None and subtype.rules is not None
        home = f"{subtype.subtype.path}.rules" if subtype is not None and own else f"{self.lifecycle.path}.rules"
        usable = tuple(status for status in self.entity.statuses_for(name) if self.lifecycle.statuses[status].effective)
        where = subtype.subtype.path if subtype is not None else home
        if not any(self.lifecycle.statuses[status].state == self.lifecycle.initial.id for status in usable):
            self.note(where, "no_initial_status", f"'{name or self.lifecycle.id}' has no status of the initial state '{self.lifecycle.initial.id}'.")
        if not rules:
            return
        if own or subtype is None:
            for rule in rules:
                self._rule(rule.rule, name, usable)
            self._duplicates(rules)
        # Rules of the lifecycle that speak of statuses this subtype has not are simply without effect for it.
        known = [rule for rule in rules if rule.rule.to in usable and self._somebody(rule.rule.allow)]
        edges = {
            status: frozenset(rule.rule.to for rule in known if status in rule.rule.from_statuses and self._passes(rule, status, name)) for status in usable
        }
        self._ways(edges, usable, where if own else home, name)
        self._uncovered(rules, usable, where if own else home, name)

    def _rule(self, rule: Rule, subtype: str, usable: tuple[str, ...]) -> None:
        statuses, states = self.lifecycle.statuses, self.lifecycle.states
        for status in (*rule.from_statuses, rule.to):
            if subtype and status in statuses and statuses[status].effective and status not in usable:
                self.note(rule.path, "status_not_in_subtype", f"The rule '{rule.id}' uses the status '{status}', which the subtype '{subtype}' does not have.")
        for status in rule.from_statuses:
            if status not in statuses or rule.to not in statuses:
                continue
            here, there = statuses[status].state, statuses[rule.to].state
            if status == rule.to:
                self.note(rule.path, "same_status", f"The rule '{rule.id}' leads from '{status}' to itself.")
            elif states[here].kind is StateKind.FINAL:
                self.note(rule.path, "rule_leaves_final", f"The rule '{rule.id}' leaves '{status}', whose state '{here}' is final.")
            elif here != there and not any(here in move.from_states and move.to == there for move in self.lifecycle.moves.values()):
                self.note(
                    rule.path, "rule_without_move", f"The rule '{rule.id}' leads from '{here}' to '{there}', and no move does.", "Rules only narrow moves."
                )

    def _duplicates(self, rules: tuple[RuleRuntime, ...]) -> None:
        seen: dict[tuple[object, ...], str] = {}
        for rule in rules:
            when = rule.when if isinstance(rule.when, bool) else rule.when.source
            for status in rule.rule.from_statuses:
                key = (status, rule.rule.to, rule.rule.allow, when)
                if key in seen:
                    self.note(rule.rule.path, "duplicate_rule", f"The rule '{rule.rule.id}' says the same of '{status}' as '{seen[key]}'.", warning=True)
                seen.setdefault(key, rule.rule.id)

    def _passes(self, rule: RuleRuntime, status: str, subtype: str) -> bool:
        """Return whether the rule can let a record through: by its own condition, and by a move where the state changes."""
        here, there = self.lifecycle.statuses[status].state, self.lifecycle.statuses[rule.rule.to].state
        fixed = {"state": (here,), "status": (status,), **({"subtype": (subtype,)} if subtype else {})}
        if self.finite.outcomes(rule.when, fixed=fixed) == _NEVER:
            return False
        return here == there or any(move.move.to == there and self._can(move, here, subtype) for move in self.entity.moves.values())

    def _ways(self, edges: Mapping[str, frozenset[str]], usable: tuple[str, ...], where: str, subtype: str) -> None:
        statuses, states = self.lifecycle.statuses, self.lifecycle.states
        named = f" of '{subtype}'" if subtype else ""
        first = [status for status in usable if statuses[status].state == self.lifecycle.initial.id]
        reached = set(first).union(*(_closure(status, edges) for status in first))
        for status in usable:
            if status not in reached:
                self.note(where, "unreachable_status", f"No rule{named} leads to the status '{status}'.", warning=True)
                continue
            if states[statuses[status].state].kind is StateKind.FINAL:
                continue
            if not edges[status]:
                self.note(where, "dead_end_status", f"No rule{named} leads on from the status '{status}'.", "Add a rule, or give the status a final state.")
            elif not any(states[statuses[other].state].kind is StateKind.FINAL for other in _closure(status, edges)):
                self.note(where, "rules_never_end", f"The rules{named} never bring a record from the status '{status}' to a final state.")

    def _uncovered(self, rules: tuple[RuleRuntime, ...], usable: tuple[str, ...], where: str, subtype: str) -> None:
        """Warn of moves that the rules make impossible although the subtype has statuses at both ends."""
        statuses = self.lifecycle.statuses
        listed = {
            (statuses[status].state, statuses[rule.rule.to].state)
            for rule in rules
            for status in rule.rule.from_statuses
            if {status, rule.rule.to} <= set(usable)
        }
        present = {statuses[status].state for status in usable}
        for move in self.entity.moves.values():
            for state in move.move.from_states:
                if {state, move.move.to} <= present and (state, move.move.to) not in listed and self._can(move, state, subtype):
                    message = f"No rule covers the move '{move.move.id}' from '{state}' to '{move.move.to}'" + (f" for '{subtype}'." if subtype else ".")
                    self.note(where, "move_without_rule", message, "Add a rule if it is meant to be possible.", warning=True)


def _closure(start: str, edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    reached, todo = {start}, [start]
    while todo:
        for following in edges.get(todo.pop(), frozenset()) - reached:
            reached.add(following)
            todo.append(following)
    return frozenset(reached)
