"""Views make sense: each layout has its own keys, boards stand by what has few values, calendars by dates."""

from collections.abc import Iterator
from dataclasses import dataclass

from packdesk.errors import Problem
from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.packs.index import Index
from packdesk.packs.names import listed
from packdesk.packs.nodes import Node

_ALL = frozenset({"id", "label", "entity_type", "layout"})
_BLOCKS = frozenset({"sections", "tabs"})
#: What a document of each layout may say beside what it is.
KEYS = {
    Layout.LIST: frozenset({"columns", "sort", "filters", "row_actions"}),
    Layout.FORM: _BLOCKS,
    Layout.DETAIL: _BLOCKS,
    Layout.MODAL: frozenset({"sections"}),
    Layout.TAB_SET: frozenset({"summary", "tabs"}),
    Layout.BOARD: frozenset({"by", "card", "sort"}),
    Layout.CALENDAR: frozenset({"date", "until", "card"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What a layout can be made of."""

    purpose: str
    kinds: frozenset[Kind]
    #: Columns of the engine.
    columns: frozenset[str]


_DATES = Fitting(purpose="a calendar", kinds=frozenset({Kind.DATE, Kind.DATETIME}), columns=frozenset({"created_at", "updated_at"}))
FITTING = {
    # Few values, which everybody knows.
    "by": Fitting(purpose="columns of a board", kinds=frozenset({Kind.OPTION, Kind.LEVEL, Kind.CATEGORY}), columns=frozenset({"status", "state", "subtype"})),
    "date": _DATES,
    "until": _DATES,
}
_OF_TAB_SETS = ("records", "form", "more", "row_actions")


def check_views(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with views."""
    for name, view in index.tree.documents["views"].items():
        layout = Layout(view.text_of("layout"))
        yield from _foreign_keys(name, view, layout)
        for key, fitting in FITTING.items():
            yield from _unfit(index, view, key, fitting)


def _foreign_keys(name: str, view: Node, layout: Layout) -> Iterator[Problem]:
    own = KEYS[layout]
    for key, value in view.members.items():
        if key in own or key in _ALL or key.startswith("$") or not any(key in keys for keys in KEYS.values()):
            continue
        others = listed(sorted(other.value for other, keys in KEYS.items() if key in keys))
        message = f"'{key}' means nothing in the {layout.value} '{name}'."
        yield value.problem("key_of_other_layout", message, f"It belongs to: {others}.", at_key=True)
    tabs = view.get("tabs")
    if tabs is None or layout is Layout.TAB_SET:
        return
    for tab, node in tabs.members.items():
        for key in _OF_TAB_SETS:
            found = node.get(key)
            if found is not None:
                message = f"'{key}' means nothing in the tab '{tab}' of the {layout.value} '{name}': the tab is called as what it shows."
                yield found.problem("key_of_other_layout", message, "It belongs to: tab_set.", at_key=True)


def _unfit(index: Index, view: Node, key: str, fitting: Fitting) -> Iterator[Problem]:
    given = view.get(key)
    if given is None or given.text in fitting.columns:
        return
    for entity_type in index.types_of("views", "", view):
        path = index.type(entity_type).fields.get(given.text)
        field = index.node_at(path) if path else None
        kind = field.text_of("type") if field is not None else ""
        if path is not None and kind not in fitting.kinds:
            wanted = listed(sorted((*(str(one.value) for one in fitting.kinds), *fitting.columns)))
            said = f"is of type {kind}" if kind else "is kept by the engine"
            yield given.problem("unfit_field", f"'{given.text}' {said}, which does not make {fitting.purpose}.", f"Choose a field of: {wanted}.")
