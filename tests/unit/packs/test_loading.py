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


def test_a_folder_without_a_manifest_is_not_walked(tmp_path: Path) -> None:
    """A forgotten subfolder may mean a whole disk, with files that nobody may read."""
    (tmp_path / "care").mkdir()
    (tmp_path / "care" / "pack.json").write_text('{"id": "care", "version": "1.0.0", "format": 1}')

    walked, problems = list(FolderSource(tmp_path).files()), load([FolderSource(tmp_path)]).problems

    assert walked == []
    assert [(problem.code, problem.file) for problem in problems] == [("no_manifest", "pack.json")]


def test_a_folder_of_more_than_a_pack_has_is_refused(tmp_path: Path) -> None:
    """The walk ends there; what is hidden is not entered."""
    (tmp_path / "pack.json").write_text('{"id": "x", "version": "1.0.0", "format": 1}')
    for folder, count in ((".git", 5100), ("data", 4000)):
        (tmp_path / folder).mkdir()
        for place in range(count):
            (tmp_path / folder / f"{place}.txt").touch()

    fitting = load([FolderSource(tmp_path)]).problems
    for place in range(1100):
        (tmp_path / "data" / f"more_{place}.txt").touch()
    problems = load([FolderSource(tmp_path)]).problems

    assert fitting == ()
    assert [problem.code for problem in problems] == ["bad_folder"]
    assert "more than 5000 files" in problems[0].message


def _with_an_entity_type(text: str) -> list[str]:
    """Return the problems of a pack whose entity type 'visit' is written so, and that many other documents name."""
    files = {
        "pack.json": '{"id": "x", "version": "1.0.0", "format": 1}',
        "entity_types/place.json": '{"id": "place", "fields": {"first": {"type": "reference", "to": "visit"}, "next": {"type": "reference", "to": "visit"}}}',
        "roles/r.json": '{"agent": {"permit": {"visit": ["view"]}}}',
        "locale/de.json": '{"id": "de", "labels": {"entity_types.visit": {"label": "Besuch"}}}',
        "actions/a.json": '{"greet": {"entity_types": ["visit"], "inputs": {"name": {}}}}',
    }
    found = load([MemorySource("x", {**files, **({"entity_types/visits.json": text} if text else {})})]).problems
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"id": "visit", "fields": {}', "malformed_json"),
        ('[{"id": "visit"}]', "wrong_type"),
        ("", "unknown_entity_type"),
    ],
)
def test_of_an_entity_type_that_is_missing_the_cause_is_said_alone(text: str, expected: str) -> None:
    """M-4: one problem for what is repaired once, however many lines name it; the places are in it."""
    found = _with_an_entity_type(text)

    assert len(found) == 1, found
    assert f": {expected}: " in found[0]
    assert ("It is also named in" in found[0]) is (text == "")


def test_of_a_lifecycle_without_its_entity_type_the_cause_is_said_alone() -> None:
    found = load(
        [
            MemorySource(
                "x",
                {
                    "pack.json": '{"id": "x", "version": "1.0.0", "format": 1}',
                    "transitions/visit.json": '{"id": "visit", "states": {"open": {"kind": "initial"}, "done": {"kind": "final"}},'
                    ' "moves": {"finish": {"from": ["open"], "to": "done"}}}',
                    "subtypes/visit/s.json": '{"long": {}, "short": {}}',
                    "entity_types/place.json": '{"id": "place", "fields": {"last": {"type": "reference", "to": "visit"}}}',
                },
            )
        ]
    ).problems

    assert [(problem.code, problem.file) for problem in found] == [("unknown_entity_type", "transitions/visit.json")]
