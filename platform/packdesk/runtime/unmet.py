"""Says in words what is missing for a condition to hold: the reason of a step that is not open, for people who read no expressions.

In: a condition and the situation in which it does not hold. Out: a sentence for each part that would have to be otherwise, as far as
words reach; parts that read what is closed to the reader are left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.explain import condition_at, whom
from packdesk.runtime.expressions import closures
from packdesk.runtime.expressions.compile import Compiled, Dependency
from packdesk.runtime.expressions.tree import Attribute, Call, Compare, Contains, Field, ListOf, Literal, Logic, Node, Related, Root
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.lifecycle import is_allowed
from packdesk.runtime.situation import Situation

Closed = Callable[[Dependency], bool]

_WORDS = {
    "empty": ("{label} must be empty", "{label} muss leer sein"),
    "own": ("“{label}” is you already", "„{label}“ sind Sie schon"),
    "none": ("{label}: there must be none", "{label}: Es darf keine geben"),
    "some": ("{label}: none yet", "{label}: noch keine"),
    "filled": ("{label} is missing", "{label} fehlt"),
    "==": ("{label} must be {value}", "{label} muss {value} sein"),
    "!=": ("{label} must not be {value}", "{label} darf nicht {value} sein"),
    "<": ("{label} must be below {value}", "{label} muss unter {value} liegen"),
    "<=": ("{label} must be at most {value}", "{label} darf höchstens {value} sein"),
    ">": ("{label} must be above {value}", "{label} muss über {value} liegen"),
    ">=": ("{label} must be at least {value}", "{label} muss mindestens {value} sein"),
    "past": ("{label} must be over", "{label} muss vorbei sein"),
    "future": ("{label} must lie ahead", "{label} muss noch bevorstehen"),
    "yes": ("“{label}” must be yes", "„{label}“ muss Ja sein"),
    "no": ("“{label}” must be no", "„{label}“ muss Nein sein"),
    "off": ("Not for {entry}: “{label}” is off there", "Nicht bei {entry}: „{label}“ ist dort aus"),
    "on": ("Not for {entry}: “{label}” is on there", "Nicht bei {entry}: „{label}“ ist dort an"),
    "self": ("Only the person in “{label}” may do this", "Nur wer in „{label}“ steht, darf das"),
    "not_self": ("Not for the person in “{label}”", "Nicht für die Person in „{label}“"),
    "member": ("Only members of {value} may do this", "Nur wer zu {value} gehört, darf das"),
    "no_member": ("Not for members of {value}", "Nicht für Mitglieder von {value}"),
    "role": ("Only the role {value} may do this", "Nur die Rolle {value} darf das"),
    "no_role": ("Not for the role {value}", "Nicht für die Rolle {value}"),
    "rules": ("Only {who} may change {from_status} to {to_status}.", "Der Wechsel von {from_status} zu {to_status} ist nur offen für: {who}."),
    "first": (
        "{from_status} does not lead straight to {to_status}. First: {statuses}.",
        "Von {from_status} führt kein Weg direkt zu {to_status}. Zuerst: {statuses}.",
    ),
    "now": (" (now {value})", " (jetzt {value})"),
    "or": (" or ", " oder "),
    "either": (", or: ", ", oder: "),
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_SWAPPED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_TIMES = frozenset({Base.DATE, Base.DATETIME})


def reasoned(at: Situation, finding: Finding, closed: Closed) -> Finding:
    """Return the finding that an action is not open, now or to this person, with the reason in words; any other, and one that words don't reach, as it is."""
    if finding.code == "transition_forbidden":
        ruled = _by_rules(at, finding, closed)
        return replace(finding, texts={at.language: ruled}) if ruled else finding
    if finding.code == "not_assignee":
        return _beside_assignee(at, finding, closed)
    condition = condition_at(at.entity, finding.rule) if finding.code == "unavailable" else None
    if condition is None:
        return finding
    texts = {language: " ".join(f"{one}." for one in said) for language in ("en", "de") if (said := unmet(at, condition, language, closed))}
    return replace(finding, texts=texts)


def _by_rules(at: Situation, finding: Finding, closed: Closed) -> str:
    """Return what the rules for a change of status ask of the record, or of whom they speak; empty where they name people one by one."""
    rules = at.entity.rules_between(str(at.record.get("subtype") or ""), str(at.record.get("status")), _status(at, finding))
    words = _Words(at=at, language=at.language, closed=closed)
    if not rules and (before := _leading(at, finding)):
        return words.say("first", statuses=words.say("or").join(before), **_ends(finding))
    for rule in rules:
        if is_allowed(rule.rule.allow, at.actor) and isinstance(rule.when, Compiled):
            return " ".join(f"{one}." for one in unmet(at, rule.when, at.language, closed))
    named = whom(at, finding, at.language)
    if named.users or not (named.units or named.roles):
        return ""
    return words.say("rules", who=words.say("or").join((*named.units, *named.roles)), **_ends(finding))


