"""Lists of the base pack as agents open them: with row actions, columns that conditions mark, and what moves with the clock."""

import re

import pytest
from tests.integration.screens.desk import Desk, Visitor
from tests.statements import listening

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
