"""Makes random well-typed expressions of the sample model and random records for them, from a seed."""

import random
from collections.abc import Callable, Mapping

from tests.contracts.expressions.backends import Case

_POOLS: Mapping[str, tuple[object, ...]] = {
    "integer": (None, 0, 1, -1, 7, -13, 2, 9007199254740991, -9007199254740991, 94906267),
    "decimal": (None, "0", "1.5", "-1.5", "0.000001", "2.5", "-0.5", "999999999999.999999", "3", "1234.567891"),
    "text": (None, "", "abc", "ABC", "Straße", "𝄞x", "\uffff", " a b ", "1042", "e\u0301"),
    "boolean": (None, True, False),
    "date": (None, "2024-02-29", "2026-03-28", "1999-12-31", "0001-01-01", "9999-12-31"),
    "datetime": (None, "2026-03-28T22:30:00+00:00", "2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00", "2024-02-29T23:59:59.999999+00:00"),
    "duration": (None, "1 day", "36 hours", "1 month", "2 years", "90 minutes", "-2 weeks", "7 seconds"),
    "money": (None, "5.5 EUR", "3 EUR", "-1.25 USD", "0 EUR"),
    "colour": (None, "red", "green", "blue"),
    "level": (None, "low", "mid", "top"),
    "kind": (None, "hardware", "screen", "pixel", "billing"),
    "person": (None, "p1", "p2", "p3", "gone"),
    "user": (None, "anna", "tom"),
    "unit": (None, "care", "sales", "first_line"),
    "phone": (None, "030 1|+49301", "x"),
}
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "integer": ("a", "b"),
    "decimal": ("x", "y"),
    "text": ("t", "u"),
    "boolean": ("p", "q"),
    "date": ("d", "e"),
    "datetime": ("m", "n"),
    "duration": ("s", "r"),
    "money": ("w", "v"),
    "colour": ("colour", "paint"),
    "level": ("urgency", "impact"),
    "kind": ("kind",),
    "person": ("owner", "helper"),
    "user": ("user",),
    "unit": ("unit",),
    "phone": ("tel", "fax"),
}
_LITERALS: Mapping[str, tuple[str, ...]] = {
    "integer": ("0", "1", "2", "-3", "100", "999999999999"),
    "decimal": ("0.5", "-2.25", "1.000001", "3.0"),
    "text": ("'abc'", "''", "'b'", "'Ä𝄞'", '"x y"'),
    "boolean": ("true", "false"),
    "date": ("date('2024-02-29')", "today()"),
    "datetime": ("now", "datetime('2026-03-29T00:30:00Z')"),
    "duration": ("duration('1 day')", "duration('3 months')", "duration('90 minutes')"),
    "colour": ("'red'",),
    "level": ("'mid'",),
    "kind": ("'screen'",),
    "user": ("actor",),
    "unit": ("'care'",),
}
_PATTERNS = ("^[a-z]+$", "b", "(a|ab)(c|bcd)?", r"\d{2,3}", "^.$", "[^a-c]", r"^\s*\w", "(a*b?)+$", "ß|𝄞")
_ZONES = ("", ", 'America/New_York'", ", 'Asia/Tokyo'", ", actor.time_zone")


