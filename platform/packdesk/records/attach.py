"""Attachments: bytes by content, the row in the same history as everything else (GEN-23)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.records.content import limited, media_type, safe_name
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.note import noted
from packdesk.records.once import run_once
from packdesk.runtime.values import Record
from packdesk.store.blobs import Blobs
from packdesk.store.platform_tables import attachment as table
from packdesk.store.unit_of_work import UnitOfWork

_ALL = sa.select(table)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a record."""

    id: str
    at: datetime
    by: str
    name: str
    media_type: str
    size: int


def attach(context: Context, entity_type: str, ref: str, name: str, stream: BinaryIO) -> Attachment:
    """Attach a file of at most 25 MB; its type is what its bytes show, whatever its name says. Final states do not lock this."""
    files = _files(context)
    run(context, lambda unit, runtime: noted(begin(context, unit, runtime), entity_type, ref, "attachments"), write=False)
    data = limited(stream)
    kind, called = media_type(data[: 64 * 1024]), safe_name(name)

    def work(unit: Work) -> Attachment:
        record = noted(unit, entity_type, ref, "attachments")
        made = unit.unit.add_attachment(record, name=called, media_type=kind, size=len(data), digest=digest)
        return Attachment(made, unit.now, context.actor.login, called, kind, len(data))

    def again(unit: UnitOfWork, left: Mapping[str, object]) -> Attachment:
        row = unit.connection.execute(_ALL.where(table.c.id == left["id"])).one()
        return Attachment(row.id, row.at, row.by, row.name, row.media_type, row.size)

    # On the disk before the transaction: a row never names bytes that a power cut could take.
    digest = files.put(data)
    return run_once(context, lambda unit, runtime: work(begin(context, unit, runtime)), lambda made: {"id": made.id}, again)


def attachments(context: Context, entity_type: str, ref: str) -> tuple[Attachment, ...]:
    """Return the files of a record, newest first."""
    return run(context, lambda unit, runtime: _all(begin(context, unit, runtime), entity_type, ref), write=False)


def _all(work: Work, entity_type: str, ref: str) -> tuple[Attachment, ...]:
    return newest(work, existing(work, entity_type, ref))


def newest(work: Work, record: Record, most: int | None = None) -> tuple[Attachment, ...]:
    """Return files of a record inside a transaction, the newest first; all of them, or so many at ``most``."""
    query = _ALL.where(table.c.record_id == record.id, table.c.entity_type == record.entity_type).order_by(table.c.id.desc()).limit(most)
    return tuple(Attachment(row.id, row.at, row.by, row.name, row.media_type, row.size) for row in work.unit.connection.execute(query))


def fetch(context: Context, entity_type: str, ref: str, attachment_id: str) -> tuple[Attachment, bytes]:
    """Return one file of a record with its bytes; raises ``unknown_attachment``."""

    def work(unit: Work) -> tuple[Attachment, str]:
        record = existing(unit, entity_type, ref)
        query = _ALL.where(table.c.id == attachment_id, table.c.record_id == record.id, table.c.entity_type == entity_type)
        row = unit.unit.connection.execute(query).first()
        if row is None:
            raise PackdeskError("unknown_attachment")
        return Attachment(row.id, row.at, row.by, row.name, row.media_type, row.size), str(row.digest)

    found, digest = run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)
    return found, _files(context).get(digest)


def _files(context: Context) -> Blobs:
    if context.kit.files is None:
        raise PackdeskError("unavailable", label="attachments")
    return context.kit.files
