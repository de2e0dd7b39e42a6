"""What documents may leave out is filled in by the build."""

import json

from packdesk.model.entity_types import Kind, Personal
from packdesk.model.model import Model
from packdesk.model.nodes import Expression
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import MemorySource


def model(**files: object) -> Model:
    """Return the model of one pack; ``__`` in a name stands for a slash."""
    texts = {f"{path.replace('__', '/')}.json": json.dumps(content) for path, content in files.items()}
    loaded = load([MemorySource("sample", {"pack.json": '{"id": "sample", "version": "1.0.0", "format": 1}', **texts})])
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return build(loaded.merged)


STATES = {"open": {"kind": "initial"}, "done": {"kind": "final"}}


def test_labels_plurals_and_prefixes_come_from_ids() -> None:
    """GEN-1, GEN-2: numbers are made without saying how."""
    built = model(
        entity_types__t={"id": "faulty_item", "fields": {"serial_number": {"type": "string"}}},
        entity_types__c={"id": "category", "number": {"width": 6, "start": 100}},
    )

    assert str(built.entity_types["faulty_item"].label) == "Faulty item"
    assert str(built.entity_types["faulty_item"].plural) == "Faulty items"
    assert str(built.entity_types["category"].plural) == "Categories"
    assert str(built.entity_types["faulty_item"].fields["serial_number"].label) == "Serial number"
    assert built.entity_types["faulty_item"].number.prefix == "FI"
    assert (built.entity_types["category"].number.width, built.entity_types["category"].number.start) == (6, 100)
    assert built.entity_types["category"].title == Expression("record.number", "entity_types.category")


def test_codes_are_initials_made_unique_in_their_list() -> None:
    """GEN-4, GEN-5: FIR, then FIR2, FIR3."""
    options = {"faulty_item_replacement": {}, "first_in_row": {}, "free_ice_rink": {}, "other": {"code": "FIR4"}}

    entries = model(value_lists__l={"reason": {"options": options}}).value_lists["reason"].entries

    assert [entry.code for entry in entries.values()] == ["FIR", "FIR2", "FIR3", "FIR4"]


def test_rules_and_moves_have_a_name_a_code_and_a_description() -> None:
    """GEN-3, GEN-4, GEN-5, GEN-6, GEN-25: as given, else made from the id; translated by path."""
    states = {"open": {"kind": "initial"}, "busy": {"kind": "open"}, "done": {"kind": "final"}}
    moves = {"start": {"from": ["open"], "to": "busy"}, "stop": {"from": ["open", "busy"], "to": "done", "label": "Stop it", "description": "Ends the work."}}
    rules = {"begin_work": {"from": ["open"], "to": "busy"}, "finish": {"from": ["open", "busy"], "to": "done", "label": "Be wise", "code": "END"}}
    subtypes = {"id": "quick", "rules": {"at_once": {"from": ["open"], "to": "done", "description": "Nothing to do."}, "b": {"from": ["busy"], "to": "done"}}}
    words = {
        "transitions.ticket.rules.finish": {"label": "Abschließen"},
        "subtypes.ticket.quick.rules.at_once": {"label": "Sofort", "description": "Erledigt."},
    }

    built = model(
        entity_types__t={"id": "ticket"},
        transitions__t={"id": "ticket", "states": states, "moves": moves, "rules": rules},
        subtypes__ticket__quick=subtypes,
        locale__de={"id": "de", "labels": words},
    )

    lifecycle, own = built.lifecycles["ticket"], built.subtypes["ticket"]["quick"].rules or {}
    assert [(str(move.label), move.code, str(move.description)) for move in lifecycle.moves.values()] == [
        ("Start", "S", "None"),
        ("Stop it", "SI", "Ends the work."),
    ]
    assert [(str(rule.label), rule.label.in_language("de"), rule.code) for rule in lifecycle.rules.values()] == [
        ("Begin work", "Begin work", "BW"),
        ("Be wise", "Abschließen", "END"),
    ]
    assert [(str(rule.label), rule.code) for rule in own.values()] == [("At once", "AO"), ("B", "B")]
    assert own["at_once"].description is not None
    assert own["at_once"].description.in_language("de") == "Erledigt."


def test_fields_have_defaults_by_their_kind() -> None:
    fields = {
        "phone": {"type": "phone"},
        "size": {"type": "string", "maxLength": 5, "required": "=record.phone != null", "default": "==x"},
        "at": {"type": "datetime", "default": "=now"},
    }

    built = model(entity_types__t={"id": "ticket", "fields": fields}).entity_types["ticket"].fields

    assert built["phone"].personal is Personal.CONTACT
    assert built["size"].constraints == {"maxLength": 5}
    assert built["size"].required == Expression("record.phone != null", "entity_types.ticket.fields.size.required")
    assert built["size"].default == "=x"
    assert built["at"].default == Expression("now", "entity_types.ticket.fields.at.default")


def test_a_lifecycle_without_statuses_has_one_per_state() -> None:
    lifecycle = model(
        entity_types__t={"id": "ticket"}, transitions__t={"id": "ticket", "states": STATES, "moves": {"finish": {"from": ["open"], "to": "done"}}}
    ).lifecycles["ticket"]

    assert [(status.id, status.state, status.default) for status in lifecycle.statuses.values()] == [("open", "open", True), ("done", "done", True)]


