"""Which kinds exist: folder name -> shape of one document."""

from collections.abc import Mapping
from types import MappingProxyType

from packdesk.packs.schemas import behaviour, kinds, rules
from packdesk.packs.schemas.shapes import Object

PACK_SHAPE = behaviour.PACK
KINDS: Mapping[str, Object] = MappingProxyType(
    {
        "entity_types": kinds.ENTITY_TYPE,
        "transitions": kinds.TRANSITIONS,
        "subtypes": kinds.SUBTYPE,
        "categories": kinds.CATEGORIES,
        "value_lists": kinds.VALUE_LIST,
        "level_lists": kinds.LEVEL_LIST,
        "matrices": kinds.MATRIX,
        "key_dates": kinds.KEY_DATES,
        "actions": behaviour.ACTION,
        "workflows": rules.WORKFLOW,
        "assignment_rules": rules.ASSIGNMENT_RULE,
        "approvals": rules.APPROVAL,
        "views": behaviour.VIEW,
        "organisation": behaviour.ORGANISATION,
        "roles": behaviour.ROLE,
        "scenarios": behaviour.SCENARIO,
        "records": behaviour.RECORD,
        "locale": behaviour.LOCALE,
    }
)
#: Named by the format, not known to this version of the engine.
LATER_KINDS = frozenset(
    {
        "action_sets", "alerts", "approvals", "custom_fields", "dashboards", "definitions", "event_communications", "external_systems",
        "gateways", "imports", "notifications", "public_links", "searches", "tags", "telephony", "templates",
    }
)  # fmt: skip
