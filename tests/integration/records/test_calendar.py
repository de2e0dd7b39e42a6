"""The records of a calendar on both databases: which days they stand on, what they cost, and whose dates can be moved (GEN-9, GEN-11, GEN-18)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.errors import Refused
from packdesk.records.calendar import Period, Wanted, in_period
from packdesk.records.search import SearchCommand
from packdesk.runtime.boards import CalendarView
from packdesk.runtime.calendar_days import Span

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
MARCH = Span(first=date(2026, 3, 23), last=date(2026, 3, 31))
BY_ASKING = CalendarView(date="asked_at", until="", card=())


def _period(port: Harbour, login: str, entity_type: str, view: CalendarView, *, zone: ZoneInfo = BERLIN, most: int = 3, **asked: object) -> Period:
    wanted = Wanted(calendar=view, span=MARCH, zone=zone, most=most)
    return in_period(port.context(login), entity_type, SearchCommand(**asked), wanted)  # type: ignore[arg-type]


def _days(found: Period) -> dict[int, list[str]]:
    return {day.day: [record.number for record in records] for day, records in found.rows.items() if records}


def test_moments_stand_on_the_days_of_a_zone(port: Harbour) -> None:
    """The night of 29 March 2026 has 23 hours in Berlin."""
    hull = port.hull(port.skipper())
    moments = ("2026-03-22T22:59:00Z", "2026-03-22T23:00:00Z", "2026-03-28T22:59:00Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:00Z", "2026-03-29T22:00:00Z")
    made = [port.mooring(hull=hull, asked_at=at) for at in (*moments, "2026-03-31T22:00:00Z")]

    berlin, apia = _period(port, "olga", "mooring", BY_ASKING), _period(port, "olga", "mooring", BY_ASKING, zone=APIA)

    assert _days(berlin) == {23: [made[1].number], 28: [made[2].number], 29: [made[3].number, made[4].number], 30: [made[5].number]}
    assert berlin.total == 5
    assert sum(berlin.counts.values()) == 5
    assert [day for day, numbers in _days(apia).items() if made[1].number in numbers] == [23]
    assert [day for day, numbers in _days(apia).items() if made[5].number in numbers] == [30]
    assert berlin.titles[made[1].id].startswith(made[1].number)


def test_days_are_days_whatever_the_zone(port: Harbour) -> None:
    owner = port.skipper()
    for callsign, day in (("EVE", "2026-03-22"), ("FIRST", "2026-03-23"), ("LAST", "2026-03-31"), ("AFTER", "2026-04-01"), ("NEVER", None)):
        port.hull(owner, callsign, scrapped_on=day)
    view = CalendarView(date="scrapped_on", until="", card=())

    for zone in (BERLIN, APIA):
        found = _period(port, "olga", "hull", view, zone=zone)
        assert {day.day: [record.get("callsign") for record in records] for day, records in found.rows.items() if records} == {23: ["FIRST"], 31: ["LAST"]}


def test_what_lasts_stands_on_every_day_of_it(port: Harbour) -> None:
    hull = port.hull(port.skipper())
    made = port.mooring(hull=hull, asked_at="2026-03-24T09:00:00Z")
    ends = made.get("due_at")
    view = CalendarView(date="asked_at", until="due_at", card=())

    found = _period(port, "olga", "mooring", view)

    assert ends is not None
    last = ends.astimezone(BERLIN).date()  # type: ignore[attr-defined]
    assert sorted(_days(found)) == list(range(24, min(last, MARCH.last).day + 1))
    assert found.total == 1


def test_a_period_is_two_statements_one_for_each_type_that_is_named_and_as_many_records_as_are_shown(port: Harbour) -> None:
    """Dates, records; hulls for the titles, skippers for what the records name."""
    costs, read = [], []
    for count in (1, 12):
        for number in range(count):
            port.mooring(hull=port.hull(port.skipper(licence=f"L{count}{number}")), asked_at=f"2026-03-2{3 + len(read)}T09:00:00Z")
        with listening(port.database) as statements:
            found = _period(port, "olga", "mooring", BY_ASKING, most=2)
        costs.append(len(statements))
        read.append(sum(len(records) for records in found.rows.values()))

    assert read == [1, 3]
    assert costs == [4, 4], statements
    assert sum(statement.startswith("SELECT /* r_mooring") for statement in statements) == 2, statements
    assert found.counts[date(2026, 3, 24)] == 12


def test_nobody_is_shown_or_told_of_what_belongs_to_others(port: Harbour) -> None:
    """NET-2: neither in the rows nor in the counts; a date that is closed makes no calendar."""
    own = port.mooring(hull=port.hull(port.skipper()), asked_at="2026-03-24T09:00:00Z")
    foreign = port.hull(port.skipper("ines", licence="FOREIGN"), login="ines")
    port.mooring(login="ines", hull=foreign, asked_at="2026-03-24T10:00:00Z", privacy_level="confidential")

    found = _period(port, "olga", "mooring", BY_ASKING)

    assert _days(found) == {24: [own.number]}
    assert found.counts[date(2026, 3, 24)] == found.total == 1
    with pytest.raises(Refused) as caught:
        _period(port, "olga", "skipper", CalendarView(date="papers.born_on", until="", card=()))
    assert caught.value.code == "not_permitted"


def test_a_date_can_be_moved_while_the_record_and_the_person_s_rights_permit(port: Harbour) -> None:
    """GEN-11: customs may only look at what the quay asks for."""
    made = port.mooring(hull=port.hull(port.skipper()), asked_at="2026-03-24T09:00:00Z")
    due = CalendarView(date="due_at", until="", card=())

    assert _period(port, "olga", "mooring", BY_ASKING).movable == {made.id}
    assert _period(port, "ines", "mooring", BY_ASKING).movable == frozenset()
    assert _period(port, "olga", "mooring", due).movable <= {made.id}
    assert _period(port, "olga", "mooring", CalendarView(date="done_at", until="", card=())).movable == frozenset()
