"""What happened to a record, what was noted on it and attached to it, as a page tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from flask import url_for

from packdesk.errors import Finding
from packdesk.model.entity_types import Field
from packdesk.model.nodes import Json
from packdesk.records import attach, note
from packdesk.records.history import HistoryPage
from packdesk.records.looking import Look
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Record
from packdesk_ui import people
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, moment

_KINDS_OF_EVENTS = frozenset({"created", "updated", "deleted", "note", "attachment", "migrated", "revealed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attached file."""

    name: str
    href: str
    size: str
    who: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field before and after."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened."""

    who: str
    what: str
    when: str
    changes: tuple[Change, ...]


def notes_of(look: Look, entity: EntityRuntime, stored: Record) -> tuple[Note, ...]:
    """Return the notes, newest first."""
    found = note.notes(look.context, entity.id, stored.id)
    return tuple(Note(who=people.name_of(each.by), when=moment(each.at, look.language, look.zone), text=each.text) for each in found)


def files_of(look: Look, entity: EntityRuntime, stored: Record) -> tuple[File, ...]:
    """Return the attached files."""
    found = attach.attachments(look.context, entity.id, stored.id)
    return tuple(
        File(
            name=each.name,
            href=url_for("packdesk_ui.file", entity_type=entity.id, number=stored.number, attachment=each.id),
            size=_size(each.size, look.language),
            who=people.name_of(each.by),
            when=moment(each.at, look.language, look.zone),
        )
        for each in found
    )


def entries_of(look: Look, reader: Reader, entity: EntityRuntime, page: HistoryPage) -> Iterator[Entry]:
    """Yield what happened, newest first."""
    for event in page.events:
        yield Entry(
            who=people.name_of(event.by),
            what=_what(entity, event.kind, event.action, look.language),
            when=moment(event.at, look.language, look.zone),
            changes=tuple(_change(look, reader, entity, path, values) for path, values in event.changes.items() if path != "state"),
        )


def _what(entity: EntityRuntime, kind: str, action: str, language: str) -> str:
    if action:
        found = entity.actions.get(action)
        return words("history.action", action=found.action.label.in_language(language) if found is not None else action)
    return words(f"history.{kind}") if kind in _KINDS_OF_EVENTS else words("history.other", kind=kind)


def _change(look: Look, reader: Reader, entity: EntityRuntime, path: str, values: tuple[Json, Json]) -> Change:
    old, new = values
    if path in entity.fields:
        declared = entity.fields[path].field
        targets = entity.fields[path].targets
        return Change(
            label=declared.label.in_language(look.language), old=_was(look, reader, declared, targets, old), new=_was(look, reader, declared, targets, new)
        )
    if path in entity.groups:
        return Change(label=entity.groups[path].group.label.in_language(look.language), old=_rows(entity, path, old, look), new=_rows(entity, path, new, look))
    label = entity.relations[path].relation.label.in_language(look.language) if path in entity.relations else path
    return Change(label=label, old=_plain(old), new=_plain(new))


def _was(look: Look, reader: Reader, declared: Field, targets: tuple[str, ...], value: Json) -> str:
    """Return an old or new value in words; one that the field no longer understands as it was written."""
    if value is None:
        return ""
    kind = KINDS[declared.kind]
    read = kind.read(replace(declared, constraints={}), value, look.reading)
    if isinstance(read, Finding):
        return _plain(value)
    if targets:
        found = (look.find(targets, str(one)) for one in (read if isinstance(read, tuple) else (read,)))
        return ", ".join(each.number if each is not None else "…" for each in found)
    return reader.show(declared, read).text


def _rows(entity: EntityRuntime, group: str, value: Json, look: Look) -> str:
    fields = entity.groups[group].fields
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []
    reader = Reader(model=look.runtime.model, language=look.language, zone=look.zone, references={}, person=people.name_of)
    said = (" ".join(filter(None, (_was(look, reader, each.field, each.targets, row.get(name)) for name, each in fields.items()))) for row in rows)
    return "; ".join(said)


def _plain(value: Json) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_plain(inner) for inner in value.values())
    return ", ".join(_plain(inner) for inner in value) if isinstance(value, list | tuple) else "" if value is None else str(value)


def _size(size: int, language: str) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000 or unit == "MB":
            return f"{format_decimal(size, format='0.#', locale=language)} {unit}"
        size = round(size / 1000, 1)  # type: ignore[assignment]
    return str(size)
