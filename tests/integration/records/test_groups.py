"""The first records for each value of a field: what a board shows, on both databases, in as many statements whatever there is."""

import pytest
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.errors import Refused
from packdesk.records.search import SearchCommand, first_of_each

OLDEST = (("number", True),)


def test_each_value_has_its_first_records_and_its_count(port: Harbour) -> None:
    made = [port.skipper(trusted=index % 2 == 0, memo="tea" if index < 4 else None) for index in range(5)]
    command = SearchCommand(filter="record.trusted == true", order=OLDEST)

    found = first_of_each(port.context("olga"), "skipper", command, "kind", {"sailor": 2, "shipping_line": 2, "": 2})

    assert [row.number for row in found.rows["sailor"]] == [made[0].number, made[2].number]
    assert found.counts == {"sailor": 3, "shipping_line": 0, "": 0}
    assert found.titles[made[0].id] == "Ann Boje"


def test_records_without_a_value_have_a_group_of_their_own(port: Harbour) -> None:
    mooring = port.mooring()

    found = first_of_each(port.context("olga"), "mooring", SearchCommand(order=OLDEST), "clearance.verdict", {"": 3})

    assert [row.number for row in found.rows[""]] == [mooring.number]
    assert found.counts == {"": 1}


def test_a_board_costs_as_much_with_many_records_as_with_few(port: Harbour) -> None:
    kinds = dict.fromkeys(("sailor", "shipping_line", ""), 10)
    costs = []
    for _ in range(2):
        for _ in range(3):
            port.skipper()
        with listening(port.database) as statements:
            first_of_each(port.context("olga"), "skipper", SearchCommand(order=OLDEST), "kind", kinds)
        costs.append(len(statements))

    assert costs == [2, 2]


def test_only_what_is_open_to_the_person_is_shown_and_counted(port: Harbour) -> None:
    port.mooring(privacy_level="confidential")
    everybody = first_of_each(port.context(), "mooring", SearchCommand(), "status", {"waiting": 5})
    stranger = next(login for login, user in port.runtime.model.organisation.users.items() if not set(user.units) & _units_of(port, "olga"))

    try:
        found = first_of_each(port.context(stranger), "mooring", SearchCommand(), "status", {"waiting": 5})
        seen = found.counts["waiting"]
    except Refused:
        seen = 0

    assert everybody.counts["waiting"] == 1
    assert seen == 0


def _units_of(port: Harbour, login: str) -> set[str]:
    organisation = port.runtime.model.organisation
    return {above for unit in organisation.users[login].units for above in organisation.ancestors(unit)}


def test_a_field_that_is_closed_makes_no_board(small_port: Harbour) -> None:
    closed = small_port.runtime.type("skipper").entity.sections["papers"].fields["born_on"]
    assert closed.sensitive

    with pytest.raises(Refused):
        first_of_each(small_port.context("olga"), "skipper", SearchCommand(), "papers.born_on", {"": 1})
