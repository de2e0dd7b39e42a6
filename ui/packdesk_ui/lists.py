"""The list of an entity type: columns of its view, named filters, quick search, a typed condition, keyset pages.

What somebody searches for travels in the body of the form, never in the address; the address holds the view and the order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Response, request, url_for

from packdesk.errors import PackdeskError, Refused, sentence
from packdesk.model.entity_types import Kind
from packdesk.records import policy, search
from packdesk.records.drafts import zone_named
from packdesk.records.rows import row_states
from packdesk.records.screening import is_open, screen_of
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lifecycle import ActionState
from packdesk.runtime.lists import ListColumn, ListView, list_view
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, people, shell
from packdesk_ui.showing import Reader, Shown

PAGE = 25
#: Styles of a column as the stylesheet names them.
_STYLES = {"danger": "late"}
_RIGHT = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A named filter as a link."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column."""

    id: str
    label: str
    sortable: bool
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAction:
    """What can be done with a row at once."""

    label: str
    icon: str
    href: str
    #: Needs no inputs and no confirmation: the button does it.
    plain: bool
    key: str
    #: Says of which row, for those who do not see where the button stands.
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record in the list."""

    number: str
    cells: tuple[Shown, ...]
    actions: tuple[RowAction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the list was asked for."""

    view: str
    order: str
    search: str
    expression: str
    cursor: str
    #: Cursors of the pages before this one, for going back.
    trail: tuple[str, ...]

    @property
    def narrowed(self) -> bool:
        """Say whether anything was searched for."""
        return bool(self.search or self.expression)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What the list template draws."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    filters: tuple[View, ...]
    search: str
    expression: str
    example: str
    order: str
    trail: str
    number: int
    next: str
    previous: bool
    count_text: str
    narrowed: bool
    fault: str
    action: str
    reset_href: str
    new_href: str
    import_href: str
    export_href: str
    bulk_href: str
    may_create: bool
    may_import: bool
    may_export: bool
    may_bulk: bool
    #: Whether the type has row actions at all.
    acts: bool
    #: Named filter that the list shows, for the way back from a row action.
    view: str


def records(entity_type: str) -> Response:
    """Show the list; htmx gets the results only."""
    runtime, who, language = request_context.runtime(), request_context.actor(), shell.language()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, who, "view", entity_type):
        raise Refused((refused,))
    asked = _asked(entity)
    drawn = _page(runtime, entity, asked, language)
    status = 400 if drawn.fault else 200
    template = "records/results.html" if answers.is_part() else "records/list.html"
    title = entity.entity.plural.in_language(language)
    return answers.page(template, status=status, title=title, page=drawn, crumbs=(shell.Crumb(title),))


def _asked(entity: EntityRuntime) -> Asked:
    listed = _open_list(entity, shell.language())
    view = request.args.get("view", "")
    form = request.form
    order = form.get("_order") or request.args.get("order", "") or form.get("_sorted", "")
    trail = _trail(form.get("_trail", ""))
    if form.get("_cursor"):
        trail = (*trail, form["_cursor"])
    elif form.get("_previous"):
        trail = trail[:-1]
    else:
        trail = ()
    return Asked(
        view=view if view in {each.id for each in listed.filters} else listed.first_filter,
        order=order if order.removeprefix("-") in entity.fields.keys() - _closed(entity) else "",
        search=form.get("_q", "").strip()[:_LONGEST],
        expression=form.get("_filter", "").strip(),
        cursor=trail[-1] if trail else "",
        trail=trail,
    )


def asked_by_address(entity: EntityRuntime) -> Asked:
    """Return what the address alone asks for: the view."""
    known = {each.id for each in _open_list(entity, shell.language()).filters}
    view = request.args.get("view", "")
    return Asked(view=view if view in known else "", order="", search="", expression="", cursor="", trail=())


def _trail(text: str) -> tuple[str, ...]:
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return ()
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def _page(runtime: Runtime, entity: EntityRuntime, asked: Asked, language: str) -> ListPage:
    who = request_context.actor()
    listed = _open_list(entity, language)
    columns, closed = listed.columns, _closed(entity)
    verbs = policy.verbs(runtime, who, entity.id)
    fault, following, count = "", "", ""
    rows: tuple[Row, ...] = ()
    try:
        found = search.search(answers.context(), entity.id, _command(entity, asked, listed, columns))
        rows = tuple(_rows(runtime, entity, listed, columns, found, language))
        following, count = found.next_cursor or "", _count_text(found.count, found.capped)
    except PackdeskError as error:
        if error.code not in ("bad_filter", "bad_parameter", "bad_cursor"):
            raise
        fault = " ".join(sentence(finding, language) for finding in findings_of(error))

    def here(endpoint: str) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id)

    return ListPage(
        label=entity.entity.label.in_language(language),
        columns=tuple(
            Column(id=each.path, label=each.label, sortable=each.sortable and each.path not in closed, right=each.field.field.kind in _RIGHT)
            for each in columns
        ),
        rows=rows,
        filters=tuple(View(label=label, href=href, current=name == asked.view) for name, label, href in named_filters(entity, language)),
        search=asked.search,
        expression=asked.expression,
        example=_example(entity),
        order=asked.order,
        trail=json.dumps(asked.trail),
        number=len(asked.trail) + 1,
        next=following,
        previous=bool(asked.trail),
        count_text=count,
        narrowed=asked.narrowed or asked.view != "",
        fault=fault,
        action=url_for("packdesk_ui.records", entity_type=entity.id, view=asked.view or None),
        reset_href=url_for("packdesk_ui.records", entity_type=entity.id, view=asked.view or None),
        new_href=here("new"),
        import_href=here("imports"),
        export_href=url_for("packdesk_ui.export", entity_type=entity.id, view=asked.view or None),
        bulk_href=here("bulk"),
        may_create="create" in verbs,
        may_import="import" in verbs,
        may_export="export" in verbs,
        may_bulk="bulk" in verbs,
        acts="act" in verbs and any(row.actions for row in rows),
        view=asked.view,
    )


