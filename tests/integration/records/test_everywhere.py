"""Looking at many types at once: quick search over all, one person's work, records by number; and what people prefer."""

import pytest
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.errors import PackdeskError
from packdesk.records import everywhere
from packdesk.records.preferences import prefer, preferences
from packdesk.runtime.lists import list_view


def test_quick_search_goes_over_every_type_that_is_open_and_stops_early(port: Harbour) -> None:
    for number in range(4):
        port.skipper("olga", licence=f"WAVE{chr(65 + number)}")

    found = everywhere.search_everywhere(port.context("olga"), "wave", each=3)

    assert [(hits.entity_type, len(hits.rows), hits.more) for hits in found] == [("skipper", 3, True)]
    assert all(hit.reference.number == hit.record.number for hits in found for hit in hits.rows)


def test_what_belongs_to_others_is_not_found(port: Harbour) -> None:
    """NET-2."""
    port.skipper("ines", licence="FOREIGN")

    assert everywhere.search_everywhere(port.context("olga"), "foreign") == ()
    assert len(everywhere.search_everywhere(port.context("ines"), "foreign")) == 1


def test_too_little_is_refused_with_a_reason(port: Harbour) -> None:
    with pytest.raises(PackdeskError) as caught:
        everywhere.search_everywhere(port.context("olga"), "w")

    assert caught.value.code == "bad_parameter"


def test_a_search_asks_which_types_hold_it_and_then_those_alone(port: Harbour) -> None:
    port.skipper("olga", licence="WAVE")
    context = port.context("olga")
    everywhere.search_everywhere(context, "wave")

    with listening(context.database) as statements:
        everywhere.search_everywhere(context, "wave")

    assert len(statements) == 2, statements


def test_records_by_number_keep_their_order_and_leave_out_what_is_gone_or_closed(port: Harbour) -> None:
    own, foreign = port.skipper("olga", licence="OWN"), port.skipper("ines", licence="FOREIGN")
    mooring = port.mooring()
    wanted = [("mooring", mooring.number), ("skipper", foreign.number), ("skipper", own.number), ("skipper", "SK-none"), ("no_such_type", "1")]

    found = everywhere.by_number(port.context("olga"), wanted)

    assert [(each.entity_type, each.number) for each in found] == [("mooring", mooring.number), ("skipper", own.number)]


def test_unfinished_work_is_that_which_is_assigned_to_whoever_asks(port: Harbour) -> None:
    types = port.runtime.model.entity_types
    due = {name: everywhere.moment_of(port.runtime.type(name), list_view(port.runtime.type(name), "en").sort) for name in types}
    assigned = [name for name in types if "assigned_user" in port.runtime.type(name).fields and port.runtime.type(name).lifecycle is not None]
    mine = port.mooring(assigned_user="olga")
    port.mooring(assigned_user="pete")

    found = {hits.entity_type: hits for hits in everywhere.work_of(port.context("olga"), due)}

    assert set(found) <= set(assigned)
    assert [hit.reference.number for hit in found["mooring"].rows] == [mine.number]
    assert (found["mooring"].count, found["mooring"].capped) == (1, False)


def test_a_preference_is_kept_per_person_and_replaced(port: Harbour) -> None:
    for value in ("light", "dark"):
        prefer(port.context("olga"), "theme", value)

    assert preferences(port.context("olga")) == {"theme": "dark"}
    assert preferences(port.context("ines")) == {}
