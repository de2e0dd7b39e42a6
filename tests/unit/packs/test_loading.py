"""Finding, reading and checking packs as a whole."""

import json
import sys
import time
from pathlib import Path

import pytest

from packdesk.errors import PackdeskError, Severity
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import FolderSource, MemorySource, PackageSource, find_pack, zip_pack
from packdesk.packs.versions import is_range, satisfies
from packdesk.runtime.compile import check

LAYER = Path(__file__).parents[2] / "packs" / "accept" / "overlay" / "1_base"


def generated(count: int) -> MemorySource:
    """Return a pack of that many entity types with lifecycles."""
    files: dict[str, str] = {
        "pack.json": '{"id": "big", "version": "1.0.0", "format": 1}',
        "value_lists/l.json": '{"size": {"options": {"small": {}, "large": {}}}}',
    }
    for number in range(count):
        fields: dict[str, object] = {f"field_{index}": {"type": "string", "maxLength": 100, "searchable": True} for index in range(10)}
        fields["size"] = {"type": "option", "list": "size", "choices": "sizes"}
        fields["next"] = {"type": "reference", "to": f"type_{(number + 1) % count}"}
        entity = {
            "id": f"type_{number}",
            "number": {"prefix": f"T{number}"},
            "title": "record.number + ' ' + record.field_1",
            "fields": fields,
            "capabilities": ["notes", "assignment"],
        }
        states = {"open": {"kind": "initial"}, "work": {"kind": "open"}, "done": {"kind": "final"}}
        moves = {"start": {"from": ["open"], "to": "work"}, "finish": {"from": ["work"], "to": "done"}}
        files[f"entity_types/t{number}.json"] = json.dumps(entity)
        files[f"transitions/t{number}.json"] = json.dumps({"id": f"type_{number}", "states": states, "moves": moves})
    return MemorySource("big", files)


def test_five_hundred_entity_types_are_checked_and_built_quickly() -> None:
    """M-4: under 10 s to check, expressions and lifecycles included; under 1 s (here 3) to read back what a release stores."""
    source = generated(500)

    started = time.process_time()
    loaded = load([source])
    assert loaded.merged is not None
    problems = (*loaded.problems, *check(build(loaded.merged)))
    checked = time.process_time() - started
    assert [str(problem) for problem in problems if problem.severity is Severity.ERROR] == []
    stored = json.dumps(loaded.merged.to_json())
    started = time.process_time()
    model = build(Merged.from_json(json.loads(stored)))
    rebuilt = time.process_time() - started

    assert len(model.entity_types) == 500
    traced = 5 if sys.gettrace() else 1  # measuring coverage is slow by itself
    assert checked < 10 * traced
    assert rebuilt < 3 * traced


def test_a_pack_is_found_as_folder_and_as_zip(tmp_path: Path) -> None:
    """M-9: the same pack by either door."""
    archive = tmp_path / "desk.zip"
    archive.write_bytes(zip_pack(FolderSource(LAYER)))

    folder, zipped = load([find_pack(LAYER)]), load([find_pack(archive)])

    assert folder.merged is not None
    assert zipped.merged is not None
    assert folder.merged.hash == zipped.merged.hash


def test_an_unknown_pack_is_refused_by_name() -> None:
    with pytest.raises(PackdeskError) as refused:
        find_pack("no_such_pack")

    assert refused.value.code == "unknown_pack"
    assert "no_such_pack" in str(refused.value)


def test_links_that_leave_the_folder_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}")
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.json").write_text("{}")
    (pack / ".hidden.json").write_text("{}")
    (pack / "link.json").symlink_to(tmp_path / "outside.json")

    assert [name for name, _ in FolderSource(pack).files()] == ["pack.json"]


def test_all_problems_are_reported_at_once() -> None:
    """M-4: one run, every file."""
    files = {
        "pack.json": '{"id": "x", "version": "1.0.0", "format": 1}',
        "roles/a.json": "{",
        "roles/b.json": '{"agent": {"permits": {}}}',
        "views/v.json": '{"l": {"entity_type": "gone", "layout": "list"}}',
    }

    problems = load([MemorySource("x", files)]).problems

    assert [problem.code for problem in problems] == ["malformed_json", "unknown_key", "unknown_entity_type"]
    assert all(problem.file and problem.line and problem.column for problem in problems)


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("1.2.0", ">=1,<2", True),
        ("2.0.0", ">=1,<2", False),
        ("2.0.0-rc.1", "<2", True),
        ("1.2.3", "==1.2.3", True),
        ("1.2.3", "!=1.2.3", False),
        ("1.10.0", ">1.9", True),
        ("1.0.0", "<=1", True),
        ("one", ">=1", False),
        ("1.0.0", "about 1", False),
    ],
)
def test_versions_lie_in_ranges(version: str, wanted: str, fits: bool) -> None:
    assert satisfies(version, wanted) is fits


def test_ranges_are_told_from_other_texts() -> None:
    assert [is_range(text) for text in (">=1,<2", ">= 1.0", "1", "", ">=x")] == [True, True, False, False, False]


def test_an_installed_package_is_a_pack_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M-9: the base pack comes through the same door."""
    package = tmp_path / "packaged_sample"
    (package / "roles").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "pack.json").write_text('{"id": "sample", "version": "1.0.0", "format": 1}')
    (package / "roles" / "r.json").write_text('{"agent": {}}')
    monkeypatch.syspath_prepend(str(tmp_path))

    loaded = load([PackageSource("packaged_sample", "sample")])

    assert loaded.merged is not None
    assert list(loaded.merged.documents["roles"]) == ["agent"]


def test_a_file_of_a_hundred_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    (tmp_path / "roles").mkdir()
    (tmp_path / "pack.json").write_text('{"id": "x", "version": "1.0.0", "format": 1}')
    with (tmp_path / "roles" / "r.json").open("wb") as file:
        file.truncate(100_000_000)

    problems = load([FolderSource(tmp_path)]).problems

    assert [(problem.code, problem.file) for problem in problems] == [("file_too_large", "roles/r.json")]


def test_a_field_is_not_renamed_to_a_column_of_the_engine() -> None:
    """Neither by an overlay nor in its own pack."""
    manifest = {"version": "1.0.0", "format": 1}
    entity = {"id": "ticket", "fields": {"topic": {"type": "string"}}}
    own = {"id": "ticket", "fields": {"status": {"type": "string", "renamed_from": "topic"}}}
    overlay = {"$patch": "ticket", "fields": {"$rename": {"topic": "status"}}}

    def source(name: str, body: object, **more: object) -> MemorySource:
        return MemorySource(name, {"pack.json": json.dumps({"id": name, **manifest, **more}), "entity_types/t.json": json.dumps(body)})

    by_overlay = load([source("x", entity), source("y", overlay, requires={"x": ">=1"})]).problems
    by_itself = load([source("x", own)]).problems

    assert [problem.code for problem in (*by_overlay, *by_itself)] == ["reserved_field", "reserved_field"]
