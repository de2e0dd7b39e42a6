"""JSON values that remember where they were written; the reader makes them, merge and checks pass them on."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from packdesk.errors import Problem, Severity

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file of one pack: enough to say where a value stands and whose it is."""

    file: str
    pack: str = ""
    version: str = ""
    language: str = "en"
    #: Offsets of the line breaks, for turning an offset into line and column.
    breaks: tuple[int, ...] = ()

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of an offset."""
        line = bisect_right(self.breaks, offset - 1)
        return line + 1, offset - (self.breaks[line - 1] if line else -1)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A JSON value with its place; members are nodes in turn. ``overrides`` are the values that it replaced, nearest first."""

    value: "Scalar | list[Node] | dict[str, Node]"
    source: Source
    offset: int
    pointer: str = ""
    #: Offset of the key that holds the value; the value's own where there is no key.
    key_offset: int = -1
    overrides: "tuple[Node, ...]" = field(default=())

    @property
    def members(self) -> "dict[str, Node]":
        """Return the members of an object; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "list[Node]":
        """Return the items of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """Return the value when it is a text, else the empty text."""
        return self.value if isinstance(self.value, str) else ""

    def get(self, key: str) -> "Node | None":
        """Return the member with the key, or None."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def text_of(self, key: str) -> str:
        """Return the text of a member, empty when there is none."""
        member = self.get(key)
        return member.text if member is not None else ""

    def having(self, value: "Scalar | list[Node] | dict[str, Node]") -> "Node":
        """Return a node at the same place with another value."""
        return replace(self, value=value)

    def plain(self) -> object:
        """Return the value as plain JSON."""
        if isinstance(self.value, dict):
            return {key: member.plain() for key, member in self.value.items()}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def walk(self, path: str) -> "Iterator[tuple[str, Node]]":
        """Yield the node and everything in it with dotted paths, lists as leaves."""
        yield path, self
        if isinstance(self.value, dict):
            for key, member in self.value.items():
                yield from member.walk(f"{path}.{key}")

    def problem(
        self, code: str, message: str, advice: str = "", did_you_mean: str = "", *, at_key: bool = False, severity: Severity = Severity.ERROR
    ) -> Problem:
        """Return a problem at this value, or at its key."""
        line, column = self.source.position(self.key_offset if at_key and self.key_offset >= 0 else self.offset)
        return Problem(
            code=code,
            message=message,
            advice=advice,
            did_you_mean=did_you_mean,
            pack=self.source.pack,
            file=self.source.file,
            line=line,
            column=column,
            pointer=self.pointer,
            severity=severity,
        )
