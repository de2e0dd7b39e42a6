"""The difference between two merged states, in words (M-7)."""

import json

from packdesk.packs.diff import Change, diff
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import MemorySource


def state(ticket: dict[str, object], **files: object) -> Merged:
    texts = {
        "entity_types/t.json": json.dumps({"id": "ticket", **ticket}),
        **{f"{path.replace('__', '/')}.json": json.dumps(content) for path, content in files.items()},
    }
    loaded = load([MemorySource("sample", {"pack.json": '{"id": "sample", "version": "1.0.0", "format": 1}', **texts})])
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return loaded.merged


A = {"type": "string"}


def told(old: Merged | None, new: Merged) -> list[str]:
    return [change.sentence for change in diff(old, new)]


def test_members_that_come_and_go_are_said() -> None:
    assert told(state({"fields": {"a": A, "b": A}}), state({"fields": {"b": A, "c": A}})) == [
        "The field 'c' of the entity type 'ticket' was added.",
        "The field 'a' of the entity type 'ticket' was removed.",
    ]


def test_a_changed_leaf_is_said_with_both_values() -> None:
    change = diff(state({"fields": {"a": {**A, "maxLength": 5}}}), state({"fields": {"a": {**A, "maxLength": 9}}}))

    assert change == (
        Change(
            kind="changed",
            path="entity_types.ticket.fields.a.maxLength",
            old=5,
            new=9,
            sentence="'maxLength' of the field 'a' of the entity type 'ticket' changed from 5 to 9.",
        ),
    )


def test_a_rename_is_not_a_removal() -> None:
    changes = diff(state({"fields": {"a": A}}), state({"fields": {"b": {**A, "renamed_from": "a", "maxLength": 3}}}))

    assert [(change.kind, change.path) for change in changes] == [
        ("renamed", "entity_types.ticket.fields.b"),
        ("added", "entity_types.ticket.fields.b.renamed_from"),
        ("added", "entity_types.ticket.fields.b.maxLength"),
    ]


def test_order_is_part_of_what_is_said() -> None:
    assert told(state({"fields": {"a": A, "b": A}}), state({"fields": {"b": A, "a": A}})) == [
        "The order of 'fields' of the entity type 'ticket' changed from a, b to b, a."
    ]


def test_true_is_not_one_and_lists_are_compared_whole() -> None:
    assert told(
        state({"fields": {"a": {**A, "default": "x"}}, "capabilities": ["notes"]}),
        state({"fields": {"a": {**A, "default": "y"}}, "capabilities": ["notes", "schedule"]}),
    ) == [
        "'default' of the field 'a' of the entity type 'ticket' changed from 'x' to 'y'.",
        "'capabilities' of the entity type 'ticket' changed from [notes] to [notes, schedule].",
    ]


def test_without_an_old_state_everything_is_added_and_with_itself_nothing() -> None:
    new = state({}, subtypes__ticket__plain={"id": "plain"})

    assert told(None, new) == ["The entity type 'ticket' was added.", "The type 'plain' of 'ticket' was added."]
    assert diff(new, new) == ()
