"""Many records at once through the API: bulk, import, export (T-34, T-36)."""

import io

from tests.integration.web.installation import Caller


def _books(kim: Caller, *names: str) -> list[str]:
    return [kim.made("book", name=name, pages=10)["number"] for name in names]


def test_a_bulk_edit_is_previewed_then_applied_record_by_record(kim: Caller) -> None:
    first, second = _books(kim, "Bulk one", "Bulk two")
    command = {"records": [first, second, "B99999999"], "values": {"pages": 77}}

    preview = kim.post("/records/book/bulk", {**command, "preview": True}).get_json()
    between = kim.get(f"/records/book/{first}").get_json()
    applied = kim.post("/records/book/bulk", command).get_json()

    assert (preview["applied"], preview["done"], preview["refused"]) == (False, 2, 1)
    assert between["pages"] == 10
    assert (applied["applied"], [row["done"] for row in applied["rows"]]) == (True, ["updated", "updated", "refused"])
    assert applied["rows"][2]["findings"][0]["code"] == "unknown_record"
    assert kim.get(f"/records/book/{second}").get_json()["pages"] == 77


def test_a_record_that_is_named_twice_is_changed_once(kim: Caller) -> None:
    """Under its number or its id: the second row says that it was skipped, and is counted so."""
    book = kim.made("book", name="Named twice", pages=10)
    other = kim.made("book", name="Named once", pages=10)
    named = [book["number"], book["id"], book["number"], other["number"]]

    for command, done in (
        ({"values": {"pages": 11}}, "updated"),
        ({"action": "lend"}, "performed"),
        ({"action": "give_back"}, "performed"),
        ({"delete": True}, "deleted"),
    ):
        answers = [kim.post("/records/book/bulk", {"records": named, **command, "preview": preview}).get_json() for preview in (True, False)]
        assert [[row["done"] for row in answer["rows"]] for answer in answers] == [[done, "skipped", "skipped", done]] * 2
        assert [(answer["done"], answer["skipped"], answer["refused"]) for answer in answers] == [(2, 2, 0)] * 2
        assert [row["number"] for row in answers[1]["rows"]] == [book["number"]] * 3 + [other["number"]]


def test_an_edit_that_changes_nothing_is_counted_as_skipped(kim: Caller) -> None:
    (book,) = _books(kim, "Equal already")

    report = kim.post("/records/book/bulk", {"records": [book], "values": {"pages": 10}}).get_json()

    assert (report["done"], report["skipped"], report["refused"]) == (0, 1, 0)


def test_a_file_that_says_its_versions_overwrites_nobody(kim: Caller) -> None:
    """GEN-26: an exported file comes back after a colleague changed one of its records."""
    first, second = _books(kim, "File one", "File two")
    asked = f"filter=record.number in ['{first}', '{second}']&fields=number,version,pages"
    exported = kim.get(f"/records/book/export?format=csv&{asked}").get_data(as_text=True).lstrip("\ufeff")
    kim.patch(f"/records/book/{second}", {"pages": 99}, 1)

    edited = "\n".join(line if place == 0 else f"{line.rpartition(',')[0]},77" for place, line in enumerate(exported.splitlines()))
    rows = kim.request("POST", "/records/book/import?key=number&update_existing=true", data=edited.encode(), content_type="text/csv").get_json()["rows"]
    wrong = kim.request(
        "POST", "/records/book/import?key=number&update_existing=true", data=f"number,version,pages\n{first},x,1".encode(), content_type="text/csv"
    )

    assert exported.splitlines()[0] == "number,version,pages"
    assert sorted(row["findings"][0]["code"] if row["findings"] else row["done"] for row in rows) == ["updated", "version_conflict"]
    assert [kim.get(f"/records/book/{number}").get_json()["pages"] for number in (first, second)] == [77, 99]
    assert wrong.get_json()["rows"][0]["findings"][0]["code"] == "bad_parameter"


def test_a_bulk_action_meets_the_same_guards(kim: Caller) -> None:
    first, second = _books(kim, "Act one", "Act two")
    kim.act("book", second, "lend")

    report = kim.post("/records/book/bulk", {"records": [first, second], "action": "lend"}).get_json()

    assert [row["done"] for row in report["rows"]] == ["performed", "refused"]


def test_a_bulk_command_says_one_thing(kim: Caller, carl: Caller) -> None:
    (book,) = _books(kim, "One thing")

    for body in (
        {"records": [book]},
        {"records": [book], "values": {"pages": 1}, "delete": True},
        {"records": [], "delete": True},
        {"records": [book], "burn": True},
    ):
        response = kim.post("/records/book/bulk", body)
        assert (response.status_code, response.get_json()["code"]) == (400, "bad_parameter")
    assert carl.post("/records/book/bulk", {"records": [book], "values": {"pages": 1}}).get_json()["code"] == "not_permitted"


