"""The verifier of lifecycles against an oracle that tries every record: 500 random lifecycles, no fault missed, no false alarm."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from packdesk.model.entity_types import EntityType, Field, Kind, Numbering
from packdesk.model.lifecycles import Lifecycle, Move, Rule, State, StateKind, Status
from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Allow, Expression, Text
from packdesk.model.people import Organisation, Role
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


def lifecycle(chance: random.Random, guards: dict[str, Guard]) -> Lifecycle:
    """Return a random lifecycle of two to five states; most begin once and end somewhere."""
    count = chance.randint(2, 5)
    kinds = [StateKind.INITIAL, *(chance.choice((StateKind.OPEN, StateKind.FINAL)) for _ in range(count - 1))]
    if chance.random() < 0.05:
        kinds[-1] = StateKind.INITIAL
    states = {f"s{n}": State(id=f"s{n}", path=f"t.states.s{n}", label=text(f"S{n}"), kind=kind, fields={}) for n, kind in enumerate(kinds)}
    statuses = {
        f"{state}{n}": Status(id=f"{state}{n}", path=f"t.statuses.{state}{n}", label=text(state), state=state)
        for state in states
        for n in range(chance.randint(1, 2))
    }
    moves = {}
    for n in range(chance.randint(1, 6)):
        sources = tuple(sorted(chance.sample(list(states), chance.randint(1, min(2, count)))))
        path = f"t.moves.m{n}"
        when: bool | Expression = True
        if chance.random() < 0.5:
            guards[f"{path}.when"] = guard(chance)
            when = Expression(guards[f"{path}.when"].source, f"{path}.when")
        allow = Allow(roles=(chance.choice(("agent", "nobody")),)) if chance.random() < 0.3 else None
        moves[f"m{n}"] = Move(
            id=f"m{n}", path=path, label=text(f"M{n}"), from_states=sources, to=chance.choice(list(states)), when=when, checks={}, allow=allow
        )
    rules = {}
    if chance.random() < 0.5:
        for n in range(chance.randint(1, 8)):
            before, after = chance.choice(list(statuses)), chance.choice(list(statuses))
            rules[f"r{n}"] = Rule(id=f"r{n}", path=f"t.rules.r{n}", label=text(f"R{n}"), from_statuses=(before,), to=after)
    return Lifecycle(id="thing", path="t", states=states, statuses=statuses, moves=moves, rules=rules)


def case(seed: int) -> Case:
    """Return the random lifecycle of a seed."""
    chance, guards = random.Random(seed), {}
    fields = [
        Field(id="flag", path="f.flag", label=text("Flag"), kind=Kind.BOOLEAN, constraints={}),
        Field(id="colour", path="f.colour", label=text("Colour"), kind=Kind.OPTION, list="colour", constraints={}),
        Field(id="word", path="f.word", label=text("Word"), kind=Kind.STRING, constraints={}),
    ]
    entity = EntityType(
        id="thing", path="e", label=text("Thing"), plural=text("Things"), title=Expression("record.number", "e.title"), number=Numbering(prefix="T"),
        plays={}, fields={field.id: field for field in fields}, sections={}, lines={}, relations={}, unique={}, checks={}, subtype_fields={},
    )  # fmt: skip
    colours = {name: Entry(id=name, path=f"c.{name}", label=text(name), attributes={}) for name in ("red", "green")}
    model = Model(
        hash="0", packs=(), languages=("en",), entity_types={"thing": entity}, lifecycles={"thing": lifecycle(chance, guards)}, subtypes={}, categories={},
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
    found = set()
    for move in life.moves.values():
        if isinstance(move.when, Expression):
            seen = outcomes(one.guards[move.when.path], move.from_states)
            found |= {f"guard_never_true {move.id}"} if seen == {False} else {f"guard_always_true {move.id}"} if seen == {True} else set()
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
    return found | (truth_of_rules(life, initial[0], final, possible) if life.rules else set())


def truth_of_rules(life: Lifecycle, initial: str, final: set[str], possible: Callable[[Move, str], bool]) -> set[str]:
    """Say what is wrong with the rules of a lifecycle."""
    state_of = {status.id: status.state for status in life.statuses.values()}
    found = set()
    for rule in life.rules.values():
        (source,) = rule.from_statuses
        here, there = state_of[source], state_of[rule.to]
        if source == rule.to:
            found.add(f"same_status {rule.id}")
        elif here in final:
            found.add(f"rule_leaves_final {rule.id}")
        elif here != there and not any(here in move.from_states and move.to == there for move in life.moves.values()):
            found.add(f"rule_without_move {rule.id}")

    def step(status: str) -> set[str]:
        here = state_of[status]
        targets = {rule.to for rule in life.rules.values() if status in rule.from_statuses}
        return {to for to in targets if state_of[to] == here or any(possible(move, here) and move.to == state_of[to] for move in life.moves.values())}

    begun = set().union(*(reached(status, step) for status, state in state_of.items() if state == initial))
    for status, state in state_of.items():
        if status not in begun:
            found.add(f"unreachable_status {status}")
        elif state not in final and not step(status):
            found.add(f"dead_end_status {status}")
        elif state not in final and not {state_of[other] for other in reached(status, step)} & final:
            found.add(f"rules_never_end {status}")
    return found


NAMED = (
    "guard_never_true",
    "guard_always_true",
    "move_leaves_final",
    "unreachable_state",
    "dead_end_state",
    "same_status",
    "rule_leaves_final",
    "rule_without_move",
)
QUOTED = ("unreachable_status", "dead_end_status", "rules_never_end")


def found_by_verifier(model: Model, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the verifier's problems in the oracle's words."""
    told: set[str] = set()

    def note(workshop: object, path: str, code: str, message: str, **more: object) -> None:
        if code == "initial_state":
            told.add(code)
        elif code in NAMED:
            told.add(f"{code} {path.removesuffix('.when').removesuffix('.from').rpartition('.')[2]}")
        elif code in QUOTED:
            told.add(f"{code} {message.split(chr(39))[1]}")

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
