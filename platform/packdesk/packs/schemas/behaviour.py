"""Shapes of the kinds about doing and seeing: actions with effects, views, people, scenarios, records, locale, and pack.json."""

from packdesk.model.people import UnitLevel
from packdesk.model.views import Layout
from packdesk.packs.schemas.fields import ALLOW, CHECKS, INPUT
from packdesk.packs.schemas.kinds import CAPABILITIES, DESCRIPTION, EFFECTIVE, ICON, LABEL
from packdesk.packs.schemas.shapes import (
    LABEL_LENGTH,
    MERGE_KEYS,
    Keys,
    Leaf,
    Map,
    Object,
    Shape,
    Variants,
    count,
    expression,
    flag,
    member,
    name,
    names,
    text,
    value,
)

_RESULT_KEYS: dict[str, Shape] = {
    "form": name("Entity type whose new record is opened", ref="entity_type"),
    "record": value("Record that is opened", "=effect.loan"),
    "message": text("Sentence that is shown; `#record.path` stands for what the field holds"),
    "reveal": value("Value that is shown once", "=effect.reveal.secret"),
    "values": Map(title="Values of the form", member=value("Value"), keys=Keys.PATH, ref="form_field"),
    "readonly": names("Fields of the form that stay as given", ref="form_field"),
    "then": name("What the screen does afterwards"),
}
_RESULT = Object(title="Where control goes on screen", keys=_RESULT_KEYS)


def _values(title: str, ref: str) -> Map:
    return Map(title=title, member=value("Value", "=now"), keys=Keys.PATH, ref=ref)


def _effect(title: str, keys: dict[str, Shape], required: tuple[str, ...] = ()) -> Object:
    common: dict[str, Shape] = {"do": name("What happens", choices=EFFECTS), "when": expression("Happens only then")}
    return Object(title=title, keys={**common, **keys, **MERGE_KEYS}, required=("do", *required))


EFFECTS = (
    "set_field", "set_section", "set_status", "add_line", "remove_line", "create_record", "link", "unlink", "assign", "add_note", "request_approval", "call_operation",
    "fail", "ui",
)  # fmt: skip
_LINE_GROUP = name("Line group", ref="lines")
_LINK: dict[str, Shape] = {"relation": name("Relation", ref="relation"), "record": value("Record at the other end", "=input.borrower")}
EFFECT = Variants(
    title="One thing that happens; effects of an action have no order of their own",
    key="do",
    variants={
        "set_field": _effect("Writes fields", {"values": _values("Field -> value", "field")}, ("values",)),
        "set_section": _effect(
            "Writes fields of a section",
            {"section": name("Section; the action's own when left out", ref="section"), "values": _values("Field of the section -> value", "section_field")},
            ("values",),
        ),
        "set_status": _effect("Sets a status, or the default status of a state", {"status": name("Status", ref="status"), "state": name("State", ref="state")}),
        "add_line": _effect("Adds a row", {"lines": _LINE_GROUP, "values": _values("Field of the row -> value", "line_field")}, ("lines", "values")),
        "remove_line": _effect(
            "Removes the rows with these values", {"lines": _LINE_GROUP, "values": _values("Field of the row -> value", "line_field")}, ("lines", "values")
        ),
        "create_record": _effect(
            "Creates a record",
            {
                "entity_type": name("Entity type", ref="entity_type"),
                "subtype": name("Subtype", ref="created_subtype"),
                "values": _values("Field -> value", "created_field"),
            },
            ("entity_type", "values"),
        ),
        "link": _effect("Connects a record", {**_LINK, "values": _values("Field of the link -> value", "")}, ("relation", "record")),
        "unlink": _effect("Disconnects a record", _LINK, ("relation", "record")),
        "assign": _effect("Assigns a unit, a user or both", {"unit": value("Unit", "first_line", ref="unit"), "user": value("User", "=actor")}),
        "add_note": _effect("Adds a note", {"text": value("Text of the note", "Called back.")}, ("text",)),
        "request_approval": _effect(
            "Asks for an approval; until it is given nobody goes on with the record", {"approval": name("Approval", ref="approval")}, ("approval",)
        ),
        "call_operation": _effect(
            "Calls a registered operation",
            {"operation": name("Name of the operation", examples=("lending.extend",)), "values": _values("Input of the operation", "")},
            ("operation",),
        ),
        "fail": _effect("Refuses with a sentence", {"message": text("Sentence; `#record.path` stands for what the field holds")}, ("message",)),
        "ui": _effect("Tells the screen what to do", {**_RESULT_KEYS, "pop": name("What is brought up", examples=("party",))}),
    },
)
ACTION = member(
    "One thing that a person, the API or a rule can do",
    {
        "label": LABEL,
        "icon": ICON,
        "description": DESCRIPTION,
        "entity_types": names("Types that offer it", ref="entity_type", examples=(("loan",),)),
        "capability": name("Types with this capability offer it", ref="capability", choices=CAPABILITIES),
        "move": name("Move that it makes; the move of its own id when left out", ref="move"),
        "section": name("Section whose fields it asks for", ref="section"),
        "inputs": Map(title="What it asks for", member=INPUT, keys=Keys.PATH, ref="input"),
        "when": expression("Offered only then", "record.assigned_user == null"),
        "checks": CHECKS,
        "requires_party": flag("Needs somebody who is being served"),
        "permission": name("Named right that it needs", examples=("lending.waive",)),
        "place": name("Where it stands", choices=("menu", "primary", "row"), default="menu"),
        "style": name("How it looks", choices=("normal", "danger"), default="normal"),
        "confirm": text("Question before it is done"),
        "effects": Map(title="What happens", member=EFFECT),
        "result": _RESULT,
        "order": Leaf(title="Smaller stands first", types=("integer",), default=100),
    },
)

