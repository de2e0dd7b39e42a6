"""The demo's made-up past: customers who look like some, with requests, activities, leads and talks that went their way."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.running import AS_WRITTEN, BASE, RENAMED, ROOT, Desk
from tests.renaming import rename_pack

from packdesk.cli.main import build_parser

CUSTOMERS = 25
#: The base pack's past as a package tells it whose pack has every id renamed.
PAST = """
from packdesk_basepack import history as written
from tests.acceptance.running import BASE
from tests.renaming import Renamer, ids_of

TOLD = ("age", "by", "name", "on", "edit", "note")


def history(customers):
    renamer = Renamer(ids_of(BASE))
    for step in written.history(customers):
        yield {what: said if what in TOLD else renamer.data(said) for what, said in step.items()}
"""


def _installed(desk: Desk, folder: Path) -> None:
    """Make the installation use the renamed pack as a Python package beside the others."""
    desk.renamer = rename_pack(BASE, folder / "renamed_pack")
    manifest = folder / "renamed_pack" / "pack.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "id": "renamed"}))
    (folder / "renamed_pack" / "__init__.py").write_text("")
    (folder / "renamed_pack" / "history.py").write_text(PAST)
    described = folder / "renamed_pack-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: renamed-pack\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[packdesk.packs]\nrenamed = renamed_pack\n")
    desk.packs = "renamed"


@pytest.fixture(params=[AS_WRITTEN, RENAMED])
def desk(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An installation with a small demo."""
    running = Desk(tmp_path)
    if request.param == RENAMED:
        _installed(running, tmp_path)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(ROOT))))
    try:
        yield running.start("--customers", str(CUSTOMERS))
    finally:
        running.stop()


def test_the_demo_makes_up_customers_with_a_past(desk: Desk) -> None:
    admin = desk.login("admin")

    contacts = admin.api("GET", "/records/contact?limit=200").json["records"]
    requests = admin.api("GET", "/records/service_request?limit=200").json["records"]
    histories = [admin.api("GET", f"/records/service_request/{one['number']}/history").json["entries"] for one in requests[:10]]

    assert len(contacts) >= CUSTOMERS
    assert len({one["name"] for one in contacts}) > CUSTOMERS / 2
    assert {one["kind"] for one in contacts} == {"person", "company"}
    assert any(admin.read("contact", one["number"])["phones"] for one in contacts[:10])
    assert len({one["state"] for one in requests}) > 1
    assert any(len(entries) > 1 for entries in histories)


def test_two_thousand_customers_are_made_up_unless_told_otherwise() -> None:
    assert build_parser().parse_args(["serve", "--demo"]).customers == 2000
