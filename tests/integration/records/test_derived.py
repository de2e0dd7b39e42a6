"""E-3, X-4: derived fields follow whatever they read, in the same transaction."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import PackdeskError
from packdesk.records.act import act
from packdesk.records.context import Context, Fixed
from packdesk.records.create import create
from packdesk.records.delete import delete
from packdesk.records.history import history
from packdesk.records.read import read
from packdesk.records.update import update
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record


def open_chores(port: Harbour, *stays: Record) -> list[object]:
    return [read(port.context("olga"), "mooring", stay.number).record.get("open_chores") for stay in stays]


def parent(stay: Record) -> dict[str, object]:
    return {"parent": {"entity_type": "mooring", "record": stay.number}}


def test_a_count_over_links_follows_creation_state_move_and_deletion(port: Harbour) -> None:
    """DESIGN 8.6: one derived field, four ways to change what it reads."""
    ship = port.hull(port.skipper())
    stay, other = port.mooring(hull=ship), port.mooring(hull=ship)
    otto = port.context("otto")

    first = create(otto, "chore", {**parent(stay), "assigned_user": "otto"}).record
    second = create(otto, "chore", {**parent(stay), "assigned_user": "otto"}).record
    counts = [open_chores(port, stay, other)]
    act(otto, "chore", first.number, "finish")
    counts.append(open_chores(port, stay, other))
    update(otto, "chore", second.number, parent(other))
    counts.append(open_chores(port, stay, other))
    delete(otto, "chore", second.number)
    counts.append(open_chores(port, stay, other))

    assert counts == [[2, 0], [1, 0], [0, 1], [0, 0]]


def test_what_followed_stands_in_the_history_of_the_other_record(small_port: Harbour) -> None:
    stay = small_port.mooring()
    create(small_port.context("otto"), "chore", {**parent(stay), "assigned_user": "otto"})

    newest = history(small_port.context("olga"), "mooring", stay.number).events[0]

    assert (newest.by, dict(newest.changes)) == ("otto", {"open_chores": (0, 1)})


def test_a_changed_table_applies_to_later_changes_only(small_port: Harbour) -> None:
    """T-14: an edit of something else leaves the old result, a change of what the table reads takes the new one."""
    stay = small_port.mooring(wind="gale")
    model = small_port.runtime.model
    weather = model.matrices["weather"]
    calmer = replace(weather, cells=MappingProxyType({**weather.cells, "gale": {"high": "amber", "flat": "green"}}))
    changed = compile_model(replace(model, matrices=MappingProxyType({"weather": calmer})), 1)
    olga = replace(small_port.context("olga"), live=Fixed(changed, small_port.tables))

    unrelated = update(olga, "mooring", stay.number, {"remark": "x"}).record
    related = update(olga, "mooring", stay.number, {"swell": "high"}).record

    assert (stay.get("danger"), unrelated.get("danger"), related.get("danger")) == ("amber", "amber", "amber")
    assert update(olga, "mooring", stay.number, {"swell": "flat"}).record.get("danger") == "green"


class Overtaken:
    """A live release that another publish has overtaken once."""

    def __init__(self, stale: Fixed, fresh: Fixed) -> None:
        self.stale, self.fresh = stale, fresh
        self.asked_again = 0

    def current(self) -> Fixed:
        return self.stale

    def latest(self) -> Fixed:
        self.asked_again += 1
        return self.fresh if self.asked_again < 9 else self.stale


def overtaken(port: Harbour, *, for_ever: bool) -> tuple[Context, Overtaken]:
    stale = Fixed(compile_model(port.runtime.model, 0), port.tables)
    live = Overtaken(stale, stale if for_ever else Fixed(port.runtime, port.tables))
    return replace(port.context("olga"), live=live), live


def test_a_change_that_a_publish_overtook_begins_anew_on_the_new_release(port: Harbour) -> None:
    """DESIGN 4: writers check the release inside their transaction."""
    context, live = overtaken(port, for_ever=False)

    made = create(context, "skipper", {"kind": "shipping_line", "firm": {"name": "X"}}).record

    assert live.asked_again == 1
    assert history(port.context("olga"), "skipper", made.number).events[0].release == 1


def test_who_never_gets_through_is_told_to_come_back(small_port: Harbour) -> None:
    context, _ = overtaken(small_port, for_ever=True)

    with pytest.raises(PackdeskError) as caught:
        create(context, "skipper", {"kind": "shipping_line", "firm": {"name": "X"}})

    assert caught.value.code == "busy"
