"""Lists of the base pack as agents open them: with row actions, columns that conditions mark, and what moves with the clock."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.integration.screens.desk import NEEDED, Desk, Visitor, texts
from tests.speaking import speak
from tests.statements import listening

from packdesk.records import quick_finds
from packdesk.records.counting import counted
from packdesk.records.search import SearchCommand
from packdesk.runtime.lists import list_view
from packdesk.runtime.values import Record

#: The release, views and columns of the list, its page with the count, what the conditions of its actions walk to.
MOST = 5
ROWS = 6


@pytest.fixture(scope="module")
def types(desk: Desk) -> dict[str, Record]:
    """One record of each type."""
    return desk.needed()


@pytest.fixture(scope="module")
def anna(desk: Desk) -> Visitor:
    """An agent."""
    return desk.visitor("anna")


def _cost(desk: Desk, visitor: Visitor, path: str) -> tuple[int, str]:
    visitor.get(path)
    with listening(desk.services.database) as statements:
        answer = visitor.get(path)
    assert answer.status_code == 200
    return len(statements), answer.get_data(as_text=True)


def test_the_list_of_each_type_costs_few_statements(desk: Desk, types: dict[str, Record], anna: Visitor) -> None:
    costs = {entity_type: _cost(desk, anna, f"/r/{entity_type}")[0] for entity_type in types}

    assert max(costs.values()) <= MOST, costs


def test_more_rows_with_actions_cost_no_more_statements(desk: Desk, types: dict[str, Record], anna: Visitor) -> None:
    before, _ = _cost(desk, anna, "/r/service_request?view=all")
    for place in range(ROWS):
        contact = desk.made("contact", kind="person", person={"first_name": "Ida", "last_name": f"Row {place}"})
        account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")
        given = {"account": account.number, "description": f"Row {place}", "assigned_unit": "first_line"}
        request = desk.made("service_request", subtype="information_request", **given)
        desk.made("activity", subtype="call_back", contact=contact.number, assigned_unit="first_line", parent=request.number)

    after, page = _cost(desk, anna, "/r/service_request?view=all")

    assert len(re.findall("<tr data-row=", page)) > ROWS
    assert len(re.findall('class="acts"', page)) > ROWS
    assert after <= max(before, MOST)


@pytest.mark.parametrize("entity_type", ["service_request", "activity", "lead"])
def test_a_filter_has_its_own_order_and_what_somebody_chooses_goes_before_it(desk: Desk, types: dict[str, Record], entity_type: str) -> None:
    """Of everything there is, what came last is what people look for; the rest of the list stays in the order of its priority."""
    lena, again = desk.visitor("lena"), desk.needed()[entity_type]

    newest, oldest = (list(_editable(lena.get(f"/r/{entity_type}?view=all{order}").get_data(as_text=True))) for order in ("", "&order=number"))

    assert again.number == newest[0]
    assert len(newest) > 1
    assert newest == sorted(newest, reverse=True)
    assert oldest == sorted(oldest)


def test_a_request_is_found_by_the_number_of_its_caller(desk: Desk) -> None:
    contact = desk.made("contact", kind="person", person={"first_name": "Rings", "last_name": "Back"}, phones=[{"type": "home", "number": "030 5550188"}])
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")
    request = desk.made("service_request", **{**NEEDED["service_request"], "account": account.number})

    lena = desk.visitor("lena")
    assert [numbers(lena, "service_request", typed) for typed in ("030 5550188", "+49305550188", "5550188")] == [[request.number]] * 3


def test_requests_are_found_by_the_name_of_the_customer_and_the_list_says_when_there_are_too_many(
    desk: Desk, types: dict[str, Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a table and as a board: what a customer is called is what an agent knows."""
    contact = desk.made("contact", kind="person", person={"first_name": "Ottilie", "last_name": "Listfound"})
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")
    request = desk.made("service_request", subtype="information_request", account=account.number, assigned_unit="first_line", description="Asks")
    anna = desk.visitor("anna")

    def page(layout: str) -> str:
        return anna.post(f"/r/service_request?view=all&layout={layout}", {"_q": "listfound"}).get_data(as_text=True)

    for layout in ("", "board"):
        assert request.number in page(layout)
        assert "Type more of the name" not in page(layout)
    monkeypatch.setattr(quick_finds, "MOST_PARTIES", 1)
    desk.made("contact", kind="person", person={"first_name": "Otto", "last_name": "Listfound"})
    for layout in ("", "board"):
        assert request.number not in page(layout)
        assert "More than 1 contacts match this" in page(layout)


def test_an_account_is_offered_by_the_name_of_its_owner(desk: Desk, types: dict[str, Record]) -> None:
    """SR-1: whoever raises a request knows the customer, not the number of his account."""
    contact = desk.made("contact", kind="person", person={"first_name": "Picked", "last_name": "Byname"})
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")

    offered = desk.visitor("anna").post("/r/service_request/choices", {"q": "byname", "field": "account"}).get_json()

    assert [(one["value"].partition(" ")[0], "Picked Byname" in one["text"]) for one in offered["choices"]] == [(account.number, True)]


