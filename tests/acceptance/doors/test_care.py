"""What service requests, activities and leads share, told through the API of a running server; the doors are compared elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through
from tests.acceptance.doors.screen import ScreenDoor, read_page


@through("screen", "api", "bulk", without={"import": "a file deletes nothing"})
def test_a_lead_with_an_activity_is_not_deleted(door: Door, office: Office) -> None:
    """T-4, CARE-7: only when the activity is gone."""
    contact = office.person("lena")
    lead = office.lead("lena", contact=contact)
    activity = office.activity("lena", contact=contact, parent=office.parent("lead", lead))

    refused = door.delete("lena", "lead", lead)
    gone = door.delete("lena", "activity", activity)
    deleted = door.delete("lena", "lead", office.now("lena", "lead", lead))

    assert refused.code == "has_dependents"
    assert refused.rules == {"entity_types.activity.relations.parent.blocks_delete"}
    assert (gone.refusals, deleted.refusals) == ((), ())
    assert office.call("lena", "GET", f"/records/{{lead}}/{lead['number']}").code == "unknown_record"


@pytest.mark.parametrize("entity_type", ["service_request", "lead", "activity"])
def test_cancelling_is_for_what_is_pending_and_takes_the_defaults(office: Office, entity_type: str) -> None:
    """CARE-8, CARE-9: default status and default reason of the type."""
    record = {"service_request": office.request, "lead": office.lead, "activity": office.activity}[entity_type]("lena")

    cancelled = office.do("lena", entity_type, record, "cancel")
    again = office.act("lena", entity_type, cancelled, "cancel")

    expected = {"service_request": ("withdrawn", "duplicate"), "lead": ("dropped", None), "activity": ("called_off", "customer_withdrew")}
    assert (cancelled["status"], cancelled.get("cancellation_reason")) == expected[entity_type]
    assert cancelled["state"] == "cancelled"
    assert again.status == 409


@through("screen", "api", "bulk", without={"import": "a file has values, no actions"})
def test_a_lead_is_not_lost_without_a_reason(door: Door, office: Office) -> None:
    """T-16, CARE-33."""
    lead = office.do("lena", "lead", office.lead("lena"), "start_progress")

    refused = door.act("lena", "lead", lead, "lost", {"lost_reason": None})
    lost = door.act("lena", "lead", lead, "lost", {"lost_reason": "competitor"})

    assert ("required_field", "lost_reason") in refused.places
    assert (lost.stored["state"], lost.stored["lost_reason"]) == ("lost", "competitor")


@pytest.mark.parametrize("entity_type", ["service_request", "lead", "activity", "contact", "communication", "account"])
def test_notes_keep_who_and_when_and_are_never_changed(office: Office, entity_type: str) -> None:
    """CARE-10: there is no way to change or remove one."""
    makers = {"service_request": office.request, "lead": office.lead, "activity": office.activity, "contact": office.person, "account": office.account}
    record = makers[entity_type]("lena") if entity_type in makers else office.message("lena")
    path = f"/records/{{{entity_type}}}/{record['number']}/notes"

    first = office.note("lena", entity_type, record, "Said <b>this</b> & that.\nAnd 'more'.")
    second = office.note("admin", entity_type, record, "Later words.")
    told = office.call("lena", "GET", path).json["notes"]
    ways = [
        office.call("lena", method, f"{path}{rest}", {"text": "Forged."}).status
        for method in ("PUT", "PATCH", "DELETE")
        for rest in ("", f"/{first.json['id']}")
    ]

    assert (first.status, second.status) == (201, 201)
    assert [(note["by"], note["text"]) for note in told] == [("admin", "Later words."), ("lena", "Said <b>this</b> & that.\nAnd 'more'.")]
    assert told[0]["at"] >= told[1]["at"]
    assert set(ways) <= {404, 405}
    assert office.note("lena", entity_type, record, "   ").status == 422


@through("screen", "api", without={"bulk": "bulk edits write values", "import": "a file writes values"})
def test_taking_over_is_for_members_of_the_unit(door: Door, office: Office) -> None:
    """CARE-17, CARE-18, BX-8: not for others, not twice, not when it is over."""
    request = office.request("lena", assigned_unit="first_line")
    over = office.do("lena", "service_request", office.request("lena", assigned_unit="first_line"), "cancel")

    stranger = door.act("tom", "service_request", request, "claim", {})
    member = door.act("anna", "service_request", request, "claim", {})
    late = door.act("tom", "service_request", office.now("lena", "service_request", request), "claim", {})
    final = door.act("anna", "service_request", over, "claim", {})

    assert (stranger.code, stranger.refusals[0].action, stranger.rules) == ("unavailable", "claim", {"actions.claim.when"})
    assert member.stored["assigned_user"] == "anna"
    assert late.code == "already_claimed"
    assert final.code == "locked_final"


def test_a_lead_of_another_unit_is_started_only_after_it_was_accepted(office: Office) -> None:
    """BX-8, CARE-19, CARE-22, CARE-23."""
    lead = office.lead("mia", assigned_unit="b2b_marketing")

    before = office.act("mia", "lead", lead, "start_progress")
    claimed = office.do("mia", "lead", lead, "claim")
    other = office.act("admin", "lead", claimed, "start_progress")
    after = office.do("mia", "lead", claimed, "start_progress")

    assert before.code == "assignee_missing"
    assert other.code == "not_assignee"
    assert (after["state"], after["status"]) == ("in_progress", "qualified")


def test_assigning_is_a_right_of_its_own(office: Office) -> None:
    """CARE-13, CARE-20: a team leader assigns by editing, an agent only accepts."""
    request = office.request("lena", assigned_unit="customer_care")

    agent = office.edit("anna", "service_request", request, assigned_user="anna")
    leader = office.change("lena", "service_request", request, assigned_user="anna")

    assert (agent.status, agent.code, agent.json["field"]) == (403, "not_permitted", "assigned_user")
    assert leader["assigned_user"] == "anna"


@pytest.mark.parametrize(("unit", "user"), [(None, None)])
def test_an_assignment_is_never_taken_away_altogether(office: Office, unit: None, user: None) -> None:
    """CARE-14."""
    request = office.request("lena")

    answer = office.edit("lena", "service_request", request, assigned_unit=unit, assigned_user=user)

    assert answer.code == "assignment_missing"
    assert office.now("lena", "service_request", request)["assigned_user"] == "lena"


def test_a_status_stands_for_one_state_and_a_type_has_a_default_for_each(office: Office) -> None:
    """CARE-24, CARE-25, CARE-26: as the running server describes it."""
    described = office.call("lena", "GET", "/metadata/{service_request}").json
    statuses = {name: status["state"] for name, status in described["lifecycle"]["statuses"].items()}

    request = office.request("lena", "service_outage")
    moved = office.do("lena", "service_request", request, "respond", response={"category": "received"})

    assert statuses["new"] == "pending"
    assert statuses["waiting_for_customer"] == statuses["answered"] == "responded"
    assert (moved["status"], moved["state"]) == ("answered", "responded")


def test_without_rules_the_life_cycle_alone_decides(office: Office) -> None:
    """CARE-29, CARE-31, CARE-35: everybody may who may act, but no move is skipped."""
    request = office.do("lena", "service_request", office.request("lena", "service_outage"), "respond", response={"category": "received"})

    waiting = office.change("lena", "service_request", request, status="waiting_for_customer")
    skipped = office.act("lena", "service_request", waiting, "complete")
    back = office.edit("lena", "service_request", waiting, status="new")

    assert waiting["state"] == "responded"
    assert skipped.code == "wrong_state"
    assert back.status in (409, 422)


def test_a_status_that_the_type_does_not_have_is_refused(office: Office) -> None:
    """CARE-26: the workaround exists in the life cycle, but not for this type."""
    request = office.do("lena", "service_request", office.request("lena"), "respond", response={"category": "received"})

    answer = office.edit("lena", "service_request", request, status="workaround")

    assert (answer.status, answer.code, answer.json["field"]) == (422, "status_not_allowed", "status")


@pytest.mark.parametrize(("entity_type", "end", "state"), [("activity", "complete", "completed"), ("lead", "won", "won"), ("lead", "lost", "lost")])
def test_progress_from_start_to_end(office: Office, entity_type: str, end: str, state: str) -> None:
    """CARE-32, CARE-33, CARE-40: no end without a start, and the end is dated."""
    record = {"activity": office.activity, "lead": office.lead}[entity_type]("lena")

    early = office.act("lena", entity_type, record, end)
    record = office.do("lena", entity_type, record, "start_progress")
    started = record["state"]
    if end == "won":
        record = office.change("lena", entity_type, record, status="offered")
    ended = office.do("lena", entity_type, record, end, **({"lost_reason": "price"} if end == "lost" else {}))

    assert early.code == "wrong_state"
    assert (started, ended["state"]) == ("in_progress", state)
    assert ended["actual_date"] is not None


def test_an_activity_is_scheduled_from_the_page_of_a_request(office: Office, screen: ScreenDoor) -> None:
    """CARE-12, CARE-46, CARE-47: the form knows the request; contact and number are carried over; other types are refused."""
    request = office.request("lena", "service_outage")
    page = f"/r/{{service_request}}/{request['number']}"
    browser = screen.browser("lena")
    step = next(form for form in read_page(screen.open("lena", page)).forms if form.action.endswith(office.word("schedule_activity")))

    opened = browser.send(step, screen.path(page))
    kinds = read_page(browser.ask("GET", opened.headers["location"]))
    chosen = next(link for link in kinds.links if f"subtype={office.word('call_back')}" in link)
    form = next(form for form in read_page(browser.ask("GET", chosen)).forms if "_key" in form.values)
    form.fill("assigned_user", office.word("lena"))
    done = browser.send(form, chosen)

    assert opened.status == done.status == 303
    activity = office.read("lena", "activity", done.headers["location"].rpartition("/")[2])
    assert activity["parent"]["number"] == request["number"]
    assert activity["contact"]["number"] == request["contact"]["number"]
    assert activity["description"] == request["number"]


def test_a_request_offers_only_the_activities_of_its_type(office: Office) -> None:
    """CARE-47, T-19."""
    request = office.request("lena")
    contact = {"number": request["contact"]["number"]}
    values = {"contact": contact["number"], "assigned_user": "lena", "parent": office.parent("service_request", request)}

    refused = office.call("lena", "POST", "/records/{activity}", {"subtype": "paperwork", **values})
    made = office.create("lena", "activity", subtype="call_back", **values)

    assert (refused.status, refused.json["findings"][0]["field"]) == (422, "subtype")
    assert made["parent"]["number"] == request["number"]


def test_a_request_with_an_open_activity_is_not_completed(office: Office) -> None:
    """T-9, T-7, T-8 in short: the whole way of a request, with every acceptance that its categories ask for."""
    request = office.request("lena", "service_outage")
    contact = {"number": request["contact"]["number"]}
    activity = office.activity("lena", contact=contact, parent=office.parent("service_request", request))
    request = office.do("lena", "service_request", request, "respond", response={"category": "received"})
    request = office.do("lena", "service_request", request, "temporarily_resolve", temporary_resolution={"category": "workaround"})

    unaccepted = office.act("lena", "service_request", request, "finally_resolve", final_resolution={"category": "repaired"})
    stranger = office.act("lena", "service_request", request, "accept_temporary_resolution", contact=office.person("lena")["number"])
    request = office.do("lena", "service_request", request, "accept_temporary_resolution", contact=contact["number"])
    request = office.do("lena", "service_request", request, "finally_resolve", final_resolution={"category": "repaired"})
    early = office.act("lena", "service_request", request, "complete")
    office.do("lena", "activity", activity, "cancel")
    done = office.do("lena", "service_request", office.now("lena", "service_request", request), "complete")

    assert (unaccepted.code, early.code) == ("check_failed", "check_failed")
    assert unaccepted.json["rule"].endswith("workaround_accepted")
    assert early.json["rule"].endswith("activities_closed")
    assert (stranger.code, stranger.json["field"]) == ("not_selectable", "contact")
    assert done["state"] == "completed"


def _answered(office: Office) -> Json:
    return office.do("lena", "service_request", office.request("lena", "service_outage"), "respond", response={"category": "received"})


def _settled(office: Office) -> Json:
    return office.do("lena", "service_request", _answered(office), "finally_resolve", final_resolution={"category": "repaired"})


SITUATIONS: Mapping[str, tuple[str, Callable[[Office], Json]]] = {
    "request of a unit": ("service_request", lambda office: office.request("lena", assigned_unit="customer_care")),
    "request": ("service_request", lambda office: office.request("lena", "service_outage")),
    "cancelled request": ("service_request", lambda office: office.do("lena", "service_request", office.request("lena"), "cancel")),
    "answered request": ("service_request", _answered),
    "settled request": ("service_request", _settled),
    "activity of a unit": ("activity", lambda office: office.activity("lena", assigned_unit="customer_care")),
    "activity": ("activity", lambda office: office.activity("lena")),
    "started activity": ("activity", lambda office: office.do("lena", "activity", office.activity("lena"), "start_progress")),
    "lead of a unit": ("lead", lambda office: office.lead("lena", assigned_unit="customer_care")),
    "lead": ("lead", lambda office: office.lead("lena")),
    "offered lead": ("lead", lambda office: office.change("lena", "lead", office.do("lena", "lead", office.lead("lena"), "start_progress"), status="offered")),
    "draft": ("communication", lambda office: office.message("lena")),
    "communication": ("communication", lambda office: office.do("lena", "communication", office.message("lena"), "save")),
}


def _offered(office: Office, login: str, entity_type: str, record: Json) -> list[Json]:
    """Return the actions of a record with whether this person can do them now."""
    return office.call(login, "GET", f"/records/{{{entity_type}}}/{record['number']}/actions").json["actions"]  # type: ignore[no-any-return]


def _asked_for(described: Json, record: Json, action: str) -> dict[str, Any]:
    """Return a value for every choice that the action asks for and the record does not have yet: one that the record's type allows."""
    allowed = {member for members in described["subtypes"].get(record.get("subtype"), {"choices": {}})["choices"].values() for member in members}
    inputs: dict[str, Any] = {}
    for path, field in described["actions"][action]["inputs"].items():
        section, _, name = path.rpartition(".")
        has = (record.get(section) or {}).get(name) if section else record.get(name)
        if has is None and "options" in field:
            (inputs.setdefault(section, {}) if section else inputs)[name] = next(option["id"] for option in field["options"] if option["id"] in allowed)
    return inputs


