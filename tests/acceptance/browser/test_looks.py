"""What a page does while it comes and while it is asked for more: nothing jumps, and what takes a while says so."""

import re

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

#: How far what was on the screen moved by itself, in the measure of browsers (CLS).
_MOVED = """new Promise((told) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => told(sum), 600);
})"""
_LATER = """(pause) => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) { setTimeout(() => send.call(this, body), pause); };
}"""


def _customer(leader: Client, name: str) -> str:
    return str(leader.create("contact", kind="person", person={"first_name": "Erika", "last_name": name})["number"])


@once
@pytest.mark.parametrize("path", ["/", "/r/contact", "/r/contact/new", "/jobs", "/search", "/shortcuts/keys"])
@pytest.mark.parametrize("width", [1440, 360])
def test_nothing_jumps_while_a_page_comes(enter: Enter, path: str, width: int) -> None:
    page = enter("anna", width=width).open(path)
    page.wait_for_load_state("networkidle")

    assert page.evaluate(_MOVED) < 0.02
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.fonts.check('13px Inter')")


@once
def test_what_takes_a_while_says_so_and_what_is_quick_does_not(enter: Enter, leader: Client) -> None:
    _customer(leader, "Slow")
    page = enter("anna").open("/r/contact")
    bar = page.locator(".loading")
    expect(bar).to_be_hidden()

    page.evaluate(_LATER, 900)
    page.get_by_role("button", name="Kind", exact=True).click()
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    assert bar.is_hidden()
    expect(bar).to_be_visible()

    expect(bar).to_be_hidden()
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("columnheader", name="Kind")).to_have_attribute("aria-sort", "ascending")


@once
def test_a_printed_record_holds_the_record_and_no_controls(enter: Enter, leader: Client) -> None:
    page = enter("anna").open(f"/r/contact/{_customer(leader, 'Paper')}")
    page.emulate_media(media="print")

    for gone in (".sidebar", ".topbar", "#note", "#attach", ".next-steps", ".foot"):
        assert page.locator(gone).evaluate_all("(all) => all.every((one) => !one.checkVisibility())"), gone
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="History")).to_be_visible()


@once
def test_what_leads_from_a_list_to_another_page_leads_there(enter: Enter, leader: Client) -> None:
    """The page of a bulk change stands by itself and not inside the list."""
    number = _customer(leader, "Picked")
    lena = enter("lena")
    page = lena.open("/r/contact")
    page.locator("#q").fill(number)
    page.locator("#q").press("Enter")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.locator("input[name=picked]").check()

    page.get_by_role("button", name="Edit selected").click()

    expect(page).to_have_url(re.compile(r"/r/contact/bulk(\?|$)"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Change many records")
