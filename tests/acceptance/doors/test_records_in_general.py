"""What every entity type has: numbers, history, versions, rights, files, two languages, and refusals that a machine can read."""

import hashlib
import re

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through
from tests.acceptance.doors.screen import ScreenDoor, read_page


def _digits(record: Json) -> int:
    return int(re.sub(r"\D", "", record["number"]))


@pytest.mark.parametrize(("entity_type", "prefix"), [("contact", "CO"), ("activity", "AC"), ("lead", "LE")])
def test_a_number_is_given_once_and_never_again(office: Office, entity_type: str, prefix: str) -> None:
    """GEN-1, GEN-2: not even after the record with the highest number is deleted."""
    make = {"contact": office.person, "activity": office.activity, "lead": office.lead}[entity_type]
    first, second = make("lena"), make("lena")

    gone = office.call("lena", "DELETE", f"/records/{{{entity_type}}}/{second['number']}", If_Match='"1"')
    third = make("lena")

    assert re.fullmatch(prefix + r"\d{8}", first["number"])
    assert gone.status == 204
    assert _digits(first) < _digits(second) < _digits(third)


@through("api", "bulk", without={"screen": "the form has no such field", "import": "a number only recognises rows"})
@pytest.mark.parametrize("column", ["number", "id", "version", "state", "created_at", "created_by", "updated_by", "deleted_at"])
def test_the_columns_of_the_engine_are_not_written(door: Door, office: Office, column: str) -> None:
    """GEN-1, GEN-7."""
    contact = office.person("lena")

    outcome = door.edit("lena", "contact", contact, {column: 7 if column == "version" else "X1"})

    assert outcome.refusals[0].field == column
    assert office.now("lena", "contact", contact) == contact


@through("screen", "api", "bulk", "import")
def test_history_tells_who_changed_what_from_what_to_what(door: Door, office: Office) -> None:
    """GEN-7, GEN-8: and through which door."""
    contact = office.person("lena")

    door.edit("lena", "contact", contact, {"person": {"last_name": "Changed"}, "vip": True})

    newest, oldest = office.history("lena", "contact", contact)
    assert (newest["by"], newest["kind"], newest["door"], newest["version"]) == ("lena", "updated", door.name, 2)
    assert newest["changes"]["person.last_name"] == {"old": "Test", "new": "Changed"}
    assert newest["changes"]["vip"] == {"old": False, "new": True}
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", newest["at"])
    assert (oldest["kind"], oldest["release"]) == ("created", newest["release"])


def test_history_tells_of_actions_and_the_rules_that_let_them_through(office: Office) -> None:
    """GEN-8, E-5."""
    lead = office.do("lena", "lead", office.lead("lena"), "start_progress")

    newest = office.history("lena", "lead", lead)[0]

    assert (newest["kind"], newest["action"], newest["by"]) == ("action", "start_progress", "lena")
    assert newest["changes"]["status"] == {"old": "open", "new": "qualified"}
    assert set(newest["rules"]) == {"transitions.lead.moves.start_progress", "transitions.lead.rules.qualify"}


@pytest.mark.parametrize("way", ["edit", "delete", "act", "bulk", "import"])
def test_who_may_look_may_not_therefore_change(office: Office, screen: ScreenDoor, way: str) -> None:
    """GEN-11, GEN-27: the refusal names the rule."""
    request = office.request("lena")
    number = request["number"]
    ways = {
        "edit": lambda: office.edit("paul", "service_request", request, description="Mine."),
        "delete": lambda: office.call("paul", "DELETE", f"/records/{{service_request}}/{number}", If_Match='"1"'),
        "act": lambda: office.act("paul", "service_request", request, "cancel"),
        "bulk": lambda: office.call("paul", "POST", "/records/{service_request}/bulk", {"records": [number], "delete": True}),
        "import": lambda: office.call("paul", "POST", "/records/{service_request}/import", b"status\n", Content_Type="text/csv"),
    }

    seen = office.call("paul", "GET", f"/records/{{service_request}}/{number}")
    page = screen.open("paul", f"/r/{{service_request}}/{number}")
    refused = ways[way]()

    assert (seen.status, page.status) == (200, 200)
    assert (refused.status, refused.code) == (403, "not_permitted")
    assert refused.json["rule"] == "roles.analyst.permit.service_request"
    assert office.now("lena", "service_request", request)["version"] == 1


