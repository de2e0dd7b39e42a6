"""Light or dark, dense or comfortable change the page where one stands; another language asks before what was typed is left (GEN-26, QUALITY 26)."""

import re

from playwright.sync_api import Dialog, Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

pytestmark = once


def _choose(page: Page, menu: str, choice: str) -> None:
    """Choose an entry of a menu of the bar."""
    page.locator(".topbar summary", has_text=re.compile(f"^{menu}")).click()
    page.locator(".topbar details[open]").get_by_role("button", name=choice, exact=True).click()


def test_what_is_typed_outlives_another_appearance_and_the_next_page_has_it_too(enter: Enter, leader: Client) -> None:
    number = leader.create("contact", kind="company", company={"name": "Worn Light Ltd"})["number"]
    tom = enter("tom", kept=False)
    page = tom.open(f"/r/contact/{number}")
    note, html = page.get_by_label("New note"), page.locator("html")
    note.fill("Half a sentence")
    page.evaluate("window.stayed = true")

    with page.expect_response("**/theme"):
        _choose(page, "Appearance", "Dark")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    with page.expect_response("**/density"):
        _choose(page, "Appearance", "Comfortable")
    expect(html).to_have_attribute("data-density", "comfortable")

    assert page.evaluate("window.stayed") is True
    expect(note).to_have_value("Half a sentence")
    marked = page.locator("[data-wears] [aria-current]")
    assert [text.strip() for text in marked.all_text_contents()] == ["Dark", "Comfortable"]
    assert '<html lang="en" data-bs-theme="dark" data-density="comfortable">' in page.request.get(f"{tom.address}/").text()
    with page.expect_response("**/theme"):
        _choose(page, "Appearance", "As the system")
    with page.expect_response("**/density"):
        _choose(page, "Appearance", "Dense")
    assert html.evaluate("one => [one.hasAttribute('data-bs-theme'), one.hasAttribute('data-density')]") == [False, False]


def test_another_language_asks_before_it_leaves_what_is_typed(enter: Enter, leader: Client) -> None:
    number = leader.create("contact", kind="company", company={"name": "Spoken To Ltd"})["number"]
    tom = enter("tom", kept=False)
    page = tom.open(f"/r/contact/{number}")
    note = page.get_by_label("New note")
    note.press_sequentially("Half a sentence")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    _choose(page, "Language", "Deutsch")
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    expect(note).to_have_value("Half a sentence")
