"""T-31: what belongs to another group is not there, whatever one asks and however one asks for it."""

import re
from urllib.parse import urlencode

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through
from tests.acceptance.doors.screen import ScreenDoor

_FILE = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nSecret plan\r\n--cut--\r\n'
_FORM = "multipart/form-data; boundary=cut"
_MISSING = "LE99999999"


@pytest.fixture(scope="module")
def hidden(office: Office) -> Json:
    """A lead of the sales group with a note, a file and an activity, about a confidential contact."""
    contact = office.person("mia", privacy_level="confidential", person={"first_name": office.unique("Zenobia"), "last_name": "Verborgen"})
    lead = office.lead("mia", contact=contact, description="Quietly negotiated.")
    assert office.note("mia", "lead", lead, "Nobody else may read this.").status == 201
    file = office.call("mia", "POST", f"/records/{{lead}}/{lead['number']}/attachments", _FILE, Content_Type=_FORM)
    assert file.status == 201, file.body
    activity = office.activity("mia", "paperwork", contact, parent=office.parent("lead", lead))
    return {"lead": lead, "contact": contact, "activity": activity, "file": file.json["id"]}


@pytest.mark.parametrize("login", ["anna", "lena"])
@pytest.mark.parametrize("by", ["number", "id"])
@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"description": "Mine now."}),
        ("DELETE", "", None),
        ("GET", "/actions", None),
        ("POST", "/actions/{claim}", {}),
        ("POST", "/actions/{cancel}", {}),
        ("GET", "/actions/{claim}/why", None),
        ("GET", "/history", None),
        ("GET", "/notes", None),
        ("POST", "/notes", {"text": "Been here."}),
        ("GET", "/attachments", None),
        ("POST", "/attachments", _FILE),
        ("GET", "/attachments/<file>", None),
    ],
)
def test_the_api_knows_no_such_record(office: Office, hidden: Json, login: str, by: str, method: str, rest: str, body: object) -> None:
    """T-31: 404, word for word what a record that never was gives."""
    rest = rest.replace("<file>", hidden["file"])
    headers = {"If_Match": '"1"'} | ({"Content_Type": _FORM} if body is _FILE else {})
    never = "00000000-0000-7000-8000-000000000000" if by == "id" else _MISSING

    answer = office.call(login, method, f"/records/{{lead}}/{hidden['lead'][by]}{rest}", body, **headers)
    nothing = office.call(login, method, f"/records/{{lead}}/{never}{rest}", body, **headers)

    missing_right = method == "DELETE" and login == "anna"
    assert (answer.status, answer.code) == ((403, "not_permitted") if missing_right else (404, "unknown_record"))
    assert {**answer.json, "request_id": ""} == {**nothing.json, "request_id": ""}
    assert office.now("mia", "lead", hidden["lead"])["version"] == hidden["lead"]["version"]


@pytest.mark.parametrize("rest", ["", "/edit", "/history", "/actions/{claim}", "/assign", "/delete", "/attachments/<file>"])
def test_the_screens_know_no_such_record(screen: ScreenDoor, hidden: Json, rest: str) -> None:
    """T-31."""
    page = screen.open("lena", f"/r/{{lead}}/{hidden['lead']['number']}{rest.replace('<file>', hidden['file'])}")

    assert page.status == 404
    assert hidden["contact"]["person"]["first_name"].encode() not in page.body


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "Quietly"},
        {"q": "Zenobia"},
        {"filter": "record.description.contains('Quietly')"},
        {"filter": "record.created_by == 'mia'"},
        {"order": "-number"},
    ],
)
def test_lists_counts_searches_and_filters_leave_it_out(office: Office, hidden: Json, query: dict[str, str]) -> None:
    """T-31: neither a row nor a count tells of it."""
    ours = office.lead("lena")
    query = {name: value.replace("'mia'", f"'{office.word('mia')}'") for name, value in query.items()}

    answer = office.call("lena", "GET", "/records/{lead}", query={"limit": "200", **query})

    numbers = [row["number"] for row in answer.json["records"]]
    assert hidden["lead"]["number"] not in numbers
    assert answer.json["count"] == len(numbers)
    assert query or ours["number"] in numbers


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_exports_leave_it_out(office: Office, screen: ScreenDoor, hidden: Json, form: str) -> None:
    """T-31."""
    ours = office.lead("lena")

    answer = office.call("lena", "GET", "/records/{lead}/export", query={"format": form})
    page = screen.open("lena", "/r/{lead}/export.csv?view=all")

    assert ours["number"].encode() in answer.body
    assert hidden["lead"]["number"].encode() not in answer.body + page.body


@pytest.mark.parametrize("what", [{"values": {"description": "Mine now."}}, {"action": "cancel", "inputs": {}}, {"delete": True}])
@pytest.mark.parametrize("preview", [True, False])
def test_bulk_edits_find_no_such_record(office: Office, hidden: Json, what: Json, preview: bool) -> None:
    """T-31."""
    answer = office.call("lena", "POST", "/records/{lead}/bulk", {"records": [hidden["lead"]["number"]], **what, "preview": preview})

    assert [finding["code"] for finding in answer.json["rows"][0]["findings"]] == ["unknown_record"]
    assert office.now("mia", "lead", hidden["lead"])["version"] == hidden["lead"]["version"]


