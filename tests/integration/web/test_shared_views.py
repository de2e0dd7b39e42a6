"""The address of a shared view, opened by people with other rights than whoever shared it (QUALITY B 9, GEN-9, GEN-27, T-31).

The library's keeper of the north shares views that ask for the pages of books and for what a note of hers says. The keeper of the south
may see no confidential book of the north; clerks may see neither pages nor bindings, readers no secret note, guests no book.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, build, caller, close
from tests.servers import postgresql_database
from tests.speaking import speak

_VIEWS = {
    "book_list": {
        "entity_type": "book",
        "layout": "list",
        "columns": {"number": {}, "name": {}},
        "sort": {"name": "ascending"},
        "filters": {"all": {}, "thick": {"when": "record.pages > 500"}},
    },
    "book_board": {"entity_type": "book", "layout": "board", "by": "binding"},
}
_COLLABORATION = {"south_sees_north": {"group": "south", "with": "north", "entity_types": ["book"], "privacy": ["normal"], "permit": ["view"]}}
#: How many cards the head of a board's column says there are.
_COLUMN = re.compile(r'class="quiet number">(\d+)<')
THICK = {"path": "pages", "operator": "at_least", "values": ["500"]}
#: What a view may ask of a field that is closed, and what those are told to whom it is.
CLOSED = {
    "filter": ({"chips": [THICK]}, "A filter on a field that your roles do not show was left out."),
    "order": ({"order": "-pages"}, "The order by a field that your roles do not show was left out; the records stand in the usual one."),
    "column": ({"columns": ["name", "pages"]}, "A column with a field that your roles do not show was left out."),
    "named filter": ({"base": "thick"}, "The view that this one stands on asks for fields that your roles do not show, and was left out."),
    "condition": ({"expression": "record.pages > 500 || record.shelf.name == 'x'"}, "A condition on fields that your roles do not show was left out."),
    "layout": ({"layout": "board"}, "The records cannot be shown here as this view lays them out; here is the table."),
}


@dataclass(frozen=True, slots=True)
class Library:
    """The installation, and its books by name."""

    app: Flask
    books: dict[str, str]

    def person(self, login: str) -> FlaskClient:
        """Return the browser of somebody who logged in."""
        client = self.app.test_client()
        client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
        return client

    def shared(self, **asked: Any) -> str:
        """Return the address of a view that the keeper of the north saved and shared; that books have a name narrows it for nobody."""
        kim, named = self.person("kim"), {"path": "name", "operator": "filled"}
        form = {"_state": json.dumps({"base": "all", **asked, "chips": [named, *asked.get("chips", ())]})}
        token = kim.post("/r/book?view=all", data=form, headers={**SAME_ORIGIN, "HX-Request": "true"}).headers["HX-Push-Url"].partition("?")[2]
        saved = kim.post(f"/r/book/views/new?{token}", data={"label": "Shared", "shared": "1"}, headers=SAME_ORIGIN)
        assert saved.status_code == 303, saved.text
        return str(saved.location)

    def named(self, numbers: list[str]) -> list[str]:
        """Return the names of books by their numbers."""
        names = {number: name for name, number in self.books.items()}
        return [names[number] for number in numbers]

    def listed(self, page: str) -> list[str]:
        """Return the names of the books that a page lists, in its order."""
        return self.named(re.findall(r'data-row="(\w+)"', page))


def _pack(folder: Path) -> Path:
    """Return the library with a list, a board, collaboration, and roles that are closed to some fields."""
    pack = folder / "library"
    shutil.copytree(PACK, pack)
    (pack / "views").mkdir()
    for name, view in _VIEWS.items():
        (pack / "views" / f"{name}.json").write_text(json.dumps({"id": name, **view}))

    def change(path: str, to: dict[str, Any]) -> None:
        written = json.loads((pack / path).read_text())
        for place, value in to.items():
            *way, last = place.split(".")
            at = written
            for step in way:
                at = at[step]
            at[last] = value
        (pack / path).write_text(json.dumps(written))

    change("roles/roles.json", {"clerk.fields": {"book.pages": [], "book.binding": []}, "guest": {"permit": {"shelf": ["view"]}}})
    change("roles/roles.json", {"keeper.permissions": ["notes.secret", "users.manage", "studio.publish", "share_views"]})
    change("entity_types/book.json", {"fields.secret_note.searchable": True})
    change("organisation/house.json", {"collaboration": _COLLABORATION, "users.gast": {"name": "Gabi Guest", "units": ["north_desk"], "roles": ["guest"]}})
    return pack


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The installation on either database."""
    folder = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        yield from _filled(folder, "")
    else:
        with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
            yield from _filled(folder, url)


def _filled(folder: Path, database_url: str) -> Iterator[Library]:
    app = build(folder / "home", database_url, packs=(_pack(folder),))
    kim, sven = caller(app, "kim"), caller(app, "sven")
    made = [
        kim.made("book", name="Open and thick", pages=6543),
        kim.made("book", name="Open and thin", pages=123, secret_note="A xylophone plays."),
        kim.made("book", name="Kept and thick", pages=7654, privacy_level="confidential"),
        sven.made("book", name="Southern and thick", pages=5432),
    ]
    yield Library(app, {book["name"]: book["number"] for book in made})
    close(app)


