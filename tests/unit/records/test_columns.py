"""What the columns of a file mean."""

from pathlib import Path

import pytest

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource, MemorySource
from packdesk.records.columns import data_of, targets

PACK = Path(__file__).parents[2] / "packs" / "accept" / "harbour"


@pytest.fixture(scope="module")
def skipper() -> EntityType:
    merged = load([FolderSource(PACK)]).merged
    assert merged is not None
    return build(merged).entity_types["skipper"]


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("licence", "licence"),
        ("Licence", "licence"),
        ("papers.given_name", "papers.given_name"),
        ("Papers Given name", "papers.given_name"),
        ("GIVEN NAME", "papers.given_name"),
        ("radios.call", "radios.call"),
        ("mates", "mates"),
        ("owner_unit", "owner_unit"),
        ("owner unit", "owner_unit"),
    ],
)
def test_columns_are_paths_or_labels(skipper: EntityType, header: str, path: str) -> None:
    assert [target.path for target in targets(skipper, [header])] == [path]


@pytest.mark.parametrize("header", ["hulls", "number", "id", "nothing"])
def test_columns_that_say_nothing_about_a_record_are_unknown(skipper: EntityType, header: str) -> None:
    with pytest.raises(PackdeskError) as caught:
        targets(skipper, [header])

    assert caught.value.facts["columns"] == [header]


def test_a_version_is_read_where_rows_are_recognised(skipper: EntityType) -> None:
    assert [[target.unread for target in targets(skipper, ["licence", "version"], key)] for key in ("", "licence")] == [[False, True], [False, False]]


def test_every_bad_column_is_named_at_once(skipper: EntityType) -> None:
    with pytest.raises(PackdeskError) as caught:
        targets(skipper, ["lisence", "kind", "kind"])

    assert caught.value.facts["columns"] == ["lisence"]
    assert str(caught.value) == "The columns of the file do not fit: there is no column 'lisence' (did you mean 'licence'?); 'kind' is there twice."


@pytest.mark.parametrize("header", ["created_at", "Created at", "Angelegt am", "created_by", "updated_at", "updated_by", "state"])
def test_what_the_engine_keeps_is_known_and_looked_past(skipper: EntityType, header: str) -> None:
    columns = targets(skipper, [header, "licence"])

    assert [column.unread for column in columns] == [True, False]
    assert data_of(columns, ["2026-01-01", "B 7"]) == {"licence": "B 7"}


@pytest.mark.parametrize("header", ["number", "Number"])
def test_numbers_without_a_key_are_refused_with_what_to_do(skipper: EntityType, header: str) -> None:
    with pytest.raises(PackdeskError) as caught:
        targets(skipper, [header, "licence"])

    assert "as the key column (key=number)" in str(caught.value)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "language", "near"),
    [
        ("nomber_plate", "en", "number_plate"),
        ("kennzeichn", "de", "kennzeichen"),
        ("kennzeichn", "en", ""),
        ("created", "en", ""),
        ("colour", "en", ""),
        ("x" * 5_000, "en", ""),
    ],
)
def test_only_near_names_in_the_readers_language_are_suggested(header: str, language: str, near: str) -> None:
    pack = {
        "pack.json": '{"id": "cars", "version": "1.0.0", "format": 1}',
        "entity_types/car.json": (
            '{"id": "car", "number": {"prefix": "CA"}, "title": "record.number", "fields": {"number_plate": {"type": "string", "label": "Plate of the car"}}}'
        ),
        "locale/de.json": '{"id": "de", "labels": {"entity_types.car.fields.number_plate": {"label": "Kennzeichen"}}}',
    }
    merged = load([MemorySource("cars", pack)]).merged
    assert merged is not None

    with pytest.raises(PackdeskError) as caught:
        targets(build(merged).entity_types["car"], [header], language=language)

    (reason,) = caught.value.facts["reason"]  # type: ignore[misc]
    assert reason.get("near", "") == near  # type: ignore[attr-defined]
    assert len(reason["column"]) <= 200  # type: ignore[index]


def test_a_row_becomes_nested_input_and_empty_cells_say_nothing(skipper: EntityType) -> None:
    columns = targets(skipper, ["kind", "papers.given_name", "radios.band", "radios.call", "crew"])

    data = data_of(columns, ["sailor", "Ann", "mobile", "030 1", ""])

    assert data == {"kind": "sailor", "papers": {"given_name": "Ann"}, "radios": ({"band": "mobile", "call": "030 1"},)}


def test_numbers_recognise_rows_and_are_never_written(skipper: EntityType) -> None:
    """GEN-1."""
    columns = targets(skipper, ["Number", "licence"], key="number")

    data = data_of(columns, ["SK00000001", "B 7"])

    assert [column.path for column in columns] == ["number", "licence"]
    assert data == {"licence": "B 7"}


def test_a_record_s_own_number_is_never_taken_for_that_of_a_phone() -> None:
    pack = {
        "pack.json": '{"id": "calls", "version": "1.0.0", "format": 1}',
        "entity_types/boat.json": (
            '{"id": "boat", "number": {"prefix": "BO"}, "title": "record.number", "fields": {"name": {"type": "string"}}, '
            '"lines": {"phones": {"fields": {"call": {"type": "phone", "label": "Number"}}}}}'
        ),
    }
    merged = load([MemorySource("calls", pack)]).merged
    assert merged is not None
    boat = build(merged).entity_types["boat"]

    found = targets(boat, ["Phones Number", "name"])

    assert [target.path for target in found] == ["phones.call", "name"]
    with pytest.raises(PackdeskError):
        targets(boat, ["Number"])
