"""The list of an entity type: columns of its view, named filters, quick search, a typed condition, keyset pages.

What somebody searches for travels in the body of the form, never in the address; the address holds the view and the order.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, request, url_for

from packdesk.errors import PackdeskError, sentence
from packdesk.model.entity_types import Kind
from packdesk.records import policy, search
from packdesk.records.drafts import zone_named
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime, FieldRuntime, ViewRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, people, shell
from packdesk_ui.showing import Reader, Shown

PAGE = 25
_DEFAULT_COLUMNS = 8
_ENGINE_COLUMNS = ("number", "subtype", "status", "assigned_unit", "assigned_user", "updated_at")
_UNSORTABLE = frozenset({Kind.OPTIONS, Kind.REFERENCES, Kind.JSON, Kind.ADDRESS, Kind.SECRET, Kind.FILE, Kind.TEXT, Kind.RICH_TEXT})
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
    """A column of the list."""

    id: str
    label: str
    sortable: bool
    right: bool
    field: FieldRuntime
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record in the list."""

    number: str
    cells: tuple[Shown, ...]


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


def records(entity_type: str) -> Response:
    """Show the list; htmx gets the results only."""
    runtime, who, language = request_context.runtime(), request_context.actor(), shell.language()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, who, "view", entity_type):
        raise PackdeskError(refused.code, **refused.facts)
    asked = _asked(entity)
    drawn = _page(runtime, entity, asked, language)
    status = 400 if drawn.fault else 200
    template = "records/results.html" if answers.is_part() else "records/list.html"
    title = entity.entity.plural.in_language(language)
    return answers.page(template, status=status, title=title, page=drawn, crumbs=(shell.Crumb(title),))


def _asked(entity: EntityRuntime) -> Asked:
    known = {name for name, _, _ in named_filters(entity, "en")}
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
        view=view if view in known else _default_filter(entity),
        order=order if order.removeprefix("-") in entity.fields else "",
        search=form.get("_q", "").strip()[:_LONGEST],
        expression=form.get("_filter", "").strip(),
        cursor=trail[-1] if trail else "",
        trail=trail,
    )


def asked_by_address(entity: EntityRuntime) -> Asked:
    """Return what the address alone asks for: the view."""
    known = {name for name, _, _ in named_filters(entity, "en")}
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
    columns = columns_of(runtime, entity, language)
    verbs = policy.verbs(runtime, who, entity.id)
    fault, following, count = "", "", ""
    rows: tuple[Row, ...] = ()
    try:
        found = search.search(answers.context(), entity.id, command(entity, asked, columns))
        reader = _reader(runtime, found.references, language)
        rows = tuple(_row(record, columns, reader, entity.id) for record in found.rows)
        following, count = found.next_cursor or "", _count_text(found.count, found.capped)
    except PackdeskError as error:
        if error.code not in ("bad_filter", "bad_parameter", "bad_cursor"):
            raise
        fault = " ".join(sentence(finding, language) for finding in findings_of(error))

    def here(endpoint: str) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id)

    return ListPage(
        label=entity.entity.label.in_language(language),
        columns=columns,
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
    )


def command(entity: EntityRuntime, asked: Asked, columns: tuple[Column, ...]) -> "search.SearchCommand":
    """Return the search that a list asks for."""
    order = ((asked.order.removeprefix("-"), not asked.order.startswith("-")),) if asked.order else _own_order(entity)
    return search.SearchCommand(
        filter=condition(entity, asked), q=asked.search, order=order, limit=PAGE, cursor=asked.cursor, fields=tuple(column.id for column in columns), count=True
    )


def condition(entity: EntityRuntime, asked: Asked) -> str:
    """Return the named filter and the typed condition as one."""
    view = _list_view(entity)
    named = view.view.filters.get(asked.view) if view is not None else None
    sources = [named.when.source if named is not None and named.when is not None else "", asked.expression]
    given = [source for source in sources if source]
    return " && ".join(f"({source})" for source in given) if len(given) > 1 else "".join(given)


def columns_of(runtime: Runtime, entity: EntityRuntime, language: str) -> tuple[Column, ...]:
    """Return the columns of the pack's list view, else a good choice; without those the person may not see."""
    hidden = policy.closed_fields(runtime, request_context.actor(), "view", entity.id)
    return tuple(column for column in _columns(entity, language) if column.id not in hidden)


def _columns(entity: EntityRuntime, language: str) -> Iterator[Column]:
    view = _list_view(entity)
    if view is not None and view.view.columns:
        for path, column in view.view.columns.items():
            if path in entity.fields:
                label = column.label.in_language(language) if column.label else ""
                yield _column(entity.fields[path], language, label, "late" if column.style == "danger" else "")
        return
    own = [path for path, each in entity.fields.items() if not each.engine and not each.section and each.field.listable and each.field.kind not in _UNSORTABLE]
    engine = [path for path in _ENGINE_COLUMNS if path in entity.fields]
    for path in [engine[0], *own[: _DEFAULT_COLUMNS - len(engine)], *engine[1:]]:
        yield _column(entity.fields[path], language, "", "")


def _column(each: FieldRuntime, language: str, label: str, style: str) -> Column:
    kind = each.field.kind
    return Column(id=each.path, label=label or each.label(language), sortable=kind not in _UNSORTABLE, right=kind in _RIGHT, field=each, style=style)


def _row(record: Record, columns: tuple[Column, ...], reader: Reader, entity_type: str) -> Row:
    cells = []
    for column in columns:
        cell = reader.show(column.field.field, record.get(column.id), label=column.label, targets=column.field.targets)
        if column.id == "number":
            cell = Shown(label=column.label, text=record.number, href=url_for("packdesk_ui.record", entity_type=entity_type, number=record.number))
        elif column.style and cell.text:
            cell = Shown(label=column.label, text=cell.text, style=column.style)
        cells.append(cell)
    return Row(number=record.number, cells=tuple(cells))


def _reader(runtime: Runtime, references: object, language: str) -> Reader:
    zone = zone_named(request_context.actor().time_zone)
    return Reader(model=runtime.model, language=language, zone=zone, references=references, person=people.name_of, brief=True)  # type: ignore[arg-type]


def named_filters(entity: EntityRuntime, language: str) -> tuple[tuple[str, str, str], ...]:
    """Return id, label and address of each named filter of the type's list."""
    view = _list_view(entity)
    filters = view.view.filters if view is not None else {}
    return tuple((name, each.label.in_language(language), url_for("packdesk_ui.records", entity_type=entity.id, view=name)) for name, each in filters.items())


def _default_filter(entity: EntityRuntime) -> str:
    view = _list_view(entity)
    filters = view.view.filters if view is not None else {}
    return next((name for name, each in filters.items() if each.default), next(iter(filters), ""))


def _list_view(entity: EntityRuntime) -> ViewRuntime | None:
    return next((view for view in entity.views.values() if view.view.layout == "list"), None)


def _own_order(entity: EntityRuntime) -> tuple[tuple[str, bool], ...]:
    view = _list_view(entity)
    given = tuple((path, ascending) for path, ascending in view.view.sort.items() if path in entity.fields) if view is not None else ()
    return given or (("updated_at", False),)


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
