"""Records through the API: what a program sends and gets (DESIGN 7, 8.21)."""

import orjson
import pytest
from flask import Flask
from tests.integration.web.installation import Caller
from werkzeug.test import TestResponse

from packdesk.cli.system import context_for
from packdesk.records.context import Door
from packdesk.records.exporting import export_json_lines
from packdesk.records.search import SearchCommand


def test_a_record_is_created_read_changed_and_deleted(kim: Caller) -> None:
    made = kim.post("/records/book", {"name": "Emma", "pages": 474, "price": {"amount": "12.50", "currency": "EUR"}, "authors": [{"name": "Austen"}]})
    assert made.status_code == 201
    book = made.get_json()
    assert made.headers["ETag"] == f'"{book["version"]}"'
    assert made.headers["Location"] == f"/api/v1/records/book/{book['number']}"
    assert (book["name"], book["status"], book["state"], book["owner_unit"], book["created_by"]) == ("Emma", "on_shelf", "here", "north", "kim")
    assert book["title"] == f"{book['number']} Emma"
    assert book["price"] == {"amount": "12.5", "currency": "EUR"}
    assert book["authors"][0]["name"] == "Austen"

    by_number = kim.get(f"/records/book/{book['number']}")
    by_id = kim.get(f"/records/book/{book['id']}")
    assert by_number.get_json() == by_id.get_json()

    changed = kim.patch(f"/records/book/{book['number']}", {"pages": 500, "loan": {"reader": "Ann"}}, book["version"])
    assert changed.status_code == 200
    assert (changed.get_json()["pages"], changed.get_json()["loan"]["reader"]) == (500, "Ann")

    gone = kim.request("DELETE", f"/records/book/{book['number']}", headers={"If-Match": changed.headers["ETag"]})
    assert (gone.status_code, gone.get_data()) == (204, b"")
    assert kim.get(f"/records/book/{book['number']}").status_code == 404


def test_a_change_says_which_version_it_changes(kim: Caller) -> None:
    book = kim.made("book", name="Ulysses")
    first = kim.patch(f"/records/book/{book['number']}", {"pages": 700}, book["version"])
    assert first.status_code == 200

    without = kim.patch(f"/records/book/{book['number']}", {"pages": 701})
    stale = kim.patch(f"/records/book/{book['number']}", {"pages": 702}, book["version"])
    weak = kim.request("PATCH", f"/records/book/{book['number']}", json={"pages": 703}, headers={"If-Match": f"W/{first.headers['ETag']}"})

    assert (without.status_code, without.get_json()["code"]) == (428, "version_missing")
    assert (stale.status_code, stale.get_json()["code"]) == (412, "version_conflict")
    assert "pages" in str(stale.get_json()["findings"][0]["facts"]["fields"])
    assert "kim" in str(stale.get_json()["findings"][0]["facts"]["authors"]).lower()
    assert (weak.status_code, weak.get_json()["code"]) == (412, "weak_version")


def test_references_come_with_number_and_title_and_labels_when_asked(kim: Caller) -> None:
    shelf = kim.made("shelf", name="A1")
    book = kim.made("book", name="Middlemarch", shelf="A1", binding="paper")

    plain = kim.get(f"/records/book/{book['number']}").get_json()
    labelled = kim.get(f"/records/book/{book['number']}?expand=labels").get_json()

    assert plain["shelf"] == {"id": shelf["id"], "number": shelf["number"], "title": "A1", "entity_type": "shelf"}
    assert plain["binding"] == "paper"
    assert "labels" not in plain
    assert labelled["labels"]["binding"] == "Paper"


def test_a_list_is_filtered_searched_ordered_and_paged(kim: Caller) -> None:
    for pages in (711, 712, 713, 714, 715):
        kim.made("book", name=f"Volume {pages}", pages=pages, code=f"V{pages}")

    filtered = kim.get("/records/book?filter=record.pages > 712 %26%26 record.pages < 716&order=-pages&limit=2").get_json()
    rest = kim.get(f"/records/book?filter=record.pages > 712 %26%26 record.pages < 716&order=-pages&limit=2&cursor={filtered['next_cursor']}").get_json()
    found = kim.get("/records/book?q=olume 714").get_json()
    few = kim.get("/records/book?q=olume&fields=pages&limit=1").get_json()

    assert [row["pages"] for row in filtered["records"]] == [715, 714]
    assert filtered["count"] == 3
    assert [row["pages"] for row in rest["records"]] == [713]
    assert rest["next_cursor"] is None
    assert [row["name"] for row in found["records"]] == ["Volume 714"]
    assert "pages" in few["records"][0]
    assert "name" not in few["records"][0]


