"""The page of one record: where it stands, what can be done next and why not, its values, what belongs to it, what happened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Response, url_for

from packdesk.errors import Finding, sentence
from packdesk.model.entity_types import Field
from packdesk.model.nodes import Json
from packdesk.records import actions, attach, history, note
from packdesk.records import read as reading
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import RecordView
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.field_state import present
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.lifecycle import ActionState, is_final, lock
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, faults, layout, people, shell
from packdesk_ui.editing import crumbs
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown, named, reference_link, tone_of

_FEW_EVENTS = 10
_MOST_RELATED = 12
_ALL_EVENTS = 200
_KINDS_OF_EVENTS = frozenset({"created", "updated", "deleted", "note", "attachment", "migrated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A badge."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A status of the way that records of the type go."""

    label: str
    current: bool
    past: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A next step: a button, or why it is none."""

    id: str
    label: str
    icon: str
    tone: str
    enabled: bool
    #: Needs no inputs and no confirmation: the button does it at once.
    plain: bool
    href: str
    sentence: str
    reasons: tuple[faults.Why, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedItem:
    """A linked record."""

    text: str
    href: str
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The records at the other end of a relation."""

    label: str
    count: int
    entries: tuple[RelatedItem, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """What the record template draws."""

    icon: str
    type_label: str
    subtype: str
    number: str
    title: str
    version: int
    key: str
    status: Status | None
    path: tuple[PathStep, ...]
    steps: tuple[Step, ...]
    #: Why nothing can be changed any more; empty while it can.
    locked: str
    sections: tuple[Block, ...]
    side: tuple[Block, ...]
    related: tuple[Related, ...]
    notes: tuple[Note, ...] | None
    attachments: tuple[File, ...] | None
    history: tuple[Entry, ...]
    history_more: str
    assign_href: str
    edit_href: str
    delete_href: str
    note_href: str
    attach_href: str


def record(entity_type: str, number: str) -> Response:
    """Show a record."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    states = actions.available(context, entity_type, view.record.id)
    with looking(context) as look:
        page = _page(look, entity, view, states)
    return answers.page("records/record.html", title=f"{view.record.number}", page=page, crumbs=crumbs(entity, view.record.number, view.record.number))


def history_page(entity_type: str, number: str) -> Response:
    """Show everything that happened to a record (GEN-8)."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    with looking(context) as look:
        reader = _reader(look, view)
        entries = tuple(_entries(look, reader, entity, view.record, _ALL_EVENTS))
    page = {"number": view.record.number, "history": entries, "history_more": ""}
    return answers.page("records/history_page.html", title=words("history"), page=page, crumbs=crumbs(entity, words("history"), view.record.number))


def _page(look: Look, entity: EntityRuntime, view: RecordView, states: Iterable[ActionState]) -> RecordPage:
    stored, language = view.record, look.language
    reader = _reader(look, view)
    blocks = tuple(_blocks(look, entity, view, reader))

    def here(endpoint: str) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id, number=stored.number)

    entries = tuple(_entries(look, reader, entity, stored, _FEW_EVENTS))
    capable = entity.entity.capabilities
    kind = entity.subtypes.get(str(stored.get("subtype") or ""))
    ended = is_final(entity, stored)
    return RecordPage(
        icon=shell.icon_of(entity.entity),
        type_label=entity.entity.label.in_language(language),
        subtype=kind.subtype.label.in_language(language) if kind is not None else "",
        number=stored.number,
        title=view.title or stored.number,
        version=int(str(stored.get("version") or 0)),
        key=answers.new_key(),
        status=_status(entity, stored, language),
        path=_path(entity, stored, language),
        steps=tuple(_step(look, entity, view, state) for state in states if _is_step(entity, state)),
        locked=_locked(look, view),
        sections=tuple(block for side, block in blocks if not side),
        side=tuple(block for side, block in blocks if side),
        related=tuple(_related(look, entity, view)),
        notes=_notes(look, entity, stored) if "notes" in capable else None,
        attachments=_files(look, entity, stored) if "attachments" in capable else None,
        history=entries,
        history_more=here("history") if len(entries) >= _FEW_EVENTS else "",
        assign_href=here("assign") if "assignment" in capable and "assign" in view.verbs and not ended else "",
        edit_href=here("edit") if "edit" in view.verbs and not ended else "",
        delete_href=here("delete") if "delete" in view.verbs else "",
        note_href=here("add_note"),
        attach_href=here("add_file"),
    )


