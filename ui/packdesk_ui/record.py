"""The page of one record: where it stands, what can be done next and why not, its values, what belongs to it, what happened."""

from dataclasses import dataclass, replace

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import actions, history, note
from packdesk.records import read as reading
from packdesk.records.content import LIMIT
from packdesk.records.finding_records import existing
from packdesk.records.looking import Look, looked
from packdesk.records.outcome import RecordView
from packdesk.runtime import header
from packdesk.runtime.header import record_header
from packdesk.runtime.lifecycle import is_locked, lock
from packdesk.web import request_context
from packdesk_ui import answers, facts, people, related, shell, timeline
from packdesk_ui.approvals import Asked, asked_of
from packdesk_ui.desk import desk_href
from packdesk_ui.due import Due
from packdesk_ui.editing import crumbs
from packdesk_ui.explained import Explanations, explanations
from packdesk_ui.facts import Block
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown, Status, tone_of
from packdesk_ui.steps import Step, only_read, steps_of
from packdesk_ui.telling import sentence

_FEW_EVENTS = 10
_FEW_NOTES = 10
_MANY_EVENTS = 50
#: Ids of the parts of the page that a link may ask for alone.
_PARTS = {"related-inside": "records/parts/related.html", "history-inside": "records/parts/history.html"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """What the record template draws."""

    icon: str
    type_label: str
    subtype: str
    number: str
    title: str
    #: Whose business it is, where the title does not say so.
    whose: Shown | None
    #: The requests for approval that hold it back.
    approvals: tuple[Asked, ...]
    version: int
    key: str
    status: Status | None
    path: tuple[header.Step, ...]
    #: What to do with a record that stands here, in the pack's words, and the fields that matter for it.
    guidance: str
    key_facts: tuple[facts.KeyFact, ...]
    steps: tuple[Step, ...]
    #: Why none of the steps is open to somebody who may only read; empty for everybody else.
    only_read: str
    #: Why nothing can be changed any more; empty while it can.
    locked: str
    assigned: tuple[Shown, ...]
    dates: tuple[Due, ...]
    sections: tuple[Block, ...]
    side: tuple[Block, ...]
    related: related.Related | None
    notes: timeline.Notes | None
    attachments: tuple[timeline.File, ...] | None
    #: The most that one file may hold: in bytes, and in words.
    file_limit: int
    file_limit_words: str
    history: timeline.History
    assign_href: str
    edit_href: str
    delete_href: str
    note_href: str
    attach_href: str
    reveal_href: str
    explain_href: str
    #: The record laid out for the desk; empty where no view does so.
    desk_href: str
    explained: Explanations | None


def record(entity_type: str, number: str) -> Response:
    """Show a record, or only the part of it that a link asks for."""
    context = answers.context()
    page = looked(context, lambda look: _page(look, entity_type, number))
    if part := _PARTS.get(request.headers.get("HX-Target", "")):
        return answers.page("shell/fragment.html", inside=part, page=page)
    return _shown(entity_type, page)


def reveal(entity_type: str, number: str) -> Response:
    """Show a record with one masked value in the open; that somebody looked stands in its history."""
    context, path = answers.context(), request.form.get("field", "")
    view = reading.read(context, entity_type, number)
    if path not in view.masked:
        raise PackdeskError("unknown_field", name=path)
    value = reading.reveal(context, entity_type, view.record.id, path)
    return _shown(entity_type, looked(context, lambda look: _page(look, entity_type, number, {path: value})))


def history_page(entity_type: str, number: str) -> Response:
    """Show everything that happened to a record (GEN-8), or one kind of it."""
    only = request.args.get("only", "")
    before = request.args.get("before", "")

    def page(look: Look) -> timeline.History:
        view = reading.view(look.work, entity_type, number, links=False)
        entity = look.runtime.type(entity_type)
        found = history.page(look.work, view.record, _MANY_EVENTS, before, only)
        return timeline.history_of(look, _reader(look, view), entity, view.record, found, only)

    told = looked(answers.context(), page)
    if request.headers.get("HX-Target") == "history-inside":
        return answers.page("shell/fragment.html", inside="records/parts/history.html", page={"history": told})
    entity = request_context.runtime().type(entity_type)
    view = {"number": number, "history": told}
    return answers.page("records/history_page.html", title=words("history"), page=view, crumbs=crumbs(entity, words("history"), number))


def notes(entity_type: str, number: str) -> Response:
    """Show older notes of a record, fifty at a time."""
    before = request.args.get("before", "")

    def page(look: Look) -> timeline.Notes:
        stored = existing(look.work, entity_type, number)
        return timeline.notes_of(look, look.runtime.type(entity_type), stored, note.page(look.work, stored, before=before))

    entity = request_context.runtime().type(entity_type)
    view = {"number": number, "notes": looked(answers.context(), page)}
    return answers.page("records/notes_page.html", title=words("notes"), page=view, crumbs=crumbs(entity, words("notes"), number))


def whole_note(entity_type: str, number: str, note: str) -> Response:
    """Show all of a long note."""
    shown = looked(answers.context(), lambda look: _whole_note(look, entity_type, number, note))
    if answers.is_part():
        return answers.page("records/parts/note_text.html", note=shown, unfolded=True)
    entity = request_context.runtime().type(entity_type)
    view = {"number": number, "notes": timeline.Notes(entries=(shown,), older_href="")}
    return answers.page("records/notes_page.html", title=words("notes"), page=view, crumbs=crumbs(entity, words("notes"), number))


def _whole_note(look: Look, entity_type: str, number: str, note_id: str) -> timeline.Note:
    stored = existing(look.work, entity_type, number)
    found = note.NotePage((note.whole(look.work, stored, note_id),))
    return timeline.notes_of(look, look.runtime.type(entity_type), stored, found).entries[0]


def _shown(entity_type: str, page: RecordPage) -> Response:
    entity = request_context.runtime().type(entity_type)
    return answers.page("records/record.html", title=page.number, page=page, crumbs=crumbs(entity, page.number, page.number))


def _page(look: Look, entity_type: str, number: str, revealed: dict[str, object] | None = None) -> RecordPage:
    view = reading.view(look.work, entity_type, number, links=False)
    if revealed:
        view = replace(view, record=view.record.having(revealed), masked=view.masked - revealed.keys())
    entity, language, stored = look.runtime.type(entity_type), look.language, view.record
    whole = existing(look.work, entity_type, stored.id)
    states = actions.with_reasons(look.work, whole, actions.states(look.work, whole))
    reader = _reader(look, view)
    blocks = tuple(facts.blocks_of(look, entity, view, reader))
    head = record_header(entity, stored, language, history.statuses_been(look.work, whole))
    capable, ended = entity.entity.capabilities, is_locked(entity, stored)

    def here(endpoint: str, explain: str | None = None) -> str:
        return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id, number=stored.number, explain=explain)

    explaining = "explain" in request.args
    steps = steps_of(look, entity, view, states)
    reading_only = only_read(steps)
    edit_href = here("edit") if "edit" in view.verbs and not ended else ""
    return RecordPage(
        icon=shell.icon_of(entity.entity),
        type_label=entity.entity.label.in_language(language),
        subtype=head.subtype,
        number=stored.number,
        title=view.title or stored.number,
        whose=facts.whose(entity, view, reader),
        version=int(str(stored.get("version") or 0)),
        key=answers.new_key(),
        status=Status(label=head.status_label, tone=tone_of(entity.lifecycle, head.status)) if head.status else None,
        path=head.path,
        guidance=head.guidance,
        key_facts=facts.key_facts(look, entity, view, reader, paths=head.key_fields, edit_href=edit_href),
        approvals=asked_of(look, whole),
        steps=tuple(replace(step, key="") for step in steps) if reading_only else steps,
        only_read=reading_only,
        locked=_locked(look, view),
        assigned=facts.responsible(entity, view, reader),
        dates=facts.dates_of(look, entity, view, reader),
        sections=tuple(block for side, block in blocks if not side),
        side=tuple(block for side, block in blocks if side),
        related=related.related_of(look, entity, stored, request.args.get("tab", "")),
        notes=timeline.notes_of(look, entity, stored, note.page(look.work, stored, _FEW_NOTES)) if "notes" in capable else None,
        attachments=timeline.files_of(look, entity, stored) if "attachments" in capable else None,
        file_limit=LIMIT,
        file_limit_words=f"{LIMIT // 2**20} MB",
        history=timeline.history_of(look, reader, entity, stored, history.page(look.work, stored, _FEW_EVENTS), ""),
        assign_href=here("assign") if "assignment" in capable and "assign" in view.verbs and not ended else "",
        edit_href=edit_href,
        delete_href=here("delete") if "delete" in view.verbs and whole.get("approval") is None else "",
        note_href=here("add_note"),
        attach_href=here("add_file"),
        reveal_href=here("reveal"),
        explain_href=here("record", explain=None if explaining else "1"),
        desk_href=desk_href(entity, stored.number),
        explained=explanations(look, entity, view, states) if explaining else None,
    )


def _reader(look: Look, view: RecordView) -> Reader:
    return Reader(model=look.runtime.model, language=look.language, zone=look.zone, references=view.references, person=people.name_of)


def _locked(look: Look, view: RecordView) -> str:
    """Return the sentence that a final state is final."""
    finding = lock(look.at(view.record, view.record))
    return sentence(finding, look.language) if finding is not None else ""
