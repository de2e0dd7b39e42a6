"""What the corpus must try of functions and operators with one operand or a list: every template on every type for which it is allowed."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain, combinations

from tests.contracts.expressions.backends import sample

from packdesk.model.nodes import Expression
from packdesk.runtime.expressions.compile import Compiled, compile_expression

#: Two fields of every type that has values to compare or reckon with.
PAIRS = (
    ("a", "b"), ("x", "y"), ("t", "u"), ("p", "q"), ("d", "e"), ("m", "n"), ("s", "r"), ("w", "v"),
    ("colour", "paint"), ("urgency", "impact"), ("owner", "helper"), ("tel", "fax"),
)  # fmt: skip
#: What templates are tried on: the pairs, and the types of which there is one field.
OPERANDS = (*PAIRS, ("kind", "kind"), ("user", "user"), ("unit", "unit"), ("home", "home"), ("colours", "colours"))
#: Function -> templates, each way to call it once.
FUNCTION_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "all": ("[{l}, {r}].all(i, i == {l})", "{l}.all(i, i == 'red')"),
    "exists": ("[{l}, {r}].exists(i, i == {l})", "{l}.exists(i, i == 'red')"),
    "filter": ("size([{l}, {r}].filter(i, i != null))", "size({l}.filter(i, i != 'red'))"),
    "map": ("first([{l}, {r}].map(i, i))", "first({l}.map(i, i))"),
    "size": ("size([{l}, {r}])", "size({l})"),
    "sum": ("sum([{l}, {r}])",),
    "first": ("first([{l}, {r}])", "first({l})"),
    "coalesce": ("coalesce({l}, {r})", "coalesce({l})"),
    "duration": ("{l} == duration('1 month')",),
    "date": ("date({l})", "date({l}, 'Asia/Tokyo')", "{l} == date('2024-02-29')"),
    "datetime": ("datetime({l})", "{l} == datetime('2026-03-28T22:30:00Z')"),
    "today": ("{l} <= today()", "{l} <= today('Asia/Tokyo')", "today({l}) == null"),
    "year": ("year({l})", "year({l}, 'Asia/Tokyo')"),
    "month": ("month({l})", "month({l}, 'Asia/Tokyo')"),
    "day": ("day({l})", "day({l}, 'Asia/Tokyo')"),
    "weekday": ("weekday({l})", "weekday({l}, 'Asia/Tokyo')"),
    "hour": ("hour({l})", "hour({l}, 'Asia/Tokyo')"),
    "lower": ("lower({l})",),
    "upper": ("upper({l})",),
    "trim": ("trim({l})",),
    "length": ("length({l})",),
    "contains": ("contains({l}, {r})", "{l}.contains({r})", "contains({l}, {r}) == false"),
    "starts_with": ("starts_with({l}, {r})", "{l}.starts_with({r})", "starts_with({l}, {r}) == false"),
    "ends_with": ("ends_with({l}, {r})", "{l}.ends_with({r})", "ends_with({l}, {r}) == false"),
    "matches": ("matches({l}, '^a')", "{l}.matches('c$')", "matches({l}, '^a') == false"),
    "text": ("text({l})",),
    "abs": ("abs({l})",),
    "round": ("round({l})", "round({l}, 0)", "round({l}, 2)"),
    "min": ("min({l}, {r})", "min({l}, {r}, {l})"),
    "max": ("max({l}, {r})", "max({l}, {r}, {l})"),
    "within": ("within({l}, 'hardware')", "within({l}, 'hardware') == false"),
    "matrix": ("matrix('grade', {l}, {r})",),
    "has_role": ("{l} == actor && has_role(actor, 'agent')", "has_role(actor, 'agent') && {l} == null"),
    "is_member": ("is_member(actor, {l})", "is_member({l}, 'care')", "is_member(actor, {l}) == false"),
    "changed": ("changed({l})",),
}
#: Operators that do not stand between two values of one type.
OPERATOR_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "!": ("!{l}", "!({l} == {r})", "!!{l}"),
    "?:": ("record.p ? {l} : {r}", "record.q ? {l} : {r}", "{l} == null ? {r} : {l}", "{l} ? 1 : 2"),
    "-": ("-{l}", "-{l} == {r}"),
    "two types": (
        "record.m + {l}",
        "record.m - {l}",
        "record.d + {l}",
        "record.d - {l}",
        "{l} + record.s",
        "{l} - record.r",
        "record.w * {l}",
        "{l} * record.w",
        "record.w / {l}",
        "record.s * {l}",
        "{l} * record.s",
        "record.x + {l}",
        "{l} - record.y",
        "{l} * record.x",
        "record.x / {l}",
        "{l} % record.y",
    ),
    "in": (
        "{l} in [{r}]",
        "{l} in [{r}, null]",
        "{l} in [duration('1 month'), null]",
        "!({l} in [{r}])",
        "{l} in record.colours",
        "{l} in subtype.paints",
        "{l} in record.owner.related",
    ),
    "null": ("{l} == null", "{l} != null", "null == {l}"),
}


@cache
def allowed(source: str) -> bool:
    """Say whether the check lets the expression pass."""
    return isinstance(compile_expression(Expression(source, "corpus"), sample()[1]), Compiled)


def wanted(templates: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str, frozenset[frozenset[str]]]]:
    """Yield each allowed expression: function or operator, template, source, and which fields must have a value, in turn."""
    for name, shapes in templates.items():
        for template in shapes:
            for left, right in OPERANDS:
                source = template.replace("{l}", f"record.{left}").replace("{r}", f"record.{right}")
                if not allowed(source):
                    continue
                used = sorted({field for operand in OPERANDS for field in operand if _mentions(source, field)})
                turns = chain.from_iterable(combinations(used, count) for count in range(len(used) + 1))
                yield name, template, source, frozenset(frozenset(turn) for turn in turns)


def _mentions(source: str, field: str) -> bool:
    return re.search(rf"\brecord\.{field}\b", source) is not None
