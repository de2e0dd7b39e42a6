"""What screens show of an entity type: forms, inputs of actions, lists, the header of a record; from views or generated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import StateKind
from packdesk.model.views import View, ViewSection
from packdesk.runtime.compile import Runtime
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime, LineRuntime, ViewRuntime
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.field_kind import UTC
from packdesk.runtime.field_state import present
from packdesk.runtime.form_fields import FormField, Option, form_field, in_browser
from packdesk.runtime.json_schema import json_schema
from packdesk.runtime.lifecycle import default_status, selectable
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Graph, Line, Record

__all__ = [
    "ActionForm", "Form", "FormField", "FormGroup", "FormSection", "Header", "ListColumn", "ListFilter", "ListView", "Option", "Step",
    "action_form", "form", "json_schema", "list_view", "record_header",
]  # fmt: skip

_NOTHING: Mapping[str, object] = MappingProxyType({})
_LONG = frozenset({Kind.TEXT, Kind.RICH_TEXT, Kind.JSON, Kind.SECRET, Kind.FILE, Kind.ADDRESS})
_GENERATED_COLUMNS = 9
_ENGLISH_GERMAN = {"main": ("Details", "Angaben"), "assignment": ("Assignment", "Zuständigkeit")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """A line group: its rows, and an empty row from which the screen makes new ones."""

    id: str
    label: str
    rows: tuple[tuple[str, tuple[FormField, ...]], ...]
    empty: tuple[FormField, ...]
    min_items: int
    max_items: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """One block of a form: fields, or the rows of a group."""

    id: str
    label: str
    fields: tuple[FormField, ...]
    group: FormGroup | None = None
    side: bool = False
    columns: int = 2
    #: Not there for this record now; the browser may show it by ``present_when``.
    hidden: bool = False
    present_when: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form."""

    entity_type: str
    sections: tuple[FormSection, ...]
    tabs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionForm:
    """What an action asks for."""

    action: str
    label: str
    confirm: str
    fields: tuple[FormField, ...]
    statuses: tuple[Option, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """One column of a list; ``when`` gives the style only to rows where it holds."""

    path: str
    label: str
    kind: str
    show: str = ""
    style: str = ""
    when: Compiled | None = None
    sortable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """A named filter."""

    id: str
    label: str
    when: Compiled | None
    default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list of records of one type."""

    entity_type: str
    label: str
    columns: tuple[ListColumn, ...]
    filters: tuple[ListFilter, ...]
    #: Field path and whether ascending.
    sort: tuple[tuple[str, bool], ...]
    search: tuple[str, ...]
    row_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A status on the way of a record."""

    id: str
    label: str
    state: str
    current: bool
    final: bool
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The head of a record's page."""

    number: str
    title: str
    subtype: str
    status: str
    state: str
    path: tuple[Step, ...]


def form(
    rt: Runtime,
    entity_type: str,
    record: Record | None,
    actor: Actor,
    language: str,
    *,
    graph: Graph,
    now: datetime,
    zone: ZoneInfo = UTC,
    view: str = "",
    values: Mapping[str, object] = _NOTHING,
) -> Form:
    """Return the form of a record, or of a new one (``record`` None) with these values on top of the defaults."""
    entity = rt.type(entity_type)
    at = situation(entity, record, replace(actor, language=language), graph, now, zone=zone, old=record)
    if record is None:
        at = _blank(at, values)
    shown = _view(entity, "form", view)
    blocks = _from_view(at, shown.view) if shown is not None else _generated(at)
    return Form(entity_type=entity_type, sections=tuple(blocks), tabs=shown.view.tabs if shown is not None else _tabs(entity))


def action_form(rt: Runtime, record: Record, action: str, actor: Actor, language: str, *, graph: Graph, now: datetime, zone: ZoneInfo = UTC) -> ActionForm:
    """Return what an action asks for on a record, with what is offered first."""
    entity = rt.type(record.entity_type)
    found = entity.actions.get(action)
    if found is None:
        raise PackdeskError("unknown_action", action=action, entity_type=record.entity_type)
    at = situation(entity, record, replace(actor, language=language), graph, now, zone=zone, old=record)
    fields = []
    for path, field in found.inputs.items():
        if field.field.kind is Kind.STATUS:
            # The status has a control of its own, filled from what the rules permit.
            continue
        held = record.get(path) if path in entity.fields else None
        value = held if held is not None else _first(at, field.field.choices) or at.value(field.default)
        fields.append(form_field(at, field, section=found.action.section, value=value))
    statuses = selectable(at, found.move) if found.move is not None else ()
    known = entity.lifecycle.statuses if entity.lifecycle is not None else {}
    return ActionForm(
        action=action,
        label=found.action.label.in_language(language),
        confirm=found.action.confirm.in_language(language) if found.action.confirm is not None else "",
        fields=tuple(fields),
        statuses=tuple(Option(id=name, label=known[name].label.in_language(language), colour=known[name].colour) for name in statuses),
        status=default_status(at, found.move) if found.move is not None else "",
    )


def list_view(rt: Runtime, entity_type: str, language: str, *, view: str = "") -> ListView:
    """Return the columns, filters, order and search of a type's list."""
    entity = rt.type(entity_type)
    shown = _view(entity, "list", view)
    if shown is None:
        columns = tuple(_column(entity, path, language) for path in _generated_columns(entity))
        sort: tuple[tuple[str, bool], ...] = (("number", False),)
        filters: tuple[ListFilter, ...] = ()
    else:
        known = [path for path in shown.view.columns if path in entity.fields]
        columns = tuple(_column(entity, path, language, shown) for path in known)
        sort = tuple(shown.view.sort.items()) or (("number", False),)
        filters = tuple(
            ListFilter(id=one.id, label=one.label.in_language(language), when=shown.filters[one.id], default=one.default) for one in shown.view.filters.values()
        )
    return ListView(
        entity_type=entity_type,
        label=entity.entity.plural.in_language(language),
        columns=columns,
        filters=filters,
        sort=sort,
        search=entity.searchable,
        row_actions=shown.view.row_actions if shown is not None else (),
    )


def record_header(rt: Runtime, record: Record, graph: Graph, language: str) -> Header:
    """Return number, title, and the statuses of the record's subtype in the lifecycle's order with the current one marked."""
    entity = rt.type(record.entity_type)
    lifecycle, subtype, current = entity.lifecycle, str(record.get("subtype") or ""), record.get("status")
    steps: list[Step] = []
    for name in entity.statuses_for(subtype) if lifecycle is not None else ():
        status = lifecycle.statuses[name] if lifecycle is not None else None
        if status is None or lifecycle is None or not (status.effective or name == current):
            continue
        final = lifecycle.states[status.state].kind is StateKind.FINAL
        steps.append(Step(id=name, label=status.label.in_language(language), state=status.state, current=name == current, final=final, colour=status.colour))
    state = lifecycle.states.get(str(record.get("state"))) if lifecycle is not None else None
    return Header(
        number=record.number,
        title=entity.title(record, graph, language),
        subtype=entity.subtypes[subtype].subtype.label.in_language(language) if subtype in entity.subtypes else "",
        status=next((step.label for step in steps if step.current), ""),
        state=state.label.in_language(language) if state is not None else "",
        path=tuple(steps),
    )


def _view(entity: EntityRuntime, layout: str, wanted: str) -> ViewRuntime | None:
    if wanted in entity.views:
        return entity.views[wanted]
    return next((view for view in entity.views.values() if view.view.layout == layout), None)


def _blank(at: Situation, values: Mapping[str, object]) -> Situation:
    """Return the situation of a record that does not exist yet: first status, given values, defaults in written order."""
    entity = at.entity
    subtype = values.get("subtype") or next((name for name, one in entity.subtypes.items() if one.subtype.default), None)
    start: dict[str, object] = {"id": "", "number": "", "subtype": subtype}
    if entity.lifecycle is not None:
        state = entity.lifecycle.initial.id
        start |= {"state": state, "status": entity.default_status(state, str(subtype or ""))}
    at = at.of(Record(entity.id, {**start, **values}))
    for path, field in entity.fields.items():
        if at.record.get(path) is not None or not present(at, field.section):
            continue
        value = at.value(field.derived) if field.derived is not None else _first(at, field.field.choices) or at.value(field.default)
        if value is not None:
            at = at.of(at.record.having({path: value}))
    return at


def _first(at: Situation, choices: str) -> str | None:
    """Return the member of the subtype's choices that is offered first."""
    subtype = at.entity.subtypes.get(str(at.record.get("subtype") or "")) if choices else None
    return next((choice.id for choice in subtype.subtype.choices.get(choices, {}).values() if choice.default), None) if subtype is not None else None


def _from_view(at: Situation, view: View) -> Iterable[FormSection]:
    for section in view.sections.values():
        label = section.label.in_language(at.language)
        if section.embed:
            yield replace(_embedded(at, section.embed), id=section.id, label=label, side=section.side, columns=section.columns)
            continue
        yield _listed(at, section, label)


def _listed(at: Situation, section: ViewSection, label: str) -> FormSection:
    fields = tuple(form_field(at, at.entity.fields[path], span=span) for path, span in section.fields.items() if path in at.entity.fields)
    group = next((_group(at, at.entity.groups[path]) for path in section.fields if path in at.entity.groups), None)
    return FormSection(id=section.id, label=label, fields=fields, group=group, side=section.side, columns=section.columns)


def _embedded(at: Situation, name: str) -> FormSection:
    """Return a section of the entity type, or a line group, as a block."""
    entity = at.entity
    if name in entity.groups:
        group = _group(at, entity.groups[name])
        return FormSection(id=name, label=group.label, fields=(), group=group)
    section = entity.sections[name]
    fields = tuple(form_field(at, entity.fields[path], section=name) for path in section.fields)
    return FormSection(
        id=name,
        label=section.section.label.in_language(at.language),
        fields=fields,
        hidden=not present(at, name),
        present_when=in_browser(section.present_when),
    )


def _group(at: Situation, group: LineRuntime) -> FormGroup:
    empty = Line("", {name: at.value(field.default) for name, field in group.fields.items() if not isinstance(field.default, Compiled)})
    rows = at.record.lines.get(group.group.id, ())
    return FormGroup(
        id=group.group.id,
        label=group.group.label.in_language(at.language),
        rows=tuple((line.id, tuple(form_field(at, field, line=line) for field in group.fields.values())) for line in rows),
        empty=tuple(form_field(at, field, line=empty) for field in group.fields.values()),
        min_items=group.group.min_items,
        max_items=group.group.max_items,
    )


def _generated(at: Situation) -> Iterable[FormSection]:
    """Yield a good form for a type without one: its own fields, its sections and rows, the assignment beside."""
    entity = at.entity
    head = [name for name in ("subtype", "status", "privacy_level") if name in entity.fields]
    own = [path for path, field in entity.fields.items() if not field.engine and not field.section and field.visible is not False]
    fields = tuple(form_field(at, entity.fields[path], span=2 if entity.fields[path].field.kind in _LONG else 1) for path in (*head, *own))
    yield FormSection(id="main", label=_word("main", at.language), fields=fields)
    for name in (*entity.sections, *entity.groups):
        yield _embedded(at, name)
    if ASSIGNMENT[0] in entity.fields:
        fields = tuple(form_field(at, entity.fields[path]) for path in ASSIGNMENT)
        yield FormSection(id="assignment", label=_word("assignment", at.language), fields=fields, side=True, columns=1)


def _word(name: str, language: str) -> str:
    return _ENGLISH_GERMAN[name][language == "de"]


def _tabs(entity: EntityRuntime) -> tuple[str, ...]:
    told = tuple(name for name in ("notes", "attachments") if name in entity.entity.capabilities)
    return (*entity.connections, *told, "history")


def _generated_columns(entity: EntityRuntime) -> tuple[str, ...]:
    own = [
        path
        for path, field in entity.fields.items()
        if not field.engine
        and field.field.listable
        and not field.field.sensitive
        and not field.section
        and field.field.kind not in _LONG
        and field.visible is not False
    ]
    first = [name for name in ("number", "subtype", "status") if name in entity.fields]
    last = [name for name in ("assigned_unit", "assigned_user", "updated_at") if name in entity.fields]
    return (*first, *own[: _GENERATED_COLUMNS - len(first) - len(last)], *last)


def _column(entity: EntityRuntime, path: str, language: str, shown: ViewRuntime | None = None) -> ListColumn:
    field = entity.fields[path]
    column = shown.view.columns[path] if shown is not None else None
    label = column.label.in_language(language) if column is not None and column.label is not None else field.label(language)
    badge = "badge" if field.field.kind is Kind.STATUS and column is None else ""
    return ListColumn(
        path=path,
        label=label,
        kind=field.field.kind.value,
        show=column.show if column is not None else badge,
        style=column.style if column is not None else "",
        when=shown.columns.get(path) if shown is not None else None,
        sortable=path not in entity.computed_on_read and not field.targets,
    )
