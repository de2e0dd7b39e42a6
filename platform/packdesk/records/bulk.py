"""Changes many records: a preview that changes nothing, then each record in a transaction of its own, through the same guards."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.act import act_in
from packdesk.records.context import Context, Door, opened
from packdesk.records.delete import delete_in
from packdesk.records.drafts import Work, begin
from packdesk.records.once import row_again, row_left, run_once
from packdesk.records.outcome import BatchReport, RowResult
from packdesk.records.update import update_in

LIMIT = 1000
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand:
    """What to do with which records: edit them, do an action, or delete them."""

    refs: tuple[str, ...]
    #: Values to write, as in an edit.
    data: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    #: Action to do instead, with its inputs.
    action: str = ""
    inputs: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    delete: bool = False
    #: Ref -> version that was looked at; a record without one is changed as it is.
    versions: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


def preview(context: Context, entity_type: str, command: BulkCommand) -> BatchReport:
    """Return what ``apply`` would do with each record; everything is tried and rolled back."""
    inside = _bulk(context, entity_type, command)
    return BatchReport(rows=tuple(_each(command.refs, lambda row, ref: _tried(inside, entity_type, command, row, ref))), applied=False)


def apply(context: Context, entity_type: str, command: BulkCommand) -> Iterator[RowResult]:
    """Change one record after the other and yield what became of each; what was done before a break stays done."""
    inside = _bulk(context, entity_type, command)
    return _each(command.refs, lambda row, ref: _done(inside, entity_type, command, row, ref))


def _each(refs: Iterable[str], change: Callable[[int, str], RowResult]) -> Iterator[RowResult]:
    """Change each record once and yield what became of each row; one that was named before, by number or id, is skipped."""
    known: dict[str, RowResult] = {}
    for row, ref in enumerate(refs, start=1):
        before = known.get(ref)
        result = change(row, ref) if before is None else replace(before, row=row, done="skipped")
        if not result.findings:
            known |= dict.fromkeys((ref, result.number, result.id), result)
        yield result


def refusals(error: PackdeskError) -> tuple[Finding, ...]:
    """Return why something was refused, as findings, whatever error said it."""
    return error.findings if isinstance(error, Refused) else (Finding(code=error.code, facts=error.facts),)


def _bulk(context: Context, entity_type: str, command: BulkCommand) -> Context:
    runtime = context.live.current().runtime
    runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "bulk", entity_type):
        raise Refused([refused])
    if len(command.refs) > LIMIT:
        raise PackdeskError("bad_parameter", name="records", reason=f"give at most {LIMIT} records")
    return replace(context, door=Door.BULK)


def _done(context: Context, entity_type: str, command: BulkCommand, row: int, ref: str) -> RowResult:
    change = _change(entity_type, command, row, ref)
    try:
        return run_once(context.of_part(row), lambda unit, runtime: change(begin(context, unit, runtime)), row_left, row_again)
    except PackdeskError as error:
        return RowResult(row=row, number=ref, done="refused", findings=refusals(error))


def _tried(context: Context, entity_type: str, command: BulkCommand, row: int, ref: str) -> RowResult:
    """Do the change and leave the transaction without commit."""
    release = context.live.current()
    change = _change(entity_type, command, row, ref)
    try:
        with opened(context, release, write=True) as unit:
            return change(begin(context, unit, release.runtime))
    except PackdeskError as error:
        return RowResult(row=row, number=ref, done="refused", findings=refusals(error))


def _change(entity_type: str, command: BulkCommand, row: int, ref: str) -> Callable[[Work], RowResult]:
    version = command.versions.get(ref)

    def change(work: Work) -> RowResult:
        if command.delete:
            gone = delete_in(work, entity_type, ref, version=version)
            return RowResult(row=row, number=gone.number, id=gone.id, done="deleted")
        if command.action:
            record = act_in(work, entity_type, ref, command.action, inputs=command.inputs, version=version).record
            return RowResult(row=row, number=record.number, id=record.id, done="performed")
        outcome = update_in(work, entity_type, ref, command.data, version=version)
        return RowResult(row=row, number=outcome.record.number, id=outcome.record.id, done="updated" if outcome.changed else "skipped")

    return change