class Fuzzer:
    """A grammar with a seed: the same seed gives the same cases."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.variables: list[str] = []

    def cases(self, count: int, records: int = 12) -> list[Case]:
        """Return so many cases on so many different records."""
        values = [self.record() for _ in range(records)]
        kinds = ("boolean",) * 6 + ("integer", "decimal", "text", "date", "datetime", "duration", "money")
        return [Case(self.of(self.random.choice(kinds), self.random.choice((2, 3, 4))), self.random.choice(values)) for _ in range(count)]

    def record(self) -> dict[str, object]:
        """Return values for an order."""
        found: dict[str, object] = {}
        for kind, names in _FIELDS.items():
            for name in names:
                if (value := self.random.choice(_POOLS[kind])) is not None:
                    found[name] = value
        found["subtype"] = self.random.choice(("repair", "sale"))
        found["state"], found["status"] = self.random.choice((("fresh", "new"), ("busy", "paused"), ("done", "over")))
        found["$full"] = self.random.random() < 0.5
        return found

    def of(self, kind: str, depth: int) -> str:
        """Return an expression of the kind."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        rules = _RULES.get(kind, ())
        if not rules:
            return self.leaf(kind)
        return self.random.choice(rules)(self, depth - 1)

    def leaf(self, kind: str) -> str:
        """Return a field, an item's field, or a literal."""
        choices = [f"record.{name}" for name in _FIELDS[kind]] * 2 + list(_LITERALS.get(kind, ()))
        choices += {
            "integer": ["record.owner.age", "record.colour.rank", "subtype.rank"],
            "text": ["record.owner.name", "record.owner.boss.name", "record.colour.label", "text(record.tel)"],
            "boolean": ["record.owner.vip", "record.colour.warm", "record.kind.risky", "subtype.simple"],
            "person": ["record.owner.boss", "record.party"],
            "duration": ["subtype.within"],
            "decimal": ["subtype.rate", "record.colour.share"],
            "colour": ["subtype.colour"],
        }.get(kind, [])
        return self.random.choice(choices)

    def fill(self, template: str, depth: int, **kinds: str) -> str:
        """Return the template with a part of each kind in place of its name."""
        for name, kind in kinds.items():
            template = template.replace("{" + name + "}", f"({self.of(kind, depth)})" if depth > 0 else self.leaf(kind))
        return template

    def macro(self, depth: int) -> str:
        """Return a condition over a list."""
        if self.variables:
            return self.of("boolean", 0)
        self.variables.append("i")
        source, conditions = self.random.choice(
            (
                ("record.parts", ("i.count > {n}", "i.needed", "i.person == {o}", "i.amount <= {x}", "i.name == {t}", "i.person.vip", "i.took < {s}")),
                ("record.jobs", ("i.effort == {n}", "i.state == 'done'", "i.state.kind != 'final'", "i.parent == record", "i.status.waiting")),
                ("record.owner.related", ("i.vip", "i.age > {n}", "i == {o}", "i.boss.name == {t}")),
                ("record.owner.phones", ("i.number == record.tel", "i.label == {t}")),
            )
        )
        condition = self.fill(self.random.choice(conditions), min(depth, 1), n="integer", o="person", x="decimal", t="text", s="duration")
        if self.random.random() < 0.5:
            condition = self.fill(f"{condition} {self.random.choice(('&&', '||'))} {{p}}", min(depth, 1), p="boolean")
        self.variables.pop()
        shape = self.random.choice(("{l}.all(i, {c})", "{l}.exists(i, {c})", "size({l}.filter(i, {c})) > 1", "!{l}.exists(i, {c})"))
        return shape.replace("{l}", source).replace("{c}", condition)


def _compare(kind: str, *operators: str) -> Callable[[Fuzzer, int], str]:
    def make(fuzzer: Fuzzer, depth: int) -> str:
        return fuzzer.fill(f"{{one}} {fuzzer.random.choice(operators)} {{other}}", depth, one=kind, other=kind)

    return make


def _shape(*templates: str, **kinds: str) -> Callable[[Fuzzer, int], str]:
    def make(fuzzer: Fuzzer, depth: int) -> str:
        return fuzzer.fill(fuzzer.random.choice(templates), depth, **kinds)

    return make


def _matches(fuzzer: Fuzzer, depth: int) -> str:
    pattern = fuzzer.random.choice(_PATTERNS).replace("\\", "\\\\")
    return fuzzer.fill(f"{{t}}.matches('{pattern}')", depth, t="text")


def _time(*names: str) -> Callable[[Fuzzer, int], str]:
    def make(fuzzer: Fuzzer, depth: int) -> str:
        return fuzzer.fill(f"{fuzzer.random.choice(names)}({{m}}{fuzzer.random.choice(_ZONES)})", depth, m="datetime")

    return make


