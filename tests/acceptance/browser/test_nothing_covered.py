"""Bars at the end of the window cover nothing that can be pressed, and what stands beside one another in a head stands on one line (WCAG 2.4.11)."""

import pytest
from playwright.sync_api import Locator, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.browser.routes import intercept
from tests.acceptance.running import Client

pytestmark = once


def _box(place: Locator) -> tuple[float, float]:
    """Return where something begins and ends, from the top of the window."""
    box = place.bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize("width", [1280, 360])
def test_the_bar_of_the_network_leaves_the_buttons_of_a_form_free(enter: Enter, leader: Client, width: int) -> None:
    number = leader.create("contact", kind="company", company={"name": f"Uncovered {width}"})["number"]
    lena = enter("lena", width=width)
    page = lena.open(f"/r/contact/{number}/edit")
    page.set_viewport_size({"width": width, "height": 520})
    intercept(page, f"**/r/contact/{number}/edit", lambda route: route.abort("connectionreset"))

    page.get_by_label("Company name").fill(f"Uncovered {width} again")
    save = page.locator("main .form-end").get_by_role("button", name="Save")
    save.click()
    expect(page.get_by_role("button", name="Send again")).to_be_visible(timeout=20_000)
    page.unroute(f"**/r/contact/{number}/edit")

    page.evaluate("window.scrollTo(0, 0)")
    bar = _box(page.locator("[data-notices]"))
    for name in ("Save", "Cancel"):
        top, end = _box(page.locator("main .form-end").get_by_text(name, exact=True))
        assert top >= 0
        assert end <= bar[0] or top >= bar[1], (name, top, end, bar)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Uncovered {width} again")


@pytest.mark.parametrize("assigned", [{"assigned_user": "lena"}, {"assigned_unit": "first_line"}], ids=["to oneself", "to a unit of others"])
def test_the_buttons_in_the_head_of_a_record_stand_on_one_line(enter: Enter, leader: Client, assigned: dict[str, str]) -> None:
    contact = leader.create("contact", kind="company", company={"name": f"One Line {next(iter(assigned))} Ltd"})
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "description": "Which line?", **assigned}
    number = leader.create("service_request", **given)["number"]
    page = enter("lena").open(f"/r/service_request/{number}")
    head = page.locator(".record-head")

    tops = [_box(head.get_by_role("link", name=name, exact=True))[0] for name in ("Assign", "Edit")] + [_box(head.locator("summary", has_text="More"))[0]]

    assert max(tops) - min(tops) <= 1, tops
