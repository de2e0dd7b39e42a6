"""Further faces of codes whose main one lies in ``tests/packs/reject``."""

import json

import pytest

from packdesk.packs.load import load
from packdesk.packs.sources import MemorySource

Files = dict[str, object]
LIFE: dict[str, object] = {
    "id": "ticket",
    "states": {"open": {"kind": "initial"}, "work": {"kind": "open"}, "closed": {"kind": "final"}},
    "moves": {"start": {"from": ["open"], "to": "work"}, "close": {"from": ["work"], "to": "closed"}},
}
ROWS = {"rows": {"fields": {"a": {"type": "string"}}}}
STATUSES = {"open": {"state": "open", "default": True}, "work": {"state": "work", "default": True}, "closed": {"state": "closed", "default": True}}


def codes(files: Files, overlay: Files | None = None) -> set[str]:
    """Return the codes that loading finds."""

    def texts(content: Files) -> dict[str, str]:
        return {f"{path}.json": json.dumps(body) for path, body in content.items()}

    sources = [MemorySource("one", {"pack.json": '{"id": "one", "version": "1.0.0", "format": 1}', **texts(files)})]
    if overlay is not None:
        sources.append(MemorySource("two", {"pack.json": '{"id": "two", "version": "1.0.0", "format": 1, "requires": {"one": ">=1"}}', **texts(overlay)}))
    return {problem.code for problem in load(sources).problems}


def ticket(**keys: object) -> Files:
    """Return a pack with one entity type."""
    return {"entity_types/t": {"id": "ticket", "fields": {"name": {"type": "string"}}, **keys}}


def action(**keys: object) -> Files:
    """Return a pack with one entity type and one action on it."""
    return {**ticket(sections={"answer": {"fields": {"said": {"type": "text"}}}}), "actions/a": {"tell": {"entity_types": ["ticket"], **keys}}}


def life(**keys: object) -> Files:
    """Return a pack with one lifecycle."""
    return {**ticket(), "transitions/t": {**LIFE, **keys}}


