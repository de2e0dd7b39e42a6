"""Fields make sense on their own: targets, constraints, patterns, defaults, names."""

from collections.abc import Iterator, Mapping

import re2  # type: ignore[import-untyped]

from packdesk.errors import Problem, Severity
from packdesk.model.durations import parse_duration
from packdesk.packs.checks.places import FieldPlace, all_fields, is_true
from packdesk.packs.index import Index
from packdesk.packs.names import listed, nearest
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.fields import CONSTRAINTS

_TEXTS = frozenset({"string", "text", "rich_text", "phone", "email", "url", "secret"})
_NUMBERS = frozenset({"integer", "decimal", "money"})
_MANY = frozenset({"options", "references"})
_CHOSEN = frozenset({"option", "options", "level", "category", "reference"})
#: Key -> kinds of fields that it belongs to, and which of them need it.
_TARGETS: Mapping[str, tuple[frozenset[str], str]] = {
    "to": (frozenset({"reference", "references"}), "the entity type"),
    "list": (frozenset({"option", "options", "level"}), "the list"),
    "tree": (frozenset({"category"}), "the category tree"),
}
_FITTING: Mapping[str, frozenset[str]] = {
    "minLength": _TEXTS,
    "maxLength": _TEXTS,
    "pattern": _TEXTS,
    "format": _TEXTS,
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "exclusiveMinimum": _NUMBERS,
    "exclusiveMaximum": _NUMBERS,
    "multipleOf": _NUMBERS,
    "minItems": _MANY,
    "maxItems": _MANY,
    "uniqueItems": _MANY,
    "latest": frozenset({"date"}),
}
_RANGES = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"), ("exclusiveMinimum", "exclusiveMaximum"))