def test_a_row_of_a_file_finds_no_such_record(office: Office, doors: dict[str, Door], hidden: Json) -> None:
    """T-31: a number that is hidden is refused like one that never was, and nothing new comes of it."""
    before = office.find("lena", "lead")

    outcomes = [doors["import"].edit("lena", "lead", {"number": number}, {"description": "Mine."}) for number in (hidden["lead"]["number"], _MISSING)]

    assert [outcome.code for outcome in outcomes] == ["unknown_record", "unknown_record"]
    assert office.find("lena", "lead") == before


@pytest.mark.parametrize(("owner", "code"), [("first_line", "not_an_option"), ("technical", "not_an_option"), ("sales", "group_not_permitted")])
@through("api", "bulk", "import", without={"screen": "no form offers the owner"})
def test_a_record_is_not_handed_to_where_one_would_not_see_it(door: Door, office: Office, owner: str, code: str) -> None:
    """NET-2, GEN-11: a unit owns nothing, and what belongs to another group is for its members to take."""
    request = office.request("anna")

    outcome = door.edit("lena", "service_request", request, {"owner_unit": owner})

    assert outcome.places == {(code, "owner_unit")}
    assert office.now("anna", "service_request", request)["owner_unit"] == "service"


@pytest.mark.parametrize("update_existing", ["true", "false"])
def test_a_row_of_a_file_finds_no_such_record_by_another_unique_field(office: Office, update_existing: str) -> None:
    """T-31: the row is one of a new record, whose value is taken; it neither changes nor names the record that has it."""
    known = office.unique("K")
    contact = office.person("mia", privacy_level="confidential", customer_number=known)
    values = {office.word("customer_number"): known, office.word("kind"): office.word("person")}
    values |= {f"{office.word('person')}.{office.word(name)}": "Mine" for name in ("first_name", "last_name")}
    file = f"{','.join(values)}\n{','.join(values.values())}\n"
    query = {"key": office.word("customer_number"), "update_existing": update_existing}

    answer = office.call("lena", "POST", "/records/{contact}/import", file.encode(), query=query, Content_Type="text/csv")

    assert [(row["done"], [finding["code"] for finding in row["findings"]]) for row in answer.json["rows"]] == [("refused", ["not_unique"])]
    assert not [told for told in (contact["number"], contact["id"]) if told.encode() in answer.body]
    assert office.now("mia", "contact", contact) == contact


@through("screen", "api", "import", without={"bulk": "nothing is created in bulk"})
def test_a_reference_to_it_is_a_reference_to_nothing(door: Door, office: Office, hidden: Json) -> None:
    """T-31: naming a hidden record is refused in the words for one that does not exist."""
    values = {"subtype": "paperwork", "assigned_unit": "customer_care"}

    hidden_one = door.create("lena", "activity", {**values, "contact": hidden["contact"]["number"]})
    missing_one = door.create("lena", "activity", {**values, "contact": "CO99999999"})

    assert hidden_one.places == missing_one.places == {("unknown_reference", "contact")}


@through("screen", "api", without={"bulk": "nothing is created in bulk", "import": "the other end may be of several types, which a cell cannot say"})
def test_a_link_to_it_is_a_link_to_nothing(door: Door, office: Office, hidden: Json) -> None:
    """T-31."""
    contact = office.person("lena")
    values = {"subtype": "paperwork", "assigned_unit": "customer_care", "contact": contact["number"]}

    hidden_one = door.create("lena", "activity", {**values, "parent": {"entity_type": "lead", "record": hidden["lead"]["number"]}})
    missing_one = door.create("lena", "activity", {**values, "parent": {"entity_type": "lead", "record": _MISSING}})

    assert hidden_one.places == missing_one.places == {("unknown_reference", "parent")}


@pytest.mark.parametrize(("entity_type", "field", "typed"), [("activity", "parent", "number"), ("activity", "contact", "name"), ("lead", "contact", "number")])
def test_pickers_do_not_offer_it(office: Office, screen: ScreenDoor, hidden: Json, entity_type: str, field: str, typed: str) -> None:
    """T-31."""
    wanted = hidden["lead" if field == "parent" else "contact"]
    text = wanted["number"] if typed == "number" else "Zenobia"

    page = screen.browser("lena").ask("POST", screen.path(f"/r/{{{entity_type}}}/choices"), urlencode({"q": text, "field": office.word(field)}).encode())

    assert page.status == 200
    assert page.json["choices"] == []


def test_what_is_shared_does_not_bring_along_what_is_not(office: Office, screen: ScreenDoor) -> None:
    """T-31: sales sees the request, but not the activity and the message that hang on it."""
    request = office.request("anna")
    contact = {"number": request["contact"]["number"]}
    activity = office.activity("anna", contact=contact, parent=office.parent("service_request", request))
    message = office.message("anna", contact, referring_to=[office.parent("service_request", request)])

    seen = office.call("mia", "GET", f"/records/{{service_request}}/{request['number']}")
    page = screen.open("mia", f"/r/{{service_request}}/{request['number']}")

    assert (seen.status, page.status) == (200, 200)
    for number in (activity["number"], message["number"]):
        assert number.encode() not in seen.body
        assert number.encode() not in page.body
    assert office.edit("mia", "service_request", request, description="Mine.").code == "not_permitted"


