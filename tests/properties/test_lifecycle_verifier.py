"""The verifier of lifecycles against an oracle that tries every record: 500 random lifecycles, no fault missed, no false alarm."""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from packdesk.model.entity_types import Check, EntityType, Field, Kind, Numbering
from packdesk.model.lifecycles import Flag, Lifecycle, Move, Rule, State, StateKind, Status
from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Allow, Expression, Text
from packdesk.model.people import Organisation, Role
from packdesk.model.subtypes import Subtype
from packdesk.runtime.verify import verify

#: What a record can be, apart from its state.
FLAGS = (True, False, None)
COLOURS = ("red", "green", None)
WORDS = ("", "x")

Predicate = Callable[[str, bool | None, str | None, str], bool]


@dataclass(frozen=True)
class Guard:
    """A condition twice: as text for the verifier, as a function for the oracle. Only texts decide ``free`` ones."""

    source: str
    holds: Predicate


ATOMS = (
    Guard("record.flag", lambda state, flag, colour, word: flag is True),
    Guard("record.flag == null", lambda state, flag, colour, word: flag is None),
    Guard("record.colour == 'red'", lambda state, flag, colour, word: colour == "red"),
    Guard("record.colour in ['green', 'red']", lambda state, flag, colour, word: colour in ("green", "red")),
    Guard("record.state == 's1'", lambda state, flag, colour, word: state == "s1"),
    Guard("record.state != 's0'", lambda state, flag, colour, word: state != "s0"),
    Guard("record.word == 'x'", lambda state, flag, colour, word: word == "x"),
)


def guard(chance: random.Random, depth: int = 2) -> Guard:
    """Return a random condition."""
    if depth == 0 or chance.random() < 0.35:
        return chance.choice(ATOMS)
    left, right = guard(chance, depth - 1), guard(chance, depth - 1)
    match chance.randrange(3):
        case 0:
            return Guard(f"({left.source}) && ({right.source})", lambda *it: left.holds(*it) and right.holds(*it))
        case 1:
            return Guard(f"({left.source}) || ({right.source})", lambda *it: left.holds(*it) or right.holds(*it))
        case _:
            return Guard(f"!({left.source})", lambda *it: not left.holds(*it))


@dataclass(frozen=True)
class Case:
    """A random lifecycle and what is true of it."""

    model: Model
    guards: dict[str, Guard]


def text(words: str) -> Text:
    return Text({"en": words}, words)


def condition(chance: random.Random, guards: dict[str, Guard], path: str) -> Expression:
    """Return a random condition at a path, and remember it there."""
    guards[path] = guard(chance)
    return Expression(guards[path].source, path)


def somebody(chance: random.Random) -> Allow | None:
    """Return who may: everybody, a role that there is, or one that there is not."""
    return Allow(roles=(chance.choice(("agent", "nobody")),)) if chance.random() < 0.3 else None


def flags(chance: random.Random) -> dict[str, tuple[Flag, ...]]:
    """Return what a state demands of fields, now and then too much."""
    some = (Flag.REQUIRED, Flag.HIDDEN, Flag.READONLY)
    return {path: tuple(flag for flag in some if chance.random() < 0.5) for path in ("word", "noted") if chance.random() < 0.3}


def random_rules(chance: random.Random, guards: dict[str, Guard], home: str, statuses: list[str]) -> dict[str, Rule]:
    """Return random rules between statuses, some for somebody or under a condition, some twice."""
    rules = {}
    for n in range(chance.randint(1, 8)):
        name = f"{home}r{n}"
        path = f"{home}.rules.{name}"
        before, after = chance.choice(statuses), chance.choice(statuses)
        when = condition(chance, guards, f"{path}.when") if chance.random() < 0.3 else True
        rules[name] = Rule(id=name, path=path, label=text(name), from_statuses=(before,), to=after, when=when, allow=somebody(chance))
    return rules


def subtypes(chance: random.Random, guards: dict[str, Guard], life: Lifecycle) -> dict[str, Subtype]:
    """Return up to two subtypes, each with all statuses or some, and with the lifecycle's rules or its own."""
    found = {}
    for name in ("a", "b")[: chance.choice((0, 0, 1, 2))]:
        statuses = [status for status in life.statuses if chance.random() < 0.8] if chance.random() < 0.6 else []
        rules = random_rules(chance, guards, name, list(life.statuses)) if chance.random() < 0.6 else None
        found[name] = Subtype(
            id=name, path=name, entity_type="thing", label=text(name), values={}, statuses=dict.fromkeys(statuses, False), rules=rules, choices={}, children={}
        )
    return found


