"""How a form or a record page is divided: the pack's form view, or a good default; paths by section, no values yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from packdesk.model.entity_types import Kind
from packdesk.model.views import ViewSection
from packdesk.runtime.engine_columns import ASSIGNMENT, ENGINE_COLUMNS
from packdesk.runtime.entity import EntityRuntime
from packdesk_ui.catalogue import text

#: Engine columns that a default layout shows among a record's own fields.
_LEADING = ("subtype", "status")
#: How the links of a relation are stored that a record holds itself.
_HELD = frozenset({"links", "symmetric"})
#: Shown in the head of the page, or of no interest to people.
_SHOWN_ALWAYS = frozenset({"id", "version", "deleted_at", "number", "subtype", "status", "state"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One block: field or relation paths, those that take the whole width, or one line group."""

    id: str
    label: str
    paths: tuple[str, ...] = ()
    wide: frozenset[str] = field(default_factory=frozenset)
    group: str = ""
    side: bool = False


def parts_of(entity: EntityRuntime, language: str) -> tuple[Part, ...]:
    """Return the blocks of a type: those of its form view, else own fields, sections, lines and assignment."""
    view = next((view.view for view in entity.views.values() if view.view.layout == "form"), None)
    if view is None:
        return tuple(_default(entity, language))
    placed = tuple(part for section in view.sections.values() for part in _of_view(entity, section, language))
    return (*placed, *_left_out(entity, placed, language))


def _of_view(entity: EntityRuntime, section: ViewSection, language: str) -> Iterator[Part]:
    label = section.label.in_language(language)
    if section.embed in entity.groups:
        yield Part(id=section.id, label=label, group=section.embed, side=section.side)
    elif section.embed in entity.sections:
        yield Part(id=section.id, label=label, paths=_paths_of(entity, section.embed), side=section.side)
    else:
        known = tuple(path for path in section.fields if path in entity.fields or path in entity.relations)
        wide = frozenset(path for path in known if section.fields[path] > 1)
        yield Part(id=section.id, label=label, paths=known, wide=wide, side=section.side)


def _left_out(entity: EntityRuntime, placed: tuple[Part, ...], language: str) -> Iterator[Part]:
    """Yield what a view forgot and somebody may have to fill in: fields that can be required, and sections and lines."""
    shown = {path for part in placed for path in part.paths}
    groups = {part.group for part in placed}
    own = tuple(path for path, each in entity.fields.items() if path not in shown and not each.engine and not each.section and each.required is not False)
    if own:
        yield Part(id="more", label=text("more", language), paths=own)
    for name, section in entity.sections.items():
        paths = tuple(path for path in _paths_of(entity, name) if path not in shown)
        if paths and len(paths) == len(section.fields):
            yield Part(id=name, label=section.section.label.in_language(language), paths=paths)
    for name, group in entity.groups.items():
        if name not in groups:
            yield Part(id=name, label=group.group.label.in_language(language), group=name)


def _default(entity: EntityRuntime, language: str) -> Iterator[Part]:
    own = tuple(path for path, each in entity.fields.items() if not each.engine and not each.section)
    leading = tuple(path for path in _LEADING if path in entity.fields)
    links = tuple(name for name, relation in entity.relations.items() if is_written(entity, name) and not relation.relation.fields)
    privacy = tuple(path for path in ("privacy_level",) if path in entity.fields)
    long = frozenset(path for path in own if entity.fields[path].field.kind in (Kind.TEXT, Kind.RICH_TEXT, Kind.ADDRESS, Kind.JSON))
    yield Part(id="general", label=text("details", language), paths=(*leading, *own, *links, *privacy), wide=long)
    for name, section in entity.sections.items():
        yield Part(id=name, label=section.section.label.in_language(language), paths=_paths_of(entity, name))
    for name, group in entity.groups.items():
        yield Part(id=name, label=group.group.label.in_language(language), group=name)
    assignment = tuple(path for path in ASSIGNMENT if path in entity.fields)
    if assignment:
        yield Part(id="assignment", label=text("assignment", language), paths=assignment, side=True)


def _paths_of(entity: EntityRuntime, section: str) -> tuple[str, ...]:
    return tuple(path for path, each in entity.fields.items() if each.section == section)


def is_written(entity: EntityRuntime, relation: str) -> bool:
    """Say whether a record holds the links of the relation itself; otherwise a field or relation of the other end does."""
    return entity.relations[relation].connection.how in _HELD


def log_paths(entity: EntityRuntime, shown: frozenset[str]) -> tuple[str, ...]:
    """Return the engine's columns that a record page adds at the side: whatever no block shows yet."""
    return tuple(path for path in ENGINE_COLUMNS if path in entity.fields and path not in shown and path not in _SHOWN_ALWAYS)