def _reader(look: Look, view: RecordView) -> Reader:
    return Reader(model=look.runtime.model, language=look.language, zone=look.zone, references=view.references, person=people.name_of)


def _status(entity: EntityRuntime, stored: Record, language: str) -> Status | None:
    status = str(stored.get("status") or "")
    if entity.lifecycle is None or status not in entity.lifecycle.statuses:
        return None
    return Status(label=entity.lifecycle.statuses[status].label.in_language(language), tone=tone_of(entity.lifecycle, status))


def _path(entity: EntityRuntime, stored: Record, language: str) -> tuple[PathStep, ...]:
    """Return the statuses in order: those of final states only where the record stands in one, so that the way reads as a way."""
    lifecycle = entity.lifecycle
    if lifecycle is None:
        return ()
    now = str(stored.get("status") or "")
    usable = [status for status in entity.statuses_for(str(stored.get("subtype") or "")) if lifecycle.statuses[status].effective or status == now]
    ended = now in lifecycle.statuses and lifecycle.states[lifecycle.statuses[now].state].kind == "final"
    shown = [status for status in usable if not _is_final(entity, status) or status == now or (not ended and _ends_well(entity, status))]
    place = shown.index(now) if now in shown else -1
    labels = ((status, lifecycle.statuses[status].label.in_language(language)) for status in shown)
    return tuple(PathStep(label=label, current=status == now, past=index < place) for index, (status, label) in enumerate(labels))


def _is_final(entity: EntityRuntime, status: str) -> bool:
    return entity.lifecycle is not None and entity.lifecycle.states[entity.lifecycle.statuses[status].state].kind == "final"


def _ends_well(entity: EntityRuntime, status: str) -> bool:
    return entity.lifecycle is not None and entity.lifecycle.states[entity.lifecycle.statuses[status].state].success is True


# next steps ----------------------------------------------------------------------------------------------------------------------


def _is_step(entity: EntityRuntime, state: ActionState) -> bool:
    """Show what is offered, and what moves the record though it can't now; other actions only while they are offered."""
    action = entity.actions.get(state.action.id)
    if state.findings and state.findings[0].code == "locked_final":
        return False
    return state.offered or (action is not None and action.move is not None and bool(state.findings) and state.findings[0].code != "wrong_state")


def _locked(look: Look, view: RecordView) -> str:
    """Return the sentence that a final state is final."""
    finding = lock(look.at(view.record, view.record))
    return sentence(finding, look.language) if finding is not None else ""


def _step(look: Look, entity: EntityRuntime, view: RecordView, state: ActionState) -> Step:
    action, language = state.action, look.language
    asks = bool(state.inputs) or action.confirm is not None or len(state.statuses) > 1
    tone = "plain"
    if action.style == "danger":
        tone = "risk"
    elif action.place == "primary":
        tone = "solid"
    said = " ".join(dict.fromkeys(sentence(finding, language) for finding in state.findings))
    return Step(
        id=action.id,
        label=action.label.in_language(language),
        icon=action.icon,
        tone=tone,
        enabled=state.enabled,
        plain=not asks,
        href=url_for("packdesk_ui.act", entity_type=entity.id, number=view.record.number, action=action.id),
        sentence=said,
        reasons=tuple(_reasons(look, view, state)),
    )


def _reasons(look: Look, view: RecordView, state: ActionState) -> Iterator[faults.Why]:
    at = look.at(view.record, view.record)
    for finding in state.findings:
        if reason := faults.why_at(at, finding, look.language):
            yield reason


# values --------------------------------------------------------------------------------------------------------------------------


