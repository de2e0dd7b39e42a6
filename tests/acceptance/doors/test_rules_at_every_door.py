"""Rules that no way in may go round: the same outcome through screen, API, bulk edit and import."""

from collections.abc import Callable

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through

NO_ACTIONS = {"import": "a file has values, no actions"}


def _activity_in_progress(office: Office) -> Json:
    return office.do("lena", "activity", office.activity("lena"), "start_progress")


def _completed_activity(office: Office) -> Json:
    return office.do("lena", "activity", _activity_in_progress(office), "complete")


def _offered_lead(office: Office) -> Json:
    lead = office.do("lena", "lead", office.lead("lena"), "start_progress")
    return office.change("lena", "lead", lead, status="offered")


def _won_lead(office: Office) -> Json:
    return office.do("lena", "lead", _offered_lead(office), "won")


def _lost_lead(office: Office) -> Json:
    return office.do("lena", "lead", _offered_lead(office), "lost", lost_reason="price")


def _cancelled_lead(office: Office) -> Json:
    return office.do("lena", "lead", office.lead("lena"), "cancel")


def _cancelled_request(office: Office) -> Json:
    return office.do("lena", "service_request", office.request("lena"), "cancel")


@through("screen", "api", "bulk", without=NO_ACTIONS)
def test_an_activity_in_progress_is_not_cancelled(door: Door, office: Office) -> None:
    """T-1, CARE-8, GEN-27: the wrong state, told with the action and the move that refused."""
    activity = _activity_in_progress(office)

    outcome = door.act("lena", "activity", activity, "cancel", {})

    (refusal,) = outcome.refusals
    assert (refusal.code, refusal.action, refusal.rule) == ("wrong_state", "cancel", "transitions.activity.moves.cancel")
    assert office.now("lena", "activity", activity)["state"] == "in_progress"


@through("screen", "api", "bulk", "import")
def test_choosing_a_status_is_no_way_round_the_state(door: Door, office: Office) -> None:
    """T-1, CARE-25, CARE-31: what an action may not do, a chosen status may not either."""
    activity = _activity_in_progress(office)

    outcome = door.edit("lena", "activity", activity, {"status": "called_off"})

    (refusal,) = outcome.refusals
    assert (refusal.code, refusal.field, refusal.rule) == ("wrong_state", "status", "transitions.activity.moves.cancel")
    assert office.now("lena", "activity", activity)["status"] == "under_way"


@pytest.mark.parametrize(
    ("entity_type", "begin"),
    [
        ("activity", _completed_activity),
        ("lead", _won_lead),
        ("lead", _lost_lead),
        ("lead", _cancelled_lead),
        ("service_request", _cancelled_request),
    ],
    ids=["completed activity", "won lead", "lost lead", "cancelled lead", "cancelled request"],
)
@through("screen", "api", "bulk", "import")
def test_what_is_over_is_not_edited(door: Door, office: Office, entity_type: str, begin: Callable[[Office], Json]) -> None:
    """T-2, CARE-5, CARE-11: refused at every door, while a note is taken."""
    record = begin(office)

    outcome = door.edit("lena", entity_type, record, {"description": "Said afterwards."})

    assert outcome.code == "locked_final"
    assert outcome.rules == {f"transitions.{entity_type}.states.{record['state']}"}
    assert office.now("lena", entity_type, record)["description"] == record["description"]
    assert office.note("lena", entity_type, record, "Written afterwards.").status == 201