def test_saving_asks_again_whether_the_record_may_be_edited(office: Office, screen: ScreenDoor) -> None:
    """GEN-11: the form was opened before the record was cancelled."""
    request = office.request("lena")
    path = f"/r/{{service_request}}/{request['number']}/edit"
    form = next(form for form in read_page(screen.open("lena", path)).forms if "_key" in form.values)
    office.do("lena", "service_request", request, "cancel")
    form.fill(office.word("description"), "Too late.")

    page = screen.browser("lena").send(form, screen.path(path))

    assert page.status == 422
    assert [refusal.code for refusal in read_page(page).refusals] == ["locked_final"]
    assert office.now("lena", "service_request", request)["description"] is None


def test_a_form_that_is_sent_twice_counts_once(office: Office, screen: ScreenDoor) -> None:
    """GEN-10: an impatient second press stores nothing more."""
    last = office.unique("Twice")
    path = "/r/{contact}/new"
    form = next(form for form in read_page(screen.open("lena", path)).forms if "_key" in form.values)
    form.fill(office.word("kind"), office.word("person"))
    form.fill(office.word("person") + "." + office.word("first_name"), "Ada")
    form.fill(office.word("person") + "." + office.word("last_name"), last)

    pages = [screen.browser("lena").send(form, screen.path(path)) for _ in range(2)]

    assert [page.status for page in pages] == [303, 303], read_page(pages[0]).refusals
    assert pages[0].headers["location"] == pages[1].headers["location"]
    assert len(office.find("lena", "contact", filter=f"record.person.last_name == '{last}'")) == 1


@pytest.mark.parametrize(("login", "offered", "kept"), [("tom", "information_request", "faulty_item_replacement"), ("anna", "faulty_item_replacement", "")])
def test_only_the_types_of_ones_unit_are_offered(office: Office, screen: ScreenDoor, login: str, offered: str, kept: str) -> None:
    """GEN-22, CARE-2, T-18."""
    page = screen.open(login, "/r/{service_request}/new")

    links = " ".join(read_page(page).links)
    assert f"subtype={office.word(offered)}" in links
    assert not kept or office.word(kept) not in links


def test_files_come_back_byte_by_byte(office: Office) -> None:
    """GEN-23, CARE-11: name, type, size, who and when; also on a record that is over; never to be shown in the browser."""
    request = office.do("lena", "service_request", office.request("lena"), "cancel")
    path = f"/records/{{service_request}}/{request['number']}/attachments"
    content = bytes(range(256)) * 40 + b"<script>alert(1)</script>"
    head = '--cut\r\nContent-Disposition: form-data; name="file"; filename="../Über Maß.html"\r\nContent-Type: text/html\r\n\r\n'.encode()

    made = office.call("lena", "POST", path, head + content + b"\r\n--cut--\r\n", Content_Type="multipart/form-data; boundary=cut")
    told = office.call("anna", "GET", path).json["attachments"]
    got = office.call("anna", "GET", f"{path}/{made.json['id']}")

    assert made.status == 201, made.body
    assert [(one["by"], one["size"]) for one in told] == [("lena", len(content))]
    assert "/" not in told[0]["name"]
    assert told[0]["name"].endswith("Maß.html")
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(content).digest()
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_says_which_version_it_changes(office: Office, method: str) -> None:
    """GEN-26: 428 without, 412 with an old one, naming fields and authors."""
    contact = office.person("lena")
    office.change("anna", "contact", contact, vip=True)
    path = f"/records/{{contact}}/{contact['number']}"
    body = {"accepts_marketing": True} if method == "PATCH" else None

    without = office.call("lena", method, path, body)
    stale = office.call("lena", method, path, body, If_Match='"1"')

    assert (without.status, without.code) == (428, "version_missing")
    assert (stale.status, stale.code) == (412, "version_conflict")
    assert (stale.json["facts"]["fields"], stale.json["facts"]["authors"], stale.json["facts"]["version"]) == (["vip"], ["anna"], 2)
    assert office.now("lena", "contact", contact)["accepts_marketing"] is False