def test_a_move_without_document_gets_an_action() -> None:
    built = model(
        entity_types__t={"id": "ticket"},
        transitions__t={
            "id": "ticket",
            "states": STATES,
            "moves": {"finish": {"from": ["open"], "to": "done", "label": "Finish it"}, "drop": {"from": ["open"], "to": "done"}},
        },
        actions__a={"give_up": {"entity_types": ["ticket"], "move": "drop"}},
    ).actions["ticket"]

    assert set(built) == {"finish", "give_up"}
    assert (built["finish"].generated, built["finish"].path, str(built["finish"].label)) == (True, "transitions.ticket.moves.finish", "Finish it")
    assert built["give_up"].move == "drop"
    assert built["finish"].inputs["status"].kind is Kind.STATUS


def test_actions_by_capability_belong_to_every_type_that_has_it() -> None:
    built = model(
        entity_types__t={"a": {"capabilities": ["assignment"]}, "b": {"number": {"prefix": "Z"}}},
        actions__a={"claim": {"capability": "assignment"}, "call": {"effects": {"x": {"do": "call_operation", "operation": "x.y"}}}},
    )

    assert (set(built.actions["a"]), set(built.actions["b"]), set(built.free_actions)) == ({"claim"}, set(), {"call"})


def test_the_fields_of_an_actions_section_are_its_inputs() -> None:
    section = {
        "fields": {
            "said": {"type": "text", "required": True},
            "seen": {"type": "boolean", "readonly": True},
            "long": {"type": "boolean", "derived": "section.said != null"},
        }
    }

    action = model(
        entity_types__t={"id": "ticket", "sections": {"answer": section}, "fields": {"topic": {"type": "string"}}},
        actions__a={"respond": {"entity_types": ["ticket"], "section": "answer", "inputs": {"topic": {"required": True}, "loud": {"type": "boolean"}}}},
    ).actions["ticket"]["respond"]

    assert list(action.inputs) == ["answer.said", "topic", "loud"]
    assert action.field_inputs == ("answer.said", "topic")
    assert action.inputs["topic"].required is True
    assert action.inputs["topic"].kind is Kind.STRING


def test_key_dates_become_fields_of_the_type() -> None:
    built = model(
        key_dates__k={"care": {"fields": {"due": {"type": "datetime"}}}},
        entity_types__t={"id": "ticket", "key_dates": "care", "fields": {"a": {"type": "string"}}},
    )

    assert [field.path for field in built.entity_types["ticket"].fields.values()] == ["entity_types.ticket.fields.a", "key_dates.care.fields.due"]


def test_role_slots_are_filled_by_fields_of_the_same_name_and_a_party_is_its_own() -> None:
    contact = {
        "id": "person",
        "plays": {"party": {"name": "full_name"}},
        "fields": {"full_name": {"type": "string"}, "vip": {"type": "boolean"}},
        "lines": {"phones": {"fields": {"number": {"type": "phone"}}}},
    }

    built = model(entity_types__p=contact).entity_types["person"]

    assert built.plays == {"party": {"name": "full_name", "vip": "vip", "phones": "phones"}}
    assert built.party == "self"


def test_organisation_documents_make_one_organisation() -> None:
    built = model(organisation__a={"a": {"units": {"service": {"level": "group"}}}}, organisation__b={"b": {"units": {"desk": {"parent": "service"}}}})

    assert built.organisation.group_of("desk") == "service"
    assert built.organisation.units["desk"].path == "organisation.units.desk"


def test_demo_records_are_inputs_in_written_order() -> None:
    """M-13: loaded only on request."""
    records = {"one": {"entity_type": "ticket", "values": {"topic": "A"}}, "two": {"entity_type": "ticket", "values": {"topic": "B"}}}

    built = model(entity_types__t={"id": "ticket", "fields": {"topic": {"type": "string"}}}, records__r=records)

    assert built.demo_records == {"ticket": ({"topic": "A"}, {"topic": "B"})}
    assert built.demo_names == {"ticket": ("one", "two")}


def test_levels_and_matrices_are_typed() -> None:
    """T-14, GEN-16: the table of levels."""
    built = model(
        entity_types__t={"id": "ticket"},
        transitions__t={"id": "ticket", "states": STATES, "moves": {"finish": {"from": ["open"], "to": "done"}}},
        level_lists__l={"urgency": {"default": "low", "levels": {"high": {}, "low": {}, "never": {"supported": False}}}},
        matrices__m={
            "m": {
                "row": "urgency",
                "column": "urgency",
                "result": "urgency",
                "cells": {"high": {"high": "high", "low": "high"}, "low": {"high": "low", "low": "low"}},
                "targets": {"high": {"finish": "1 hour"}},
            }
        },
    )

    assert built.level_lists["urgency"].default == "low"
    assert [entry.id for entry in built.level_lists["urgency"].offered()] == ["high", "low"]
    assert built.matrices["m"].cells["high"]["low"] == "high"
    assert built.matrices["m"].targets["high"]["finish"].seconds == 3600
    assert list(built.level_lists["privacy_level"].entries) == ["normal", "confidential"]
