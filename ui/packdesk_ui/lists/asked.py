"""What a list was asked for, read from a request: the address holds view, order, layout and the opened record, the body the rest.

What was typed or chosen is kept by the server under a name that says nothing, so that going back, loading again and a list beside an
opened record find it, and neither an address nor a log holds a customer's name.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from flask import g, request, url_for

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.records import list_state, saved_views
from packdesk.records.list_state import LeftOut, ListState
from packdesk.records.saved_views import MOST_PAGES, ListSetup, SavedView
from packdesk.records.screening import is_open, screen_of
from packdesk.runtime import filter_sources
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.filter_sources import Moment
from packdesk.runtime.lists import ListView, chosen_columns, list_view
from packdesk.runtime.values import Actor
from packdesk.web import request_context
from packdesk_ui import answers, shell
from packdesk_ui.addresses import of_page

SAVED = "v-"
TABLE, BOARD, CALENDAR = "table", "board", "calendar"
#: Parts of a calendar that can be looked at; the first is the usual.
PERIODS = ("month", "week", "day")
_LONGEST = 400
#: What the address of something opened from a list says of the list.
_PARTS = ("view", "asked", "order", "layout", "page", "period", "day")
#: Rows of a page of the table, and of the narrow column beside an opened record: enough to work through, few enough to be drawn at once.
PAGE, BESIDE = 25, 100
#: What an address can name that the server does not know.
LOST_SEARCH, LOST_PAGE = "search", "page"
#: Ways from the opened record: to its neighbours, away from one that is no more, to other pages of the narrow column.
STEPS = ("next", "previous", "away", "next_page", "previous_page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list was asked for."""

    #: As the address names it: a named filter, ``v-`` and the id of a saved view, or nothing.
    view: str
    state: ListState
    layout: str
    setup: ListSetup
    saved: SavedView | None = None
    #: What was kept and means nothing any more.
    left_out: tuple[LeftOut, ...] = ()
    #: What the address names and the server does not know, or no longer: ``search`` or ``page``; empty: nothing.
    lost: str = ""
    #: Cursors of the pages up to this one, for going back.
    trail: tuple[str, ...] = ()
    #: Number of the record that is open beside the list.
    opened: str = ""
    #: Numbers of the records that stood before and after it when it was opened: they keep its place where it leaves the list.
    neighbours: tuple[str, str] = ("", "")
    #: One of ``STEPS`` that is to be taken; empty: none.
    step: str = ""
    #: Which part of a calendar is shown, and a day of it, as the address names it; empty: today.
    period: str = PERIODS[0]
    day: str = ""

    @property
    def cursor(self) -> str:
        """Return where the page begins."""
        return self.trail[-1] if self.trail else ""

    @property
    def narrowed(self) -> bool:
        """Say whether anything was searched for."""
        return bool(self.state.search or self.state.expression or self.state.chips)

    @property
    def changed(self) -> bool:
        """Say whether the saved view is no longer what is shown."""
        if self.saved is None:
            return False
        kept, _ = list_state.read(request_context.runtime(), request_context.actor(), request_context.runtime().type(self.saved.entity_type), self.saved.body)
        return replace(kept, layout=kept.layout or TABLE) != replace(self.state, layout=self.layout)

    @property
    def token(self) -> str:
        """Return the name under which the server keeps what the address does not say; empty where it says all."""
        if not (self.narrowed or self.changed):
            return ""
        body = json.dumps(self.state.written(), sort_keys=True, default=list)
        return _name(body)

    @property
    def page(self) -> str:
        """Return the name under which the server keeps the page; empty for the first, and where it is too far to be kept."""
        return next(reversed(_way(self.trail, BESIDE if self.opened else PAGE)), "")

    def remember(self, entity_type: str) -> None:
        """Keep what the address says by names only: with cursors in it, it would say what is in the records."""
        asked = {self.token: self.state.written()} if self.token else {}
        pages = _way(self.trail, BESIDE) if self.opened else {**_way(_beside(self.trail), BESIDE), **_way(self.trail, PAGE)}
        saved_views.remember(answers.context(), entity_type, self.setup, asked=asked, pages=pages)


def _name(body: str) -> str:
    return hashlib.sha256(f"{request_context.actor().login}\n{body}".encode()).hexdigest()[:16]


def _way(trail: tuple[str, ...], rows: int) -> dict[str, Json]:
    """Return the pages up to one by their names, each with its cursor and the name of the one before it: a page more costs one more."""
    found: dict[str, Json] = {}
    before = ""
    for cursor in trail if len(trail) <= MOST_PAGES else ():
        body: dict[str, Json] = {"before": before, "cursor": cursor, "rows": rows}
        before = _name(json.dumps(body))
        found[before] = body
    return found


