"""Text to syntax tree: a recursive-descent parser of the CEL subset, bounded in length, depth and size."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from packdesk.runtime.expressions.faults import Faulty

MAX_LENGTH = 4000
MAX_DEPTH = 32
MAX_NODES = 500

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<decimal>[0-9]+\.[0-9]+)
    |(?P<integer>[0-9]+)
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>==|!=|<=|>=|&&|\|\||[<>!?:+\-*/%().,\[\]=&|])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "/": "/"}
_WORDS = {"and": "&&", "or": "||", "not": "!", "is": "=="}
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: number, text, true, false or null."""

    start: int
    end: int
    value: int | Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A bare name."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """A member after a dot; ``at`` is where its name stands."""

    start: int
    end: int
    target: "Syntax"
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function call; ``target`` is what stands before the dot in method style."""

    start: int
    end: int
    name: str
    target: "Syntax | None"
    arguments: tuple["Syntax", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with one operand or two, or several joined by ``&&`` or ``||``."""

    start: int
    end: int
    operator: str
    operands: tuple["Syntax", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Choose:
    """``test ? then : other``."""

    start: int
    end: int
    test: "Syntax"
    then: "Syntax"
    other: "Syntax"


@dataclass(frozen=True, slots=True)
class Items:
    """A written list."""

    start: int
    end: int
    items: tuple["Syntax", ...]


Syntax: TypeAlias = Constant | Name | Select | Invoke | Operation | Choose | Items


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text."""

    kind: str
    text: str
    start: int
    end: int


def _tokens(source: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            if source[position] in "'\"":
                raise Faulty("expression_syntax", "The text is not closed.", position, advice="End it with the quote it began with.")
            raise Faulty("expression_syntax", f"'{source[position]}' means nothing here.", position)
        if match.lastgroup and match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], position, match.end()))
        position = match.end()
    found.append(Token("end", "", len(source), len(source)))
    return found