def _ends(finding: Finding) -> dict[str, str]:
    """Return the two statuses of a refused change, for its sentence."""
    return {key: str(finding.facts[key]) for key in ("from_status", "to_status")}


def _leading(at: Situation, finding: Finding) -> tuple[str, ...]:
    """Return the statuses from which the rules lead to the refused one, for who asks from another; none where not the rules, but a move names people."""
    lifecycle, rules = at.entity.lifecycle, at.entity.rules_for(str(at.record.get("subtype") or ""))
    if lifecycle is None or not rules or finding.rule != rules[0].rule.path.rpartition(".")[0]:
        return ()
    target = _status(at, finding)
    before = {name for rule in rules if rule.rule.to == target for name in rule.rule.from_statuses}
    return tuple(status.label.in_language(at.language) for name, status in lifecycle.statuses.items() if name in before)


def _beside_assignee(at: Situation, finding: Finding, closed: Closed) -> Finding:
    """Return the finding that only the assigned user may do it, or those as well whom a rule names by unit or role."""
    named = whom(at, finding, at.language)
    others = (*named.units, *named.roles)
    if not others:
        return finding
    words = _Words(at=at, language=at.language, closed=closed)
    return replace(finding, facts={**finding.facts, "others": "".join(words.say("or") + other for other in others)})


def _status(at: Situation, finding: Finding) -> str:
    """Return the status to which the change was refused."""
    statuses = at.entity.lifecycle.statuses if at.entity.lifecycle is not None else {}
    return next((name for name, status in statuses.items() if status.label.in_language(at.language) == finding.facts["to_status"]), "")


def unmet(at: Situation, condition: Compiled, language: str, closed: Closed) -> tuple[str, ...]:
    """Return what would have to be otherwise for the condition to hold, in sentences without their full stop."""
    return tuple(dict.fromkeys(_Words(at=at, language=language, closed=closed).of(condition.tree, True)))


def is_about_person(at: Situation, condition: Compiled) -> bool:
    """Say whether a condition that does not hold lacks nothing but another person: his unit, his role, himself, and nothing of the record alone."""
    lacking = tuple(_lacking(at, condition.tree, True))
    return bool(lacking) and all(any(isinstance(part, Root) and part.name == "actor" for part in leaf.walk()) for leaf in lacking)


def _lacking(at: Situation, node: Node, wanted: bool) -> Iterator[Node]:
    """Yield the parts without parts of their own for which a condition is not what is wanted."""
    if _holds(at, node) is wanted:
        return
    match node:
        case Logic(operator="not", operands=(inner,)):
            yield from _lacking(at, inner, not wanted)
        case Logic(operands=operands):
            for each in operands:
                yield from _lacking(at, each, wanted)
        case _:
            yield node


