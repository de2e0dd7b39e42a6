"""What two people did to the same fields of a record, in words: the page on which the second chooses, and what an action tells.

Nothing is chosen beforehand: what is stored stays until somebody decides. Of rows it is said what was done to each, and where both
touched different ones, both can be kept.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from babel.dates import format_timedelta

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Json
from packdesk.records.context import Door
from packdesk.records.history import Event
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk_ui import answers, controls, facts, people, row_changes
from packdesk_ui.conflict_choices import BOTH, MINE, OWN, THEIRS
from packdesk_ui.controls import Raw
from packdesk_ui.editing import json_map
from packdesk_ui.formstate import Form
from packdesk_ui.row_changes import Place, Row, RowChange, Side, changes, rows_of
from packdesk_ui.shell import words

#: What happened within it happened just now.
_MOMENT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNote:
    """What somebody did to one row, or a row as it would stand."""

    did: str = ""
    #: The row as it was, and as it is; empty for one that was not there.
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What can stay of a field that two people changed."""

    id: str
    label: str
    value: str = ""
    chosen: bool = False
    #: What it means for rows: what was done to them, or how they would be.
    notes: tuple[RowNote, ...] = ()
    #: What is lost by it.
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A field that two people changed."""

    path: str
    label: str
    #: Who did what, and when.
    said: str
    choices: tuple[Choice, ...]
    undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage:
    """What the conflict template draws."""

    number: str
    words: str
    action: str
    back: str
    hidden: tuple[tuple[str, str], ...]
    fields: tuple[Clash, ...]
    #: Labels of the fields that only the reader changed.
    others: tuple[str, ...] = ()
    #: Somebody sent it without a choice for each field.
    undecided: bool = False
    #: Both windows are the reader's own.
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two changes to one record: the form of the record as it stands, what was sent, and the fields that both touched."""

    form: Form
    #: What happened since the version that was seen, newest first.
    events: Sequence[Event]
    patch: Mapping[str, Json]
    typed: Raw
    #: The rows as they stood where the change began.
    opened: Mapping[str, Json]
    both: Sequence[str]
    seen: int
    version: int
    #: What was chosen already; None: nothing was asked yet.
    chosen: Mapping[str, str] | None = None

    def page(self, *, action: str, back: str) -> ConflictPage:
        """Return the page that asks what shall stay."""
        now = json_map(self.form.base())
        clashes = tuple(_clash(self, path, now) for path in self.both)
        last = tuple(_last(self.events, path) for path in self.both)
        own = all(_is_own(self.form, event) for event in last)
        others = sorted(last, key=lambda event: _is_own(self.form, event))
        authors = ", ".join(dict.fromkeys(_author(self.form, event) for event in others))
        groups = [path for path in self.both if path in self.form.rows]
        rows = {path: places for path in groups if (places := self.together(path, now))}
        hidden = {
            "_key": answers.new_key(),
            "_version": str(self.version),
            "_seen": str(self.seen),
            MINE: json.dumps(self.patch, default=dict),
            "_typed": json.dumps(self._typed()),
            "_asked": json.dumps(dict.fromkeys(self.both, True)),
            "_opened": json.dumps({path: self.opened.get(path) for path in groups}, default=dict),
            "_now": json.dumps({path: now.get(path) for path in groups}, default=dict),
            "_both": json.dumps({path: self._joined(path, places) for path, places in rows.items()}),
        }
        return ConflictPage(
            number=self.form.record.number,
            words=words("conflict.advice.own") if own else words("conflict.advice", authors=authors),
            action=action,
            back=back,
            hidden=tuple(hidden.items()),
            fields=clashes,
            others=tuple(label_of(self.form.entity, path, self.form.look.language) for path in self.patch if path not in self.both),
            undecided=self.chosen is not None,
            own=own,
        )

    def together(self, path: str, now: Mapping[str, Json]) -> tuple[Place, ...]:
        """Return the rows of a group with what both did; none where it does not fit together."""
        return row_changes.together(rows_of(self.opened.get(path)), rows_of(now.get(path)), rows_of(self.patch[path]))

    def _typed(self) -> dict[str, list[str]]:
        return {name: list(texts) for name, texts in self.typed.items() if controls.place_of(name)[0] in self.patch or name == "_group"}

    def _joined(self, group: str, places: Sequence[Place]) -> dict[str, list[str]]:
        """Return the rows of a group as the inputs of a form, theirs as they stand and mine as they were typed."""
        stored = self.form.raw()
        sent = tuple(index for index, _ in controls.filled(self.typed, group, self._declared(group), self.form.look.reading))
        found: dict[str, list[str]] = {}
        for index, (side, place) in enumerate(places):
            raw, at = (stored, place) if side is Side.THEIRS else (self.typed, sent[place])
            found |= {f"{group}[{index}]{name.removeprefix(f'{group}[{at}]')}": list(raw[name]) for name in raw if name.startswith(f"{group}[{at}]")}
        return found

    def _declared(self, group: str) -> dict[str, Field]:
        return {name: each.field for name, each in self.form.rows[group].fields.items()}