def test_an_action_says_which_version_it_goes_by(office: Office) -> None:
    """GEN-26: what it writes may be a colleague's; taking a record over goes by who was first."""
    request = office.request("lena", assigned_unit="first_line")
    path = f"/records/{{service_request}}/{request['number']}/actions"

    without = office.call("lena", "POST", f"{path}/{{cancel}}", {})
    taken = office.call("anna", "POST", f"{path}/{{claim}}", {})

    assert (without.status, without.code) == (428, "version_missing")
    assert (taken.status, taken.json["assigned_user"]) == (200, "anna")


def test_a_version_that_never_was_is_told(office: Office) -> None:
    """GEN-26."""
    contact = office.person("lena")

    answer = office.call("lena", "PATCH", f"/records/{{contact}}/{contact['number']}", {"vip": True}, If_Match='"999999"')

    assert (answer.status, answer.code) == (412, "version_unknown")
    assert answer.json["message"] == "The record has no version 999999; it has version 1."


def test_a_link_is_a_change_of_both_records(office: Office) -> None:
    """GEN-8, GEN-26: whoever looks at one end does not overwrite what was done from the other, and its history tells."""
    account = office.account("lena")
    here, there, third = (office.request("lena", account=account) for _ in range(3))
    office.change("lena", "service_request", here, related_work=[there["number"]])

    stale = office.edit("anna", "service_request", there, related_work=[third["number"]])
    fresh = office.now("anna", "service_request", there)
    office.change("anna", "service_request", fresh, related_work=[third["number"]])
    told = [
        (entry["by"], [len(entry["changes"]["related_work"][side]) for side in ("old", "new")])
        for entry in office.call("lena", "GET", f"/records/{{service_request}}/{here['number']}/history").json["entries"]
        if "related_work" in entry["changes"]
    ]

    assert (stale.status, stale.code) == (412, "version_conflict")
    assert (stale.json["facts"]["fields"], stale.json["facts"]["authors"]) == (["related_work"], ["lena"])
    assert told == [("anna", [1, 0]), ("lena", [0, 1])]
    assert office.now("lena", "service_request", here)["related_work"] == []


@pytest.mark.parametrize("way", ["act", "bulk"])
def test_an_old_version_is_refused_where_it_is_named(office: Office, way: str) -> None:
    """GEN-26."""
    request = office.request("lena")
    office.change("lena", "service_request", request, description="Changed.")
    number = request["number"]

    if way == "act":
        answer = office.call("lena", "POST", f"/records/{{service_request}}/{number}/actions/{{cancel}}", {}, If_Match='"1"')
        code = answer.code
    else:
        body = {"records": [number], "values": {"urgency": "low"}, "versions": {number: 1}}
        code = office.call("lena", "POST", "/records/{service_request}/bulk", body).json["rows"][0]["findings"][0]["code"]

    assert code == "version_conflict"
    assert office.now("lena", "service_request", request)["version"] == 2


def test_lines_are_the_records_own(office: Office) -> None:
    """A line keeps its identity by its id; the id of another record's line, or one given twice, makes a new line and takes nothing away."""
    phone = {"type": "mobile", "number": "+49 30 1234567"}
    mine, other = office.person("lena", phones=[phone]), office.person("lena", phones=[phone])
    stolen = other["phones"][0]["id"]

    kept = office.change("lena", "contact", mine, phones=[{**mine["phones"][0], "number": "+49 30 7654321"}])
    taken = office.change("lena", "contact", kept, phones=[{**phone, "id": stolen}, {"type": "home", "number": "+49 30 1", "id": stolen}])
    made = office.person("lena", phones=[{**phone, "id": stolen}])

    assert kept["phones"][0]["id"] == mine["phones"][0]["id"]
    ids = [line["id"] for record in (taken, made) for line in record["phones"]]
    assert len({*ids, stolen}) == 4
    assert office.now("lena", "contact", other) == other


