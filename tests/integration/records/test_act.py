"""SPEC 5.4: actions with their moves and effects; together or not at all."""

from dataclasses import replace

import pytest
from tests.integration.records.conftest import NOW, Harbour

import packdesk_sample
from packdesk.errors import PackdeskError, Refused, sentence
from packdesk.model.nodes import Allow
from packdesk.records.act import act
from packdesk.records.actions import available
from packdesk.records.claim import claim
from packdesk.records.create import create
from packdesk.records.explaining import explain_action, provenance
from packdesk.records.history import history
from packdesk.records.note import notes
from packdesk.records.operations import Operations, gather
from packdesk.records.outcome import Reference
from packdesk.records.read import linked, read
from packdesk.records.update import update
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record


def cleared(port: Harbour, **more: object) -> Record:
    stay = port.mooring(**more)
    return act(port.context("olga"), "mooring", stay.number, "clear").record


def test_an_action_moves_the_record_and_fills_its_section(port: Harbour) -> None:
    """CARE-25, SR-24: the section of the action is present, its fields have their defaults."""
    record = cleared(port)

    assert (record.get("state"), record.get("status"), record.get("version")) == ("cleared", "cleared", 2)
    assert (record.get("clearance.verdict"), record.get("clearance.given_at"), record.get("clearance.given_by")) == ("clear", NOW, "olga")
    assert record.get("clearance.settled") is True


def test_effects_create_set_and_note_in_one_transaction(port: Harbour) -> None:
    """LEAD-20: another record, a field that is fixed from then on, a note; the effects find each other's results."""
    stay = cleared(port)

    outcome = act(port.context("olga"), "mooring", stay.number, "moor", {"pilot": "Piet"})

    ledger = outcome.results["open"]
    assert isinstance(ledger, Record)
    assert (outcome.record.get("ledger"), ledger.get("limit")) == (ledger.id, 50)
    assert [note.text for note in notes(port.context("olga"), "mooring", stay.number)] == ["Pilot: Piet"]


def test_a_skipped_effect_leaves_nothing_and_gives_null(port: Harbour) -> None:
    """LEAD-21: who has a ledger gets no second."""
    skipper = port.skipper()
    first, second = (cleared(port, hull=port.hull(skipper)) for _ in range(2))
    made = act(port.context("olga"), "mooring", first.number, "moor").record

    outcome = act(port.context("olga"), "mooring", second.number, "moor")

    assert outcome.results["open"] is None
    assert outcome.record.get("ledger") == made.get("ledger")
    assert port.count("ledger") == 1


def test_a_failing_effect_undoes_the_whole_action(port: Harbour) -> None:
    """T-17, LEAD-22: what was created before the failure is gone too."""
    stay = port.mooring()

    with pytest.raises(Refused) as caught:
        act(port.context("olga"), "mooring", stay.number, "sink")

    assert (caught.value.code, str(caught.value), caught.value.findings[0].rule) == ("check_failed", "Ships are not sunk here.", "actions.sink.effects.stop")
    assert port.count("ledger") == 0


def test_a_record_made_by_an_effect_obeys_the_field_rules(small_port: Harbour) -> None:
    """4.2: the same code for effects; the limit of this subtype is its default 10, of the effect's own field at most 1000."""
    stay = cleared(small_port)

    made = act(small_port.context("olga"), "mooring", stay.number, "moor").results["open"]

    assert isinstance(made, Record)
    assert (made.get("owner_unit"), made.get("created_by")) == ("quay", "olga")


@pytest.mark.parametrize(
    ("action", "inputs", "cargo"),
    [
        ("load", {"goods": "timber"}, ["grain", "timber"]),
        ("unload", {"goods": "grain"}, []),
    ],
)
def test_effects_add_and_remove_lines(port: Harbour, action: str, inputs: dict[str, object], cargo: list[str]) -> None:
    stay = port.mooring()

    record = act(port.context("olga"), "mooring", stay.number, action, inputs).record

    assert [line.values["goods"] for line in record.lines["cargo"]] == cargo


def test_what_effects_leave_is_judged_like_any_change(small_port: Harbour) -> None:
    """Rule 14: effects may fill read-only fields, but a cargo that the subtype does not take stays out."""
    stay = small_port.mooring()

    with pytest.raises(Refused) as caught:
        act(small_port.context("olga"), "mooring", stay.number, "load", {"goods": "fish"})

    assert [(finding.code, finding.action) for finding in caught.value.findings] == [("not_selectable", "load")]


def test_effects_link_records(port: Harbour) -> None:
    ship = port.hull(port.skipper())
    stay, other = port.mooring(hull=ship), port.mooring(hull=ship)

    act(port.context("olga"), "mooring", stay.number, "escort", {"other": other.number})

    assert [end.reference.number for end in linked(port.context("olga"), "mooring", other.number, "convoy")] == [stay.number]