# in words ------------------------------------------------------------------------------------------------------------------------


def told(form: Form, events: Sequence[Event], masked: Collection[str]) -> tuple[str, ...]:
    """Return what was changed in a record, each field with its value, when and by whom, in sentences."""
    held = (*form.entity.fields, *form.rows, *form.entity.relations)
    paths = dict.fromkeys(path for event in events for path in event.changes if path in held)
    return tuple(_told(form, events, path, masked=path in masked) for path in paths)


def _told(form: Form, events: Sequence[Event], path: str, *, masked: bool = False) -> str:
    """Return who did what to a field, and when."""
    last = _last(events, path)
    said = {"label": label_of(form.entity, path, form.look.language), "when": _when(last, form), "author": _author(form, last)}
    if path in form.rows:
        return words(_by("conflict.rows.told", form, last), notes=_sentence(_happened(form, events, path)), **said)
    value = facts.MASK if masked else _stored(form, path)
    return words("conflict.set" if value else "conflict.emptied", value=value, **said)


def _when(event: Event | None, form: Form) -> str:
    if event is None:
        return ""
    if form.look.now - event.at < _MOMENT:
        return words("conflict.now")
    return format_timedelta(event.at - form.look.now, add_direction=True, locale=form.look.language)


def _last(events: Sequence[Event], path: str) -> Event | None:
    """Return the latest change to a field."""
    return next((event for event in events if path in event.changes), None)


def _is_own(form: Form, event: Event | None) -> bool:
    """Say whether the reader did it himself, in another window."""
    return event is not None and event.by == form.look.context.actor.login and event.door == Door.SCREEN


def _by(key: str, form: Form, event: Event | None) -> str:
    """Return the name of the words that fit who did it: the reader himself, or somebody else."""
    return f"own.{key}" if _is_own(form, event) else key


def _author(form: Form, event: Event | None) -> str:
    if event is None:
        return words("conflict.somebody")
    return words("conflict.author.own") if _is_own(form, event) else people.name_of(event.by)


def label_of(entity: EntityRuntime, path: str, language: str) -> str:
    """Return how a field, a group of rows or a relation is called."""
    if path in entity.fields:
        return entity.fields[path].label(language)
    if path in entity.groups:
        return entity.groups[path].group.label.in_language(language)
    return entity.relations[path].relation.label.in_language(language) if path in entity.relations else path


def _clash(conflict: Conflict, path: str, now: Mapping[str, Json]) -> Clash:
    form, chosen = conflict.form, (conflict.chosen or {}).get(path, "")
    rows = path in form.rows
    last = _last(conflict.events, path)
    label = label_of(form.entity, path, form.look.language)
    choices = _row_choices(conflict, path, now, last) if rows else _value_choices(conflict, path, last)
    return Clash(
        path=path,
        label=label,
        said=words(_by("conflict.rows", form, last), when=_when(last, form), author=_author(form, last)) if rows else _told(form, conflict.events, path),
        choices=tuple(replace(choice, chosen=choice.id == chosen) for choice in choices),
        undecided=conflict.chosen is not None and not chosen,
    )