def test_an_account_is_not_offered_by_the_name_of_an_owner_who_is_hidden(desk: Desk) -> None:
    """NET-1: what a name finds tells of whom it names."""
    contact = desk.made("contact", kind="person", person={"first_name": "Hidden", "last_name": "Ownername"}, owner_unit="sales", privacy_level="confidential")
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a", owner_unit="service")
    anna = desk.visitor("anna")

    by_name = anna.post("/r/service_request/choices", {"q": "ownername", "field": "account"}).get_json()["choices"]
    by_number = anna.post("/r/service_request/choices", {"q": account.number, "field": "account"}).get_json()["choices"]

    assert by_name == []
    assert [one["text"].strip() for one in by_number] == [account.number]


@pytest.mark.parametrize(
    ("entity_type", "said"),
    [("contact", "Number, Name, Customer number, …"), ("service_request", "Number, Account owner, Caller email, …"), ("account", "Number, Owner")],
)
def test_the_search_field_promises_what_is_searched(desk: Desk, entity_type: str, said: str) -> None:
    page = desk.visitor("lena").get(f"/r/{entity_type}").get_data(as_text=True)

    assert re.search(r'id="q"[^>]* placeholder="([^"]*)"', page)[1].startswith(said)  # type: ignore[index]


def test_what_was_withdrawn_is_not_late_however_long_ago(desk: Desk) -> None:
    """CARE-42: it was never completed, and nobody works on it."""
    late = desk.needed()["service_request"]
    expected = desk.services.live.current().tables.column("service_request", "expected_date").name
    desk.put(late, **{expected: datetime.now(UTC) - timedelta(days=3)})
    lena = desk.visitor("lena")

    before = late.number in numbers(lena, "service_request", "", view="overdue")
    desk.put(late, status="withdrawn", state="cancelled")
    after = late.number in numbers(lena, "service_request", "", view="overdue")
    page = texts(lena.get(f"/r/service_request/{late.number}").get_data(as_text=True))

    assert (before, after) == (True, False)
    assert [word for word in ("was missed", "was met", "late by", "Time overdue") if word in page] == []


def numbers(visitor: Visitor, entity_type: str, typed: str, view: str = "") -> list[str]:
    """Return the numbers of the records that a list shows for what was typed in its search field."""
    everything = view or ("open" if entity_type == "account" else "all")
    page = visitor.post(f"/r/{entity_type}?view={everything}", {"_state": json.dumps({"base": everything}), "_q": typed}).get_data(as_text=True)
    return list(_editable(page))


