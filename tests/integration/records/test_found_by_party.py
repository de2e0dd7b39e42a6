"""A record is found by whose business it is: by the name and the telephone of its party, as far as that one is open to whoever searches."""

from dataclasses import replace

import pytest
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.records import everywhere, quick_finds
from packdesk.records.context import run
from packdesk.records.counting import counted
from packdesk.records.drafts import begin
from packdesk.records.search import SearchCommand, first_of_each, search
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record
from packdesk.store import quick_search

_TIDE = {"papers": {"given_name": "Ann", "family_name": "Tide"}, "radios": [{"band": "marine", "call": "+49 30 5550199"}]}


def _tide(port: Harbour) -> Record:
    """Make a mooring of somebody called Tide, and one of somebody else."""
    made = port.mooring(hull=port.hull(port.skipper(**_TIDE)))
    port.mooring()
    return made


def _found(port: Harbour, login: str, typed: str, **more: object) -> list[str]:
    page = search(port.context(login), "mooring", replace(SearchCommand(q=typed, count=True, order=(("number", True),)), **more))
    assert more or page.count == len(page.rows)
    return [record.number for record in page.rows]


@pytest.mark.parametrize("typed", ["tide", "ANN tide", "030 5550199", "+49 30 5550199"])
def test_a_record_is_found_by_the_name_and_the_telephone_of_its_party(port: Harbour, typed: str) -> None:
    mooring = _tide(port)

    assert _found(port, "olga", typed) == [mooring.number]
    assert _found(port, "olga", typed, by_party=False) == []


def test_what_is_found_by_its_own_values_is_found_beside_that_once(port: Harbour) -> None:
    both = port.mooring(hull=port.hull(port.skipper(**_TIDE)), remark="waits for the tide")
    own, theirs = port.mooring(remark="high tide"), _tide(port)

    assert _found(port, "olga", "tide") == sorted([both.number, own.number, theirs.number])
    assert _found(port, "olga", "tide", common=True) == sorted([both.number, own.number, theirs.number])


def test_pages_go_on_through_what_is_found_by_party(port: Harbour) -> None:
    hull = port.hull(port.skipper(**_TIDE))
    made = [port.mooring(hull=hull).number for _ in range(5)]
    first = SearchCommand(q="tide", order=(("number", True),), limit=2)

    seen: list[str] = []
    command = first
    for _ in range(3):
        page = search(port.context("olga"), "mooring", command)
        seen += [record.number for record in page.rows]
        command = replace(first, cursor=page.next_cursor)

    assert seen == made


def test_a_party_that_is_not_open_finds_nothing(port: Harbour) -> None:
    """NET-2: the record is seen, but not whose it is; so nobody learns the name by trying."""
    mooring = _tide(port)

    assert _found(port, "ines", mooring.number) == [mooring.number]
    assert _found(port, "ines", "tide") == []


def test_a_closed_field_of_the_party_finds_nothing(small_port: Harbour) -> None:
    mooring = _tide(small_port)
    model = small_port.runtime.model
    docker = model.roles["docker"]
    narrow = replace(docker, fields={**docker.fields, "skipper.name": frozenset()})
    small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": narrow}), 1)

    assert _found(small_port, "olga", "tide") == []
    assert _found(small_port, "olga", "030 5550199") == [mooring.number]


def test_who_may_not_see_whose_a_record_is_does_not_find_it_so(small_port: Harbour) -> None:
    _tide(small_port)
    model = small_port.runtime.model
    docker = model.roles["docker"]
    for narrow in (
        replace(docker, fields={**docker.fields, "mooring.skipper": frozenset()}),
        replace(docker, permit={name: verbs for name, verbs in docker.permit.items() if name != "skipper"}),
    ):
        small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": narrow}), 1)
        assert _found(small_port, "olga", "tide") == []


def test_a_closed_value_of_the_record_keeps_no_party_from_finding_it(small_port: Harbour) -> None:
    """What is sifted because a value that quick search reads is closed is found by its party still."""
    mooring = _tide(small_port)
    small_port.mooring(remark="tide")
    model = small_port.runtime.model
    docker = model.roles["docker"]
    narrow = replace(docker, fields={**docker.fields, "mooring.remark": frozenset()})
    small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": narrow}), 1)

    assert _found(small_port, "olga", "tide") == [mooring.number]


def test_of_too_many_parties_none_is_looked_for_and_the_answer_says_so(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    _tide(port)
    own = port.mooring(hull=port.hull(port.skipper(**_TIDE)), remark="high tide")
    assert not search(port.context("olga"), "mooring", SearchCommand(q="tide")).too_many_parties
    monkeypatch.setattr(quick_finds, "MOST_PARTIES", 1)

    page = search(port.context("olga"), "mooring", SearchCommand(q="tide"))
    board = first_of_each(port.context("olga"), "mooring", SearchCommand(q="tide"), "status", {"waiting": 5})

    assert ([record.number for record in page.rows], page.too_many_parties, board.too_many_parties) == ([own.number], True, True)


def test_parties_that_are_hidden_make_none_too_many(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """NET-2: what many hold, hidden from who searches, is common to the database and tells him nothing, neither found nor too many."""
    mooring = _tide(port)
    port.mooring(hull=port.hull(port.skipper(**_TIDE)))
    monkeypatch.setattr(quick_finds, "MOST_PARTIES", 1)
    monkeypatch.setattr(quick_search, "_MANY", 1)

    page = search(port.context("ines"), "mooring", SearchCommand(q="tide"))

    assert (page.rows, page.too_many_parties) == ((), False)
    monkeypatch.setattr(quick_finds, "MOST_PARTIES", 500)
    assert mooring.number in _found(port, "olga", "tide")


def test_a_search_costs_two_statements_more_and_views_that_are_counted_share_them(port: Harbour) -> None:
    _tide(port)
    context, command = port.context("olga"), SearchCommand(q="tide", fields=("number",), expand=False)
    costs = []
    for asked in (command, replace(command, by_party=False)):
        search(context, "mooring", asked)
        with listening(context.database) as statements:
            search(context, "mooring", asked)
        costs.append(len(statements))
    with listening(context.database) as statements:
        found = counted(context, "mooring", dict.fromkeys(("one", "two", "three"), command))

    assert costs[0] == costs[1] + 2
    assert [count.count for count in found.counts.values()] == [1, 1, 1]
    assert len([statement for statement in statements if "skipper" in statement and "mooring" not in statement]) == 2


def test_what_is_offered_is_found_by_its_party_and_called_by_it(port: Harbour) -> None:
    """As pickers offer it, typed or not, and what was used last too."""
    hull = port.hull(port.skipper(**_TIDE), "WAVE-1")
    port.hull(port.skipper(), "WAVE-2")

    def offered(typed: str, recent: tuple[str, ...] = ()) -> list[str]:
        context = port.context("olga")
        found = run(context, lambda unit, runtime: everywhere.offered(begin(context, unit, runtime), ("hull",), typed, {"hull": recent}, 5), write=False)
        return [reference.title for reference in found]

    assert offered("tide") == ["WAVE-1 Ann Tide"]
    assert sorted(offered("")) == ["WAVE-1 Ann Tide", "WAVE-2 Ann Boje"]
    assert offered("", (hull.number,)) == ["WAVE-1 Ann Tide", "WAVE-2 Ann Boje"]
    assert offered("t") == []
