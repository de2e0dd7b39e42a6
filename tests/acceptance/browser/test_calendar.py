"""The calendar of a list in a real browser: by mouse and keys, on a wide and a narrow screen, with and without a script (GEN-9, GEN-11)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client


def _activities(leader: Client, name: str, count: int, at: str) -> list[Mapping[str, Any]]:
    """Make activities of one person that begin at a moment; they are found by what is said of them."""
    contact = leader.create("contact", kind="person", person={"first_name": name, "last_name": "Dated"})
    given = {"subtype": "call_back", "contact": contact["number"], "assigned_unit": "first_line", "description": f"{name} rings", "start_date": at}
    return [leader.create("activity", **given) for _ in range(count)]


def _due(activity: Mapping[str, Any]) -> datetime:
    """Return when an activity is to be done: by this it stands in the calendar."""
    return datetime.fromisoformat(activity["expected_date"]).astimezone(UTC)


def test_a_list_is_turned_into_days_and_a_day_into_a_list(enter: Enter, leader: Client) -> None:
    made = _activities(leader, "Daily", 5, "2027-04-13T08:00:00Z")
    day = _due(made[0]).date()
    anna = enter("anna")
    page = anna.open("/r/{activity}?view={all}")

    page.get_by_role("link", name="Calendar").click()
    page.wait_for_url(re.compile("layout=calendar"))
    page.goto(f"{page.url}&day={day}")
    here = page.locator(f"[data-day='{day}']")
    expect(here.locator("[data-row]")).to_have_count(3)
    expect(here).to_contain_text("Daily Dated")
    here.get_by_role("button", name=re.compile("^2 more on")).click()

    expect(page.locator("#results tbody tr")).to_have_count(5)
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.get_by_role("link", name="Table")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Calendar").click()
    expect(page.locator("[data-calendar]")).to_be_visible()
    expect(page.locator(".chip")).to_have_count(1)


@once
def test_days_are_walked_by_arrows_and_periods_turned_by_characters(enter: Enter) -> None:
    page = enter("anna").open("/r/{activity}?view={all}&layout=calendar&day=2027-04-14")

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id"))

    page.locator("#day-2027-04-14").focus()
    page.keyboard.press("ArrowRight")
    assert focused() == "day-2027-04-15"
    page.keyboard.press("ArrowDown")
    assert focused() == "day-2027-04-22"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert focused() == "day-2027-04-14"
    page.keyboard.press("Home")
    assert focused() == "day-2027-04-12"
    page.keyboard.press("End")
    assert focused() == "day-2027-04-18"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("period=day&day=2027-04-18"))

    page.keyboard.press("j")
    page.wait_for_url(re.compile("day=2027-04-19"))
    page.keyboard.press("k")
    page.wait_for_url(re.compile("day=2027-04-18"))
    page.keyboard.press("t")
    expect(page.locator("[aria-current=date]")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_contain_text("Later")


def test_a_record_is_put_on_another_day_from_its_card(enter: Enter, leader: Client) -> None:
    """Nothing by drag: a form in a window, and the calendar as it was."""
    (made,) = _activities(leader, "Maximiliane Charlotte", 1, "2027-06-08T08:00:00Z")
    day, later = _due(made).date(), _due(made).date() + timedelta(days=7)
    anna = enter("anna")
    page = anna.open(f"/r/{{activity}}?view={{all}}&layout=calendar&period=week&day={day}")
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert page.locator(".calendar-head > a, .calendar-entry dd").evaluate_all(cut) == []
    page.wait_for_load_state("networkidle")

    page.get_by_role("link", name=f"Change date: {made['number']}").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Start date").fill("2027-06-15T10:00")
    dialog.get_by_role("button", name="Save").click()

    expect(page.locator("main")).to_contain_text("was changed")
    expect(page.locator(f"[data-row={made['number']}]")).to_have_count(0)
    page.get_by_role("link", name="Later").click()
    expect(page.locator(f"[data-day='{later}'] [data-row={made['number']}]")).to_be_visible()


@once
def test_a_calendar_works_without_a_script(enter: Enter, leader: Client) -> None:
    made = _activities(leader, "Scriptfree", 4, "2027-08-10T08:00:00Z")
    day = _due(made[0]).date()
    page = enter("anna", scripts=False).open(f"/r/{{activity}}?view={{all}}&layout=calendar&day={day}")

    page.get_by_role("link", name="Week").click()
    expect(page.locator(f"[data-day='{day}'] [data-row]")).to_have_count(4)
    page.get_by_role("link", name="Change date").first.click()
    page.get_by_label("Start date").fill("2027-08-17T10:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"[data-day='{day}'] [data-row]")).to_have_count(3)
    page.get_by_role("link", name="Month").click()
    expect(page.locator(".by-month [data-day]").first).to_be_visible()


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_reaches_the_calendar(enter: Enter, leader: Client, scheme: str) -> None:
    made = _activities(leader, "Reached", 5, "2027-10-12T08:00:00Z")
    lena = enter("lena", scheme=scheme)

    for period in ("month", "week", "day"):
        lena.open(f"/r/{{activity}}?view={{all}}&layout=calendar&period={period}&day={_due(made[0]).date()}")
        assert lena.reach() == [], period


@once
def test_a_narrow_screen_has_the_days_below_one_another(enter: Enter, leader: Client) -> None:
    """360 pixels: an agenda of the days that hold something."""
    made = _activities(leader, "Narrow", 2, "2027-11-09T08:00:00Z")
    day = _due(made[0]).date()
    _activities(leader, "Narrower", 1, "2027-11-16T08:00:00Z")
    anna = enter("anna", width=360, language="de-DE")
    page = anna.open(f"/r/{{activity}}?view={{all}}&layout=calendar&day={day}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator(f"#day-{day}")).to_contain_text("November 2027")
    expect(page.locator(f"#day-{day + timedelta(days=1)}")).to_be_hidden()
    page.locator(f"#day-{day}").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#day-{day + timedelta(days=7)}")).to_be_focused()
    assert anna.reach() == []