# values --------------------------------------------------------------------------------------------------------------------------


def _value_choices(conflict: Conflict, path: str, last: Event | None) -> tuple[Choice, ...]:
    theirs, mine = _stored(conflict.form, path), _typed(conflict.form, path, conflict.patch[path])
    return (
        Choice(id=THEIRS, label=words(_by("conflict.theirs", conflict.form, last)), value=theirs or words("empty.value")),
        Choice(id=OWN, label=words(_by("conflict.mine", conflict.form, last)), value=mine or words("empty.value")),
    )


def _stored(form: Form, path: str) -> str:
    """Return the value as it stands, in words."""
    return form.shown(form.entity.fields[path], form.record.get(path)) if path in form.entity.fields else form.linked(path)


def _typed(form: Form, path: str, mine: Json) -> str:
    """Return what was typed, in words; empty for what was cleared."""
    if path in form.entity.fields:
        return _read(form, form.entity.fields[path], mine)
    return ", ".join(_named(one) for one in (mine if isinstance(mine, list | tuple) else (mine,)) if one is not None)


def _named(end: Json) -> str:
    return str(end.get("record", "")) if isinstance(end, Mapping) else str(end)


def _read(form: Form, each: FieldRuntime, value: Json) -> str:
    """Return a value of JSON in words; as it was written where the field does not understand it."""
    if value is None:
        return ""
    read = each.kind.read(replace(each.field, constraints={}), value, form.look.reading)
    return str(value) if isinstance(read, Finding) else form.shown(each, read)


# rows ----------------------------------------------------------------------------------------------------------------------------


def _row_choices(conflict: Conflict, path: str, now: Mapping[str, Json], last: Event | None) -> tuple[Choice, ...]:
    form = conflict.form

    def said(key: str) -> str:
        return words(_by(key, form, last), author=_author(form, last))

    opened, theirs, mine = rows_of(conflict.opened.get(path)), rows_of(now.get(path)), rows_of(conflict.patch[path])
    choices = (
        Choice(id=THEIRS, label=said("conflict.theirs"), notes=_notes(form, path, changes(opened, theirs)), hint=said("conflict.theirs.hint")),
        Choice(id=OWN, label=said("conflict.mine"), notes=_notes(form, path, changes(opened, mine)), hint=said("conflict.mine.hint")),
    )
    places = conflict.together(path, now)
    joined = tuple(RowNote(new=_row(form, path, (theirs if side is Side.THEIRS else mine)[place])) for side, place in places)
    return (*choices, Choice(id=BOTH, label=words("conflict.both"), notes=joined, hint=words("conflict.both.hint"))) if joined else choices


def _happened(form: Form, events: Sequence[Event], path: str) -> tuple[RowNote, ...]:
    """Return what was done to the rows in all of these events together."""
    pairs = [event.changes[path] for event in events if path in event.changes]
    return _notes(form, path, changes(rows_of(pairs[-1][0]), rows_of(pairs[0][1]))) if pairs else ()


def _notes(form: Form, group: str, done: Iterable[RowChange]) -> tuple[RowNote, ...]:
    return tuple(RowNote(did=words(f"conflict.row.{each.did}"), old=_row(form, group, each.old), new=_row(form, group, each.new)) for each in done)


def _row(form: Form, group: str, row: Row) -> str:
    """Return a row in words; a tick by its name."""
    fields = form.rows[group].fields
    said = (_cell(form, each, row.get(name)) for name, each in fields.items())
    return " · ".join(filter(None, said))


def _cell(form: Form, each: FieldRuntime, value: Json) -> str:
    if each.field.kind is Kind.BOOLEAN:
        return each.label(form.look.language) if value is True else ""
    return _read(form, each, value)


def _sentence(notes: Iterable[RowNote]) -> str:
    return "; ".join(f"{note.did} {' → '.join(filter(None, (note.old, note.new)))}".strip() for note in notes) or words("conflict.row.changed")
