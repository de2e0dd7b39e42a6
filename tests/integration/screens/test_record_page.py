"""The page of a record: what it shows, what it costs, and that neither grows with the record's past."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.integration.screens.desk import Desk, Visitor, texts
from tests.statements import listening

from packdesk.ids import new_id
from packdesk.records.act import act
from packdesk.records.note import add_note
from packdesk.runtime.values import Record
from packdesk.store import platform_tables

#: The release, the record with what it names, its party, the people, the counts of all tabs, ids and records of the open tab with what
#: these are named after, notes, files, history.
MOST = 12


@pytest.fixture(scope="module")
def records(desk: Desk) -> dict[str, Record]:
    """One record of each type."""
    return desk.needed()


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Visitor:
    """A team leader."""
    return desk.visitor("lena")


def _address(record: Record) -> str:
    return f"/r/{record.entity_type}/{record.number}"


def _cost(desk: Desk, visitor: Visitor, path: str) -> int:
    visitor.get(path)
    with listening(desk.services.database) as statements:
        assert visitor.get(path).status_code == 200
    return len(statements)


def test_a_page_costs_few_statements_whatever_the_type(desk: Desk, records: dict[str, Record], lena: Visitor) -> None:
    costs = {entity_type: _cost(desk, lena, _address(record)) for entity_type, record in records.items()}

    assert max(costs.values()) <= MOST, costs


def test_the_page_of_a_record_with_a_long_past_costs_what_that_of_a_young_one_does(desk: Desk, lena: Visitor) -> None:
    """20,000 entries of history, 300 notes and 150 accounts more are no statement more, and hardly a byte."""
    young, old = desk.made("contact", kind="company", company={"name": "Young Ltd"}), desk.made("contact", kind="company", company={"name": "Old Ltd"})
    for one in (young, old):
        _with_past(desk, one, events=20, notes=20, accounts=20)
    _with_past(desk, old, events=20_000, notes=300, accounts=130)

    costs = [_cost(desk, lena, _address(one)) for one in (young, old)]
    sizes = [len(lena.get(_address(one)).data) for one in (young, old)]

    assert costs[0] == costs[1] <= MOST
    assert sizes[1] < sizes[0] * 1.05
    assert "100+" in lena.get(_address(old)).get_data(as_text=True)


def _with_past(desk: Desk, record: Record, *, events: int, notes: int, accounts: int) -> None:
    now, by = datetime(2026, 1, 1, tzinfo=UTC), "anna"
    shared = {"entity_type": record.entity_type, "record_id": record.id, "at": now, "by": by}
    happened = {**shared, "release": 1, "door": "screen", "kind": "updated", "action": "", "version": 2, "rules": (), "changes": {"privacy_level": ["a", "b"]}}
    noted = [{**shared, "id": new_id(now), "text": f"Note {place}"} for place in range(notes)]
    with desk.services.database.begin(write=True) as connection:
        for table, rows in ((platform_tables.history, [happened] * events), (platform_tables.note, noted)):
            if rows:
                connection.execute(sa.insert(table), rows)
    for _ in range(min(accounts, 3)):
        made = desk.made("account", owner=record.number, classification="private", credit_rating="a")
    _copied(desk, made, accounts - 3)


def _copied(desk: Desk, record: Record, times: int) -> None:
    """Store copies of a record past all rules."""
    table = desk.services.live.current().tables.record(record.entity_type)
    with desk.services.database.begin(write=True) as connection:
        row = dict(connection.execute(sa.select(table).where(table.c.id == record.id)).mappings().one())
        now = datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(sa.insert(table), [{**row, "id": (copy := new_id(now)), "number": f"X{copy}"} for _ in range(times)])


def test_history_is_told_in_words_and_pages_of_fifty(desk: Desk, lena: Visitor) -> None:
    """Who, what, when, by which door, under which release, before and after per field (GEN-8)."""
    record = desk.made("contact", kind="company", company={"name": "Paged Ltd"})
    _with_past(desk, record, events=120, notes=0, accounts=4)

    first = lena.get(f"{_address(record)}/history").get_data(as_text=True)
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older is not None
    second = lena.get(older[1].replace("&amp;", "&")).get_data(as_text=True)

    assert first.count('<div class="when">') == second.count('<div class="when">') == 50
    assert "Anna Berg changed" in texts(first)
    assert "on screen · Release 1" in texts(first)
    assert "Privacy level: before a → after b" in texts(first)


def test_a_field_that_is_shown_nowhere_is_not_in_the_history_either(desk: Desk, lena: Visitor) -> None:
    record = desk.needed()["communication"]

    told = texts(lena.get(f"{_address(record)}/history").get_data(as_text=True))

    assert ("Direction: after" in told, "Chain" in told) == (True, False)
    assert desk.runtime.type("communication").fields["chain"].visible is False


@pytest.mark.parametrize("entity_type", ["account", "service_request", "lead", "communication"])
def test_the_history_names_records_by_number_and_title(desk: Desk, records: dict[str, Record], lena: Visitor, entity_type: str) -> None:
    contact = records["contact"]

    told = texts(lena.get(f"{_address(records[entity_type])}/history").get_data(as_text=True))

    assert f"{contact.number} · Ada Moor" in told
    assert not re.search(rf"{contact.number} (?!· Ada Moor)", told)


@pytest.mark.parametrize(
    ("only", "seen", "unseen"), [("notes", "added a note", "created"), ("changes", "created", "added a note"), ("steps", "performed", "created")]
)
def test_one_kind_of_the_history_can_be_looked_at_alone(desk: Desk, lena: Visitor, only: str, seen: str, unseen: str) -> None:
    record = desk.made(
        "activity", subtype="call_back", contact=desk.made("contact", kind="company", company={"name": f"{only} Ltd"}).number, assigned_unit="first_line"
    )
    add_note(desk.context(), "activity", record.number, "Called.")
    desk.visitor("anna").post(f"{_address(record)}/actions/claim", {"_key": f"k-{record.id}", "_version": "1"})

    said = texts(lena.get(f"{_address(record)}/history?only={only}").get_data(as_text=True))

    assert seen in said
    assert f"{unseen} ·" not in said


def test_a_long_note_is_folded_and_shown_whole_on_demand(desk: Desk, lena: Visitor) -> None:
    record = desk.made("contact", kind="company", company={"name": "Wordy Ltd"})
    text = "All that was said. " * 5_000 + "The very end."
    add_note(desk.context("lena"), "contact", record.number, text)

    page = lena.get(_address(record)).get_data(as_text=True)
    link = re.search(r'href="([^"]+/notes/[^"]+)"', page)
    assert link is not None
    whole = lena.get(link[1], HX_Request="true").get_data(as_text=True)

    assert "The very end." not in page
    assert len(page) < 60_000
    assert "Show all 95,013 characters" in texts(page)
    assert texts(whole) == texts(text)


def test_notes_come_in_pages_of_fifty(desk: Desk, lena: Visitor) -> None:
    record = desk.made("contact", kind="company", company={"name": "Noted Ltd"})
    _with_past(desk, record, events=0, notes=70, accounts=4)

    page = lena.get(f"{_address(record)}/notes").get_data(as_text=True)
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older is not None

    assert page.count('<div class="when">') == 50
    assert lena.get(older[1]).get_data(as_text=True).count('<div class="when">') == 20


def test_related_records_are_tabs_that_open_alone_with_the_way_to_all_and_to_a_new_one(desk: Desk, records: dict[str, Record], lena: Visitor) -> None:
    account = records["account"]

    page = lena.get(_address(account)).get_data(as_text=True)
    tab = re.search(r'href="([^"#]+)#related" id="tab-service_request-account"', page)
    assert tab is not None
    part = lena.get(tab[1], HX_Request="true", HX_Target="related-inside").get_data(as_text=True)

    assert "<html" not in part
    assert records["service_request"].number in part
    assert f"record.account.number == &#39;{account.number}&#39;" in part
    assert f"/r/service_request/new?account={account.number}&amp;_fixed=account" in part


def test_the_list_understands_what_the_tab_asks_it(desk: Desk, lena: Visitor) -> None:
    """The way to all of a tab leads to the list of exactly these records, for every relation of every type."""
    found = desk.needed()
    asked = []
    for record in found.values():
        for tab in re.findall(r'id="tab-([a-z_-]+)"', lena.get(_address(record)).get_data(as_text=True)):
            part = lena.get(f"{_address(record)}?tab={tab}", HX_Request="true", HX_Target="related-inside").get_data(as_text=True)
            form = re.search(r'<form method="post" action="([^"]+)".*?name="_filter" value="([^"]+)"', part)
            if form is not None:
                answer = lena.post(form[1], {"_state": '{"base": ""}', "_filter": form[2].replace("&#39;", "'")})
                asked.append((record.entity_type, tab))
                assert answer.status_code == 200, texts(answer.get_data(as_text=True))
                assert set(re.findall(r'<a href="/r/[a-z_]+/([A-Z0-9]+)"', part)) <= set(re.findall(r"[A-Z]+[0-9]+", answer.get_data(as_text=True)))

    assert len(asked) > 3


@pytest.mark.parametrize(
    ("hours", "language", "said"),
    [(-50, "en", "late by 2 days"), (-50, "de", "2 Tage überfällig"), (30, "en", "1 day left"), (2, "de", "noch 2 Stunden")],
)
def test_a_deadline_is_said_in_words_with_an_icon(desk: Desk, hours: int, language: str, said: str) -> None:
    record = desk.needed()["service_request"]
    start = datetime.now(UTC) + timedelta(hours=hours, minutes=1)
    tables = desk.services.live.current().tables
    expected = tables.column("service_request", "expected_date").name
    desk.put(record, **{expected: start})

    page = desk.visitor("lena", language).get(_address(record)).get_data(as_text=True)
    due = re.search(r'<li class="due tone-([a-z]+)">(.*?)</li>', page, re.DOTALL)
    assert due is not None

    assert said in texts(due[2])
    assert "<svg" in due[2]
    assert due[1] == ("danger" if hours < 0 else "warning" if hours < 4 else "closed")


@pytest.mark.parametrize(("login", "said"), [("anna", "First line.*Take over"), ("lena", "First line.*Assign")])
def test_who_is_responsible_stands_in_the_head_with_the_way_to_change_it(desk: Desk, records: dict[str, Record], login: str, said: str) -> None:
    """Who belongs to the unit may accept, who may assign others may assign (CARE-21, CARE-22)."""
    page = desk.visitor(login).get(_address(records["service_request"])).get_data(as_text=True)

    head = re.search(r'<div class="responsible">(.*?)<a class="btn btn-plain"[^>]*/edit', page, re.DOTALL)
    assert head is not None
    assert re.search(said, texts(head[1]))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_can_be_drawn_in_both_languages(desk: Desk, records: dict[str, Record], language: str) -> None:
    visitor = desk.visitor("admin", language)
    paths: list[Callable[[str], str]] = [lambda at: at, lambda at: f"{at}?explain=1", lambda at: f"{at}/history", lambda at: f"{at}/notes"]

    answers = {path(_address(one)): visitor.get(path(_address(one))) for one in records.values() for path in paths}

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert all(f'<html lang="{language}"' in answer.get_data(as_text=True) for answer in answers.values())


def test_a_record_that_left_the_way_has_passed_only_what_it_was_in(desk: Desk, records: dict[str, Record], lena: Visitor) -> None:
    """CARE-25: a request that is withdrawn from new was never answered, though that stands before its status."""
    given = {"subtype": "information_request", "account": records["account"].number, "description": "Never mind.", "assigned_user": "lena"}
    made = desk.made("service_request", **given)
    act(desk.context("lena"), "service_request", made.number, "cancel", {"cancellation_reason": "duplicate"})

    way = re.search(r'<ol class="path".*?</ol>', lena.get(_address(made)).text, re.DOTALL)

    assert way is not None
    assert re.findall(r'<li class="past">([^<]+)', way[0]) == ["New"]
    assert re.findall(r'<li aria-current="step">([^<]+)', way[0]) == ["Withdrawn"]
    assert "Answered" in way[0]


def test_a_record_whose_title_says_nothing_of_its_party_is_headed_by_it_too(desk: Desk) -> None:
    """By a number alone nobody knows an account; a request is called by its caller, and by nobody twice."""
    contact = desk.made("contact", kind="person", person={"first_name": "Headed", "last_name": "Byname"})
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")
    request = desk.made("service_request", subtype="information_request", account=account.number, assigned_unit="first_line", description="Asks")
    anna = desk.visitor("anna")

    def whose(path: str) -> list[str]:
        head = anna.get(path).get_data(as_text=True).partition("record-head")[2].partition('class="card')[0]
        return [texts(found) for found in re.findall(r'<span class="whose".*?</span>', head, re.DOTALL)]

    assert whose(f"/r/account/{account.number}") == ["Headed Byname"]
    assert whose(f"/r/service_request/{request.number}") == []
    assert whose(f"/r/contact/{contact.number}") == []
