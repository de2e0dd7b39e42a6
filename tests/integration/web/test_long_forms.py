"""Forms of types with very many fields, options and rows; and forms that a publish overtook, without a script (GEN-12, GEN-28)."""

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, build, close

PAGE = {**SAME_ORIGIN, "Accept": "text/html"}
PARTS = 10
WIDE_TYPE = {
    "id": "wide",
    "access": "public",
    "title": "record.number",
    "fields": {"topic": {"type": "category", "tree": "topics"}, **{f"own_{n}": {"type": "string"} for n in range(20)}},
    "sections": {
        f"part_{part}": {"fields": {f"f_{n}": {"type": "integer" if n == 3 else "string", "required": part == 1 and n == 0} for n in range(18)}}
        for part in range(PARTS)
    },
    "lines": {"rows": {"minItems": 1, "maxItems": 3, "fields": {"name": {"type": "string"}, "share": {"type": "integer"}}}},
    "relations": {"shelves": {"to": "shelf", "many": True}},
}
#: A type whose rows choose from 500 categories each.
ROWS_TYPE = {
    "id": "many_rows",
    "access": "public",
    "title": "record.number",
    "fields": {"name": {"type": "string"}},
    "lines": {"rows": {"fields": {"name": {"type": "string"}, "topic": {"type": "category", "tree": "topics"}}}},
}
#: A type whose form in a window shows one field of its own; another is demanded, a third can be found fault with.
NARROW_TYPE = {
    "id": "narrow",
    "access": "public",
    "title": "record.number",
    "fields": {
        "name": {"type": "string"},
        "aside": {"type": "string"},
        "demanded": {"type": "string", "required": True},
        "code": {"type": "string", "default": "same", "unique": True},
    },
    "lines": {"rows": {"minItems": 1, "fields": {"name": {"type": "string"}}}, "others": {"fields": {"name": {"type": "string"}}}},
}
NARROW_WINDOW = {"id": "narrow_window", "entity_type": "narrow", "layout": "modal", "sections": {"short": {"fields": {"name": {}}}}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of the library with a type of 200 fields and a tree of 500 categories."""
    folder = tmp_path_factory.mktemp("long")
    pack, home = folder / "pack", folder / "home"
    shutil.copytree(PACK, pack)
    (pack / "categories").mkdir()
    nodes = {f"t_{n}": {"label": f"Topic {n}", **({"parent": f"t_{n // 10}"} if n >= 10 else {})} for n in range(500)}
    (pack / "categories" / "topics.json").write_text(json.dumps({"id": "topics", "nodes": nodes}))
    (pack / "entity_types" / "wide.json").write_text(json.dumps(WIDE_TYPE))
    (pack / "entity_types" / "many_rows.json").write_text(json.dumps(ROWS_TYPE))
    (pack / "entity_types" / "narrow.json").write_text(json.dumps(NARROW_TYPE))
    (pack / "views").mkdir()
    (pack / "views" / "narrow_window.json").write_text(json.dumps(NARROW_WINDOW))
    _permit(pack / "roles" / "roles.json")
    app = build(home, packs=(pack,))
    yield app
    close(app)


def _permit(path: Path) -> None:
    roles = json.loads(path.read_text())
    roles["keeper"]["permit"] |= {name: ["view", "create", "edit"] for name in ("wide", "narrow", "many_rows")}
    path.write_text(json.dumps(roles))


@pytest.fixture(scope="module")
def kim(desk: Flask) -> FlaskClient:
    """The keeper at a screen."""
    client = desk.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _text(client: FlaskClient, path: str, data: dict[str, object] | None = None, status: int = 200) -> str:
    answer = client.get(path, headers=PAGE) if data is None else client.post(path, data=data, headers=PAGE)
    assert answer.status_code == status, answer.status_code
    return answer.get_data(as_text=True)


def test_a_form_of_200_fields_has_an_index_and_closes_the_parts_that_say_nothing(kim: FlaskClient) -> None:
    page = _text(kim, "/r/wide/new")

    assert page.count('class="form-index"') == 1
    assert len(re.findall(r'href="#section-part_\d"', page)) == PARTS
    assert len(re.findall(r'<details class="form-part">', page)) == PARTS - 1
    assert '<div class="card-head"><h2 id="section-part_1">' in page


def test_a_part_with_a_value_or_a_fault_is_open(kim: FlaskClient) -> None:
    page = _text(kim, "/r/wide/new", {"part_1.f_0": "x", "part_4.f_1": "typed", "part_5.f_3": "no number", "_group": "rows", "rows[0].name": "a"}, 422)

    opened = re.findall(r'<details class="form-part" open><summary class="card-head"><h2 id="section-(\w+)"', page)
    assert opened == ["part_4", "part_5"]


def test_500_choices_are_searched_and_stand_under_their_parents(kim: FlaskClient) -> None:
    page = _text(kim, "/r/wide/new")

    tree = page.partition("data-tree")[2].partition("</select>")[0]
    assert tree.count("<option") == 501
    assert 'data-depth="1"' in tree
    assert 'data-depth="2"' in tree


def _rows(count: int) -> dict[str, object]:
    cells = ((f"rows[{n}].name", f"Row {n}", f"rows[{n}].topic", f"t_{n + 100}") for n in range(count))
    return {"_group": "rows", "_line": "refresh", **{name: value for cell in cells for name, value in (cell[:2], cell[2:])}}


def test_choices_of_rows_are_sent_once_however_many_rows_there_are(kim: FlaskClient) -> None:
    """100 rows that choose from 500 categories: each holds its own choice, and the empty row all of them."""
    one, many = (_text(kim, "/r/many_rows/new", _rows(count)) for count in (1, 100))

    assert many.count("<option") < 1_000
    assert len(many.encode()) - len(one.encode()) < 99 * 2_100
    assert len(many.encode()) < 300_000
    assert re.findall(r'<option value="(t_\d+)"[^>]* selected', many) == [f"t_{n + 100}" for n in range(100)]


def test_without_a_script_a_row_shows_all_its_choices_when_it_is_asked_to(kim: FlaskClient) -> None:
    page = _text(kim, "/r/many_rows/new", {**_rows(3), "_line": "choices:rows[1].topic"})

    offered = [len(re.findall("<option", part)) for part in re.findall(r'<select [^>]*name="rows\[\d\]\.topic"[^>]*>(.*?)</select>', page, re.DOTALL)]
    assert offered == [2, 501, 2]
    assert page.count('value="choices:rows[0].topic"') == 1


def test_a_row_is_stored_with_the_choice_it_shows(kim: FlaskClient) -> None:
    form = {name: value for name, value in _rows(2).items() if name != "_line"}

    answer = kim.post("/r/many_rows/new", data={**form, "name": "With rows"}, headers=PAGE)
    page = _text(kim, answer.headers["Location"])

    assert answer.status_code == 303
    assert ("Topic 100" in page, "Topic 101" in page) == (True, True)


def test_how_many_rows_there_have_to_be_is_told_beforehand(kim: FlaskClient) -> None:
    assert "At least 1, at most 3." in _text(kim, "/r/wide/new")


def test_without_a_script_rows_are_moved_by_the_server(kim: FlaskClient) -> None:
    form = {"_group": "rows", "rows[0].name": "first", "rows[1].name": "second", "rows[4].name": "third"}

    def names(button: str) -> list[str]:
        page = _text(kim, "/r/wide/new", {**form, "_line": button})
        return re.findall(r'name="rows\[\d+\]\.name" value="(\w+)"', page)

    assert names("up:rows:4") == ["first", "third", "second"]
    assert names("down:rows:0") == ["second", "first", "third"]
    assert names("up:rows:0") == ["first", "second", "third"]
    assert names("down:rows:9") == ["first", "second", "third"]


def test_what_was_typed_into_a_field_that_is_gone_is_shown_when_the_form_is_drawn_again(kim: FlaskClient) -> None:
    """GEN-28: a button of a row, or a field that others depend on, draws the form anew; the text stays until it is saved."""
    form = {"own_0": "kept", "taken_away": "a long text", "_group": "rows"}

    page = _text(kim, "/r/wide/new", {**form, "_line": "add:rows"})
    again = _text(kim, "/r/wide/new", {**form, "_line": "refresh"})
    refused = _text(kim, "/r/wide/new", form, 422)

    for one in (page, again):
        assert "was taken away while this form was open" in one
        assert '<input type="hidden" name="taken_away" value="a long text">' in one
    assert "a long text" in refused
    assert 'name="taken_away"' not in refused


def _chosen(client: FlaskClient, **asked: str) -> dict[str, object]:
    answer = client.post("/r/wide/choices", data={"field": "shelves", **asked}, headers=SAME_ORIGIN)
    return answer.get_json()  # type: ignore[no-any-return]


def test_a_picker_offers_the_last_used_first_says_that_there_is_more_and_what_can_be_made(kim: FlaskClient) -> None:
    for number in range(14):
        assert kim.post("/r/shelf/new", data={"name": f"Shelf {number:02}"}, headers=PAGE).status_code == 303
    before = _chosen(kim, q="")

    _text(kim, "/r/wide/new", {"part_1.f_0": "x", "_group": "rows", "rows[0].name": "a", "shelves": "S00000003"}, 303)
    after = _chosen(kim, q="")
    number = unescape(str(after["choices"][0]["value"]))  # type: ignore[index]

    assert len(before["choices"]) == 10  # type: ignore[arg-type]
    assert before["more"] == "There are more: type more of it."
    assert [one["label"] for one in before["create"]] == ["New shelf"]  # type: ignore[attr-defined]
    assert (number, len(after["choices"])) == ("S00000003", 10)  # type: ignore[arg-type]
    assert _chosen(kim, q="no such shelf")["more"] == "Nothing found."
    assert _chosen(kim, q="'")["choices"] == []


def test_a_picker_offers_no_new_record_to_who_may_not_make_one(desk: Flask) -> None:
    rita = desk.test_client()
    rita.post("/login/", data={"username": "rita", "password": PASSWORD}, headers=SAME_ORIGIN)

    answer = rita.post("/r/book/choices", data={"field": "shelf", "q": "Shelf"}, headers=SAME_ORIGIN)

    assert answer.get_json()["create"] == []


def test_a_record_made_for_a_picker_is_answered_as_the_picker_names_it(kim: FlaskClient) -> None:
    made = kim.post("/r/shelf/new", data={"name": "Quick", "_quick": "1"}, headers={**PAGE, "HX-Target": "modal-inside"}).get_json()["made"]

    assert made["text"].endswith(" · Quick")
    assert made["href"].startswith("/r/shelf/S")


def test_a_form_in_a_window_shows_what_its_view_says_and_what_saving_demands(kim: FlaskClient) -> None:
    """GEN-12: nothing else of the type is there; on a page of its own the form has all of it."""
    window, page = (_text(kim, path).partition("data-sections")[2].partition("</form>")[0] for path in ("/r/narrow/new?_quick=1", "/r/narrow/new"))

    assert set(re.findall(r' name="([a-z]+)"', window)) == {"name", "demanded"}
    assert (window.count('data-lines="rows"'), window.count('data-lines="others"')) == (1, 0)
    assert 'name="demanded"' in page
    assert 'data-lines="others"' in page


def test_fault_with_a_field_that_a_window_does_not_show_is_said_in_its_summary(kim: FlaskClient) -> None:
    form = {"name": "x", "demanded": "y", "_quick": "1", "_group": "rows", "rows[0].name": "a"}
    kim.post("/r/narrow/new", data=form, headers=PAGE)

    refused = _text(kim, "/r/narrow/new", form, 422)

    assert "Code" in refused.partition('id="faults"')[2].partition("</div>")[0]
    assert 'name="code"' not in refused
