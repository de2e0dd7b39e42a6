"""What happened to a record, what was noted on it and attached to it, as a page tells it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from flask import url_for

from packdesk.errors import Finding
from packdesk.model.entity_types import Field
from packdesk.model.nodes import Json
from packdesk.model.rules import Workflow
from packdesk.records import attach, note
from packdesk.records.approving import DECISIONS
from packdesk.records.history import CHOICES, Event, HistoryPage, ends_of
from packdesk.records.looking import Look
from packdesk.records.note import NotePage
from packdesk.records.related import prefetch_names
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Record
from packdesk_ui import people
from packdesk_ui.formstate import link_name, named
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, moment

_KINDS_OF_EVENTS = frozenset({"created", "updated", "deleted", "undone", "note", "attachment", "migrated", "revealed"})
_DOORS = frozenset({"screen", "api", "import", "bulk", "system", "scenario"})
#: Engine columns whose change follows from another that is told.
_UNTOLD = frozenset({"state"})
#: Files on the record page; nobody attaches more by hand, and the API lists all.
_MOST_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, or its beginning."""

    who: str
    when: str
    text: str
    #: Where all of it is; empty: here.
    whole_href: str = ""
    whole_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Some notes, newest first."""

    entries: tuple[Note, ...]
    older_href: str


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
    #: How it came in, under which release, and by which rules.
    door: str
    release: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A part of the history that can be looked at alone."""

    id: str
    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Some of what happened, newest first."""

    entries: tuple[Entry, ...]
    choices: tuple[Choice, ...]
    older_href: str


def notes_of(look: Look, entity: EntityRuntime, stored: Record, page: NotePage) -> Notes:
    """Return notes for a page; of a long one the beginning, with the way to the rest."""
    return Notes(
        entries=tuple(_note(look, entity, stored, each) for each in page.notes),
        older_href=url_for("packdesk_ui.notes", entity_type=entity.id, number=stored.number, before=page.next_cursor) if page.next_cursor else "",
    )


def _note(look: Look, entity: EntityRuntime, stored: Record, each: note.Note) -> Note:
    shown = Note(who=people.name_of(each.by), when=moment(each.at, look.language, look.zone), text=each.text)
    if not each.folded:
        return shown
    length = format_decimal(each.length, locale=look.language)
    href = url_for("packdesk_ui.whole_note", entity_type=entity.id, number=stored.number, note=each.id)
    return replace(shown, text=f"{each.text} …", whole_href=href, whole_words=words("note.whole", count=length))


def files_of(look: Look, entity: EntityRuntime, stored: Record) -> tuple[File, ...]:
    """Return the attached files."""
    return tuple(
        File(
            name=each.name,
            href=url_for("packdesk_ui.file", entity_type=entity.id, number=stored.number, attachment=each.id),
            size=size_words(each.size, look.language),
            who=people.name_of(each.by),
            when=moment(each.at, look.language, look.zone),
        )
        for each in attach.newest(look.work, stored, _MOST_FILES)
    )


def history_of(look: Look, reader: Reader, entity: EntityRuntime, stored: Record, page: HistoryPage, only: str) -> History:  # noqa: PLR0917 - who, what
    """Return what happened for a page; what changes name is read at once, however many they are."""
    _read_named(look, reader, entity, page)

    def href(choice: str, before: str = "") -> str:
        return url_for("packdesk_ui.history", entity_type=entity.id, number=stored.number, only=choice or None, before=before or None)

    return History(
        entries=tuple(_entries(look, reader, entity, page)),
        choices=tuple(Choice(id=one, label=words(f"history.only.{one or 'all'}"), href=href(one), current=one == only) for one in ("", *CHOICES)),
        older_href=href(only, page.next_cursor) if page.next_cursor else "",
    )


def _entries(look: Look, reader: Reader, entity: EntityRuntime, page: HistoryPage) -> Iterator[Entry]:
    for event in page.events:
        yield Entry(
            who=people.name_of(event.by),
            what=_what(entity, event, look.language),
            when=moment(event.at, look.language, look.zone),
            changes=tuple(
                _change(look, reader, entity, path, values) for path, values in event.changes.items() if path not in _UNTOLD and not _is_inner(entity, path)
            ),
            door=words(f"door.{event.door}") if event.door in _DOORS else event.door,
            release=words("release", release=event.release),
            rules=event.rules,
        )


def _is_inner(entity: EntityRuntime, path: str) -> bool:
    """Say whether a field is shown nowhere, whatever the record holds: it serves the rules and the search."""
    return path in entity.fields and entity.fields[path].visible is False


def _what(entity: EntityRuntime, event: Event, language: str) -> str:
    kind, action = event.kind, event.action
    if rule := _acting(entity, event.rules):
        return words("history.by_rule", what=words(f"history.{kind}"), rule=rule.label.in_language(language))
    if action:
        found = entity.actions.get(action)
        if found is None and action in DECISIONS:
            return words(f"history.{action.removeprefix('$')}")
        return words("history.action", action=found.action.label.in_language(language) if found is not None else action)
    return words(f"history.{kind}") if kind in _KINDS_OF_EVENTS else words("history.other", kind=kind)


def _acting(entity: EntityRuntime, paths: Sequence[str]) -> Workflow | None:
    """Return the workflow that did it by itself; None where a person did, whatever rules took part."""
    return next((rule for rule in entity.model.workflows.values() if rule.path == paths[0]), None) if paths else None


def _read_named(look: Look, reader: Reader, entity: EntityRuntime, page: HistoryPage) -> None:
    """Read the records that the changes name and what their titles walk to, a statement or two for each of their types."""
    wanted: dict[str, set[str]] = {}
    for event in page.events:
        for path, values in event.changes.items():
            for targets, each in _names(entity, path, values):
                if len(targets) == 1 and (targets[0], each) not in reader.references:
                    wanted.setdefault(targets[0], set()).add(each)
    for target, ids in wanted.items():
        read = look.work.unit.prefetch(target, ids)
        prefetch_names(look.work, look.runtime.type(target), tuple(read.values()))


def _names(entity: EntityRuntime, path: str, values: Iterable[Json]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the ids that the two values of a change name, with the types they may be of."""
    if path in entity.fields and entity.fields[path].targets:
        for value in values:
            for each in value if isinstance(value, list | tuple) else (value,):
                if isinstance(each, str):
                    yield entity.fields[path].targets, each
    elif path not in entity.groups:
        ends = (end for value in values for end in ends_of(value))
        yield from (((str(end["entity_type"]),), str(end["record"])) for end in ends if end["entity_type"] in entity.model.entity_types)
    else:
        fields = {name: field for name, field in entity.groups[path].fields.items() if field.targets}
        for value in values:
            for row in value if fields and isinstance(value, list | tuple) else ():
                yield from ((field.targets, each) for name, field in fields.items() if isinstance(row, Mapping) and isinstance(each := row.get(name), str))