def _editable(page: str) -> dict[str, bool]:
    """Return number -> whether its row offers to edit the record."""
    rows = re.findall(r'<tr data-row="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    return {number: f'/{number}/edit" aria-label="Edit: {number}"' in inside for number, inside in rows}


@pytest.mark.parametrize("login", ["anna", "tom", "mia", "lena", "paul", "admin"])
def test_a_row_offers_to_edit_what_the_page_of_its_record_offers(desk: Desk, types: dict[str, Record], login: str) -> None:
    """GEN-9, GEN-11: nothing to roles that only look, nothing on what is final, and not a statement more for it."""
    visitor, ended = desk.visitor(login), desk.made("activity", subtype="call_back", contact=types["contact"].number, assigned_unit="first_line")
    desk.put(ended, status="completed", state="completed")
    walked = {True: 0, False: 0}
    for entity_type in types:
        answer = visitor.get(f"/r/{entity_type}?view={'all' if entity_type != 'complaint' else ''}")
        if answer.status_code != 200:
            continue
        rows = _editable(answer.get_data(as_text=True))
        for number in list(rows)[:3] + [one for one in rows if one == ended.number]:
            page = visitor.get(f"/r/{entity_type}/{number}").get_data(as_text=True)
            assert rows[number] is (f'href="/r/{entity_type}/{number}/edit"' in page), (entity_type, number)
            walked[rows[number]] += 1

    assert walked[False]
    assert walked[True] or login == "paul"


VIEWS = {
    "service_request": ("mine", "unassigned", "open", "overdue", "all"),
    "contact": ("all", "companies", "vips"),
    "communication": ("all", "mine", "drafts"),
}
_SAID = re.compile(r"(\d[\d,]*\+?) records?\b")


@pytest.mark.parametrize("login", ["anna", "mia", "lena"])
def test_each_view_says_how_many_records_its_list_finds_for_whoever_asks(desk: Desk, types: dict[str, Record], login: str) -> None:
    """QUALITY B 9: by a request of its own with a statement for each view, so that the page waits for none of them."""
    assert types
    visitor = desk.visitor(login)
    for entity_type, views in VIEWS.items():
        page = visitor.get(f"/r/{entity_type}").get_data(as_text=True)
        assert f'data-counts="/r/{entity_type}/counts"' in page
        with listening(desk.services.database) as statements:
            told = visitor.get(f"/r/{entity_type}/counts").get_json()
        asked = 1
        while rest := told["rest"]:  # a slow machine takes more than one go
            more = visitor.get(f"/r/{entity_type}/counts?from={rest}").get_json()
            told, asked = {"rest": more["rest"], "counts": told["counts"] | more["counts"]}, asked + 1

        lists = {view: visitor.get(f"/r/{entity_type}?view={view}").get_data(as_text=True) for view in views}

        assert told["counts"] == {view: (_SAID.search(text) or ["", "0"])[1] for view, text in lists.items()}
        assert asked > 1 or len(statements) <= len(views) + MOST - 2, statements
        assert all(f'data-count="{view}"' in page for view in views)


def test_many_records_are_counted_to_a_thousand_and_written_as_the_language_does(desk: Desk, types: dict[str, Record]) -> None:
    table = desk.services.live.current().tables.record("communication")
    with desk.services.database.begin(write=True) as connection:
        row = connection.execute(sa.select(table).where(table.c.id == types["communication"].id)).mappings().one()
        connection.execute(sa.insert(table), [{**row, "id": f"many-{number}", "number": f"MANY{number}"} for number in range(1001)])
    visitor = desk.visitor("lena")

    counts = {}
    for language in ("de", "en"):
        speak(visitor.client, language)
        counts[language] = visitor.get("/r/communication/counts").get_json()["counts"]["all"]

    assert counts == {"de": "1.000+", "en": "1,000+"}


class _Ticking:
    """A clock on which each look takes a while."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> datetime:
        """Return a moment a fifth of a second after the last."""
        self.looks += 1
        return datetime(2026, 7, 1, tzinfo=UTC) + timedelta(milliseconds=200 * self.looks)


def test_counting_stops_when_it_takes_long_and_says_where_to_go_on(desk: Desk, types: dict[str, Record]) -> None:
    assert types
    asked = {name: SearchCommand(filter=condition) for name, condition in (("first", ""), ("wrong", "record.nothing"), ("third", ""), ("last", ""))}
    context = replace(desk.context("lena"), clock=_Ticking())

    found = counted(context, "contact", asked)
    rest = counted(context, "contact", {name: asked[name] for name in ("third", "last")})

    assert (list(found.counts), found.rest) == (["first"], "third")
    assert (list(rest.counts), rest.rest) == (["third", "last"], "")


def test_a_request_that_is_not_late_says_nothing_of_how_late_it_is(desk: Desk, types: dict[str, Record], anna: Visitor) -> None:
    """CARE-42: the value is nought, which is no news on a screen."""
    account = types["account"].number
    given = {"subtype": "information_request", "account": account, "description": "Late?", "assigned_unit": "first_line"}
    in_time, late = desk.made("service_request", **given), desk.made("service_request", **given)
    expected = desk.services.live.current().tables.column("service_request", "expected_date").name
    desk.put(late, **{expected: datetime(2020, 1, 2, tzinfo=UTC)})
    listed = anna.get("/r/service_request?view=unassigned&order=-number").get_data(as_text=True)

    cells = {one.number: re.search(rf'<tr data-row="{one.number}">.*?data-label="Time overdue"[^>]*>(.*?)</td>', listed, re.DOTALL) for one in (in_time, late)}
    pages = {one.number: texts(anna.get(f"/r/service_request/{one.number}").get_data(as_text=True)) for one in (in_time, late)}

    overdue = anna.get("/r/service_request?view=overdue").get_data(as_text=True)

    assert [f'data-row="{one.number}"' in overdue for one in (in_time, late)] == [False, True]
    assert {number: "days" in (cell or "")[1] for number, cell in cells.items()} == {in_time.number: False, late.number: True}
    assert {number: ("Time overdue" in page, "Time to completion" in page) for number, page in pages.items()} == {
        in_time.number: (False, True),
        late.number: (True, False),
    }
    assert "0 minutes" not in "".join(cell[1] for cell in cells.values() if cell) + "".join(pages.values())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("entity_type", ["service_request", "activity", "lead"])
def test_the_menu_of_filters_begins_with_what_the_list_shows_and_where_a_record_stands(desk: Desk, entity_type: str, language: str) -> None:
    """QUALITY 2.4, lists: the columns in their order, before any section; each field once."""
    page = desk.visitor("anna", language).get(f"/r/{entity_type}").get_data(as_text=True)
    menu = re.search(r"data-menu-fields>(.*?)</details>", page, re.DOTALL)
    assert menu is not None
    offered, first = (re.findall(r'name="_add" value="([\w.]+)"', part) for part in (menu[1], menu[1].partition("<h2>")[0]))
    columns = [column.path for column in list_view(desk.runtime.type(entity_type), language).columns if column.path in offered]

    assert first[: len(columns)] == columns
    assert set(first) == {*columns, "subtype", "status", "assigned_unit", "assigned_user"}
    assert len(set(offered)) == len(offered) > len(first)
    assert all(texts(label) for label in re.findall(r"<h2>(.*?)</h2>", menu[1]))
