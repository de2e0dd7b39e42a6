"""Rules that act by themselves: workflows answer what happened to a record, assignment rules say who gets it (WF-1, WF-11, NET-7 to NET-10)."""

from collections.abc import Callable, Mapping

import pytest
from tests.integration.records.conftest import Harbour, Open, Rules

from packdesk.errors import PackdeskError, Refused
from packdesk.records.act import act
from packdesk.records.history import history
from packdesk.records.read import read
from packdesk.records.update import update
from packdesk.runtime.values import Record


def _workflow(*events: str, **more: object) -> dict[str, object]:
    return {"entity_type": "mooring", "events": list(events), "effects": {}, **more}


def _set(**values: object) -> dict[str, object]:
    return {"do": "set_field", "values": values}


def _told(port: Harbour, record: Record) -> list[tuple[str, tuple[str, ...]]]:
    """Return kind and rules of each entry of a record's history, oldest first."""
    return [(event.kind, event.rules) for event in reversed(history(port.context("olga"), record.entity_type, record.number).events)]


def test_a_record_that_came_is_answered_in_the_same_transaction_and_its_history_names_the_rule(open_port: Open) -> None:
    """WF-12 c, E-5: the rule's own entry is apart from what the person did, and what it made names it too."""
    look = {
        "do": "create_record",
        "entity_type": "chore",
        "subtype": "sweeping",
        "values": {"parent": "=record", "text": "Check the ropes.", "assigned_user": "=actor"},
    }
    port = open_port(workflows={"ropes": _workflow("record.created", when="record.wind == 'gale'", effects={"look": look, "say": _set(remark="Hold fast.")})})

    calm, gale = port.mooring(wind="calm"), port.mooring(wind="gale")

    assert (calm.get("remark"), calm.get("open_chores"), calm.get("version")) == (None, 0, 1)
    assert (gale.get("remark"), gale.get("open_chores"), gale.get("version")) == ("Hold fast.", 1, 2)
    assert _told(port, gale) == [("created", ()), ("updated", ("workflows.ropes", "workflows.ropes.effects.look", "workflows.ropes.effects.say"))]
    with port.database.begin() as connection:
        (chore,) = connection.execute(port.tables.record("chore").select()).mappings()
    assert _told(port, Record("chore", {"number": chore["number"], "id": chore["id"]})) == [("created", ("workflows.ropes",))]


def test_rules_run_in_order_and_each_sees_what_the_one_before_it_left(open_port: Open) -> None:
    """WF-11: the number decides, then the id; not the order in which they are written."""
    port = open_port(
        workflows={
            "z_last": _workflow(
                "record.created", order=20, when="record.remark == 'first, second'", effects={"say": _set(remark="=record.remark + ', third'")}
            ),
            "b_second": _workflow("record.created", order=10, when="record.remark == 'first'", effects={"say": _set(remark="=record.remark + ', second'")}),
            "a_first": _workflow("record.created", order=10, effects={"say": _set(remark="first")}),
        }
    )

    assert port.mooring().get("remark") == "first, second, third"


EVENTS = [
    ("record.updated", lambda port, mooring: update(port.context("olga"), "mooring", mooring.number, {"wind": "calm"}), "record.updated//"),
    ("action.performed", lambda port, mooring: act(port.context("olga"), "mooring", mooring.number, "clear", {}), "action.performed/clear/asked>cleared"),
    ("state.entered", lambda port, mooring: act(port.context("olga"), "mooring", mooring.number, "clear", {}), "state.entered/clear/asked>cleared"),
    ("state.left", lambda port, mooring: act(port.context("olga"), "mooring", mooring.number, "clear", {}), "state.left/clear/asked>cleared"),
    ("status.changed", lambda port, mooring: act(port.context("olga"), "mooring", mooring.number, "clear", {}), "status.changed/clear/asked>cleared"),
    ("assignment.changed", lambda port, mooring: update(port.context("otto"), "mooring", mooring.number, {"assigned_user": "pete"}), "assignment.changed//"),
]


