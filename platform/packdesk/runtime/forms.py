"""The forms of records and actions as values: blocks, fields, rows of groups and links, with what holds now; doors only draw them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.runtime.compile import Runtime
from packdesk.runtime.engine_columns import ASSIGNMENT, NORMAL
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, FieldRuntime, LineRuntime
from packdesk.runtime.field_kind import UTC
from packdesk.runtime.field_state import present
from packdesk.runtime.form_fields import FormField, Option, form_field
from packdesk.runtime.form_rules import FormRules
from packdesk.runtime.layout import Part, is_held, link_rows, parts_of
from packdesk.runtime.lifecycle import default_status, selectable
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.starting import first_value
from packdesk.runtime.values import Actor, Graph, Line, Record

_NOTHING: Mapping[str, object] = MappingProxyType({})
#: Columns of the engine that a form may hold.
_ENGINE_INPUTS = (*ASSIGNMENT, "status", "privacy_level")
_OTHER = frozenset({"subtype"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLinks:
    """The records at the other end of a relation, named in one control."""

    path: str
    label: str
    many: bool
    targets: tuple[str, ...]
    readonly: bool = False
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FormGroup:
    """Rows of fields, and an empty row from which the screen makes new ones."""

    id: str
    label: str
    #: Id of each row, empty for a new one, with its fields.
    rows: tuple[tuple[str, tuple[FormField, ...]], ...]
    empty: tuple[FormField, ...]
    min_items: int
    max_items: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """One block of a form: fields and links, rows, or both."""

    id: str
    label: str
    fields: tuple[FormField | FormLinks, ...] = ()
    groups: tuple[FormGroup, ...] = ()
    side: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A whole form."""

    entity_type: str
    sections: tuple[FormSection, ...]
    #: What the conditions read that the browser evaluates, beside the controls.
    environment: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for beside a record's own form: an action's inputs, an assignment, one field of many records."""

    fields: tuple[FormField, ...]
    environment: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Who fills a form in, and on which occasion."""

    #: The record does not exist yet.
    new: bool = False
    #: Paths that this person may not change, and may not see.
    closed: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    #: Paths whose value is given by what opened the form.
    fixed: frozenset[str] = frozenset()


def fields_of(entity: EntityRuntime) -> Mapping[str, FieldRuntime]:
    """Return the fields that the form of a record can hold, by path."""
    return {path: each for path, each in entity.fields.items() if not each.engine or path in _ENGINE_INPUTS}


def groups_of(entity: EntityRuntime) -> Mapping[str, LineRuntime]:
    """Return what a form holds as rows: line groups, and relations whose links have fields of their own."""
    linked = {name: link_rows(entity, name) for name, each in entity.relations.items() if is_held(entity, name) and each.relation.fields}
    return {**entity.groups, **linked}


def links_of(entity: EntityRuntime) -> tuple[str, ...]:
    """Return the relations that a form holds in one control each."""
    return tuple(name for name, each in entity.relations.items() if is_held(entity, name) and not each.relation.fields)


def begun(rt: Runtime, entity_type: str, actor: Actor, *, graph: Graph, now: datetime, zone: ZoneInfo = UTC, values: Mapping[str, object] = _NOTHING) -> Record:
    """Return a record that does not exist yet: these values, the first status, and what defaults offer, each in written order."""
    entity = rt.type(entity_type)
    subtype = values.get("subtype") or next((name for name, one in entity.subtypes.items() if one.subtype.default), None)
    start: dict[str, object] = {**dict.fromkeys(entity.fields), "id": "", "number": "", "version": 0, "subtype": subtype, "privacy_level": NORMAL}
    if entity.lifecycle is not None:
        state = entity.lifecycle.initial.id
        start |= {"state": state, "status": entity.default_status(state, str(subtype or ""))}
    at = situation(entity, Record(entity.id, {**start, **values}, dict.fromkeys(entity.groups, ())), actor, graph, now, zone=zone)
    for path, each in entity.fields.items():
        if at.record.get(path) is not None or each.engine or not present(at, each.section):
            continue
        value = first_value(at, each)
        if value is not None:
            at = at.of(at.record.having({path: value}))
    return at.record


def form(at: Situation, bounds: Bounds, layout: Layout = Layout.FORM) -> Form:
    """Return the form of the situation's record, as its values call for it; laid out for a page, or shorter for a window (``modal``)."""
    rules = FormRules(at=at, fields=fields_of(at.entity), unseen=bounds.unseen)
    sections = tuple(section for part in parts_of(at.entity, at.language, layout) if (section := _section(at, part, bounds, rules)) is not None)
    return Form(entity_type=at.entity.id, sections=sections, environment=rules.environment())


def inputs_of(action: ActionRuntime) -> Mapping[str, FieldRuntime]:
    """Return the inputs of an action; a status has a control of its own, filled from what the rules permit."""
    return {path: each for path, each in action.inputs.items() if each.field.kind is not Kind.STATUS}