_SHOW = name("How the value is shown: as a badge, or in a list only where `when` holds (`marked`)", examples=("badge", "marked"), pattern="^[a-z_]+$")
_CARD = Map(title="Fields of a card, by path", keys=Keys.PATH, ref="field", member=member("Field", {"show": _SHOW}))
_SORT = Map(title="Field -> direction", keys=Keys.PATH, ref="field", member=name("Direction", choices=("ascending", "descending")))
VIEW = member(
    "List, form or another layout of an entity type's records",
    {
        "label": LABEL,
        "entity_type": name("Entity type", ref="entity_type"),
        "layout": name("What it is", choices=tuple(layout.value for layout in Layout), examples=("list", "form")),
        "columns": Map(
            title="Columns of a list, by field",
            keys=Keys.PATH,
            ref="field",
            member=member(
                "Column",
                {
                    "label": LABEL,
                    "show": _SHOW,
                    "style": name("How it looks while `when` holds", pattern="^[a-z_]+$"),
                    "when": expression("Style applies only then"),
                },
            ),
        ),
        "sort": _SORT,
        "filters": Map(
            title="Named filters; one with an order of its own is not in that of the list",
            member=member("Filter", {"label": LABEL, "when": expression("What it shows"), "sort": _SORT, "default": flag("Chosen first")}),
        ),
        "row_actions": Map(title="Actions of a row", member=member("Action", {}), ref="type_action"),
        "by": name("Field whose values are the columns of a board; the status when left out", ref="field", examples=("status",)),
        "card": _CARD,
        "date": name("Field by which a calendar places a record; the first date when left out", ref="field", examples=("expected_date",)),
        "until": name("Field in which a record's days in a calendar end", ref="field"),
        "summary": member("What stands above the tabs of a tab set", {"fields": _CARD}),
        "sections": Map(
            title="Blocks of a form, of a record page (detail) or of a window (modal), which adds only what saving demands",
            member=member(
                "Block",
                {
                    "label": LABEL,
                    "fields": Map(
                        title="Fields by path",
                        keys=Keys.PATH,
                        ref="field",
                        member=member("Field", {"span": count("Columns it takes", minimum=1, maximum=4, default=1)}),
                    ),
                    "embed": name("Section or line group shown as a whole", ref="embed"),
                    "side": flag("Stands at the side"),
                    "columns": count("Columns of the block", minimum=1, maximum=4, default=2),
                },
            ),
        ),
        "tabs": Map(
            title="Tabs of a record page: relations, line groups, notes, attachments, history, ...; of a tab set: records or a form each",
            member=member(
                "Tab",
                {
                    "label": LABEL,
                    "records": name(
                        "Entity type whose records it lists: those whose business this one is, else those of a relation, else those that refer to it",
                        ref="entity_type",
                    ),
                    "form": name("The type itself: the tab shows the values of its window, or of its form where it has none", ref="entity_type"),
                    "more": member("Button below the form that opens all of it", {"label": LABEL}),
                    "row_actions": Map(title="Actions of a row", member=member("Action", {}), ref="tab_action"),
                },
            ),
            ref="tab",
        ),
    },
    required=("entity_type", "layout"),
)

