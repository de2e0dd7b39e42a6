"""The typed tree: what the check makes of the syntax and what every back end reads. Nothing in it needs the model any more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from packdesk.runtime.expressions.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of an expression with its type and its place in the text."""

    type: Type
    start: int
    end: int

    def children(self) -> Iterator["Node"]:
        """Yield the parts of this part, in written order."""
        for attribute in fields(self):
            value = getattr(self, attribute.name)
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from (item for item in value if isinstance(item, Node))

    def walk(self) -> Iterator["Node"]:
        """Yield this part and everything under it."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A value that stands in the text."""

    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Root(Node):
    """A name of the environment: ``record``, ``old``, ``actor``, ``now``, ``input``, ..."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Node):
    """The named item of a macro."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Node):
    """A value of a record by field path, of a line by field id, or of an object by name.

    ``derived`` is how it follows from its record where the clock moves it, so that no record holds it; it is no part of the text.
    """

    target: Node
    path: str
    derived: "Node | None" = None

    def children(self) -> Iterator[Node]:
        """Yield the part whose field it is."""
        yield self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Node):
    """The lines of a group of a record."""

    target: Node
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Node):
    """The records at the other end of a relation: a list, or one for a relation that is not many."""

    target: Node
    relation: str
    #: Holder and name under which the connection is stored: see ``catalogue.Connection``.
    holder: str
    stored: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyOf(Node):
    """The party of a record of several types: entity type -> path of the reference, empty for the record itself."""

    target: Node
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Node):
    """What a list says about its entry: id -> value."""

    target: Node
    name: str
    table: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Node):
    """The label of an entry: id -> language -> text."""

    target: Node
    table: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetLines(Node):
    """The lines that a subtype presets: subtype -> values per line; ``key`` is the field named by the record key in ``to``."""

    target: Node
    table: Mapping[str, tuple[Mapping[str, object], ...]]
    key: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Node):
    """A part of a compound value: of an address, of money, of a phone."""

    target: Node
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPart(Node):
    """Something about the one who acts: name, language, time_zone, party."""

    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """``and`` or ``or`` of two or more, or ``not`` of one."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """``== != < <= > >=`` of two values of one type (records by identity)."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(Node):
    """``left in right``."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """``+ - * / %`` on what ``kind`` says: integer, decimal, money, text, duration, moment, day, ..."""

    operator: str
    kind: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    """The number, money or duration with the other sign."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """``test ? then : other``."""

    test: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Node):
    """A written list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function of the closed list; ``data`` is what the check prepared from literal arguments (pattern, table, zone)."""

    name: str
    arguments: tuple[Node, ...]
    data: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro(Node):
    """``all exists filter map`` over a list with a named item."""

    name: str
    source: Node
    variable: str
    body: Node
