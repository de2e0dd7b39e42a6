"""The page of a record for the desk: its main values on top, then tabs of what belongs to it, each a list that is worked in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import Response, request, url_for
from markupsafe import Markup

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.records import policy, search
from packdesk.records import read as reading
from packdesk.records import related as belonging
from packdesk.records.looking import Look, looked
from packdesk.records.outcome import RecordView
from packdesk.records.related import RelatedTab
from packdesk.records.rows import ListedPage, listed_in
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.header import record_header
from packdesk.runtime.lifecycle import is_locked
from packdesk.runtime.tab_sets import DeskTab, TabSet, reached_by, tab_set
from packdesk.runtime.values import Line, Record
from packdesk.web import request_context
from packdesk_ui import answers, counts, facts, people, related, shell
from packdesk_ui.components import Row, body
from packdesk_ui.editing import crumbs
from packdesk_ui.facts import Block
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists import table
from packdesk_ui.showing import Reader, Shown, Status, tone_of

#: Records on a page of a tab: beside the main values there is room for so many.
PAGE = 10
_INSIDE = "desk-inside"
_CALL = "click_to_call"
_KEYED = 9
_NOTHING = ListedPage(page=search.SearchPage(rows=()), states={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A main value, and the numbers in it that are called with one press."""

    shown: Shown
    calls: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab as a link that opens it."""

    id: str
    label: str
    #: ``12``, or ``100+``; empty for values of the record itself.
    count: str
    href: str
    current: bool
    #: The digit that presses it; empty: none.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page of the records in the open tab; the names are those that the pager draws."""

    label: str
    columns: tuple[table.Column, ...]
    rows: tuple[Row, ...]
    #: The rows as they are drawn.
    body: Markup
    acts: bool
    count_text: str
    number: int
    previous: bool
    next: str
    trail: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """What the template of the desk draws."""

    icon: str
    type_label: str
    number: str
    title: str
    status: Status | None
    summary: tuple[Fact, ...]
    tabs: tuple[Tab, ...]
    #: What stands in the open tab: records, or values of the record.
    listed: Listed | None
    blocks: tuple[Block, ...]
    new: tuple[related.New, ...]
    #: Where all of the form is opened, and its words.
    more_href: str
    more: str
    record_href: str
    #: This page with its open tab, for what is done from it.
    here: str


def desk(entity_type: str, number: str) -> Response:
    """Show a record for the desk, or only what stands in one of its tabs."""
    found = tab_set(request_context.runtime().type(entity_type))
    if found is None:
        raise PackdeskError("unknown_page")
    page = looked(answers.context(), lambda look: _page(look, entity_type, number, found))
    if request.headers.get("HX-Target") == _INSIDE:
        return answers.page("records/parts/desk_tab.html", page=page)
    entity = request_context.runtime().type(entity_type)
    title = found.label.in_language(shell.language())
    return answers.page("records/desk.html", title=f"{page.number} · {title}", page=page, crumbs=crumbs(entity, title, page.number))


def desk_href(entity: EntityRuntime, number: str) -> str:
    """Return the address of a record's desk; empty for a type that has none."""
    return url_for("packdesk_ui.desk", entity_type=entity.id, number=number) if tab_set(entity) is not None else ""


def _page(look: Look, entity_type: str, number: str, found: TabSet) -> DeskPage:
    view = reading.view(look.work, entity_type, number, links=False)
    entity, record = look.runtime.type(entity_type), view.record
    ways = {tab.id: (tab.way, tab.records) for tab in found.tabs if tab.way is not None}
    known = belonging.counted(look.work, record, ways)
    tabs = tuple(tab for tab in found.tabs if tab.way is None or (tab.id in known and _asked(look, entity, record, known[tab.id]) is not None))
    opened = next((tab for tab in tabs if tab.id == request.args.get("tab")), tabs[0] if tabs else None)
    head = record_header(entity, record, look.language)
    reader = Reader(model=look.runtime.model, language=look.language, zone=look.zone, references=view.references, person=people.name_of)
    own = opened is not None and opened.way is None
    return DeskPage(
        icon=shell.icon_of(entity.entity),
        type_label=entity.entity.label.in_language(look.language),
        number=record.number,
        title=view.title or record.number,
        status=Status(label=head.status_label, tone=tone_of(entity.lifecycle, head.status)) if head.status else None,
        summary=tuple(_summary(entity, view, reader, found)),
        tabs=tuple(_tab(look, record, tab, known, place, current=tab is opened) for place, tab in enumerate(tabs, start=1)),
        listed=_listed(look, entity, record, opened, known[opened.id]) if opened is not None and not own else None,
        blocks=tuple(block for _, block in facts.blocks_of(look, entity, view, reader, Layout.MODAL)) if own else (),
        new=tuple(related.news(look, record, known[opened.id])) if opened is not None and not own else (),
        more_href=url_for("packdesk_ui.edit", entity_type=entity.id, number=record.number)
        if own and "edit" in view.verbs and not is_locked(entity, record)
        else "",
        more=opened.more.in_language(look.language) if opened is not None and opened.more is not None else shell.words("edit"),
        record_href=url_for("packdesk_ui.record", entity_type=entity.id, number=record.number),
        here=_href(record, opened),
    )


