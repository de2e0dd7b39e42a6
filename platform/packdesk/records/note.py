"""Shared notes: added in every state, never changed (CARE-10, CARE-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.characters import says_nothing, unseen
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.once import run_once
from packdesk.runtime.values import Record
from packdesk.store.platform_tables import note as table
from packdesk.store.unit_of_work import UnitOfWork

LIMIT = 100_000
#: Notes on one page.
PAGE = 50
#: Of a longer note a page shows the beginning.
FOLDED = 1_500


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a record."""

    id: str
    at: datetime
    by: str
    text: str
    #: Length of the whole text, of which ``text`` may be the beginning.
    length: int = 0

    @property
    def folded(self) -> bool:
        """Say whether there is more of it."""
        return self.length > len(self.text)


@dataclass(frozen=True, slots=True)
class NotePage:
    """Some notes, newest first, and where to go on."""

    notes: tuple[Note, ...]
    next_cursor: str = ""


def add_note(context: Context, entity_type: str, ref: str, text: str) -> Note:
    """Add a note; whoever may see a record and work on its type may."""

    def work(unit: Work) -> Note:
        record = noted(unit, entity_type, ref, "notes")
        written = text.strip()
        if says_nothing(written):
            raise Refused([Finding(code="required_field", field="text", facts={"label": "text"})])
        if character := unseen(written, lines=True):
            raise Refused([Finding(code="forbidden_character", field="text", facts={"label": "text", "character": character})])
        if len(written) > LIMIT:
            raise Refused([Finding(code="too_long", field="text", facts={"label": "text", "limit": LIMIT, "length": len(written)})])
        return Note(unit.unit.add_note(record, written), unit.now, context.actor.login, written)

    def again(unit: UnitOfWork, left: Mapping[str, object]) -> Note:
        row = unit.connection.execute(sa.select(table).where(table.c.id == left["id"])).one()
        return Note(row.id, row.at, row.by, row.text)

    return run_once(context, lambda unit, runtime: work(begin(context, unit, runtime)), lambda made: {"id": made.id}, again)


def notes(context: Context, entity_type: str, ref: str) -> tuple[Note, ...]:
    """Return the notes of a record, newest first."""

    def work(unit: Work) -> tuple[Note, ...]:
        record = existing(unit, entity_type, ref)
        query = sa.select(table).where(table.c.record_id == record.id, table.c.entity_type == entity_type).order_by(table.c.id.desc())
        return tuple(Note(row.id, row.at, row.by, row.text) for row in unit.unit.connection.execute(query))

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def page(work: Work, record: Record, limit: int = PAGE, before: str = "") -> NotePage:
    """Return notes of a record inside a transaction, newest first; of long ones the beginning alone is read."""
    shown = (table.c.id, table.c.at, table.c.by, sa.func.substr(table.c.text, 1, FOLDED).label("text"), sa.func.length(table.c.text).label("length"))
    query = sa.select(*shown).where(table.c.record_id == record.id, table.c.entity_type == record.entity_type).order_by(table.c.id.desc()).limit(limit + 1)
    if before:
        query = query.where(table.c.id < before)
    rows = work.unit.connection.execute(query).all()
    found = tuple(Note(row.id, row.at, row.by, row.text, row.length) for row in rows[:limit])
    return NotePage(found, found[-1].id if len(rows) > limit else "")


def whole(work: Work, record: Record, note_id: str) -> Note:
    """Return one note of a record with all of its text; raises ``unknown_page``."""
    query = sa.select(table).where(table.c.id == note_id, table.c.record_id == record.id, table.c.entity_type == record.entity_type)
    row = work.unit.connection.execute(query).first()
    if row is None:
        raise PackdeskError("unknown_page")
    return Note(row.id, row.at, row.by, row.text, len(row.text))


def noted(work: Work, entity_type: str, ref: str, capability: str) -> Record:
    """Return the record if the actor may add to it; final states do not lock this."""
    record = existing(work, entity_type, ref)
    if capability not in work.runtime.model.entity_types[entity_type].capabilities:
        raise PackdeskError("unavailable", label=capability)
    runtime, actor = work.runtime, work.context.actor
    working = [verb for verb in ("edit", "act") if not policy.may(runtime, actor, verb, entity_type, record=record, graph=work.unit)]
    if not working and (refused := policy.may(runtime, actor, "edit", entity_type, record=record, graph=work.unit)):
        raise Refused([refused])
    return record
