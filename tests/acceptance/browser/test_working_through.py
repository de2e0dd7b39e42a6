"""Working through a list with the keyboard: records are opened, changed and acted on beside it, and the place in it is kept (QUALITY 10)."""

import re

from playwright.sync_api import Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.running import Client

pytestmark = once


def _requests(leader: Client, name: str, count: int) -> list[str]:
    """Make requests of one caller, who is found by his name; return their numbers in order."""
    contact = leader.create("contact", kind="person", person={"first_name": name, "last_name": "Worked"})
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_unit": "first_line", "description": f"{name} asks"}
    return [str(leader.create("service_request", **given)["number"]) for _ in range(count)]


def _split(person: Person, description: str, *, unclaimed: bool = False) -> Page:
    """Open the requests with a description in the order of their numbers, the first of them beside the list."""
    page = person.open("/r/{service_request}?view={all}")
    page.locator(".advanced summary").click()
    page.locator("#filter").fill(f"record.description == '{description}'" + (" && record.assigned_user == null" if unclaimed else ""))
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url(re.compile("asked="))
    page.locator("th button[name=_order][value=number]").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Split").click()
    _opened(page)
    return page


def _opened(page: Page) -> str:
    """Wait for the record beside the list and return its number."""
    page.locator("#opened .record-head").wait_for()
    return str(page.locator("#opened").get_attribute("hx-get")).rpartition("/")[2]


def _press_and_open(page: Page, key: str) -> str:
    with page.expect_navigation():
        page.keyboard.press(key)
    return _opened(page)


def test_twenty_requests_are_handled_without_the_mouse(enter: Enter, leader: Client) -> None:
    """QUALITY 10: each is taken over, so that it leaves the list; the next is the one that followed it."""
    numbers = _requests(leader, "Twenty", 20)
    anna = enter("anna")
    page = _split(anna, "Twenty asks", unclaimed=True)
    handled = []

    for _ in range(19):
        with page.expect_navigation():
            page.keyboard.press("c")
        handled.append(_opened(page))
        expect(page.locator(".split-bar")).to_contain_text("No longer in this list")
        _press_and_open(page, "j")
    with page.expect_navigation():
        page.keyboard.press("c")
    handled.append(_opened(page))
    page.keyboard.press("j")

    assert handled == numbers
    expect(page.locator("[data-end-said]")).to_have_text("This is the last record of the list.")
    assert {leader.read("service_request", number)["assigned_user"] for number in numbers} == {"anna"}


def test_a_form_beside_the_list_is_saved_and_the_next_record_opens(enter: Enter, leader: Client) -> None:
    first, second, third = _requests(leader, "Filled", 3)
    anna = enter("anna")
    page = _split(anna, "Filled asks")

    page.keyboard.press("e")
    description = page.locator("#opened #f-description")
    description.fill("What nobody sees \u0007")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#opened [role=alert]").first).to_be_visible()
    expect(page.locator(".pane-list")).to_be_visible()
    expect(page.locator("#opened").get_by_role("button", name="Save and next")).to_be_visible()
    assert anna.reach() == []
    description.fill("Filled in beside the list")
    with page.expect_navigation():
        page.keyboard.press("Control+Shift+Enter")
    assert _opened(page) == second
    page.locator("#opened").get_by_role("link", name="Edit", exact=True).click()
    page.locator("#opened #f-description").fill("Filled too")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    assert _opened(page) == second
    expect(page.locator("main")).to_contain_text("Saved")
    expect(page.locator(".split-bar")).to_contain_text("No longer in this list")
    assert _press_and_open(page, "j") == third
    assert [leader.read("service_request", number)["description"] for number in (first, second)] == ["Filled in beside the list", "Filled too"]


def test_what_a_window_asks_and_a_note_stay_beside_the_list(enter: Enter, leader: Client) -> None:
    (number,) = _requests(leader, "Noted", 1)
    lena = enter("lena")
    page = _split(lena, "Noted asks")

    page.locator("#opened").get_by_role("link", name="Assign").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#f-assigned_user").fill("anna")
    with page.expect_navigation():
        dialog.get_by_role("button", name="Assign", exact=True).click()
    assert _opened(page) == number
    page.locator("#opened #note").fill("Called back")
    with page.expect_navigation():
        page.get_by_role("button", name="Add note").click()

    assert _opened(page) == number
    assert leader.read("service_request", number)["assigned_user"] == "anna"
    expect(page.locator("#opened")).to_contain_text("Called back")
    expect(page.locator(".pane-list")).to_be_visible()


def test_the_cancelled_form_shows_the_record_again_beside_its_list(enter: Enter, leader: Client) -> None:
    (number,) = _requests(leader, "Cancelled", 1)
    page = _split(enter("anna"), "Cancelled asks")
    page.keyboard.press("e")
    page.locator("#opened form[data-check]").wait_for()

    page.locator("#opened").get_by_role("link", name="Cancel").click()

    assert _opened(page) == number
    expect(page.locator("#opened")).to_be_focused()
