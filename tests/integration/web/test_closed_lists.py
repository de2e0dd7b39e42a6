"""A field that is closed to a role leaves its list without the field, not the role without the list."""

import json
import re
import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, build, caller, close

_VIEW = {
    "entity_type": "book",
    "layout": "list",
    "columns": {"number": {}, "name": {}, "pages": {}},
    "sort": {"pages": "descending", "name": "ascending"},
    "filters": {"thick": {"when": "record.pages > 500"}, "named": {"when": "record.name != ''"}, "all": {}},
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation whose clerks may not see how many pages a book has, though the list opens with them."""
    folder = tmp_path_factory.mktemp("closed")
    pack = folder / "library"
    shutil.copytree(PACK, pack)
    (pack / "views").mkdir()
    (pack / "views" / "book_list.json").write_text(json.dumps({"id": "book_list", **_VIEW}))
    roles = json.loads((pack / "roles" / "roles.json").read_text())
    roles["clerk"]["fields"] = {"book.pages": []}
    (pack / "roles" / "roles.json").write_text(json.dumps(roles))
    app = build(folder / "home", packs=(pack,))
    caller(app, "kim").made("book", name="Moby Dick", pages=8635)
    yield app
    close(app)


def _person(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"})
    return client


@pytest.mark.parametrize(
    ("login", "pages"),
    [pytest.param("carl", False, id="closed"), pytest.param("kim", True, id="open")],
)
def test_a_closed_column_leaves_the_list_and_its_order_and_filters(closed: Flask, login: str, pages: bool) -> None:
    answer = _person(closed, login).get("/r/book")

    assert answer.status_code == 200
    assert ("view=thick" in answer.text) is pages
    assert (re.search(r"8[.,]?635\b", answer.text) is not None) is pages
    assert "view=named" in answer.text
    assert "Moby Dick" in answer.text


@pytest.mark.parametrize("address", ["/r/book?view=thick", "/r/book?order=pages", "/r/book?order=-pages", "/"])
def test_an_address_that_names_what_is_closed_shows_the_rest(closed: Flask, address: str) -> None:
    assert _person(closed, "carl").get(address).status_code == 200


def test_a_view_that_reads_what_is_closed_has_no_count_and_counting_goes_on_where_it_is_told(closed: Flask) -> None:
    """A number beside a view would tell what the closed field holds."""
    kim, carl = _person(closed, "kim"), _person(closed, "carl")
    nobody = closed.test_client().get("/r/book/counts", headers={"Accept": "application/json"})

    whole, left = kim.get("/r/book/counts").get_json(), carl.get("/r/book/counts").get_json()
    gone_on, unknown = kim.get("/r/book/counts?from=named").get_json(), kim.get("/r/book/counts?from=nothing").get_json()

    assert whole == unknown == {"counts": {"thick": "1", "named": "1", "all": "1"}, "rest": ""}
    assert left == gone_on == {"counts": {"named": "1", "all": "1"}, "rest": ""}
    assert nobody.status_code == 401
