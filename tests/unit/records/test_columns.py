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


@pytest.mark.parametrize("header", ["hulls", "number", "id", "created_by", "nothing"])
def test_columns_that_nobody_writes_are_unknown(skipper: EntityType, header: str) -> None:
    with pytest.raises(PackdeskError) as caught:
        targets(skipper, [header])

    assert caught.value.facts["columns"] == [header]


def test_every_bad_column_is_named_at_once(skipper: EntityType) -> None:
    with pytest.raises(PackdeskError) as caught:
        targets(skipper, ["lisence", "kind", "kind"])

    assert str(caught.value.facts["reason"]) == "there is no column 'lisence', did you mean 'licence'?; 'kind' is there twice"


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