@pytest.mark.parametrize(("event", "change", "said"), EVENTS, ids=[row[0] for row in EVENTS])
def test_each_event_starts_the_rules_that_name_it_and_tells_them_what_happened(
    open_port: Open, event: str, change: Callable[[Harbour, Record], object], said: str
) -> None:
    moved = "event.old_state == 'asked' && event.state == 'cleared' ? 'asked>cleared' : ''"
    words = f"=event.name + '/' + coalesce(event.action, '') + '/' + ({moved})"
    port = open_port(workflows={"tell": _workflow(event, effects={"say": _set(remark=words)})})
    mooring = port.mooring()

    change(port, mooring)

    assert _read(port, mooring).get("remark") == said


def _read(port: Harbour, record: Record) -> Record:
    return read(port.context("olga"), record.entity_type, record.number).record


def test_a_rule_answers_a_change_of_its_own_once_and_no_more(open_port: Open) -> None:
    """WF-11: it never triggers itself."""
    port = open_port(workflows={"count": _workflow("record.created", "record.updated", effects={"add": _set(remark="=coalesce(record.remark, '') + 'x'")})})

    mooring = port.mooring()
    changed = update(port.context("olga"), "mooring", mooring.number, {"wind": "calm"}).record

    assert (mooring.get("remark"), changed.get("remark")) == ("x", "xx")


def test_rules_that_make_one_another_without_end_are_refused_and_nothing_is_left(open_port: Open) -> None:
    """T-35: the sentence names the rules."""
    more = {"do": "create_record", "entity_type": "chore", "subtype": "sweeping", "values": {"skipper": "=record.skipper", "assigned_user": "=actor"}}
    port = open_port(
        workflows={
            "begin": _workflow("record.created", effects={"chore": more}),
            "go_on": {**_workflow("record.created", effects={"chore": more}), "entity_type": "chore"},
        }
    )
    hull = port.hull(port.skipper())

    with pytest.raises(PackdeskError) as caught:
        port.mooring(hull=hull)

    assert (caught.value.code, caught.value.facts["rules"]) == ("rules_too_deep", "workflows.begin -> workflows.go_on")
    assert (port.count("mooring"), port.count("chore")) == (0, 0)


def test_what_a_rule_refuses_or_may_not_store_undoes_the_whole_change(open_port: Open) -> None:
    port = open_port(
        workflows={
            "closed": _workflow("record.updated", when="record.wind == 'calm'", effects={"no": {"do": "fail", "message": "Not at night."}}),
            "wrong": _workflow("record.updated", when="record.wind == 'gale'", effects={"say": _set(lookout="flying_dutchman")}),
        }
    )
    mooring = port.mooring()

    for wind, code, rule in (("calm", "check_failed", "workflows.closed.effects.no"), ("gale", "unknown_user", None)):
        with pytest.raises(Refused) as caught:
            update(port.context("olga"), "mooring", mooring.number, {"wind": wind})
        assert (caught.value.findings[0].code, rule is None or caught.value.findings[0].rule.startswith("workflows.closed")) == (code, True)

    assert _read(port, mooring).get("version") == 1


def test_a_rule_for_some_subtypes_or_out_of_use_leaves_the_others_alone(open_port: Open) -> None:
    port = open_port(
        workflows={
            "winter": _workflow("record.created", subtypes=["winter_berth"], effects={"say": _set(remark="winter")}),
            "retired": _workflow("record.created", effective=False, effects={"say": _set(remark="retired")}),
        }
    )

    assert [port.mooring(login="otto", subtype=subtype).get("remark") for subtype in ("day_berth", "winter_berth")] == [None, "winter"]


RULES: Rules = {
    "assignment_rules": {
        "z_rest": {"entity_type": "mooring", "order": 20, "assign": {"unit": "inspectors"}},
        "gales": {"entity_type": "mooring", "order": 10, "when": "record.wind == 'gale'", "assign": {"unit": "crane_crew", "user": "pete"}},
    }
}


