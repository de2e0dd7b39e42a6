"""Decisions that records speak against, and what a record stopped, as the commands tell it."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests.integration.cli.conftest import Run, edited

from packdesk.store.steps import Slot, Step, StepKind

_BINDING = Slot("book", "binding")


@pytest.fixture
def shelved(run: Run, pack: Path, tmp_path: Path) -> Path:
    """The pack, live, with one book of a number of pages in each binding, and two such books."""
    edited(pack / "entity_types/book.json", '"lines":', '"unique": { "edition": ["pages", "binding"] },\n  "lines":')
    assert run("publish", pack).code == 0
    books = tmp_path / "books.csv"
    books.write_text("name,pages,binding\nEmma,474,paper\nEmma,474,cloth\n")
    assert run("import", "book", books, "--as", "kim").code == 0
    return pack


def test_plan_and_publish_refuse_what_would_make_two_records_the_same(run: Run, shelved: Path, tmp_path: Path) -> None:
    options = json.loads((shelved / "value_lists/binding.json").read_text())
    del options["options"]["paper"]
    (shelved / "value_lists/binding.json").write_text(json.dumps(options))
    decisions = tmp_path / "decisions.json"
    decisions.write_text('{ "map_value": { "book.binding.paper": "cloth" } }')

    planned, published = (run(command, shelved, "--decisions", decisions) for command in ("plan", "publish"))

    said = "book.edition: 2 records would share pages and binding with another, such as "
    assert (planned.code, published.code) == (1, 1)
    assert said in planned.out
    assert said in published.err
    assert run("doctor").out.endswith("Everything is as it should be.\n")


@pytest.mark.usefixtures("shelved")
def test_doctor_names_the_record_that_a_migration_stopped_at_and_does_not_say_that_it_was_cleaned(run: Run, tmp_path: Path) -> None:
    step = Step(kind=StepKind.MAP_VALUES, about="book.binding", slot=_BINDING, mapping={"paper": "cloth"}, decision="map_value")
    with sqlite3.connect(tmp_path / "home/packdesk.sqlite3") as database:
        row = (2, 99, "map_values", json.dumps(step.to_json()), "pending")
        database.execute("INSERT INTO migration_step (release, ordinal, kind, payload, state) VALUES (?, ?, ?, ?, ?)", row)

    cleaned = run("doctor", "--clean")
    back = run("rollback")

    assert cleaned.code == 1
    assert "cleaned" not in cleaned.out
    assert "unfinished_migration: book.binding: paper -> cloth. " in cleaned.out
    assert "cannot be brought forward: Another record has the same Pages, Binding." in cleaned.out
    assert back.out == "Release 3 is live.\n"
    assert run("doctor").code == 0


def test_the_first_release_and_what_is_not_retired_are_named(run: Run) -> None:
    back, purged = run("rollback"), run("purge", "nope")

    assert (back.code, back.err) == (1, "packdesk: Release 1 is the first; there is none before it to go back to.\n")
    assert (purged.code, purged.err) == (1, "packdesk: 'nope' is not retired, so that it cannot be purged. What can be purged: nothing.\n")
