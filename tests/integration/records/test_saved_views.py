"""Saved views and chosen columns: whose they are, who may change them, and what of them still means something after a release."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.integration.records.conftest import NOW, Harbour
from tests.statements import listening

from packdesk.errors import PackdeskError, Refused
from packdesk.records import list_state, saved_views
from packdesk.records.list_columns import choose_columns
from packdesk.records.list_state import LeftOut, ListState
from packdesk.runtime.filters import Chip, Operator
from packdesk.runtime.values import SYSTEM

WAITING = ListState(chips=(Chip(path="status", operator=Operator.ONE_OF, values=("waiting",)),), order="-number", columns=("number", "remark"))


def test_a_view_is_kept_with_all_that_it_asks(port: Harbour) -> None:
    """GEN-9: what somebody looked for is found again."""
    olga = port.context("olga")

    saved = saved_views.save_as(olga, "mooring", "  Waiting   here ", WAITING, shared=False)

    (found,) = saved_views.setup(olga, "mooring").views
    assert (found.id, found.label, found.version) == (saved.id, "Waiting here", 1)
    state, left = list_state.read(port.runtime, olga.actor, port.runtime.type("mooring"), found.body)
    assert (state, left) == (WAITING, ())


def test_a_private_view_of_somebody_else_does_not_exist(port: Harbour) -> None:
    olga, other = port.context("olga"), port.context("pete")
    saved = saved_views.save_as(olga, "mooring", "Mine", WAITING, shared=False)

    with pytest.raises(PackdeskError, match="no such view") as refused:
        saved_views.change(other, "mooring", saved.id, 1, label="Stolen")

    assert refused.value.code == "unknown_saved_view"
    assert saved_views.setup(other, "mooring").views == ()


def test_sharing_needs_the_right_to_share(small_port: Harbour) -> None:
    with pytest.raises(PackdeskError) as refused:
        saved_views.save_as(small_port.context("olga"), "mooring", "Ours", WAITING, shared=True)

    assert refused.value.code == "permission_missing"
    assert saved_views.save_as(small_port.context(), "mooring", "Ours", WAITING, shared=True).shared


def test_a_shared_view_is_opened_by_all_and_changed_by_its_owner(small_port: Harbour) -> None:
    saved = saved_views.save_as(small_port.context(), "mooring", "Ours", WAITING, shared=True)
    olga = small_port.context("olga")

    assert [view.id for view in saved_views.setup(olga, "mooring").views] == [saved.id]
    with pytest.raises(PackdeskError) as refused:
        saved_views.delete(olga, "mooring", saved.id, 1)

    assert refused.value.code == "view_not_yours"


def test_a_change_counts_on_the_version_that_it_was_made_on(port: Harbour) -> None:
    olga = port.context("olga")
    saved = saved_views.save_as(olga, "mooring", "Mine", WAITING, shared=False)
    saved_views.change(olga, "mooring", saved.id, 1, label="Renamed")

    with pytest.raises(PackdeskError) as refused:
        saved_views.change(olga, "mooring", saved.id, 1, state=ListState())

    assert refused.value.code == "view_changed"
    (found,) = saved_views.setup(olga, "mooring").views
    assert (found.label, found.version) == ("Renamed", 2)
    assert list_state.read(port.runtime, olga.actor, port.runtime.type("mooring"), found.body)[0] == WAITING


def test_a_deleted_view_can_be_had_back_for_half_a_minute(port: Harbour) -> None:
    olga = port.context("olga")
    saved = saved_views.save_as(olga, "mooring", "Mine", WAITING, shared=False)
    saved_views.delete(olga, "mooring", saved.id, 1)
    late = port.context("olga", now=NOW + timedelta(seconds=31))
    before = saved_views.setup(olga, "mooring")

    with pytest.raises(PackdeskError):
        saved_views.undo_delete(late, "mooring")
    again = saved_views.undo_delete(port.context("olga", now=NOW + timedelta(seconds=29)), "mooring")

    assert before.deleted is not None
    assert (again.id, again.label) == (saved.id, "Mine")
    assert list_state.read(port.runtime, olga.actor, port.runtime.type("mooring"), again.body)[0] == WAITING
    assert [view.id for view in saved_views.setup(olga, "mooring").views] == [saved.id]
    assert saved_views.setup(olga, "mooring").deleted is None


def test_taking_back_a_deletion_asks_the_rights_of_now(small_port: Harbour) -> None:
    """Who may share no more gets no shared view back, and who may not see the records any more gets none."""
    olga = small_port.context("olga")
    sharing = replace(olga, actor=replace(SYSTEM, login="olga"))
    shared = saved_views.save_as(sharing, "mooring", "Ours", WAITING, shared=True)
    saved_views.delete(sharing, "mooring", shared.id, 1)

    with pytest.raises(PackdeskError) as may_not_share:
        saved_views.undo_delete(olga, "mooring")
    with pytest.raises(Refused) as may_not_see:
        saved_views.undo_delete(replace(olga, actor=replace(olga.actor, roles=frozenset())), "mooring")
    left = saved_views.setup(olga, "mooring").views

    assert (may_not_share.value.code, left) == ("permission_missing", ())
    assert may_not_see.value.findings[0].code == "not_permitted"
    assert saved_views.undo_delete(sharing, "mooring").shared


def test_all_that_is_set_up_around_a_list_is_one_statement(port: Harbour) -> None:
    olga = port.context("olga")
    saved_views.save_as(olga, "mooring", "b", WAITING, shared=False)
    saved_views.save_as(olga, "mooring", "A", ListState(), shared=False)
    choose_columns(olga, "mooring", ("remark", "number"))
    saved_views.remember(olga, "mooring", saved_views.setup(olga, "mooring"), asked={"k1": WAITING.written()}, pages={})

    with listening(port.database) as statements:
        found = saved_views.setup(olga, "mooring")

    assert len(statements) == 1, statements
    assert [view.label for view in found.views] == ["A", "b"]
    assert found.columns == ("remark", "number")
    assert list_state.read(port.runtime, olga.actor, port.runtime.type("mooring"), found.asked["k1"])[0] == WAITING


def test_two_windows_keep_what_both_were_asked_for(port: Harbour) -> None:
    olga = port.context("olga")
    read_by_both = saved_views.setup(olga, "mooring")

    saved_views.remember(olga, "mooring", read_by_both, asked={"one": {"search": "1"}}, pages={"p1": {"cursor": "a"}})
    saved_views.remember(olga, "mooring", read_by_both, asked={"two": {"search": "2"}}, pages={"p2": {"cursor": "b"}})

    found = saved_views.setup(olga, "mooring")
    assert {"one", "two"} <= found.asked.keys()
    assert {"p1", "p2"} <= found.pages.keys()


def test_no_number_of_pages_pushes_out_what_was_searched_for(port: Harbour) -> None:
    olga = port.context("olga")
    saved_views.remember(olga, "mooring", saved_views.setup(olga, "mooring"), asked={"in_use": {"search": "x"}}, pages={})

    for number in range(3 * saved_views.MOST_PAGES):
        saved_views.remember(olga, "mooring", saved_views.setup(olga, "mooring"), asked={"in_use": {}}, pages={f"p{number}": {"cursor": "c"}})
    for number in range(saved_views.MOST_ASKED - 1):
        saved_views.remember(olga, "mooring", saved_views.setup(olga, "mooring"), asked={f"s{number}": {}}, pages={})

    found = saved_views.setup(olga, "mooring")
    assert found.asked["in_use"] == {"search": "x"}
    assert len(found.pages) == 2 * saved_views.MOST_PAGES
    assert len(found.asked) == saved_views.MOST_ASKED


def test_columns_are_ones_own_and_must_exist(small_port: Harbour) -> None:
    choose_columns(small_port.context("olga"), "mooring", ("remark",))

    with pytest.raises(PackdeskError):
        choose_columns(small_port.context("olga"), "mooring", ("nowhere",))

    assert saved_views.setup(small_port.context("pete"), "mooring").columns == ()


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"chips": [{"path": "gone", "operator": "contains", "values": ["a"]}]}, LeftOut(kind="field", name="gone")),
        ({"chips": [{"path": "remark", "operator": "yes"}]}, LeftOut(kind="operator", name="remark", path="remark")),
        ({"chips": [{"path": "status", "operator": "one_of", "values": ["sunk"]}]}, LeftOut(kind="value", name="sunk", path="status")),
        ({"columns": ["gone"]}, LeftOut(kind="field", name="gone")),
        ({"order": "-gone"}, LeftOut(kind="field", name="gone")),
        ({"base": "gone"}, LeftOut(kind="view", name="gone")),
    ],
)
def test_what_a_release_took_away_is_left_out_by_name(small_port: Harbour, body: dict[str, object], left: LeftOut) -> None:
    olga = small_port.context("olga")

    state, found = list_state.read(small_port.runtime, olga.actor, small_port.runtime.type("mooring"), body)

    assert state == ListState()
    assert found == (left,)


def test_an_option_that_is_gone_takes_no_other_with_it(small_port: Harbour) -> None:
    olga = small_port.context("olga")
    body = {"chips": [{"path": "status", "operator": "one_of", "values": ["sunk", "waiting"]}]}

    state, _ = list_state.read(small_port.runtime, olga.actor, small_port.runtime.type("mooring"), body)

    assert state.chips == WAITING.chips


@pytest.mark.parametrize("body", [None, [], {"chips": "x"}, {"chips": [1, None, {"path": []}]}, {"columns": 3}, {"search": 7, "order": [], "layout": "spiral"}])
def test_rubbish_asks_for_nothing(small_port: Harbour, body: object) -> None:
    state, left = list_state.read(small_port.runtime, small_port.context("olga").actor, small_port.runtime.type("mooring"), body)

    assert (state, left) == (ListState(), ())


@pytest.mark.parametrize("label", ["", "   ", "x" * 81, "a\u202eb"])
def test_a_view_needs_a_name_that_can_be_read(small_port: Harbour, label: str) -> None:
    with pytest.raises(PackdeskError):
        saved_views.save_as(small_port.context("olga"), "mooring", label, ListState(), shared=False)
