"""Who could do what was refused, what the engine itself may, and what a verifier leaves to other checks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import Flag
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.explain import explain
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.lifecycle import judge_action, judge_subtype
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import SYSTEM, Actor, Record
from packdesk.runtime.verify import verify

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
BOB = Actor(login="bob")


def _at(case, graph, **values: object) -> Situation:
    base = {"id": "1", "number": "TH1", "subtype": "free", "status": "new", "state": "pending", "name": "N", "created_at": NOW}
    return situation(case.type("thing"), Record("thing", {**base, **values}), BOB, graph, NOW)


def test_whose_record_it_is_is_named_to_somebody_else(case, graph):
    """X-6."""
    at = _at(case, graph, assigned_user="carl")
    (found,) = judge_action(case, at.record, "start", actor=BOB, graph=graph, now=NOW).findings

    reason = explain(at, found, "en")

    assert (found.code, reason.who.users) == ("not_assignee", ("carl",))


def test_the_units_that_may_use_a_subtype_are_named(case, graph):
    """X-6, CARE-2."""
    at = _at(case, graph)
    found = judge_subtype(at, "strict")
    assert found is not None

    reason = explain(at, found, "en")

    assert (found.code, reason.who.units, reason.who.users) == ("type_not_permitted", ("sales",), ())


def test_the_engine_moves_a_record_that_somebody_else_accepted(case, graph):
    at = _at(case, graph, assigned_user="carl")

    assert judge_action(case, at.record, "start", actor=SYSTEM, graph=graph, now=NOW).findings == ()


def test_a_type_that_two_threads_ask_for_at_once_is_compiled_once(make):
    runtime = compile_model(make.model(make.entity("thing", tuple(make.field(Kind.STRING, f"f{index}") for index in range(300)))))
    barrier = threading.Barrier(8)

    def ask() -> int:
        barrier.wait()
        return id(runtime.type("thing"))

    with ThreadPoolExecutor(8) as pool:
        found = {future.result() for future in [pool.submit(ask) for _ in range(8)]}

    assert len(found) == 1


def test_an_option_that_is_none_or_gone_is_shown_all_the_same(make, listed):
    kind, field = KINDS[Kind.OPTION], make.field(Kind.OPTION, list="colour")

    shown = [kind.show(field, value, "de", listed, UTC) for value in (None, "green", "gone")]

    assert shown == ["", "Grün", "gone"]


def test_rules_and_flags_about_what_does_not_exist_are_left_to_the_checks_of_references(make):
    """The verifier goes on with the rest instead of stopping at them."""
    life = make.lifecycle(
        (make.state("a", "initial", fields={"ghost": (Flag.REQUIRED,)}), make.state("b", "final")),
        (make.status("a", "a"), make.status("b", "b")),
        (make.move("go", ("a",), "b"),),
        (make.rule("lost", ("nowhere",), "b"), make.rule("end", ("a",), "b"), make.rule("stay", ("a",), "a")),
    )

    problems = verify(make.model(make.entity("thing"), lifecycles={"thing": life}))

    assert "same_status" in {problem.code for problem in problems}