@pytest.mark.parametrize(
    ("entity_type", "field", "code"),
    [
        ("service_request", "account", "immutable_field"),
        ("service_request", "contact", "derived_field"),
        ("service_request", "caller", "immutable_field"),
        ("lead", "contact", "immutable_field"),
        ("lead", "account", "immutable_field"),
        ("activity", "contact", "immutable_field"),
        ("communication", "contact", "immutable_field"),
    ],
)
@through("screen", "api", "bulk", "import")
def test_whom_a_record_is_about_never_changes(door: Door, office: Office, entity_type: str, field: str, code: str) -> None:
    """T-3, CARE-4: contact and account stay as they were created, whoever sends another one."""
    owner, stranger = office.person("lena"), office.person("lena")
    account = office.account("lena", owner)
    makers: dict[str, Callable[[], Json]] = {
        "service_request": lambda: office.request("lena", account=account),
        "lead": lambda: office.lead("lena", contact=owner, account=account["number"]),
        "activity": lambda: office.activity("lena", contact=owner),
        "communication": lambda: office.message("admin", contact=owner),
    }
    record = makers[entity_type]()
    other = office.account("lena", owner) if field == "account" else stranger

    outcome = door.edit("admin", entity_type, record, {field: other["number"]})

    assert outcome.places == {(code, field)}
    assert outcome.rules == {f"entity_types.{entity_type}.fields.{field}" + ".immutable" * (code == "immutable_field")}
    assert office.now("lena", entity_type, record)[field] == record[field]


@through("api", "bulk", "import", without={"screen": "the form has no such field; see the next test"})
def test_the_type_of_a_record_never_changes(door: Door, office: Office) -> None:
    """T-3, CARE-4."""
    request = office.request("lena")

    outcome = door.edit("lena", "service_request", request, {"subtype": "service_outage"})

    assert outcome.places == {("immutable_field", "subtype")}
    assert office.now("lena", "service_request", request)["subtype"] == "information_request"


def test_a_type_smuggled_into_the_form_changes_nothing(screen: Door, office: Office) -> None:
    """T-3: the screen's form does not hold the type, and what is added to it by hand is not stored."""
    request = office.request("lena")

    screen.edit("lena", "service_request", request, {"subtype": "service_outage", "description": "Told again."})

    after = office.now("lena", "service_request", request)
    assert (after["subtype"], after["description"]) == ("information_request", "Told again.")


@through("screen", "api", "bulk", without=NO_ACTIONS)
def test_a_request_without_an_assignee_is_not_responded_to(door: Door, office: Office) -> None:
    """T-5, CARE-19."""
    request = office.request("lena", assigned_unit="customer_care")

    outcome = door.act("lena", "service_request", request, "respond", {"response": {"category": "received"}})

    (refusal,) = outcome.refusals
    assert (refusal.code, refusal.field) == ("assignee_missing", "assigned_user")
    assert (refusal.action, refusal.rule) == ("respond", "transitions.service_request.moves.respond.needs_assignee")
    assert office.now("lena", "service_request", request)["state"] == "pending"


@through("screen", "api", "bulk", without=NO_ACTIONS)
def test_a_transition_rule_refuses_who_is_not_named(door: Door, office: Office) -> None:
    """T-12, CARE-27, CARE-28: the refusal names the rule that would have had to allow it."""
    request = office.request("lena", "faulty_item_replacement")

    outcome = door.act("lena", "service_request", request, "respond", {"response": {"category": "received"}})

    (refusal,) = outcome.refusals
    assert (refusal.code, refusal.action) == ("transition_forbidden", "respond")
    assert refusal.rule == "subtypes.service_request.faulty_item_replacement.rules.answer"
    assert office.now("lena", "service_request", request)["status"] == "new"


@through("screen", "api", without=NO_ACTIONS | {"bulk": "the unit's members have no bulk right; roles are tried below"})
def test_a_transition_rule_lets_the_members_of_its_unit_through(door: Door, office: Office) -> None:
    """T-12."""
    request = office.request("anna", "faulty_item_replacement")

    outcome = door.act("anna", "service_request", request, "respond", {"response": {"category": "received"}})

    assert outcome.stored["status"] == "answered"


@through("screen", "api", "bulk", "import")
def test_a_transition_rule_lets_the_holders_of_its_role_through(door: Door, office: Office) -> None:
    """T-12, CARE-35: back to the other status of the same state, which only a team leader may do."""
    lead = _offered_lead(office)

    outcome = door.edit("lena", "lead", lead, {"status": "qualified"})

    assert (outcome.stored["status"], outcome.stored["state"]) == ("qualified", "in_progress")


