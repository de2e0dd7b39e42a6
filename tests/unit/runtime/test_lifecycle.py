"""What may be done with a record: moves, rules, assignees, statuses, checks."""

from datetime import UTC, datetime

import pytest

from packdesk.errors import CATALOGUE, PackdeskError, sentence
from packdesk.model.nodes import Allow
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.explain import explain
from packdesk.runtime.lifecycle import allowed, is_allowed, judge_action, judge_status, judge_subtype, preconditions
from packdesk.runtime.situation import situation
from packdesk.runtime.values import SYSTEM, Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann", units=frozenset({"field"}), member_of=frozenset({"field", "sales", "company"}))
BOB = Actor(login="bob")
CARL = Actor(login="carl")
BOSS = Actor(login="zoe", roles=frozenset({"boss"}))


def thing(**values: object) -> Record:
    """Return a record of the type under test, pending and free unless said otherwise."""
    states = {"new": "pending", "busy": "open", "waiting": "open", "old": "open", "closed": "done", "dropped": "cancelled"}
    status = str(values.get("status", "new"))
    base = {"id": "1", "number": "TH1", "subtype": "free", "status": status, "state": states[status], "name": "N", "assigned_unit": "sales", "created_at": NOW}
    return Record("thing", {**base, **values})


def judged(case, graph, record, action, actor, **more):
    return judge_action(case, record, action, actor=actor, graph=graph, now=NOW, **more)


JUDGED = [
    ("nobody accepted it", {}, "start", ANN, "", "assignee_missing", "transitions.thing.moves.start.needs_assignee"),
    ("the assigned user", {"assigned_user": "ann"}, "start", ANN, "", "", ""),
    ("somebody else", {"assigned_user": "ann"}, "start", BOB, "", "not_assignee", "transitions.thing.moves.start.needs_assignee"),
    ("a rule names him", {"assigned_user": "ann", "subtype": "strict"}, "start", BOB, "", "", ""),
    ("a rule names his unit from above", {"assigned_user": "dora", "subtype": "strict"}, "start", ANN, "", "", ""),
    ("no rule lets him", {"assigned_user": "carl", "subtype": "strict"}, "start", CARL, "", "transition_forbidden", "subtypes.thing.strict.rules.begin"),
    ("the system needs an assignee too", {}, "start", SYSTEM, "", "assignee_missing", "transitions.thing.moves.start.needs_assignee"),
    ("the system is named by no rule", {"assigned_user": "ann", "subtype": "strict"}, "start", SYSTEM, "", "", ""),
    ("wrong state", {"status": "busy", "assigned_user": "ann"}, "cancel", ANN, "", "wrong_state", "transitions.thing.moves.cancel"),
    ("final state", {"status": "closed", "assigned_user": "ann"}, "start", ANN, "", "locked_final", "transitions.thing.states.done"),
    ("when does not hold", {"status": "busy", "assigned_user": "ann", "ready": False}, "finish", ANN, "", "unavailable", "transitions.thing.moves.finish.when"),
    ("claim by a member", {}, "claim", ANN, "", "", ""),
    ("claim by a stranger", {}, "claim", BOB, "", "unavailable", "actions.claim.when"),
    ("claim of a taken record", {"assigned_user": "bob"}, "claim", ANN, "", "unavailable", "actions.claim.when"),
    ("claim in a final state", {"status": "closed"}, "claim", ANN, "", "locked_final", "transitions.thing.states.done"),
    ("looking changes nothing", {"status": "closed"}, "look", BOB, "", "", ""),
    ("another status of the target", {"assigned_user": "ann"}, "start", ANN, "waiting", "", ""),
    ("a status of another state", {"assigned_user": "ann"}, "start", ANN, "closed", "status_not_allowed", "transitions.thing.moves.start"),
    ("a retired status", {"assigned_user": "ann"}, "start", ANN, "old", "status_not_allowed", "transitions.thing.moves.start"),
    (
        "a pair that no rule lists",
        {"assigned_user": "ann", "subtype": "strict"},
        "start",
        ANN,
        "waiting",
        "transition_forbidden",
        "subtypes.thing.strict.rules",
    ),
]


