"""Shapes of the kinds that say what happens by itself: workflows, and rules that give new work to a unit or a person."""

from packdesk.model.rules import Event, OnRejection
from packdesk.packs.schemas.behaviour import EFFECT
from packdesk.packs.schemas.fields import ALLOW
from packdesk.packs.schemas.kinds import DESCRIPTION, EFFECTIVE, LABEL
from packdesk.packs.schemas.shapes import Leaf, Map, Object, count, expression, flag, member, name, names, value

_ORDER = Leaf(title="Smaller comes first, then the id", types=("integer",), default=100)
WORKFLOW = member(
    "What happens by itself when something happened to a record",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "entity_type": name("Entity type", ref="entity_type", examples=("loan",)),
        "subtypes": names("Records of these types only", ref="own_subtype"),
        "events": names("What starts it", choices=tuple(event.value for event in Event), examples=(("record.created",),)),
        "when": expression("Only then", "event.state == 'returned'"),
        "order": _ORDER,
        "effects": Map(title="What happens", member=EFFECT),
        "effective": EFFECTIVE,
    },
    required=("entity_type", "events", "effects"),
)
ASSIGNMENT_RULE = member(
    "Who gets a record that nobody was given by hand; the first rule that fits counts",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "entity_type": name("Entity type", ref="entity_type", examples=("loan",)),
        "when": expression("Only such records", "record.priority == 'p1'"),
        "allow": ALLOW,
        "order": _ORDER,
        "assign": Object(
            title="Unit, user or both; or the unit of the area in which an address lies",
            keys={
                "unit": value("Unit", "first_line", ref="unit"),
                "user": value("User", "=record.created_by"),
                "by": name("How the unit is found", choices=("area",), examples=("area",)),
                "address": expression("Address that decides", "record.contact.address"),
            },
        ),
        "replaces_manual": flag("Also takes a new record from whom somebody gave it to"),
        "effective": EFFECTIVE,
    },
    required=("entity_type", "assign"),
)
APPROVAL = member(
    "Who must agree before anybody goes on with a record for which a rule asks for it",
    {
        "label": LABEL,
        "description": DESCRIPTION,
        "entity_type": name("Entity type", ref="entity_type", examples=("loan",)),
        "allow": Object(title="Who may agree; anybody named by one of them, but for who asked", keys=ALLOW.keys),
        "needed": count("How many of them must agree", minimum=1, maximum=20, default=1),
        "on_rejection": name(
            "What becomes of a record to which somebody did not agree: it stays blocked until it is submitted again, or it ends without completing",
            choices=tuple(one.value for one in OnRejection),
            default=OnRejection.STAY_BLOCKED.value,
        ),
        "effective": EFFECTIVE,
    },
    required=("entity_type", "allow"),
)