def subtype(**keys: object) -> Files:
    """Return a pack with one subtype."""
    return {**life(statuses={**STATUSES, "test": {"state": "work"}, "trial": {"state": "work"}}), "subtypes/ticket/plain": {"id": "plain", **keys}}


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("wrong_type", {"roles/r": []}),
        ("wrong_type", {"roles/r": {"agent": 1}}),
        ("wrong_type", {"roles/r": {"agent": {"permit": 1}}}),
        ("wrong_type", {"roles/r": {"agent": {"permissions": "x"}}}),
        ("wrong_type", {"roles/r": {"agent": {"permissions": {}}}}),
        ("wrong_type", {"roles/r": {"$patch": 1}}),
        ("wrong_type", {"roles/r": {"$remove": 1}}),
        ("wrong_type", {"roles/r": {"$rename": 1}}),
        ("wrong_type", ticket(number=True)),
        ("wrong_type", ticket(number={"width": None})),
        ("out_of_range", ticket(number={"width": 99})),
        ("out_of_range", ticket(number={"width": 2, "start": 100})),
        ("unknown_key", {"roles/r": {"$remov": []}}),
        ("unknown_key", ticket(**{"$add": {}})),
        ("bad_id", {"roles/r": {"Agent": {}}}),
        ("bad_id", {"organisation/o": {"o": {"users": {"a b": {"name": "A"}}}}}),
        ("bad_id", {"views/v": {"l": {"entity_type": "ticket", "layout": "list", "columns": {"Name!": {}}}}}),
        ("misplaced_file", {"subtypes/plain": {"id": "plain"}}),
        ("missing_key", action(effects={"x": {"values": {}}})),
        ("not_a_choice", action(effects={"x": {"do": "explode"}})),
        ("wrong_type", action(effects={"x": 1})),
        ("missing_key", action(effects={"x": {"do": "assign"}})),
        ("missing_key", action(effects={"x": {"do": "set_section", "values": {"said": "x"}}})),
        ("missing_key", {"actions/a": {"call": {"inputs": {"x": {}}}}}),
        ("missing_key", {**ticket(), "scenarios/s": {"s": {"when": {"x": {"action": "tell"}}}}}),
        ("contradiction", action(capability="notes")),
        (
            "contradiction",
            {**life(), "actions/a": {"tell": {"entity_types": ["ticket"], "effects": {"x": {"do": "set_status", "status": "open", "state": "open"}}}}},
        ),
        ("contradiction", ticket(relations={"x": {"to": "ticket", "to_capability": "notes"}})),
        ("contradiction", ticket(relations={"x": {"to_capability": "notes", "symmetric": True}})),
        ("contradiction", ticket(relations={"x": {"to": "ticket", "symmetric": True, "inverse": "y"}})),
        ("contradiction", life(derived="'open'")),
        ("missing_target", ticket(relations={"x": {}})),
        ("missing_key", ticket(access="implicit")),
        ("misplaced_key", ticket(fields={"a": {"type": "reference", "to": "ticket"}}, master="a")),
        ("misplaced_key", {"actions/a": {"call": {"section": "x"}}}),
        ("misplaced_key", ticket(fields={"a": {"type": "string", "choices": "x"}})),
        ("misplaced_key", ticket(fields={"a": {"type": "string", "stamped_when": "true"}})),
        ("misplaced_key", life(states={**LIFE["states"], "work": {"kind": "open", "success": True}})),  # type: ignore[dict-item]
        ("misplaced_key", {**ticket(), "subtypes/ticket/plain": {"id": "plain", "rules": {}}}),
        ("empty_list", ticket(unique={"x": []})),
        ("empty_list", life(moves={"start": {"from": [], "to": "work"}})),
        ("empty_range", ticket(fields={"a": {"type": "integer", "multipleOf": 0}})),
        ("unknown_choice", {**ticket(fields={"a": {"type": "options", "list": "l", "default": ["x"]}}), "value_lists/l": {"l": {"options": {"y": {}}}}}),
        (
            "unknown_choice",
            {
                **ticket(fields={"a": {"type": "level", "list": "l"}}),
                "level_lists/l": {"l": {"levels": {"y": {}}}},
                "records/r": {"r": {"entity_type": "ticket", "values": {"a": "x"}}},
            },
        ),
        ("wrong_value", ticket(fields={"a": {"type": "boolean", "default": "yes"}})),
        ("reserved_field", {**ticket(key_dates="k"), "key_dates/k": {"k": {"fields": {"state": {"type": "date"}}}}}),
        ("reserved_field", ticket(lines={"rows": {"fields": {"id": {"type": "string"}}}})),
        ("id_clash", {**ticket(key_dates="k"), "key_dates/k": {"k": {"fields": {"name": {"type": "date"}}}}}),
        ("unknown_entity_type", {"transitions/t": LIFE}),
        ("unknown_entity_type", {"subtypes/ticket/plain": {"id": "plain"}}),
        ("unknown_field", {**ticket(), "roles/r": {"agent": {"fields": {"tickt.name": ["view"]}}}}),
        ("unknown_field", life(statuses={**STATUSES, "test": {"state": "work", "key_fields": {"nmae": {}}}})),
        ("unfit_field", {**life(statuses={**STATUSES, "test": {"state": "work", "key_fields": {"rows": {}}}}), **ticket(lines=ROWS)}),
        ("unfit_field", {**life(statuses={**STATUSES, "test": {"state": "work", "key_fields": {"rows.a": {}}}}), **ticket(lines=ROWS)}),
        ("unfit_field", {**life(statuses={**STATUSES, "test": {"state": "work", "key_fields": {"a": {}}}}), **ticket(fields={"a": {"type": "text"}})}),
        ("dead_end_status", subtype(rules={"start": {"from": ["open"], "to": "work"}})),
        ("dead_end_status", subtype(statuses={"open": {}, "work": {}}, rules={"start": {"from": ["open"], "to": "work"}})),
        ("no_default_status", subtype(statuses={"open": {}, "test": {}, "trial": {}})),
        ("two_defaults", subtype(statuses={"open": {}, "test": {"default": True}, "trial": {"default": True}})),
        ("two_defaults", life(statuses={**STATUSES, "test": {"state": "work", "default": True}})),
        ("two_defaults", {**ticket(), "subtypes/ticket/s": {"a": {"default": True}, "b": {"default": True}}}),
        ("initial_state", life(states={"work": {"kind": "open"}, "open": {"kind": "open"}, "closed": {"kind": "final"}})),
        (
            "extra_cell",
            {
                "level_lists/l": {"l": {"levels": {"a": {}, "b": {"supported": False}}}},
                "matrices/m": {"m": {"row": "l", "column": "l", "result": "l", "cells": {"a": {"a": "a"}, "b": {"a": "a"}}}},
            },
        ),
        (
            "unsupported_level",
            {
                "level_lists/l": {"l": {"levels": {"a": {}, "b": {"supported": False}}}},
                "matrices/m": {"m": {"row": "l", "column": "l", "result": "l", "cells": {"a": {"a": "b"}}}},
            },
        ),
        ("duplicate_document", {"organisation/a": {"a": {"units": {"x": {}}}}, "organisation/b": {"b": {"units": {"x": {}}}}}),
        ("unknown_path", {"locale/de": {"id": "de", "labels": {"entity_type.x": {"label": "X"}}}}),
        ("unknown_path", {"locale/de": {"id": "de", "labels": {"nonsense.x": {"label": "X"}}}}),
        ("unknown_path", {**ticket(), "locale/de": {"id": "de", "labels": {"entity_types.tickt.fields.name": {"label": "X"}}}}),
        ("unknown_path", {"organisation/a": {"a": {"units": {"x": {}}}}, "locale/de": {"id": "de", "labels": {"organisation.units.y": {"label": "X"}}}}),
        ("unknown_like", {"roles/r": {"agent": {"like": "gone"}}}),
        ("cyclic_like", ticket(sections={"a": {"like": "b"}, "b": {"like": "a"}})),
        ("cyclic_like", ticket(sections={"a": {"like": "a"}})),
    ],
)
def test_the_fault_is_found(code: str, files: Files) -> None:
    """M-4: the same code for the same fault, wherever it stands."""
    assert code in codes(files)