def lifecycle(chance: random.Random, guards: dict[str, Guard]) -> Lifecycle:
    """Return a random lifecycle of two to five states; most begin once and end somewhere."""
    count = chance.randint(2, 5)
    kinds = [StateKind.INITIAL, *(chance.choice((StateKind.OPEN, StateKind.FINAL)) for _ in range(count - 1))]
    if chance.random() < 0.05:
        kinds[-1] = StateKind.INITIAL
    states = {f"s{n}": State(id=f"s{n}", path=f"t.states.s{n}", label=text(f"S{n}"), kind=kind, fields=flags(chance)) for n, kind in enumerate(kinds)}
    statuses = {
        f"{state}{n}": Status(id=f"{state}{n}", path=f"t.statuses.{state}{n}", label=text(state), state=state)
        for state in states
        for n in range(chance.randint(1, 2))
    }
    moves = {}
    for n in range(chance.randint(1, 6)):
        sources = tuple(sorted(chance.sample(list(states), chance.randint(1, min(2, count)))))
        path = f"t.moves.m{n}"
        name = text(f"M{chance.randrange(n + 1)}")
        checks = {}
        if chance.random() < 0.3:
            that = condition(chance, guards, f"{path}.checks.c{n}.that")
            checks[f"c{n}"] = Check(id=f"c{n}", path=f"{path}.checks.c{n}", that=that, message=text("No."))
        when = condition(chance, guards, f"{path}.when") if chance.random() < 0.5 else True
        to = chance.choice(list(states))
        moves[f"m{n}"] = Move(id=f"m{n}", path=path, label=name, from_states=sources, to=to, when=when, checks=checks, allow=somebody(chance))
    rules = random_rules(chance, guards, "t", list(statuses)) if chance.random() < 0.5 else {}
    return Lifecycle(id="thing", path="t", states=states, statuses=statuses, moves=moves, rules=rules)


def case(seed: int) -> Case:
    """Return the random lifecycle of a seed."""
    chance, guards = random.Random(seed), {}
    fields = [
        Field(id="flag", path="f.flag", label=text("Flag"), kind=Kind.BOOLEAN, constraints={}),
        Field(id="colour", path="f.colour", label=text("Colour"), kind=Kind.OPTION, list="colour", constraints={}),
        Field(id="word", path="f.word", label=text("Word"), kind=Kind.STRING, constraints={}),
        Field(id="noted", path="f.noted", label=text("Noted"), kind=Kind.STRING, constraints={}, visible=condition(chance, guards, "f.noted.visible")),
    ]
    life = lifecycle(chance, guards)
    kinds = subtypes(chance, guards, life)
    entity = EntityType(
        id="thing", path="e", label=text("Thing"), plural=text("Things"), title=Expression("record.number", "e.title"), number=Numbering(prefix="T"),
        plays={}, fields={field.id: field for field in fields}, sections={}, lines={}, relations={}, unique={}, checks={}, subtype_fields={},
        subtyped=bool(kinds),
    )  # fmt: skip
    colours = {name: Entry(id=name, path=f"c.{name}", label=text(name), attributes={}) for name in ("red", "green")}
    model = Model(
        hash="0", packs=(), languages=("en",), entity_types={"thing": entity}, lifecycles={"thing": life}, subtypes={"thing": kinds} if kinds else {}, categories={},
        value_lists={"colour": EntryList(id="colour", path="c", label=text("c"), entries=colours, attributes={})}, level_lists={}, matrices={}, actions={},
        free_actions={}, views={}, organisation=Organisation(units={}, areas={}, collaboration={}, users={}),
        roles={"agent": Role(id="agent", path="roles.agent", label=text("Agent"), permit={}, fields={})}, scenarios={}, demo_records={}, origins={},
    )  # fmt: skip
    return Case(model, guards)


def outcomes(one: Guard, states: Iterable[str]) -> set[bool]:
    """Try every record that stands in one of the states."""
    return {one.holds(state, flag, colour, word) for state in states for flag in FLAGS for colour in COLOURS for word in WORDS}


def reached(start: str, step: Callable[[str], set[str]]) -> set[str]:
    """Walk until nothing new is found."""
    found = {start}
    while True:
        more = {following for one in found for following in step(one)} - found
        if not more:
            return found
        found |= more


