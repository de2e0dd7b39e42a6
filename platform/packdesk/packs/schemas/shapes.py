"""The grammar in which the kinds of documents are written down; schemas, reader, merge and checks all follow the same shapes.

A shape says what may stand at a place of a document. Two things matter beyond JSON Schema: which objects are maps keyed by id
(overlays add to them with ``$add``) and which have fixed keys, and what a text names (``ref``), so that references can be
checked, renamed and removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, Union

from packdesk.model.nodes import Json


class Role(StrEnum):
    """What a leaf means beyond its JSON type."""

    PLAIN = "plain"
    #: A text for people; one per language.
    TEXT = "text"
    #: Always an expression.
    EXPRESSION = "expression"
    #: A fixed yes or no, or an expression after ``=``.
    CONDITION = "condition"
    #: A literal, or an expression after ``=``.
    VALUE = "value"
    #: A length of time such as ``5 days``.
    DURATION = "duration"
    #: A regular expression.
    PATTERN = "pattern"


class Keys(StrEnum):
    """What the keys of a map are."""

    ID = "id"
    PATH = "path"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaf:
    """A place for one value."""

    title: str
    types: tuple[str, ...] = ("string",)
    role: Role = Role.PLAIN
    #: What a text names: ``entity_type``, ``field``, ``status``, ... or nothing.
    ref: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    minimum: int | None = None
    maximum: int | None = None
    #: So many characters a text may have; 0: as many as it likes.
    longest: int = 0
    default: Json = None
    examples: tuple[Json, ...] = ()

    @property
    def is_written(self) -> bool:
        """Return whether a person writes words here: a text, or a name that stands for nothing and has no form."""
        return "string" in self.types and (self.role is Role.TEXT or (self.role is Role.PLAIN and not (self.ref or self.choices or self.pattern)))

    @property
    def has_lines(self) -> bool:
        """Return whether a text of several lines may stand here."""
        return self.longest > LABEL_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sequence:
    """A place for a plain list of values."""

    title: str
    item: Leaf
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Map:
    """A place for members keyed by id (or path); written order is the order."""

    title: str
    member: "Shape"
    keys: Keys = Keys.ID
    #: What the keys name; empty when they make new names.
    ref: str = ""
    #: Overlays may write members without ``$add``.
    open: bool = False
    #: Overlays may change members, never add, remove or rename them.
    closed: bool = False
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Object:
    """A place for an object with fixed keys; ``rest`` is the shape of any other key, None refuses them."""

    title: str
    keys: Mapping[str, "Shape"]
    required: tuple[str, ...] = ()
    rest: "Shape | None" = None
    rest_ref: str = ""
    #: Keys of which at least one must be there.
    any_of: tuple[str, ...] = ()
    examples: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variants:
    """A place for one of several objects, told apart by one key."""

    title: str
    key: str
    variants: Mapping[str, Object]
    #: All keys of all variants: what a patch may carry, which doesn't repeat the key.
    merged: Object = field(init=False)

    def __post_init__(self) -> None:
        """Gather the keys of all variants."""
        keys = {name: shape for variant in self.variants.values() for name, shape in variant.keys.items()}
        object.__setattr__(self, "merged", Object(title=self.title, keys=keys))

    def of(self, which: str) -> Object:
        """Return the object that the key's value chooses; all keys together when it chooses none."""
        return self.variants.get(which, self.merged)


Shape: TypeAlias = Union[Leaf, Sequence, Map, Object, Variants]

#: Keys that merging reads: they are allowed on every member of a map and are no part of the model by themselves.
MERGE_KEYS: Mapping[str, Leaf] = {
    "after": Leaf(title="Id of the sibling behind which this one stands", pattern="", examples=("category",)),
    "sealed": Leaf(title="Overlays may not change it", types=("boolean",), default=False),
    "deprecated": Leaf(title="Still works, but should no longer be used", types=("boolean",), default=False),
    "renamed_from": Leaf(title="Id that it had before; records keep their values"),
}


#: What stands in menus, heads and buttons; and what is read as sentences.
LABEL_LENGTH = 200
SENTENCE_LENGTH = 4000


def text(title: str, *examples: str, longest: int = SENTENCE_LENGTH) -> Leaf:
    """Return a place for a text that people read."""
    return Leaf(title=title, role=Role.TEXT, longest=longest, examples=examples)


def name(title: str, *, ref: str = "", choices: tuple[str, ...] = (), default: Json = None, examples: tuple[Json, ...] = (), pattern: str = "") -> Leaf:
    """Return a place for a name."""
    return Leaf(title=title, ref=ref, choices=choices, default=default, examples=examples, pattern=pattern)


def flag(title: str, *, default: bool = False) -> Leaf:
    """Return a place for yes or no."""
    return Leaf(title=title, types=("boolean",), default=default)


def count(title: str, *, minimum: int = 0, maximum: int | None = None, default: int | None = None) -> Leaf:
    """Return a place for a whole number."""
    return Leaf(title=title, types=("integer",), minimum=minimum, maximum=maximum, default=default)


def expression(title: str, *examples: str) -> Leaf:
    """Return a place for text that is always an expression."""
    return Leaf(title=title, role=Role.EXPRESSION, examples=examples)


def condition(title: str, *, default: bool = False) -> Leaf:
    """Return a place for true, false or ``=expression``."""
    return Leaf(title=title, types=("boolean", "string"), role=Role.CONDITION, default=default, examples=(True, "=record.kind == 'x'"))


def value(title: str, *examples: Json, ref: str = "") -> Leaf:
    """Return a place for any JSON value, or an expression after ``=``; ``ref`` is what a literal names."""
    return Leaf(title=title, types=(), role=Role.VALUE, examples=examples, ref=ref)


def duration(title: str) -> Leaf:
    """Return a place for a length of time."""
    return Leaf(title=title, role=Role.DURATION, examples=("5 days", "1 hour"))


def names(title: str, *, ref: str = "", choices: tuple[str, ...] = (), examples: tuple[Json, ...] = ()) -> Sequence:
    """Return a place for a plain list of names."""
    return Sequence(title=title, item=Leaf(title=title, ref=ref, choices=choices), examples=examples)


def member(title: str, keys: Mapping[str, Shape], *, required: tuple[str, ...] = (), rest: Shape | None = None, rest_ref: str = "") -> Object:
    """Return the shape of a member of a map: its own keys and those that merging reads."""
    return Object(title=title, keys={**keys, **MERGE_KEYS}, required=required, rest=rest, rest_ref=rest_ref)