@pytest.mark.parametrize(
    ("code", "overlay"),
    [
        ("unknown_target", {"roles/r": {"$remove": ["agnt"]}}),
        ("unknown_target", {"roles/r": {"$replace": {"agnt": {}}}}),
        ("unknown_target", {"roles/r": {"$rename": {"agnt": "x"}}}),
        ("unknown_target", {"entity_types/t": {"$patch": "ticket", "fields": {"nam": {}}}}),
        ("unknown_target", {"entity_types/t": {"$patch": "ticket", "fields": {"$remove": ["nam"]}}}),
        ("unknown_target", {"entity_types/t": {"$patch": "ticket", "fields": {"$replace": {"nam": {"type": "string"}}}}}),
        ("unknown_target", {"entity_types/t": {"$patch": "ticket", "fields": {"$rename": {"nam": "x"}}}}),
        ("unknown_target", {"entity_types/t": {"$patch": "ticket", "capabilities": {"$remove": ["feedback"]}}}),
        ("already_there", {"entity_types/t": {"$patch": "ticket", "capabilities": {"$append": ["notes"]}}}),
        ("already_there", {"entity_types/t": {"$patch": "ticket", "fields": {"$rename": {"name": "fixed"}}}}),
        ("already_there", {"entity_types/t": {"id": "ticket"}}),
        ("sealed", {"entity_types/t": {"$patch": "ticket", "fields": {"$rename": {"fixed": "x"}}}}),
        ("sealed", {"entity_types/t": {"$patch": "ticket", "fields": {"$remove": ["fixed"]}}}),
        ("unknown_key", {"entity_types/t": {"$patch": "ticket", "fields": {"$ad": {}}}}),
        ("unknown_key", {"entity_types/t": {"$patch": "ticket", "capabilities": {"$prepend": []}}}),
        ("wrong_type", {"entity_types/t": {"$patch": "ticket", "capabilities": {"$append": "x"}}}),
        ("bad_id", {"entity_types/t": {"$patch": "ticket", "fields": {"$rename": {"name": "New Name"}}}}),
        ("reserved_field", {"entity_types/t": {"$patch": "ticket", "fields": {"$rename": {"name": "status"}}}}),
    ],
)
def test_a_fault_of_an_overlay_is_found(code: str, overlay: Files) -> None:
    """M-5: a patch needs its target, a new member its verb."""
    base = {**ticket(fields={"name": {"type": "string"}, "fixed": {"type": "string", "sealed": True}}, capabilities=["notes"]), "roles/r": {"agent": {}}}

    assert code in codes(base, overlay)


def test_packs_that_do_not_build_on_each_other_cannot_undo_each_other() -> None:
    """M-5: never last-wins, for renames and removals neither."""
    base = {"pack.json": '{"id": "a", "version": "1.0.0", "format": 1}', "entity_types/t.json": '{"id": "ticket"}'}
    added = {
        "pack.json": '{"id": "b", "version": "1.0.0", "format": 1, "requires": {"a": ">=1"}}',
        "entity_types/t.json": '{"$patch": "ticket", "fields": {"$add": {"x": {"type": "string"}}}}',
    }
    for fields in ({"$rename": {"x": "y"}}, {"$remove": ["x"]}, {"$add": {"x": {"type": "string"}}}, {"$replace": {"x": {"type": "text"}}}):
        other = {"pack.json": added["pack.json"].replace('"b"', '"c"'), "entity_types/t.json": json.dumps({"$patch": "ticket", "fields": fields})}

        loaded = load([MemorySource("a", base), MemorySource("b", added), MemorySource("c", other)])

        assert [problem.code for problem in loaded.problems] == ["conflicting_packs"], fields


def tab_set(**tab: object) -> Files:
    """Return a pack with a lifecycle and a tab set of one tab."""
    return {**life(statuses=STATUSES), "views/v": {"desk": {"entity_type": "ticket", "layout": "tab_set", "tabs": {"all": tab}}}}


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ({"records": "ticket", "row_actions": {"start": {}}}, set()),
        ({"records": "ticket", "row_actions": {"strt": {}}}, {"unknown_action"}),
        ({"records": "tickt", "row_actions": {"start": {}}}, {"unknown_entity_type"}),
    ],
)
def test_the_actions_of_a_tab_are_those_of_the_type_that_it_lists(tab: Files, found: set[str]) -> None:
    assert codes(tab_set(**tab)) & {"unknown_action", "unknown_entity_type"} == found


def test_a_board_stands_on_a_field_of_few_values_or_on_the_status() -> None:
    files = {
        **life(statuses=STATUSES),
        **ticket(fields={"colour": {"type": "option", "list": "l"}, "name": {"type": "string"}}),
        "value_lists/l": {"l": {"options": {"red": {}}}},
    }

    found = {by: codes({**files, "views/v": {"b": {"entity_type": "ticket", "layout": "board", "by": by}}}) for by in ("colour", "status", "name")}

    assert {by: "unfit_field" in each for by, each in found.items()} == {"colour": False, "status": False, "name": True}