def check_fields(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with single fields."""
    for place in all_fields(index.tree):
        kind = place.node.text_of("type")
        if kind:
            yield from _targets(place, kind)
            yield from _constraints(place, kind)
            yield from default_problems(index, place.node, place.node.get("default"), f"the field '{place.id}'")
        yield from _pattern(place)
        yield from _contradictions(place, kind)


def _targets(place: FieldPlace, kind: str) -> Iterator[Problem]:
    for key, (kinds, noun) in _TARGETS.items():
        given = place.node.get(key)
        if kind in kinds and given is None:
            yield place.node.problem("missing_target", f"The field '{place.id}' of type {kind} does not name {noun}.", f"Add the key '{key}'.", at_key=True)
        elif given is not None and kind not in kinds:
            yield given.problem(
                "misplaced_key", f"'{key}' means nothing on a field of type {kind}.", f"Remove it; it belongs to {listed(sorted(kinds))}.", at_key=True
            )
    choices = place.node.get("choices")
    if choices is not None and kind not in _CHOSEN:
        yield choices.problem(
            "misplaced_key", f"'choices' means nothing on a field of type {kind}.", f"Remove it; it belongs to {listed(sorted(_CHOSEN))}.", at_key=True
        )


def _constraints(place: FieldPlace, kind: str) -> Iterator[Problem]:
    for word in CONSTRAINTS:
        given = place.node.get(word)
        if given is not None and kind not in _FITTING[word]:
            yield given.problem(
                "misplaced_constraint",
                f"'{word}' means nothing on a field of type {kind}.",
                f"Remove it; it belongs to {listed(sorted(_FITTING[word]))}.",
                at_key=True,
            )
    for low, high in _RANGES:
        least, most = place.node.get(low), place.node.get(high)
        if (
            least is not None
            and most is not None
            and isinstance(least.value, (int, float))
            and isinstance(most.value, (int, float))
            and least.value > most.value
        ):
            yield most.problem("empty_range", f"Nothing fits: {high} {most.value} is below {low} {least.value}.", "Swap or change them.")
    step = place.node.get("multipleOf")
    if step is not None and isinstance(step.value, (int, float)) and step.value <= 0:
        yield step.problem("empty_range", f"multipleOf must be positive, not {step.value}.", "Write the step, for example 0.01.")


def _pattern(place: FieldPlace) -> Iterator[Problem]:
    pattern = place.node.get("pattern")
    if pattern is None or not isinstance(pattern.value, str):
        return
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern.value, options)
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        yield pattern.problem("bad_pattern", f"The pattern cannot be used: {reason}.", "Patterns run in linear time: no look-around and no back-references.")


def default_problems(index: Index, field: Node, given: Node | None, what: str) -> Iterator[Problem]:
    """Yield a problem when a literal value does not fit a field."""
    if given is None or given.value is None or (isinstance(given.value, str) and given.value.startswith("=")):
        return
    kind, value = field.text_of("type"), given.value
    known = index.list_of(field)
    wanted = given.items if kind == "options" else [given]
    for item in wanted if known else ():
        if item.text not in known:
            yield item.problem(
                "unknown_choice",
                f"'{item.value}' is not a member of the list of {what}.",
                "" if (near := nearest(item.text, known)) else f"There are: {listed(known)}.",
                near,
            )
    fits = {
        "boolean": (isinstance(value, bool), "true or false"),
        "integer": (isinstance(value, int) and not isinstance(value, bool), "a whole number"),
        "decimal": (isinstance(value, (int, float, str)) and not isinstance(value, bool), "a number"),
        "duration": (isinstance(value, str) and parse_duration(value) is not None, "a duration such as '5 days'"),
        "options": (isinstance(value, list), "a list of options"),
    }
    texts = (*_TEXTS, "option", "level", "category", "date", "datetime", "reference", "user", "org_unit")
    fit, words = fits.get(kind, (isinstance(value, str) if kind in texts else True, "a text"))
    if not fit:
        yield given.problem("wrong_value", f"The value of {what} must be {words}.", "Change it; an expression begins with '='.")


def _contradictions(place: FieldPlace, kind: str) -> Iterator[Problem]:
    node = place.node
    derived = node.get("derived")
    for key in ("default", "stamped_when", "required", "immutable", "options_when", "suggest"):
        other = node.get(key)
        if derived is not None and other is not None and other.value is not False:
            yield other.problem(
                "contradiction", f"The field '{place.id}' is derived; '{key}' has no effect on it.", f"Remove '{key}' or 'derived'.", at_key=True
            )
    stamped = node.get("stamped_when")
    if stamped is not None and kind and kind != "datetime":
        yield stamped.problem(
            "misplaced_key", f"'stamped_when' means nothing on a field of type {kind}.", "Only a datetime takes the current time.", at_key=True
        )
    if place.owner and is_true(node, "unique"):
        advice = "let 'unique' of the line group name what occurs once." if place.owner == "a line" else "it belongs to fields of records."
        yield node.members["unique"].problem(
            "misplaced_key", f"'unique' means nothing on the field '{place.id}' of {place.owner}: it compares records.", f"Remove it; {advice}", at_key=True
        )
    visible = node.get("visible")
    if is_true(node, "required") and visible is not None and visible.value is False:
        message = f"The field '{place.id}' is required, but nobody can fill it: it is never visible."
        yield visible.problem("unreachable_required", message, "Show it, or do not demand it: a hidden field is never required.", at_key=True)
    filled = any(key in node.members for key in ("default", "derived", "stamped_when"))
    if is_true(node, "required") and is_true(node, "readonly") and not filled and place.role == "fields":
        yield node.problem(
            "unreachable_required",
            f"The field '{place.id}' is required, but nobody can fill it: it is read-only and has no default.",
            "Give it a default, or drop one of the two.",
            at_key=True,
        )
    personal = node.get("personal")
    if personal is not None and personal.value == "none" and kind in ("phone", "email", "address"):
        message = f"The field '{place.id}' of type {kind} holds personal data, but says none."
        yield personal.problem("not_personal", message, "Remove 'personal' unless the addresses are never a person's.", severity=Severity.WARNING)