def _beside(trail: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cursors up to the page beside a record that a page of the table lies in: four of the table are one."""
    return trail[BESIDE // PAGE - 1 :: BESIDE // PAGE]


def known(entity: EntityRuntime, setup: ListSetup) -> Asked:
    """Return what the request asks for, to be done to all that it finds; raises ``unknown_list_search`` where that is not known: not to all there is."""
    asked = read(entity, setup)
    if asked.lost == LOST_SEARCH:
        raise PackdeskError("unknown_list_search")
    return asked


def read(entity: EntityRuntime, setup: ListSetup) -> Asked:
    """Return what the request asks for; raises ``unknown_saved_view`` where its view is not there for this person."""
    listed = open_list(entity, shell.language())
    view, saved = request.args.get("view", ""), None
    left: tuple[LeftOut, ...] = ()
    if view.startswith(SAVED):
        saved = next((one for one in setup.views if one.id == view.removeprefix(SAVED)), None)
        if saved is None:
            raise PackdeskError("unknown_saved_view")
        state, left = _read(entity, saved.body)
    else:
        view = view if view in {each.id for each in listed.filters} else listed.first_filter
        state = ListState(base=view)
    kept = _kept(setup)
    lost = LOST_SEARCH if kept is None else ""
    if kept:
        state, left = _read(entity, kept)
    if "_filter" in request.form:
        # What is typed now is what counts, and is refused where it is closed.
        left = tuple(one for one in left if one.kind != "closed_condition")
    closed = closed_to_order(entity)
    order = request.form.get("_order") or request.args.get("order", "") or state.order
    layout = request.args.get("layout", "") or state.layout
    form, opened = request.form, request.args.get("open", "")[:100]
    # The cursors belong to what was searched for.
    trail = sent_trail() if request.method == "POST" else () if lost else _kept_trail(setup, beside=bool(opened))
    return Asked(
        view=view,
        state=replace(
            state,
            search=form["_q"].strip()[:_LONGEST] if "_q" in form else state.search,
            expression=form["_filter"].strip() if "_filter" in form else state.expression,
            order=order if order.removeprefix("-") in entity.fields.keys() - closed else "",
            base=state.base if state.base in {each.id for each in listed.filters} else "",
        ),
        layout=layout if layout in list_state.LAYOUTS else TABLE,
        setup=setup,
        saved=saved,
        left_out=left,
        lost=lost or (LOST_PAGE if trail is None else ""),
        trail=trail or (),
        opened=opened,
        neighbours=(request.args.get("previous", "")[:100], request.args.get("next", "")[:100]),
        step=request.args["step"] if opened and request.args.get("step") in STEPS else "",
        period=period if (period := request.args.get("period", "")) in PERIODS else PERIODS[0],
        day=request.args.get("day", "")[:10],
    )


def _kept_trail(setup: ListSetup, *, beside: bool) -> tuple[str, ...] | None:
    """Return the cursors that the address names, for pages of this layout; None where they are not known."""
    name, rows = request.args.get("page", ""), 0
    trail: list[str] = []
    while name:
        kept = setup.pages.get(name)
        if not isinstance(kept, Mapping) or len(trail) == MOST_PAGES:
            return None
        trail.insert(0, str(kept["cursor"]))
        name, rows = str(kept["before"]), int(kept["rows"])
    if rows in (0, BESIDE if beside else PAGE):
        return tuple(trail)
    return _beside(tuple(trail)) if beside else ()


def _kept(setup: ListSetup) -> Json:
    """Return what the page holds in its form, or the server under the name in the address; empty for nothing, None for what is not known."""
    if "_state" in request.form:
        try:
            return json.loads(request.form["_state"] or "{}")
        except (ValueError, RecursionError):
            return None
    name = request.args.get("asked", "")
    return setup.asked.get(name) if name else {}


def _read(entity: EntityRuntime, kept: object) -> tuple[ListState, tuple[LeftOut, ...]]:
    return list_state.read(request_context.runtime(), request_context.actor(), entity, kept)


def kept(entity: EntityRuntime, body: object) -> ListState:
    """Return what a saved view asks for, without what means nothing any more."""
    return _read(entity, body)[0]


def sent_trail() -> tuple[str, ...]:
    """Return the cursors of the pages up to the one that a form asks for."""
    form = request.form
    try:
        found = json.loads(form.get("_trail", "") or "[]")
    except (ValueError, RecursionError):
        found = []
    trail = tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
    if form.get("_cursor"):
        return (*trail, form["_cursor"])
    if form.get("_previous"):
        return trail[:-1]
    return trail if "_stay" in form else ()


# addresses -----------------------------------------------------------------------------------------------------------------------


def address(entity_type: str, asked: Asked, **changed: str) -> str:
    """Return the address of the list, with parts of it as they are to be."""
    return url_for("packdesk_ui.records", entity_type=entity_type, **parts(asked, **changed))


def parts(asked: Asked, **changed: str) -> dict[str, str]:
    """Return what an address says of the list, for itself and for what is opened from it and leads back."""
    found = {
        "view": asked.view,
        "order": asked.state.order if asked.token == "" and asked.saved is None else "",
        "layout": asked.layout if asked.layout != TABLE else "",
        "asked": asked.token,
        "page": asked.page,
        "open": asked.opened,
        **(_part_of_calendar(asked) if changed.get("layout", asked.layout) == CALENDAR else {}),
        **changed,
    }
    return {name: value for name, value in found.items() if value}


def given(sent: Mapping[str, str]) -> dict[str, str]:
    """Return what an address that was opened from a list says of it."""
    return {name: sent[name] for name in _PARTS if sent.get(name)}


def _part_of_calendar(asked: Asked) -> dict[str, str]:
    return {"period": asked.period if asked.period != PERIODS[0] else "", "day": asked.day}


# what is open to the person ------------------------------------------------------------------------------------------------------


def open_list(entity: EntityRuntime, language: str) -> ListView:
    """Return the list without the columns, keys of the order and named filters that read what is closed to the person."""
    runtime, who = request_context.runtime(), request_context.actor()
    known = cast("dict[object, ListView]", g.setdefault("ui_open_lists", {}))
    key = (runtime.release, who.login, who.roles, entity.id, language)
    if key not in known:
        known[key] = _open_list(runtime, who, entity, language)
    return known[key]


def _open_list(runtime: Runtime, who: Actor, entity: EntityRuntime, language: str) -> ListView:
    listed, kept = list_view(entity, language), screen_of(runtime, who, entity.id)
    closed = closed_to_order(entity)
    return replace(
        listed,
        columns=tuple(column for column in listed.columns if column.path not in kept.hidden),
        filters=tuple(
            replace(one, sort=_open_order(one.sort, closed)) for one in listed.filters if one.when is None or is_open(runtime, who, entity.id, one.when)
        ),
        sort=_open_order(listed.sort, closed) or (("updated_at", False),),
    )


def _open_order(order: tuple[tuple[str, bool], ...], closed: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    return tuple((path, ascending) for path, ascending in order if path not in closed)


def shown_list(entity: EntityRuntime, asked: Asked, language: str) -> ListView:
    """Return the list with the columns that the view or the person chose."""
    listed = open_list(entity, language)
    hidden = screen_of(request_context.runtime(), request_context.actor(), entity.id).hidden
    chosen = tuple(path for path in asked.state.columns or asked.setup.columns if path not in hidden)
    return replace(listed, columns=chosen_columns(entity, language, chosen)) if chosen else listed


def closed_to_order(entity: EntityRuntime) -> frozenset[str]:
    """Return the fields by which the person can neither order nor filter."""
    kept = screen_of(request_context.runtime(), request_context.actor(), entity.id)
    return kept.hidden | kept.masked


def named_filters(entity: EntityRuntime, language: str) -> tuple[tuple[str, str, str], ...]:
    """Return id, label and address of each named filter of the type's list."""
    found = open_list(entity, language).filters
    return tuple((each.id, each.label, of_page("packdesk_ui.records", entity_type=entity.id, view=each.id)) for each in found)


# meaning -------------------------------------------------------------------------------------------------------------------------


def condition(entity: EntityRuntime, asked: Asked) -> str:
    """Return the named filter, the chips and the typed condition as one."""
    at = Moment(now=request_context.services().clock.now(), zone=request_context.zone())
    named = open_list(entity, shell.language()).condition(asked.state.base)
    given = [source for source in (named, *filter_sources.sources(entity, asked.state.chips, at), asked.state.expression) if source]
    return " && ".join(f"({source})" for source in given) if len(given) > 1 else "".join(given)


def order_of(asked: Asked, listed: ListView) -> tuple[tuple[str, bool], ...]:
    """Return the keys of the order."""
    order = asked.state.order
    return ((order.removeprefix("-"), not order.startswith("-")),) if order else listed.order(asked.state.base)


def first_key(asked: Asked, listed: ListView) -> str:
    """Return the first key of the order, as the head of its column shows it: the field, after a dash where the greatest comes first."""
    path, ascending = order_of(asked, listed)[0]
    return path if ascending else f"-{path}"
