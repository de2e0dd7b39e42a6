"""Exports what a search finds: CSV that no spreadsheet executes, or JSON lines; page by page, whatever the size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import orjson

from packdesk.records.columns import VERSION
from packdesk.records.context import Context, run
from packdesk.records.csv_text import write_rows
from packdesk.records.drafts import begin
from packdesk.records.outcome import Reference
from packdesk.records.output import SERIALIZED, shape_of
from packdesk.records.search import SearchCommand, SearchPage, find
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Record

_PAGE = 500
_SILENT = frozenset({"id", VERSION, "deleted_at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a file looks that people read."""

    #: What people call a column, by its path.
    heading: Callable[[str], str]
    #: What shows the values of a page: a record and a path in, words out.
    showing: Callable[[SearchPage], Callable[[Record, str], str]]
    delimiter: str


def export_csv(context: Context, entity_type: str, command: SearchCommand) -> Iterator[bytes]:
    """Yield the records as CSV with a byte order mark; columns are field paths, so that the file can be imported again."""
    pages = _pages(context, entity_type, command)
    first = next(pages)
    entity = context.live.current().runtime.type(entity_type)
    paths = _paths(entity, command, first)

    def rows() -> Iterator[tuple[object, ...]]:
        yield paths
        for page in _chained(first, pages):
            yield from (tuple(_cell(entity, record, path, page) for path in paths) for record in page.rows)

    return write_rows(rows(), bom=True)


def export_to_read(context: Context, entity_type: str, command: SearchCommand, sheet: Sheet) -> Iterator[bytes]:
    """Yield the records as CSV for people: what the screens call each column, and show in it."""
    pages = _pages(context, entity_type, command)
    first = next(pages)
    paths = _paths(context.live.current().runtime.type(entity_type), command, first)

    def rows() -> Iterator[tuple[object, ...]]:
        yield tuple(map(sheet.heading, paths))
        for page in _chained(first, pages):
            show = sheet.showing(page)
            yield from (tuple(show(record, path) for path in paths) for record in page.rows)

    return write_rows(rows(), bom=True, delimiter=sheet.delimiter)


def _paths(entity: EntityRuntime, command: SearchCommand, first: SearchPage) -> tuple[str, ...]:
    """Return the columns of a file: those that were asked for, less what is not shown."""
    # A file that comes back may say which versions it was made of, if that was asked for.
    silent = (_SILENT - {VERSION} if command.fields else _SILENT) | first.hidden | first.masked
    return tuple(path for path in command.fields or entity.fields if path in entity.fields and path not in silent)


def export_json_lines(context: Context, entity_type: str, command: SearchCommand) -> Iterator[bytes]:
    """Yield the records as JSON, one a line, in the shape of the API."""
    pages = _pages(context, entity_type, command)
    first = next(pages)
    runtime = context.live.current().runtime
    shape = shape_of(runtime, runtime.type(entity_type))

    def lines(page: SearchPage) -> Iterator[bytes]:
        shown = shape.of(page.rows[0].values if page.rows else (), page.hidden)
        return (orjson.dumps(shown.whole(record, page.references), option=SERIALIZED | orjson.OPT_APPEND_NEWLINE) for record in page.rows)

    return (line for page in _chained(first, pages) for line in lines(page))


def _pages(context: Context, entity_type: str, command: SearchCommand) -> Iterator[SearchPage]:
    """Yield pages, each read in a transaction of its own; the first is read at once, so that a refusal comes before any byte."""
    cursor = command.cursor
    while True:
        asked = replace(command, limit=_PAGE, cursor=cursor, count=False, expand=True)
        page = run(context, lambda unit, runtime, asked=asked: find(begin(context, unit, runtime), entity_type, asked, "export"), write=False)  # type: ignore[misc]
        yield page
        cursor = page.next_cursor
        if not cursor:
            return


def _chained(first: SearchPage, rest: Iterator[SearchPage]) -> Iterator[SearchPage]:
    yield first
    yield from rest


def _cell(entity: EntityRuntime, record: Record, path: str, page: SearchPage) -> object:
    field = entity.fields[path]
    value = record.get(path)
    named: Reference | None = page.references.get((field.targets[0], value)) if isinstance(value, str) and field.targets else None
    return named.number if named is not None else written(field, value)


def written(field: FieldRuntime, value: object) -> object:
    """Return a value as a cell holds it; what a field refers to, by its id."""
    if value is None:
        return ""
    if isinstance(value, str) and field.targets:
        return value
    plain = KINDS[field.field.kind].write(value)
    return plain if isinstance(plain, str | int | float) and not isinstance(plain, bool) else orjson.dumps(plain).decode()