def test_a_csv_file_is_tried_then_imported_with_a_result_per_row(kim: Caller) -> None:
    text = b"name;pages;bought_on\nImported one;12;01.02.2026\nImported two;many;2026-02-30\n"

    tried = kim.request("POST", "/records/book/import?dry_run=true", data=text, content_type="text/csv").get_json()
    nothing = kim.get("/records/book?q=Imported").get_json()["records"]
    done = kim.request("POST", "/records/book/import", data=text, content_type="text/csv").get_json()

    assert (tried["applied"], tried["done"], tried["refused"]) == (False, 1, 1)
    assert nothing == []
    assert [row["done"] for row in done["rows"]] == ["created", "refused"]
    assert {finding["field"] for finding in done["rows"][1]["findings"]} == {"pages", "bought_on"}
    assert [(row["name"], row["bought_on"]) for row in kim.get("/records/book?q=Imported").get_json()["records"]] == [("Imported one", "2026-02-01")]


def test_a_bad_file_is_refused_whole(kim: Caller) -> None:
    cases = [
        (b"name,colour\nx,red\n", "text/csv", 422, "bad_columns"),
        (b"", "text/csv", 422, "bad_columns"),
        ("name\né\n".encode("latin-1"), "text/csv", 400, "bad_encoding"),
        (b'{"name": "x"}', "application/json", 415, "unsupported_media_type"),
    ]

    for data, media_type, status, code in cases:
        response = kim.request("POST", "/records/book/import", data=data, content_type=media_type)
        assert (response.status_code, response.get_json()["code"]) == (status, code), data


def test_an_export_can_be_imported_again_and_no_spreadsheet_runs_it(kim: Caller, carl: Caller) -> None:
    kim.made("book", name="=1+1", pages=3, code="EXPORT1")

    exported = kim.get("/records/book/export?filter=record.code == 'EXPORT1'&fields=name,pages")
    lines = kim.get("/records/book/export?filter=record.code == 'EXPORT1'&format=jsonl")
    again = kim.request("POST", "/records/book/import", data=io.BytesIO(exported.get_data()), content_type="text/csv").get_json()

    assert exported.mimetype == "text/csv"
    assert exported.headers["Content-Disposition"] == 'attachment; filename="book.csv"'
    assert "'=1+1" in exported.get_data(as_text=True)
    assert '"name":"=1+1"' in lines.get_data(as_text=True)
    assert again["done"] == 1
    assert kim.get(f"/records/book/{again['rows'][0]['number']}").get_json()["name"] == "=1+1"
    assert carl.get("/records/book/export").get_json()["code"] == "not_permitted"


def _imported(kim: Caller, address: str, text: bytes) -> dict[str, object]:
    answer: dict[str, object] = kim.request("POST", address, data=text, content_type="text/csv").get_json()
    return answer


def test_a_whole_export_comes_back_and_changes_what_was_edited_in_it(kim: Caller) -> None:
    """T-34: what the engine keeps is looked past, what nobody touched is no edit, and numbers recognise records."""
    number = kim.made("book", name="Round trip", pages=3, code="ROUND1")["number"]
    before = kim.get(f"/records/book/{number}").get_json()
    file = kim.get("/records/book/export?filter=record.code == 'ROUND1'").get_data()
    address = "/records/book/import?key=number&update_existing=true"

    same = _imported(kim, address, file)
    between = kim.get(f"/records/book/{number}").get_json()
    edited = _imported(kim, address, file.replace(b"Round trip", b"Round tour"))
    after = kim.get(f"/records/book/{number}").get_json()

    assert [row["done"] for row in same["rows"]] == ["skipped"], same  # type: ignore[attr-defined]
    assert {"created_at", "created_by", "updated_at", "updated_by", "state"} <= set(same["unread"])  # type: ignore[call-overload]
    assert between == before
    assert [row["done"] for row in edited["rows"]] == ["updated"]  # type: ignore[attr-defined]
    assert (after["name"], after["pages"]) == ("Round tour", 3)


def test_an_export_without_a_key_says_how_numbers_are_used(kim: Caller) -> None:
    kim.made("book", name="No key", pages=3, code="NOKEY1")
    file = kim.get("/records/book/export?filter=record.code == 'NOKEY1'").get_data()

    refused = _imported(kim, "/records/book/import", file)

    assert refused["code"] == "bad_columns"
    assert "choose 'number' as the key column (key=number)" in str(refused["detail"])
