"""The effects that run inside a record's transaction; floors above add those that leave the system."""

from collections.abc import Mapping
from types import MappingProxyType

from packdesk.records.effects.approving import request_approval
from packdesk.records.effects.assigning import assign
from packdesk.records.effects.calling import call_operation
from packdesk.records.effects.creating import create_record
from packdesk.records.effects.lines import add_line, remove_line
from packdesk.records.effects.linking import link, unlink
from packdesk.records.effects.protocol import EffectHandler
from packdesk.records.effects.speaking import add_note, fail
from packdesk.records.effects.values import set_field, set_section, set_status

#: Word of the closed list -> what performs it.
TRANSACTIONAL: Mapping[str, EffectHandler] = MappingProxyType(
    {
        "set_field": set_field,
        "set_section": set_section,
        "set_status": set_status,
        "add_line": add_line,
        "remove_line": remove_line,
        "create_record": create_record,
        "link": link,
        "unlink": unlink,
        "assign": assign,
        "add_note": add_note,
        "request_approval": request_approval,
        "call_operation": call_operation,
        "fail": fail,
    }
)