@pytest.mark.parametrize("login", ["lena", "tom", "paul"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_enabled_action_can_be_done_and_every_other_is_refused_for_the_reason_given(office: Office, situation: str, login: str) -> None:
    """GEN-13: what the server offers is what the server does; each action on a record of its own in the same state."""
    entity_type, make = SITUATIONS[situation]
    described = office.call("lena", "GET", f"/metadata/{{{entity_type}}}").json
    record = make(office)
    offered = _offered(office, login, entity_type, record)

    assert offered
    for state in offered:
        if state["enabled"]:
            own = make(office)
            done = office.act(login, entity_type, own, state["id"], **_asked_for(described, own, state["id"]))
            after = office.now("lena", entity_type, own)

            assert done.status == 200, (state["id"], done.body)
            assert after["status"] == (state["default_status"] or own["status"])
        else:
            answer = office.act(login, entity_type, record, state["id"])

            assert 400 <= answer.status < 500, (state["id"], answer.body)
            assert answer.code in {state["findings"][0]["code"], "already_claimed"}, (state["id"], answer.body)
            assert answer.json["rule"] == state["findings"][0]["rule"]


def test_every_action_of_the_modules_is_enabled_in_some_situation(office: Office) -> None:
    """GEN-13: the test above leaves out no action but accepting a temporary resolution, which another test takes all the way."""
    enabled = {
        (entity_type, state["id"])
        for entity_type, make in SITUATIONS.values()
        for login in ("lena", "anna")
        for state in _offered(office, login, entity_type, make(office))
        if state["enabled"]
    }
    declared = {(kind, action) for kind, _ in SITUATIONS.values() for action in office.call("lena", "GET", f"/metadata/{{{kind}}}").json["actions"]}

    assert declared - enabled == {("service_request", "accept_temporary_resolution")}


def test_the_form_of_an_action_asks_for_what_the_action_takes(office: Office, screen: ScreenDoor) -> None:
    """GEN-12, GEN-13: the section that the action opens can be filled in, with the choices of the type and its default chosen."""
    request = office.request("lena")
    path = f"/r/{{service_request}}/{request['number']}/actions/{{respond}}"

    offered = screen.offered("lena", path, "response.category")
    form = next(form for form in read_page(screen.open("lena", path)).forms if "_key" in form.values)
    done = screen.act("lena", "service_request", request, "respond", {"response": {"category": "received", "description": "On the phone."}})

    assert sorted(offered) == ["information_given", "received"]
    assert form.values[office.word("response.category")] == [office.word("information_given")]
    assert (done.stored["response"]["category"], done.stored["response"]["description"]) == ("received", "On the phone.")


@pytest.mark.parametrize("entity_type", ["service_request", "activity", "lead"])
def test_the_modules_are_operated_the_same_way(office: Office, screen: ScreenDoor, entity_type: str) -> None:
    """CARE-1: search, look, edit, new."""
    record = {"service_request": office.request, "lead": office.lead, "activity": office.activity}[entity_type]("lena")
    at = screen.path(f"/r/{{{entity_type}}}")

    listed = read_page(screen.open("lena", f"/r/{{{entity_type}}}"))
    form = next(form for form in listed.forms if {"_q", "_filter"} <= set(form.values))
    form.fill("_q", record["number"])
    found = read_page(screen.browser("lena").send(form, at))
    looked_at = read_page(screen.open("lena", f"/r/{{{entity_type}}}/{record['number']}"))

    assert any(link.startswith(f"{at}/new") for link in listed.links)
    assert f"{at}/{record['number']}" in found.links
    assert f"{at}/{record['number']}/edit" in looked_at.links


def test_who_is_responsible_stands_at_the_side(office: Office, screen: ScreenDoor) -> None:
    """CARE-21: on the page of the record, also right after it was saved; whoever made it is somebody else."""
    request = office.request("lena", assigned_user="tom")
    at = screen.path(f"/r/{{service_request}}/{request['number']}")
    form = next(
        form for form in read_page(screen.open("lena", f"/r/{{service_request}}/{request['number']}/edit")).forms if office.word("description") in form.values
    )
    form.fill(office.word("description"), "Saved just now")

    opened = screen.open("lena", f"/r/{{service_request}}/{request['number']}").body.decode()
    leads_to = screen.browser("lena").send(form, f"{at}/edit").headers["location"]
    saved = screen.browser("lena").ask("GET", leads_to).body.decode()

    for page in (opened, saved):
        beside = [part.partition("</section>")[0] for part in page.split('aria-labelledby="side-')[1:]]
        assert any("Tom Falk" in part and "Assigned user" in part for part in beside)
    assert "Saved just now" in saved


def test_the_classification_follows_from_the_category(office: Office) -> None:
    """SR-7: it is never written."""
    request = office.request("lena", category="billing")

    changed = office.change("lena", "service_request", request, category="contract_change")
    written = office.edit("lena", "service_request", changed, classification="complaint")

    assert (request["classification"], changed["classification"]) == ("information_request", "change_request")
    assert (written.status, written.code, written.json["field"]) == (422, "derived_field", "classification")