@through("screen", "api", without={"bulk": "who has the bulk right has the role too", "import": "who may import has the role too"})
def test_a_transition_rule_refuses_who_lacks_its_role(door: Door, office: Office) -> None:
    """T-12, GEN-27."""
    lead = _offered_lead(office)

    outcome = door.edit("anna", "lead", lead, {"status": "qualified"})

    assert outcome.refusals[0].code == "transition_forbidden"
    assert outcome.rules == {"transitions.lead.rules.requalify"}


@through("screen", "api", "bulk", "import")
def test_a_transition_that_no_rule_lists_is_refused(door: Door, office: Office) -> None:
    """CARE-28, CARE-31: won straight from qualified is in no rule."""
    lead = office.do("lena", "lead", office.lead("lena"), "start_progress")

    outcome = door.edit("lena", "lead", lead, {"status": "won"})

    assert outcome.code == "transition_forbidden"
    assert outcome.rules == {"transitions.lead.rules"}
    assert office.now("lena", "lead", lead)["state"] == "in_progress"


@pytest.mark.parametrize(
    ("urgency", "impact", "priority"),
    [("critical", "extensive", "p1"), ("high", "moderate", "p3"), ("medium", "minor", "p7"), ("low", "minor", "p10")],
)
@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_priority_comes_from_urgency_and_impact(door: Door, office: Office, urgency: str, impact: str, priority: str) -> None:
    """T-14."""
    account = office.account("lena")

    outcome = door.create(
        "lena",
        "service_request",
        {"subtype": "information_request", "account": account["number"], "assigned_unit": "customer_care", "urgency": urgency, "impact": impact},
    )

    assert outcome.stored["priority"] == priority


@through("screen", "api", "bulk", "import")
def test_priority_follows_urgency_and_is_never_written(door: Door, office: Office) -> None:
    """T-14."""
    request = office.request("lena", urgency="low", impact="minor")

    written = door.edit("lena", "service_request", request, {"priority": "p1"})
    followed = door.edit("lena", "service_request", request, {"urgency": "critical"})

    assert written.places == {("derived_field", "priority")}
    assert (request["priority"], followed.stored["priority"]) == ("p10", "p3")


@pytest.mark.parametrize(("entity_type", "subtype"), [("service_request", "faulty_item_replacement"), ("activity", "technical_visit")])
@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_a_type_is_for_its_creators_alone(door: Door, office: Office, entity_type: str, subtype: str) -> None:
    """T-18, CARE-2: the unit of this person is in none of those that may create the type, whatever his roles permit."""
    account = office.account("lena")
    about = {"account": account["number"]} if entity_type == "service_request" else {"contact": account["owner"]["number"]}
    before = office.find("admin", entity_type, filter=f"record.subtype == '{subtype}'")

    outcome = door.create("admin", entity_type, {"subtype": subtype, "assigned_unit": "customer_care", **about})

    assert outcome.places == {("type_not_permitted", "subtype")}
    assert outcome.rules == {f"subtypes.{entity_type}.{subtype}.allow"}
    assert office.find("admin", entity_type, filter=f"record.subtype == '{subtype}'") == before


@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_a_type_without_creators_is_for_everybody(door: Door, office: Office) -> None:
    """CARE-3."""
    contact = office.person("lena")

    outcome = door.create("admin", "activity", {"subtype": "paperwork", "contact": contact["number"], "assigned_unit": "customer_care"})

    assert outcome.stored["subtype"] == "paperwork"


@through("screen", "api", "bulk", "import")
def test_a_record_that_waits_for_somebody_can_be_edited(door: Door, office: Office) -> None:
    """CARE-6."""
    request = office.request("lena", assigned_unit="customer_care")

    outcome = door.edit("lena", "service_request", request, {"description": "Has called again."})

    assert (outcome.stored["description"], outcome.stored["assigned_user"]) == ("Has called again.", None)


@through("screen", "api", "bulk", "import")
def test_work_in_progress_can_be_edited(door: Door, office: Office) -> None:
    """CARE-34."""
    activity = _activity_in_progress(office)

    outcome = door.edit("lena", "activity", activity, {"description": "Half done."})

    assert (outcome.stored["description"], outcome.stored["state"]) == ("Half done.", "in_progress")