def truth(one: Case) -> set[str]:
    """Say what is wrong with a lifecycle, by trying; codes with the id of what they are about."""
    life = one.model.lifecycles["thing"]
    initial = [state.id for state in life.states.values() if state.kind is StateKind.INITIAL]
    if len(initial) != 1:
        return {"initial_state"}
    final = {state.id for state in life.states.values() if state.kind is StateKind.FINAL}
    found = truth_of_flags(one) | truth_of_names(one)
    for move in life.moves.values():
        found |= truth_of_guard(one, move.id, move.when, move.from_states)
        for check in move.checks.values():
            found |= truth_of_guard(one, check.id, check.that, move.from_states)
        found |= {f"move_leaves_final {move.id}"} if set(move.from_states) & final else set()

    def possible(move: Move, state: str) -> bool:
        allowed = move.allow is None or "agent" in move.allow.roles
        free = not isinstance(move.when, Expression) or True in outcomes(one.guards[move.when.path], [state])
        return state in move.from_states and allowed and free

    def step(state: str) -> set[str]:
        return {move.to for move in life.moves.values() if possible(move, state)}

    for state in life.states:
        if state not in reached(initial[0], step):
            found.add(f"unreachable_state {state}")
        elif state not in final and not reached(state, step) & final:
            found.add(f"dead_end_state {state}")
    kinds = one.model.subtypes.get("thing", {})
    for subtype in (None, *kinds.values()) if not kinds or life.rules else kinds.values():
        found |= truth_of_rules(one, initial[0], final, possible, subtype)
    for kind in kinds.values():
        for rule in (kind.rules or {}).values():
            found |= truth_of_guard(one, rule.id, rule.when, [life.statuses[status].state for status in rule.from_statuses])
    for rule in life.rules.values():
        found |= truth_of_guard(one, rule.id, rule.when, [life.statuses[status].state for status in rule.from_statuses])
    return found


def truth_of_guard(one: Case, name: str, when: object, states: Iterable[str]) -> set[str]:
    """Say whether a condition is never true, or always, on records of the states where it is asked."""
    if not isinstance(when, Expression):
        return set()
    seen = outcomes(one.guards[when.path], states)
    return {f"guard_never_true {name}"} if seen == {False} else {f"guard_always_true {name}"} if seen == {True} else set()


def truth_of_flags(one: Case) -> set[str]:
    """Say which states demand a field that nobody sees, or that nobody can fill."""
    found = set()
    for state in one.model.lifecycles["thing"].states.values():
        for path, marked in state.fields.items():
            if Flag.REQUIRED not in marked:
                continue
            unseen = path == "noted" and outcomes(one.guards["f.noted.visible"], [state.id]) == {False}
            if Flag.HIDDEN in marked or unseen:
                found.add(f"required_but_hidden {path} {state.id}")
            elif Flag.READONLY in marked:
                found.add(f"required_but_readonly {path} {state.id}")
    return found


def truth_of_names(one: Case) -> set[str]:
    """Say which moves of one name some record could be offered together."""
    moves = list(one.model.lifecycles["thing"].moves.values())
    found = set()
    for place, first in enumerate(moves):
        for second in moves[place + 1 :]:
            shared = set(first.from_states) & set(second.from_states)
            records = [(state, flag, colour, word) for state in shared for flag in FLAGS for colour in COLOURS for word in WORDS]
            both = any(all(_open(one, move, record) for move in (first, second)) for record in records)
            if str(first.label) == str(second.label) and both:
                found.add(f"same_name_moves {first.id} {second.id}")
    return found


def _open(one: Case, move: Move, record: tuple[str, bool | None, str | None, str]) -> bool:
    return not isinstance(move.when, Expression) or one.guards[move.when.path].holds(*record)


