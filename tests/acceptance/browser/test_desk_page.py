"""The page of a record for the desk in a real browser: tabs, windows on top of it, row actions, keys, narrow and without a script (CC-10..18)."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client


def _contact(leader: Client, first: str) -> Mapping[str, Any]:
    phones = [{"type": "mobile", "number": "+49 30 4441"}]
    return leader.create("contact", kind="person", person={"first_name": first, "last_name": "Desked"}, phones=phones)


def _activities(leader: Client, contact: Mapping[str, Any], count: int) -> list[Mapping[str, Any]]:
    given = {"subtype": "call_back", "contact": contact["number"], "assigned_unit": "first_line"}
    return [leader.create("activity", **given) for _ in range(count)]


def test_a_contact_is_worked_on_from_its_desk(enter: Enter, leader: Client) -> None:
    """CC-16, CC-28: what is added in a window is there when it closes, and the desk is where it was."""
    contact = _contact(leader, "Worked")
    (activity,) = _activities(leader, contact, 1)
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{contact['number']}")

    page.locator(".record-head summary", has_text="More").click()
    page.get_by_role("link", name="Desk view").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worked Desked")
    expect(page.get_by_role("link", name=re.compile("Mobile"))).to_have_attribute("href", "tel:+49304441")
    page.wait_for_load_state("networkidle")

    page.get_by_role("link", name="Add more information").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Customer number").fill("K-DESK")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".desk-facts")).to_contain_text("K-DESK")

    page.locator("main").get_by_role("link", name=re.compile("^Activities")).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url(re.compile(r"/desk\?tab="))
    page.get_by_role("button", name=re.compile(f"^Take over: {activity['number']}")).click()
    expect(page.locator("main")).to_contain_text("Anna Berg")
    assert re.search(r"/desk\?tab=", page.url)
    assert leader.read("activity", activity["number"])["assigned_user"] == "anna"

    page.get_by_role("link", name=re.compile("^New activity", re.IGNORECASE)).click()
    page.get_by_role("dialog").get_by_role("link", name="Call back").click()
    inside = page.get_by_role("dialog")
    expect(inside.get_by_role("heading", level=1)).to_contain_text(re.compile("call back", re.IGNORECASE))
    inside.get_by_role("button", name="Create").click()
    expect(inside.get_by_role("alert").first).to_contain_text("Assign a unit or a user.")
    inside.get_by_label("Assigned unit").select_option(anna.renamer.word("first_line"))
    # What was created leads back to the desk by a page of its own; going back before it is there would meet it on its way.
    with page.expect_navigation(wait_until="load"):
        inside.get_by_role("button", name="Create").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.go_back()
    # The tab that was open before is asked for again; a step that comes in between would cut it off.
    page.wait_for_load_state("networkidle")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worked Desked")


@once
def test_tabs_are_opened_by_digits_and_the_focus_stays(enter: Enter, leader: Client) -> None:
    contact = _contact(leader, "Keyed")
    _activities(leader, contact, 12)
    page = enter("anna").open(f"/r/{{contact}}/{contact['number']}/desk")
    page.wait_for_load_state("networkidle")

    page.keyboard.press("4")
    expect(page.locator("[aria-current=page]", has_text="Activities")).to_be_focused()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("v")
    page.wait_for_url(re.compile(rf"/{contact['number']}$"))
    page.keyboard.press("v")
    page.wait_for_url(re.compile("/desk$"))


@once
def test_the_desk_works_without_a_script(enter: Enter, leader: Client) -> None:
    contact = _contact(leader, "Noscript")
    activity, *_ = _activities(leader, contact, 11)
    page = enter("anna", scripts=False).open(f"/r/{{contact}}/{contact['number']}/desk")

    page.locator("main").get_by_role("link", name=re.compile("^Activities")).click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Previous").click()
    row = page.locator("tbody tr").first
    row.locator("details.blocked summary").first.click()
    expect(row.locator(".why-body").first).to_be_visible()
    row.get_by_role("button", name=re.compile("^Take over")).click()
    expect(page).to_have_url(re.compile(r"/desk\?tab="))
    expect(page.locator("main")).to_contain_text("Anna Berg")
    assert activity["number"]


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_reaches_the_desk_wide_and_narrow(enter: Enter, leader: Client, scheme: str) -> None:
    contact = _contact(leader, "Reached")
    _activities(leader, contact, 3)
    anna = enter("anna", scheme=scheme, language="de-DE" if scheme == "dark" else "en-GB")

    for tab in ("contact_information", "activities", "leads"):
        page = anna.open(f"/r/{{contact}}/{contact['number']}/desk?tab={tab}")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
            assert anna.reach() == [], (tab, width)
        page.set_viewport_size({"width": 1280, "height": 900})