def test_actions_tell_what_can_be_done_and_why_not(kim: Caller, carl: Caller) -> None:
    book = kim.made("book", name="Persuasion")

    offered = {action["id"]: action for action in carl.get(f"/records/book/{book['number']}/actions").get_json()["actions"]}
    refused = carl.act("book", book["number"], "lend")

    assert offered["lend"]["enabled"] is False
    assert offered["lend"]["findings"][0]["message"] == "Count the pages first."
    assert offered["lend"]["findings"][0]["origin"].startswith("library/transitions/book.json:")
    assert (refused.status_code, refused.get_json()["code"], refused.get_json()["title"]) == (409, "check_failed", "Count the pages first.")
    assert refused.get_json()["rule"] == "transitions.book.moves.lend.checks.known"


def test_an_action_moves_the_record_and_its_history_tells(kim: Caller) -> None:
    book = kim.made("book", name="Lanark", pages=560)

    blind = kim.post(f"/records/book/{book['number']}/actions/lend")
    lent = kim.act("book", book["number"], "lend")
    stale = kim.act("book", book["number"], "give_back")
    back = kim.request("POST", f"/records/book/{book['number']}/actions/give_back", headers={"If-Match": '"2"'})
    told = kim.get(f"/records/book/{book['number']}/history").get_json()["entries"]

    assert (blind.status_code, blind.get_json()["code"]) == (428, "version_missing")
    assert (lent.status_code, lent.get_json()["status"], lent.get_json()["heavy"]) == (200, "lent", True)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "version_conflict")
    assert (back.status_code, back.get_json()["status"]) == (200, "on_shelf")
    assert [entry["action"] for entry in told if entry["action"]][:2] in (["give_back", "lend"], ["lend", "give_back"])
    assert {entry["by"] for entry in told} == {"kim"}


def test_a_history_names_what_references_led_to_as_the_record_does(kim: Caller) -> None:
    first, second = (kim.made("shelf", name=f"Told {place}") for place in (1, 2))
    book = kim.made("book", name="Carried about", shelf=first["number"])
    kim.request("PATCH", f"/records/book/{book['number']}", json={"shelf": second["number"]}, headers={"If-Match": f'"{book["version"]}"'})
    kim.request("DELETE", f"/records/shelf/{first['number']}", headers={"If-Match": f'"{first["version"]}"'})

    moved, made = (entry["changes"]["shelf"] for entry in kim.get(f"/records/book/{book['number']}/history").get_json()["entries"])

    named = {"entity_type": "shelf", "id": second["id"], "number": second["number"], "title": kim.get(f"/records/shelf/{second['number']}").get_json()["title"]}
    assert moved == {"old": {"id": first["id"]}, "new": named}
    assert made == {"old": None, "new": {"id": first["id"]}}


def test_notes_and_files_belong_to_a_record(kim: Caller) -> None:
    book = kim.made("book", name="Notes")
    address = f"/records/book/{book['number']}"

    note = kim.post(f"{address}/notes", {"text": "Cover is torn."})
    empty = kim.post(f"{address}/notes", {"text": " "})
    sent = kim.request("POST", f"{address}/attachments", data={"file": (__import__("io").BytesIO(b"<script>alert(1)</script>"), "../evil.html")})
    files = kim.get(f"{address}/attachments").get_json()["attachments"]
    got = kim.get(f"{address}/attachments/{files[0]['id']}")

    assert note.status_code == 201
    assert (empty.status_code, empty.get_json()["field"]) == (422, "text")
    assert [one["text"] for one in kim.get(f"{address}/notes").get_json()["notes"]] == ["Cover is torn."]
    assert sent.status_code == 201
    assert files[0]["name"] == "evil.html"
    assert got.get_data() == b"<script>alert(1)</script>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["Content-Type"].startswith("application/octet-stream")


def test_an_answer_given_again_tells_nothing_of_what_is_foreign_by_now(app: Flask, kim: Caller) -> None:
    """T-31: the request was his, the record is not any more."""
    book = kim.made("book", name="Handed on", pages=30)
    once = {"Idempotency-Key": "lend-handed-on", "If-Match": '"1"'}
    first = kim.post(f"/records/book/{book['number']}/actions/lend", headers=once)
    services = app.extensions["packdesk"]
    table = services.live.current().tables.record("book")
    with services.database.begin(write=True) as connection:
        connection.execute(table.update().where(table.c.id == book["id"]).values(owner_unit="south"))

    again = kim.post(f"/records/book/{book['number']}/actions/lend", headers=once)

    assert first.get_json()["name"] == "Handed on"
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.get_json().keys() == {"id", "number", "version"}


