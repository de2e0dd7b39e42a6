"""200 fields, 500 options, 100 rows, 20,000 entries of history, a note of 100,000 characters: still usable in a real browser (SPEC: nothing grows without end)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests import large
from tests.acceptance.running import Desk

#: The most elements and kilobytes that a page may have, by what it shows.
_MOST = {"record": (4_000, 500), "history": (2_500, 300), "edit": (12_000, 1_000), "list": (1_500, 200)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation with the large pack."""
    home = tmp_path_factory.mktemp("large")
    desk = Desk(home)
    try:
        desk.start()
        desk.command("publish", large.write_pack(home / "pack"), "--note", "large")
        yield desk
    finally:
        desk.stop()


@pytest.fixture(scope="module")
def record(desk: Desk) -> Mapping[str, Any]:
    """The record with much of everything."""
    return large.fill(desk, desk.login("lena"))


@pytest.fixture(scope="module")
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    """A screen of an agent."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"http://127.0.0.1:{desk.port}/login/")
    page.fill("#username", "anna")
    page.fill("#password", desk.password)
    page.locator("form[name=login] button").click()
    page.wait_for_url(f"http://127.0.0.1:{desk.port}/")
    yield page
    context.close()


def _open(page: Page, desk: Desk, path: str) -> tuple[int, int]:
    """Open a page and return how many elements and kilobytes it has."""
    answer = page.goto(f"http://127.0.0.1:{desk.port}{path}")
    assert answer is not None
    assert answer.status == 200, answer.status
    return int(page.evaluate("document.querySelectorAll('*').length")), len(answer.body()) // 1000


@pytest.mark.parametrize("kind", _MOST)
def test_a_page_of_much_is_bounded_and_fits_the_screen(page: Page, desk: Desk, record: Mapping[str, Any], kind: str) -> None:
    path = f"/r/survey/{record['number']}"
    addresses = {"record": path, "history": f"{path}/history", "edit": f"{path}/edit", "list": "/r/survey"}

    elements, kilobytes = _open(page, desk, addresses[kind])

    print(f"\n{kind}: {elements} elements, {kilobytes} kB")
    assert elements <= _MOST[kind][0]
    assert kilobytes <= _MOST[kind][1]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(page.get_by_role("heading", level=1).first).to_be_visible()


def test_the_history_is_walked_in_pages_and_the_note_is_unfolded(page: Page, desk: Desk, record: Mapping[str, Any]) -> None:
    _open(page, desk, f"/r/survey/{record['number']}/history")
    first = page.locator(".when").count()
    page.locator("a[rel=next]").click()
    page.wait_for_load_state()

    assert 0 < page.locator(".when").count() <= first <= 60
    _open(page, desk, f"/r/survey/{record['number']}")
    assert page.evaluate("[scrollY, document.activeElement.localName]") == [0, "body"]
    page.get_by_role("link", name=re.compile("Show all 100,000 characters")).click()
    expect(page.locator("section:has(#notes)")).to_contain_text("The very end.")
    expect(page.locator("section:has(#notes) .pre")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_one_of_500_options_is_found_by_typing_and_the_form_is_saved(page: Page, desk: Desk, record: Mapping[str, Any]) -> None:
    """A long list is searched; nothing else of 200 fields and 100 rows gets lost on the way."""
    _open(page, desk, f"/r/survey/{record['number']}/edit")
    page.wait_for_load_state("networkidle")
    rows = page.locator("[data-lines=rows] .line")
    expect(rows).to_have_count(large.ROWS)
    name = "part_0.field_019"
    combo = page.locator(".combo", has=page.locator(f"[name='{name}']"))
    search = combo.locator("input:not([type=hidden])").first

    search.click()
    search.fill("477")
    expect(combo.locator("li", has_text="Site 477").first).to_be_visible()
    search.press("ArrowDown")
    search.press("Enter")
    page.locator("[data-lines=rows] button[data-line=add]").click()
    rows.last.locator("input").first.fill("One more row")
    page.locator("main .form-end button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/r/survey/\w+$"), timeout=30_000)

    after = desk.login("lena").read("survey", str(record["number"]))
    assert after["part_0"]["field_019"] == "site_477"
    assert [row["what"] for row in after["rows"]] == [*(f"Row {number + 1}" for number in range(large.ROWS)), "One more row"]
    assert after["part_9"] == record["part_9"]
