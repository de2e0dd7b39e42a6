"""Explain mode: every field, status and step of the packs says where it is written and which rule makes it what it is."""

import re

import pytest
from tests.integration.screens.desk import Desk, Visitor, texts

from packdesk.records.looking import looked
from packdesk.records.read import view
from packdesk.runtime.engine_columns import ENGINE_COLUMNS
from packdesk.runtime.values import Record
from packdesk_ui.explained import Explained, explanations


@pytest.fixture(scope="module")
def records(desk: Desk) -> dict[str, Record]:
    """One record of each type."""
    return desk.needed()


@pytest.fixture(scope="module")
def admin(desk: Desk) -> Visitor:
    """An administrator."""
    return desk.visitor("admin")


def test_every_field_step_and_status_of_the_packs_is_explained(desk: Desk, records: dict[str, Record]) -> None:
    """X-6: pack, file and line for all that a pack wrote; what the engine keeps says so."""
    unexplained = []
    with desk.app.test_request_context("/"):
        for record in records.values():
            told = looked(desk.context(), lambda look, of=record: _told(look, of))
            entity = desk.runtime.type(record.entity_type)
            assert told[0].keys() == entity.fields.keys()
            assert told[1].keys() == entity.actions.keys()
            unexplained += [(record.entity_type, name) for part in told for name, each in part.items() if not _has_place(name, each)]

    assert unexplained == []


def _told(look, record):  # type: ignore[no-untyped-def]
    from packdesk.records.actions import states

    entity = look.runtime.type(record.entity_type)
    seen = view(look.work, record.entity_type, record.id, links=False)
    found = explanations(look, entity, seen, states(look.work, seen.record))
    return found.fields, found.steps, found.statuses


def _has_place(name: str, told: Explained) -> bool:
    return bool(told.reasons) and all(reason.says for reason in told.reasons) and (name in ENGINE_COLUMNS or bool(told.reasons[0].place))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("priority", r"It is computed, so nobody types it Written in: care [0-9.]+ entity_types/service_request.json:\d+ .*matrix\("),
        ("account", r"It never changes once it is stored"),
        ("start_date", r"It can be changed Written in: care [0-9.]+ key_dates/care.json:\d+ .*record.state.kind != 'initial' = false"),
    ],
)
def test_a_field_says_which_rule_makes_it_what_it_is_with_the_values(records: dict[str, Record], admin: Visitor, path: str, said: str) -> None:
    record = records["service_request"]

    page = admin.get(f"/r/service_request/{record.number}?explain=1").get_data(as_text=True)

    places = re.findall(r'<details class="why explained">(.*?)</details>', page, re.DOTALL)
    assert any(re.search(said, texts(place)) for place in places), [texts(place) for place in places]


def test_a_status_says_where_what_it_asks_for_is_written(records: dict[str, Record], admin: Visitor) -> None:
    page = admin.get(f"/r/service_request/{records['service_request'].number}?explain=1").get_data(as_text=True)

    path = texts(re.search(r'<ol class="path".*?</ol>', page, re.DOTALL)[0])  # type: ignore[index]
    assert re.search(r"What is to be done in it Written in: care [0-9.]+ transitions/service_request.json:\d+", path)
    assert re.search(r"The fields that matter in it Written in: care [0-9.]+ transitions/service_request.json:\d+", path)


def test_what_is_hidden_now_is_listed_with_the_condition_that_hides_it(records: dict[str, Record], admin: Visitor) -> None:
    page = admin.get(f"/r/service_request/{records['service_request'].number}?explain=1").get_data(as_text=True)

    hidden = texts(page.partition('id="hidden-fields"')[2].partition("</section>")[0])
    assert re.search(r"Cancellation reason .*It is hidden.*record.state == 'cancelled' = false", hidden)


def test_a_page_without_explain_mode_says_nothing_of_rules(records: dict[str, Record], admin: Visitor) -> None:
    page = admin.get(f"/r/contact/{records['contact'].number}").get_data(as_text=True)

    assert 'class="why explained"' not in page
    assert 'data-key="w"' in page