def _change(look: Look, reader: Reader, entity: EntityRuntime, path: str, values: tuple[Json, Json]) -> Change:
    old, new = values
    if path in entity.fields:
        declared = entity.fields[path].field
        targets = entity.fields[path].targets
        return Change(
            label=declared.label.in_language(look.language), old=_was(look, reader, declared, targets, old), new=_was(look, reader, declared, targets, new)
        )
    if path in entity.groups:
        label = entity.groups[path].group.label.in_language(look.language)
        return Change(label=label, old=_rows(look, reader, entity, path, old), new=_rows(look, reader, entity, path, new))
    label = entity.relations[path].relation.label.in_language(look.language) if path in entity.relations else path
    return Change(label=label, old=_ends(look, reader, old), new=_ends(look, reader, new))


def _ends(look: Look, reader: Reader, value: Json) -> str:
    """Return the links of a relation: each by the record that it leads to, and what else it says."""
    ends = ends_of(value)
    if not ends:
        return _plain(value)
    said = ((_end(look, reader, end), *(_plain(value) for name, value in end.items() if name not in ("entity_type", "record"))) for end in ends)
    return ", ".join(" ".join(one) for one in said)


def _end(look: Look, reader: Reader, end: Mapping[str, Json]) -> str:
    """Return the name of the record that a link leads to; dots where there is no such type any more."""
    target = str(end["entity_type"])
    return _record(look, reader, (target,), str(end["record"])) if target in reader.model.entity_types else "…"


def _was(look: Look, reader: Reader, declared: Field, targets: tuple[str, ...], value: Json) -> str:
    """Return an old or new value in words; one that the field no longer understands as it was written."""
    if value is None:
        return ""
    kind = KINDS[declared.kind]
    read = kind.read(replace(declared, constraints={}), value, look.reading)
    if isinstance(read, Finding):
        return _plain(value)
    if targets:
        return ", ".join(_record(look, reader, targets, str(one)) for one in (read if isinstance(read, tuple) else (read,)))
    return reader.show(declared, read).text


def _record(look: Look, reader: Reader, targets: tuple[str, ...], record_id: str) -> str:
    """Return number and title of a record that a change names; dots where the person may not see it."""
    known = next((found for target in targets if (found := reader.references.get((target, record_id)))), None)
    if known is not None:
        return link_name(known.number, known.title, several=False)
    read = look.find(targets, record_id)
    return named(look, read) if read is not None else "…"


def _rows(look: Look, reader: Reader, entity: EntityRuntime, group: str, value: Json) -> str:
    fields = entity.groups[group].fields
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []
    said = (" ".join(filter(None, (_was(look, reader, each.field, each.targets, row.get(name)) for name, each in fields.items()))) for row in rows)
    return "; ".join(said)


def _plain(value: Json) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_plain(inner) for inner in value.values())
    return ", ".join(_plain(inner) for inner in value) if isinstance(value, list | tuple) else "" if value is None else str(value)


def size_words(size: float, language: str) -> str:
    """Return a size in the largest unit that fits."""
    for unit in ("B", "kB"):
        if size < 1000:
            return f"{format_decimal(size, format='0.#', locale=language)} {unit}"
        size /= 1000
    return f"{format_decimal(size, format='0.#', locale=language)} MB"