@pytest.mark.parametrize(
    ("given", "unit", "user"),
    [
        ({"wind": "gale"}, "crane_crew", "pete"),
        ({"wind": "calm"}, "inspectors", None),
        ({"wind": "gale", "assigned_user": "olga"}, "crane_crew", "olga"),
        ({"wind": "gale", "assigned_unit": "quay_office"}, "quay_office", None),
    ],
)
def test_the_first_rule_that_fits_assigns_what_nobody_was_given_by_hand(
    open_port: Open, given: Mapping[str, object], unit: str | None, user: str | None
) -> None:
    """NET-7, NET-10."""
    port = open_port(**RULES)

    made = port.mooring(**{"assigned_user": None, **given})

    assert (made.get("assigned_unit"), made.get("assigned_user")) == (unit, user)


def test_a_rule_may_take_a_new_record_from_whom_it_was_given_to(open_port: Open) -> None:
    rules = {"gales": {**RULES["assignment_rules"]["gales"], "replaces_manual": True}}
    port = open_port(assignment_rules=rules)

    assert port.mooring(wind="gale", assigned_user="olga").get("assigned_user") == "pete"


def test_a_change_asks_the_rules_again_where_one_of_them_reads_what_changed(open_port: Open) -> None:
    """NET-8; who assigns in the same change is not overruled."""
    port = open_port(**RULES)
    mooring = port.mooring(wind="calm", assigned_user=None)

    otto = port.context("otto")
    other = update(otto, "mooring", mooring.number, {"remark": "Nothing that a rule reads."}).record
    gale = update(otto, "mooring", mooring.number, {"wind": "gale"}).record
    calm = update(otto, "mooring", mooring.number, {"wind": "calm"}).record
    by_hand = update(otto, "mooring", mooring.number, {"wind": "gale", "assigned_user": "olga", "assigned_unit": "crane_crew"}).record

    assert [record.get("assigned_user") for record in (mooring, other, gale, by_hand)] == [None, None, "pete", "olga"]
    assert (calm.get("assigned_unit"), calm.get("assigned_user")) == ("inspectors", None)
    assert _told(port, mooring)[2] == ("updated", ("assignment_rules.gales",))


def test_a_rule_may_speak_of_the_people_whose_changes_it_answers(open_port: Open) -> None:
    rules = {"of_the_office": {"entity_type": "mooring", "order": 5, "allow": {"units": ["quay_office"]}, "assign": {"unit": "inspectors"}}}
    rules |= {"of_others": {"entity_type": "mooring", "assign": {"unit": "crane_crew"}}}
    port = open_port(assignment_rules=rules)

    ours, theirs = port.mooring(login="otto", assigned_user=None), port.mooring(login="ines", assigned_user=None)

    assert (ours.get("assigned_unit"), theirs.get("assigned_unit")) == ("inspectors", "crane_crew")


def test_an_address_decides_by_the_area_that_it_lies_in(open_port: Open) -> None:
    """NET-9: the first area counts; an address that lies in none, or nowhere, leaves the record to the next rule."""
    port = open_port(
        entity_types={"$patch": "skipper", "fields": {"$add": {"home": {"type": "address"}}}},
        organisation={
            "$patch": "port",
            "areas": {
                "$add": {
                    "centre": {"when": "address.postal_code == '10115'", "unit": "inspectors"},
                    "berlin": {"when": "address.postal_code.matches('^1[0-4]')", "unit": "crane_crew"},
                }
            },
        },
        assignment_rules={
            "near": {"entity_type": "mooring", "order": 1, "assign": {"by": "area", "address": "record.skipper.home"}},
            "else": {"entity_type": "mooring", "order": 2, "assign": {"unit": "quay_office"}},
        },
    )

    made = []
    for postal_code in ("10115", "12049", "80331", None):
        home = {"street": "Kai", "postal_code": postal_code, "town": "X", "country": "DE"} if postal_code else None
        made.append(port.mooring(hull=port.hull(port.skipper(**({"home": home} if home else {}))), assigned_user=None))

    assert [record.get("assigned_unit") for record in made] == ["inspectors", "crane_crew", "quay_office", "quay_office"]