def going(at: Situation, action: ActionRuntime, status: str = "") -> Situation:
    """Return the situation of the record as the action's move would leave it (format rule 13)."""
    if action.move is None or at.entity.lifecycle is None:
        return at
    target = status if status in selectable(at, action.move) else default_status(at, action.move)
    found = at.entity.lifecycle.statuses.get(target)
    return at.of(at.record.having({"status": target, "state": found.state})) if found is not None else at


def asked(at: Situation, inputs: Mapping[str, FieldRuntime], section: str = "") -> Asked:
    """Return inputs as they are asked for, with what is offered first."""
    rules = FormRules(at=at, fields=inputs, section=section)
    fields = (rules.applied(form_field(at, each, section=section, value=offered(at, path, each))) for path, each in inputs.items())
    return Asked(fields=tuple(each for each in fields if not each.hidden or each.visible_when), environment=rules.environment())


def target_statuses(at: Situation, action: ActionRuntime) -> tuple[tuple[Option, ...], str]:
    """Return the statuses that an action's move leaves open, and the one taken when none is chosen."""
    if action.move is None or at.entity.lifecycle is None:
        return (), ""
    known = at.entity.lifecycle.statuses
    offered = tuple(Option(id=name, label=known[name].label.in_language(at.language), colour=known[name].colour) for name in selectable(at, action.move))
    return offered, default_status(at, action.move)


def offered(at: Situation, path: str, field: FieldRuntime) -> object:
    """Return what an input holds: what was given, the record's own value where it is a field of the record, else its default."""
    own = at.entity.fields.get(path)
    held = at.record.get(path) if own is not None and own.field.id == field.field.id else at.environment.input.get(path)
    return held if held is not None else first_value(at, field)


def _section(at: Situation, part: Part, bounds: Bounds, rules: FormRules) -> FormSection | None:
    if part.group:
        if part.group in bounds.closed:
            return None
        return FormSection(id=part.id, label=part.label, groups=(_group(at, at.entity.groups[part.group]),), side=part.side)
    rows = groups_of(at.entity)
    groups = tuple(_group(at, rows[path]) for path in part.paths if path in rows and path not in bounds.closed)
    fields = tuple(_placed(at, part, bounds, rules))
    if not groups and not any(not each.readonly for each in fields):
        return None
    return FormSection(id=part.id, label=part.label, fields=fields, groups=groups, side=part.side)


def _placed(at: Situation, part: Part, bounds: Bounds, rules: FormRules) -> Iterator[FormField | FormLinks]:
    for path, span in part.spans.items():
        if path in at.entity.relations:
            if path not in bounds.closed and not at.entity.relations[path].relation.fields and is_held(at.entity, path):
                yield replace(_links(at, path, span), readonly=path in bounds.fixed)
            continue
        each = at.entity.fields[path]
        shown = rules.applied(form_field(at, each, span=span))
        shown = replace(shown, readonly=shown.readonly or _is_closed(at, each, bounds))
        if path not in bounds.unseen and (not shown.hidden or shown.visible_when) and not _says_nothing(each, shown, bounds):
            yield shown


def _says_nothing(each: FieldRuntime, shown: FormField, bounds: Bounds) -> bool:
    """Say whether a field has nothing to show before the record exists."""
    return bounds.new and (each.derived is not None or (shown.readonly and shown.value is None))


def _is_closed(at: Situation, each: FieldRuntime, bounds: Bounds) -> bool:
    """Say whether this person can't change the field in this form, whatever the field's own rules say."""
    if each.path in bounds.closed | bounds.fixed | _OTHER:
        return True
    kept = each.field.immutable and not bounds.new and at.environment.old is not None and at.environment.old.get(each.path) is not None
    return kept or (each.path in ASSIGNMENT and not bounds.new)


def _links(at: Situation, name: str, span: int) -> FormLinks:
    found = at.entity.relations[name]
    connected = found.connection.type.item or found.connection.type
    label = found.relation.label.in_language(at.language)
    return FormLinks(path=name, label=label, many=found.relation.many, targets=tuple(connected.entity_types), span=span)


def _group(at: Situation, group: LineRuntime) -> FormGroup:
    blank = Line("", {**dict.fromkeys(group.fields), **{name: first_value(at, each) for name, each in group.fields.items()}})
    return FormGroup(
        id=group.group.id,
        label=group.group.label.in_language(at.language),
        rows=tuple((line.id, tuple(_cells(at, group, line))) for line in at.record.lines.get(group.group.id, ())),
        empty=tuple(_cells(at, group, blank)),
        min_items=group.group.min_items,
        max_items=group.group.max_items,
    )


def _cells(at: Situation, group: LineRuntime, line: Line) -> Iterable[FormField]:
    shown = (form_field(at, each, line=line) for each in group.fields.values())
    return (each for each in shown if not each.hidden and not each.readonly)
