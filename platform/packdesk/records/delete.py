"""Deletes a record: it becomes a tombstone, its number is never given again."""

from packdesk.errors import PackdeskError, Refused
from packdesk.records.attempts import Attempt
from packdesk.records.context import Context
from packdesk.records.dependents import needed_by
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import visible
from packdesk.records.guards import check_early
from packdesk.records.once import run_once
from packdesk.records.recomputing import refresh
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Record
from packdesk.store.unit_of_work import UnitOfWork


def delete(context: Context, entity_type: str, ref: str, version: int | None = None) -> None:
    """Delete a record that nothing live points to (CARE-7, T-4)."""

    def work(unit: UnitOfWork, runtime: Runtime) -> None:
        delete_in(begin(context, unit, runtime), entity_type, ref, version=version)

    run_once(context, work, lambda _none: {}, lambda _unit, _left: None)


def delete_in(work: Work, entity_type: str, ref: str, *, version: int | None = None) -> Record:
    """Delete a record inside a transaction and return it as it was."""
    entity = work.runtime.type(entity_type)
    old = visible(work, entity_type, ref, for_update=True)
    attempt = Attempt(work=work, entity=entity, verb="delete", old=old, version=version)
    check_early(attempt)
    if old is None:
        raise PackdeskError("unknown_record", entity_type=entity_type)
    if findings := tuple(needed_by(work, old)):
        raise Refused(findings)
    work.unit.delete(old)
    refresh(work, old, None)
    return old
