"""The values of a record in blocks, as its page shows them: fields by section, the rows of line groups, who is responsible, what the engine keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.records.looking import Look
from packdesk.records.outcome import RecordView
from packdesk.records.policy import closed_fields
from packdesk.runtime import layout
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.field_state import hidden_by, present
from packdesk.runtime.form_fields import FormField
from packdesk.runtime.forms import Bounds, form
from packdesk.runtime.header import deadlines
from packdesk_ui.controls import element_id
from packdesk_ui.due import Due, due_of
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown, full_label

#: Stands for a value that is shown on purpose only.
MASK = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a line group."""

    head: tuple[str, ...]
    rows: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the page."""

    label: str
    facts: tuple[Shown, ...] = ()
    table: Table | None = None


def blocks_of(look: Look, entity: EntityRuntime, view: RecordView, reader: Reader, laid_out: Layout = Layout.DETAIL) -> Iterator[tuple[bool, Block]]:
    """Yield the blocks of a record, each with whether it stands at the side; what the engine keeps only where all of it is shown."""
    shown: set[str] = set()
    for part in layout.parts_of(entity, look.language, laid_out):
        shown |= set(part.paths)
        if part.group:
            if part.group not in view.hidden:
                yield part.side, Block(label=part.label, table=_table(entity, view, reader, part.group))
            continue
        facts = tuple(_facts(look, entity, view, reader, part))
        section = part.paths[0].partition(".")[0] if part.paths and "." in part.paths[0] else ""
        absent = section in entity.sections and not (present(look.at(view.record), section) or _was_filled(entity, view, part))
        if facts and not absent:
            yield part.side, Block(label=part.label, facts=facts)
    if laid_out is not Layout.DETAIL:
        return
    log = layout.log_paths(entity, frozenset(shown))
    facts = tuple(fact(entity, view, reader, path, badges=False) for path in log if path not in view.hidden)
    yield True, Block(label=words("record.about"), facts=tuple(one for one in facts if one.text))


def responsible(entity: EntityRuntime, view: RecordView, reader: Reader) -> tuple[Shown, ...]:
    """Return the unit and the person that a record is assigned to; nothing where the type knows no assignment."""
    return tuple(fact(entity, view, reader, path) for path in ASSIGNMENT if path in entity.fields and path not in view.hidden)


def whose(entity: EntityRuntime, view: RecordView, reader: Reader) -> Shown | None:
    """Return whose business a record is, where its title does not say so: by a number alone nobody knows an account."""
    path = entity.entity.party
    if path not in entity.fields or path in view.hidden | view.masked:
        return None
    shown = fact(entity, view, replace(reader, brief=True), path)
    return shown if shown.href and shown.text not in view.title else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFact:
    """A field that matters in the status that the record stands in."""

    shown: Shown
    #: Nobody gave it a value yet.
    missing: bool
    #: Where this person can give it one; empty: nowhere.
    fill_href: str


def key_facts(look: Look, entity: EntityRuntime, view: RecordView, reader: Reader, *, paths: Iterable[str], edit_href: str) -> tuple[KeyFact, ...]:
    """Return the fields that the status names, as far as they are there for this person; what is missing leads to its place in the form."""
    at = look.at(view.record)
    there = [path for path in paths if path in entity.fields and path not in view.hidden and not hidden_by(at, entity.fields[path])]
    empty = {path for path in there if path not in view.masked and _is_missing(entity.fields[path], view.record.get(path))}
    offered = _offered(look, entity, view) if empty and edit_href else frozenset()
    return tuple(
        KeyFact(
            shown=Shown(label=full_label(entity, path, reader.language), text=MASK, path=path)
            if path in view.masked
            else replace(fact(entity, view, reader, path), label=full_label(entity, path, reader.language)),
            missing=path in empty,
            fill_href=f"{edit_href}#{element_id(path)}" if path in empty & offered else "",
        )
        for path in there
    )


def _is_missing(field: FieldRuntime, value: object) -> bool:
    """Say whether nobody answered yet; a yes or no that was never ticked reads as a no."""
    return value is None and field.derived is None and field.field.kind is not Kind.BOOLEAN


def _offered(look: Look, entity: EntityRuntime, view: RecordView) -> frozenset[str]:
    """Return the paths that the form of the record lets this person fill in."""
    runtime, actor = look.runtime, look.context.actor
    bounds = Bounds(closed=closed_fields(runtime, actor, "edit", entity.id), unseen=closed_fields(runtime, actor, "view", entity.id))
    sections = form(look.at(view.record, view.record), bounds).sections
    return frozenset(one.path for section in sections for one in section.fields if isinstance(one, FormField) and not one.readonly)


def dates_of(look: Look, entity: EntityRuntime, view: RecordView, reader: Reader) -> tuple[Due, ...]:
    """Return the deadlines of a record that the person may see, in words."""
    closed = view.hidden | view.masked
    found = (one for one in deadlines(entity, view.record) if not closed & {one.path, one.late_path})
    return tuple(due_of(one, fact(entity, view, reader, one.path), look.now, look.language) for one in found)


def _was_filled(entity: EntityRuntime, view: RecordView, part: layout.Part) -> bool:
    """Say whether somebody wrote into a section, derived fields apart."""
    return any(view.record.get(path) is not None and entity.fields[path].derived is None for path in part.paths if path in entity.fields)


def _facts(look: Look, entity: EntityRuntime, view: RecordView, reader: Reader, part: layout.Part) -> Iterator[Shown]:
    at = look.at(view.record)
    for path in part.paths:
        if path not in entity.fields or path in view.hidden:
            continue
        each = entity.fields[path]
        if path in view.masked:
            yield Shown(label=each.label(reader.language), text=MASK, masked=path, path=path)
        elif at.holds(each.visible):
            found = fact(entity, view, reader, path)
            yield replace(found, wide=found.wide or part.spans[path] > 1)


def fact(entity: EntityRuntime, view: RecordView, reader: Reader, path: str, *, badges: bool = True) -> Shown:
    """Return one value of a record as it is read."""
    each = entity.fields[path]
    return replace(reader.show(each.field, view.record.get(path), targets=each.targets, badges=badges), path=path)


def _table(entity: EntityRuntime, view: RecordView, reader: Reader, group: str) -> Table:
    fields = entity.groups[group].fields
    rows = tuple(
        tuple(reader.show(each.field, line.values.get(name), targets=each.targets) for name, each in fields.items())
        for line in view.record.lines.get(group, ())
    )
    return Table(head=tuple(each.label(reader.language) for each in fields.values()), rows=rows)
