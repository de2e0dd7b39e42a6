"""Ten tasks of an agent on a telephone, 360 by 640, one after the other: nothing hangs out of the page and nothing is out of a thumb's reach (QUALITY 26)."""

import re
import time

from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

pytestmark = once

#: WCAG 2.5.8: what is pressed is at least so high and wide, in CSS pixels.
_TARGET = 24
_WIDTH, _HEIGHT = 360, 640


class _Phone:
    """A page on a telephone that is worked with the thumb."""

    def __init__(self, page: Page) -> None:
        page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
        self.page = page

    def tap(self, target: Locator) -> None:
        """Press what is wide and high enough, and stay inside the page."""
        deadline = time.monotonic() + 10
        while not self._within(target):  # what is being exchanged stands nowhere for a moment
            assert time.monotonic() < deadline, (target, target.bounding_box())
            self.page.wait_for_timeout(50)
        target.click()
        self.fits()

    @staticmethod
    def _within(target: Locator) -> bool:
        target.evaluate("one => one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })")
        box = target.bounding_box()
        return box is not None and min(box["width"], box["height"]) >= _TARGET and box["x"] >= 0 and box["x"] + box["width"] <= _WIDTH

    def fits(self) -> None:
        """Demand that the page is not wider than the screen."""
        expect(self.page.locator("html")).to_have_js_property("scrollWidth", _WIDTH)

    def button(self, name: str) -> Locator:
        """Return a button of the page or of the window on top of it."""
        return self._inside().get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """Return a link of the page or of the window on top of it."""
        return self._inside().get_by_role("link", name=name, exact=True)

    def _inside(self) -> Locator:
        window = self.page.locator("dialog[open]")
        return window if window.count() else self.page.locator("main")


def test_ten_tasks_are_done_on_a_telephone(enter: Enter, leader: Client) -> None:
    contact = leader.create(
        "contact", kind="person", person={"first_name": "Pocket", "last_name": "Sized"}, phones=[{"type": "mobile", "number": "+49 30 7654321"}]
    )
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_unit": "first_line", "description": "Pocket asks"}
    number, *_ = [str(leader.create("service_request", **given)["number"]) for _ in range(3)]
    anna = enter("anna", width=_WIDTH)
    page = anna.open("/")
    phone = _Phone(page)

    # 1. to a list by the menu
    phone.tap(page.locator("summary", has_text="Menu"))
    phone.tap(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Service requests"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Service requests")

    # 2. to another view
    phone.tap(page.locator(".views a", has_text=re.compile("^All")))
    page.wait_for_url(re.compile("view=all"))
    expect(page.locator(".views a[aria-current]")).to_be_in_viewport(ratio=1)

    # 3. a search, and a filter chip
    page.locator("#q").fill("Pocket")
    phone.tap(page.locator("main").get_by_role("button", name="Search", exact=True))
    phone.tap(page.locator("#add-filter"))
    phone.tap(page.locator("button[name=_add][value=description]"))
    page.locator("#chip-value-0").fill("Pocket asks")
    phone.tap(page.get_by_role("button", name="Set filter"))
    expect(page.locator("#results tbody tr")).to_have_count(3)

    # 4. a record, from its card
    phone.tap(page.locator(f"tr[data-row={number}] td.lead a"))
    expect(page.locator("main")).to_contain_text("Pocket asks")

    # 5. its next step
    phone.tap(phone.button("Take over"))
    expect(page.locator("main")).to_contain_text("Done: Take over.")

    # 6. a step that asks for something first, in a window
    phone.tap(page.locator("main").get_by_role("link", name=re.compile("^Respond")))
    expect(page.get_by_role("dialog")).to_be_visible()
    phone.tap(phone.button("Respond"))
    expect(page.locator("main")).to_contain_text("Done: Respond.")

    # 7. a note
    page.get_by_label("New note").fill("Typed with one thumb.")
    phone.tap(phone.button("Add note"))
    expect(page.locator("section:has(#notes) .trail")).to_contain_text("Typed with one thumb.")

    # 8. an edit that is refused, put right and stored
    phone.tap(phone.link("Edit"))
    description = page.locator("main [name=description]")
    description.fill("x \u0007")
    phone.tap(phone.button("Save"))
    expect(page.locator("main").get_by_role("alert").first).to_be_visible()
    description.fill("Pocket asks again")
    phone.tap(phone.button("Save"))
    expect(page.locator("main")).to_contain_text("Pocket asks again")

    # 9. somebody else is searched for from the bar, and found by his telephone
    page.get_by_role("searchbox", name="Search everything").fill("030 7654321")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("030 7654321")  # the record names him too
    phone.tap(page.locator("main").get_by_role("link", name=re.compile("Pocket Sized")).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pocket Sized")
    phone.fits()

    # 10. a new record
    phone.tap(page.locator("summary", has_text="Menu"))
    phone.tap(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Contacts"))
    phone.tap(phone.link("New contact"))
    page.get_by_label("Kind").select_option("company")
    page.get_by_label("Company name").fill("Handheld Ltd")
    phone.tap(phone.button("Create"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Handheld Ltd")
    phone.fits()
