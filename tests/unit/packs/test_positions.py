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


def test_a_large_file_is_read_quickly() -> None:
    text = json.dumps({f"key_{number}": {"label": "x" * 20, "list": [1, 2.5, None]} for number in range(25_000)})

    started = time.perf_counter()
    node = read(text)

    assert isinstance(node, Node)
    assert len(text) > 1_600_000
    assert time.perf_counter() - started < 30  # 0.5 s undisturbed; this only catches reading that grows faster than the file