def _blocks(look: Look, entity: EntityRuntime, view: RecordView, reader: Reader) -> Iterator[tuple[bool, Block]]:
    shown: set[str] = set()
    for part in layout.parts_of(entity, look.language):
        shown |= set(part.paths)
        if part.group:
            if part.group not in view.hidden:
                yield part.side, Block(label=part.label, table=_table(entity, view, reader, part.group))
            continue
        facts = tuple(_facts(entity, view, reader, part))
        section = part.paths[0].partition(".")[0] if part.paths and "." in part.paths[0] else ""
        absent = section in entity.sections and not (present(look.at(view.record), section) or _was_filled(entity, view, part))
        if facts and not absent:
            yield part.side, Block(label=part.label, facts=facts)
    log = layout.log_paths(entity, frozenset(shown))
    facts = tuple(reader.show(entity.fields[path].field, view.record.get(path), badges=False) for path in log if path not in view.hidden)
    yield True, Block(label=words("details"), facts=tuple(fact for fact in facts if fact.text))


def _was_filled(entity: EntityRuntime, view: RecordView, part: layout.Part) -> bool:
    """Say whether somebody wrote into a section, derived fields apart."""
    return any(view.record.get(path) is not None and entity.fields[path].derived is None for path in part.paths if path in entity.fields)


def _facts(entity: EntityRuntime, view: RecordView, reader: Reader, part: layout.Part) -> Iterator[Shown]:
    for path in part.paths:
        if path in entity.fields and path not in view.hidden:
            each = entity.fields[path]
            value = "•••" if path in view.masked else view.record.get(path)
            if path in view.masked:
                yield Shown(label=each.label(reader.language), text=str(value))
                continue
            fact = reader.show(each.field, value, targets=each.targets)
            yield replace(fact, wide=fact.wide or path in part.wide)


def _table(entity: EntityRuntime, view: RecordView, reader: Reader, group: str) -> Table:
    fields = entity.groups[group].fields
    rows = tuple(
        tuple(reader.show(each.field, line.values.get(name), targets=each.targets) for name, each in fields.items())
        for line in view.record.lines.get(group, ())
    )
    return Table(head=tuple(each.label(reader.language) for each in fields.values()), rows=rows)


def _related(look: Look, entity: EntityRuntime, view: RecordView) -> Iterator[Related]:
    """Yield what is at the other ends: links of the record's own, and what refers to it."""
    for name, connection in entity.connections.items():
        if connection.how == "field" and not connection.many:
            continue
        links = view.links[name] if name in view.links else reading.linked(look.context, entity.id, view.record.id, name)
        relation = entity.relations.get(name)
        label = relation.relation.label if relation is not None else look.runtime.model.entity_types[connection.holder].plural
        entries = tuple(RelatedItem(text=named(link.reference), href=reference_link(link.reference).href) for link in links[:_MOST_RELATED])
        yield Related(label=label.in_language(look.language), count=len(links), entries=entries)


# what belongs to it --------------------------------------------------------------------------------------------------------------


def _notes(look: Look, entity: EntityRuntime, stored: Record) -> tuple[Note, ...]:
    found = note.notes(look.context, entity.id, stored.id)
    return tuple(Note(who=people.name_of(each.by), when=_moment(look, each.at), text=each.text) for each in found)


def _files(look: Look, entity: EntityRuntime, stored: Record) -> tuple[File, ...]:
    found = attach.attachments(look.context, entity.id, stored.id)
    return tuple(
        File(
            name=each.name,
            href=url_for("packdesk_ui.file", entity_type=entity.id, number=stored.number, attachment=each.id),
            size=_size(each.size, look.language),
            who=people.name_of(each.by),
            when=_moment(look, each.at),
        )
        for each in found
    )


def _entries(look: Look, reader: Reader, entity: EntityRuntime, stored: Record, most: int) -> Iterator[Entry]:
    for event in history.history(look.context, entity.id, stored.id, limit=most).events:
        yield Entry(
            who=people.name_of(event.by),
            what=_what(entity, event.kind, event.action, look.language),
            when=_moment(look, event.at),
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


def _moment(look: Look, moment: datetime) -> str:
    return str(format_datetime(moment, format="short" if look.language == "de" else "medium", tzinfo=look.zone, locale=look.language))


def _size(size: int, language: str) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000 or unit == "MB":
            return f"{format_decimal(size, format='0.#', locale=language)} {unit}"
        size = round(size / 1000, 1)  # type: ignore[assignment]
    return str(size)
