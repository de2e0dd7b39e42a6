"""The page of a record for the desk as a value: which tabs there are, and how what stands in them is connected (CC-10, CC-16)."""

from dataclasses import replace

import pytest

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Text
from packdesk.model.views import Layout, Tab, View
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.tab_sets import reached_by, tab_set


def _tab(name: str, **written: object) -> Tab:
    return Tab(id=name, path=f"v.tabs.{name}", **written)


@pytest.fixture(scope="module")
def laid_out(make) -> Runtime:
    """Give a type with a tab set, and others that are connected with it in four ways, or not at all."""
    thing = make.entity(
        "thing",
        (make.field(Kind.STRING, "name"),),
        lines={
            "phones": make.lines("phones", make.field(Kind.OPTION, "kind", list="kinds"), make.field(Kind.PHONE, "number")),
            "words": make.lines("words", make.field(Kind.STRING, "word")),
        },
        relations={"parts": make.relation("parts", to="part", many=True, inverse="whole"), "friends": make.relation("friends", to="friend", many=True)},
    )
    others = (
        make.entity("part", (make.field(Kind.REFERENCE, "other", to="thing"), make.field(Kind.REFERENCE, "whole", to="thing"))),
        make.entity("matter", (make.field(Kind.REFERENCE, "caller", to="thing"), make.field(Kind.REFERENCE, "whose", to="thing")), party="whose"),
        make.entity("friend", ()),
        make.entity("note", (make.field(Kind.REFERENCE, "about", to="thing"),)),
        make.entity("stranger", ()),
    )
    tabs = {
        "own": _tab("own", form="thing", more=Text({"en": "All of it"}, "All")),
        "others": _tab("others", form="stranger"),
        **{name: _tab(name, records=name) for name in ("part", "matter", "friend", "note", "stranger")},
        "named": _tab("named", records="note", label=Text({"en": "Slips"}, "Slips"), row_actions=("file",)),
    }
    blank = {"path": "v", "columns": {}, "sort": {}, "filters": {}, "sections": {}, "card": {}}
    summary = {"name": "badge", "phones": "click_to_call", "gone": ""}
    view = View(**blank, id="v", entity_type="thing", layout=Layout.TAB_SET, label=Text({"en": "Desk"}, "Desk"), tabs=tabs, summary=summary)
    return compile_model(replace(make.model(thing, *others), views={"v": view}))


def test_a_tab_lists_what_is_connected_and_what_is_not_has_none(laid_out: Runtime) -> None:
    found = tab_set(laid_out.type("thing"))

    assert found is not None
    assert [tab.id for tab in found.tabs] == ["own", "part", "matter", "friend", "note", "named"]
    ways = {tab.id: (tab.way.how, tab.way.stored) for tab in found.tabs if tab.way is not None}
    assert ways == {
        "part": ("field", "whole"),
        "matter": ("field", "whose"),
        "friend": ("links", "friends"),
        "note": ("field", "about"),
        "named": ("field", "about"),
    }
    assert found.summary == (("name", "badge"), ("phones", "click_to_call"))


def test_tabs_are_called_as_their_view_says_or_as_what_stands_in_them(laid_out: Runtime) -> None:
    found = tab_set(laid_out.type("thing"))

    assert found is not None
    labels = {tab.id: tab.label.in_language("en") for tab in found.tabs}
    assert (labels["own"], labels["note"], labels["named"]) == ("Thing", "Notes", "Slips")
    assert (found.tabs[-1].row_actions, found.tabs[0].more) == (("file",), Text({"en": "All of it"}, "All"))


def test_a_type_without_a_tab_set_has_no_desk(laid_out: Runtime) -> None:
    assert tab_set(laid_out.type("part")) is None


def test_a_line_is_told_by_the_number_or_address_in_it(laid_out: Runtime) -> None:
    assert (reached_by(laid_out.type("thing"), "phones"), reached_by(laid_out.type("thing"), "words")) == ("number", "")
