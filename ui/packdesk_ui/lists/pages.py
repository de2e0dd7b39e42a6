"""The page of a list: what was asked for, what was found, and everything around it; htmx gets the parts that changed."""

import json
from dataclasses import dataclass, replace

from flask import Response, request, url_for
from markupsafe import Markup

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy, quick_finds, saved_views, search
from packdesk.records import rows as rows_of
from packdesk.records.list_state import LeftOut
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lists import ListView
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, counts, shell
from packdesk_ui.addresses import of_page
from packdesk_ui.components import Row, body
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists import board as boards
from packdesk_ui.lists import calendar as calendars
from packdesk_ui.lists import chips, split, table, views
from packdesk_ui.lists.asked import Asked
from packdesk_ui.lists.board import Board
from packdesk_ui.lists.calendar import Calendar
from packdesk_ui.lists.chips import ChipView, Editor, FieldGroup
from packdesk_ui.lists.split import Split
from packdesk_ui.lists.views import Link, ViewBar
from packdesk_ui.showing import full_label
from packdesk_ui.telling import sentence

_REFUSED_SEARCH = ("bad_filter", "bad_parameter", "bad_cursor", "not_permitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the search answered."""

    rows: tuple[Row, ...] = ()
    next: str = ""
    count_text: str = ""
    #: Names all that was found, where that is more than the page shows.
    all_text: str = ""
    #: What is wrong with the search, in a sentence.
    fault: str = ""
    board: Board | None = None
    calendar: Calendar | None = None
    #: As on a ``SearchPage``.
    too_many_parties: bool = False

    @property
    def layout(self) -> str:
        """Return how the list is laid out: as was asked for, where the type can be."""
        return asking.BOARD if self.board is not None else asking.CALENDAR if self.calendar is not None else asking.TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What the list templates draw."""

    label: str
    entity_type: str
    layout: str
    columns: tuple[table.Column, ...]
    rows: tuple[Row, ...]
    #: The rows as they are drawn.
    body: Markup
    #: The cards, where the list is a board.
    board: Board | None
    #: The days, where the list is a calendar.
    calendar: Calendar | None
    #: The list as a narrow column, where a record is open beside it.
    split: Split | None
    views: ViewBar
    chips: tuple[ChipView, ...]
    fields: tuple[FieldGroup, ...]
    editor: Editor | None
    #: What the form holds of the state beside what is typed.
    state: str
    search: str
    expression: str
    example: str
    order: str
    #: What a search looks into, as far as a short field can say it.
    hint: str
    #: What a search did not look into, and what to do; empty: into all that it looks into.
    unsearched: str
    trail: str
    number: int
    next: str
    previous: bool
    count_text: str
    #: The button that takes all that was found, where that is more than the page shows.
    all_text: str
    narrowed: bool
    fault: str
    notices: tuple[str, ...]
    action: str
    reset_href: str
    new_href: str
    import_href: str
    export_href: str
    #: The same in a form that can be imported again.
    export_again_href: str
    bulk_href: str
    columns_href: str
    layouts: tuple[Link, ...]
    may_create: bool
    #: Why nothing can be created by somebody whose roles would let him; empty where there is no button for it, or one that works.
    barred: str
    may_import: bool
    may_export: bool
    may_bulk: bool
    #: Whether anything can be done with one of the rows at once.
    acts: bool
    #: View that the list shows, for the way back from a row action.
    view: str


def records(entity_type: str) -> Response:
    """Show the list; htmx gets what changed only."""
    runtime, language = request_context.runtime(), shell.language()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, request_context.actor(), "view", entity_type):
        raise Refused((refused,))
    context = answers.context()
    setup = saved_views.setup(context, entity_type)
    asked = asking.read(entity, setup)
    editor: Editor | None = None
    if request.method == "POST":
        done = chips.changed(entity, asked.state)
        asked, editor = replace(asked, state=done.state), done.editor
        if "_day" in request.form:
            asked = calendars.only_day(entity, asked, request.form["_day"])
        asked.remember(entity_type)
    if asked.step:
        return _step(entity, asked)
    drawn = _page(runtime, entity, asked, editor, language)
    title = entity.entity.plural.in_language(language)
    if drawn.split is not None and not answers.is_part():
        way = (shell.Crumb(title, drawn.split.back), shell.Crumb(asked.opened))
        return answers.page("lists/split.html", title=title, page=drawn, crumbs=way)
    if not answers.is_part():
        return answers.page("records/list.html", status=400 if drawn.fault else 200, title=title, page=drawn, crumbs=(shell.Crumb(title),))
    response = answers.page("records/results.html", status=400 if drawn.fault else 200, title=title, page=drawn)
    response.headers["HX-Push-Url"] = drawn.action
    return response


def _page(runtime: Runtime, entity: EntityRuntime, asked: Asked, editor: Editor | None, language: str) -> ListPage:
    listed = asking.shown_list(entity, asked, language)
    verbs = policy.verbs(runtime, request_context.actor(), entity.id)
    found = _found(entity, asked, listed, language)
    barred = policy.creation_refused(runtime, request_context.actor(), entity.id)
    acts, may_bulk = any(row.actions or row.edit_href for row in found.rows), "bulk" in verbs

    def here(endpoint: str) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id, view=asked.view or None, asked=asked.token or None)

    return ListPage(
        label=entity.entity.label.in_language(language),
        entity_type=entity.id,
        layout=found.layout,
        columns=table.heads(entity, listed.columns),
        rows=found.rows,
        body=body(found.rows, table.row_words(), picks=may_bulk, acts=shell.words("row.acts") if acts else ""),
        board=found.board,
        calendar=found.calendar,
        split=split.split(entity, asked, found.rows, more=bool(found.next)) if asked.opened else None,
        views=views.bar(entity, asked, language),
        chips=chips.views(entity, asked.state.chips),
        fields=chips.offered_fields(entity, (column.path for column in listed.columns)),
        editor=editor,
        state=json.dumps(asked.state.written(), default=list),
        search=asked.state.search,
        expression=asked.state.expression,
        example=_example(entity),
        order=asking.first_key(asked, listed),
        hint=_hint(entity, language),
        unsearched=_unsearched(runtime, entity, language) if found.too_many_parties else "",
        trail=json.dumps(asked.trail),
        number=len(asked.trail) + 1,
        next=found.next,
        previous=bool(asked.trail),
        count_text=found.count_text,
        all_text=found.all_text,
        narrowed=asked.narrowed or asked.view != "",
        fault=found.fault,
        notices=_notices(entity, asked, found, language),
        action=asking.address(entity.id, asked),
        reset_href=url_for("packdesk_ui.records", entity_type=entity.id, view=asked.view or None),
        new_href=of_page("packdesk_ui.new", entity_type=entity.id),
        import_href=of_page("packdesk_ui.imports", entity_type=entity.id),
        export_href=url_for("packdesk_ui.export", entity_type=entity.id, **asking.parts(asked, layout="", page="", open="")),
        export_again_href=url_for("packdesk_ui.export", entity_type=entity.id, to="import", **asking.parts(asked, layout="", page="", open="")),
        bulk_href=url_for("packdesk_ui.bulk", entity_type=entity.id, **asking.parts(asked, open="")),
        columns_href=here("columns"),
        layouts=views.layouts(entity, asked, asked.layout if found.fault else found.layout, found.rows[0].beside if found.rows else ""),
        may_create=barred is None,
        barred=sentence(barred, language) if barred is not None and "create" in verbs else "",
        may_import="import" in verbs,
        may_export="export" in verbs,
        may_bulk=may_bulk,
        acts=acts,
        view=asked.view,
    )


def _unsearched(runtime: Runtime, entity: EntityRuntime, language: str) -> str:
    """Return the sentence that says whose records were not looked for, and what to do."""
    party = runtime.type(entity.fields[entity.entity.party].targets[0])
    return shell.words("list.unsearched", parties=party.entity.plural.in_language(language), most=quick_finds.MOST_PARTIES)


def _hint(entity: EntityRuntime, language: str) -> str:
    """Return the number and the first of the values by which a person finds records of the type."""
    closed = asking.closed_to_order(entity)
    found: list[str] = [entity.fields["number"].label(language)]
    if quick_finds.party_type(request_context.runtime(), request_context.actor(), entity):
        found.append(entity.fields[entity.entity.party].label(language))
    for path in entity.searchable:
        group = path.partition(".")[0]
        if path not in closed and group not in closed:
            found.append(entity.fields[path].label(language) if path in entity.fields else entity.groups[group].group.label.in_language(language))
    return ", ".join(dict.fromkeys(found[:4])) + (", …" if len(found) > 4 else "")


def _found(entity: EntityRuntime, asked: Asked, listed: ListView, language: str) -> Found:
    try:
        if not asked.opened and (laid_out := _laid_out(entity, asked, listed, language)) is not None:
            return laid_out
        # Beside an opened record a row has room for no button.
        drawn = replace(listed, row_actions=()) if asked.opened else listed
        asking_for = table.wanted(entity, drawn, editing=not asked.opened)
        together = rows_of.listed(answers.context(), entity.id, command(entity, asked, listed), asking_for)
        found, rows = together.page, tuple(table.rows(entity, listed, together, asked, language))
    except PackdeskError as error:
        if error.code not in _REFUSED_SEARCH:
            raise
        return Found(fault=" ".join(sentence(finding, language) for finding in findings_of(error)))
    whole = shell.words("picked.all_more" if found.capped else "picked.all", count=found.count) if (found.count or 0) > len(rows) else ""
    return Found(
        rows=rows,
        next=found.next_cursor or "",
        count_text=counts.of_records(found.count, capped=found.capped),
        all_text=whole,
        too_many_parties=found.too_many_parties,
    )


def _laid_out(entity: EntityRuntime, asked: Asked, listed: ListView, language: str) -> Found | None:
    """Return the list as a board or a calendar, where that was asked for and the type has it for this person."""
    if asked.layout == asking.BOARD and (board := boards.board(entity, asked, command(entity, asked, listed), language)) is not None:
        return Found(board=board, too_many_parties=board.too_many_parties)
    if asked.layout == asking.CALENDAR and (drawn := calendars.calendar(entity, asked, command(entity, asked, listed), language)) is not None:
        return Found(calendar=drawn, too_many_parties=drawn.too_many_parties)
    return None


def command(entity: EntityRuntime, asked: Asked, listed: ListView) -> search.SearchCommand:
    """Return the search that a list asks for."""
    return search.SearchCommand(
        filter=asking.condition(entity, asked),
        q=asked.state.search,
        order=asking.order_of(asked, listed),
        limit=asking.BESIDE if asked.opened else asking.PAGE,
        cursor=asked.cursor,
        fields=tuple(column.path for column in listed.columns),
        count=not asked.opened,
    )


def _step(entity: EntityRuntime, asked: Asked) -> Response:
    """Open the record that the step leads to, on whichever page it is; from a place that is not known no step leads."""
    if asked.lost:
        here = replace(asked, opened="" if asked.step == "away" else asked.opened)
        return answers.go(asking.address(entity.id, here), shell.words(f"asked.lost.{asked.lost}"), "warning")
    context, listed = answers.context(), asking.open_list(entity, shell.language())

    def numbers(at: Asked) -> split.Numbers:
        found = search.search(context, entity.id, replace(command(entity, at, listed), count=False, fields=("number",), expand=False))
        return split.Numbers(numbers=tuple(record.number for record in found.rows), cursor=found.next_cursor)

    there = split.stepped(asked, numbers)
    if there is None:
        there, message = replace(asked, step=""), shell.words(f"split.end.{asked.step}")
    else:
        message = ""
    there.remember(entity.id)
    return answers.go(split.address_of(entity, there) if there.opened == asked.opened else asking.address(entity.id, there), message, "info")


def whole(entity: EntityRuntime) -> search.SearchCommand:
    """Return the search for all that the list at this address shows, for a file or a change of all; raises ``unknown_list_search``."""
    asked = asking.known(entity, saved_views.setup(answers.context(), entity.id))
    return replace(command(entity, replace(asked, trail=()), asking.shown_list(entity, asked, shell.language())), count=False)


def _notices(entity: EntityRuntime, asked: Asked, found: Found, language: str) -> tuple[str, ...]:
    """Return what of the request the list does not follow, in sentences."""
    lost = (shell.words(f"asked.lost.{asked.lost}"),) if asked.lost else ()
    left = dict.fromkeys(_left_out(entity, one, language) for one in asked.left_out)
    elsewhere = (shell.words("left.layout"),) if asked.saved is not None and found.layout != asked.layout and not (found.fault or asked.opened) else ()
    return (*lost, *left, *elsewhere)


def _left_out(entity: EntityRuntime, one: LeftOut, language: str) -> str:
    """Return the sentence about what was kept and means nothing any more."""
    label = full_label(entity, one.path, language) if one.path else ""
    return shell.words(f"left.{one.kind}", name=one.name, label=label)


def _example(entity: EntityRuntime) -> str:
    """Return a condition that works for this type, for the empty input."""
    if entity.lifecycle is not None and "status" in entity.fields:
        return f"record.status == '{next(iter(entity.lifecycle.statuses))}'"
    return "record.created_at > now - duration('7 days')"