_VERBS = ("view", "create", "edit", "act", "delete", "export", "import", "assign", "bulk")
ROLE = member(
    "What the people who hold it may do",
    {
        "label": LABEL,
        "permit": Map(title="Entity type -> verbs", member=names("Verbs", choices=_VERBS), ref="entity_type"),
        "fields": Map(
            title="`entity_type.field` -> what may be done with it", member=names("Verbs", choices=("view", "edit")), keys=Keys.PATH, ref="type_and_field"
        ),
        "permissions": names("Named rights", examples=(("desk.use",),)),
    },
)
ORGANISATION = member(
    "Units, areas, collaboration and demo users; all documents together make the organisation",
    {
        "units": Map(
            title="Units",
            member=member(
                "Unit",
                {
                    "label": LABEL,
                    "level": name("Level in the tree", choices=tuple(level.value for level in UnitLevel), default="unit"),
                    "parent": name("Unit above", ref="unit"),
                    "time_zone": name("Time zone", examples=("Europe/Berlin",)),
                    "effective": EFFECTIVE,
                },
            ),
        ),
        "areas": Map(
            title="Geographical areas",
            member=member(
                "Area",
                {"label": LABEL, "when": expression("Which addresses lie in it"), "unit": name("Unit that serves it", ref="unit")},
                required=("when", "unit"),
            ),
        ),
        "collaboration": Map(
            title="Who sees whose records",
            member=member(
                "Collaboration",
                {
                    "group": name("Whose members see", ref="unit"),
                    "with": name("Whose records are seen", ref="unit"),
                    "entity_types": names("Entity types", ref="entity_type"),
                    "privacy": names("Privacy levels", choices=("normal", "confidential")),
                    "permit": names("Verbs", choices=_VERBS),
                },
                required=("group", "with", "entity_types", "privacy", "permit"),
            ),
        ),
        "users": Map(
            title="People of the demo",
            keys=Keys.NAME,
            member=member(
                "Person",
                {"name": name("Name"), "units": names("Units", ref="unit"), "roles": names("Roles", ref="role"), "extension": name("Telephone extension")},
                required=("name",),
            ),
        ),
    },
)

_STEP = member(
    "One thing that somebody does",
    {
        "as": name("Demo user who does it; the system when left out", ref="demo_user"),
        "action": name("Action"),
        "on": name("Name of the record that it acts on", ref="given"),
        "edit": name("Name of the record that is edited", ref="given"),
        "create": name("Entity type of the record that is created under the step's name", ref="entity_type"),
        "delete": name("Name of the record that is deleted", ref="given"),
        "subtype": name("Subtype of the created record", ref="created_subtype"),
        "inputs": Map(title="Inputs of the action", member=value("Value"), keys=Keys.PATH),
        "values": Map(title="Values", member=value("Value"), keys=Keys.PATH, ref="given_field"),
        "refused": name("Code of the expected refusal", ref="code"),
    },
)
SCENARIO = member(
    "Test of a pack's behaviour",
    {
        "covers": names("What it proves"),
        "given": Map(
            title="Records that exist before",
            member=member(
                "Record",
                {
                    "entity_type": name("Entity type", ref="entity_type"),
                    "subtype": name("Subtype", ref="created_subtype"),
                    "values": Map(title="Values", member=value("Value"), keys=Keys.PATH, ref="given_field"),
                },
                required=("entity_type",),
            ),
        ),
        "when": Map(title="Steps in written order", member=_STEP),
        "then": Map(title="What must hold afterwards", member=expression("Must hold", "sr.state == 'responded'")),
    },
    required=("when",),
)
RECORD = member(
    "Demo record",
    {
        "entity_type": name("Entity type", ref="entity_type"),
        "subtype": name("Subtype", ref="created_subtype"),
        "values": Map(title="Values", member=value("Value"), keys=Keys.PATH, ref="given_field"),
    },
    required=("entity_type", "values"),
)
LOCALE = member(
    "Texts of one language, by path",
    {
        "labels": Map(
            title="Path -> texts",
            keys=Keys.PATH,
            open=True,
            member=Object(
                title="Texts",
                keys={
                    **{key: text("Translation", longest=LABEL_LENGTH) for key in ("label", "plural", "guidance")},
                    **{key: text("Translation") for key in ("description", "hint", "message", "confirm")},
                },
            ),
            examples=({"entity_types.loan": {"label": "Ausleihe", "plural": "Ausleihen"}},),
        )
    },
    required=("labels",),
)
PACK = Object(
    title="Manifest of a pack",
    keys={
        "id": name("Stable id of the pack", pattern="^[a-z][a-z0-9_]*$", examples=("acme",)),
        "title": name("Name for people"),
        "version": name("Semantic version", pattern=r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$", examples=("1.0.0",)),
        "format": count("Version of the format", minimum=1, default=1),
        "language": name("Language of the texts in its documents", pattern="^[a-z]{2}$", default="en"),
        "requires": Map(title="Packs that it builds on -> range of versions", keys=Keys.NAME, member=name("Range", examples=(">=1,<2",))),
        "plugins": Map(title="Plugins that it needs -> range of versions", keys=Keys.NAME, member=name("Range", examples=(">=1,<2",))),
    },
    required=("id", "version", "format"),
)
__all__ = ["ACTION", "ALLOW", "LOCALE", "ORGANISATION", "PACK", "RECORD", "ROLE", "SCENARIO", "VIEW"]
