"""A change that was sent twice happens once: the key of the request is stored in the transaction of the change itself.

A process that is killed leaves both or neither, so a request that is sent again finds either nothing, and does it, or what the first
one left, and is answered from that. What is shown once only is not among it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from packdesk.errors import Finding, PackdeskError
from packdesk.model.nodes import Json
from packdesk.records.context import Context, run
from packdesk.records.drafts import begin
from packdesk.records.json_values import plain
from packdesk.records.outcome import Control, Outcome, Reference, RowResult
from packdesk.records.read import view
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Record
from packdesk.store import request_keys
from packdesk.store.unit_of_work import UnitOfWork

T = TypeVar("T")
Left = Mapping[str, object]
#: Turns what a change returned into what is left of it, and back.
Write = Callable[[T], Mapping[str, Json]]
Read = Callable[[UnitOfWork, Left], T]


def run_once(context: Context, work: Callable[[UnitOfWork, Runtime], T], write: Write[T], read: Read[T]) -> T:
    """Run the work as one transaction, or return what the first request with the same key returned."""
    if context.request_key is None:
        return run(context, work)
    done = run(context, lambda unit, runtime: in_transaction(context, unit, lambda: work(unit, runtime), write, read))
    context.request_key.notes.kept = True
    return done


def in_transaction(context: Context, unit: UnitOfWork, work: Callable[[], T], write: Write[T], read: Read[T]) -> T:
    """Do the work and keep the key of the request, inside a transaction that the caller commits."""
    key = context.request_key
    if key is None:
        return work()
    left = request_keys.claim(unit.connection, key.value, context.actor.login, key.digest, context.clock.now())
    if left is not None:
        key.notes.replayed = True
        return read(unit, left)
    done = work()
    request_keys.keep(unit.connection, key.value, context.actor.login, write(done))
    return done


def change_once(context: Context, work: Callable[[UnitOfWork, Runtime], Outcome]) -> Outcome:
    """Run a change of one record once."""
    outcome = run_once(context, lambda unit, runtime: _shown(context, unit, runtime, work(unit, runtime)), _outcome_left, _outcome_again)
    if context.request_key is not None and outcome.control is not None and outcome.control.reveal is not None:
        context.request_key.notes.secret = True
    return outcome


def _shown(context: Context, unit: UnitOfWork, runtime: Runtime, outcome: Outcome) -> Outcome:
    """Return the outcome with what a program is answered: almost all of it has been read on the way."""
    if not context.answers:
        return outcome
    try:
        return replace(outcome, view=view(begin(context, unit, runtime), outcome.record.entity_type, outcome.record.id))
    except PackdeskError:  # he may change it, or hand it on, without being able to see it
        return outcome


def row_left(row: RowResult) -> Mapping[str, Json]:
    """Return what is left of one row of a bulk edit or an import."""
    return {"row": row.row, "number": row.number, "id": row.id, "done": row.done}


def row_again(_unit: UnitOfWork, left: Left) -> RowResult:
    """Return what became of a row that was done before."""
    return RowResult(row=cast("int", left["row"]), number=str(left["number"]), id=str(left["id"]), done=str(left["done"]))


def rows_left(rows: tuple[RowResult, ...]) -> Mapping[str, Json]:
    """Return what is left of rows that were stored together."""
    return {"rows": tuple(row_left(row) for row in rows)}


def rows_again(unit: UnitOfWork, left: Left) -> tuple[RowResult, ...]:
    """Return what became of rows that were stored together before."""
    return tuple(row_again(unit, row) for row in cast("Sequence[Left]", left["rows"]))


def _outcome_left(outcome: Outcome) -> Mapping[str, Json]:
    record, control = outcome.record, outcome.control
    open_control = replace(control, reveal=None) if control is not None else None
    return {
        "record": {"entity_type": record.entity_type, "id": record.id, "number": record.number, "version": plain(record.get("version"))},
        "changed": outcome.changed,
        "warnings": tuple(plain(finding) for finding in outcome.warnings),
        "results": plain(outcome.results),
        "control": plain(open_control),
    }


def _outcome_again(unit: UnitOfWork, left: Left) -> Outcome:
    named = cast("Mapping[str, object]", left["record"])
    entity_type = str(named["entity_type"])
    there = unit.get(entity_type, str(named["id"])) if entity_type in unit.tables.model.entity_types else None
    gone = Record(entity_type, {name: named[name] for name in ("id", "number", "version")}, {})
    return Outcome(
        record=there or gone,
        changed=tuple(cast("Sequence[str]", left["changed"])),
        warnings=tuple(Finding(**finding) for finding in cast("Sequence[dict[str, str]]", left["warnings"])),  # type: ignore[arg-type]
        results=cast("Mapping[str, object]", left["results"]),
        control=_control_again(cast("Mapping[str, object] | None", left["control"])),
    )


def _control_again(left: Left | None) -> Control | None:
    if left is None:
        return None
    record = cast("Mapping[str, str] | None", left["record"])
    return Control(
        form=str(left["form"]),
        record=Reference(**record) if record is not None else None,
        message=str(left["message"]),
        values={name: _value_again(value) for name, value in cast("Mapping[str, object]", left["values"]).items()},
        readonly=tuple(cast("Sequence[str]", left["readonly"])),
        then=str(left["then"]),
    )


def _value_again(value: object) -> object:
    """Return a prefilled value; one that named a record names it again."""
    if isinstance(value, Mapping) and value.keys() == {"entity_type", "id", "number", "title"}:
        return Reference(**cast("Mapping[str, str]", value))
    return value
