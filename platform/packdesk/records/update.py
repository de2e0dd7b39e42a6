"""Edits a record: only what is given changes."""

from collections.abc import Mapping

from packdesk.records.attempts import Attempt
from packdesk.records.context import Context
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.drawing import edited_record
from packdesk.records.field_rules import LATE
from packdesk.records.finding_records import visible
from packdesk.records.guards import guard
from packdesk.records.once import change_once
from packdesk.records.outcome import Outcome
from packdesk.records.reading import read_record
from packdesk.records.storing import store
from packdesk.runtime.lifecycle import Judgement, judge_status


def update(context: Context, entity_type: str, ref: str, data: Mapping[str, object], version: int | None = None, *, text: bool = False) -> Outcome:
    """Patch a record: keys that are given change, null clears, a line group or relation is replaced as a whole (GEN-11, GEN-26)."""
    return change_once(context, lambda unit, runtime: update_in(begin(context, unit, runtime), entity_type, ref, data, version=version, text=text))


def update_in(work: Work, entity_type: str, ref: str, data: Mapping[str, object], *, version: int | None = None, text: bool = False) -> Outcome:
    """Patch a record inside a transaction."""
    return store(edited(work, entity_type, ref, data, version=version, text=text))


def edited(work: Work, entity_type: str, ref: str, data: Mapping[str, object], *, version: int | None = None, text: bool = False) -> Draft:
    """Return the record as the patch would leave it; raises ``Refused``."""
    entity = work.runtime.type(entity_type)
    old = visible(work, entity_type, ref, for_update=not work.trial)
    given = read_record(work, entity, data, text=text, old=old)
    status = given.values.get("status")
    judged = Judgement()
    if old is not None and isinstance(status, str):
        judged = judge_status(work.runtime, old, status, actor=work.context.actor, graph=work.unit, now=work.now, zone=work.zone)
    attempt = Attempt(
        work=work,
        entity=entity,
        verb="edit",
        old=old,
        given=given,
        version=version,
        judged=judged,
    )
    return guard(attempt, edited_record, LATE)
