"""Types calls of the closed list of functions and prepares what literal arguments mean: patterns, tables, durations, days."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from packdesk.model.durations import parse_duration
from packdesk.runtime.expressions import patterns, syntax
from packdesk.runtime.expressions.faults import nearest
from packdesk.runtime.expressions.functions import FUNCTIONS
from packdesk.runtime.expressions.tree import Call, Contains, Field, ListOf, Literal, Node, Root
from packdesk.runtime.expressions.types import BOOLEAN, DATE, DATETIME, DECIMAL, DURATION, INTEGER, ORDERED, TEXT, Base, Type, entry, list_of

if TYPE_CHECKING:
    from packdesk.runtime.expressions.check import Checker

_NUMBERS = (Base.INTEGER, Base.DECIMAL)
_MANY = 1000


class Invocation:
    """One call while it is being typed: its arguments as syntax, and shortcuts to say what is wrong."""

    def __init__(self, checker: "Checker", call: syntax.Invoke) -> None:
        """Take the call; a method's target is its first argument."""
        self.checker = checker
        self.name = call.name
        self.arguments = (call.target, *call.arguments) if call.target is not None else call.arguments
        self.start = call.start
        self.end = call.end
        self.at = call.at

    def count(self, least: int, most: int) -> None:
        """Refuse a wrong number of arguments."""
        if not least <= len(self.arguments) <= most:
            self.checker.fail("wrong_arguments", f"'{self.name}' has a wrong number of arguments.", self.at, advice=f"Write {FUNCTIONS[self.name].signature}.")

    def typed(self, index: int, wanted: Type) -> Node:
        """Return an argument of this type."""
        node = self.checker.value(self.arguments[index])
        return self.checker.adapt(node, wanted) or self.checker.mismatch(node, str(wanted))

    def text(self, index: int) -> str:
        """Return an argument that must be written as a text."""
        node = self.checker.value(self.arguments[index])
        if not isinstance(node, Literal) or not isinstance(node.value, str):
            self.checker.fail("wrong_arguments", f"'{self.name}' needs a text in quotes here.", node.start, advice=f"Write {FUNCTIONS[self.name].signature}.")
        return node.value

    def position(self, index: int) -> int:
        """Return where an argument stands."""
        return self.arguments[index].start

    def call(self, type_: Type, *arguments: Node, data: object = None) -> Call:
        """Return the typed call."""
        return Call(type=type_, start=self.start, end=self.end, name=self.name, arguments=arguments, data=data)

    def literal(self, type_: Type, value: object) -> Literal:
        """Return what the call amounts to, known already."""
        return Literal(type=type_, start=self.start, end=self.end, value=value)

    def zone(self, index: int) -> tuple[Node, ...]:
        """Return the zone argument, checked when written out; nothing when it is left out."""
        if len(self.arguments) <= index:
            return ()
        node = self.typed(index, TEXT)
        if isinstance(node, Literal) and zone_named(node.value) is None:
            self.checker.fail("unknown_option", f"'{node.value}' is no time zone.", node.start, advice="Write one such as 'Europe/Berlin'.")
        return (node,)


def zone_named(name: object) -> ZoneInfo | None:
    """Return the time zone of this name, None when there is none."""
    try:
        return ZoneInfo(str(name)) if name else None
    except (KeyError, OSError, ValueError):
        return None


