"""What may be wrong with the rules that act by themselves, and what is built of sound ones."""

import json

import pytest

from packdesk.model.nodes import Expression
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import MemorySource
from packdesk.runtime.compile import check

TICKET = {"id": "ticket", "capabilities": ["assignment"], "fields": {"name": {"type": "string"}, "place": {"type": "address"}}}
LIFE = {
    "id": "ticket",
    "states": {"open": {"kind": "initial"}, "closed": {"kind": "final"}},
    "moves": {"close": {"from": ["open"], "to": "closed"}},
}
SAY = {"do": "set_field", "values": {"name": "x"}}


def _loaded(kind: str, rule: dict[str, object]):  # type: ignore[no-untyped-def]
    files = {"pack.json": {"id": "one", "version": "1.0.0", "format": 1}, "entity_types/t.json": TICKET, "transitions/t.json": LIFE}
    files[f"{kind}/r.json"] = {"rule": {"entity_type": "ticket", **rule}}
    return load([MemorySource("one", {name: json.dumps(body) for name, body in files.items()})])


def _codes(kind: str, rule: dict[str, object]) -> set[str]:
    loaded = _loaded(kind, rule)
    return {problem.code for problem in (loaded.problems or check(build(loaded.merged)))}


CREATED = {"events": ["record.created"]}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({**CREATED, "entity_type": "tickett", "effects": {}}, "unknown_entity_type"),
        ({"events": ["record.changed"], "effects": {}}, "not_a_choice"),
        ({"events": ["record.created"]}, "missing_key"),
        ({**CREATED, "subtypes": ["gold"], "effects": {}}, "unknown_subtype"),
        ({**CREATED, "when": "event.stat == 'open'", "effects": {}}, "unknown_member"),
        ({**CREATED, "when": "event.state == 'opn'", "effects": {}}, "unknown_option"),
        ({**CREATED, "when": "record.nam == 'x'", "effects": {}}, "unknown_member"),
        ({**CREATED, "effects": {"say": {"do": "set_field", "values": {"nme": "x"}}}}, "unknown_field"),
        ({**CREATED, "effects": {"say": {"do": "set_field", "values": {"name": "=record.place"}}}}, "type_mismatch"),
        ({**CREATED, "effects": {"one": SAY, "two": SAY}}, "conflicting_effects"),
        ({**CREATED, "effects": {"one": {"do": "assign"}}}, "missing_key"),
    ],
)
def test_a_faulty_workflow_is_refused_where_it_is_wrong(rule: dict[str, object], code: str) -> None:
    assert code in _codes("workflows", rule)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"assign": {"unit": "nowhere"}}, "unknown_unit"),
        ({"assign": {"user": "=record.name"}}, "type_mismatch"),
        ({"when": "record.nme == 'x'", "assign": {"user": "=record.created_by"}}, "unknown_member"),
        ({"assign": {"by": "area", "address": "record.name"}}, "type_mismatch"),
    ],
)
def test_a_faulty_assignment_rule_is_refused_where_it_is_wrong(rule: dict[str, object], code: str) -> None:
    assert code in _codes("assignment_rules", rule)


def test_sound_rules_are_built_with_their_defaults() -> None:
    """WF-1: a rule is of one entity type, in order 100 and in use unless it says otherwise."""
    workflow = build(_loaded("workflows", {**CREATED, "when": "event.state == 'open'", "effects": {"say": SAY}}).merged).workflows["rule"]
    rule = build(_loaded("assignment_rules", {"assign": {"user": "=record.created_by"}}).merged).assignment_rules["rule"]

    assert (workflow.entity_type, workflow.events, workflow.order, workflow.effective, workflow.label.fallback) == (
        "ticket",
        ("record.created",),
        100,
        True,
        "Rule",
    )
    assert (list(workflow.effects), workflow.effects["say"].path) == (["say"], "workflows.rule.effects.say")
    assert (rule.user, rule.unit, rule.address, rule.replaces_manual) == (
        Expression("record.created_by", "assignment_rules.rule.assign.user"),
        None,
        None,
        False,
    )
    assert _codes("workflows", {**CREATED, "when": "event.state == 'open'", "effects": {"say": SAY}}) == set()