_ANY = ("==", "!=")
_ORDERED = ("==", "!=", "<", "<=", ">", ">=")
_RULES: Mapping[str, tuple[Callable[[Fuzzer, int], str], ...]] = {
    "boolean": (
        _shape("{p} && {q}", "{p} || {q}", "!{p}", "{p} ? {q} : {r}", "{p} == {q}", "{p} || {q} || {r}", p="boolean", q="boolean", r="boolean"),
        _compare("integer", *_ORDERED),
        _compare("decimal", *_ORDERED),
        _compare("text", *_ORDERED),
        _compare("date", *_ORDERED),
        _compare("datetime", *_ORDERED),
        _compare("duration", *_ORDERED),
        _compare("money", *_ORDERED),
        _compare("colour", *_ANY),
        _compare("person", *_ANY),
        _compare("phone", *_ANY),
        _shape("{a} == null", "{a} != null", a="text"),
        _shape("{a} in [{b}, {c}, 7]", "{a} in [1, 2, null]", a="integer", b="integer", c="integer"),
        _shape("{a} in ['red', 'blue']", "{a} in subtype.paints", "{a} in [{b}]", "'blue' in record.colour.near", a="colour", b="colour"),
        _shape("{a} in record.owner.related", "{a} in record.parts.map(z, z.person)", a="person"),
        _shape("{t}.contains({u})", "{t}.starts_with({u})", "{t}.ends_with({u})", t="text", u="text"),
        _shape("within(record.kind, 'hardware')", "within(record.kind, 'pixel')", "record.kind == {k}", k="kind"),
        _shape("is_member(actor, {n})", "{n} == 'sales'", n="unit"),
        _shape("{u} == actor", "has_role(actor, 'agent') && {u} != null", u="user"),
        _shape("matrix('grade', {l}, {m}) == 'top'", "{l} != {m}", l="level", m="level"),
        _matches,
        Fuzzer.macro,
        Fuzzer.macro,
    ),
    "integer": (
        _shape("{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "{a} % {b}", "-{a}", "abs({a})", a="integer", b="integer"),
        _shape("min({a}, {b})", "max({a}, {b})", "coalesce({a}, {b})", "{p} ? {a} : {b}", a="integer", b="integer", p="boolean"),
        _shape("length({t})", t="text"),
        _shape("round({x})", x="decimal"),
        _shape("year({d})", "month({d})", "day({d})", "weekday({d})", d="date"),
        _time("year", "month", "day", "weekday", "hour"),
        _shape("size(record.parts)", "size(record.jobs)", "sum(record.parts.map(z, z.count))", "first(record.parts).count"),
    ),
    "decimal": (
        _shape("{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / {y}", "{x} % {y}", "-{x}", "abs({x})", x="decimal", y="decimal"),
        _shape("{x} + {a}", "{a} * {x}", "round({x}, 2)", "round({x}, 0)", "{x} / {a}", x="decimal", a="integer"),
        _shape("min({x}, {y})", "coalesce({x}, {y})", "{p} ? {x} : {y}", x="decimal", y="decimal", p="boolean"),
        _shape("{w}.amount", w="money"),
        _shape("sum(record.parts.map(z, z.amount))", "first(record.parts).amount"),
    ),
    "text": (
        _shape("{t} + {u}", "trim({t})", "coalesce({t}, {u})", "{p} ? {t} : {u}", "min({t}, {u})", t="text", u="text", p="boolean"),
        _shape("text({a})", a="integer"),
        _shape("text({x})", x="decimal"),
        _shape("text({d})", d="date"),
        _shape("text({p})", p="boolean"),
        _shape("record.colour.label", "record.paint.id"),
        _shape("{w}.currency", w="money"),
    ),
    "date": (
        _shape("{d} + {s}", "{d} - {s}", d="date", s="duration"),
        _shape("min({d}, {e})", "coalesce({d}, {e})", "{p} ? {d} : {e}", d="date", e="date", p="boolean"),
        _time("date"),
    ),
    "datetime": (
        _shape("{m} + {s}", "{m} - {s}", m="datetime", s="duration"),
        _shape("max({m}, {n})", "coalesce({m}, {n})", "{p} ? {m} : {n}", m="datetime", n="datetime", p="boolean"),
    ),
    "duration": (
        _shape("{s} + {r}", "{s} - {r}", "-{s}", "coalesce({s}, {r})", "{p} ? {s} : {r}", s="duration", r="duration", p="boolean"),
        _shape("{s} * 3", "-2 * {s}", s="duration"),
        _shape("{m} - {n}", m="datetime", n="datetime"),
        _shape("{d} - {e}", d="date", e="date"),
        _shape("sum(record.parts.map(z, z.took))"),
    ),
    "money": (
        _shape("{w} + {v}", "{w} - {v}", "-{w}", "coalesce({w}, {v})", "{p} ? {w} : {v}", w="money", v="money", p="boolean"),
        _shape("{w} * {x}", "{w} / {x}", "{x} * {w}", w="money", x="decimal"),
        _shape("sum(record.parts.map(z, z.cost))"),
    ),
    "person": (_shape("coalesce({o}, {h})", "{p} ? {o} : {h}", "first(record.parts).person", o="person", h="person", p="boolean"),),
    "colour": (_shape("coalesce({c}, {d})", "{p} ? {c} : {d}", c="colour", d="colour", p="boolean"),),
}
