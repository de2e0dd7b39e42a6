"""How a form or a record page is divided: the pack's form view, or a good default; paths by section, no values yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from packdesk.model.entity_types import Field, Kind, LineGroup
from packdesk.model.nodes import Text
from packdesk.model.views import Layout, View, ViewSection
from packdesk.runtime.engine_columns import ASSIGNMENT, ENGINE_COLUMNS
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime, LineRuntime
from packdesk.runtime.kinds import KINDS

#: The input of a link's row that names the other record.
LINKED = "record"
#: Values of these kinds want the whole width.
LONG = frozenset({Kind.TEXT, Kind.RICH_TEXT, Kind.JSON, Kind.SECRET, Kind.FILE, Kind.ADDRESS})
#: Engine columns that a default layout shows among a record's own fields.
_LEADING = ("subtype", "status")
#: How the links of a relation are stored that a record holds itself.
_HELD = frozenset({"links", "symmetric"})
#: Shown in the head of the page, or of no interest to people.
_SHOWN_ALWAYS = frozenset({"id", "version", "deleted_at", "number", "subtype", "status", "state"})
#: Headings of what no view names, in English and German.
_WORDS = {"general": ("Details", "Einzelheiten"), "assignment": ("Assignment", "Zuweisung"), "more": ("More", "Mehr")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One block: paths of fields and relations with their spans, or one line group."""

    id: str
    label: str
    spans: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    group: str = ""
    side: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths in order."""
        return tuple(self.spans)


def parts_of(entity: EntityRuntime, language: str, layout: Layout = Layout.FORM) -> tuple[Part, ...]:
    """Return the blocks of a type: those of its view in the layout, else of its form, else own fields, sections, lines and assignment.

    A view forgets nothing for good: what it left out comes at the end, of a window only what saving may demand.
    """
    view = view_of(entity, layout) or view_of(entity, Layout.FORM)
    if view is None:
        return tuple(_default(entity, language))
    placed = tuple(part for section in view.sections.values() for part in _of_view(entity, section, language))
    added = _demanded if view.layout is Layout.MODAL else _left_out
    return (*placed, *added(entity, placed, language))


def view_of(entity: EntityRuntime, layout: Layout) -> View | None:
    """Return how the packs lay out the type's records in a layout; None where they leave it to the engine."""
    return next((view.view for view in entity.views.values() if view.view.layout is layout), None)


def tabs_of(entity: EntityRuntime) -> tuple[str, ...]:
    """Return what stands beside a record's own values, in order: its connections, notes, attachments, history; the view's choice first."""
    told = tuple(name for name in ("notes", "attachments") if name in entity.entity.capabilities)
    known = (*entity.connections, *told, "history")
    view = view_of(entity, Layout.DETAIL) or view_of(entity, Layout.FORM)
    chosen = tuple(name for name in view.tabs if name in known) if view is not None else ()
    return (*chosen, *(name for name in known if name not in chosen))


def is_held(entity: EntityRuntime, relation: str) -> bool:
    """Say whether a record holds the links of the relation itself; otherwise a field or relation of the other end does."""
    return entity.relations[relation].connection.how in _HELD


def link_rows(entity: EntityRuntime, relation: str) -> LineRuntime:
    """Return a relation whose links have fields of their own as rows: the other record, then those fields."""
    found = entity.relations[relation]
    declared = found.relation
    connected = found.connection.type.item or found.connection.type
    other = Field(
        id=LINKED,
        path=declared.path,
        label=_other_label(entity, declared.to) or declared.label,
        kind=Kind.REFERENCE,
        to=declared.to,
        required=True,
        constraints=MappingProxyType({}),
    )
    first = FieldRuntime(path=LINKED, field=other, kind=KINDS[Kind.REFERENCE], type=connected, required=True, targets=tuple(connected.entity_types))
    group = LineGroup(id=relation, path=declared.path, label=declared.label, fields={LINKED: other, **declared.fields}, checks=MappingProxyType({}))
    return LineRuntime(group=group, fields={LINKED: first, **found.fields}, checks=(), keyed_by="")


def log_paths(entity: EntityRuntime, shown: frozenset[str]) -> tuple[str, ...]:
    """Return the engine's columns that a record page adds at the side: whatever no block shows yet."""
    return tuple(path for path in ENGINE_COLUMNS if path in entity.fields and path not in shown and path not in _SHOWN_ALWAYS)


