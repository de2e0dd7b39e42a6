"""Shows an expression with the values that decided it, part by part: the answer to "why not?"."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packdesk.model.durations import Duration
from packdesk.runtime.expressions import arithmetic, closures
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import Call, Compare, Conditional, Contains, Literal, Logic, Macro, Node, Root, Variable
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.values import Address, Line, Phone, Record

#: Items of a macro that are shown at most.
MAX_ITEMS = 20
#: Stands for the value of a part that reads what is closed to the reader.
HIDDEN = "hidden"
_WORDS = {
    "en": {"true": "is true", "false": "is false", "is": "is", "item": "item {index} of {count}", "null": "empty", "none": "no items", "hidden": "hidden"},
    "de": {
        "true": "trifft zu",
        "false": "trifft nicht zu",
        "is": "ist",
        "item": "Eintrag {index} von {count}",
        "null": "leer",
        "none": "keine Einträge",
        "hidden": "verborgen",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One part of an expression: its text, its value, a sentence with the values under it, and its parts."""

    text: str
    value: object
    sentence: str
    #: True for a part that is a condition; then ``value`` is True or False, or ``HIDDEN``.
    condition: bool
    children: tuple["Explanation", ...] = ()

    def why(self) -> tuple[str, ...]:
        """Return the sentences of the smallest conditions that decided the value."""
        deciding = [child for child in self.children if child.condition]
        if not deciding:
            return (self.sentence,)
        return tuple(sentence for child in deciding for sentence in child.why())


class _Explainer:
    def __init__(self, source: str, env: Environment, language: str, closed: Callable[[Node], bool]) -> None:
        self.source = source
        self.closed = closed
        self.env = env
        self.words = _WORDS.get(language, _WORDS["en"])

    def value(self, node: Node, items: closures.Items) -> object:
        found = closures.compile_tree(node)(self.env, items)
        return bool(found) if node.type.base is Base.BOOLEAN else found

    def explain(self, node: Node, items: closures.Items) -> Explanation:
        if self.closed(node):
            return self.hidden(node, items)
        value = self.value(node, items)
        return Explanation(
            text=self.source[node.start : node.end],
            value=value,
            sentence=self.sentence(node, value, items),
            condition=node.type.base is Base.BOOLEAN,
            children=tuple(self.children(node, value, items)),
        )

    def hidden(self, node: Node, items: closures.Items, value: object = HIDDEN) -> Explanation:
        """Return a part without its value; which of its parts decided would tell the value as well, so that none is left out or added for it."""
        text = self.source[node.start : node.end]
        parts = node.operands if isinstance(node, Logic) else ()
        return Explanation(
            text=text,
            value=value,
            sentence=f"{text} {self.words['is']} {self.words['hidden']}",
            condition=node.type.base is Base.BOOLEAN,
            children=tuple(self.explain(part, items) for part in parts),
        )

    def children(self, node: Node, value: object, items: closures.Items) -> Iterator[Explanation]:
        match node:
            case Logic(operator="not", operands=operands):
                yield self.explain(operands[0], items)
            case Logic(operator=operator, operands=operands):
                explained = [self.explain(operand, items) for operand in operands]
                decides = operator == "or"
                yield from (one for one in explained if bool(value) is not decides or one.value is decides)
            case Conditional(test=test, then=then, other=other):
                yield self.explain(test, items)
                yield self.explain(then if self.value(test, items) else other, items)
            case Macro():
                yield from self.items(node, value, items)
            case _:
                yield from (self.explain(child, items) for child in node.children() if not isinstance(child, Literal | Root | Variable))

    def items(self, node: Macro, value: object, items: closures.Items) -> Iterator[Explanation]:
        found: tuple[object, ...] = tuple(self.value(node.source, items))  # type: ignore[arg-type]
        resolved = [closures.resolve(self.env, self.entity_types(node), one) if self.entity_types(node) else one for one in found]
        for index, item in enumerate(resolved[:MAX_ITEMS], start=1):
            inner = self.explain(node.body, {**items, node.variable: item})
            if node.type.base is Base.BOOLEAN and inner.value is (node.name == "all") and bool(value) is not inner.value:
                continue
            place = self.words["item"].format(index=index, count=len(found))
            because = tuple(f"{place}: {sentence}" for sentence in inner.why()) or (place,)
            yield Explanation(
                text=inner.text, value=inner.value, sentence="; ".join(because), condition=inner.condition, children=inner.children if len(because) > 1 else ()
            )

    def entity_types(self, node: Macro) -> tuple[str, ...]:
        item = node.source.type.item
        return item.entity_types if item is not None and item.base is Base.RECORD else ()

    def sentence(self, node: Node, value: object, items: closures.Items) -> str:
        text = self.source[node.start : node.end]
        verdict = self.words["true" if value else "false"] if node.type.base is Base.BOOLEAN else ""
        match node:
            case Compare(operator=operator, left=left, right=right):
                values = f"{self.show(self.value(left, items))} {operator} {self.show(self.value(right, items))}"
                return f"{text} - {values} {verdict}" if values != text else f"{text} {verdict}"
            case Contains(left=left):
                return f"{text} - {self.show(self.value(left, items))} {verdict}"
            case Call(arguments=arguments) if verdict and arguments:
                shown = ", ".join(self.show(self.value(argument, items)) for argument in arguments)
                return f"{text} - {shown} {verdict}"
            case _ if verdict:
                return f"{text} {verdict}"
            case _:
                return f"{text} {self.words['is']} {self.show(value)}"

    def show(self, value: object) -> str:  # noqa: PLR0911 - one return per kind of value
        match value:
            case None:
                return self.words["null"]
            case str():
                return f"'{value}'"
            case Record():
                return value.number
            case Line():
                return ", ".join(self.show(part) for part in value.values.values())
            case tuple():
                return "[" + ", ".join(self.show(one) for one in value[:MAX_ITEMS]) + "]" if value else self.words["none"]
            case Phone():
                return value.raw
            case Address():
                return ", ".join(part for part in (value.street, value.postal_code, value.town) if part)
            case Duration():
                return str(value)
        return arithmetic.show(value)


def explain(tree: Node, source: str, env: Environment, language: str, closed: Callable[[Node], bool]) -> Explanation:
    """Return the explanation of the tree in the environment; of a part that is closed to the reader without its value.

    The verdict of the whole stays: the reader knows it from what was refused.
    """
    explainer = _Explainer(source, env, language, closed)
    if closed(tree) and tree.type.base is Base.BOOLEAN:
        return explainer.hidden(tree, closures.NO_ITEMS, explainer.value(tree, closures.NO_ITEMS))
    return explainer.explain(tree, closures.NO_ITEMS)