def test_a_record_about_something_hidden_tells_nothing_of_it(office: Office, screen: ScreenDoor, hidden: Json) -> None:
    """T-31: the community's administrator gives service an activity about a contact that service may not see: it has a number, no name."""
    contact = hidden["contact"]
    activity = office.activity("admin", "paperwork", contact, assigned_unit="customer_care", owner_unit="service")
    name = contact["person"]["first_name"].encode()

    seen = office.call("lena", "GET", f"/records/{{activity}}/{activity['number']}")
    listed = office.call("lena", "GET", "/records/{activity}", query={"filter": f"record.number == '{activity['number']}'", "expand": "labels"})
    exported = office.call("lena", "GET", "/records/{activity}/export")
    page = screen.open("lena", f"/r/{{activity}}/{activity['number']}")
    form = screen.open("lena", f"/r/{{activity}}/{activity['number']}/edit")

    assert (seen.status, len(listed.json["records"])) == (200, 1)
    assert seen.json["contact"]["title"] == contact["number"]
    told = office.call("lena", "GET", f"/records/{{activity}}/{activity['number']}/history")
    history = screen.open("lena", f"/r/{{activity}}/{activity['number']}/history")
    for body in (seen.body, listed.body, exported.body, page.body, form.body, told.body, history.body):
        assert name not in body


@pytest.mark.parametrize(
    "condition",
    [
        "record.contact.person.last_name == 'Verborgen'",
        "record.contact.person.first_name.starts_with('Zen')",
        "record.contact.kind == 'person' && record.contact.name.contains('Verborgen')",
    ],
)
def test_a_filter_does_not_look_into_what_is_hidden(office: Office, hidden: Json, condition: str) -> None:
    """T-31: no guessing of values behind a reference, one filter at a time."""
    activity = office.activity("admin", "paperwork", hidden["contact"], assigned_unit="customer_care", owner_unit="service")

    found = office.call("lena", "GET", "/records/{activity}", query={"filter": condition, "limit": "200"})

    assert found.status == 200, found.body
    assert activity["number"] not in [row["number"] for row in found.json["records"]]


def test_the_title_of_a_record_tells_nothing_of_what_is_hidden(office: Office, screen: ScreenDoor, hidden: Json) -> None:
    """T-31: the name of a hidden contact does not come out through the title of a lead about it."""
    lead = office.lead("admin", "existing_customer", hidden["contact"], assigned_unit="customer_care", owner_unit="service")

    seen = office.call("lena", "GET", f"/records/{{lead}}/{lead['number']}")

    page = screen.open("lena", f"/r/{{lead}}/{lead['number']}")
    listed = office.call("lena", "GET", "/records/{lead}", query={"q": lead["number"]})

    assert (seen.status, page.status, len(listed.json["records"])) == (200, 200, 1)
    assert not re.search(rb"Zenobia|Verborgen", seen.body + page.body + listed.body)
    assert seen.json["title"] == lead["number"]


@pytest.mark.parametrize("condition", ["record.contact.person.born_on > date('1980-01-01')", "record.contact.person.born_on != null"])
def test_a_filter_does_not_ask_for_fields_that_are_kept_back(office: Office, condition: str) -> None:
    """T-31, GEN-27: a masked field of another type is no more to be guessed than one of the type itself."""
    office.activity("lena")

    answer = office.call("lena", "GET", "/records/{activity}", query={"filter": condition})

    assert (answer.status, answer.code, answer.json["field"]) == (403, "not_permitted", "person.born_on")


def test_a_history_names_what_a_record_was_linked_with_to_those_who_may_see_it(office: Office, screen: ScreenDoor, hidden: Json) -> None:
    """T-31, GEN-8: number and title as the record itself gives them, to others neither; the screens tell the same."""
    given = {"assigned_unit": "customer_care", "owner_unit": "service", "description": "To do.", "parent": office.parent("lead", hidden["lead"])}
    activity = office.activity("admin", "paperwork", hidden["contact"], **given)

    parent = office.now("admin", "activity", activity)["parent"]
    ends = [office.history(login, "activity", activity)[-1]["changes"]["parent"] for login in ("admin", "lena")]
    pages = [screen.open(login, f"/r/{{activity}}/{activity['number']}/history") for login in ("admin", "lena")]

    assert (parent["number"], set(parent)) == (hidden["lead"]["number"], {"entity_type", "id", "number", "title"})
    assert ends[0] == {"old": [], "new": [parent]}
    assert ends[1] == {"old": [], "new": [{name: parent[name] for name in ("entity_type", "id")}]}
    assert [hidden["lead"]["number"].encode() in page.body for page in pages] == [True, False]
    assert not [page for page in pages if hidden["lead"]["id"].encode() in page.body]