def test_a_shared_view_shows_to_each_the_records_that_are_open_to_him(library: Library) -> None:
    """One address, as a table, as a board, beside a record and in its count: what another group keeps is nowhere, and what it lets be seen is in no file."""
    address = library.shared(chips=[THICK], order="-pages")
    kim, sven = library.person("kim"), library.person("sven")
    name = address.partition("view=")[2]

    hers, his = kim.get(address), sven.get(address)
    board, file = sven.get(f"{address}&layout=board"), sven.get(address.replace("/r/book", "/r/book/export.csv"))
    beside = sven.get(f"{address}&open={library.books['Open and thick']}")
    counts = {login: library.person(login).get("/r/book/counts").get_json()["counts"][name] for login in ("kim", "sven")}

    assert library.listed(hers.text) == ["Kept and thick", "Open and thick"]
    assert library.listed(his.text) == ["Open and thick", "Southern and thick"]
    assert all(library.books[name] in beside.text for name in library.listed(his.text))
    assert sorted(library.listed(board.text)) == ["Open and thick", "Southern and thick"]
    assert re.findall(r"\d+ records?", hers.text)[:1] == re.findall(r"\d+ records?", his.text)[:1] == ["2 records"]
    assert counts == {"kim": "2", "sven": "2"}
    assert library.books["Kept and thick"] not in his.text + board.text + beside.text + file.text
    assert "7654" not in his.text + board.text + beside.text + file.text
    assert library.named(re.findall(r"^\w\d+", file.text, re.MULTILINE)) == ["Southern and thick"]


@pytest.mark.parametrize("part", CLOSED)
def test_what_a_shared_view_asks_of_a_closed_field_is_left_out_with_a_sentence(library: Library, part: str) -> None:
    asked, told = CLOSED[part]
    address = library.shared(**asked)
    carl = library.person("carl")
    name = address.partition("view=")[2]

    page, plain = carl.get(address), carl.get("/r/book?view=all")
    hers = library.person("kim").get(address)
    counts = carl.get("/r/book/counts").get_json()["counts"]

    assert page.status_code == 200
    assert told in page.text
    assert told not in hers.text
    assert library.listed(page.text) == library.listed(plain.text) == ["Kept and thick", "Open and thick", "Open and thin"]
    assert counts[name] == counts["all"] == "3"
    assert not re.search(r"6[.,]?543|7[.,]?654|record\.pages|&quot;pages", page.text)


def test_all_that_a_shared_view_asks_of_closed_fields_is_told_in_the_language_of_the_page(library: Library) -> None:
    whole: dict[str, Any] = {}
    for asked, _ in CLOSED.values():
        whole |= asked
    address = library.shared(**whole)
    carl = library.person("carl")
    speak(carl, "de")

    page = carl.get(address)

    assert len(re.findall("Ihre Rollen nicht zeigen", page.text)) == len(CLOSED) - 1
    assert "hier ist die Tabelle" in page.text
    assert len(library.listed(page.text)) == 3


@pytest.mark.parametrize("more", ["&order=pages", "&order=-pages", "&layout=board"])
def test_no_part_of_the_address_brings_a_closed_field_back(library: Library, more: str) -> None:
    address = library.shared(chips=[THICK], order="-pages", columns=["name", "pages"])
    carl = library.person("carl")

    page = carl.get(f"{address}{more}")

    assert library.listed(page.text) == ["Kept and thick", "Open and thick", "Open and thin"]
    assert not re.search(r"6[.,]?543|7[.,]?654", page.text)


@pytest.mark.parametrize("layout", ["", "board"])
def test_words_of_a_shared_view_find_nothing_by_a_field_that_is_closed(library: Library, layout: str) -> None:
    """Neither a row nor a number of a column or of the view tells that there is such a book."""
    address = library.shared(search="xylophone", layout=layout)
    name = address.partition("view=")[2]

    hers, page = library.person("kim").get(address), library.person("rita").get(address)
    counts = library.person("rita").get("/r/book/counts").get_json()["counts"]

    assert library.listed(hers.text) == ["Open and thin"]
    assert (page.status_code, library.listed(page.text)) == (200, [])
    assert counts.get(name, "0") == "0"
    assert [_COLUMN.findall(each.text) for each in (hers, page)] == ([["0", "0", "1"], []] if layout else [[], []])


def test_who_may_see_no_record_of_the_type_is_told_so_at_the_address_of_a_shared_view(library: Library) -> None:
    address = library.shared(chips=[THICK])

    page = library.person("gast").get(address)

    assert page.status_code == 403
    assert "Your roles do not permit" in page.text
    assert not any(number in page.text for number in library.books.values())


def test_a_condition_on_a_closed_field_is_refused_when_it_is_typed_and_left_out_when_it_was_kept(library: Library) -> None:
    """What somebody types is answered once, by the refusal; what the address keeps of it shows the rest."""
    carl, told = library.person("carl"), CLOSED["condition"][1]

    refused = carl.post("/r/book?view=all", data={"_filter": "record.pages > 500"}, headers={**SAME_ORIGIN, "HX-Request": "true"})
    again = carl.post(
        refused.headers["HX-Push-Url"], data={"_state": '{"expression": "record.pages > 500"}', "_filter": "record.pages > 501"}, headers=SAME_ORIGIN
    )
    kept = carl.get(refused.headers["HX-Push-Url"])

    assert (refused.status_code, library.listed(refused.text)) == (again.status_code, library.listed(again.text)) == (400, [])
    assert (told in again.text, told in kept.text) == (False, True)
    assert (kept.status_code, len(library.listed(kept.text))) == (200, 3)
