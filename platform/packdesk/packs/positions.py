"""Reads JSON bytes into nodes that know line and column, and refuses what JSON readers usually let pass.

In: bytes of one file. Out: a node, or one problem; never an exception. The standard reader forgets places, keeps the last of
two equal keys, takes NaN, and fails on deep nesting, so the scanner stands here, on the standard library's string scanner.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from math import isfinite

from packdesk.errors import Problem
from packdesk.packs.nodes import Node, Source

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_INTEGER = 2**53
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")


class _Fault(Exception):
    """Reading cannot go on; carries what the problem will say."""

    def __init__(self, offset: int, code: str, message: str, advice: str, pointer: str) -> None:
        super().__init__(code)
        self.offset, self.code, self.message, self.advice, self.pointer = offset, code, message, advice, pointer


def read_json(data: bytes, source: Source) -> Node | Problem:
    """Return the value of a JSON file with its places, or what is wrong with the file."""

    def refuse(code: str, message: str, advice: str) -> Problem:
        return Problem(code=code, message=message, advice=advice, pack=source.pack, file=source.file, line=1, column=1)

    if len(data) > MAX_BYTES:
        return refuse("file_too_large", f"The file has {len(data)} bytes; at most {MAX_BYTES} are read.", "Split it into several documents.")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return refuse("bad_encoding", "The file begins with a byte order mark.", "Save it as UTF-8 without one.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return Problem(
            code="bad_encoding",
            message=f"The byte 0x{data[error.start]:02x} is not UTF-8.",
            advice="Save the file as UTF-8.",
            pack=source.pack,
            file=source.file,
            line=line,
            column=column,
        )
    placed = Source(source.file, source.pack, source.version, source.language, tuple(match.start() for match in re.finditer("\n", text)))
    try:
        return _Scanner(text, placed).document()
    except _Fault as fault:
        line, column = placed.position(fault.offset)
        return Problem(
            code=fault.code,
            message=fault.message,
            advice=fault.advice,
            pack=source.pack,
            file=source.file,
            line=line,
            column=column,
            pointer=fault.pointer,
        )


class _Scanner:
    """One pass over the text; every method takes an offset and returns a value and the offset after it."""

    def __init__(self, text: str, source: Source) -> None:
        self.text = text
        self.source = source

    def document(self) -> Node:
        """Read the one value of the file."""
        start = self._skip(0)
        node, end = self._value(start, start, "", 1)
        end = self._skip(end)
        if end < len(self.text):
            raise _Fault(end, "trailing_text", f"There is text after the end of the JSON value: '{self.text[end : end + 10].strip()}'.", "Remove it.", "")
        return node

    def _skip(self, offset: int) -> int:
        match = _SPACE.match(self.text, offset)
        return match.end() if match else offset

    def _value(self, offset: int, key_offset: int, pointer: str, depth: int) -> tuple[Node, int]:
        first = self.text[offset : offset + 1]
        if first == '"':
            value, end = self._string(offset, pointer)
            return Node(value, self.source, offset, pointer, key_offset), end
        if first in {"{", "["}:
            if depth > MAX_DEPTH:
                raise _Fault(offset, "too_deep", f"Values are nested more than {MAX_DEPTH} deep.", "Flatten the document.", pointer)
            return self._object(offset, key_offset, pointer, depth) if first == "{" else self._list(offset, key_offset, pointer, depth)
        word, constant = _WORDS.get(first, ("", None))
        if word and self.text.startswith(word, offset):
            return Node(constant, self.source, offset, pointer, key_offset), offset + len(word)
        return self._number(offset, key_offset, pointer)

    def _number(self, offset: int, key_offset: int, pointer: str) -> tuple[Node, int]:
        match = _NUMBER.match(self.text, offset)
        if match is None or self.text.startswith("-Infinity", offset):
            for word in _NOT_NUMBERS:
                if self.text.startswith(word, offset):
                    raise _Fault(offset, "not_a_number", f"{word} is not a JSON value.", "Write a number, or null.", pointer)
            found = f"'{self.text[offset]}'" if offset < len(self.text) else "the end of the file"
            raise _Fault(offset, "malformed_json", f"A value is expected here, not {found}.", "Check quotes, commas and brackets.", pointer)
        written = match[0]
        large = _Fault(offset, "number_too_large", f"The number {written[:24]} is too large to be kept exactly.", "Write it as a text.", pointer)
        if len(written) > 40:
            raise large
        number: int | float = float(written) if match[1] or match[2] else int(written)
        if not isfinite(number) or (isinstance(number, int) and abs(number) > MAX_INTEGER):
            raise large
        return Node(number, self.source, offset, pointer, key_offset), match.end()

    def _string(self, offset: int, pointer: str) -> tuple[str, int]:
        try:
            value, end = scanstring(self.text, offset + 1, True)
        except json.JSONDecodeError as error:
            raise _Fault(
                min(error.pos, len(self.text)),
                "malformed_json",
                f"The text is broken: {error.msg.lower()}.",
                "Close the quotes; escape line breaks as \\n.",
                pointer,
            ) from None
        if "\\u" in self.text[offset:end] and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _Fault(offset, "malformed_json", "The text holds half of a surrogate pair.", "Write the letter itself.", pointer)
        return value, end

    def _object(self, offset: int, key_offset: int, pointer: str, depth: int) -> tuple[Node, int]:
        members: dict[str, Node] = {}
        position = self._skip(offset + 1)
        if self.text.startswith("}", position):
            return Node(members, self.source, offset, pointer, key_offset), position + 1
        while True:
            if not self.text.startswith('"', position):
                self._expected(position, "a key in quotes", pointer)
            key, end = self._string(position, pointer)
            if key in members:
                line, _ = self.source.position(members[key].key_offset)
                raise _Fault(
                    position,
                    "duplicate_key",
                    f"The key '{key}' stands here twice; the first is on line {line}.",
                    "Remove one of them.",
                    f"{pointer}/{_escape(key)}",
                )
            end = self._skip(end)
            if not self.text.startswith(":", end):
                self._expected(end, "a colon", pointer)
            members[key], end = self._value(self._skip(end + 1), position, f"{pointer}/{_escape(key)}", depth + 1)
            end = self._skip(end)
            if self.text.startswith("}", end):
                return Node(members, self.source, offset, pointer, key_offset), end + 1
            if not self.text.startswith(",", end):
                self._expected(end, "a comma or '}'", pointer)
            position = self._skip(end + 1)

    def _list(self, offset: int, key_offset: int, pointer: str, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        position = self._skip(offset + 1)
        if self.text.startswith("]", position):
            return Node(items, self.source, offset, pointer, key_offset), position + 1
        while True:
            item, end = self._value(position, position, f"{pointer}/{len(items)}", depth + 1)
            items.append(item)
            end = self._skip(end)
            if self.text.startswith("]", end):
                return Node(items, self.source, offset, pointer, key_offset), end + 1
            if not self.text.startswith(",", end):
                self._expected(end, "a comma or ']'", pointer)
            position = self._skip(end + 1)

    def _expected(self, offset: int, what: str, pointer: str) -> None:
        found = f"'{self.text[offset]}'" if offset < len(self.text) else "the end of the file"
        raise _Fault(offset, "malformed_json", f"Here {what} is expected, not {found}.", "Check quotes, commas and brackets.", pointer)


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
