"""What pickers, the search over everything, the start page and the check of a field cost: so many statements, however many records there are."""

import re

import pytest
from tests.integration.screens.desk import Desk, Visitor
from tests.statements import listening

from packdesk.runtime.values import Record

#: The release in force, looked at once per request.
FRESHNESS = 1
#: Which types hold what was typed at all.
HOLDING = 1
#: More than a picker shows.
MORE = 14


@pytest.fixture(scope="module")
def types(desk: Desk) -> dict[str, Record]:
    """One record of each type."""
    return desk.needed()


@pytest.fixture(scope="module")
def many(desk: Desk, types: dict[str, Record]) -> dict[str, Record]:
    """Many records that one search finds, of three types, each with a name of its own or of its contact."""
    for number in range(MORE):
        contact = desk.made("contact", kind="person", person={"first_name": "Quirin", "last_name": f"Manyfold {number}"})
        desk.made("activity", subtype="call_back", contact=contact.number, assigned_user="anna", assigned_unit="first_line")
        desk.made("lead", subtype="existing_customer", contact=contact.number, assigned_user="anna", assigned_unit="first_line")
    return types


@pytest.fixture(scope="module")
def anna(desk: Desk) -> Visitor:
    """An agent."""
    return desk.visitor("anna")


def _cost(desk: Desk, anna: Visitor, path: str, form: dict[str, object] | None = None) -> tuple[list[str], str]:
    """Return what a page that was seen before sends to the database, and what it answers."""

    def ask() -> str:
        answer = anna.get(path) if form is None else anna.post(path, form)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    ask()
    with listening(desk.services.database) as statements:
        text = ask()
    return statements, text


#: Type, field, what was typed -> statements beside the release: which types hold it, and one per type, names and all.
PICKED = {
    "typed": ("service_request", "contact", "quirin", HOLDING + 1),
    "nothing typed": ("service_request", "contact", "", 1),
    "nothing found": ("service_request", "contact", "nowhere to be found", HOLDING),
    "several types": ("activity", "parent", "", 2),
    "too short": ("service_request", "contact", "q", 0),
    "people": ("service_request", "assigned_user", "an", 0),
}


@pytest.mark.parametrize(("entity_type", "field", "typed", "cost"), PICKED.values(), ids=PICKED)
def test_a_picker_costs_the_same_however_many_records_it_offers(
    desk: Desk, many: dict[str, Record], anna: Visitor, entity_type: str, field: str, typed: str, cost: int
) -> None:
    statements, _ = _cost(desk, anna, f"/r/{entity_type}/choices", {"q": typed, "field": field})

    assert len(statements) == FRESHNESS + cost, statements


def test_a_picker_names_all_that_it_offers(desk: Desk, many: dict[str, Record], anna: Visitor) -> None:
    offered = anna.post("/r/service_request/choices", {"q": "quirin", "field": "contact"}).get_json()

    assert len(offered["choices"]) == 10
    assert all("Quirin Manyfold" in one["text"] and one["text"].startswith(one["value"]) for one in offered["choices"])
    assert offered["more"] == "There are more: type more of it."


def test_the_search_over_everything_asks_only_the_types_that_hold_what_was_typed(desk: Desk, many: dict[str, Record], anna: Visitor) -> None:
    one, _ = _cost(desk, anna, "/search", {"q": "manyfold"})
    none, _ = _cost(desk, anna, "/search", {"q": "nowhere to be found"})

    assert (len(one), len(none)) == (FRESHNESS + HOLDING + 1, FRESHNESS + HOLDING), one


def test_the_start_page_costs_a_statement_for_each_type_however_much_waits_and_was_seen(desk: Desk, many: dict[str, Record]) -> None:
    """One for each type whose records are assigned; and the records seen last in one for each type, with the contacts that name some."""
    tom = desk.visitor("tom")
    assigned = [entity.id for entity in map(desk.runtime.type, desk.runtime.types) if entity.lifecycle is not None and "assigned_user" in entity.fields]
    seen = ["contact", "lead"]
    empty, _ = _cost(desk, tom, "/")
    for entity_type in seen:
        for number in list_of(tom, entity_type)[:3]:
            tom.get(f"/r/{entity_type}/{number}")

    full, page = _cost(desk, tom, "/")

    assert page.count("Manyfold") >= 5
    assert len(empty) == FRESHNESS + len(assigned), empty
    assert len(full) == len(empty) + len(seen) + 1, full


def list_of(visitor: Visitor, entity_type: str) -> list[str]:
    """Return the numbers on the first page of a list."""
    return re.findall(r'data-row="([^"]+)"', visitor.get(f"/r/{entity_type}?view=all").get_data(as_text=True))


def test_the_check_of_a_field_reads_its_record_and_what_it_names(desk: Desk, many: dict[str, Record], anna: Visitor) -> None:
    """The record as it is shown and as it is stored with its lines; a reference that was typed costs one look at the record it names."""
    request, contact = many["service_request"].number, many["contact"].number
    plain, _ = _cost(desk, anna, f"/r/service_request/{request}/check", {"description": "Shorter", "_names": "description"})
    named, _ = _cost(desk, anna, f"/r/service_request/{request}/check", {"contact": f"{contact} · whoever", "_names": "contact"})

    assert (len(plain), len(named)) == (FRESHNESS + 3, FRESHNESS + 4), named