def truth_of_rules(one: Case, initial: str, final: set[str], possible: Callable[[Move, str], bool], subtype: Subtype | None) -> set[str]:
    """Say what is wrong with the rules of a lifecycle, or as a subtype has them."""
    life = one.model.lifecycles["thing"]
    state_of = {status.id: status.state for status in life.statuses.values()}
    usable = [status for status in state_of if subtype is None or not subtype.statuses or status in subtype.statuses]
    own = subtype is not None and subtype.rules is not None
    rules = list((subtype.rules if subtype is not None and subtype.rules is not None else life.rules).values())
    named = f"{subtype.id} " if subtype is not None else ""
    found = set()
    if not any(state_of[status] == initial for status in usable):
        found.add(f"no_initial_status {named or 'thing '}{initial}")
    if not rules:
        return found
    for place, rule in enumerate(rules if own or subtype is None else ()):
        (source,) = rule.from_statuses
        here, there = state_of[source], state_of[rule.to]
        found |= {f"status_not_in_subtype {rule.id} {status} {named.strip()}" for status in (source, rule.to) if status not in usable}
        if source == rule.to:
            found.add(f"same_status {rule.id}")
        elif here in final:
            found.add(f"rule_leaves_final {rule.id}")
        elif here != there and not any(here in move.from_states and move.to == there for move in life.moves.values()):
            found.add(f"rule_without_move {rule.id}")
        if any((source, rule.to, rule.allow, _words(rule)) == (*other.from_statuses, other.to, other.allow, _words(other)) for other in rules[:place]):
            found.add(f"duplicate_rule {rule.id}")

    def passes(rule: Rule, here: str) -> bool:
        allowed = rule.allow is None or "agent" in rule.allow.roles
        return allowed and (not isinstance(rule.when, Expression) or True in outcomes(one.guards[rule.when.path], [here]))

    def step(status: str) -> set[str]:
        here = state_of[status]
        targets = {rule.to for rule in rules if status in rule.from_statuses and rule.to in usable and passes(rule, here)}
        return {to for to in targets if state_of[to] == here or any(possible(move, here) and move.to == state_of[to] for move in life.moves.values())}

    begun = set().union(*(reached(status, step) for status in usable if state_of[status] == initial))
    for status in usable:
        if status not in begun:
            found.add(f"unreachable_status {named}{status}")
        elif state_of[status] not in final and not step(status):
            found.add(f"dead_end_status {named}{status}")
        elif state_of[status] not in final and not {state_of[other] for other in reached(status, step)} & final:
            found.add(f"rules_never_end {named}{status}")
    covered = {(state_of[source], state_of[rule.to]) for rule in rules for source in rule.from_statuses if {source, rule.to} <= set(usable)}
    present = {state_of[status] for status in usable}
    for move in life.moves.values():
        for state in move.from_states:
            if {state, move.to} <= present and (state, move.to) not in covered and possible(move, state):
                found.add(f"move_without_rule {move.id} {state} {move.to}{' ' + named.strip() if named else ''}")
    return found


def _words(rule: Rule) -> str:
    return rule.when.source if isinstance(rule.when, Expression) else ""


NAMED = (
    "guard_never_true",
    "guard_always_true",
    "move_leaves_final",
    "unreachable_state",
    "dead_end_state",
    "same_status",
    "rule_leaves_final",
    "rule_without_move",
    "duplicate_rule",
)
#: Their messages name what they are about in quotes.
QUOTED = (
    "unreachable_status",
    "dead_end_status",
    "rules_never_end",
    "no_initial_status",
    "status_not_in_subtype",
    "move_without_rule",
    "same_name_moves",
    "required_but_hidden",
    "required_but_readonly",
)


def found_by_verifier(model: Model, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the verifier's problems in the oracle's words."""
    told: set[str] = set()

    def note(workshop: object, path: str, code: str, message: str, **more: object) -> None:
        if code == "initial_state":
            told.add(code)
        elif code in NAMED:
            told.add(f"{code} {path.removesuffix('.when').removesuffix('.that').removesuffix('.from').rpartition('.')[2]}")
        elif code in QUOTED:
            told.add(" ".join((code, *re.findall("'([^']*)'", message))))

    monkeypatch.setattr("packdesk.runtime.workshop.Workshop.note", note)
    verify(model)
    return told


@pytest.mark.parametrize("block", range(10))
def test_the_verifier_finds_what_trying_every_record_finds(block, monkeypatch):
    """SPEC 4.3, CARE-30, CARE-31: proven by enumeration, no false alarm."""
    for seed in range(block * 50, block * 50 + 50):
        one = case(seed)

        told = found_by_verifier(one.model, monkeypatch)

        assert told == truth(one), (seed, one.model.lifecycles["thing"])


def test_the_random_lifecycles_hold_every_fault():
    """Agreement about nothing would prove nothing."""
    seen = {fault.split(" ")[0] for seed in range(500) for fault in truth(case(seed))}

    assert seen == {"initial_state", *NAMED, *QUOTED}