def section_paths(entity: EntityRuntime, section: str) -> tuple[str, ...]:
    """Return the paths of a section's fields."""
    return tuple(path for path, each in entity.fields.items() if each.section == section)


def _of_view(entity: EntityRuntime, section: ViewSection, language: str) -> Iterator[Part]:
    label = section.label.in_language(language)
    if section.embed in entity.groups:
        yield Part(id=section.id, label=label, group=section.embed, side=section.side)
        return
    if section.embed in entity.sections:
        yield Part(id=section.id, label=label, spans=_spans(entity, section_paths(entity, section.embed)), side=section.side)
        return
    known = {path: span for path, span in section.fields.items() if path in entity.fields or path in entity.relations}
    if known:
        yield Part(id=section.id, label=label, spans=known, side=section.side)
    for path in section.fields:
        if path in entity.groups:
            yield Part(id=path, label=entity.groups[path].group.label.in_language(language), group=path, side=section.side)


def _left_out(entity: EntityRuntime, placed: tuple[Part, ...], language: str) -> Iterator[Part]:
    """Yield what a view forgot and somebody may have to fill in: fields that can be required, sections, lines, and links with fields of their own."""
    shown = {path for part in placed for path in part.paths}
    groups = {part.group for part in placed}
    own = tuple(path for path, each in entity.fields.items() if path not in shown and not each.engine and not each.section and each.required is not False)
    described = tuple(name for name, each in entity.relations.items() if name not in shown and is_held(entity, name) and each.relation.fields)
    if own or described:
        yield Part(id="more", label=_word("more", language), spans=_spans(entity, (*own, *described)))
    for name, section in entity.sections.items():
        paths = tuple(path for path in section_paths(entity, name) if path not in shown)
        if paths and len(paths) == len(section.fields):
            yield Part(id=name, label=section.section.label.in_language(language), spans=_spans(entity, paths))
    for name, group in entity.groups.items():
        if name not in groups:
            yield Part(id=name, label=group.group.label.in_language(language), group=name)


def _demanded(entity: EntityRuntime, placed: tuple[Part, ...], language: str) -> Iterator[Part]:
    """Yield what a window left out and could not be saved without: fields that can be required, and lines that must have rows."""
    shown = {path for part in placed for path in part.paths}
    groups = {part.group for part in placed}
    wanted = tuple(path for path, each in entity.fields.items() if path not in shown and not each.engine and each.required is not False)
    if own := tuple(path for path in wanted if not entity.fields[path].section):
        yield Part(id="more", label=_word("more", language), spans=_spans(entity, own))
    for name, section in entity.sections.items():
        if paths := tuple(path for path in wanted if entity.fields[path].section == name):
            yield Part(id=name, label=section.section.label.in_language(language), spans=_spans(entity, paths))
    for name, group in entity.groups.items():
        if name not in groups and group.group.min_items:
            yield Part(id=name, label=group.group.label.in_language(language), group=name)


def _default(entity: EntityRuntime, language: str) -> Iterator[Part]:
    own = tuple(path for path, each in entity.fields.items() if not each.engine and not each.section)
    leading = tuple(path for path in _LEADING if path in entity.fields)
    links = tuple(name for name in entity.relations if is_held(entity, name))
    privacy = tuple(path for path in ("privacy_level",) if path in entity.fields)
    yield Part(id="general", label=_word("general", language), spans=_spans(entity, (*leading, *own, *links, *privacy)))
    for name, section in entity.sections.items():
        yield Part(id=name, label=section.section.label.in_language(language), spans=_spans(entity, section_paths(entity, name)))
    for name, group in entity.groups.items():
        yield Part(id=name, label=group.group.label.in_language(language), group=name)
    assignment = tuple(path for path in ASSIGNMENT if path in entity.fields)
    if assignment:
        yield Part(id="assignment", label=_word("assignment", language), spans=dict.fromkeys(assignment, 1), side=True)


def _spans(entity: EntityRuntime, paths: tuple[str, ...]) -> dict[str, int]:
    return {path: 2 if path in entity.fields and entity.fields[path].field.kind in LONG else 1 for path in paths}


def _other_label(entity: EntityRuntime, to: str) -> Text | None:
    return entity.model.entity_types[to].label if to else None


def _word(name: str, language: str) -> str:
    return _WORDS[name][language == "de"]