def test_the_same_post_twice_has_one_effect_and_one_answer(kim: Caller) -> None:
    key = {"Idempotency-Key": "order-1"}

    first = kim.post("/records/book", {"name": "Once"}, headers=key)
    second = kim.post("/records/book", {"name": "Once"}, headers=key)
    other = kim.post("/records/book", {"name": "Twice"}, headers=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_data() == second.get_data()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_reused")
    assert len(kim.get("/records/book?filter=record.name == 'Once'").get_json()["records"]) == 1


def test_a_file_that_is_sent_twice_is_attached_once_whatever_stands_between_its_parts(kim: Caller) -> None:
    key, address = {"Idempotency-Key": "file-1"}, f"/records/book/{kim.made('book', name='Attached once')['number']}/attachments"

    def send(content: bytes, boundary: str) -> TestResponse:
        parts = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'.encode() + content
        headers = {**key, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return kim.request("POST", address, data=parts + f"\r\n--{boundary}--\r\n".encode(), headers=headers)

    first, again, other = send(b"x" * 2_000_000, "one"), send(b"x" * 2_000_000, "two"), send(b"y" * 2_000_000, "one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_reused")
    assert len(kim.get(address).get_json()["attachments"]) == 1


def test_a_key_of_a_refused_request_may_be_used_again(kim: Caller) -> None:
    key = {"Idempotency-Key": "order-2"}

    refused = kim.post("/records/book", {}, headers=key)
    made = kim.post("/records/book", {"name": "Second try"}, headers=key)

    assert (refused.status_code, made.status_code) == (422, 201)


def test_keys_are_each_persons_own(kim: Caller, carl: Caller) -> None:
    key = {"Idempotency-Key": "order-3"}

    mine = kim.post("/records/book", {"name": "Mine"}, headers=key).get_json()
    his = carl.post("/records/book", {"name": "His"}, headers=key).get_json()

    assert mine["id"] != his["id"]


def test_what_a_person_may_not_see_does_not_exist(kim: Caller, sven: Caller) -> None:
    """NET-2: the foreign record answers like one that never was."""
    book = kim.made("book", name="Northern")
    address = f"/records/book/{book['number']}"
    missing = "/records/book/BO99999999"

    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("GET", "/actions", None),
        ("POST", "/actions/lend", {}),
        ("GET", "/history", None),
        ("GET", "/notes", None),
        ("POST", "/notes", {"text": "x"}),
        ("GET", "/attachments", None),
    ):
        foreign = sven.request(method, address + path, json=body, headers={"If-Match": '"1"'})
        never = sven.request(method, missing + path, json=body, headers={"If-Match": '"1"'})
        assert (foreign.status_code, foreign.get_json()["code"]) == (404, "unknown_record"), (method, path)
        assert {**foreign.get_json(), "request_id": ""} == {**never.get_json(), "request_id": ""}
    assert sven.get("/records/book?q=Northern").get_json()["records"] == []


def test_roles_decide_about_verbs_and_fields(rita: Caller, carl: Caller, kim: Caller) -> None:
    book = kim.made("book", name="Guarded", secret_note="behind the clock")

    seen = carl.get(f"/records/book/{book['number']}").get_json()
    create = rita.post("/records/book", {"name": "Mine"})
    delete = carl.request("DELETE", f"/records/book/{book['number']}", headers={"If-Match": '"1"'})

    assert "secret_note" not in seen
    assert (create.status_code, create.get_json()["code"]) == (403, "not_permitted")
    assert (delete.status_code, delete.get_json()["code"]) == (403, "not_permitted")


def test_answers_speak_the_language_that_is_asked_for(kim: Caller) -> None:
    german = {"Accept-Language": "de"}

    refused = kim.post("/records/book", {"name": "x", "pages": 0}, headers=german).get_json()
    described = kim.get("/metadata/book", headers=german).get_json()

    assert refused["title"] == "Seiten muss mindestens 1 sein."
    assert (described["label"], described["fields"]["pages"]["label"]) == ("Buch", "Seiten")


def test_all_wrong_fields_are_told_at_once(kim: Caller) -> None:
    """E-1."""
    refused = kim.post("/records/book", {"pages": "many", "bought_on": "2026-02-30", "binding": "silk", "shelf": "Z9"})

    assert refused.status_code == 422
    assert {finding["field"] for finding in refused.get_json()["findings"]} >= {"pages", "bought_on", "binding", "shelf"}


@pytest.mark.parametrize("path", ["/records/book", "/metadata/book", "/releases", "/openapi.json", "/me"])
def test_nothing_is_answered_to_nobody(nobody: Caller, path: str) -> None:
    response = nobody.get(path)

    assert (response.status_code, response.get_json()["code"]) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_the_api_and_the_exports_write_records_alike(app: Flask, kim: Caller) -> None:
    kim.made("shelf", name="B2")
    book = kim.made(
        "book", name="Shapes", shelf="B2", loan={"reader": "Ann"}, authors=[{"name": "One", "share": 3}], price={"amount": "1.50", "currency": "EUR"}
    )
    context = context_for(app.extensions["packdesk"], "kim", Door.API)

    (line,) = export_json_lines(context, "book", SearchCommand(filter=f"record.number == '{book['number']}'"))

    exported = orjson.loads(line)
    answered = kim.get(f"/records/book/{book['number']}").get_json()
    assert exported == {name: answered[name] for name in exported}
    assert exported["shelf"]["number"] == book["shelf"]["number"]
