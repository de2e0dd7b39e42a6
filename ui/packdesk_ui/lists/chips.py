"""Chips on the list: said in words, put together in an editor that knows what fits the field, taken off one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import request, url_for

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.records.list_state import ListState
from packdesk.records.looking import Look, looking
from packdesk.runtime import filters
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.filters import Chip, Operator, Takes
from packdesk.runtime.kinds_choice import members
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, people, shell
from packdesk_ui.choices import only_match
from packdesk_ui.controls import Option, key_of
from packdesk_ui.lists.asked import closed_to_order
from packdesk_ui.shell import words
from packdesk_ui.showing import full_label
from packdesk_ui.telling import sentence

_MANY = 12
#: What work is looked for by, whether a list shows it or not.
_STANDING = ("subtype", "status", *ASSIGNMENT)
_PICKED = frozenset({Kind.REFERENCE, Kind.REFERENCES, Kind.USER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipView:
    """One chip in words."""

    label: str
    text: str
    off: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields that can be filtered by, under the name of their section."""

    label: str
    fields: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """A chip being put together."""

    path: str
    label: str
    #: Place of the chip that is changed; empty for a new one.
    index: str
    operator: str
    operators: tuple[Option, ...]
    takes: str
    values: tuple[str, ...]
    options: tuple[Option, ...]
    #: More options than the eye takes in: a field narrows them.
    many: bool
    #: Where a picker searches; empty where there is none.
    search: str
    hint: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The chips after what was pressed, and the editor where one is open."""

    state: ListState
    editor: Editor | None = None


def reading() -> Reading:
    """Return how the person types values."""
    now = answers.context().clock.now()
    return Reading(model=request_context.runtime().model, language=shell.language(), zone=request_context.zone(), now=now, typing=True)


def changed(entity: EntityRuntime, state: ListState) -> Changed:
    """Return the chips as the pressed button leaves them."""
    form = request.form
    if "_without" in form or "_unchip" in form:
        return Changed(state=_less(state))
    if "_add" in form:
        return Changed(state=state, editor=_editor(entity, form["_add"], "", ""))
    if "_chip" in form:
        return Changed(state=state, editor=_editor_of(entity, state, form["_chip"]))
    return _edited(entity, state)


def _less(state: ListState) -> ListState:
    """Return the state without what was taken off."""
    what = request.form.get("_without", "")
    if what in ("search", "expression"):
        return replace(state, **{what: ""})
    return _without(state, request.form.get("_unchip", ""))


def _edited(entity: EntityRuntime, state: ListState) -> Changed:
    """Return the chips with what stands in the editor, if it is to count."""
    form = request.form
    path, values = form.get("_path", ""), tuple(form.getlist("_value"))
    if not path or "_cancel" in form:
        return Changed(state=state)
    operator, index = form.get("_op", ""), form.get("_index", "")
    if "_set" in form or ("_apply" in form and any(value.strip() for value in values)):
        return _set(entity, state, Chosen(path=path, operator=operator, values=values, index=index))
    return Changed(state=state, editor=_editor(entity, path, operator, index, values) if "_redraw" in form else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What stands in the editor."""

    path: str
    operator: str
    values: tuple[str, ...]
    index: str


def _set(entity: EntityRuntime, state: ListState, chosen: Chosen) -> Changed:
    """Return the chips with the one of the editor, or the editor with what is wrong with it."""
    closed = chosen.path in closed_to_order(entity)
    chip = Finding(code="filter_field_gone", facts={"name": chosen.path}) if closed else _chip(entity, chosen)
    if isinstance(chip, Finding):
        editor = _editor(entity, chosen.path, chosen.operator, chosen.index, chosen.values)
        return Changed(state=state, editor=replace(editor, fault=sentence(chip, shell.language())) if editor is not None else None)
    place = int(chosen.index) if chosen.index.isdecimal() and int(chosen.index[:3]) < len(state.chips) else len(state.chips)
    chips = [*state.chips[:place], chip, *state.chips[place + 1 :]]
    return Changed(state=replace(state, chips=tuple(dict.fromkeys(chips))[: filters.MOST_CHIPS]))


def _chip(entity: EntityRuntime, chosen: Chosen) -> Chip | Finding:
    """Return the chip of the editor: what was chosen in a picker, or typed as a picker would take it, names records by their ids."""
    kind = entity.fields[chosen.path].field.kind if chosen.path in entity.fields else None
    texts = tuple(key_of(value) for value in chosen.values) if kind in _PICKED else chosen.values
    if kind in filters.REFERENCE_KINDS and any(texts):
        found = _records(entity.fields[chosen.path].targets, texts)
        if len(found) < len([text for text in texts if text]):
            return Finding(code="unknown_reference", field=chosen.path, facts={"label": full_label(entity, chosen.path, shell.language())})
        texts = found
    return filters.typed(entity, chosen.path, chosen.operator, texts, reading())