def parse_day(text: str) -> date | None:
    """Read ``YYYY-MM-DD`` and nothing else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" and text.isascii() else None
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """Read ``YYYY-MM-DDTHH:MM:SS`` with Z or an offset and nothing else."""
    if len(text) not in (20, 25) or text[10] != "T" or not text.isascii() or (len(text) == 20) != text.endswith("Z"):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def check_call(checker: "Checker", call: syntax.Invoke) -> Node:
    """Return the typed call; raises when arguments do not fit."""
    return _RULES[call.name](Invocation(checker, call))


def _list(call: Invocation) -> tuple[Node, Type]:
    node = call.checker.value(call.arguments[0])
    if node.type.base is not Base.LIST or node.type.item is None:
        call.checker.mismatch(node, "a list", advice="The length of a text is length(text)." if node.type == TEXT else "")
    return node, node.type.item


def _size(call: Invocation) -> Node:
    call.count(1, 1)
    return call.call(INTEGER, _list(call)[0])


def _first(call: Invocation) -> Node:
    call.count(1, 1)
    node, item = _list(call)
    return call.call(item, node)


def _sum(call: Invocation) -> Node:
    call.count(1, 1)
    node, item = _list(call)
    if item.base not in (*_NUMBERS, Base.MONEY, Base.DURATION):
        call.checker.mismatch(node, "a list of numbers, amounts or durations", advice="Take them with map first.")
    return call.call(item, node)


def _same(call: Invocation, least: int) -> list[Node]:
    call.count(least, _MANY)
    checker = call.checker
    nodes = [checker.value(argument) for argument in call.arguments]
    for _ in range(2):
        for index in range(1, len(nodes)):
            nodes[0], nodes[index] = checker.common(nodes[0], nodes[index], "All arguments need one type.")
    return nodes


def _coalesce(call: Invocation) -> Node:
    nodes = _same(call, 1)
    if nodes[0].type.base is Base.LIST:
        call.checker.mismatch(nodes[0], "a single value", advice="A list is never null.")
    return call.call(nodes[0].type, *nodes)


def _extreme(call: Invocation) -> Node:
    nodes = _same(call, 2)
    if nodes[0].type.base not in ORDERED or nodes[0].type.base is Base.MONEY:
        call.checker.mismatch(nodes[0], "something that has an order")
    return call.call(nodes[0].type, *nodes)


def _duration(call: Invocation) -> Node:
    call.count(1, 1)
    text = call.text(0)
    value = parse_duration(text)
    if value is None:
        call.checker.fail("wrong_arguments", f"'{text}' is no duration.", call.position(0), advice="Write a number and a unit, such as '3 months'.")
    return call.literal(DURATION, value)


def _date(call: Invocation) -> Node:
    call.count(1, 2)
    node = call.checker.value(call.arguments[0])
    if node.type == DATETIME:
        return call.call(DATE, node, *call.zone(1))
    call.count(1, 1)
    node = call.typed(0, TEXT)
    if isinstance(node, Literal):
        return _read_literal(call, node, parse_day, type_=DATE, what="day", example="2026-12-31")
    return call.call(DATE, node, data="text")


def _datetime(call: Invocation) -> Node:
    call.count(1, 1)
    node = call.typed(0, TEXT)
    if isinstance(node, Literal):
        return _read_literal(call, node, parse_moment, type_=DATETIME, what="moment", example="2026-12-31T14:30:00Z")
    return call.call(DATETIME, node, data="text")


def _read_literal(call: Invocation, node: Literal, read: Callable[[str], object], *, type_: Type, what: str, example: str) -> Node:
    value = read(str(node.value)) if node.value is not None else None
    if value is None and node.value is not None:
        call.checker.fail("wrong_arguments", f"'{node.value}' is no {what}.", node.start, advice=f"Write one such as '{example}'.")
    return call.literal(type_, value)


def _today(call: Invocation) -> Node:
    call.count(0, 1)
    return call.call(DATE, *call.zone(0))


def _part(call: Invocation) -> Node:
    call.count(1, 2)
    node = call.checker.value(call.arguments[0])
    if node.type == DATE and call.name != "hour":
        call.count(1, 1)
    elif node.type != DATETIME:
        call.checker.mismatch(node, "a moment" if call.name == "hour" else "a day or a moment")
    return call.call(INTEGER, node, *call.zone(1))


def _texts(count: int, result: Type) -> Callable[[Invocation], Node]:
    def check(call: Invocation) -> Node:
        call.count(count, count)
        return call.call(result, *(call.typed(index, TEXT) for index in range(count)))

    return check


def _matches(call: Invocation) -> Node:
    call.count(2, 2)
    node = call.typed(0, TEXT)
    pattern = call.checker.value(call.arguments[1])
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        call.checker.fail("bad_pattern", "A pattern must be written out.", call.position(1), advice="Only a text in quotes can be checked.")
    return call.call(BOOLEAN, node, data=patterns.read(pattern.value, call.position(1)))


def _text(call: Invocation) -> Node:
    call.count(1, 1)
    node = call.checker.value(call.arguments[0])
    if node.type.base in (Base.LIST, Base.RECORD, Base.LINE, Base.ADDRESS, Base.OPAQUE):
        call.checker.mismatch(node, "a single value")
    return node if node.type == TEXT else call.call(TEXT, node)


def _abs(call: Invocation) -> Node:
    call.count(1, 1)
    node = call.checker.value(call.arguments[0])
    if node.type.base not in (*_NUMBERS, Base.DURATION):
        call.checker.mismatch(node, "a number or a duration")
    return call.call(node.type, node)


def _round(call: Invocation) -> Node:
    call.count(1, 2)
    node = call.typed(0, DECIMAL)
    if len(call.arguments) == 1:
        return call.call(INTEGER, node, data=None)
    places = call.checker.value(call.arguments[1])
    if not isinstance(places, Literal) or not isinstance(places.value, int) or not 0 <= places.value <= 6:
        call.checker.fail("wrong_arguments", "The places are a number from 0 to 6.", places.start)
    return call.call(DECIMAL, node, data=places.value)


def _within(call: Invocation) -> Node:
    call.count(2, 2)
    node = call.checker.value(call.arguments[0])
    if node.type.base is not Base.ENTRY:
        call.checker.mismatch(node, "a category")
    name = call.text(1)
    domain = call.checker.catalogue.domain(node.type.domain)
    call.checker.known(Literal(type=TEXT, start=call.position(1), end=call.end, value=name), domain.labels, node.type.domain)
    place = {"start": call.position(1), "end": call.arguments[1].end}
    below = domain.below(name)
    items = tuple(Literal(type=node.type, value=id_, **place) for id_ in domain.labels if id_ in below)
    return Contains(type=BOOLEAN, start=call.start, end=call.end, left=node, right=ListOf(type=list_of(node.type), items=items, **place))


def _matrix(call: Invocation) -> Node:
    call.count(3, 3)
    name = call.text(0)
    matrices = call.checker.catalogue.model.matrices
    if name not in matrices:
        call.checker.fail(
            "unknown_option", f"There is no matrix '{name}'.", call.position(0), advice=f"There is {', '.join(matrices)}.", did_you_mean=nearest(name, matrices)
        )
    matrix = matrices[name]
    row, column = call.typed(1, entry(f"level_lists.{matrix.row}")), call.typed(2, entry(f"level_lists.{matrix.column}"))
    return call.call(entry(f"level_lists.{matrix.result}"), row, column, data=matrix.cells)


def _has_role(call: Invocation) -> Node:
    call.count(2, 2)
    actor = call.checker.value(call.arguments[0])
    if not isinstance(actor, Root) or actor.name != "actor":
        call.checker.fail("wrong_arguments", "Roles are known of the actor alone.", actor.start, advice="Write has_role(actor, 'role').")
    name = call.text(1)
    call.checker.known(Literal(type=TEXT, start=call.position(1), end=call.end, value=name), call.checker.catalogue.model.roles, "roles")
    return call.call(BOOLEAN, actor, data=name)


def _is_member(call: Invocation) -> Node:
    call.count(2, 2)
    user = call.checker.value(call.arguments[0])
    if user.type.base is not Base.USER:
        call.checker.mismatch(user, "a user")
    unit = call.checker.value(call.arguments[1])
    fitting = call.checker.adapt(unit, Type(base=Base.UNIT))
    organisation = call.checker.catalogue.model.organisation
    above: Mapping[str, tuple[str, ...]] = {name: organisation.ancestors(name) for name in organisation.units}
    return call.call(BOOLEAN, user, fitting or call.checker.mismatch(unit, "a unit"), data=above)


def _changed(call: Invocation) -> Node:
    call.count(1, 1)
    node = call.checker.value(call.arguments[0])
    if "old" not in call.checker.scope.names:
        call.checker.fail("name_not_offered", "'changed' is not offered here: there is no record before.", call.at)
    if not isinstance(node, Field) or not isinstance(node.target, Root) or node.target.name != "record":
        call.checker.fail("wrong_arguments", "'changed' needs a field of the record itself.", call.position(0), advice="Write changed(record.field).")
    return call.call(BOOLEAN, node, replace(node, target=replace(node.target, name="old")))


_RULES: Mapping[str, Callable[[Invocation], Node]] = {
    "size": _size,
    "sum": _sum,
    "first": _first,
    "coalesce": _coalesce,
    "duration": _duration,
    "date": _date,
    "datetime": _datetime,
    "today": _today,
    "year": _part,
    "month": _part,
    "day": _part,
    "weekday": _part,
    "hour": _part,
    "lower": _texts(1, TEXT),
    "upper": _texts(1, TEXT),
    "trim": _texts(1, TEXT),
    "length": _texts(1, INTEGER),
    "contains": _texts(2, BOOLEAN),
    "starts_with": _texts(2, BOOLEAN),
    "ends_with": _texts(2, BOOLEAN),
    "matches": _matches,
    "text": _text,
    "abs": _abs,
    "round": _round,
    "min": _extreme,
    "max": _extreme,
    "within": _within,
    "matrix": _matrix,
    "has_role": _has_role,
    "is_member": _is_member,
    "changed": _changed,
}