def test_an_effect_makes_a_child_that_inherits_and_is_counted(port: Harbour) -> None:
    """CARE-46: linked to the record in hand, which counts it in the same transaction."""
    stay = port.mooring()

    outcome = act(port.context("olga"), "mooring", stay.number, "sweep")

    chore = outcome.results["chore"]
    assert isinstance(chore, Record)
    assert (chore.get("skipper"), chore.get("text"), chore.get("assigned_unit")) == (stay.get("skipper"), stay.number, "crane_crew")
    assert outcome.record.get("open_chores") == 1


def test_an_effect_sets_a_status_with_its_state(small_port: Harbour) -> None:
    record = act(small_port.context("olga"), "mooring", cleared(small_port).number, "hold").record

    assert (record.get("status"), record.get("state")) == ("on_hold", "cleared")


def test_an_operation_runs_inside_the_transaction_and_needs_the_right(port: Harbour) -> None:
    """O-1, O-2: the operation returns data, an effect writes."""
    stay = port.mooring()

    with pytest.raises(Refused) as caught:
        act(port.context("olga"), "mooring", stay.number, "weigh", {"slip": "four"})
    outcome = act(port.context("otto"), "mooring", stay.number, "weigh", {"slip": "four"})

    assert caught.value.code == "permission_missing"
    assert (outcome.results["measure"], outcome.record.get("weight")) == ({"text": "four", "length": 4}, 7)


def test_a_missing_operation_fails_and_stores_nothing(small_port: Harbour) -> None:
    stay = small_port.mooring()
    context = small_port.context("otto")

    with pytest.raises(PackdeskError) as caught:
        act(replace(context, kit=replace(context.kit, operations=gather([]))), "mooring", stay.number, "weigh", {"slip": "four"})

    assert caught.value.code == "operation_failed"
    assert read(context, "mooring", stay.number).record.get("weight") is None


def test_stubbed_operations_keep_the_configuration_running(small_port: Harbour) -> None:
    """O-3."""
    context = small_port.context("otto")
    stubbed = replace(context, kit=replace(context.kit, operations=gather([packdesk_sample], stubbed=True)))

    assert act(stubbed, "mooring", small_port.mooring().number, "weigh", {"slip": "four"}).results["measure"] == {"text": "four", "length": 0}


def test_what_is_shown_once_is_in_no_result_and_no_history(small_port: Harbour) -> None:
    """O-6."""
    (measure,) = packdesk_sample.operations()
    context = small_port.context("otto")
    operations = Operations({measure.name: replace(measure, sensitive=("text",))})
    stay = small_port.mooring()

    outcome = act(replace(context, kit=replace(context.kit, operations=operations)), "mooring", stay.number, "weigh", {"slip": "s3cr3t"})

    assert outcome.results["measure"] == {"length": 6}
    assert outcome.control is not None
    assert outcome.control.reveal == {"text": "s3cr3t"}
    assert "s3cr3t" not in str(history(context, "mooring", stay.number).events)


def test_inputs_that_an_action_demands_must_be_given(small_port: Harbour) -> None:
    """T-16: what is preselected on screen does not answer for the person; a required state flag takes the default (CARE-9)."""
    otto = small_port.context("otto")
    stay = small_port.mooring()
    chore = create(otto, "chore", {"parent": {"entity_type": "mooring", "record": stay.number}, "assigned_user": "otto"}).record

    with pytest.raises(Refused) as caught:
        act(otto, "chore", chore.number, "drop")
    away = act(small_port.context("olga"), "mooring", stay.number, "turn_away").record

    assert [(finding.code, finding.field) for finding in caught.value.findings] == [("required_field", "reason")]
    assert away.get("refusal_reason") == "storm"


def test_stamps_and_key_dates_follow_the_state(small_port: Harbour) -> None:
    """CARE-40: the moment of completion; turning away is no completion."""
    olga = small_port.context("olga")
    stay, other = small_port.mooring(), small_port.mooring()
    for action in ("clear", "moor", "depart"):
        done = act(olga, "mooring", stay.number, action).record
    away = act(olga, "mooring", other.number, "turn_away").record

    assert (done.get("done_at"), away.get("done_at")) == (NOW, None)


def test_the_first_to_accept_wins(port: Harbour) -> None:
    """T-30, CARE-18: the second is told who was faster; a stranger never could."""
    stay = port.mooring(assigned_user=None, assigned_unit="crane_crew")

    taken = claim(port.context("olga"), "mooring", stay.number).record
    with pytest.raises(Refused) as late:
        claim(port.context("pete"), "mooring", stay.number)

    assert taken.get("assigned_user") == "olga"
    assert (late.value.code, late.value.facts["user"]) == ("already_claimed", "olga")


def test_the_history_says_who_did_what_by_which_rule(port: Harbour) -> None:
    """GEN-8, E-5."""
    stay = cleared(port)

    newest, first = history(port.context("olga"), "mooring", stay.number).events

    assert (first.kind, first.by) == ("created", "olga")
    assert (newest.kind, newest.action, newest.release, newest.door) == ("action", "clear", 1, "api")
    assert "transitions.mooring.moves.clear" in newest.rules
    assert newest.changes["state"] == ("asked", "cleared")


