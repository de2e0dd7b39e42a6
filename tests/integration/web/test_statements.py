"""What requests cost at the database: so many statements, however much there is to answer."""

from contextlib import AbstractContextManager

import pytest
from flask import Flask
from tests.integration.web.installation import Caller
from tests.statements import listening

#: The release in force, looked at once per request.
FRESHNESS = 1


def counted(app: Flask) -> AbstractContextManager[list[str]]:
    """Collect what is sent to the database."""
    return listening(app.extensions["packdesk"].database)


@pytest.fixture(scope="module")
def book(kim: Caller) -> str:
    """The number of a book on a shelf; everything that a process makes once per release has been made."""
    shelf = kim.made("shelf", name="Statements")
    number = str(kim.made("book", name="Emma", shelf=shelf["number"], authors=[{"name": "Austen"}])["number"])
    for path in ("/records/book?count=false", "/records/book?count=false&q=emma", f"/records/book/{number}"):
        assert kim.get(path).status_code == 200
    return number


def test_a_list_costs_one_statement_whatever_its_references_name(app: Flask, kim: Caller, book: str) -> None:
    for number in range(5):
        kim.made("book", name=f"Volume {number}", shelf="Statements" if number == 0 else kim.made("shelf", name=f"Row {number}")["number"])

    with counted(app) as statements:
        assert len(kim.get("/records/book?count=false&fields=number,name,shelf").get_json()["records"]) > 5

    assert len(statements) == FRESHNESS + 1, statements


def test_a_record_costs_itself_with_what_it_names_and_its_lines(app: Flask, kim: Caller, book: str) -> None:
    with counted(app) as statements:
        assert kim.get(f"/records/book/{book}").get_json()["shelf"]["title"]

    assert len(statements) == FRESHNESS + 2, statements


def test_a_record_without_lines_and_links_costs_one_statement(app: Flask, kim: Caller, book: str) -> None:
    bare = str(kim.made("book", name="Bare", shelf="Statements")["number"])

    with counted(app) as statements:
        shown = kim.get(f"/records/book/{bare}").get_json()

    assert (shown["shelf"]["title"], shown["authors"]) == ("Statements", [])
    assert len(statements) == FRESHNESS + 1, statements


def test_a_search_costs_what_a_list_does(app: Flask, kim: Caller, book: str) -> None:
    with counted(app) as statements:
        assert kim.get("/records/book?count=false&fields=number,name,shelf&q=emma").get_json()["records"]

    assert len(statements) <= FRESHNESS + 3, statements


def test_a_creation_is_answered_without_reading_it_back(app: Flask, kim: Caller, book: str) -> None:
    with counted(app) as statements:
        kim.made("book", name="Persuasion", shelf="Statements")

    inserts = [text for text in statements if text.startswith("INSERT INTO r_book ")]
    assert len(inserts) == 1
    assert not [text for text in statements[statements.index(inserts[0]) :] if "FROM r_book" in text], statements
    assert len(statements) == 8, statements


def test_an_edit_reads_the_record_once(app: Flask, kim: Caller, book: str) -> None:
    version = kim.get(f"/records/book/{book}").get_json()["version"]

    with counted(app) as statements:
        assert kim.patch(f"/records/book/{book}", {"pages": 500}, version).status_code == 200

    assert len([text for text in statements if "FROM r_book" in text]) == 1, statements
    assert len(statements) == 7, statements


def test_an_action_reads_the_record_once(app: Flask, kim: Caller) -> None:
    number = kim.made("book", name="Sanditon", pages=120)["number"]

    with counted(app) as statements:
        assert kim.act("book", number, "lend").get_json()["status"] == "lent"

    assert len([text for text in statements if "FROM r_book" in text]) == 1, statements
    assert len(statements) == FRESHNESS + 5, statements
