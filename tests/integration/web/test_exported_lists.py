"""A list as a file: for people, in their words and with what parts cells where they live; and so that it can be imported again."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak


@pytest.fixture(scope="module")
def reader(app: Flask, kim: Caller) -> FlaskClient:
    """The keeper at a screen, with a shelf."""
    kim.made("shelf", name="Row 0")
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


@pytest.mark.parametrize(
    ("language", "head", "row"),
    [
        ("en", "Number,Name,Bought on,Shelf,Pages,Price", '{book},\'=2+3,"Nov 22, 2026",Row 0 ({shelf}),"1,234",€12.50'),
        ("de", "Nummer;Name;Bought on;Shelf;Seiten;Price", "{book};'=2+3;22.11.2026;Row 0 ({shelf});1.234;12,50\xa0€"),
    ],
)
def test_a_list_is_given_out_as_people_read_it(reader: FlaskClient, kim: Caller, language: str, head: str, row: str) -> None:
    """GEN-27: no formula runs in it either."""
    shelf = next(one for one in kim.get("/records/shelf?q=Row 0").get_json()["records"] if one["name"] == "Row 0")
    price = {"amount": "12.50", "currency": "EUR"}
    book = kim.made("book", name="=2+3", pages=1234, shelf=shelf["number"], price=price, bought_on="2026-11-22")
    chosen = ["number", "name", "bought_on", "shelf", "pages", "price"]
    reader.post("/r/book/columns", data={"_order": chosen, "_shown": chosen, "_save": "1"}, headers=SAME_ORIGIN)

    speak(reader, language)
    lines = reader.get("/r/book/export.csv").get_data().decode("utf-8-sig").split("\r\n")
    again = reader.get("/r/book/export.csv?to=import").get_data().decode("utf-8-sig").split("\r\n")
    speak(reader, "en")
    reader.post("/r/book/columns", data={"_reset": "1"}, headers=SAME_ORIGIN)

    assert lines[0] == head
    assert row.format(book=book["number"], shelf=shelf["number"]) in lines
    assert again[0] == ",".join(chosen)
    assert f"{book['number']},'=2+3,2026-11-22,{shelf['number']},1234," in "\n".join(again)


def test_what_is_given_out_to_import_again_is_imported_again(reader: FlaskClient, kim: Caller) -> None:
    book = kim.made("book", name="Comes back", pages=7)
    file = reader.get("/r/book/export.csv?to=import").get_data().replace(b"Comes back", b"Came back")
    key = re.findall(r'name="_key" value="([^"]*)"', reader.get("/r/book/import").text)[0]

    answer = reader.post(
        "/r/book/import",
        data={"_key": key, "_run": "run", "key": "number", "update": "true", "file": (io.BytesIO(file), "book.csv")},
        headers=SAME_ORIGIN,
    )

    assert "1 row imported" in answer.text or "rows imported, 0 refused" in answer.text
    assert kim.get(f"/records/book/{book['number']}").get_json()["name"] == "Came back"
