"""Says which trees SQL and the browser can evaluate, and names the first part that they can't."""

from collections.abc import Iterator

from packdesk.runtime.expressions.faults import Faulty
from packdesk.runtime.expressions.functions import FUNCTIONS
from packdesk.runtime.expressions.tree import (
    ActorPart,
    Arithmetic,
    Attribute,
    Call,
    Contains,
    Field,
    Lines,
    Macro,
    Node,
    PartyOf,
    PresetLines,
    Related,
    Root,
    Variable,
)
from packdesk.runtime.expressions.types import Base

#: Functions of the tree that the check itself puts there.
_INTERNAL = frozenset({"decimal"})
_ZONED = frozenset({"year", "month", "day", "weekday", "hour", "date"})
_MAX_MOMENTS = 3
#: Functions whose arguments of these types have no exact meaning in SQL.
_TEXT_IN_SQL = (Base.TEXT, Base.INTEGER, Base.DECIMAL, Base.BOOLEAN, Base.ENTRY, Base.USER, Base.UNIT, Base.PHONE, Base.DATE)


def depends_on_rows(node: Node, base: str = "record") -> bool:
    """Say whether the value differs from row to row; everything else is computed once and bound."""
    return any(isinstance(part, Variable) or (isinstance(part, Root) and part.name == base) for part in node.walk())


def refused_in_sql(node: Node, base: str = "record") -> Faulty | None:
    """Return why the tree cannot become SQL over rows of ``base``; None when it can."""
    if not depends_on_rows(node, base):
        return None
    if (why := _why_not_in_sql(node, base)) is not None:
        return Faulty(
            "not_in_sql", f"{why} has no meaning in a condition on stored records.", node.start, advice="docs/reference/expressions.md says what has."
        )
    for child in _parts_for_sql(node):
        if (found := refused_in_sql(child, base)) is not None:
            return found
    if isinstance(node, Field) and node.derived is not None and (inner := refused_in_sql(node.derived)) is not None:
        return Faulty(inner.code, inner.message, node.start, advice=inner.advice)
    return None


def _parts_for_sql(node: Node) -> Iterator[Node]:
    """Yield the parts that must be SQL too; what a table lists may stand behind ``in`` and nowhere else."""
    if isinstance(node, Contains) and isinstance(node.right, Attribute):
        yield from (node.left, node.right.target)
    else:
        yield from node.children()


def _is_rows(node: Node) -> bool:
    """Say whether a list is rows of a table, mapped or not."""
    return isinstance(node, Lines | Related) or (isinstance(node, Macro) and node.name in ("filter", "map"))


def _moments(node: Node) -> int:
    """Return how many sums of moments stand inside one another: each doubles the length of the SQL."""
    inner = max((_moments(child) for child in node.children()), default=0)
    return inner + (isinstance(node, Arithmetic) and node.kind in ("moment", "day"))


def _why_not_in_sql(node: Node, base: str) -> str | None:  # noqa: PLR0911 - one return per kind of part
    match node:
        case PresetLines() | PartyOf():
            return "What a subtype presets" if isinstance(node, PresetLines) else "The party of several types"
        case Field(target=target) if len(target.type.entity_types) > 1:
            return "A field of one of several types"
        case Related() if len(node.target.type.entity_types) != 1 or len(_item_types(node)) != 1:
            return "A relation to several types"
        case Field() if node.type.base is Base.LIST:
            return "A field of several values"
        case Call(name=name):
            return _why_not_call(node, name, base)
        case Macro(source=source) if depends_on_rows(source, base) and (not _is_rows(source) or (isinstance(source, Macro) and source.name == "map")):
            return f"'{node.name}' over such a list"
        case Attribute() if node.type.base is Base.LIST:
            return "A list that is not searched with 'in'"
        case Arithmetic() if _moments(node) > _MAX_MOMENTS:
            return "A long chain of sums of moments"
        case Macro(name="map") if node.type.item is not None and node.type.item.base in (Base.RECORD, Base.LINE, Base.ADDRESS):
            return "A list of mapped records"
    return None


def _item_types(node: Node) -> tuple[str, ...]:
    item = node.type.item if node.type.base is Base.LIST and node.type.item is not None else node.type
    return item.entity_types


def _why_not_call(node: Call, name: str, base: str) -> str | None:  # noqa: PLR0911 - one return per reason
    if name not in _INTERNAL and not FUNCTIONS[name].sql:
        return f"'{name}'"
    first = node.arguments[0] if node.arguments else None
    if name in ("size", "sum", "first") and first is not None and not _is_rows(first):
        return f"'{name}' of such a list"
    if name == "is_member" and not (isinstance(first, Root) and first.name == "actor"):
        return "The membership of another user"
    if name in ("date", "datetime") and node.data == "text":
        return f"'{name}' of a text that is not written out"
    if name == "text" and first is not None and first.type.base not in _TEXT_IN_SQL:
        return f"'text' of {first.type}"
    zones = node.arguments if name == "today" else node.arguments[1:] if name in _ZONED else ()
    if any(depends_on_rows(zone, base) for zone in zones):
        return "A time zone that differs from record to record"
    if name in ("min", "max", "abs") and node.type.base is Base.DURATION:
        return f"'{name}' of durations"
    return None


def refused_in_browser(node: Node) -> Faulty | None:
    """Return why the browser cannot evaluate the tree; None when it can."""
    for part in node.walk():
        if (why := _why_not_in_browser(part)) is not None:
            return Faulty("not_in_browser", f"{why} is not known to the browser.", part.start)
    return None


def _why_not_in_browser(node: Node) -> str | None:
    if isinstance(node, PresetLines | PartyOf):
        return "What a subtype presets" if isinstance(node, PresetLines) else "The party of several types"
    if isinstance(node, Field) and node.derived is not None:
        return "A field that the clock moves"
    if isinstance(node, ActorPart) and node.part == "party":
        return "The actor's party"
    if isinstance(node, Call) and node.name == "is_member" and not (isinstance(node.arguments[0], Root) and node.arguments[0].name == "actor"):
        return "The membership of another user"
    return None