def test_the_offered_actions_are_those_that_the_guards_let_through(small_port: Harbour) -> None:
    """GEN-13: what is offered is done, what is refused is refused with the same code."""
    stay = small_port.mooring(assigned_user=None, assigned_unit="crane_crew")
    inputs: dict[str, dict[str, object]] = {"load": {"goods": "timber"}, "unload": {"goods": "grain"}, "escort": {"other": stay.number}, "weigh": {"slip": "x"}}

    for login in ("olga", "otto", "ines"):
        for state in available(small_port.context(login), "mooring", stay.number):
            if state.enabled:
                continue
            with pytest.raises(Refused) as caught:
                act(small_port.context(login), "mooring", stay.number, state.action.id, inputs.get(state.action.id, {}))
            assert caught.value.code == state.findings[0].code, (login, state.action.id)


def test_a_refused_action_is_explained_with_values(small_port: Harbour) -> None:
    """X-6."""
    stay = cleared(small_port, purpose="trade")
    update(small_port.context("olga"), "mooring", stay.number, {"clearance": {"verdict": "clear_if_signed"}})

    (why,) = explain_action(small_port.context("olga"), "mooring", stay.number, "moor")

    assert (why.finding.code, why.finding.rule) == ("check_failed", "transitions.mooring.moves.moor.checks.signed")
    assert why.explanation is not None
    assert why.explanation.value is False


def test_an_explanation_keeps_closed_fields_to_itself(small_port: Harbour) -> None:
    """X-6: the verdict is known from the refusal; the value that a role does not show stays hidden from it."""
    stay = cleared(small_port, purpose="trade")
    update(small_port.context("olga"), "mooring", stay.number, {"clearance": {"verdict": "clear_if_signed"}})
    model = small_port.runtime.model
    docker = model.roles["docker"]
    narrow = replace(docker, fields={**docker.fields, "mooring.clearance.settled": ()})
    small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": narrow}), 1)

    (why,) = explain_action(small_port.context("olga"), "mooring", stay.number, "moor")

    assert why.explanation is not None
    assert (why.explanation.value, why.explanation.children) == (False, ())
    assert why.explanation.sentence == "record.clearance.settled is hidden"


def test_provenance_names_the_file_of_a_leaf(small_port: Harbour) -> None:
    """M-6."""
    (origin,) = provenance(small_port.runtime, "transitions.mooring.moves.moor.to")

    assert (origin.pack, origin.file) == ("harbour", "transitions/mooring.json")


def test_a_result_says_where_to_go_with_which_values(small_port: Harbour) -> None:
    """CC-28: a child's form opens with its parent filled in; nothing is stored."""
    stay = small_port.mooring()

    outcome = act(small_port.context("olga"), "mooring", stay.number, "order_chore")

    assert outcome.control is not None
    assert (outcome.control.form, outcome.control.readonly) == ("chore", ("parent",))
    parent = outcome.control.values["parent"]
    assert isinstance(parent, Reference)
    assert (parent.entity_type, parent.number) == ("mooring", stay.number)


@pytest.mark.parametrize(("verbs", "units", "code"), [(("view",), (), "not_permitted"), (("view", "create"), ("inspectors",), "no_type_permitted")])
def test_an_action_is_not_open_to_who_may_not_create_what_its_form_is_for(
    small_port: Harbour, verbs: tuple[str, ...], units: tuple[str, ...], code: str
) -> None:
    """CC-28, CARE-2: by his role, or because every subtype is for other units; said beforehand, and the same when it is done."""
    stay = small_port.mooring()
    model = small_port.runtime.model
    roles = {name: replace(role, permit={**role.permit, "chore": verbs}) for name, role in model.roles.items()}
    allow = Allow(units=units) if units else None
    chores = {name: replace(kind, allow=allow) for name, kind in model.subtypes["chore"].items()}
    small_port.runtime = compile_model(replace(model, roles=roles, subtypes={**model.subtypes, "chore": chores}), 1)
    olga = small_port.context("olga")

    offered = next(state for state in available(olga, "mooring", stay.number) if state.action.id == "order_chore")
    with pytest.raises(Refused) as caught:
        act(olga, "mooring", stay.number, "order_chore")

    assert (offered.enabled, [finding.code for finding in offered.findings]) == (False, [code])
    assert [(finding.code, finding.action) for finding in caught.value.findings] == [(code, "order_chore")]


def test_refusals_speak_the_language_of_the_request(small_port: Harbour) -> None:
    """T-32, GEN-25."""
    stay = small_port.mooring(assigned_user=None, assigned_unit="crane_crew")

    said = []
    for language in ("en", "de"):
        with pytest.raises(Refused) as caught:
            act(small_port.context("olga", language=language), "mooring", stay.number, "clear")
        said.append(sentence(caught.value.findings[0], language))

    assert said == ["Somebody must take the record over first.", "Der Datensatz muss zuerst von jemandem übernommen werden."]


def test_an_unknown_action_is_said_to_be_unknown(small_port: Harbour) -> None:
    with pytest.raises(PackdeskError) as caught:
        act(small_port.context("olga"), "mooring", small_port.mooring().number, "fly")

    assert caught.value.code == "unknown_action"