@pytest.mark.parametrize(
    ("path", "english", "german"),
    [
        ("/metadata/{lead}", "Lead", "Lead"),
        ("/metadata/{contact}", "Contact", "Kontakt"),
        ("/metadata/{service_request}", "Service request", "Serviceanfrage"),
        ("/metadata/{activity}", "Activity", "Aktivität"),
    ],
)
def test_the_same_document_speaks_english_and_german(office: Office, path: str, english: str, german: str) -> None:
    """T-32, GEN-25."""
    said = [office.call("lena", "GET", path, language=language).json["label"] for language in ("en", "de")]

    assert said[0] == english
    assert said[1] == german


def test_refusals_are_told_in_the_readers_language(office: Office) -> None:
    """T-32, GEN-25, GEN-27: the code stays, the sentence changes."""
    activity = office.do("lena", "activity", office.activity("lena"), "start_progress")
    path = f"/records/{{activity}}/{activity['number']}/actions/{{cancel}}"

    english, german = (office.call("lena", "POST", path, {}, language=language, If_Match=f'"{activity["version"]}"').json for language in ("en", "de"))

    assert english["code"] == german["code"] == "wrong_state"
    assert english["message"] == "The record is Under way; this needs Planned."
    assert german["message"] != english["message"]
    assert "Datensatz" in german["message"]


def test_every_refusal_carries_code_place_and_rule(office: Office) -> None:
    """GEN-27: permission, state, missing field, forbidden transition, immutable field, choice, check."""
    request = office.request("lena")
    lead = office.do("lena", "lead", office.lead("lena"), "start_progress")
    account = office.account("lena")
    refusals = [
        office.call("paul", "POST", "/records/{lead}", {"subtype": "new_business"}),
        office.act("paul", "service_request", request, "cancel"),
        office.act("lena", "service_request", request, "complete"),
        office.act("lena", "lead", lead, "won"),
        office.edit("lena", "service_request", request, account=account["number"]),
        office.edit("lena", "service_request", request, category="flying"),
        office.edit("lena", "service_request", request, category="contract_change", status="done"),
        office.edit("anna", "service_request", request, assigned_user="anna"),
        office.call("lena", "POST", "/records/{account}", {"owner": "CO99999999"}),
    ]

    for answer in refusals:
        for finding in answer.json["findings"]:
            assert finding["code"], answer.body
            assert finding["rule"], answer.body
            assert finding["origin"], answer.body
            assert finding["field"] or finding["action"] or finding["code"] == "not_permitted", answer.body
            assert finding["message"].endswith(".")


@through("screen", "api", without={"bulk": "a list, not a change", "import": "a list, not a change"})
def test_a_search_finds_by_text_and_by_condition(door: Door, office: Office, screen: ScreenDoor) -> None:
    """GEN-9."""
    word = office.unique("Searchable").replace(" ", "")
    contact = office.person("lena", person={"first_name": word, "last_name": "Found"})
    condition = f"record.person.first_name == '{word}'"

    if door.name == "api":
        found = [
            office.find("lena", "contact", q=word),
            office.find("lena", "contact", filter=condition),
            office.find("lena", "contact", filter=f"!({condition})"),
        ]
    else:
        found = []
        for name, value in (("_q", word), ("_filter", office.renamer.expression(condition)), ("_filter", office.renamer.expression(f"!({condition})"))):
            form = next(form for form in read_page(screen.open("lena", "/r/{contact}")).forms if "_q" in form.values)
            form.fill(name, value)
            page = screen.browser("lena").send(form, screen.path("/r/{contact}"))
            assert page.status == 200
            found.append([contact["number"]] if contact["number"].encode() in page.body else [])

    assert found[:2] == [[contact["number"]]] * 2
    assert contact["number"] not in found[2]
