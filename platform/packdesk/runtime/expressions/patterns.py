r"""The subset of regular expressions on which every engine agrees: parsed here, written out again for RE2, PostgreSQL and the browser.

Classes become explicit sets, so that no engine's idea of a digit or a blank counts; what has no common meaning (look-around, back
references, lazy repetition, flags, ``\b``) is refused. All four engines match in linear time: the browser runs the parsed form.
"""

from dataclasses import dataclass
from typing import TypeAlias

from packdesk.runtime.expressions.faults import Faulty

_SETS = {"d": ((48, 57),), "w": ((48, 57), (65, 90), (95, 95), (97, 122)), "s": ((9, 10), (13, 13), (32, 32))}
_SPECIAL = "\\.[]()*+?{}|^$"
_CONTROLS = {"n": 10, "t": 9, "r": 13}
_LAST = 0x10FFFF
_MAX_REPEAT = 100
_MAX_SIZE = 1000
_MAX_NESTING = 16


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges of code points."""

    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """``^`` or ``$``: the start or the end of the text."""

    end: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    options: tuple["Pattern", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """So many times; ``most`` None is without limit."""

    part: "Pattern"
    least: int
    most: int | None


Pattern: TypeAlias = Chars | Anchor | Sequence | Either | Repeat


def _inverted(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    found = []
    start = 1
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


class _Reader:
    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.at = 0
        self.position = position
        self.nesting = 0

    def refuse(self, why: str) -> Faulty:
        return Faulty("bad_pattern", f"The pattern '{self.text}' {why}.", self.position, advice="docs/reference/expressions.md lists what a pattern may use.")

    @property
    def char(self) -> str:
        return self.text[self.at : self.at + 1]

    def either(self) -> Pattern:
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise self.refuse("is nested too deep")
        options = [self.sequence()]
        while self.char == "|":
            self.at += 1
            options.append(self.sequence())
        self.nesting -= 1
        return options[0] if len(options) == 1 else Either(tuple(options))

    def sequence(self) -> Pattern:
        parts: list[Pattern] = []
        while self.char and self.char not in "|)":
            parts.append(self.repeated())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self) -> Pattern:
        part = self.atom()
        if self.char and self.char in "*+?{":
            if isinstance(part, Anchor):
                raise self.refuse("repeats an anchor")
            least, most = self.count()
            part = Repeat(part, least, most)
            if self.char and self.char in "*+?{":
                raise self.refuse("repeats a repetition, or lazily")
        return part

    def count(self) -> tuple[int, int | None]:
        sign = self.char
        self.at += 1
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        close = self.text.find("}", self.at)
        least, comma, most = self.text[self.at : close].partition(",")
        self.at = close + 1
        if close < 0 or not _is_count(least) or (most and not _is_count(most)):
            raise self.refuse("has a repetition that is not {n}, {n,} or {n,m}")
        low, high = int(least), int(most) if most else None if comma else int(least)
        if low > _MAX_REPEAT or (high is not None and not low <= high <= _MAX_REPEAT):
            raise self.refuse(f"repeats more than {_MAX_REPEAT} times or backwards")
        return low, high

    def atom(self) -> Pattern:
        char = self.char
        self.at += 1
        if char and char in "^$":
            return Anchor(char == "$")
        if char == ".":
            return Chars(_inverted(((10, 10),)))
        if char == "(":
            return self.group()
        if char == "[":
            return self.chars()
        if char == "\\":
            return Chars(self.escape())
        if char in "*+?{":
            raise self.refuse("repeats nothing")
        if char in "]}":
            raise self.refuse(f"has a '{char}' without a backslash")
        return Chars(((ord(char), ord(char)),))

    def group(self) -> Pattern:
        if self.char == "?":
            if self.text[self.at : self.at + 2] != "?:":
                raise self.refuse("uses look-around, a named group or flags")
            self.at += 2
        inner = self.either()
        if self.char != ")":
            raise self.refuse("has a group that is not closed")
        self.at += 1
        return inner

    def escape(self) -> tuple[tuple[int, int], ...]:
        char = self.char
        self.at += 1
        if char in _SETS:
            return _SETS[char]
        if char and char.lower() in _SETS:
            return _inverted(_SETS[char.lower()])
        if char in _CONTROLS:
            return ((_CONTROLS[char], _CONTROLS[char]),)
        if char and not char.isalnum() and char.isascii():
            return ((ord(char), ord(char)),)
        raise self.refuse(f"uses '\\{char}', which engines read differently")

    def chars(self) -> Pattern:
        negated = self.char == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        while self.char != "]":
            low = self.member()
            if self.char == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.member()
                if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1] or low[0][0] > high[0][0]:
                    raise self.refuse("has a set with a range that runs backwards or is none")
                low = ((low[0][0], high[0][0]),)
            ranges.extend(low)
        self.at += 1
        if not ranges:
            raise self.refuse("has an empty set")
        if not _inverted(tuple(ranges)):
            raise self.refuse("has a set of every character")
        return Chars(_inverted(tuple(ranges)) if negated else tuple(sorted(ranges)))

    def member(self) -> tuple[tuple[int, int], ...]:
        char = self.char
        self.at += 1
        if not char:
            raise self.refuse("has a set that is not closed")
        if char == "\\":
            return self.escape()
        if char == "[":
            raise self.refuse("has a '[' inside a set; write '\\['")
        return ((ord(char), ord(char)),)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def size(pattern: Pattern) -> int:
    """Return how many states a machine for the pattern needs, with repetitions written out."""
    match pattern:
        case Sequence(parts=parts) | Either(options=parts):
            return 1 + sum(size(part) for part in parts)
        case Repeat(part=part, least=least, most=most):
            return 1 + size(part) * max(least, most or 1, 1)
        case _:
            return 1


def read(text: str, position: int = 0) -> Pattern:
    """Read a pattern; raises ``Faulty`` for what engines would not agree on."""
    reader = _Reader(text, position)
    pattern = reader.either()
    if reader.char:
        raise reader.refuse("closes a group that is not open")
    if size(pattern) > _MAX_SIZE:
        raise reader.refuse("is too large")
    return pattern


def _char(code: int, inside: bool) -> str:
    char = chr(code)
    if code in (9, 10, 13):
        return {9: "\\t", 10: "\\n", 13: "\\r"}[code]
    special = "\\]^-[" if inside else _SPECIAL
    return "\\" + char if char in special else char


def write(pattern: Pattern) -> str:
    """Write the pattern in the form that RE2 and PostgreSQL read alike."""
    match pattern:
        case Chars(ranges=ranges):
            return _write_chars(ranges)
        case Anchor(end=end):
            return "$" if end else "^"
        case Sequence(parts=parts):
            return "".join(f"(?:{write(part)})" if isinstance(part, Either) else write(part) for part in parts)
        case Either(options=options):
            return "|".join(write(option) or "(?:)" for option in options)
    part, least, most = pattern.part, pattern.least, pattern.most
    sign = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    inner = write(part) if isinstance(part, Chars) else f"(?:{write(part)})"
    return inner + (sign or "{" + str(least) + ("" if most == least else "," + ("" if most is None else str(most))) + "}")


def _write_chars(ranges: tuple[tuple[int, int], ...]) -> str:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _char(ranges[0][0], inside=False)
    if ranges[-1][1] == _LAST:
        return "[^" + _write_set(_inverted(ranges)) + "]"
    return "[" + _write_set(ranges) + "]"


def _write_set(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(_char(low, inside=True) + ("" if low == high else "-" + _char(high, inside=True)) for low, high in ranges)


def to_json(pattern: Pattern) -> list[object]:
    """Return the parsed form for the browser's matcher."""
    match pattern:
        case Chars(ranges=ranges):
            return ["chars", [list(pair) for pair in ranges]]
        case Anchor(end=end):
            return ["end"] if end else ["start"]
        case Sequence(parts=parts):
            return ["seq", *(to_json(part) for part in parts)]
        case Either(options=options):
            return ["any", *(to_json(option) for option in options)]
    return ["rep", to_json(pattern.part), pattern.least, pattern.most]