def _command(entity: EntityRuntime, asked: Asked, listed: ListView, columns: tuple[ListColumn, ...]) -> search.SearchCommand:
    """Return the search that a list asks for."""
    order = ((asked.order.removeprefix("-"), not asked.order.startswith("-")),) if asked.order else listed.sort
    return search.SearchCommand(
        filter=condition(entity, asked),
        q=asked.search,
        order=order,
        limit=PAGE,
        cursor=asked.cursor,
        fields=tuple(column.path for column in columns),
        count=True,
    )


def condition(entity: EntityRuntime, asked: Asked) -> str:
    """Return the named filter and the typed condition as one."""
    sources = [_open_list(entity, shell.language()).condition(asked.view), asked.expression]
    given = [source for source in sources if source]
    return " && ".join(f"({source})" for source in given) if len(given) > 1 else "".join(given)


def _open_list(entity: EntityRuntime, language: str) -> ListView:
    """Return the list without the columns, keys of the order and named filters that read what is closed to the person."""
    runtime, who = request_context.runtime(), request_context.actor()
    listed, kept = list_view(entity, language), screen_of(runtime, who, entity.id)
    closed = _closed(entity)
    return replace(
        listed,
        columns=tuple(column for column in listed.columns if column.path not in kept.hidden),
        filters=tuple(one for one in listed.filters if one.when is None or is_open(runtime, who, entity.id, one.when)),
        sort=tuple((path, ascending) for path, ascending in listed.sort if path not in closed) or (("updated_at", False),),
    )


def _closed(entity: EntityRuntime) -> frozenset[str]:
    """Return the fields by which the person cannot order the list."""
    kept = screen_of(request_context.runtime(), request_context.actor(), entity.id)
    return kept.hidden | kept.masked


def _rows(  # noqa: PLR0917 - what a row is made of
    runtime: Runtime, entity: EntityRuntime, listed: ListView, columns: tuple[ListColumn, ...], found: search.SearchPage, language: str
) -> Iterator[Row]:
    """Yield the rows with what can be done with each and where a column's condition holds."""
    reader = _reader(runtime, found.references, language)
    conditions = {column.path: column.when for column in columns if column.when is not None}
    may_act = "act" in policy.verbs(runtime, request_context.actor(), entity.id)
    actions = listed.row_actions if may_act else ()
    states = row_states(answers.context(), entity.id, (record.id for record in found.rows), conditions=conditions, actions=actions)
    for record in found.rows:
        state = states.get(record.id)
        marked = state.marked if state is not None else frozenset()
        cells = tuple(_cell(record, column, reader, entity.id, styled=column.when is None or column.path in marked) for column in columns)
        offered = tuple(_row_action(entity.id, record.number, each, language) for each in state.actions) if state is not None else ()
        yield Row(number=record.number, cells=cells, actions=offered)


def _cell(record: Record, column: ListColumn, reader: Reader, entity_type: str, *, styled: bool) -> Shown:
    if column.path == "number":
        return Shown(label=column.label, text=record.number, href=url_for("packdesk_ui.record", entity_type=entity_type, number=record.number))
    value = record.get(column.path)
    cell = reader.show(column.field.field, value, label=column.label, targets=column.field.targets)
    if column.show == "badge" and not cell.badge and cell.text:
        # A yes is worth a badge, a no is the usual.
        cell = replace(cell, badge="" if value is False else "blue", text="" if value is False else cell.text)
    return replace(cell, style=_STYLES.get(column.style, ""), badge="") if styled and column.style and cell.text else cell


def _row_action(entity_type: str, number: str, state: ActionState, language: str) -> RowAction:
    action = state.action
    label = action.label.in_language(language)
    return RowAction(
        label=label,
        icon=action.icon,
        href=url_for("packdesk_ui.act", entity_type=entity_type, number=number, action=action.id),
        plain=not (state.inputs or action.confirm is not None or len(state.statuses) > 1),
        key=answers.new_key(),
        name=f"{label}: {number}",
    )


def _reader(runtime: Runtime, references: object, language: str) -> Reader:
    zone = zone_named(request_context.actor().time_zone)
    return Reader(model=runtime.model, language=language, zone=zone, references=references, person=people.name_of, brief=True)  # type: ignore[arg-type]


def named_filters(entity: EntityRuntime, language: str) -> tuple[tuple[str, str, str], ...]:
    """Return id, label and address of each named filter of the type's list."""
    found = _open_list(entity, language).filters
    return tuple((each.id, each.label, url_for("packdesk_ui.records", entity_type=entity.id, view=each.id)) for each in found)


def _example(entity: EntityRuntime) -> str:
    """Return a condition that works for this type, for the empty input."""
    if entity.lifecycle is not None and "status" in entity.fields:
        return f"record.status == '{next(iter(entity.lifecycle.statuses))}'"
    return "record.created_at > now - duration('7 days')"


def _count_text(count: int | None, capped: bool) -> str:
    if count is None:
        return ""
    if capped:
        return shell.words("count.more", count=f"{count:,}" if shell.language() == "en" else f"{count:,}".replace(",", "."))
    return shell.words("count.one") if count == 1 else shell.words("count.many", count=count)