def _unquote(token: Token) -> str:
    def replace(match: re.Match[str]) -> str:
        word = match[1]
        if word[0] == "u" and len(word) == 5:
            code = int(word[1:], 16)
            if code == 0 or 0xD800 <= code <= 0xDFFF:
                raise Faulty("expression_syntax", f"'\\{word}' is not a character.", token.start)
            return chr(code)
        if word not in _ESCAPES:
            raise Faulty("expression_syntax", f"'\\{word}' is no escape.", token.start, advice="Write '\\\\' for a backslash.")
        return _ESCAPES[word]

    text = _ESCAPE.sub(replace, token.text[1:-1])
    if any((ord(char) < 32 and char not in "\n\t\r") or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise Faulty("expression_syntax", "The text holds a control character.", token.start)
    return text


class _Parser:
    """Reads tokens by precedence; counts depth and nodes so that no text can exhaust the stack."""

    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.index = 0
        self.depth = 0
        self.nodes = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def counted(self, node: Syntax) -> Syntax:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Faulty("expression_too_large", f"The expression has more than {MAX_NODES} parts.", node.start, advice="Split it into derived fields.")
        return node

    def take(self, *texts: str) -> Token | None:
        token = self.token
        if token.text in texts and token.kind in ("operator", "name"):
            self.index += 1
            return token
        return None

    def expect(self, text: str) -> Token:
        token = self.take(text)
        if token is None:
            raise self.unexpected(f"'{text}'")
        return token

    def unexpected(self, wanted: str) -> Faulty:
        token = self.token
        if token.text == "=":
            return Faulty("single_equals", "A single '=' compares nothing.", token.start, advice="Write ==.")
        if token.text in ("&", "|"):
            return Faulty("expression_syntax", f"A single '{token.text}' means nothing.", token.start, advice=f"Write {token.text * 2}.")
        found = f"'{token.text}'" if token.kind != "end" else "the end"
        advice = f"Write {_WORDS[token.text]}." if token.text in _WORDS else ""
        return Faulty("expression_syntax", f"Here stands {found} where {wanted} is expected.", token.start, advice=advice)

    def whole(self) -> Syntax:
        node = self.expression()
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        return node

    def expression(self) -> Syntax:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Faulty("expression_too_deep", f"The expression is nested more than {MAX_DEPTH} deep.", self.token.start)
        node = self.joined("||", "&&")
        if self.take("?"):
            then = self.expression()
            self.expect(":")
            other = self.expression()
            node = self.counted(Choose(node.start, other.end, node, then, other))
        self.depth -= 1
        return node

    def joined(self, operator: str, inner: str) -> Syntax:
        operands = [self.joined(inner, "") if inner else self.comparison()]
        at = self.token.start
        while self.take(operator):
            operands.append(self.joined(inner, "") if inner else self.comparison())
        if len(operands) == 1:
            return operands[0]
        return self.counted(Operation(operands[0].start, operands[-1].end, operator, tuple(operands), at))

    def comparison(self) -> Syntax:
        left = self.sum()
        token = self.token
        if token.text in _COMPARISONS and token.kind in ("operator", "name"):
            self.index += 1
            right = self.sum()
            left = self.counted(Operation(left.start, right.end, token.text, (left, right), token.start))
            if self.token.text in _COMPARISONS and self.token.kind in ("operator", "name"):
                raise Faulty("expression_syntax", "Comparisons are not chained.", self.token.start, advice="Join two comparisons with &&.")
        return left

    def sum(self) -> Syntax:
        left = self.product()
        while token := self.take("+", "-"):
            right = self.product()
            left = self.counted(Operation(left.start, right.end, token.text, (left, right), token.start))
        return left

    def product(self) -> Syntax:
        left = self.unary()
        while token := self.take("*", "/", "%"):
            if self.token.text == "*":
                raise Faulty("expression_syntax", "There is no power operator.", token.start)
            right = self.unary()
            left = self.counted(Operation(left.start, right.end, token.text, (left, right), token.start))
        return left

    def unary(self) -> Syntax:
        token = self.take("!", "-")
        if token is None:
            return self.postfix()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Faulty("expression_too_deep", f"The expression is nested more than {MAX_DEPTH} deep.", token.start)
        operand = self.unary()
        self.depth -= 1
        name = "not" if token.text == "!" else "negate"
        return self.counted(Operation(token.start, operand.end, name, (operand,), token.start))

    def postfix(self) -> Syntax:
        node = self.primary()
        while self.take("."):
            token = self.token
            if token.kind != "name":
                raise self.unexpected("a name")
            self.index += 1
            if self.token.text == "(":
                arguments, end = self.arguments(")", opening="(")
                node = self.counted(Invoke(node.start, end, token.text, node, arguments, token.start))
            else:
                node = self.counted(Select(node.start, token.end, node, token.text, token.start))
        if self.token.text == "[":
            raise Faulty("expression_syntax", "There is no index operator.", self.token.start, advice="Use first(list).")
        return node

    def arguments(self, closing: str, opening: str) -> tuple[tuple[Syntax, ...], int]:
        self.expect(opening)
        found: list[Syntax] = []
        while self.token.text != closing:
            found.append(self.expression())
            if not self.take(","):
                break
        return tuple(found), self.expect(closing).end

    def primary(self) -> Syntax:
        token = self.token
        if token.text == "(" and token.kind == "operator":
            self.index += 1
            node = self.expression()
            self.expect(")")
            return node
        if token.text == "[" and token.kind == "operator":
            items, end = self.arguments("]", opening="[")
            return self.counted(Items(token.start, end, items))
        if token.kind in ("integer", "decimal", "text"):
            self.index += 1
            return self.counted(Constant(token.start, token.end, self.literal(token)))
        if token.kind == "name" and token.text != "in":
            self.index += 1
            if token.text in ("true", "false", "null"):
                return self.counted(Constant(token.start, token.end, {"true": True, "false": False, "null": None}[token.text]))
            if self.token.text == "(":
                arguments, end = self.arguments(")", opening="(")
                return self.counted(Invoke(token.start, end, token.text, None, arguments, token.start))
            return self.counted(Name(token.start, token.end, token.text))
        raise self.unexpected("a value")

    def literal(self, token: Token) -> int | Decimal | str:
        if token.kind == "text":
            return _unquote(token)
        whole, _, fraction = token.text.partition(".")
        if len(whole.lstrip("0")) > 16 or (token.kind == "integer" and int(whole) > 2**53 - 1):
            raise Faulty("number_too_large", f"{token.text} is too large.", token.start, advice="Integers reach 9007199254740991, decimals 10^12.")
        if token.kind == "integer":
            return int(token.text)
        if len(fraction) > 6 or Decimal(token.text) >= 10**12:
            raise Faulty("number_too_large", f"{token.text} does not fit a decimal.", token.start, advice="Decimals have six places and stay below 10^12.")
        return Decimal(token.text)


def depth(node: Syntax) -> int:
    """Return how deep the tree is; a chain of sums counts each operator."""
    match node:
        case Constant() | Name():
            return 1
        case Select(target=target):
            return 1 + depth(target)
        case Invoke(target=target, arguments=arguments):
            return 1 + max((depth(part) for part in (*arguments, *((target,) if target else ()))), default=0)
        case Operation(operands=operands):
            return 1 + max(depth(part) for part in operands)
        case Choose(test=test, then=then, other=other):
            return 1 + max(depth(test), depth(then), depth(other))
    return 1 + max((depth(part) for part in node.items), default=0)


def parse(source: str) -> Syntax:
    """Read the text; raises ``Faulty`` with the first thing that is wrong."""
    if len(source) > MAX_LENGTH:
        raise Faulty("expression_too_long", f"The expression has more than {MAX_LENGTH} characters.", 0, advice="Split it into derived fields.")
    if not source.strip():
        raise Faulty("expression_syntax", "The expression is empty.", 0)
    node = _Parser(source).whole()
    if depth(node) > MAX_DEPTH:
        raise Faulty("expression_too_deep", f"The expression is nested more than {MAX_DEPTH} deep.", node.start)
    return node
