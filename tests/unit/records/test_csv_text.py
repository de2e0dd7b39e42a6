"""CSV: what comes in is read as a stream, what goes out is never executed by a spreadsheet."""

import io

import pytest

from packdesk.errors import Finding, PackdeskError, sentence
from packdesk.errors.reasons import REASONS
from packdesk.records.csv_text import neutral, read_table, write_rows


@pytest.mark.parametrize(
    ("content", "header", "rows"),
    [
        (b"a,b\n1,2\n", ("a", "b"), [("1", "2")]),
        (b"a;b\n1;2,5\n", ("a", "b"), [("1", "2,5")]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", ("a", "b"), [("1", "2")]),
        (b'a,b\n"x\ny",2\n', ("a", "b"), [("x\ny", "2")]),
        (b'"a, quoted",b\n1,2\n', ("a, quoted", "b"), [("1", "2")]),
        (b"a,b\n\n1\n", ("a", "b"), [("1", "")]),
        (b"\n\na,b\n1,2", ("a", "b"), [("1", "2")]),
    ],
)
def test_files_are_read_whatever_tool_wrote_them(content: bytes, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = read_table(io.BytesIO(content))

    assert table.header == header
    assert [row.cells for row in table.rows] == rows


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "bad_columns"), (b"a,b\n1,2,3\n", "bad_columns"), (b"a,b\n\xff\xfe,2\n", "bad_encoding"), (b'a,b\n"x"y,2\n', "bad_columns")],
)
def test_files_that_cannot_be_read_are_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(PackdeskError) as refused:
        list(read_table(io.BytesIO(content)).rows)

    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_is_refused_with_what_to_do(encoding: str) -> None:
    with pytest.raises(PackdeskError) as refused:
        list(read_table(io.BytesIO("name,town\nZoë,Paris\n".encode(encoding))).rows)

    finding = Finding(code=refused.value.code, facts=refused.value.facts)
    assert sentence(finding, "en") == "The file is not UTF-8 text. Save it as “CSV UTF-8” and try again."
    assert "Speichern Sie sie als „CSV UTF-8“" in sentence(finding, "de")


@pytest.mark.parametrize(
    ("content", "reason", "told"),
    [
        (b"", "csv_no_header", "the file has no header; its first line names the fields."),
        (b'a,b\n"x,2\n', "csv_open_quote", "the file ends inside a cell in quotation marks; close the one that was opened last."),
        (
            b'a,b\n1,2\n"x"y,2\n',
            "csv_quote",
            "in row 2 (the header is row 0) something follows a closing quotation mark; write a quotation mark inside a cell twice.",
        ),
        (b"a,b\n" + b"x" * 200_000 + b",2\n", "csv_long_cell", "in row 1 (the header is row 0) a cell has more than 131,072 characters;"),
        (b'"a"x,b\n1,2\n', "csv_quote", "in row 0 (the header is row 0) something follows a closing quotation mark;"),
        (b'a,b\n"1\n1",2\n\n"x"y,2\n', "csv_quote", "in row 2 (the header is row 0) something follows a closing quotation mark;"),
        (b"a,b\n1,2,3\n", "csv_wide_row", "row 1 (the header is row 0) has 3 cells, the header 2."),
        (b"a\n1,2\n", "csv_wide_row", "row 1 (the header is row 0) has 2 cells, the header 1."),
    ],
)
def test_what_cannot_be_read_is_told_in_our_words_in_both_languages(content: bytes, reason: str, told: str) -> None:
    with pytest.raises(PackdeskError) as refused:
        list(read_table(io.BytesIO(content)).rows)

    finding = Finding(code=refused.value.code, facts=refused.value.facts)
    assert refused.value.facts["reason"] == reason
    assert told in sentence(finding, "en")
    assert sentence(finding, "de").removeprefix("Die Spalten der Datei passen nicht: ")[:8] in REASONS[reason][1].replace(
        "{row}", str(refused.value.facts.get("row"))
    )


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "''=1+1", "+49 30 123", "'quoted'", "'", "-cmd", "-12.50", "plain", "O'Hara"])
def test_what_is_written_is_read_again(cell: str) -> None:
    written = b"".join(write_rows([("a", "b"), (cell, "x")], bom=True))

    assert [row.cells for row in read_table(io.BytesIO(written)).rows] == [(cell, "x")]


def test_rows_are_read_one_by_one() -> None:
    stream = io.BytesIO(b"a,b\n" + b"1,2\n" * 100_000)

    first = next(read_table(stream).rows)

    assert first.number == 1
    assert stream.tell() < 1000


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-12.50", "-12.50"),
        ("plain", "plain"),
        ("", ""),
        (5, 5),
        (None, None),
    ],
)
def test_a_cell_that_a_spreadsheet_would_execute_gets_an_apostrophe(cell: object, written: object) -> None:
    assert neutral(cell) == written


def test_rows_are_written_as_utf_8_with_quotes_where_needed() -> None:
    written = b"".join(write_rows([("name", "text"), ("Zoë", 'a "b", c')], bom=True))

    assert written == b"\xef\xbb\xbf" + 'name,text\r\nZoë,"a ""b"", c"\r\n'.encode()
