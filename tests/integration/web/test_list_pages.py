"""List pages: what they cost at the database, how they read chips and views, and what they answer to anybody's rubbish."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN, Caller
from tests.speaking import speak
from tests.statements import listening

BUDGET = 6
BOARD_BUDGET = 8


def _logged_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


@pytest.fixture(scope="module")
def reader(app: Flask, kim: Caller) -> FlaskClient:
    """The keeper at a screen, with a page of books on shelves."""
    shelves = [kim.made("shelf", name=f"Row {number}")["number"] for number in range(6)]
    for number in range(30):
        kim.made("book", name=f"It's volume {number}", pages=number + 1, shelf=shelves[number % 6], price={"amount": f"{number}.50", "currency": "EUR"})
    return _logged_in(app, "kim")


def _chips(*chips: dict[str, object]) -> dict[str, str]:
    return {"_state": json.dumps({"chips": list(chips)})}


def _rows(text: str) -> list[str]:
    return re.findall(r'data-row="(\w+)"', text)


def _post(client: FlaskClient, address: str = "/r/book", **form: str) -> tuple[int, str]:
    answer = client.post(address, data=form, headers=SAME_ORIGIN)
    return answer.status_code, answer.text


def test_a_page_of_a_list_costs_few_statements_whatever_it_shows(app: Flask, reader: FlaskClient) -> None:
    """GEN-9: the budget of a list page of 25."""
    reader.get("/r/book")

    with listening(app.extensions["packdesk"].database) as statements:
        answer = reader.get("/r/book")

    assert len(_rows(answer.text)) == 25
    assert len(statements) <= BUDGET, statements


def test_a_filtered_page_costs_one_more_for_what_is_remembered_once(app: Flask, reader: FlaskClient) -> None:
    chips = _chips({"path": "pages", "operator": "at_least", "values": ["3"]})
    _post(reader, **chips)

    with listening(app.extensions["packdesk"].database) as statements:
        status, text = _post(reader, **chips)

    assert (status, len(_rows(text))) == (200, 25)
    assert len(statements) <= BUDGET, statements


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        ({"path": "name", "operator": "contains", "values": ["VOLUME 29"]}, 1),
        ({"path": "name", "operator": "begins", "values": ["it's"]}, 25),
        ({"path": "pages", "operator": "between", "values": ["3", "5"]}, 3),
        ({"path": "price", "operator": "at_most", "values": ["1.50 EUR"]}, 2),
        ({"path": "shelf", "operator": "empty"}, 0),
        ({"path": "created_by", "operator": "me"}, 25),
    ],
)
def test_chips_in_the_body_narrow_the_list(reader: FlaskClient, chip: dict[str, object], found: int) -> None:
    status, text = _post(reader, **_chips(chip))

    assert (status, len(_rows(text))) == (200, found)


def test_a_chip_is_put_together_without_a_script(reader: FlaskClient) -> None:
    _, fields = _post(reader, _add="pages")
    _, two = _post(reader, _path="pages", _op="between", _redraw="1")
    _, text = _post(reader, _path="pages", _op="at_least", _value="29", _index="", _set="1")

    assert 'name="_op"' in fields
    assert two.count('name="_value"') == 2
    assert len(_rows(text)) == 2
    assert "≥ 29" in text


def _reference_chip(text: str) -> dict[str, object]:
    """Return the chip that the page holds."""
    found = re.search(r'name="_state" value="([^"]*)"', text)
    assert found is not None
    (chip,) = json.loads(found[1].replace("&#34;", '"'))["chips"]
    return dict(chip)


@pytest.mark.parametrize("typed", ["{number}", "{number} · Row 3", "Row 3"])
def test_a_chip_on_a_reference_names_the_chosen_record_by_its_id(reader: FlaskClient, kim: Caller, typed: str) -> None:
    shelf = next(one for one in kim.get("/records/shelf?q=Row 3").get_json()["records"] if one["name"] == "Row 3")

    _, text = _post(reader, _path="shelf", _op="is", _value=typed.format(number=shelf["number"]), _index="", _set="1")
    _, editor = _post(reader, _chip="0", **_chips(_reference_chip(text)))

    assert _reference_chip(text)["values"] == [f"{shelf['id']}/{shelf['number']}"]
    assert len(_rows(text)) == 5
    assert f"is {shelf['number']}</bdi>" in text
    assert f'name="_value" value="{shelf["number"]}"' in editor


def test_a_chip_on_a_reference_that_names_nothing_says_so_and_keeps_the_text(reader: FlaskClient) -> None:
    _, text = _post(reader, _path="shelf", _op="is", _value="Row that is none", _index="", _set="1")

    assert "Shelf names a record that does not exist." in text
    assert 'name="_value" value="Row that is none"' in text


def test_a_chip_that_was_kept_with_a_number_still_means_it(reader: FlaskClient, kim: Caller) -> None:
    shelf = next(one for one in kim.get("/records/shelf?q=Row 4").get_json()["records"] if one["name"] == "Row 4")

    _, text = _post(reader, **_chips({"path": "shelf", "operator": "is", "values": [shelf["number"]]}))

    assert len(_rows(text)) == 5


@pytest.mark.parametrize("by", ["id", "number"])
def test_a_chip_on_a_reference_is_answered_by_the_index_of_the_reference(app: Flask, reader: FlaskClient, kim: Caller, by: str) -> None:
    shelf = next(one for one in kim.get("/records/shelf?q=Row 5").get_json()["records"] if one["name"] == "Row 5")
    value = shelf["number"] if by == "number" else f"{shelf['id']}/{shelf['number']}"
    database = app.extensions["packdesk"].database

    with listening(database) as statements:
        _post(reader, **_chips({"path": "shelf", "operator": "is", "values": [value]}))
    counting = next(text for text in statements if "count(*)" in text and "r_book" in text)
    with database.reading() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counting}", tuple("x" for _ in range(counting.count("?"))))]

    assert any("r_book USING INDEX" in step and "f_shelf=?" in step for step in plan), plan


def test_a_chip_with_a_bad_value_stays_as_it_was_typed(reader: FlaskClient) -> None:
    status, text = _post(reader, _path="pages", _op="at_least", _value="many", _index="", _set="1")

    assert status == 200
    assert 'value="many"' in text
    assert "Pages must be a whole number" in text


def _of_day(client: FlaskClient, language: str, **form: str) -> str:
    sent = {"_path": "bought_on", "_op": "on", "_index": "", **form}
    return client.post("/r/book", data=sent, headers={**SAME_ORIGIN, "Accept-Language": language}).text


@pytest.mark.parametrize(
    ("language", "typed", "chip", "again"),
    [("de", "22.11.2026", "am 22.11.2026", "22.11.2026"), ("en", "22 Nov 2026", "on Nov 22, 2026", "2026-11-22")],
)
def test_a_day_of_a_chip_is_typed_as_in_a_form(reader: FlaskClient, language: str, typed: str, chip: str, again: str) -> None:
    text = _of_day(reader, language, _value=typed, _set="1")
    editor = reader.post(
        "/r/book",
        data={"_chip": "0", **_chips({"path": "bought_on", "operator": "on", "values": ["2026-11-22"]})},
        headers={**SAME_ORIGIN, "Accept-Language": language},
    ).text

    assert f"{chip}</bdi>" in text
    assert f'name="_value" value="{again}" type="text"' in editor
    assert 'type="date"' not in editor


@pytest.mark.parametrize("typed", ["morgen", "tomorrow", "+3d"])
def test_a_day_of_a_chip_may_be_counted_from_today(reader: FlaskClient, typed: str) -> None:
    assert _reference_chip(_of_day(reader, "de", _value=typed, _set="1"))["operator"] == "on"


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("de", "bald", "muss ein vorhandenes Datum wie 31.12.2026 sein."),
        ("en", "soon", "must be an existing date such as 31 Dec 2026."),
        ("en", "12/11/2026", "could be 12 November 2026 or 11 December 2026."),
    ],
)
def test_a_day_of_a_chip_is_refused_with_the_sentence_of_the_forms(reader: FlaskClient, language: str, typed: str, said: str) -> None:
    text = _of_day(reader, language, _value=typed, _set="1")

    assert said in text
    assert f'name="_value" value="{typed}"' in text


def test_an_empty_list_says_which_chip_to_take_off(reader: FlaskClient) -> None:
    _, text = _post(reader, **_chips({"path": "pages", "operator": "at_least", "values": ["9000"]}))

    assert "Remove filter: Pages ≥ 9000" in text.replace("9,000", "9000")


def test_what_was_asked_for_is_found_again_and_is_in_no_address(reader: FlaskClient) -> None:
    answer = reader.post(
        "/r/book", data=_chips({"path": "name", "operator": "contains", "values": ["volume 29"]}), headers={**SAME_ORIGIN, "HX-Request": "true"}
    )
    address = answer.headers["HX-Push-Url"]

    again = reader.get(address)

    assert "volume" not in address
    assert _rows(again.text) == _rows(answer.text)
    assert len(_rows(again.text)) == 1


def test_a_remembered_search_is_of_no_use_to_others(app: Flask, reader: FlaskClient) -> None:
    answer = reader.post(
        "/r/book", data=_chips({"path": "name", "operator": "contains", "values": ["volume 29"]}), headers={**SAME_ORIGIN, "HX-Request": "true"}
    )

    other = _logged_in(app, "sven").get(answer.headers["HX-Push-Url"])

    assert other.status_code == 200
    assert "volume 29" not in other.text
    assert "What was searched for here is no longer known; here is the whole list." in other.text


@pytest.mark.parametrize(
    ("language", "said", "paged", "refused"),
    [
        ("en", "What was searched for here is no longer known", "The page of the list that was open here is no longer known", "nothing was done"),
        ("de", "Was hier gesucht wurde, ist nicht mehr bekannt", "Die Seite der Liste, die hier offen war, ist nicht mehr bekannt", "es wurde nichts getan"),
    ],
)
def test_what_is_no_longer_known_is_said_and_nothing_is_done_to_all_there_is(app: Flask, language: str, said: str, paged: str, refused: str) -> None:
    client = _logged_in(app, "kim")
    speak(client, language)

    shown = [client.get(f"/r/book?asked=gone{more}") for more in ("", "&layout=board", "&open=BO1", "&page=gone")]
    stepped = client.get("/r/book?asked=gone&open=BO1&step=next", follow_redirects=True)
    page = client.get("/r/book?page=gone")
    file = client.get("/r/book/export.csv?asked=gone")
    changed = client.post("/r/book/bulk?asked=gone", data={"_scope": "all", "_chosen": "pages", "pages": "1", "_bulk": "apply"}, headers=SAME_ORIGIN)
    unread = client.post("/r/book/bulk", data={"_scope": "all", "_state": "{", "_bulk": "choose"}, headers=SAME_ORIGIN)
    kept = client.post("/r/book/views/new?asked=gone", data={"label": "All of them"}, headers=SAME_ORIGIN)
    speak(client, "en")

    assert [(answer.status_code, said in answer.text) for answer in (*shown, stepped)] == [(200, True)] * 5
    assert (page.status_code, paged in page.text, said in page.text) == (200, True, False)
    assert [(answer.status_code, said in answer.text, refused in answer.text) for answer in (file, changed, unread, kept)] == [(404, True, True)] * 4
    assert "Content-Disposition" not in file.headers
    assert said not in client.get("/r/book").text


def test_a_view_is_saved_opened_changed_and_had_back(app: Flask, reader: FlaskClient) -> None:
    answer = reader.post("/r/book", data=_chips({"path": "pages", "operator": "at_least", "values": ["29"]}), headers={**SAME_ORIGIN, "HX-Request": "true"})
    token = answer.headers["HX-Push-Url"].partition("?")[2]

    saved = reader.post(f"/r/book/views/new?{token}", data={"label": "Thick <b>ones</b>"}, headers=SAME_ORIGIN)
    shown = reader.get(saved.location)
    view_id = saved.location.partition("view=v-")[2]
    strange = _logged_in(app, "carl").get(saved.location)
    renamed = reader.post(f"/r/book/views/{view_id}?view=v-{view_id}", data={"label": "Heavy", "_version": "1"}, headers=SAME_ORIGIN)
    stale = reader.post(f"/r/book/views/{view_id}/delete", data={"_version": "1"}, headers=SAME_ORIGIN)
    gone = reader.post(f"/r/book/views/{view_id}/delete", data={"_version": "2"}, headers=SAME_ORIGIN, follow_redirects=True)
    back = reader.post("/r/book/views/undo", headers=SAME_ORIGIN, follow_redirects=True)

    assert len(_rows(shown.text)) == 2
    assert "Thick &lt;b&gt;ones" in shown.text
    assert strange.status_code == 404
    assert renamed.status_code == 303
    assert stale.status_code == 412
    assert "was deleted" in gone.text
    assert "Heavy" in back.text
    assert len(_rows(back.text)) == 2


def test_columns_are_chosen_ordered_and_reset(reader: FlaskClient) -> None:
    moved = reader.post("/r/book/columns", data={"_order": ["number", "name", "pages"], "_shown": ["pages", "name"], "_move": "up:pages"}, headers=SAME_ORIGIN)
    reader.post("/r/book/columns", data={"_order": ["pages", "name"], "_shown": ["pages", "name"], "_save": "1"}, headers=SAME_ORIGIN)
    shown = re.findall(r'class="sort" type="submit" name="_order" value="-?(\w+)"', reader.get("/r/book").text)
    exported = reader.get("/r/book/export.csv?to=import").text.partition("\r\n")[0]
    reader.post("/r/book/columns", data={"_reset": "1"}, headers=SAME_ORIGIN)
    usual = re.findall(r'class="sort" type="submit" name="_order" value="-?(\w+)"', reader.get("/r/book").text)

    assert moved.text.index('value="pages"') < moved.text.index('value="name"')
    assert shown == ["number", "pages", "name"]
    assert exported.lstrip("\ufeff") == "number,pages,name"
    assert len(usual) > 3


@pytest.mark.parametrize(
    "form",
    [
        {"_state": "["},
        {"_state": "[" * 50_000},
        {"_state": '{"chips": 1}'},
        {"_unchip": "999999999999"},
        {"_chip": "-1"},
        {"_chip": "²"},
        {"_add": "nowhere"},
        {"_add": "secret_note"},
        {"_path": "nowhere", "_op": "is", "_value": "x", "_set": "1"},
        {"_path": "pages", "_op": "explode", "_value": "x", "_set": "1"},
        {"_path": "pages", "_op": "equal", "_index": "²", "_value": "5", "_set": "1"},
        {"_trail": "[[[["},
        {"_without": "chips"},
        {"_order": "nowhere"},
        {"_q": "\x00ab"},
    ],
)
def test_no_rubbish_in_the_form_breaks_the_list(reader: FlaskClient, form: dict[str, str]) -> None:
    status, text = _post(reader, **form)

    assert status in (200, 400)
    assert 'id="list"' in text


@pytest.mark.parametrize("address", ["/r/book?view=v-none", "/r/book?view=v-", "/r/book/columns?view=v-none", "/r/book/views/none?view=v-none"])
def test_a_view_that_is_not_there_answers_404(reader: FlaskClient, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_a_board_costs_few_statements_whatever_its_columns(app: Flask, reader: FlaskClient) -> None:
    reader.get("/r/book?layout=board")

    with listening(app.extensions["packdesk"].database) as statements:
        answer = reader.get("/r/book?layout=board")

    assert answer.status_code == 200
    assert len(_rows(answer.text)) == 15
    assert ">30<" in answer.text
    assert len(statements) <= BOARD_BUDGET, statements


def test_a_column_of_a_board_shows_more_where_it_is_asked_to(reader: FlaskClient) -> None:
    value = re.findall(r'name="_more" value="(\w+)"', reader.get("/r/book?layout=board").text)[0]

    status, text = _post(reader, "/r/book?layout=board", _more=value)
    _, again = _post(reader, "/r/book?layout=board", _most=json.dumps({value: 20}))

    assert (status, len(_rows(text)), len(_rows(again))) == (200, 30, 20)


@pytest.mark.parametrize("most", ["[", "[]", '{"shelved": "x"}', '{"shelved": 1000000}', '{"nowhere": 3}', "[" * 50_000])
def test_no_rubbish_in_the_form_breaks_the_board(reader: FlaskClient, most: str) -> None:
    status, text = _post(reader, "/r/book?layout=board", _most=most)

    assert status == 200
    assert 15 <= len(_rows(text)) <= 30


def test_a_board_is_narrowed_like_a_list(reader: FlaskClient) -> None:
    _, text = _post(reader, "/r/book?layout=board", **_chips({"path": "pages", "operator": "at_most", "values": ["4"]}))

    assert len(_rows(text)) == 4


def test_the_steps_of_a_card_are_those_of_its_page(reader: FlaskClient) -> None:
    number = _rows(reader.get("/r/book?layout=board").text)[0]

    steps = re.findall(r'data-action="(\w+)"', reader.get(f"/r/book/{number}/moves").text)
    on_page = re.findall(r'data-action="(\w+)"', reader.get(f"/r/book/{number}").text)

    assert steps
    assert sorted(steps) == sorted(on_page)


def test_a_record_opens_beside_its_list_with_its_neighbours(reader: FlaskClient) -> None:
    listed = reader.get("/r/book?order=number").text
    first, second, third = _rows(listed)[:3]

    text = reader.get(f"/r/book?order=number&open={second}").text

    assert f'hx-get="/r/book/{second}"' in text
    assert re.search(rf'open={first}" rel="prev" data-key="k"', text)
    assert re.search(rf'open={third}" rel="next" data-key="j"', text)
    assert f"2 / {re.search(r'([0-9]+) records', listed)[1]}" in text


def test_a_record_that_left_the_list_still_stands_beside_it(reader: FlaskClient) -> None:
    text = reader.get("/r/book?open=BO99999999").text

    assert 'hx-get="/r/book/BO99999999"' in text
    assert 'rel="next"' in text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ["'velvet' is no longer among the choices of Binding and was left out.", "The filter on Pages no longer fits the field", "The field 'gone'"],
        ),
        (
            "de",
            ["'velvet' steht für Binding nicht mehr zur Wahl", "Der Filter auf Seiten passt nicht mehr zum Feld", "Das Feld 'gone' gibt es nicht mehr"],
        ),
    ],
)
def test_what_a_release_took_out_of_a_view_is_said_in_the_language_of_the_page(app: Flask, reader: FlaskClient, language: str, sentences: list[str]) -> None:
    assert reader
    client = _logged_in(app, "rita")
    speak(client, language)
    stored = (
        {"path": "binding", "operator": "one_of", "values": ["velvet"]},
        {"path": "pages", "operator": "contains", "values": ["x"]},
        {"path": "gone", "operator": "is"},
    )

    _, text = _post(client, **_chips(*stored))

    assert [sentence for sentence in sentences if sentence.replace("'", "&#39;") not in text] == []
