"""The page of one record: where it stands, what can be done next and why not, its values, what belongs to it, what happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flask import Response, request, url_for

from packdesk.errors import PackdeskError, sentence
from packdesk.records import actions, history
from packdesk.records import read as reading
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import RecordView
from packdesk.records.screening import closed_to
from packdesk.runtime import header, layout
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.field_state import present
from packdesk.runtime.header import record_header
from packdesk.runtime.lifecycle import ActionState, is_final, lock
from packdesk.web import request_context
from packdesk_ui import answers, faults, people, shell, timeline
from packdesk_ui.editing import crumbs
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown, named, reference_link, tone_of

_MASK = "•••"
_FEW_EVENTS = 10
_MOST_RELATED = 12
_MANY_EVENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A badge."""

    label: str
    tone: str


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
    path: tuple[header.Step, ...]
    steps: tuple[Step, ...]
    #: Why nothing can be changed any more; empty while it can.
    locked: str
    sections: tuple[Block, ...]
    side: tuple[Block, ...]
    related: tuple[Related, ...]
    notes: tuple[timeline.Note, ...] | None
    attachments: tuple[timeline.File, ...] | None
    history: tuple[timeline.Entry, ...]
    history_more: str
    assign_href: str
    edit_href: str
    delete_href: str
    note_href: str
    attach_href: str
    reveal_href: str


def record(entity_type: str, number: str) -> Response:
    """Show a record."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    states = actions.available(context, entity_type, view.record.id)
    with looking(context) as look:
        page = _page(look, entity, view, states)
    return answers.page("records/record.html", title=f"{view.record.number}", page=page, crumbs=crumbs(entity, view.record.number, view.record.number))


def reveal(entity_type: str, number: str) -> Response:
    """Show a record with one masked value in the open; that somebody looked stands in its history."""
    context, path = answers.context(), request.form.get("field", "")
    view = reading.read(context, entity_type, number)
    if path not in view.masked:
        raise PackdeskError("unknown_field", name=path)
    value = reading.reveal(context, entity_type, view.record.id, path)
    seen = replace(view, record=view.record.having({path: value}), masked=view.masked - {path})
    entity = request_context.runtime().type(entity_type)
    states = actions.available(context, entity_type, view.record.id)
    with looking(context) as look:
        page = _page(look, entity, seen, states)
    return answers.page("records/record.html", title=f"{view.record.number}", page=page, crumbs=crumbs(entity, view.record.number, view.record.number))


def history_page(entity_type: str, number: str) -> Response:
    """Show everything that happened to a record (GEN-8)."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    found = history.history(context, entity_type, view.record.id, limit=_MANY_EVENTS, cursor=request.args.get("before", ""))
    with looking(context) as look:
        entries = tuple(timeline.entries_of(look, _reader(look, view), entity, found))
    older = url_for("packdesk_ui.history", entity_type=entity_type, number=view.record.number, before=found.next_cursor) if found.next_cursor else ""
    page = {"number": view.record.number, "history": entries, "history_more": "", "history_older": older}
    return answers.page("records/history_page.html", title=words("history"), page=page, crumbs=crumbs(entity, words("history"), view.record.number))


def _page(look: Look, entity: EntityRuntime, view: RecordView, states: Iterable[ActionState]) -> RecordPage:
    stored, language = view.record, look.language
    reader = _reader(look, view)
    blocks = tuple(_blocks(look, entity, view, reader))

    def here(endpoint: str) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id, number=stored.number)

    past = history.history(look.context, entity.id, stored.id, limit=_FEW_EVENTS)
    head = record_header(entity, stored, language)
    capable = entity.entity.capabilities
    ended = is_final(entity, stored)
    return RecordPage(
        icon=shell.icon_of(entity.entity),
        type_label=entity.entity.label.in_language(language),
        subtype=head.subtype,
        number=stored.number,
        title=view.title or stored.number,
        version=int(str(stored.get("version") or 0)),
        key=answers.new_key(),
        status=Status(label=head.status_label, tone=tone_of(entity.lifecycle, head.status)) if head.status else None,
        path=head.path,
        steps=tuple(_step(look, entity, view, state) for state in states if _is_step(entity, state)),
        locked=_locked(look, view),
        sections=tuple(block for side, block in blocks if not side),
        side=tuple(block for side, block in blocks if side),
        related=tuple(_related(look, entity, view)),
        notes=timeline.notes_of(look, entity, stored) if "notes" in capable else None,
        attachments=timeline.files_of(look, entity, stored) if "attachments" in capable else None,
        history=tuple(timeline.entries_of(look, reader, entity, past)),
        history_more=here("history") if past.next_cursor else "",
        assign_href=here("assign") if "assignment" in capable and "assign" in view.verbs and not ended else "",
        edit_href=here("edit") if "edit" in view.verbs and not ended else "",
        delete_href=here("delete") if "delete" in view.verbs else "",
        note_href=here("add_note"),
        attach_href=here("add_file"),
        reveal_href=here("reveal"),
    )


def _reader(look: Look, view: RecordView) -> Reader:
    return Reader(model=look.runtime.model, language=look.language, zone=look.zone, references=view.references, person=people.name_of)


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
    closed = closed_to(look.runtime, look.context.actor)
    for finding in state.findings:
        if reason := faults.why_at(at, finding, look.language, closed):
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
            if path in view.masked:
                yield Shown(label=each.label(reader.language), text=_MASK, masked=path)
                continue
            fact = reader.show(each.field, view.record.get(path), targets=each.targets)
            yield replace(fact, wide=fact.wide or part.spans[path] > 1)


def _table(entity: EntityRuntime, view: RecordView, reader: Reader, group: str) -> Table:
    fields = entity.groups[group].fields
    rows = tuple(
        tuple(reader.show(each.field, line.values.get(name), targets=each.targets) for name, each in fields.items())
        for line in view.record.lines.get(group, ())
    )
    return Table(head=tuple(each.label(reader.language) for each in fields.values()), rows=rows)


def _related(look: Look, entity: EntityRuntime, view: RecordView) -> Iterator[Related]:
    """Yield what is at the other ends: links of the record's own, and what refers to it."""
    for name in (tab for tab in layout.tabs_of(entity) if tab in entity.connections):
        connection = entity.connections[name]
        if connection.how == "field" and not connection.many:
            continue
        links = view.links[name] if name in view.links else reading.linked(look.context, entity.id, view.record.id, name)
        relation = entity.relations.get(name)
        label = relation.relation.label if relation is not None else look.runtime.model.entity_types[connection.holder].plural
        entries = tuple(RelatedItem(text=named(link.reference), href=reference_link(link.reference).href) for link in links[:_MOST_RELATED])
        yield Related(label=label.in_language(look.language), count=len(links), entries=entries)