@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_nobody_responsible_is_refused(door: Door, office: Office) -> None:
    """CARE-14: the unit of who creates it is not taken for granted."""
    contact = office.person("lena")

    outcome = door.create("lena", "activity", {"subtype": "call_back", "contact": contact["number"]})

    assert outcome.code == "assignment_missing"


@through("screen", "api", "bulk", "import")
def test_a_user_outside_the_unit_is_refused(door: Door, office: Office) -> None:
    """CARE-15."""
    request = office.request("lena", assigned_unit="customer_care")

    outcome = door.edit("lena", "service_request", request, {"assigned_unit": "technical", "assigned_user": "anna"})

    assert outcome.places == {("user_not_in_unit", "assigned_user")}
    assert office.now("lena", "service_request", request)["assigned_unit"] == "customer_care"


@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_a_user_alone_brings_his_unit(door: Door, office: Office) -> None:
    """CARE-13, CARE-15, CARE-20."""
    contact = office.person("lena")

    outcome = door.create("lena", "activity", {"subtype": "call_back", "contact": contact["number"], "assigned_user": "tom"})

    assert (outcome.stored["assigned_unit"], outcome.stored["assigned_user"]) == ("technical", "tom")


@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_a_missing_value_is_named(door: Door, office: Office) -> None:
    """GEN-10, GEN-27: code, field and rule, the same at every door; nothing is stored."""
    first = office.unique("Nameless")

    outcome = door.create("lena", "contact", {"kind": "person", "person": {"first_name": first}})

    assert outcome.places == {("required_field", "person.last_name")}
    assert outcome.rules == {"entity_types.contact.sections.person.fields.last_name.required"}
    assert office.find("lena", "contact", filter=f"record.person.first_name == '{first}'") == []


@through("screen", "api", "bulk", without={"import": "an empty cell says nothing"})
def test_what_is_required_cannot_be_taken_away(door: Door, office: Office) -> None:
    """GEN-10, GEN-27."""
    contact = office.person("lena")

    outcome = door.edit("lena", "contact", contact, {"person": {"last_name": None}})

    assert outcome.places == {("required_field", "person.last_name")}
    assert office.now("lena", "contact", contact) == contact


@pytest.mark.parametrize("name", ["Ada\nLovelace", "Ada\x1b[31m", "exe.\u202etxt", "Ada\u2066"], ids=["line break", "control", "override", "isolate"])
@through("screen", "api", "bulk", "import")
def test_a_name_holds_no_character_that_nobody_sees(door: Door, office: Office, name: str) -> None:
    """GEN-10, GEN-27: nothing is dropped silently, and the record stays as it was; marks of mixed writing are letters like others."""
    contact = office.person("lena")

    refused = door.edit("lena", "contact", contact, {"person": {"first_name": name}})
    kept = office.now("lena", "contact", contact)
    mixed = door.edit("lena", "contact", kept, {"person": {"first_name": f"\u05d0\u200e {door.name}"}})

    assert refused.places == {("forbidden_character", "person.first_name")}
    assert kept["person"]["first_name"] == contact["person"]["first_name"]
    assert mixed.stored["person"]["first_name"] == f"\u05d0\u200e {door.name}"


@pytest.mark.parametrize("login", ["ghost", "zz top", "system"])
@through("screen", "api", "bulk", "import")
def test_nobody_is_made_responsible_whom_the_installation_does_not_know(door: Door, office: Office, login: str) -> None:
    """CARE-14, GEN-10."""
    lead = office.lead("lena")

    outcome = door.edit("lena", "lead", lead, {"assigned_user": login})

    assert outcome.places == {("unknown_user", "assigned_user")}
    assert office.now("lena", "lead", lead) == lead


@through("screen", "api", "bulk", "import")
def test_a_description_keeps_its_lines(door: Door, office: Office) -> None:
    """GEN-10: what is written in lines may have them."""
    lead = office.lead("lena")

    edited = door.edit("lena", "lead", lead, {"description": "First\nsecond\tline"})

    assert edited.refusals == ()
    assert edited.stored["description"].splitlines() == ["First", "second\tline"]
