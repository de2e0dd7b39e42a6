"""Shapes of the kinds that describe records and their lives: entity types, lifecycles, subtypes, lists, key dates."""

from packdesk.model.entity_types import Access
from packdesk.model.lifecycles import Flag, StateKind
from packdesk.packs.schemas.fields import ALLOW, CHECKS, FIELD, fields
from packdesk.packs.schemas.shapes import (
    LABEL_LENGTH,
    Keys,
    Leaf,
    Map,
    Object,
    Shape,
    condition,
    count,
    duration,
    expression,
    flag,
    member,
    name,
    names,
    text,
    value,
)

#: What an entity type can have; actions and relations can ask for a capability instead of naming types.
CAPABILITIES = ("notes", "attachments", "assignment", "communicate", "schedule", "feedback", "custom_fields")
ICON = name("Name of an icon", examples=("headset",), pattern="^[a-z0-9-]+$")
COLOUR = name("Hue of the design system", examples=("green",), pattern="^[a-z]+$")
LABEL = text("What people call it; derived from the id when left out", "Service request", longest=LABEL_LENGTH)
DESCRIPTION = text("What it is for")
CODE = name("Short code; the initials of the label when left out", examples=("FIR",))
EFFECTIVE = flag("In use; a retired member stays readable where it was used", default=True)

_SECTION = member(
    "Fields that appear and become required together",
    {
        "label": LABEL,
        "like": name("Sibling section whose copy this one changes", ref="sibling", examples=("response",)),
        "present_when": expression("When the section is there", "record.state == 'responded'"),
        "readonly": condition("People cannot edit its fields"),
        "fields": fields(),
    },
)
_LINES = member(
    "Repeating rows with fields of their own",
    {
        "label": LABEL,
        "fields": fields(),
        "unique": names("Fields that together occur once", ref="line_field", examples=(("type",),)),
        "choices": name("Name of the subtype's map of choices that limits and fills the rows", examples=("devices",)),
        "checks": CHECKS,
        "minItems": count("At least this many rows"),
        "maxItems": count("At most this many rows", minimum=1),
    },
    required=("fields",),
)
_RELATION = member(
    "Connection to other records",
    {
        "label": LABEL,
        "to": name("Entity type at the other end", ref="entity_type", examples=("loan",)),
        "to_capability": name("Any type with this capability is at the other end", ref="capability", choices=CAPABILITIES),
        "many": flag("Several records at the other end"),
        "inverse": name("Reference field or relation at the other end", ref="inverse", examples=("owner",)),
        "symmetric": flag("Reads the same from both ends"),
        "same_party": flag("Both records concern the same party"),
        "blocks_delete": flag("A record with such links cannot be deleted"),
        "per_type": count("At most this many per entity type", minimum=1),
        "limits_subtypes": flag("The other end's subtype says which subtypes its children may have"),
        "carry_over": Map(title="Field -> expression over the other end", member=expression("Value", "parent.party"), keys=Keys.PATH, ref="field"),
        "fields": fields("Fields of the link itself"),
    },
)
ENTITY_TYPE = member(
    "Kind of business record",
    {
        "label": LABEL,
        "plural": text("Several of them; derived from the label when left out", "Activities", longest=LABEL_LENGTH),
        "description": DESCRIPTION,
        "icon": ICON,
        "title": expression("Text by which a record is shown", "record.number + ' ' + record.caller.name"),
        "number": Object(
            title="Automatic number",
            keys={
                "prefix": name("Letters before the digits; capitals of the label's words when left out", examples=("SR",), pattern="^[A-Z0-9-]{1,8}$"),
                "width": count("Digits", minimum=1, maximum=18, default=8),
                "start": count("First number", minimum=0, default=1),
            },
        ),
        "key": name("Unique field by which documents, imports and people name a record", ref="key_field", default="number", examples=("code",)),
        "access": name("How records are guarded", choices=tuple(access.value for access in Access), default="public"),
        "master": name("Relation or reference whose record decides who may see this one", ref="link", examples=("loan",)),
        "party": name("Path of the record whose business this is", ref="link", examples=("borrower",)),
        "plays": Map(
            title="Roles that the engine knows: party, message, call",
            member=Map(title="Slot -> field, where the names differ", member=name("Field or line group", ref="slot_field"), keys=Keys.NAME),
            keys=Keys.NAME,
            examples=({"party": {"language": "preferred_language"}},),
        ),
        "capabilities": names(
            "What its records can have",
            ref="capability",
            choices=CAPABILITIES,
            examples=(
                (
                    "notes",
                    "attachments",
                    "assignment",
                ),
            ),
        ),
        "key_dates": name("Key dates whose fields become its own", ref="key_dates", examples=("care",)),
        "fields": fields(),
        "sections": Map(title="Sections", member=_SECTION),
        "lines": Map(title="Line groups", member=_LINES),
        "relations": Map(title="Relations", member=_RELATION),
        "unique": Map(title="Paths that together occur once; asked only where all have a value", member=names("Paths", ref="field")),
        "checks": CHECKS,
        "subtype_fields": fields("Fields of its types"),
    },
)

