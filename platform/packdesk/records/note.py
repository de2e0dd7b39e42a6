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

LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a record."""

    id: str
    at: datetime
    by: str
    text: str


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
            raise Refused([Finding(code="too_long", field="text", facts={"label": "text", "limit": LIMIT})])
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
