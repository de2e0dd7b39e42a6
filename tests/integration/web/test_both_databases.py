"""The main way through the API on SQLite and on PostgreSQL: start, log in, write, find, act, import, health."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller, build, caller, close


@pytest.fixture
def fresh(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The app of a fresh installation on either database."""
    app = build(tmp_path / "home", database_url)
    yield app
    close(app)


def test_the_main_way_works_on_both_databases(fresh: Flask) -> None:
    kim, sven = caller(fresh, "kim"), caller(fresh, "sven")
    kim.made("shelf", name="A1")
    book = kim.made("book", name="Emma", pages=474, shelf="A1", authors=[{"name": "Austen"}], price={"amount": "9.90", "currency": "EUR"})
    address = f"/records/book/{book['number']}"

    lent = kim.act("book", book["number"], "lend")
    stale = kim.patch(address, {"pages": 475}, book["version"])
    csv = kim.request("POST", "/records/book/import", data=b"name,pages\nPersuasion,249\nBad,many\n", content_type="text/csv").get_json()

    assert (lent.status_code, lent.get_json()["status"]) == (200, "lent")
    assert (stale.status_code, stale.get_json()["code"]) == (412, "version_conflict")
    assert [row["done"] for row in csv["rows"]] == ["created", "refused"]
    assert [row["name"] for row in kim.get("/records/book?q=ustE&limit=5").get_json()["records"]] == ["Emma"]
    assert [row["pages"] for row in kim.get("/records/book?order=pages&filter=record.pages > 0").get_json()["records"]] == [249, 474]
    assert sven.get(address).status_code == 404
    assert fresh.test_client().get("/health").get_json()["status"] == "ok"


def test_any_text_is_stored_as_it_is_or_refused(fresh: Flask) -> None:
    kim: Caller = caller(fresh, "kim")
    texts = ["\ud7ff\U0001f600", "x" * 100, "'; DROP TABLE book; --", "%s %(x)s :name"]

    kept = [kim.get(f"/records/book/{kim.made('book', name=text)['number']}").get_json()["name"] for text in texts]
    refused = kim.post("/records/book", {"name": "a\x00b"})

    assert kept == texts
    assert (refused.status_code, refused.get_json()["code"]) == (422, "wrong_type")


def test_the_largest_decimal_is_the_same_on_both_databases(fresh: Flask) -> None:
    """GEN-10: what a column cannot keep exactly is refused before it gets there."""
    kim = caller(fresh, "kim")

    kept = kim.made("book", name="Heavy", weight="999999999999.999999", price={"amount": "-999999999999.999999", "currency": "EUR"})
    refused = [
        kim.post("/records/book", {"name": "Too heavy", **values}).get_json()
        for values in ({"weight": "1000000000000"}, {"weight": -1e18}, {"price": {"amount": "1000000000000", "currency": "EUR"}})
    ]

    assert (kept["weight"], kept["price"]["amount"]) == ("999999999999.999999", "-999999999999.999999")
    assert [(one["code"], one["field"]) for one in refused] == [("above_maximum", "weight"), ("below_minimum", "weight"), ("above_maximum", "price")]
    assert len(kim.get("/records/book?filter=record.weight > 999999999999.5").get_json()["records"]) == 1


def test_a_list_on_screen_works_on_both_databases(fresh: Flask) -> None:
    """Chips on a reference by id and by number, a record beside its list, a card on the board, a job in the bar of the page."""
    kim = caller(fresh, "kim")
    shelf, other = (kim.made("shelf", name=name) for name in ("A1", "A2"))
    first, second = (kim.made("book", name=name, pages=9, shelf="A1")["number"] for name in ("One", "Two"))
    kim.made("book", name="Elsewhere", pages=9, shelf="A2")
    screen = fresh.test_client()
    screen.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)

    found = []
    for value in (f"{shelf['id']}/{shelf['number']}", shelf["number"], other["number"]):
        state = json.dumps({"chips": [{"path": "shelf", "operator": "is", "values": [value]}]})
        found.append(set(re.findall(r'data-row="(\w+)"', screen.post("/r/book", data={"_state": state}, headers=SAME_ORIGIN).text)))
    beside = screen.get(f"/r/book?order=number&open={first}&step=next", follow_redirects=True)
    dropped = screen.get(f"/r/book/{first}/moves?to=lent", headers={**SAME_ORIGIN, "HX-Target": "modal-inside"})
    kim.post("/records/book/bulk", {"records": [first, second], "values": {"pages": 10}}, headers={"Prefer": "respond-async"})
    going = screen.get("/r/book")

    assert (found[0] == found[1] == {first, second}, len(found[2])) == (True, 1)
    assert f'hx-get="/r/book/{second}"' in beside.text
    assert "data-at-once" in dropped.text
    assert "0 / 2" in going.text


def test_what_the_database_refuses_is_a_failure_with_a_number_and_leaves_no_content_in_the_log(fresh: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the parameters nor the row that the database quotes; and nobody is told to try again what fails again."""
    kim, database = caller(fresh, "kim"), fresh.extensions["packdesk"].database
    with database.begin(write=True) as connection:
        connection.exec_driver_sql(
            "ALTER TABLE r_book ADD CONSTRAINT no_emma CHECK (f_name NOT LIKE 'Emma%%')"
            if database.dialect == "postgresql"
            else "CREATE TRIGGER no_emma BEFORE INSERT ON r_book WHEN new.f_name LIKE 'Emma%' BEGIN SELECT RAISE(ABORT, 'no_emma'); END"
        )

    answer = kim.post("/records/book", {"name": "Emma Woodhouse", "code": "E-4711"})
    row = kim.request("POST", "/records/book/import", data=b"name,code\nEmma Knightley,E-4712\n", content_type="text/csv")

    assert [(one.status_code, one.get_json()["code"]) for one in (answer, row)] == [(500, "internal_error"), (500, "internal_error")]
    assert answer.get_json()["request_id"] in answer.get_json()["detail"]
    assert "r_book" in caplog.text
    assert not [word for word in ("Woodhouse", "Knightley", "E-471") if word in caplog.text]
