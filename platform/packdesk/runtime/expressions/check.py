"""Syntax to typed tree: resolves names against a scope, checks types, and makes every conversion explicit."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import NoReturn

from packdesk.runtime.expressions import calls, members, syntax, types
from packdesk.runtime.expressions.catalogue import KNOWN_NAMES, Scope
from packdesk.runtime.expressions.faults import Faulty, nearest
from packdesk.runtime.expressions.functions import FUNCTIONS, MACROS
from packdesk.runtime.expressions.tree import (
    Arithmetic,
    Call,
    Compare,
    Conditional,
    Contains,
    Field,
    ListOf,
    Literal,
    Logic,
    Macro,
    Negate,
    Node,
    Root,
    Variable,
)
from packdesk.runtime.expressions.types import BOOLEAN, DATE, DATETIME, DECIMAL, DURATION, INTEGER, MONEY, NULL, ORDERED, TEXT, Base, Type, list_of

MAX_MACROS = 2
_NUMBERS = (Base.INTEGER, Base.DECIMAL)
_LOGIC = {"&&": "and", "||": "or"}


class Checker:
    """Types one expression in one scope; raises ``Faulty`` at the first thing that is wrong."""

    def __init__(self, scope: Scope) -> None:
        """Take the scope; macro variables come and go while walking."""
        self.scope = scope
        self.catalogue = scope.catalogue
        self.variables: dict[str, Type] = {}

    def fail(self, code: str, message: str, position: int, *, advice: str = "", did_you_mean: str = "") -> NoReturn:
        """Raise the fault."""
        raise Faulty(code, message, position, advice=advice, did_you_mean=did_you_mean)

    def mismatch(self, node: Node, wanted: str, *, advice: str = "") -> NoReturn:
        """Raise the fault that a part has the wrong type."""
        self.fail("type_mismatch", f"Here stands {node.type}, but {wanted} is needed.", node.start, advice=advice)

    # walking

    def value(self, part: syntax.Syntax) -> Node:
        """Type a part that must be a value, not merely a way to one."""
        node = self.any(part)
        if node.type.base in (Base.SECTION, Base.OBJECT):
            self.fail("type_mismatch", "This is a group of values, not a value.", node.start, advice="Name one of its members after a dot.")
        return node

    def boolean(self, part: syntax.Syntax) -> Node:
        """Type a part that must be a condition."""
        node = self.adapt(self.value(part), BOOLEAN)
        return node if node is not None else self.mismatch(self.value(part), "a condition", advice="Compare it, for example with '!= null'.")

    def any(self, part: syntax.Syntax) -> Node:  # noqa: PLR0911 - one return per kind of syntax
        """Type any part."""
        match part:
            case syntax.Constant():
                return self._constant(part)
            case syntax.Name():
                return self._name(part)
            case syntax.Select():
                return members.select(self, self.any(part.target), part.name, part.at, part.end)
            case syntax.Invoke():
                return self._invoke(part)
            case syntax.Operation():
                return self._operation(part)
            case syntax.Choose():
                then, other = self.common(self.value(part.then), self.value(part.other), "Both branches need one type.")
                return Conditional(type=then.type, start=part.start, end=part.end, test=self.boolean(part.test), then=then, other=other)
        return self._items(part)

    def _constant(self, part: syntax.Constant) -> Literal:
        kinds: dict[type, Type] = {bool: BOOLEAN, int: INTEGER, Decimal: DECIMAL, str: TEXT, type(None): NULL}
        return Literal(type=kinds[type(part.value)], start=part.start, end=part.end, value=part.value)

    def _name(self, part: syntax.Name) -> Node:
        if part.name in self.variables:
            return Variable(type=self.variables[part.name], start=part.start, end=part.end, name=part.name)
        type_ = self.scope.names.get(part.name)
        if type_ is None:
            if part.name in KNOWN_NAMES:
                self.fail("name_not_offered", f"'{part.name}' is not offered here.", part.start, advice=f"Offered are {', '.join(self.scope.names)}.")
            names = (*self.scope.names, *self.variables)
            advice = f"Offered are {', '.join(names)}; a text stands in quotes."
            self.fail("unknown_name", f"There is no name '{part.name}'.", part.start, advice=advice, did_you_mean=nearest(part.name, names))
        if part.name in ("section", "subtype"):
            record = Root(type=types.record(self.scope.entity_type), start=part.start, end=part.end, name="record")
            return Field(type=type_, start=part.start, end=part.end, target=record, path=self.scope.section if part.name == "section" else "subtype")
        return Root(type=type_, start=part.start, end=part.end, name=part.name)

    def _items(self, part: syntax.Items) -> ListOf:
        items = [self.value(item) for item in part.items]
        wanted = next((item.type for item in items if item.type != NULL), NULL)
        if wanted == INTEGER and any(item.type == DECIMAL for item in items):
            wanted = DECIMAL
        if wanted.base is Base.LIST:
            self.fail("type_mismatch", "A list cannot hold lists.", part.start)
        adapted = [self.adapt(item, wanted) or self.mismatch(item, str(wanted)) for item in items]
        return ListOf(type=list_of(wanted), start=part.start, end=part.end, items=tuple(adapted))

    def _invoke(self, part: syntax.Invoke) -> Node:
        if part.name in MACROS and part.target is not None:
            return self._macro(part)
        if part.name not in FUNCTIONS:
            self.fail(
                "unknown_function", f"There is no function '{part.name}'.", part.at, advice="The list is closed.", did_you_mean=nearest(part.name, FUNCTIONS)
            )
        if part.name in MACROS:
            self.fail("wrong_arguments", f"'{part.name}' stands after a list.", part.at, advice=f"Write {FUNCTIONS[part.name].signature}.")
        return calls.check_call(self, part)

    def _macro(self, part: syntax.Invoke) -> Macro:
        if part.target is None or len(part.arguments) != 2 or not isinstance(part.arguments[0], syntax.Name):
            self.fail("wrong_arguments", f"'{part.name}' needs a name and what to say about it.", part.at, advice=f"Write {FUNCTIONS[part.name].signature}.")
        source = self.value(part.target)
        if source.type.base is not Base.LIST or source.type.item is None:
            self.mismatch(source, "a list")
        name = part.arguments[0].name
        if name in self.scope.names or name in self.variables:
            self.fail("wrong_arguments", f"'{name}' already means something here.", part.arguments[0].start, advice="Give the item another name.")
        if len(self.variables) >= MAX_MACROS:
            self.fail("macros_too_deep", f"Macros are nested more than {MAX_MACROS} deep.", part.at)
        self.variables[name] = source.type.item
        body = self.value(part.arguments[1]) if part.name == "map" else self.boolean(part.arguments[1])
        del self.variables[name]
        if part.name == "map" and body.type.base is Base.LIST:
            self.fail("type_mismatch", "A list cannot hold lists.", body.start)
        type_ = {"all": BOOLEAN, "exists": BOOLEAN, "filter": source.type}.get(part.name) or list_of(body.type)
        return Macro(type=type_, start=part.start, end=part.end, name=part.name, source=source, variable=name, body=body)

    # operators

    def _operation(self, part: syntax.Operation) -> Node:
        if part.operator in _LOGIC:
            return Logic(
                type=BOOLEAN, start=part.start, end=part.end, operator=_LOGIC[part.operator], operands=tuple(self.boolean(operand) for operand in part.operands)
            )
        if part.operator == "not":
            return Logic(type=BOOLEAN, start=part.start, end=part.end, operator="not", operands=(self.boolean(part.operands[0]),))
        if part.operator == "negate":
            return self._negate(part)
        left, right = (self.value(operand) for operand in part.operands)
        if part.operator == "in":
            return self._contains(part, left, right)
        if part.operator in ("==", "!=", "<", "<=", ">", ">="):
            return self._compare(part, left, right)
        return self._arithmetic(part, left, right)

    def _negate(self, part: syntax.Operation) -> Node:
        operand = self.value(part.operands[0])
        if operand.type.base not in (*_NUMBERS, Base.MONEY, Base.DURATION):
            self.mismatch(operand, "a number, an amount or a duration")
        if isinstance(operand, Literal) and isinstance(operand.value, int | Decimal):
            return replace(operand, start=part.start, value=-operand.value)
        return Negate(type=operand.type, start=part.start, end=part.end, operand=operand)

    def _compare(self, part: syntax.Operation, left: Node, right: Node) -> Compare:
        left, right = self.common(left, right, "Only values of one kind compare.")
        base = left.type.base
        if base is Base.LIST:
            self.mismatch(left, "a single value", advice="Use size(list) or a macro.")
        if base in (Base.ADDRESS, Base.OPAQUE, Base.LINE) and not any(isinstance(side, Literal) and side.value is None for side in (left, right)):
            self.mismatch(left, "something that can be compared", advice="Compare one of its parts, or compare it with null.")
        if part.operator not in ("==", "!=") and base not in (*ORDERED, Base.NULL):
            self.mismatch(left, "something that has an order")
        return Compare(type=BOOLEAN, start=part.start, end=part.end, operator=part.operator, left=left, right=right)

    def _contains(self, part: syntax.Operation, left: Node, right: Node) -> Contains:
        item = right.type.item
        if right.type.base is not Base.LIST or item is None:
            self.mismatch(right, "a list", advice="A part of a text is found by contains(text, part).")
        adapted = self.adapt(right, list_of(left.type))
        if adapted is not None:
            right = adapted
        else:
            fitting = self.adapt(left, item)
            if fitting is None:
                self.mismatch(left, str(item))
            left = fitting
        if left.type.base in (Base.LIST, Base.ADDRESS, Base.OPAQUE, Base.LINE):
            self.mismatch(left, "something that can be compared")
        return Contains(type=BOOLEAN, start=part.start, end=part.end, left=left, right=right)

    def _arithmetic(self, part: syntax.Operation, left: Node, right: Node) -> Node:  # noqa: C901, PLR0912 - the table of types
        operator = part.operator
        bases = (left.type.base, right.type.base)
        kind, type_ = "", NULL
        if (Base.DURATION in bases and bases[1] in (Base.DATE, Base.DATETIME)) or (bases[1] is Base.MONEY and bases[0] in _NUMBERS):
            if operator in ("+", "*"):
                left, right, bases = right, left, (bases[1], bases[0])
        elif bases == (Base.INTEGER, Base.DURATION) and operator == "*":
            left, right, bases = right, left, (bases[1], bases[0])
        if all(base in _NUMBERS for base in bases):
            left, right = self.common(left, right, "")
            kind, type_ = left.type.base.value, left.type
        elif bases == (Base.MONEY, Base.MONEY) and operator in "+-":
            kind, type_ = "money", MONEY
        elif bases[0] is Base.MONEY and bases[1] in _NUMBERS and operator in "*/":
            kind, type_, right = "scaled_money", MONEY, self.adapt(right, DECIMAL) or right
        elif bases == (Base.DURATION, Base.DURATION) and operator in "+-":
            kind, type_ = "duration", DURATION
        elif bases == (Base.DURATION, Base.INTEGER) and operator == "*":
            kind, type_ = "scaled_duration", DURATION
        elif bases == (Base.DATETIME, Base.DURATION) and operator in "+-":
            kind, type_ = "moment", DATETIME
        elif bases == (Base.DATE, Base.DURATION) and operator in "+-":
            kind, type_ = "day", DATE
        elif bases == (Base.DATETIME, Base.DATETIME) and operator == "-":
            kind, type_ = "moments", DURATION
        elif bases == (Base.DATE, Base.DATE) and operator == "-":
            kind, type_ = "days", DURATION
        elif operator == "+" and Base.TEXT in bases:
            texts = self.adapt(left, TEXT), self.adapt(right, TEXT)
            if texts[0] is not None and texts[1] is not None:
                left, right, kind, type_ = texts[0], texts[1], "text", TEXT
        if not kind:
            advice = "Turn a value into text with text(value)." if operator == "+" and Base.TEXT in bases else ""
            self.fail("type_mismatch", f"'{operator}' does not work on {left.type} and {right.type}.", part.at, advice=advice)
        return Arithmetic(type=type_, start=part.start, end=part.end, operator=operator, kind=kind, left=left, right=right)

    # fitting types

    def common(self, left: Node, right: Node, advice: str) -> tuple[Node, Node]:
        """Return both with one type; raises when there is none."""
        if (fitting := self.adapt(right, left.type)) is not None:
            return left, fitting
        if (fitting := self.adapt(left, right.type)) is not None:
            return fitting, right
        if left.type.base is Base.RECORD and right.type.base is Base.RECORD and set(left.type.entity_types) & set(right.type.entity_types):
            merged = types.record(*dict.fromkeys((*left.type.entity_types, *right.type.entity_types)))
            return replace(left, type=merged), replace(right, type=merged)
        raise Faulty("type_mismatch", f"{left.type} and {right.type} do not go together.".capitalize(), right.start, advice=advice)

    def adapt(self, node: Node, wanted: Type) -> Node | None:  # noqa: PLR0911 - one return per way to fit
        """Return the part with the wanted type, converting where nothing can be lost; None when it does not fit."""
        have = node.type
        if have == wanted or (wanted == NULL and have == NULL):
            return node
        if isinstance(node, Conditional):
            then, other = self.adapt(node.then, wanted), self.adapt(node.other, wanted)
            return replace(node, type=wanted, then=then, other=other) if then is not None and other is not None else None
        if isinstance(node, Call) and node.name == "coalesce":
            parts = [self.adapt(part, wanted) for part in node.arguments]
            fitting = tuple(part for part in parts if part is not None)
            return replace(node, type=wanted, arguments=fitting) if len(fitting) == len(parts) else None
        if isinstance(node, Literal):
            return self._adapt_literal(node, wanted)
        converted = self._converted(node, wanted)
        if converted is not None:
            return converted
        if have.base is Base.RECORD and wanted.base is Base.RECORD and set(have.entity_types) <= set(wanted.entity_types):
            return replace(node, type=wanted) if isinstance(node, Call) else node
        if have.base is Base.LIST and wanted.base is Base.LIST and have.item is not None and wanted.item is not None:
            return self._adapt_list(node, have.item, wanted.item)
        return None

    def _converted(self, node: Node, wanted: Type) -> Node | None:
        if node.type == INTEGER and wanted == DECIMAL:
            return Call(type=DECIMAL, start=node.start, end=node.end, name="decimal", arguments=(node,))
        if node.type.base is Base.PHONE and wanted == TEXT:
            return Call(type=TEXT, start=node.start, end=node.end, name="text", arguments=(node,))
        return None

    def _adapt_literal(self, node: Literal, wanted: Type) -> Node | None:
        if node.value is None and wanted.base is not Base.LIST:
            return replace(node, type=wanted)
        if node.type == INTEGER and wanted == DECIMAL and isinstance(node.value, int):
            return replace(node, type=DECIMAL, value=Decimal(node.value)) if abs(node.value) < 10**12 else None
        if node.type != TEXT or not isinstance(node.value, str):
            return None
        if wanted.base is Base.ENTRY:
            self.known(node, self.catalogue.domain(wanted.domain).labels, wanted.domain)
            return replace(node, type=wanted)
        if wanted.base is Base.UNIT:
            self.known(node, self.catalogue.model.organisation.units, "organisation.units")
            return replace(node, type=wanted)
        return replace(node, type=wanted) if wanted.base is Base.USER else None

    def known(self, node: Literal, ids: Iterable[str], where: str) -> None:
        """Refuse a literal id that is not among the ids."""
        names = tuple(ids)
        if node.value not in names:
            some = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            advice = f"{where} has {some}." if names else f"{where} has no entries."
            self.fail("unknown_option", f"'{node.value}' is not in {where}.", node.start, advice=advice, did_you_mean=nearest(str(node.value), names))

    def _adapt_list(self, node: Node, have: Type, wanted: Type) -> Node | None:
        if isinstance(node, ListOf):
            items = [self.adapt(item, wanted) for item in node.items]
            fitting = tuple(item for item in items if item is not None)
            return replace(node, type=list_of(wanted), items=fitting) if len(fitting) == len(items) else None
        if have.base is Base.RECORD and wanted.base is Base.RECORD:
            return node if set(have.entity_types) <= set(wanted.entity_types) else None
        if isinstance(node, Macro) and node.name == "map":
            body = self.adapt(node.body, wanted)
            return replace(node, type=list_of(wanted), body=body) if body is not None else None
        variable = Variable(type=have, start=node.start, end=node.end, name="$item")
        body = self._converted(variable, wanted)
        if body is None:
            return None
        return Macro(type=list_of(wanted), start=node.start, end=node.end, name="map", source=node, variable="$item", body=body)