def _href(record: Record, tab: DeskTab | None) -> str:
    return url_for("packdesk_ui.desk", entity_type=record.entity_type, number=record.number, tab=tab.id if tab is not None else None)


def _tab(look: Look, record: Record, tab: DeskTab, known: Mapping[str, RelatedTab], place: int, *, current: bool) -> Tab:
    return Tab(
        id=tab.id,
        label=tab.label.in_language(look.language),
        count=related.count_text(known[tab.id]) if tab.id in known else "",
        href=_href(record, tab),
        current=current,
        key=str(place) if place <= _KEYED else "",
    )


# records of a tab ----------------------------------------------------------------------------------------------------------------


def _asked(look: Look, entity: EntityRuntime, record: Record, tab: RelatedTab) -> search.SearchCommand | None:
    """Return the search for the records of a tab; None where no search can tell them."""
    if tab.way.how == "field":
        return search.SearchCommand(equals={tab.way.stored: record.id})
    condition = related.condition(look, entity, record, tab)
    return search.SearchCommand(filter=condition) if condition else None


def _listed(look: Look, entity: EntityRuntime, record: Record, tab: DeskTab, known: RelatedTab) -> Listed:
    other, language = look.runtime.type(tab.records), look.language
    whole = asking.open_list(other, language)
    # That they belong to this record needs no column.
    here = known.way.stored if known.way.how == "field" else ""
    actions = tuple(name for name in tab.row_actions if name in other.actions)
    shown = replace(whole, columns=tuple(column for column in whole.columns if column.path != here), row_actions=actions)
    trail = asking.sent_trail() if request.method == "POST" else ()
    asked = _asked(look, entity, record, known) or search.SearchCommand()
    command = replace(asked, order=shown.sort, limit=PAGE, cursor=trail[-1] if trail else "", fields=tuple(column.path for column in shown.columns))
    together = listed_in(look.work, other.id, command, table.wanted(other, shown, blocked=True)) if known.count else _NOTHING
    found, rows = together.page, tuple(table.rows(other, shown, together, None, language))
    acts = "act" in policy.verbs(look.runtime, look.context.actor, other.id) and any(row.actions for row in rows)
    return Listed(
        label=tab.label.in_language(language),
        columns=table.heads(other, shown.columns),
        rows=rows,
        body=body(rows, table.row_words(), picks=False, acts=shell.words("steps") if acts else ""),
        acts=acts,
        count_text=counts.of_records(known.count - known.capped, capped=known.capped),
        number=len(trail) + 1,
        previous=bool(trail),
        next=found.next_cursor,
        trail=json.dumps(trail),
        action=_href(record, tab),
    )


# main values ---------------------------------------------------------------------------------------------------------------------


def _summary(entity: EntityRuntime, view: RecordView, reader: Reader, found: TabSet) -> Iterator[Fact]:
    """Yield the main values that the person may see and that say something."""
    for path, show in found.summary:
        if path in view.hidden:
            continue
        if path in entity.groups:
            yield from _group(entity, view.record.lines.get(path, ()), reader, path, calls=show == _CALL)
        elif path in view.masked:
            yield Fact(shown=Shown(label=entity.fields[path].label(reader.language), text=facts.MASK))
        else:
            yield from _value(entity, view, reader, path, show)


def _value(entity: EntityRuntime, view: RecordView, reader: Reader, path: str, show: str) -> Iterator[Fact]:
    fact = facts.fact(entity, view, reader, path)
    if show == "badge" and fact.text and not fact.badge:
        # A yes is worth a badge, and says by its field what it is about; a no is the usual.
        told = view.record.get(path)
        fact = replace(fact, badge="blue", text=fact.label if told is True else fact.text) if told is not False else replace(fact, text="")
    if fact.text:
        yield Fact(shown=fact, calls=(fact,) if show == _CALL and entity.fields[path].field.kind is Kind.PHONE else ())


def _group(entity: EntityRuntime, lines: tuple[Line, ...], reader: Reader, group: str, *, calls: bool) -> Iterator[Fact]:
    """Yield the rows of a line group as one value: each by the number or address that it holds, and what is said of it."""
    if not lines:
        return
    label = entity.groups[group].group.label.in_language(reader.language)
    rows = tuple(_row(entity, line, reader, group) for line in lines)
    called = calls and all(row.href.startswith("tel:") for row in rows)
    linked = all(row.href for row in rows)
    yield Fact(shown=Shown(label=label, text="; ".join(row.text for row in rows), links=rows if linked else ()), calls=rows if called else ())


def _row(entity: EntityRuntime, line: Line, reader: Reader, group: str) -> Shown:
    fields, main = entity.groups[group].fields, reached_by(entity, group)
    shown = {name: reader.show(each.field, line.values.get(name), targets=each.targets) for name, each in fields.items()}
    if not main:
        return Shown(label="", text=" ".join(one.text for one in shown.values() if one.text))
    rest = ", ".join(one.text for name, one in shown.items() if name != main and one.text)
    return Shown(label="", text=f"{shown[main].text} ({rest})" if rest else shown[main].text, href=shown[main].href)