_RULE = member(
    "Permitted change of status",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "code": CODE,
        "from": names("Statuses that it leads away from", ref="status", examples=(("new",),)),
        "to": name("Status that it leads to", ref="status", examples=("answered",)),
        "allow": ALLOW,
        "when": expression("Holds only then"),
    },
    required=("from", "to"),
)
RULES = Map(title="Permitted changes of status; rules for the same pair add up", member=_RULE)
_STATE = member(
    "Closed stage of a life",
    {
        "label": LABEL,
        "kind": name("Where the life stands", choices=tuple(kind.value for kind in StateKind)),
        "success": Leaf(title="Completed well, badly, or (left out) ended without completing", types=("boolean", "null")),
        "fields": Map(
            title="Field -> what the state does to it",
            member=names("Flags", choices=tuple(flag_.value for flag_ in Flag), examples=(("required",),)),
            keys=Keys.PATH,
            ref="field",
        ),
    },
    required=("kind",),
)
_STATUS = member(
    "Business label that maps to one state",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "code": CODE,
        "state": name("State that it stands for", ref="state", examples=("pending",)),
        "default": flag("Offered first in its state"),
        "waiting": flag("Clocks pause: the customer's turn"),
        "guidance": text("One line for whoever has such a record in hand", "Ask for the serial number first.", longest=LABEL_LENGTH),
        "key_fields": Map(title="At most five fields of a short value each that matter now, by path", keys=Keys.PATH, ref="field", member=member("Field", {})),
        "colour": COLOUR,
        "effective": EFFECTIVE,
    },
    required=("state",),
)
_MOVE = member(
    "Permitted change of state",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "code": CODE,
        "from": names("States that it leads away from", ref="state", examples=(("pending",),)),
        "to": name("State that it leads to", ref="state", examples=("responded",)),
        "when": expression("Offered only then", "subtype.temporary_resolution"),
        "checks": CHECKS,
        "needs_assignee": flag("Made by the assigned user or whom a rule names"),
        "allow": ALLOW,
    },
    required=("from", "to"),
)
TRANSITIONS = member(
    "Life of the entity type with the same id",
    {
        "states": Map(title="States", member=_STATE),
        "statuses": Map(title="Statuses; one per state when left out", member=_STATUS),
        "moves": Map(title="Moves: the law", member=_MOVE),
        "rules": RULES,
        "derived": expression("The state follows from data and there are no moves", "size(record.loans) > 0 ? 'borrowing' : 'idle'"),
    },
    required=("states",),
)

_CHOICE = member(
    "Member of a choice; other keys are values of the line",
    {"default": flag("Offered first"), "automatic": flag("Added to every new record")},
    rest=value("Value of the line"),
    rest_ref="choice_value",
)
SUBTYPE = member(
    "Type of an entity type's records",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "code": CODE,
        "default": flag("Offered first"),
        "effective": EFFECTIVE,
        "allow": ALLOW,
        "values": Map(title="Values of the subtype fields", member=value("Value"), ref="subtype_field"),
        "statuses": Map(title="Allowed statuses; all when left out", member=member("Status", {"default": flag("Offered first in its state")}), ref="status"),
        "rules": RULES,
        "choices": Map(title="What fields and rows with these choices offer", member=Map(title="Members", member=_CHOICE, ref="choice"), ref="choices"),
        "children": Map(title="Entity type -> subtypes that children may have", member=names("Subtypes", ref="child_subtype"), ref="entity_type"),
    },
)


def _entry(title: str, **more: Leaf) -> Object:
    keys: dict[str, Shape] = {
        "label": LABEL,
        "description": DESCRIPTION,
        "code": CODE,
        "effective": EFFECTIVE,
        "colour": COLOUR,
        "allow": ALLOW,
        **more,
    }
    return member(title, keys, rest=value("Value of an attribute"), rest_ref="attribute")


_ATTRIBUTES = Map(title="Fields that describe each member", member=FIELD)
CATEGORIES = member(
    "Tree of categories",
    {
        "label": LABEL,
        "attributes": _ATTRIBUTES,
        "nodes": Map(title="Nodes", member=_entry("Category", parent=name("Node above", ref="node"), default=flag("Offered first"))),
    },
    required=("nodes",),
)
VALUE_LIST = member(
    "Open list",
    {"label": LABEL, "attributes": _ATTRIBUTES, "options": Map(title="Options", member=_entry("Option", default=flag("Offered first")))},
    required=("options",),
)
LEVEL_LIST = member(
    "Closed list: overlays change labels, the supported subset and the default",
    {
        "label": LABEL,
        "default": name("Level offered first", ref="level"),
        "levels": Map(
            title="Levels, highest first",
            closed=True,
            member=member(
                "Level",
                {
                    "label": LABEL,
                    "description": DESCRIPTION,
                    "code": CODE,
                    "effective": EFFECTIVE,
                    "colour": COLOUR,
                    "allow": ALLOW,
                    "supported": flag("May be chosen", default=True),
                },
            ),
        ),
    },
    required=("levels",),
)
MATRIX = member(
    "Two levels give a third",
    {
        "label": LABEL,
        "row": name("Level list of the rows", ref="level_list"),
        "column": name("Level list of the columns", ref="level_list"),
        "result": name("Level list of the results", ref="level_list"),
        "cells": Map(
            title="Row -> column -> result",
            member=Map(title="Column -> result", member=name("Result", ref="result_level"), ref="column_level"),
            ref="row_level",
        ),
        "targets": Map(title="Result -> move -> within", member=Map(title="Move -> within", member=duration("Within"), ref="any_move"), ref="result_level"),
    },
    required=("row", "column", "result", "cells"),
)
KEY_DATES = member("Fields about time that entity types share", {"fields": fields()}, required=("fields",))
