"""Reads JSON bytes into nodes that know line and column, and refuses what JSON readers usually let pass.

In: bytes of one file. Out: a node, or one problem; never an exception. The standard reader forgets places, keeps the last of
two equal keys, takes NaN, and fails on deep nesting, so the scanner stands here, on the standard library's string scanner.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from math import isfinite

from packdesk.errors import Problem, reasons
from packdesk.packs.nodes import Node, Source

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_INTEGER = 2**53
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")
_WORD = re.compile(r"[^\W\d]\w*")
#: What is repeated of the place where something else is expected: a text, a word, or a sign.
_FOUND = re.compile(r'"[^"\n]{0,20}"?|\w{1,20}|.', re.DOTALL)
#: Quotation marks that word processors and other languages write, and JSON does not.
_OTHER_QUOTES = frozenset("'`\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb")
#: Why a text cannot be read -> what is wrong, and what to do.
_BROKEN_TEXTS = {
    "json_open_text": ("A text begins here and is never closed.", 'Add the double quote at its end; inside a text a double quote is written \\".'),
    "json_control": ("There is a line break, a tab or another control character inside a text.", "Write a line break as \\n and a tab as \\t."),
    "json_escape": ("There is a backslash inside a text that means nothing there.", "Write it twice: \\\\."),
    "json_broken": ("This text cannot be read.", "Type it anew."),
}


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
            raise self._no_value(offset, pointer)
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
            message, advice = _BROKEN_TEXTS[str(reasons.of_json(error)["reason"])]
            raise _Fault(min(error.pos, len(self.text)), "malformed_json", message, advice, pointer) from None
        if "\\u" in self.text[offset:end] and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _Fault(offset, "malformed_json", "There is half of a character inside this text.", "Write the character itself.", pointer)
        return value, end

    def _object(self, offset: int, key_offset: int, pointer: str, depth: int) -> tuple[Node, int]:
        members: dict[str, Node] = {}
        position = self._skip(offset + 1)
        if self.text.startswith("}", position):
            return Node(members, self.source, offset, pointer, key_offset), position + 1
        while True:
            if not self.text.startswith('"', position):
                raise self._no_name(position, offset, pointer, first=not members)
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
                raise _Fault(end, "malformed_json", f"A colon is missing after the name '{key}'.", "Write it between a name and its value.", pointer)
            members[key], end = self._value(self._skip(end + 1), position, f"{pointer}/{_escape(key)}", depth + 1)
            end = self._skip(end)
            if self.text.startswith("}", end):
                return Node(members, self.source, offset, pointer, key_offset), end + 1
            if not self.text.startswith(",", end):
                raise self._not_closed(end, offset, pointer, "}")
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
                raise self._not_closed(end, offset, pointer, "]")
            position = self._skip(end + 1)
            if self.text.startswith("]", position):
                raise self._comma_too_many(position, pointer)

    # what is wrong, in words

    def _no_value(self, offset: int, pointer: str) -> _Fault:
        word = _WORD.match(self.text, offset)
        for constant in _NOT_NUMBERS:
            if self.text.startswith(constant, offset):
                return _Fault(offset, "not_a_number", f"{constant} is not a JSON value.", "Write a number, or null.", pointer)
        if not self.text.strip():
            return _Fault(offset, "malformed_json", "The file is empty.", "Write a document into it, or remove it.", pointer)
        if offset >= len(self.text):
            return _Fault(offset, "malformed_json", "The file ends where a value is expected.", "Write the value, and close what is open.", pointer)
        if word is not None:
            advice = "Write texts in double quotes; without them stand numbers, true, false and null."
            return _Fault(offset, "malformed_json", f"'{word[0]}' is not a JSON value.", advice, pointer)
        if self.text[offset] in _OTHER_QUOTES:
            return self._other_quote(offset, pointer)
        advice = "Write a text in double quotes, a number, true, false, null, a list or an object."
        return _Fault(offset, "malformed_json", f"A value is expected here, not {self._found(offset)}.", advice, pointer)

    def _no_name(self, offset: int, start: int, pointer: str, *, first: bool) -> _Fault:
        """Return the fault of an object in which no name follows where one has to."""
        if offset >= len(self.text):
            return self._not_closed(offset, start, pointer, "}")
        if self.text.startswith("}", offset) and not first:
            return self._comma_too_many(offset, pointer)
        if self.text[offset] in _OTHER_QUOTES:
            return self._other_quote(offset, pointer)
        return _Fault(offset, "malformed_json", f"A name is expected here, not {self._found(offset)}.", "Write names in double quotes.", pointer)

    def _not_closed(self, offset: int, start: int, pointer: str, bracket: str) -> _Fault:
        """Return the fault of an object or a list that began at ``start`` and neither goes on nor ends."""
        if offset >= len(self.text):
            line, _ = self.source.position(start)
            message = f"The file ends before the '{self.text[start]}' of line {line} is closed."
            return _Fault(offset, "malformed_json", message, f"Write '{bracket}' where it ends.", pointer)
        message = f"Before {self._found(offset)} a comma is missing, or '{bracket}'."
        return _Fault(offset, "malformed_json", message, "Write a comma between two values; close each bracket with its counterpart.", pointer)

    def _comma_too_many(self, offset: int, pointer: str) -> _Fault:
        return _Fault(offset, "malformed_json", f"There is a comma too many before '{self.text[offset]}'.", "Remove the comma.", pointer)

    def _other_quote(self, offset: int, pointer: str) -> _Fault:
        return _Fault(
            offset,
            "malformed_json",
            f"The sign {self.text[offset]} is no quotation mark of JSON.",
            'Write names and texts in straight double quotes (").',
            pointer,
        )

    def _found(self, offset: int) -> str:
        """Return what stands at a place, in quotes."""
        found = _FOUND.match(self.text, offset)
        return f"'{found[0]}'" if found is not None else ""


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
