"""CSV in and out, without knowledge of records: bytes to rows with their number, rows to bytes that no spreadsheet executes."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from packdesk.errors import PackdeskError

DELIMITERS = (",", ";", "\t")
#: First characters that make a spreadsheet read a cell as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_APOSTROPHE = "'"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its 1-based number, the header not counted, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header was read; ``rows`` reads on, once."""

    header: tuple[str, ...]
    rows: Iterator[Row]


def read_table(stream: BinaryIO, delimiter: str = "") -> Table:
    """Read the header and return the rest as a stream of rows; the delimiter is the one that the header uses most.

    Raises ``bad_encoding`` for anything but UTF-8 and ``bad_columns`` for an empty file, also while rows are read.
    """
    text = _text(stream)
    first = _header_text(text)
    if "\x00" in first:
        # Half of each character of UTF-16 without a byte order mark.
        raise PackdeskError("bad_encoding")
    chosen = delimiter or max(DELIMITERS, key=first.count)
    lines = _parsed(_chain(first, text), chosen)
    header = tuple(map(meant, next(lines, [])))
    if not any(header):
        raise PackdeskError("bad_columns", reason="csv_no_header")
    return Table(header, _rows(lines, len(header)))


def write_rows(rows: Iterable[Sequence[object]], *, bom: bool = False, delimiter: str = ",") -> Iterator[bytes]:
    """Yield rows as CSV in UTF-8; a cell that a spreadsheet would execute gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n", delimiter=delimiter)
    if bom:
        yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow([neutral(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def neutral(cell: object) -> object:
    """Return the cell so that no spreadsheet takes it for a formula; plain numbers stay what they are.

    What begins with the apostrophe of such a cell gets one more, so that reading takes away exactly what writing put there.
    """
    if not isinstance(cell, str) or not cell.lstrip(_APOSTROPHE).startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"{_APOSTROPHE}{cell}"


def meant(cell: str) -> str:
    """Return what a cell of a file says: without space around it, and without the apostrophe that keeps a spreadsheet from running it."""
    # A tab or a line break behind the apostrophe is what it is for, so that space is taken away first, and never behind it.
    stripped = cell.strip()
    return stripped[1:] if stripped.startswith(_APOSTROPHE) and stripped.lstrip(_APOSTROPHE).startswith(_FORMULA) else stripped


def _is_number(cell: str) -> bool:
    digits = cell[1:] if cell[0] == "-" else ""
    return bool(digits) and digits.isascii() and digits.replace(".", "", 1).isdigit()


def _text(stream: BinaryIO) -> Iterator[str]:
    try:
        yield from codecs.iterdecode(stream, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackdeskError("bad_encoding") from error


def _header_text(text: Iterator[str]) -> str:
    header = ""
    for line in text:
        header += line
        if header.count('"') % 2 == 0 and header.strip():
            break
    return header


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield from first.splitlines(keepends=True)
    yield from rest


def _parsed(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    read = 0
    try:
        for row in filter(None, reader):
            yield row
            read += 1
    except csv.Error as error:
        # As in the results: the header, which is read first, is row 0.
        raise PackdeskError("bad_columns", **_unreadable(str(error)), row=read, line=reader.line_num) from error


def _unreadable(said: str) -> dict[str, object]:
    """Return why a line cannot be read, as facts of a finding."""
    if said.startswith("field larger than"):
        return {"reason": "csv_long_cell", "limit": csv.field_size_limit()}
    if said.startswith("unexpected end"):
        return {"reason": "csv_open_quote"}
    return {"reason": "csv_quote" if "expected after" in said else "csv_line"}


def _rows(lines: Iterator[list[str]], width: int) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=1):
        if any(cell.strip() for cell in cells[width:]):
            raise PackdeskError("bad_columns", reason="csv_wide_row", row=number, cells=len(cells), width=width)
        if any(cells):
            yield Row(number, tuple(map(meant, (cells + [""] * width)[:width])))