def _records(targets: tuple[str, ...], texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the records that are there for this person, by number, or by a name that only one of them has."""
    with looking(answers.context()) as look:
        found = [look.find(targets, text) or _only(look, targets, text) for text in texts if text]
    return tuple(filters.chosen_value(record.id, record.number) for record in found if record is not None)


def _only(look: Look, targets: tuple[str, ...], text: str) -> Record | None:
    number = only_match(look, targets, text)
    return look.find(targets, number) if number else None


def _without(state: ListState, which: str) -> ListState:
    if which == "all":
        return replace(state, chips=())
    place = int(which) if which.isdecimal() and len(which) < 4 else -1
    return replace(state, chips=tuple(chip for index, chip in enumerate(state.chips) if index != place))


# editor --------------------------------------------------------------------------------------------------------------------------


def _editor_of(entity: EntityRuntime, state: ListState, which: str) -> Editor | None:
    place = int(which) if which.isdecimal() and len(which) < 4 else len(state.chips)
    if place >= len(state.chips):
        return None
    chip = state.chips[place]
    values = filters.typed_values(entity, chip, reading())
    return _editor(entity, chip.path, chip.operator.value, which, values)


def _editor(entity: EntityRuntime, path: str, operator: str, index: str, values: tuple[str, ...] = ()) -> Editor | None:
    if path not in entity.fields or path in closed_to_order(entity):
        return None
    field = entity.fields[path].field
    offered = filters.operators(field)
    if not offered:
        return None
    chosen = Operator(operator) if operator in offered else offered[0]
    form = filters.takes(field, chosen)
    language = shell.language()
    options: tuple[Option, ...] = ()
    if form is Takes.MEMBERS and field.kind not in _PICKED:
        known = members(field, entity.model)
        options = tuple(
            Option(id=name, label=member.label.in_language(language), selected=name in values, depth=_depth(getattr(member, "parent", ""), known))
            for name, member in known.items()
        )
    return Editor(
        path=path,
        label=full_label(entity, path, language),
        index=index,
        operator=chosen.value,
        operators=tuple(Option(id=each.value, label=words(f"op.{each.value}"), selected=each is chosen) for each in offered),
        takes=form.value,
        values=values,
        options=options,
        many=len(options) > _MANY,
        search=url_for("packdesk_ui.choices", entity_type=entity.id) if form is Takes.MEMBERS and field.kind in _PICKED else "",
        hint=_hint(field.kind, form),
    )


def _depth(parent: str, known: object, depth: int = 0) -> int:
    above = known.get(parent) if isinstance(known, Mapping) and parent else None
    return depth if above is None or depth > 8 else _depth(getattr(above, "parent", ""), known, depth + 1)


def _hint(kind: Kind, form: Takes) -> str:
    if form in (Takes.VALUE, Takes.TWO_VALUES) and kind in (Kind.MONEY, Kind.DURATION):
        return words(f"filter.hint.{kind.value}")
    return ""


# words ---------------------------------------------------------------------------------------------------------------------------


def views(entity: EntityRuntime, chips: tuple[Chip, ...]) -> tuple[ChipView, ...]:
    """Return the chips in words."""
    return tuple(_view(entity, chip) for chip in chips)


def _view(entity: EntityRuntime, chip: Chip) -> ChipView:
    language = shell.language()
    each = entity.fields[chip.path]
    label = full_label(entity, chip.path, language)
    values = filters.shown_values(entity, chip, language, request_context.zone())
    if each.field.kind is Kind.USER:
        values = tuple(people.name_of(value) for value in values)
    joined = words("filter.and").join(values) if chip.operator is Operator.BETWEEN else ", ".join(values)
    said = words(f"chip.{chip.operator.value}", values=joined)
    return ChipView(label=label, text=said, off=words("filter.off", name=f"{label} {said}"), change=words("filter.change", name=f"{label} {said}"))


def offered_fields(entity: EntityRuntime, columns: Iterable[str]) -> tuple[FieldGroup, ...]:
    """Return what the person can filter by: what the list shows, and where a record stands; then own fields by section, then what the engine keeps."""
    language, closed = shell.language(), closed_to_order(entity)
    offered = {
        path: each
        for path, each in entity.fields.items()
        if path not in closed and filters.operators(each.field) and path not in entity.computed_on_read and each.field.listable
    }
    shown = [path for path in dict.fromkeys((*columns, *_STANDING)) if path in offered]
    groups: dict[str, list[Option]] = {"": [_option(offered[path], language) for path in shown]}
    for path, each in offered.items():
        if path not in shown:
            groups.setdefault(_group_of(entity, each, language), []).append(_option(each, language))
    last = words("filter.system")
    ordered = [*(name for name in groups if name != last), *(name for name in groups if name == last)]
    return tuple(FieldGroup(label=name, fields=tuple(groups[name])) for name in ordered if groups[name])


def _option(each: FieldRuntime, language: str) -> Option:
    return Option(id=each.path, label=each.label(language))


def _group_of(entity: EntityRuntime, each: FieldRuntime, language: str) -> str:
    """Return the name under which a field stands that the list does not show."""
    if each.engine and each.path != "number":
        return words("filter.system")
    return entity.sections[each.section].section.label.in_language(language) if each.section in entity.sections else words("filter.own")
