"""Every fault of a lifecycle, planted one at a time, is found; the sound one has none."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from packdesk.errors import Severity
from packdesk.model.actions import Effect
from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import Flag, Lifecycle, StateKind
from packdesk.model.model import Model
from packdesk.model.nodes import Allow, Check, Expression, Origin
from packdesk.runtime.compile import check
from packdesk.runtime.verify import verify

ORIGIN = Origin(pack="acme", version="1", file="transitions/thing.json", line=7, column=3)
Plant = Callable[[type, Lifecycle], Lifecycle]


def lifecycle(make) -> Lifecycle:
    return make.lifecycle(
        (make.state("pending", "initial"), make.state("open"), make.state("done", "final")),
        (make.status("new", "pending"), make.status("busy", "open"), make.status("waiting", "open"), make.status("closed", "done")),
        (
            make.move("start", ("pending",), "open", when=Expression("record.flag || record.word != null", "transitions.thing.moves.start.when")),
            make.move("finish", ("open",), "done"),
        ),
    )


RULES = (("begin", "new", "busy"), ("wait", "busy", "waiting"), ("back", "waiting", "busy"), ("end", "busy", "closed"))


def ruled(make, rules=RULES):
    return {name: make.rule(name, (source,), to) for name, source, to in rules}


def model_of(make, life: Lifecycle, **more: object) -> Model:
    fields = (
        make.field(Kind.BOOLEAN, "flag"),
        make.field(Kind.STRING, "word"),
        make.field(Kind.STRING, "late", visible=Expression("record.state == 'done'", "late")),
    )
    return make.model(
        make.entity("thing", fields, subtyped=bool(more.get("subtypes"))),
        lifecycles={"thing": life},
        roles={"agent": make.role("agent")},
        origins={"transitions.thing": ORIGIN},
        **more,
    )


def states(life: Lifecycle, **changed: object) -> Lifecycle:
    return replace(life, states={name: replace(state, **changed[name]) if name in changed else state for name, state in life.states.items()})


def moves(life: Lifecycle, **changed: object) -> Lifecycle:
    return replace(life, moves={name: replace(move, **changed[name]) if name in changed else move for name, move in life.moves.items()})


def when(source: str, path: str = "transitions.thing.moves.start.when") -> Expression:
    return Expression(source, path)


FAULTS: Mapping[str, tuple[str, Plant]] = {
    "no initial state": ("initial_state", lambda make, life: states(life, pending={"kind": StateKind.OPEN})),
    "two initial states": ("initial_state", lambda make, life: states(life, open={"kind": life.initial.kind})),
    "a move out of a final state": ("move_leaves_final", lambda make, life: moves(life, start={"from_states": ("pending", "done")})),
    "a state that no move reaches": ("unreachable_state", lambda make, life: replace(life, states={**life.states, "lost": make.state("lost", "final")})),
    "no way to an end": ("dead_end_state", lambda make, life: replace(life, moves={"start": life.moves["start"]})),
    "no role that exists may end it": ("dead_end_state", lambda make, life: moves(life, finish={"allow": Allow(roles=("ghost",))})),
    "a guard that is never true": ("guard_never_true", lambda make, life: moves(life, start={"when": when("record.flag && !record.flag")})),
    "a guard that its state refutes": ("guard_never_true", lambda make, life: moves(life, start={"when": when("record.state == 'open' && record.flag")})),
    "a guard that is always true": ("guard_always_true", lambda make, life: moves(life, start={"when": when("record.state != 'done' || record.flag")})),
    "a check that always refuses": (
        "guard_never_true",
        lambda make, life: moves(life, start={"checks": {"c": Check(id="c", path="p", that=when("record.status == 'closed'"), message=make.text("No."))}}),
    ),
    "two moves of one name": (
        "same_name_moves",
        lambda make, life: replace(life, moves={**life.moves, "again": replace(make.move("again", ("open",), "done"), label=life.moves["finish"].label)}),
    ),
    "required where a state hides it": ("required_but_hidden", lambda make, life: states(life, open={"fields": {"word": (Flag.REQUIRED, Flag.HIDDEN)}})),
    "required where its condition hides it": ("required_but_hidden", lambda make, life: states(life, open={"fields": {"late": (Flag.REQUIRED,)}})),
    "required where it is read-only": ("required_but_readonly", lambda make, life: states(life, open={"fields": {"word": (Flag.REQUIRED, Flag.READONLY)}})),
    "a status without outgoing rule": ("dead_end_status", lambda make, life: replace(life, rules=ruled(make, RULES[:2] + RULES[3:]))),
    "a rule against the law": ("rule_without_move", lambda make, life: replace(life, rules=ruled(make, (*RULES, ("jump", "new", "closed"))))),
    "a rule out of a final status": ("rule_leaves_final", lambda make, life: replace(life, rules=ruled(make, (*RULES, ("reopen", "closed", "busy"))))),
    "a rule to itself": ("same_status", lambda make, life: replace(life, rules=ruled(make, (*RULES, ("stay", "busy", "busy"))))),
    "the same rule twice": ("duplicate_rule", lambda make, life: replace(life, rules=ruled(make, (*RULES, ("begin_too", "new", "busy"))))),
    "a status that no rule reaches": (
        "unreachable_status",
        lambda make, life: replace(life, rules=ruled(make, (*RULES[:1], *RULES[2:]))),
    ),
    "a status that only a rule which never holds reaches": (
        "unreachable_status",
        lambda make, life: replace(
            life,
            rules={
                **ruled(make),
                "wait": make.rule("wait", ("busy",), "waiting", when=when("record.flag && !record.flag", "transitions.thing.rules.wait.when")),
            },
        ),
    ),
    "rules that run in a circle": ("rules_never_end", lambda make, life: replace(life, rules=ruled(make, RULES[:3]))),
    "a move that no rule covers": ("move_without_rule", lambda make, life: replace(life, rules=ruled(make, RULES[:3]))),
}


def codes(problems) -> set[str]:
    return {problem.code for problem in problems}


def test_a_sound_lifecycle_has_no_problem(make):
    assert verify(model_of(make, lifecycle(make))) == ()
    assert verify(model_of(make, replace(lifecycle(make), rules=ruled(make)))) == ()


@pytest.mark.parametrize(("code", "plant"), list(FAULTS.values()), ids=list(FAULTS))
def test_a_planted_fault_is_found(make, code, plant):
    """SPEC 4.3, T-13."""
    found = [problem for problem in verify(model_of(make, plant(make, lifecycle(make)))) if problem.code == code]

    assert found
    assert all(problem.message.endswith(".") for problem in found)


def test_a_problem_tells_pack_file_and_line(make):
    found = verify(model_of(make, moves(lifecycle(make), start={"from_states": ("pending", "done")})))

    assert [(problem.pack, problem.file, problem.line) for problem in found if problem.code == "move_leaves_final"] == [("acme", "transitions/thing.json", 7)]


def test_warnings_do_not_stop_a_publish(make):
    found = verify(model_of(make, moves(lifecycle(make), start={"when": when("record.state != 'done'")})))

    assert [(problem.code, problem.severity) for problem in found] == [("guard_always_true", Severity.WARNING)]


def test_a_subtypes_rule_with_a_status_it_does_not_have_is_found(make):
    """T-13."""
    rules = {rule.id: replace(rule, path=f"subtypes.thing.small.rules.{rule.id}") for rule in ruled(make).values()}
    small = make.subtype("small", statuses={"new": False, "busy": False, "closed": False}, rules=rules)

    found = verify(model_of(make, lifecycle(make), subtypes={"thing": {"small": small}}))

    assert {(problem.code, problem.message.split("'")[1]) for problem in found} == {("status_not_in_subtype", "wait"), ("status_not_in_subtype", "back")}


def test_the_lifecycles_rules_are_judged_for_each_subtype_and_told_once(make):
    """A subtype without rules of its own adds only what is missing for it."""
    rules = ruled(make, (*RULES, ("stay", "busy", "busy")))
    usual = make.subtype("usual")

    found = verify(model_of(make, replace(lifecycle(make), rules=rules), subtypes={"thing": {"usual": usual}}))

    assert [problem.code for problem in found] == ["same_status"]


@pytest.mark.parametrize(
    ("flags", "more", "code"),
    [
        ((Flag.REQUIRED,), {}, ""),
        ((Flag.REQUIRED, Flag.READONLY), {}, "required_but_readonly"),
        ((Flag.REQUIRED, Flag.READONLY), {"inputs": True}, ""),
        ((Flag.REQUIRED, Flag.READONLY), {"effect": "word"}, ""),
        ((Flag.REQUIRED, Flag.READONLY), {"effect": "flag"}, "required_but_readonly"),
    ],
    ids=["a person fills it", "nothing fills it", "an input fills it", "an effect fills it", "an effect fills another"],
)
def test_a_demanded_field_that_is_read_only_needs_something_that_fills_it(make, flags, more, code):
    inputs = {"word": make.field(Kind.STRING, "word")} if more.get("inputs") else {}
    values = {more["effect"]: Expression("null", "p")} if "effect" in more else {}
    effects = {"write": Effect(id="write", path="e", do="set_field", values=values, arguments={})}
    life = states(lifecycle(make), open={"fields": {"word": flags}})

    found = verify(model_of(make, life, actions={"thing": {"start": make.action("start", inputs=inputs, effects=effects)}}))

    assert [problem.code for problem in found] == ([code] if code else [])


def test_a_subtype_without_a_status_to_begin_with_is_found(make):
    found = verify(model_of(make, lifecycle(make), subtypes={"thing": {"small": make.subtype("small", statuses={"busy": False, "closed": False})}}))

    assert codes(found) == {"no_initial_status"}


def test_a_move_that_a_subtypes_value_switches_off_is_no_dead_rule(make):
    """A guard over ``subtype`` is judged for the subtype in question."""
    entity = make.entity("thing", (), subtyped=True, subtype_fields={"quick": make.field(Kind.BOOLEAN, "quick")})
    life = moves(lifecycle(make), start={"when": when("subtype.quick")})
    slow = make.subtype("slow", values={"quick": False}, rules=ruled(make))
    model = make.model(entity, lifecycles={"thing": life}, subtypes={"thing": {"slow": slow, "fast": make.subtype("fast", values={"quick": True})}})

    assert "dead_end_status" in codes(verify(model))


def test_more_assignments_than_the_cap_are_unknown_and_no_alarm(make):
    fields = tuple(make.field(Kind.BOOLEAN, f"f{n}") for n in range(12))
    never = " && ".join([*(f"record.f{n}" for n in range(12)), "!record.f0"])
    life = moves(lifecycle(make), start={"when": when(never)})

    assert verify(make.model(make.entity("thing", fields), lifecycles={"thing": life})) == ()


def test_a_derived_lifecycle_needs_no_way_to_an_end(make):
    life = replace(
        make.lifecycle((make.state("off", "initial"), make.state("on")), (make.status("off", "off"), make.status("on", "on"))),
        derived=when("record.flag ? 'on' : 'off'"),
    )

    model = make.model(make.entity("thing", (make.field(Kind.BOOLEAN, "flag"),)), lifecycles={"thing": life})

    assert check(model) == ()
