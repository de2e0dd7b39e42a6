"""Shapes of fields, checks and who-may, which many kinds share."""

from collections.abc import Mapping

from packdesk.model.entity_types import Kind, Personal
from packdesk.packs.schemas.shapes import (
    LABEL_LENGTH,
    Leaf,
    Map,
    Object,
    Role,
    Shape,
    condition,
    count,
    expression,
    flag,
    member,
    name,
    names,
    text,
    value,
)

#: JSON Schema's own words, with their own meaning, and one that it has no word for: a limit that moves.
CONSTRAINTS: Mapping[str, Leaf] = {
    "minLength": count("At least this many characters"),
    "maxLength": count("At most this many characters", minimum=1),
    "pattern": Leaf(
        title="Regular expression in RE2's linear-time syntax that the text must contain a match of", role=Role.PATTERN, examples=("^[A-Z]{2}[0-9]{8}$",)
    ),
    "format": name("Well-known form of the text", choices=("email", "uri", "uuid")),
    "minimum": Leaf(title="Smallest value", types=("number",)),
    "maximum": Leaf(title="Largest value", types=("number",)),
    "exclusiveMinimum": Leaf(title="The value must be greater", types=("number",)),
    "exclusiveMaximum": Leaf(title="The value must be smaller", types=("number",)),
    "multipleOf": Leaf(title="The value must be a multiple", types=("number",)),
    "minItems": count("At least this many entries"),
    "maxItems": count("At most this many entries", minimum=1),
    "uniqueItems": flag("No entry twice"),
    "latest": name("No day after this one; today is that of who gives the value", choices=("today",)),
}

_FIELD_KEYS: Mapping[str, Shape] = {
    "type": name("Kind of the field", choices=tuple(kind.value for kind in Kind)),
    "to": name("Entity type of a reference", ref="entity_type", examples=("device",)),
    "list": name("Value list of an option, or level list of a level", ref="list"),
    "tree": name("Category tree of a category", ref="categories"),
    "label": text("What people call it; derived from the id when left out", "Caller", longest=LABEL_LENGTH),
    "hint": text("Help under the field"),
    "description": text("What it is for"),
    "required": condition("Must have a value; a hidden field is never required"),
    "readonly": condition("People cannot edit it; effects can"),
    "visible": condition("Is shown and accepted", default=True),
    "immutable": flag("Fixed once it has a value"),
    "unique": flag("No two records have the same value"),
    "default": value("Value of a new record", "=now", False),
    "derived": expression("Computed; nobody sets it", "record.loan.borrower"),
    "stamped_when": expression("Takes the current time when the condition first holds", "record.state.success != null"),
    "options_when": expression("Which candidates may be chosen", "candidate.terminated_on == null"),
    "suggest": expression("Values that are offered; others are accepted"),
    "choices": name("Name of the subtype's map of choices that limits the field", examples=("categories",)),
    "searchable": flag("Found by the quick search"),
    "listable": flag("May be a column of lists", default=True),
    "sensitive": flag("Masked until revealed; revealing is recorded"),
    "personal": name("Kind of personal data; contact for phones, e-mail and postal addresses", choices=tuple(kind.value for kind in Personal)),
    "permission": name("Named right that is needed to see it", examples=("vouchers.reveal",)),
    **CONSTRAINTS,
}

FIELD = member("Field", _FIELD_KEYS, required=("type",))
#: A field where the type is known already: an input that names a field of the record.
INPUT = member("Input: the path of a field of the record, or a free value with a type", _FIELD_KEYS)


def fields(title: str = "Fields") -> Map:
    """Return a map of fields."""
    return Map(title=title, member=FIELD, examples=({"description": {"type": "text", "searchable": True}},))


CHECK = member(
    "Refusal with a sentence",
    {
        "that": expression("Must hold", "record.ends_on >= record.starts_on"),
        "message": text("What is said when it does not; `#record.path` and `#line.name` stand for what the field holds", "The end lies before the start."),
    },
    required=("that", "message"),
)
CHECKS = Map(title="Refusals, each with a sentence", member=CHECK)

ALLOW = Object(
    title="Who may; anybody named by one of them. Left out: everybody",
    keys={
        "units": names("Units, with what lies under them", ref="unit", examples=(("first_line",),)),
        "users": names("Logins"),
        "roles": names("Roles", ref="role", examples=(("team_leader",),)),
    },
)
