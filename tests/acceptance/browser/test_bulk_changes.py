"""Many records changed on screen: previewed, begun, the tab closed, the report read later, taken back (QUALITY 15, 16)."""

import os
import time
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.running import Client

PEOPLE, FIRMS = (900, 100) if os.environ.get("PACKDESK_SOAK") else (112, 8)
ALL = PEOPLE + FIRMS


def _number(count: int) -> str:
    return f"{count:,}"


@pytest.fixture(scope="module")
def firms(leader: Client) -> set[str]:
    """A name that many people and some firms bear; who is a firm has no field for a middle name."""
    rows = ["kind,person.first_name,person.last_name,company.name"]
    rows += [f"person,P{count},Bulkson," for count in range(PEOPLE)] + [f"company,,,Bulkson {count}" for count in range(FIRMS)]
    report = leader.api("POST", "/records/contact/import", "\n".join(rows).encode(), Content_Type="text/csv").json
    assert report["done"] == ALL, report
    return {row["number"] for row in report["rows"][PEOPLE:]}


def _chosen(person: Person) -> None:
    """Search, tick a page of the list, take all that match in its place, and choose one field."""
    page = person.open("/r/contact")
    page.locator("#q").fill("Bulkson")
    with page.expect_response("**/r/**"):
        page.locator("#q").press("Enter")
    page.get_by_text(f"{_number(ALL)} records").wait_for()
    beyond = page.get_by_role("button", name=f"Select all {_number(ALL)} that match")
    expect(beyond).to_be_hidden()
    page.get_by_label("Select all").first.check()
    expect(page.get_by_text("All 25 on this page are selected.")).to_be_visible()
    beyond.click()
    expect(page.get_by_label(f"All {_number(ALL)} that the list finds")).to_be_checked()
    page.get_by_label("Field", exact=True).select_option("person.middle_name")
    person.press("Add field")
    page.get_by_label("Middle name", exact=True).fill("Maria")


def _over(leader: Client, job: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while (found := leader.api("GET", f"/jobs/{job}").json)["ended_at"] is None:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return dict(found)


def _all_found(leader: Client) -> list[dict[str, Any]]:
    """Return all that the search finds, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = leader.api("GET", f"/records/contact?q=Bulkson&fields=kind,person.middle_name&limit=200&cursor={cursor}").json
        found += page["records"]
        cursor = page.get("next_cursor") or ""
        if not cursor:
            return found


@once
def test_a_closed_tab_stops_nothing_and_the_report_is_exact(enter: Enter, leader: Client, firms: set[str]) -> None:
    person = enter("lena")
    page = person.page
    _chosen(person)
    form_faults = person.reach()

    person.press("Preview")
    page.wait_for_url("**/jobs/*")
    page.get_by_role("heading", name=f"{_number(PEOPLE)} of {_number(ALL)} will change, {FIRMS} not:").wait_for(timeout=60_000)
    told = page.locator("[data-said]").inner_text()
    preview_faults = person.reach()
    tried = page.url
    person.press(f"Change {_number(PEOPLE)} records")
    page.wait_for_url(lambda url: "/jobs/" in url and url != tried)
    job = page.url.rpartition("/")[2]
    page.close()
    done = _over(leader, job)
    rows = leader.api("GET", f"/jobs/{job}/rows?limit=1000").json["rows"]
    page = person.page = page.context.new_page()
    person.open("/jobs")
    person.press(f"Change {_number(ALL)} records")
    page.get_by_role("heading", name=f"{_number(PEOPLE)} of {_number(ALL)} were changed, {FIRMS} were not:").wait_for()

    assert (form_faults, preview_faults, person.reach()) == ([], [], [])
    assert told.startswith(f"{_number(PEOPLE)} of {_number(ALL)} will change")
    assert (done["state"], done["changed"], done["refused"], done["waiting"]) == ("done", PEOPLE, FIRMS, 0)
    assert {row["number"] for row in rows if row["done"] == "refused"} == firms
    assert len(rows) == ALL

    person.press("Undo")
    page.get_by_role("heading", name=f"{_number(PEOPLE)} of {_number(PEOPLE)} were put back.").wait_for(timeout=60_000)
    put_back = [record["person"]["middle_name"] for record in _all_found(leader) if record["kind"] == leader.renamer.word("person")]
    assert (len(put_back), set(put_back)) == (PEOPLE, {None})


@once
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_the_pages_of_jobs_are_open_to_everybody(enter: Enter, leader: Client, firms: set[str], width: int, scheme: str) -> None:
    leader.api("POST", "/records/contact/bulk", {"records": sorted(firms), "values": {"vip": True}}, Prefer="respond-async")
    person = enter("lena", width=width, scheme=scheme)
    page = person.open("/jobs")
    faults = person.reach()
    page.get_by_role("link", name="Change").or_(page.get_by_role("link", name="Preview")).first.click()
    page.wait_for_url("**/jobs/*")

    assert firms
    assert (faults, person.reach()) == ([], [])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@once
def test_without_a_script_a_job_is_begun_and_followed_by_links(enter: Enter) -> None:
    person = enter("lena", scripts=False)
    page = person.open("/r/contact")
    page.locator("input[name=picked]").first.check()
    page.get_by_role("button", name="Edit selected").click()
    page.get_by_label("Field", exact=True).select_option("vip")
    person.press("Add field")
    page.get_by_role("checkbox", name="VIP").check()
    person.press("Change all at once")
    deadline = time.monotonic() + 20
    while not page.locator(".job-summary").count():
        assert time.monotonic() < deadline
        page.get_by_role("link", name="Refresh").click()

    assert "of 1" in page.locator(".job-summary h2").inner_text()


@once
@pytest.mark.parametrize("width", [1280, 360])
def test_a_running_job_is_in_the_bar_of_every_page_until_its_end_is_told(enter: Enter, leader: Client, firms: set[str], width: int) -> None:
    person = enter("lena", width=width)
    page = person.open("/r/product")
    numbers = [record["number"] for record in leader.api("GET", "/records/contact?q=Bulkson&fields=number&limit=200").json["records"]]
    made = leader.api("POST", "/records/contact/bulk", {"records": numbers, "values": {"vip": width == 360}}, Prefer="respond-async").json

    person.open("/r/product")
    expect(page.locator(".job-note, .toast").first).to_be_visible()
    faults = person.reach()
    expect(page.locator(".toast")).to_contain_text(f"of {_number(len(numbers))}", timeout=60_000)

    assert firms
    assert (faults, person.reach()) == ([], [])
    expect(page.locator(".job-note")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".toast a").click()
    page.wait_for_url(f"**/jobs/{made['id']}")
