"""Imports records from CSV: a result per row, all or nothing or the good rows, tried first when asked; streamed (IMP, T-34)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from packdesk.errors import PackdeskError, Refused
from packdesk.errors.echo import shortened
from packdesk.records import policy
from packdesk.records.bulk import refusals
from packdesk.records.columns import NUMBER, VERSION, Target, data_of, targets
from packdesk.records.context import Context, Door, opened
from packdesk.records.creation import create_in
from packdesk.records.csv_text import Row, read_table
from packdesk.records.drafts import Work, begin
from packdesk.records.exporting import written
from packdesk.records.finding_records import existing
from packdesk.records.once import in_transaction, row_again, row_left, rows_again, rows_left, run_once
from packdesk.records.outcome import BatchReport, RowResult
from packdesk.records.update import update_in
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.store.queries import Query
from packdesk.store.queries import run as find

_LONGEST_VERSION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCommand:
    """How a file is to be imported."""

    #: ``,`` or ``;``; empty: the one that the header uses.
    delimiter: str = ""
    #: Try everything and store nothing.
    dry_run: bool = False
    #: Store either every row or none.
    all_or_nothing: bool = False
    #: Unique column by which a row is recognised as there already; empty: every row is new.
    key: str = ""
    #: What becomes of a row that is there already: it is changed, else skipped.
    update_existing: bool = False


def import_file(context: Context, entity_type: str, stream: BinaryIO, command: ImportCommand) -> BatchReport:
    """Import a file; raises ``bad_columns`` or ``bad_encoding`` before or while rows are read, which undoes an all-or-nothing import."""
    inside = _importing(context, entity_type)
    runtime = inside.live.current().runtime
    table = read_table(stream, command.delimiter)
    columns = targets(runtime.model.entity_types[entity_type], table.header, command.key, context.language)
    _check_key(inside, runtime, entity_type, columns, command.key)
    if command.dry_run or command.all_or_nothing:
        report = _together(inside, entity_type, columns, table.rows, command)
    else:
        report = BatchReport(rows=tuple(_one_by_one(inside, entity_type, columns, table.rows, command)), applied=True)
    return replace(report, unread=tuple(column.path for column in columns if column.unread or column.derived))


def _check_key(context: Context, runtime: Runtime, entity_type: str, columns: tuple[Target, ...], key: str) -> None:
    """Raise ``bad_columns`` for a key that is not in the file, or by which nobody, or not this actor, can tell records apart."""
    if not key:
        return
    if all(column.path != key for column in columns):
        raise PackdeskError("bad_columns", reason="key_missing", column=shortened(key), columns=[shortened(key)])
    entity = runtime.type(entity_type)
    field = entity.fields.get(key)
    declared = entity.entity.key
    unique = key in (NUMBER, declared) or (field is not None and field.field.unique)
    closed = policy.field_refused(runtime, context.actor, "view", entity_type, key) is not None or (field is not None and field.field.sensitive)
    if not unique or closed:
        raise PackdeskError("bad_columns", reason="key_unusable", column=shortened(key), columns=[shortened(key)])


def _importing(context: Context, entity_type: str) -> Context:
    runtime = context.live.current().runtime
    runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "import", entity_type):
        raise Refused([refused])
    return replace(context, door=Door.IMPORT)


def _one_by_one(context: Context, entity_type: str, columns: tuple[Target, ...], rows: Iterator[Row], command: ImportCommand) -> Iterator[RowResult]:
    """Import each row by itself; where the file cannot be read on, that is the last result, for the rows before it are stored already."""
    reached = 0
    try:
        for row in rows:
            reached = row.number
            yield _alone(context, entity_type, columns, row, command)
    except PackdeskError as error:
        if not reached:
            raise
        yield RowResult(row=reached + 1, done="refused", findings=refusals(error))


def _alone(context: Context, entity_type: str, columns: tuple[Target, ...], row: Row, command: ImportCommand) -> RowResult:
    try:
        return run_once(
            context.of_part(row.number), lambda unit, runtime: _row(begin(context, unit, runtime), entity_type, columns, row, command), row_left, row_again
        )
    except PackdeskError as error:
        return RowResult(row=row.number, done="refused", findings=refusals(error))


def _together(context: Context, entity_type: str, columns: tuple[Target, ...], rows: Iterator[Row], command: ImportCommand) -> BatchReport:
    """Import all rows in one transaction; one refused row, or a dry run, takes everything back."""
    release = context.live.current()
    with opened(context, release, write=True) as unit:

        def work() -> tuple[RowResult, ...]:
            return tuple(_saved(begin(context, unit, release.runtime), entity_type, columns, row, command) for row in rows)

        results = in_transaction(context, unit, work, rows_left, rows_again)
        applied = not command.dry_run and not any(result.findings for result in results)
        if applied:
            unit.commit()
            if context.request_key is not None:
                context.request_key.notes.kept = True
    return BatchReport(rows=results, applied=applied)


def _saved(work: Work, entity_type: str, columns: tuple[Target, ...], row: Row, command: ImportCommand) -> RowResult:
    """Import a row behind a savepoint, so that the rows after it are still judged on clean ground."""
    try:
        with work.unit.savepoint():
            return _row(work, entity_type, columns, row, command)
    except PackdeskError as error:
        return RowResult(row=row.number, done="refused", findings=refusals(error))


def _row(work: Work, entity_type: str, columns: tuple[Target, ...], row: Row, command: ImportCommand) -> RowResult:
    there = _existing(work, entity_type, command.key, columns, row) if command.key else None
    if there is None:
        own = {column: cell for column, cell in zip(columns, row.cells, strict=True) if not column.derived}
        record = create_in(work, entity_type, data_of(tuple(own), tuple(own.values())), text=True).record
        return RowResult(row=row.number, number=record.number, id=record.id, done="created")
    if not command.update_existing:
        return RowResult(row=row.number, number=there[1], id=there[0], done="skipped")
    new = _new_cells(work, entity_type, there[0], columns, row)
    data = data_of(tuple(new), tuple(new.values()))
    if not data:
        # A row that changes nothing is no edit: it harms no record that may not be edited.
        return RowResult(row=row.number, number=there[1], id=there[0], done="skipped")
    outcome = update_in(work, entity_type, there[0], data, version=_version(columns, row), text=True)
    return RowResult(row=row.number, number=there[1], id=there[0], done="updated" if outcome.changed else "skipped")


def _version(columns: tuple[Target, ...], row: Row) -> int | None:
    """Return the version that the row says it was made of; None where it says nothing."""
    cell = next((cell for column, cell in zip(columns, row.cells, strict=True) if column.path == VERSION), "")
    if cell and not (cell.isascii() and cell.isdigit() and len(cell) <= _LONGEST_VERSION):
        raise PackdeskError("bad_parameter", name=VERSION, reason="a version is a whole number")
    return int(cell) if cell else None


def _new_cells(work: Work, entity_type: str, ref: str, columns: tuple[Target, ...], row: Row) -> Mapping[Target, str]:
    """Return the cells that say something else than the record does: a file that was exported comes back with much that nobody touched.

    What the actor may not see, or sees only on purpose, is always taken as new: whether it is the same is not for him to know.
    """
    entity, record = work.runtime.type(entity_type), work.unit.get(entity_type, ref)
    cells = dict(zip(columns, row.cells, strict=True))
    if record is None:
        return cells
    moved = frozenset(entity.computed_on_read)
    return {column: cell for column, cell in cells.items() if column.group or not (column.path in moved or _says(work, entity, record, column.path, cell))}


def _says(work: Work, entity: EntityRuntime, record: Record, path: str, cell: str) -> bool:
    """Say whether an export would write this cell for the record."""
    field = entity.fields.get(path)
    if field is None or field.field.sensitive or policy.field_refused(work.runtime, work.context.actor, "view", entity.id, path) is not None:
        return False
    value = record.get(path)
    if isinstance(value, str) and field.targets:
        named = work.unit.get(field.targets[0], value)
        return named is not None and cell in (named.number, named.id)
    return cell == str(written(field, value)).strip()


def _existing(work: Work, entity_type: str, key: str, columns: tuple[Target, ...], row: Row) -> tuple[str, str] | None:
    """Return id and number of the visible record that the row's key names; a number that names none is refused, for nobody chooses numbers."""
    value = next(cell for column, cell in zip(columns, row.cells, strict=True) if column.path == key)
    if not value:
        return None
    if key == NUMBER:
        found = existing(work, entity_type, value)
        return found.id, found.number
    access = policy.access_filter(work.runtime, work.context.actor, entity_type)
    query = Query(entity_type=entity_type, equals={key: value}, access=access, limit=1, now=work.now)
    page = find(work.unit.connection, work.unit.tables, query)
    return (page.rows[0].id, page.rows[0].number) if page.rows else None
