"""What is missing for a condition to hold, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packdesk.errors import Finding, sentence
from packdesk.model.nodes import Expression
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.lifecycle import judge_status, lock
from packdesk.runtime.situation import situation
from packdesk.runtime.unmet import is_about_person, reasoned, unmet
from packdesk.runtime.values import Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann", name="Ann", roles=frozenset(), units=frozenset({"sales"}), member_of=frozenset({"sales"}))
THING = Record(
    "thing",
    {
        "id": "1",
        "number": "TH1",
        "subtype": "free",
        "status": "busy",
        "state": "open",
        "colour": "green",
        "size": 5,
        "ready": False,
        "name": None,
        "assigned_unit": "company",
        "assigned_user": "ann",
        "created_at": NOW - timedelta(days=1),
        "updated_at": NOW + timedelta(days=1),
    },
)

SAID = [
    ("record.name != null", ["Name is missing"], ["Name fehlt"]),
    ("record.colour == null", ["Colour must be empty (now Green)"], ["Colour muss leer sein (jetzt Green)"]),
    ("record.colour == 'red'", ["Colour must be Red (now Green)"], ["Colour muss Red sein (jetzt Green)"]),
    ("'red' == record.colour", ["Colour must be Red (now Green)"], ["Colour muss Red sein (jetzt Green)"]),
    ("record.colour != 'green'", ["Colour must not be Green"], ["Colour darf nicht Green sein"]),
    ("record.colour in ['red', 'brown']", ["Colour must be Red or Brown (now Green)"], ["Colour muss Red oder Brown sein (jetzt Green)"]),
    ("!(record.colour in ['green'])", ["Colour must not be Green"], ["Colour darf nicht Green sein"]),
    ("record.size > 7", ["Size must be above 7 (now 5)"], ["Size muss über 7 liegen (jetzt 5)"]),
    ("7 <= record.size", ["Size must be at least 7 (now 5)"], ["Size muss mindestens 7 sein (jetzt 5)"]),
    ("!(record.size >= 3)", ["Size must be below 3 (now 5)"], ["Size muss unter 3 liegen (jetzt 5)"]),
    ("record.size <= 3", ["Size must be at most 3 (now 5)"], ["Size darf höchstens 3 sein (jetzt 5)"]),
    ("record.ready", ["“Ready” must be yes"], ["„Ready“ muss Ja sein"]),
    ("record.ready == true", ["“Ready” must be yes"], ["„Ready“ muss Ja sein"]),
    ("record.ready != false", ["“Ready” must be yes"], ["„Ready“ muss Ja sein"]),
    ("record.assigned_user == null", ["“Assigned user” is you already"], ["„Zuständige Person“ sind Sie schon"]),
    ("record.created_by == actor", ["Only the person in “Created by” may do this"], ["Nur wer in „Angelegt von“ steht, darf das"]),
    ("record.assigned_user != actor", ["Not for the person in “Assigned user”"], ["Nicht für die Person in „Zuständige Person“"]),
    ("is_member(actor, record.assigned_unit)", ["Only members of company may do this"], ["Nur wer zu company gehört, darf das"]),
    ("!is_member(actor, 'sales')", ["Not for members of sales"], ["Nicht für Mitglieder von sales"]),
    ("has_role(actor, 'boss')", ["Only the role boss may do this"], ["Nur die Rolle boss darf das"]),
    (
        "record.name != null && record.colour == 'green' && record.size == 6",
        ["Name is missing", "Size must be 6 (now 5)"],
        ["Name fehlt", "Size muss 6 sein (jetzt 5)"],
    ),
    (
        "record.name != null || record.size == 6",
        ["Name is missing, or: Size must be 6 (now 5)"],
        ["Name fehlt, oder: Size muss 6 sein (jetzt 5)"],
    ),
    ("record.name != null || record.size * 2 == 6", [], []),
    ("record.size * 2 == 6", [], []),
    ("record.updated_at < now", ["Updated at must be over (now Jul 2, 2026, 12:00:00\u202fPM)"], ["Geändert am muss vorbei sein (jetzt 02.07.26, 12:00)"]),
    (
        "!(now > record.created_at)",
        ["Created at must lie ahead (now Jun 30, 2026, 12:00:00\u202fPM)"],
        ["Angelegt am muss noch bevorstehen (jetzt 30.06.26, 12:00)"],
    ),
    ("record.answer.text != null", ["answer: Text is missing"], ["answer: Text fehlt"]),
]


@pytest.fixture(scope="module")
def base():
    """The base pack."""
    merged = load([FolderSource(Path(__file__).parents[3] / "metadata")]).merged
    assert merged is not None
    return compile_model(build(merged))


def _compiled(case, source):
    found = compile_expression(Expression(source, "actions.look.when"), case.catalogue.scope(Place.ACTION, "thing"), types.BOOLEAN)
    assert isinstance(found, Compiled), found
    return found


def _at(case, graph):
    return situation(case.type("thing"), THING, ANN, graph, NOW)


@pytest.mark.parametrize(("source", "english", "german"), SAID, ids=[row[0] for row in SAID])
def test_what_is_missing_is_said_in_words_as_far_as_they_reach(case, graph, source, english, german):
    condition = _compiled(case, source)

    said = [list(unmet(_at(case, graph), condition, language, lambda _: False)) for language in ("en", "de")]

    assert said == [english, german]


def test_what_is_closed_to_the_reader_is_not_told(case, graph):
    condition = _compiled(case, "record.colour == 'red' && record.size == 6")

    said = unmet(_at(case, graph), condition, "en", lambda dependency: dependency.path == "colour")

    assert said == ("Size must be 6 (now 5)",)


def test_an_action_that_is_not_open_is_refused_with_its_reason_and_any_other_finding_stays(case, graph):
    closed_action = Finding(code="unavailable", rule="actions.claim.when", facts={"label": "claim"})
    other = Finding(code="wrong_state", rule="actions.claim.when")

    found = reasoned(_at(case, graph), closed_action, lambda _: False)

    assert found.texts == {
        "en": "“Assigned user” is you already. Only members of company may do this.",
        "de": "„Zuständige Person“ sind Sie schon. Nur wer zu company gehört, darf das.",
    }
    assert reasoned(_at(case, graph), other, lambda _: False) is other


@pytest.mark.parametrize(
    ("entity_type", "source", "english", "german"),
    [
        ("contact", "size(record.accounts) > 0", ["Accounts: none yet"], ["Konten: noch keine"]),
        (
            "service_request",
            "subtype.temporary_resolution",
            ["Not for Faulty item replacement: “Allow temporary resolution” is off there"],
            ["Nicht bei Ersatz eines defekten Artikels: „Vorläufige Lösung erlaubt“ ist dort aus"],
        ),
        (
            "service_request",
            "!subtype.recalculate_on_responding",
            ["Not for Faulty item replacement: “Recalculate key dates on responding” is on there"],
            ["Nicht bei Ersatz eines defekten Artikels: „Termine beim Antworten neu berechnen“ ist dort an"],
        ),
    ],
)
def test_what_belongs_to_a_record_and_what_its_type_says_have_words_too(base, graph, entity_type, source, english, german):
    scope = base.catalogue.scope(Place.ACTION, entity_type)
    condition = compile_expression(Expression(source, "actions.look.when"), scope, types.BOOLEAN)
    record = Record(entity_type, {"id": "1", "number": "X1", "subtype": "faulty_item_replacement"})
    at = situation(base.type(entity_type), record, ANN, graph, NOW)

    assert [list(unmet(at, condition, language, lambda _: False)) for language in ("en", "de")] == [english, german]


BOSS = replace(ANN, roles=frozenset({"boss"}))
BY_RULES = [
    ("nobody of those whom the rules name", {"status": "busy"}, "waiting", ANN, "Only boss may change busy to waiting."),
    ("in German", {"status": "busy"}, "waiting", replace(ANN, language="de"), "Der Wechsel von busy zu waiting ist nur offen für: boss."),
    ("one of them, and the condition does not hold", {"status": "busy"}, "waiting", BOSS, "Size must be above 7 (now 5)."),
    ("people whom a rule names one by one", {"status": "waiting", "ready": True}, "closed", ANN, ""),
    ("a step too far", {"status": "new", "state": "pending"}, "waiting", ANN, "new does not lead straight to waiting. First: busy."),
    (
        "a step too far, in German",
        {"status": "new", "state": "pending"},
        "waiting",
        replace(ANN, language="de"),
        "Von new führt kein Weg direkt zu waiting. Zuerst: busy.",
    ),
]


@pytest.mark.parametrize(("status", "to", "actor", "said"), [row[1:] for row in BY_RULES], ids=[row[0] for row in BY_RULES])
def test_a_step_that_the_rules_forbid_says_to_whom_they_give_it_or_what_they_ask(case, graph, status, to, actor, said):
    subtypes = case.model.subtypes["thing"]
    rules = {**(subtypes["strict"].rules or {}), "wait": replace((subtypes["strict"].rules or {})["wait"], when=Expression("record.size > 7", "p.when"))}
    runtime = compile_model(replace(case.model, subtypes={**case.model.subtypes, "thing": {**subtypes, "strict": replace(subtypes["strict"], rules=rules)}}))
    record = Record("thing", {**THING.values, "subtype": "strict", **status})

    found = judge_status(runtime, record, to, actor=actor, graph=graph, now=NOW).findings

    (forbidden,) = (one for one in found if one.code == "transition_forbidden")
    at = situation(runtime.type("thing"), record, actor, graph, NOW)
    assert dict(reasoned(at, forbidden, lambda _: False).texts) == ({actor.language: said} if said else {})


@pytest.mark.parametrize(
    ("rule", "to"),
    [("subtypes.thing.strict.rules", "new"), ("transitions.thing.moves.start.allow", "waiting")],
    ids=["nothing leads there", "not by the rules"],
)
def test_no_way_round_is_named_where_none_is_or_where_not_the_rules_refuse(case, graph, rule, to):
    record = Record("thing", {**THING.values, "subtype": "strict", "status": "new", "state": "pending"})
    at = situation(case.type("thing"), record, replace(ANN, roles=frozenset()), graph, NOW)
    forbidden = Finding(code="transition_forbidden", rule=rule, facts={"from_status": "new", "to_status": to})

    assert reasoned(at, forbidden, lambda _: False).texts == {}


@pytest.mark.parametrize(
    ("status", "action", "said"),
    [
        ({"status": "new", "state": "pending"}, "start", "Only ann or sales may do this."),
        ({"subtype": "free", "status": "new", "state": "pending"}, "start", "Only ann may do this."),
    ],
    ids=["a rule names a unit", "no rule"],
)
def test_whose_record_it_is_and_whom_a_rule_names_besides_is_said_to_anybody_else(case, graph, status, action, said):
    """CARE-22."""
    record = Record("thing", {**THING.values, "subtype": "strict", "assigned_user": "ann", **status})
    dan = replace(ANN, login="dan", roles=frozenset(), units=frozenset(), member_of=frozenset())
    at = situation(case.type("thing"), record, dan, graph, NOW)
    refused = Finding(code="not_assignee", rule="transitions.thing.moves.start.needs_assignee", facts={"user": "ann", "others": "", "to_status": "busy"})

    assert sentence(reasoned(at, refused, lambda _: False), "en") == said


@pytest.mark.parametrize(("subtype", "status", "said"), [("free", "closed", "The record is closed and can no longer be changed.")])
def test_a_locked_record_is_told_by_the_status_that_people_see(case, graph, subtype, status, said):
    record = Record("thing", {**THING.values, "subtype": subtype, "status": status, "state": "done"})

    found = lock(situation(case.type("thing"), record, ANN, graph, NOW))

    assert found is not None
    assert sentence(found, "en") == said


@pytest.mark.parametrize(
    ("source", "person"),
    [
        ("is_member(actor, 'company')", True),
        ("record.created_by == actor", True),
        ("record.size == 5 && (is_member(actor, 'company') || has_role(actor, 'boss'))", True),
        ("!(record.assigned_user == actor)", True),
        ("record.size == 6 && is_member(actor, 'company')", False),
        ("record.size == 6", False),
        ("record.size == 5", False),
    ],
)
def test_it_is_known_whether_nothing_but_another_person_is_missing(case, graph, source, person):
    assert is_about_person(_at(case, graph), _compiled(case, source)) is person
