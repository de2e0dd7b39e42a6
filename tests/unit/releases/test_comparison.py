"""What differs between two models for storage, and which physical name belongs to which id."""

import pytest
from tests.unit.releases.harbour import Documents, fields, merged, rename, statuses, visit

from packdesk.packs.build import build
from packdesk.packs.merged import Merged
from packdesk.store.comparison import moved_statuses, renames, type_pairs, value_changes
from packdesk.store.retired_values import retire, with_retired
from packdesk.store.steps import Slot
from packdesk.store.storage_map import NOTHING, Evolution, StorageMap, evolve


def published(*versions: Merged) -> list[Evolution]:
    """Return how the storage map evolves over versions."""
    found: list[Evolution] = []
    old, storage = None, NOTHING
    for version in versions:
        new = build(version)
        found.append(evolve(storage, old, new, type_pairs(old, new)))
        old, storage = new, found[-1].after
    return found


def without_size(found: Documents) -> None:
    del fields(found)["size"]


def numeric_size(found: Documents) -> None:
    fields(found)["size"] = {"type": "integer"}


def renamed_type(found: Documents) -> None:
    rename(found["entity_types"], "visit", "call")
    found["entity_types"]["call"]["id"] = "call"
    found["entity_types"]["call"]["relations"]["related"]["to"] = "call"
    found["transitions"] = {"call": {**found["transitions"]["visit"], "id": "call"}}


def renamed_field(found: Documents) -> None:
    rename(fields(found), "subject", "topic")


def test_a_removed_field_is_retired_and_comes_back_to_its_column() -> None:
    first, removed, back = published(merged(), merged(without_size), merged())

    column = first.after.physical["visit.size"]
    assert "visit.size" not in removed.after.physical
    assert removed.after.retired == {"visit.size:string": column}
    assert back.restored == {"visit.size"}
    assert back.after.physical["visit.size"] == column
    assert not back.after.retired


def test_a_field_of_another_kind_gets_another_column_and_the_old_one_returns_with_the_kind() -> None:
    first, changed, back = published(merged(), merged(numeric_size), merged())

    assert changed.anew == {"visit.size"}
    assert changed.after.physical["visit.size"] != first.after.physical["visit.size"]
    assert back.restored == {"visit.size"}
    assert back.after.physical["visit.size"] == first.after.physical["visit.size"]
    assert back.after.retired == {"visit.size:integer": changed.after.physical["visit.size"]}


def test_a_name_that_was_given_is_never_given_to_something_else() -> None:
    def another_size(found: Documents) -> None:
        fields(found)["size"] = {"type": "date"}

    first, _removed, another = published(merged(), merged(without_size), merged(another_size))

    assert another.after.physical["visit.size"] != first.after.physical["visit.size"]


@pytest.mark.parametrize(
    ("change", "key", "old_key"),
    [(renamed_field, "visit.topic", "visit.subject"), (renamed_type, "call", "visit"), (renamed_type, "call#guests.meal", "visit#guests.meal")],
)
def test_what_is_renamed_keeps_its_physical_name(change: object, key: str, old_key: str) -> None:
    first, renamed = published(merged(), merged(change))  # type: ignore[arg-type]

    assert renamed.after.physical[key] == first.after.physical[old_key]
    assert not renamed.after.retired
    assert not renamed.anew


def test_going_back_over_a_rename_is_a_rename() -> None:
    first, _renamed, back = published(merged(), merged(renamed_field), merged())

    assert back.after.physical["visit.subject"] == first.after.physical["visit.subject"]
    assert not back.after.retired


def test_a_retired_table_follows_the_rename_of_its_type() -> None:
    def without_guests(found: Documents) -> None:
        del visit(found)["lines"]["guests"]

    def both(found: Documents) -> None:
        without_guests(found)
        renamed_type(found)

    _first, removed, renamed, back = published(merged(), merged(without_guests), merged(both), merged(renamed_type))

    assert set(removed.after.retired) == {"visit#guests:", "visit#guests.name:string", "visit#guests.meal:option"}
    assert set(renamed.after.retired) == {"call#guests:", "call#guests.name:string", "call#guests.meal:option"}
    assert back.after.physical["call#guests"] == removed.after.retired["visit#guests:"]


def test_the_storage_map_survives_json() -> None:
    _first, removed = published(merged(), merged(without_size))

    again = StorageMap.from_json(removed.after.to_json())

    assert again.physical == removed.after.physical
    assert again.retired == removed.after.retired


def test_values_that_go_and_values_that_are_renamed_are_told_apart() -> None:
    def less(found: Documents) -> None:
        del found["value_lists"]["room"]["options"]["red"]
        rename(found["value_lists"]["meal"]["options"], "fish", "plaice")
        rename(statuses(found), "planned", "booked")
        del statuses(found)["waiting"]

    old, new = build(merged()), build(merged(less))
    (pair,) = [pair for pair in type_pairs(old, new) if pair.new is not None and pair.new.id == "visit"]

    changes = {change.slot: (dict(change.renamed), change.gone) for change in value_changes(old, new, pair)}

    assert changes == {
        Slot("visit", "status"): ({"planned": "booked"}, ("waiting",)),
        Slot("visit", "room"): ({}, ("red",)),
        Slot("visit", "extras"): ({}, ("red",)),
        Slot("visit", "meal", "guests"): ({"fish": "plaice"}, ()),
    }


def test_a_status_that_moves_to_another_state_is_noticed_under_its_new_name() -> None:
    def moved(found: Documents) -> None:
        rename(statuses(found), "waiting", "queued")
        statuses(found)["queued"]["state"] = "busy"

    old, new = build(merged()), build(merged(moved))
    (pair,) = [pair for pair in type_pairs(old, new) if pair.new is not None and pair.new.id == "visit"]

    assert moved_statuses(old, new, pair) == {"queued": "busy"}


def test_an_id_that_exists_on_both_sides_is_never_a_rename() -> None:
    def swapped(found: Documents) -> None:
        statuses(found)["waiting"]["renamed_from"] = "planned"

    old, new = build(merged()).lifecycles["visit"].statuses, build(merged(swapped)).lifecycles["visit"].statuses

    assert renames(old, new) == {}


def test_a_removed_option_stays_readable_and_is_not_offered() -> None:
    """T-36: what was valid keeps its label; a value that comes back is offered again."""

    def less(found: Documents) -> None:
        del found["value_lists"]["room"]["options"]["red"]

    old, new = build(merged()), build(merged(less))

    carried = retire(old, new, ())
    room = with_retired(new, carried).value_lists["room"]

    assert str(room.entries["red"].label) == "Crimson"
    assert [entry.id for entry in room.offered()] == ["blue", "green"]
    assert retire(new, new, carried) == carried
    assert retire(new, old, carried) == ()