@pytest.mark.parametrize(("values", "action", "actor", "status", "code", "rule"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_an_action_is_judged_by_the_first_guard_that_fails(case, graph, values, action, actor, status, code, rule):
    """T-1, T-5, T-12, CARE-8, CARE-18, CARE-19, CARE-23, CARE-27, CARE-28."""
    found = judged(case, graph, thing(**values), action, actor, status=status).findings

    assert [finding.code for finding in found] == ([code] if code else [])
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert all("{" not in sentence(finding, language) and finding.code in CATALOGUE for finding in found for language in ("en", "de"))


def test_a_refusal_by_a_rule_names_it_as_people_call_it(case, graph):
    """GEN-3, GEN-27: the label beside the path; where no rule speaks of the pair there is nothing to name."""
    of_rule = judged(case, graph, thing(assigned_user="carl", subtype="strict"), "start", CARL).findings[0]
    of_none = judged(case, graph, thing(assigned_user="ann", subtype="strict"), "start", ANN, status="waiting").findings[0]

    assert (of_rule.rule, of_rule.facts["rule_label"]) == ("subtypes.thing.strict.rules.begin", "begin")
    assert "rule_label" not in of_none.facts


def test_a_move_says_where_it_leads_and_which_rules_let_it(case, graph):
    found = judged(case, graph, thing(assigned_user="ann", subtype="strict"), "start", ANN)

    assert (found.status, found.state) == ("busy", "open")
    assert found.rules == ("transitions.thing.moves.start", "subtypes.thing.strict.rules.begin")


def test_wrong_state_tells_both_states_as_facts(case, graph):
    """T-1: is_in_progress, needs pending."""
    (found,) = judged(case, graph, thing(status="busy"), "cancel", ANN).findings

    assert (found.facts["state"], found.facts["needed"], found.facts["needs_state"]) == ("open", ("pending",), "new")


def test_a_move_is_made_by_those_whom_the_law_names(make, graph):
    """T-5: a move's own ``allow`` comes before any rule, and the action stays in sight."""
    life = make.lifecycle(
        (make.state("pending", "initial"), make.state("done", "final")),
        (make.status("new", "pending"), make.status("closed", "done")),
        (make.move("finish", ("pending",), "done", allow=Allow(roles=("boss",))),),
    )
    runtime = compile_model(make.model(make.entity("thing"), lifecycles={"thing": life}, actions={"thing": {"finish": make.action("finish")}}))
    record = Record("thing", {"id": "1", "number": "TH1", "status": "new", "state": "pending"})

    refused, made = (judged(runtime, graph, record, "finish", actor) for actor in (BOB, BOSS))
    (shown,) = allowed(runtime, record, BOB, graph, NOW)

    assert [(finding.code, finding.rule) for finding in refused.findings] == [("transition_forbidden", "transitions.thing.moves.finish.allow")]
    assert (made.findings, made.status) == ((), "closed")
    assert (shown.offered, shown.enabled) == (True, False)


def test_an_unknown_action_is_an_error(case, graph):
    with pytest.raises(PackdeskError) as caught:
        judged(case, graph, thing(), "fly", ANN)

    assert caught.value.code == "unknown_action"


def test_checks_refuse_with_the_packs_own_sentence(case, graph):
    record = thing(status="busy", assigned_user="ann")

    found = preconditions(situation(case.type("thing"), record, ANN, graph, NOW), judged(case, graph, record, "finish", ANN))

    assert [(finding.code, finding.rule, finding.texts["en"]) for finding in found] == [
        ("check_failed", "transitions.thing.moves.finish.checks.told", "Answer first.")
    ]


STATUSES = [
    ("within the state without rules", {"status": "busy"}, "waiting", BOB, ""),
    ("within the state by a rule", {"status": "busy", "subtype": "strict"}, "waiting", BOSS, ""),
    ("within the state against a rule", {"status": "busy", "subtype": "strict"}, "waiting", BOB, "transition_forbidden"),
    ("the same status", {"status": "busy"}, "busy", BOB, ""),
    ("through the one silent move", {"assigned_user": "ann"}, "busy", ANN, ""),
    ("through the one silent move without assignee", {}, "busy", ANN, "assignee_missing"),
    ("a move that no state allows", {"status": "new", "assigned_user": "ann"}, "closed", ANN, "wrong_state"),
    ("a final state stays", {"status": "closed"}, "busy", ANN, "locked_final"),
    ("a retired status", {"status": "busy"}, "old", ANN, "status_not_allowed"),
]


@pytest.mark.parametrize(("values", "status", "actor", "code"), [row[1:] for row in STATUSES], ids=[row[0] for row in STATUSES])
def test_a_status_chosen_by_editing_is_a_move_or_stays_within_its_state(case, graph, values, status, actor, code):
    """CARE-25, CARE-35, T-36."""
    found = judge_status(case, thing(**values), status, actor=actor, graph=graph, now=NOW).findings

    assert [finding.code for finding in found] == ([code] if code else [])


def test_all_actions_are_listed_in_the_lifecycles_order_with_reasons(case, graph):
    """GEN-13, GEN-27."""
    states = allowed(case, thing(assigned_user="ann"), ANN, graph, NOW)

    assert [(state.action.id, state.offered, state.enabled) for state in states] == [
        ("start", True, True),
        ("finish", False, False),
        ("cancel", True, True),
        ("claim", False, False),
        ("look", True, True),
    ]
    assert states[0].statuses == ("busy", "waiting")
    assert states[0].default_status == "busy"
    assert states[2].inputs == ("reason",)


def test_statuses_that_the_rules_forbid_are_not_selectable(case, graph):
    (start,) = [state for state in allowed(case, thing(assigned_user="ann", subtype="strict"), ANN, graph, NOW) if state.action.id == "start"]

    assert start.statuses == ("busy",)


def test_a_check_disables_an_action_that_stays_offered(case, graph):
    (finish,) = [state for state in allowed(case, thing(status="busy", assigned_user="ann"), ANN, graph, NOW) if state.action.id == "finish"]

    assert (finish.offered, finish.enabled, finish.findings[0].code) == (True, False, "check_failed")


@pytest.mark.parametrize(
    ("allow", "actor", "expected"),
    [
        (None, BOB, True),
        (Allow(), BOB, False),
        (Allow(users=("bob",)), BOB, True),
        (Allow(units=("company",)), ANN, True),
        (Allow(units=("field",)), BOB, False),
        (Allow(roles=("boss",)), BOSS, True),
        (Allow(), SYSTEM, True),
    ],
)
def test_allow_admits_units_with_all_beneath_users_and_roles(allow, actor, expected):
    assert is_allowed(allow, actor) is expected


def test_a_subtype_is_created_by_its_units_only(case, graph):
    """CARE-2, T-18."""
    at = situation(case.type("thing"), thing(), BOB, graph, NOW)

    found = judge_subtype(at, "strict")

    assert found is not None
    assert (found.code, found.rule) == ("type_not_permitted", "subtypes.thing.strict.allow")
    assert judge_subtype(at, "free") is None


def test_a_refusal_is_explained_with_values_and_who_could_do_it(case, graph):
    """X-6."""
    record = thing(assigned_user="carl", subtype="strict")
    (found,) = judged(case, graph, record, "start", CARL).findings

    reason = explain(situation(case.type("thing"), record, CARL, graph, NOW), found, "en")

    assert reason.sentence == "The rules do not let you change new to busy."
    assert (reason.who.units, reason.who.users) == (("sales",), ("bob",))


def test_a_condition_that_failed_is_explained_part_by_part(case, graph):
    record = thing(assigned_user="bob")
    (found,) = judged(case, graph, record, "claim", ANN).findings

    reason = explain(situation(case.type("thing"), record, ANN, graph, NOW), found, "en")

    assert reason.source == "record.assigned_user == null && is_member(actor, record.assigned_unit)"
    assert reason.tree is not None
    assert [(child.text, child.value) for child in reason.tree.children] == [("record.assigned_user == null", False)]
