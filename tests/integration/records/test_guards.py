"""SPEC 5.2: one guard order for every change, first failure wins; and the rule tests of section 7 that follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import PackdeskError, Refused
from packdesk.model.lists import EntryList
from packdesk.model.nodes import Allow
from packdesk.records.act import act
from packdesk.records.context import run
from packdesk.records.create import create
from packdesk.records.delete import delete
from packdesk.records.note import add_note
from packdesk.records.update import update
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record


def refused(work: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value


def codes(error: Refused) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in error.findings]


def departed(port: Harbour) -> str:
    """Return the number of a mooring that came to its end."""
    number = port.mooring().number
    for action in ("clear", "moor", "depart"):
        act(port.context("olga"), "mooring", number, action)
    return number


def test_each_stage_hides_those_after_it(small_port: Harbour) -> None:
    """SPEC 5.2: one hopeless change, mended stage by stage; each time the next stage refuses."""
    port = small_port
    foreign = create(port.context("ines"), "skipper", {"kind": "sailor", "papers": {"given_name": "I", "family_name": "Z"}}).record
    hull, other = port.hull(port.skipper()), port.hull(port.skipper(), "GULL")
    stay = create(port.context("otto"), "mooring", {"subtype": "winter_berth", "hull": hull.number, "assigned_unit": "quay_office"}).record
    done = departed(port)
    nobody, ines, olga, otto = (port.context(name) for name in ("", "ines", "olga", "otto"))

    def as_nobody() -> object:
        return update(replace(nobody, actor=replace(nobody.actor, login="", system=False)), "mooring", stay.number, {})

    steps: list[tuple[str, Callable[[], object]]] = [
        ("not_authenticated", as_nobody),
        ("not_permitted", lambda: delete(olga, "mooring", foreign.number)),
        ("unknown_record", lambda: update(olga, "skipper", foreign.number, {}, 9)),
        ("not_permitted", lambda: update(ines, "mooring", stay.number, {}, 9)),
        ("version_conflict", lambda: update(olga, "mooring", done, {"hull": other.number}, 1)),
        ("locked_final", lambda: update(olga, "mooring", done, {"hull": other.number, "wind": "storm"})),
        ("immutable_field", lambda: update(olga, "mooring", stay.number, {"hull": other.number, "wind": "storm", "status": "gone"})),
        ("wrong_state", lambda: act(olga, "mooring", stay.number, "depart", {"status": "gone"})),
        ("transition_forbidden", lambda: act(olga, "mooring", stay.number, "clear", {"clearance": {"verdict": "nonsense"}})),
        ("assignee_missing", lambda: act(otto, "mooring", stay.number, "clear", {"clearance": {"verdict": "nonsense"}})),
    ]
    for expected, work in steps:
        assert refused(work).code == expected

    update(otto, "mooring", stay.number, {"assigned_user": "otto"})
    assert codes(refused(lambda: act(otto, "mooring", stay.number, "clear", {"clearance": {"verdict": "nonsense", "given_at": "soon"}}))) == [
        ("not_an_option", "clearance.verdict"),
        ("wrong_type", "clearance.given_at"),
    ]
    act(otto, "mooring", stay.number, "clear", {"clearance": {"verdict": "clear_if_signed"}})
    assert refused(lambda: act(otto, "mooring", stay.number, "moor")).code == "check_failed"
    act(otto, "mooring", stay.number, "sign")
    assert act(otto, "mooring", stay.number, "moor").record.get("state") == "moored"


def test_every_refusal_names_rule_and_place(small_port: Harbour) -> None:
    """GEN-27."""
    error = refused(lambda: act(small_port.context("olga"), "mooring", small_port.mooring(assigned_user=None, assigned_unit="crane_crew").number, "clear"))

    (finding,) = error.findings
    assert (finding.code, finding.action, finding.field) == ("assignee_missing", "clear", "assigned_user")
    assert finding.rule == "transitions.mooring.moves.clear.needs_assignee"
    assert finding.origin.startswith("harbour/transitions/mooring.json:")


def test_an_action_in_the_wrong_state_says_where_it_is_and_should_be(small_port: Harbour) -> None:
    """T-1."""
    number = small_port.mooring().number
    act(small_port.context("olga"), "mooring", number, "clear")

    error = refused(lambda: act(small_port.context("olga"), "mooring", number, "turn_away"))

    assert error.code == "wrong_state"
    assert (error.facts["state"], error.facts["needed"]) == ("cleared", ("asked",))


def test_final_records_are_locked_but_take_notes(port: Harbour) -> None:
    """T-2, CARE-5, CARE-11."""
    number = departed(port)
    olga = port.context("olga")

    assert refused(lambda: update(olga, "mooring", number, {"remark": "late"})).code == "locked_final"
    assert refused(lambda: act(olga, "mooring", number, "load", {"goods": "fish"})).code == "locked_final"
    assert add_note(olga, "mooring", number, "left at dawn").by == "olga"


@pytest.mark.parametrize("data", [{"hull": "GULL"}, {"subtype": "winter_berth"}])
def test_what_is_fixed_after_creation_stays(small_port: Harbour, data: dict[str, object]) -> None:
    """T-3, CARE-4."""
    stay = small_port.mooring()
    small_port.hull(small_port.skipper(), "GULL")

    error = refused(lambda: update(small_port.context("olga"), "mooring", stay.number, data))

    assert codes(error) == [("immutable_field", next(iter(data)))]


def test_a_record_that_others_need_is_not_deleted(port: Harbour) -> None:
    """T-4, CARE-7."""
    stay = port.mooring()
    otto = port.context("otto")
    chore = create(otto, "chore", {"parent": {"entity_type": "mooring", "record": stay.number}, "assigned_user": "otto"}).record

    error = refused(lambda: delete(otto, "mooring", stay.number))
    assert (error.code, error.findings[0].rule) == ("has_dependents", "entity_types.chore.relations.parent.blocks_delete")

    delete(otto, "chore", chore.number)
    delete(otto, "mooring", stay.number)
    assert port.count("mooring") == 0


def test_a_record_that_a_field_names_is_not_deleted(port: Harbour) -> None:
    """CARE-7."""
    stay = port.mooring()

    error = refused(lambda: delete(port.context("otto"), "hull", str(stay.get("hull"))))

    assert [(finding.code, finding.field, finding.facts["count"]) for finding in error.findings] == [("has_dependents", "hull", 1)]


def test_a_rule_that_names_a_user_refuses_others_with_its_id(small_port: Harbour) -> None:
    """T-12, CARE-28."""
    hull = small_port.hull(small_port.skipper("otto"), login="otto")
    stay = small_port.mooring("otto", hull, subtype="winter_berth")

    error = refused(lambda: act(small_port.context("pete"), "mooring", stay.number, "clear"))

    assert (error.code, error.findings[0].rule) == ("transition_forbidden", "subtypes.mooring.winter_berth.rules.clear_it")


def test_types_of_other_units_cannot_be_created(small_port: Harbour) -> None:
    """T-18, GEN-22, CARE-2: olga's crew lies under the office, ines' does not."""
    assert small_port.mooring("olga", subtype="winter_berth").get("subtype") == "winter_berth"

    error = refused(lambda: small_port.mooring("ines", subtype="winter_berth"))

    assert (error.code, error.findings[0].rule) == ("type_not_permitted", "subtypes.mooring.winter_berth.allow")


def _for_inspectors(runtime: Runtime) -> Runtime:
    """Return the harbour where a verdict, a default verdict, a reason and goods are for the inspectors alone."""
    model, only = runtime.model, Allow(units=("inspectors",))

    def limited(lists: Mapping[str, EntryList], name: str, *entries: str) -> Mapping[str, EntryList]:
        changed = {entry: replace(lists[name].entries[entry], allow=only) for entry in entries}
        return {**lists, name: replace(lists[name], entries={**lists[name].entries, **changed})}

    values = limited(limited(model.value_lists, "goods", "timber", "grain"), "refusal_reason", "full")
    return compile_model(replace(model, categories=limited(model.categories, "verdict", "clear", "clear_if_signed"), value_lists=values), 1)


def test_a_choice_of_another_unit_is_refused_wherever_a_person_makes_it(small_port: Harbour) -> None:
    """GEN-15, GEN-22: in a field, a line, an input of an action; nothing of it is preselected either, while rules of the pack may set it."""
    port = small_port
    port.runtime = _for_inspectors(port.runtime)
    olga, stay, other = port.context("olga"), port.mooring(), port.mooring()

    in_section = refused(lambda: act(olga, "mooring", stay.number, "clear", {"clearance": {"verdict": "clear_if_signed"}}))
    preselected = refused(lambda: act(olga, "mooring", stay.number, "clear", {}))
    in_field = refused(lambda: act(olga, "mooring", other.number, "turn_away", {"refusal_reason": "full"}))
    in_input = refused(lambda: act(olga, "mooring", other.number, "load", {"goods": "timber"}))
    in_line = refused(lambda: update(olga, "mooring", stay.number, {"cargo": [{"goods": "timber", "tons": 3}]}))
    automatic = [line.values["goods"] for line in stay.lines["cargo"]]

    assert codes(in_section) == [("not_selectable", "clearance.verdict")]
    assert in_section.findings[0].rule == "categories.verdict.nodes.clear_if_signed.allow"
    assert codes(preselected) == [("required_field", "clearance.verdict")]
    assert codes(in_field) == [("not_selectable", "refusal_reason")]
    assert codes(in_input) == [("not_selectable", "goods")]
    assert codes(in_line) == [("not_selectable", "cargo[0].goods")]
    assert automatic == ["grain"]


def test_a_line_that_the_subtype_adds_is_nobody_s_choice(small_port: Harbour) -> None:
    """GEN-22: cargo that only inspectors may choose, and that comes by itself, does not refuse a mooring whose cargo somebody else gave."""
    port = small_port
    values, only = port.runtime.model.value_lists, Allow(units=("inspectors",))
    goods = replace(values["goods"], entries={**values["goods"].entries, "grain": replace(values["goods"].entries["grain"], allow=only)})
    port.runtime = compile_model(replace(port.runtime.model, value_lists={**values, "goods": goods}), 1)

    stay = port.mooring(cargo=[{"goods": "timber", "tons": 3}])

    assert [line.values["goods"] for line in stay.lines["cargo"]] == ["timber", "grain"]


def test_children_are_of_the_subtypes_that_the_parent_lists(small_port: Harbour) -> None:
    """T-19, CARE-47."""
    day, winter = small_port.mooring(), small_port.mooring(hull=small_port.hull(small_port.skipper(), "GULL"), subtype="winter_berth")
    olga = small_port.context("olga")

    def paint(parent: str) -> object:
        return create(olga, "chore", {"subtype": "painting", "parent": {"entity_type": "mooring", "record": parent}, "assigned_user": "olga"})

    assert refused(lambda: paint(day.number)).findings[0].rule == "subtypes.mooring.day_berth.children.chore"
    assert paint(winter.number)


def test_what_another_group_owns_does_not_exist(port: Harbour) -> None:
    """T-31: not to be read, changed, deleted, or named in a field."""
    foreign = port.skipper("ines")
    olga = port.context("olga")

    for work in (
        lambda: update(olga, "skipper", foreign.number, {"memo": "x"}),
        lambda: update(olga, "skipper", foreign.id, {"memo": "x"}),
        lambda: delete(port.context("otto"), "skipper", foreign.number),
    ):
        assert refused(work).code == "unknown_record"
    assert codes(refused(lambda: create(olga, "hull", {"callsign": "X", "owner": foreign.number}))) == [("unknown_reference", "owner")]


def test_a_retired_status_is_not_offered(small_port: Harbour) -> None:
    """T-36."""
    error = refused(lambda: small_port.mooring(status="forgotten"))

    assert ("status_not_allowed", "status") in codes(error)


def test_a_stale_copy_is_refused_with_fields_and_authors(port: Harbour) -> None:
    """GEN-26."""
    stay = port.mooring()
    update(port.context("pete"), "mooring", stay.number, {"remark": "mine"}, 1)

    error = refused(lambda: update(port.context("olga"), "mooring", stay.number, {"remark": "no, mine"}, 1))

    assert (error.code, error.facts["fields"], error.facts["authors"]) == ("version_conflict", ["remark"], ["pete"])


def test_nothing_is_stored_when_anything_is_refused(port: Harbour) -> None:
    """GEN-10."""
    ship = port.hull(port.skipper())

    with pytest.raises(PackdeskError):
        create(port.context("olga"), "mooring", {"hull": ship.number, "assigned_user": "olga", "remark": "x" * 201})

    assert port.count("mooring") == 0


def test_what_a_publish_changed_elsewhere_is_no_conflict_and_here_it_is(port: Harbour) -> None:
    """GEN-26: who read a record before its values were migrated may still write the others."""
    olga = port.context("olga")

    def migrate(record: Record, values: Mapping[str, object]) -> Record:
        return run(olga, lambda unit, _runtime: unit.update(record, record.having(values), kind="migrated"))

    one, other, third = port.mooring(wind="gale"), port.mooring(wind="gale"), port.mooring(wind="gale")
    for stay in (one, other):
        migrate(migrate(stay, {"wind": "calm"}), {"wind": "gale"})
    changed = update(port.context("pete"), "mooring", third.number, {"remark": "his"}).record
    migrate(changed, {"wind": "calm"})

    assert update(olga, "mooring", one.number, {"remark": "mine"}, 1).record.get("version") == 4
    assert act(olga, "mooring", other.number, "clear", {}, 1).record.get("version") == 4
    for ref, patch in ((other.number, {"wind": "calm"}), (third.number, {"remark": "mine"}), (third.number, {"swell": "high"})):
        with pytest.raises(Refused) as caught:
            update(olga, "mooring", ref, patch, 1)
        assert caught.value.code == "version_conflict"