def _holds(at: Situation, node: Node) -> bool:
    return closures.compile_tree(node)(at.environment, closures.NO_ITEMS) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    at: Situation
    language: str
    closed: Closed

    def say(self, key: str, **facts: str) -> str:
        english, german = _WORDS[key]
        return (german if self.language == "de" else english).format(**facts)

    def of(self, node: Node, wanted: bool) -> Iterator[str]:
        """Yield what is missing for the part to be what is wanted."""
        if _holds(self.at, node) is wanted:
            return
        match node:
            case Logic(operator="not", operands=(inner,)):
                yield from self.of(inner, not wanted)
            case Logic(operator=operator, operands=operands) if (operator == "and") is wanted:
                for each in operands:
                    yield from self.of(each, wanted)
            case Logic(operands=operands):
                ways = [tuple(self.of(each, wanted)) for each in operands]
                if all(len(way) == 1 for way in ways):
                    yield self.say("either").join(way[0] for way in ways)
            case _:
                yield from self.leaf(node, wanted)

    def leaf(self, node: Node, wanted: bool) -> Iterator[str]:
        """Yield what a part without parts of its own lacks."""
        match node:
            case Compare(operator=operator, left=Literal() | Root() as left, right=right):
                yield from self.compared(right, _SWAPPED[operator] if wanted else _OPPOSITE[_SWAPPED[operator]], left)
            case Compare(operator=operator, left=left, right=right):
                yield from self.compared(left, operator if wanted else _OPPOSITE[operator], right)
            case Contains(left=left, right=ListOf(items=items)) if (field := self.field(left)) is not None:
                values = [self.shown(field, item.value) for item in items if isinstance(item, Literal)]
                yield self.with_now(self.say("==" if wanted else "!=", label=self.label(field), value=self.say("or").join(values)), field, wanted)
            case Call(name="is_member", arguments=(Root(name="actor"), unit)) if name := self.unit(unit):
                yield self.say("member" if wanted else "no_member", value=name)
            case Call(name="has_role", data=str() as role) if role in self.at.entity.model.roles:
                yield self.say("role" if wanted else "no_role", value=self.at.entity.model.roles[role].label.in_language(self.language))
            case Attribute(target=Field(path="subtype") as target, name=name) if (field := self.field(target)) is not None:
                declared = self.at.entity.entity.subtype_fields.get(name)
                if declared is not None:
                    entry, label = self.shown(field, self.at.record.get("subtype")), declared.label.in_language(self.language)
                    yield self.say("off" if wanted else "on", entry=entry, label=label)
            case Field() if (field := self.field(node)) is not None:
                yield self.say("yes" if wanted else "no", label=self.label(field))

    def compared(self, left: Node, operator: str, right: Node) -> Iterator[str]:
        """Yield what a comparison lacks whose left side is a field, a list of what belongs to the record, or its length."""
        counted = isinstance(left, Call) and left.name == "size"
        if isinstance(left, Call) and counted and isinstance(right, Literal) and right.value == 0 and operator in ("==", "!=", ">", "<="):
            if label := self.listed(left.arguments[0]):
                yield self.say("none" if operator in ("==", "<=") else "some", label=label)
            return
        field = self.field(left)
        if field is None:
            return
        label = self.label(field)
        if isinstance(right, Literal) and right.value is None:
            own = operator == "==" and self.at.record.get(field.path) == self.at.actor.login and field.field.kind is Kind.USER
            said = self.say("own", label=label) if own else self.say("empty" if operator == "==" else "filled", label=label)
            yield said if own else self.with_now(said, field, operator == "==")
        elif isinstance(right, Root) and right.name == "actor" and operator in ("==", "!="):
            yield self.say("self" if operator == "==" else "not_self", label=label)
        elif isinstance(right, Root) and right.name == "now" and right.type.base in _TIMES:
            yield self.with_now(self.say("past" if operator in ("<", "<=") else "future", label=label), field, True)
        elif isinstance(right, Literal) and isinstance(right.value, bool):
            yield self.say("yes" if right.value is (operator == "==") else "no", label=label)
        elif isinstance(right, Literal):
            yield self.with_now(self.say(operator, label=label, value=self.shown(field, right.value)), field, operator != "!=")

    def field(self, node: Node) -> FieldRuntime | None:
        """Return the field of the record that a part names, where it is open to the reader."""
        if not (isinstance(node, Field) and isinstance(node.target, Root) and node.target.name == "record"):
            return None
        field = self.at.entity.fields.get(node.path)
        return field if field is not None and not self.closed(Dependency(self.at.entity.id, field.path)) else None

    def label(self, field: FieldRuntime) -> str:
        """Return what a field is called, with its section where it stands in one."""
        section = self.at.entity.sections.get(field.section)
        label = field.label(self.language)
        return f"{section.section.label.in_language(self.language)}: {label}" if section is not None else label

    def listed(self, node: Node) -> str:
        """Return what a list of the record is called that is open to the reader."""
        entity = self.at.entity
        path = node.relation if isinstance(node, Related) and isinstance(node.target, Root) and node.target.name == "record" else ""
        if path not in entity.relations or self.closed(Dependency(entity.id, path)):
            return ""
        return entity.relations[path].relation.label.in_language(self.language)

    def unit(self, node: Node) -> str:
        """Return the name of the unit that a part names."""
        units = self.at.entity.model.organisation.units
        field = self.field(node)
        value = node.value if isinstance(node, Literal) else self.at.record.get(field.path) if field is not None else None
        return units[str(value)].label.in_language(self.language) if value in units else ""

    def shown(self, field: FieldRuntime, value: object) -> str:
        """Return a value of a field as people read it."""
        return KINDS[field.field.kind].show(field.field, value, self.language, self.at.entity.model, self.at.environment.zone)

    def with_now(self, said: str, field: FieldRuntime, tell: bool) -> str:
        """Return the sentence with what the field holds now, where that says more; people and records have names that are not known here."""
        value = self.at.record.get(field.path)
        if not tell or value is None or field.field.kind in (Kind.USER, Kind.REFERENCE, Kind.REFERENCES):
            return said
        return f"{said}{self.say('now', value=self.shown(field, value))}"
