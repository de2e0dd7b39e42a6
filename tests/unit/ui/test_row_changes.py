"""What two people did to the rows of one group, and what of it fits together."""

import pytest

from packdesk_ui.row_changes import Did, Row, changes, together

A, B, C = {"id": "a", "n": "1"}, {"id": "b", "n": "2"}, {"id": "c", "n": "3"}
B_OTHER, B_THIRD, NEW = {"id": "b", "n": "20"}, {"id": "b", "n": "200"}, {"n": "9"}
LINK, LINK_OTHER = {"record": "CO1", "relation": "family"}, {"record": "CO1", "relation": "employee"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([A, B], [A, B], []),
        ([A, B], [A, {**B, "note": "", "main": False}], []),
        ([A, B], [A, B_OTHER, NEW], [(Did.CHANGED, B, B_OTHER), (Did.ADDED, {}, NEW)]),
        ([A, B, C], [C, A], [(Did.REMOVED, B, {}), (Did.MOVED, {}, {})]),
        ([], [LINK], [(Did.ADDED, {}, LINK)]),
        ([LINK], [LINK_OTHER], [(Did.CHANGED, LINK, LINK_OTHER)]),
    ],
)
def test_each_row_is_said_to_be_added_changed_removed_or_moved(old: list[Row], new: list[Row], said: list[tuple[Did, Row, Row]]) -> None:
    found = changes(old, new)

    assert [(each.did, each.old, each.new) for each in found] == said


@pytest.mark.parametrize(
    ("opened", "theirs", "mine", "stands"),
    [
        pytest.param([A, B], [A, B_OTHER], [{**A, "n": "10"}, B], [{**A, "n": "10"}, B_OTHER], id="different rows"),
        pytest.param([A, B], [A, B_OTHER], [A, B_THIRD], [], id="the same row"),
        pytest.param([A, B], [A, B_OTHER], [A, B_OTHER, NEW], [A, B_OTHER, NEW], id="the same row to the same"),
        pytest.param([A, B], [A], [A, B_OTHER], [], id="one took away what the other changed"),
        pytest.param([A, B], [A], [A], [A], id="both took away the same"),
        pytest.param([A], [A, {"id": "x", **NEW}], [A, NEW], [A, {"id": "x", **NEW}], id="both added the same"),
        pytest.param([A, B, C], [A, B_OTHER, C], [C, B, A], [C, B_OTHER, A], id="another order here"),
        pytest.param([A, B, C], [C, A, B], [A, B, C, NEW], [C, A, B, NEW], id="another order there"),
        pytest.param([A, B, C], [C, A, B], [B, A, C], [], id="two other orders"),
        pytest.param([], [LINK], [LINK_OTHER], [], id="both linked the same record otherwise"),
        pytest.param([LINK], [LINK, {"record": "CO2"}], [], [{"record": "CO2"}], id="one link more, one link less"),
    ],
)
def test_what_both_did_to_different_rows_fits_together(opened: list[Row], theirs: list[Row], mine: list[Row], stands: list[Row]) -> None:
    places = together(opened, theirs, mine)

    assert [(theirs if side == "theirs" else mine)[place] for side, place in places] == stands
