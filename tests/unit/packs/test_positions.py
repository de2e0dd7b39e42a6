"""The reader knows the place of every value and refuses what JSON readers let pass."""

import json
import time

import pytest

from packdesk.errors import Problem
from packdesk.packs.nodes import Node, Source
from packdesk.packs.positions import MAX_BYTES, MAX_DEPTH, read_json

SOURCE = Source("file.json", "sample")


def read(text: str | bytes) -> Node | Problem:
    return read_json(text.encode() if isinstance(text, str) else text, SOURCE)


def test_every_value_and_key_knows_line_and_column() -> None:
    node = read('{\n  "a": [1,\n    {"b": true}],\n "c/d": null }')

    assert isinstance(node, Node)
    inner = node.members["a"].items[1].members["b"]
    assert (inner.source.position(inner.offset), inner.pointer) == ((3, 11), "/a/1/b")
    assert inner.source.position(inner.key_offset) == (3, 6)
    assert node.members["c/d"].pointer == "/c~1d"


@pytest.mark.parametrize("text", ["null", "true", '"x\\u00e4\\n"', "-0.5e3", "[]", "{}", '{"a": [1, {"b": [false]}], "c": "\\ud83d\\ude00"}', " \t\r\n 12 "])
def test_it_reads_what_the_standard_reader_reads(text: str) -> None:
    node = read(text)

    assert isinstance(node, Node)
    assert node.plain() == json.loads(text)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"a": 1,\n "a": 2}', "duplicate_key", 2, 2),
        ("[NaN]", "not_a_number", 1, 2),
        ("[-Infinity]", "not_a_number", 1, 2),
        ("[1e999]", "number_too_large", 1, 2),
        ("[9007199254740993]", "number_too_large", 1, 2),
        ("[" + "9" * 5000 + "]", "number_too_large", 1, 2),
        ("[1] x", "trailing_text", 1, 5),
        ("", "malformed_json", 1, 1),
        ("{'a': 1}", "malformed_json", 1, 2),
        ('{"a" 1}', "malformed_json", 1, 6),
        ('{"a": 1 "b": 2}', "malformed_json", 1, 9),
        ("[1, 2", "malformed_json", 1, 6),
        ("[1 2]", "malformed_json", 1, 4),
        ("[01]", "malformed_json", 1, 3),
        ("[tru]", "malformed_json", 1, 2),
        ('["abc', "malformed_json", 1, 2),
        ('["\\x"]', "malformed_json", 1, 3),
        ('["a\nb"]', "malformed_json", 1, 4),
        ('["\\ud800"]', "malformed_json", 1, 2),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too_deep", 1, MAX_DEPTH + 1),
        ("[" * 100_000, "too_deep", 1, MAX_DEPTH + 1),
        (b"\xef\xbb\xbf{}", "bad_encoding", 1, 1),
        ('["ä"]'.encode("utf-16"), "bad_encoding", 1, 1),
        (b'[\n"\xe4"]', "bad_encoding", 2, 2),
        (b" " * (MAX_BYTES + 1), "file_too_large", 1, 1),
    ],
)
def test_faulty_text_is_a_problem_with_its_place(text: str | bytes, code: str, line: int, column: int) -> None:
    """M-4: never an exception, whatever the bytes."""
    problem = read(text)

    assert isinstance(problem, Problem)
    assert (problem.code, problem.line, problem.column) == (code, line, column)
    assert problem.message
    assert problem.advice


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("", "The file is empty.", "Write a document into it, or remove it."),
        ('{"a":', "The file ends where a value is expected.", "Write the value, and close what is open."),
        ('{"a": 1,\n', "The file ends before the '{' of line 1 is closed.", "Write '}' where it ends."),
        ('{\n"a": [1, 2', "The file ends before the '[' of line 2 is closed.", "Write ']' where it ends."),
        ('{"a": 1,}', "There is a comma too many before '}'.", "Remove the comma."),
        ("[1, 2, ]", "There is a comma too many before ']'.", "Remove the comma."),
        ('{"a": 1 "bee": 2}', "Before '\"bee\"' a comma is missing, or '}'.", "Write a comma between two values; close each bracket with its counterpart."),
        ("[1}", "Before '}' a comma is missing, or ']'.", "Write a comma between two values; close each bracket with its counterpart."),
        ('{"a" 1}', "A colon is missing after the name 'a'.", "Write it between a name and its value."),
        ("{a: 1}", "A name is expected here, not 'a'.", "Write names in double quotes."),
        ("{,}", "A name is expected here, not ','.", "Write names in double quotes."),
        ("{'a': 1}", "The sign ' is no quotation mark of JSON.", 'Write names and texts in straight double quotes (").'),
        ("[„a“]", "The sign „ is no quotation mark of JSON.", 'Write names and texts in straight double quotes (").'),
        ("[True]", "'True' is not a JSON value.", "Write texts in double quotes; without them stand numbers, true, false and null."),
        ("[Infinity]", "Infinity is not a JSON value.", "Write a number, or null."),
        ('{"a": , "b": 1}', "A value is expected here, not ','.", "Write a text in double quotes, a number, true, false, null, a list or an object."),
        ('["abc', "A text begins here and is never closed.", 'Add the double quote at its end; inside a text a double quote is written \\".'),
        ('["a\nb"]', "There is a line break, a tab or another control character inside a text.", "Write a line break as \\n and a tab as \\t."),
        (r'["C:\temp\x"]', "There is a backslash inside a text that means nothing there.", "Write it twice: \\\\."),
        (r'["\u12"]', "There is a backslash inside a text that means nothing there.", "Write it twice: \\\\."),
        (r'["\ud800"]', "There is half of a character inside this text.", "Write the character itself."),
    ],
)
def test_faulty_text_is_told_in_words_of_the_file_and_not_of_a_parser(text: str, message: str, advice: str) -> None:
    """M-4: whoever wrote the file finds the sign that is wrong, and reads what to do about it."""
    problem = read(text)

    assert isinstance(problem, Problem)
    assert (problem.message, problem.advice) == (message, advice)


def test_a_large_file_is_read_quickly() -> None:
    text = json.dumps({f"key_{number}": {"label": "x" * 20, "list": [1, 2.5, None]} for number in range(25_000)})

    started = time.perf_counter()
    node = read(text)

    assert isinstance(node, Node)
    assert len(text) > 1_600_000
    assert time.perf_counter() - started < 30  # 0.5 s undisturbed; this only catches reading that grows faster than the file
