"""The demo's made-up past: customers who look like some, with requests, activities, leads and talks that went their way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.running import Desk

from packdesk.cli.main import build_parser

CUSTOMERS = 25


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An installation with a small demo."""
    running = Desk(tmp_path)
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
