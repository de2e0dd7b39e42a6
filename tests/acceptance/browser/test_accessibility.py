"""Every kind of page can be used by everybody: read out, enlarged four times, hit with a thumb, printed, in both appearances (WCAG 2.2 AA)."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, Person, once, sampled
from tests.acceptance.browser.pages import EACH_TIME, PAGES, prepared
from tests.acceptance.running import Client, Desk

#: Targets smaller than 24 pixels, unless a circle of 24 around each touches no other (WCAG 2.5.8), in a sentence, hidden or the browser's own.
#: A box within its label is as large as that; what lies behind an open window cannot be hit.
_SMALL = """() => {
  const top = [...document.querySelectorAll("dialog:modal")].pop() ?? document;
  const boxes = [...top.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=tab], [role=option]")]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !one.closest("[inert], [aria-hidden=true]"))
    .map((one) => ({one, box: (one.closest("label") ?? one).getBoundingClientRect()}))
    .filter(({one, box}) => box.width > 1 && box.height > 1 && !one.classList.contains("skip"));
  const inSentence = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline" &&
    [...one.parentElement.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim().length > 1);
  const near = (a, b) => {
    const x = Math.max(b.left, Math.min(a.left + a.width / 2, b.right)) - (a.left + a.width / 2);
    const y = Math.max(b.top, Math.min(a.top + a.height / 2, b.bottom)) - (a.top + a.height / 2);
    return Math.hypot(x, y) < 12;
  };
  return boxes.filter(({one, box}) => Math.min(box.width, box.height) < 23.9 && !inSentence(one) &&
      boxes.some((other) => other.one !== one && !other.one.contains(one) && !one.contains(other.one) && near(box, other.box)))
    .map(({one, box}) => `${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`);
}"""
#: What sticks out of the page, regions that scroll by themselves left out.
_WIDE = """() => [...document.body.querySelectorAll("*")]
  .filter((one) => one.checkVisibility() && !one.closest(".scroll, .path, [role=tablist], .unseen, .skip, .sidebar, thead, .board"))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""

_GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def record(desk: Desk, leader: Client) -> Mapping[str, Any]:
    """A record to look at."""
    return prepared(desk, leader)


def _judge(person: Person) -> None:
    """Demand of the page in hand what this module is about, wide and at four times its size (320 pixels of 1,280)."""
    page = person.page
    assert person.reach() == []
    assert page.evaluate(_SMALL) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(_WIDE)
    assert page.evaluate(_SMALL) == []
    assert person.reach() == []


@once
@pytest.mark.parametrize("kind", sampled(PAGES, EACH_TIME))
def test_every_kind_of_page_is_open_to_everybody(enter: Enter, record: Mapping[str, Any], kind: str) -> None:
    """Row 24 to 26: nothing serious for axe, light and dark, every target large enough or apart, nothing to scroll sideways at 400 percent."""
    login, go = PAGES[kind]
    person = enter(login)

    go(person, record)

    _judge(person)
    person.page.set_viewport_size({"width": 1280, "height": 900})
    light = person.page.evaluate(_GROUND)
    person.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    person.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    assert person.page.evaluate(_GROUND) != light
    assert person.reach() == []


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_open_to_everybody(enter: Enter, scheme: str) -> None:
    nobody = enter("anna", scheme=scheme)
    nobody.page.context.clear_cookies()

    nobody.page.goto(f"{nobody.address}/login/")

    _judge(nobody)
    expect(nobody.page.get_by_text("Cannot log in?")).to_be_visible()

    nobody.page.set_viewport_size({"width": 1280, "height": 900})
    nobody.page.fill("#username", "nobody")
    nobody.page.fill("#password", "wrong")
    nobody.page.locator("form[name=login] button").click()
    expect(nobody.page.get_by_text(re.compile("Invalid login|wrong|incorrect", re.IGNORECASE)).first).to_be_visible()
    _judge(nobody)


@once
@pytest.mark.parametrize("kind", ["record", "list", "gallery"])
def test_print_keeps_the_content_and_leaves_the_frame_out(enter: Enter, record: Mapping[str, Any], kind: str) -> None:
    login, go = PAGES[kind]
    person = enter(login, scheme="dark")
    go(person, record)

    person.page.emulate_media(media="print")

    expect(person.page.get_by_role("heading", level=1).first).to_be_visible()
    expect(person.page.locator(".sidebar")).to_be_hidden()
    expect(person.page.locator(".topbar")).to_be_hidden()
    ground = person.page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "oklch(1 0 0)"), ground


@once
def test_help_stands_at_the_same_place_on_every_page(enter: Enter, record: Mapping[str, Any]) -> None:
    """WCAG 3.2.6."""
    places = set()
    person = enter("admin")

    for kind in ("start", "list", "record", "gallery", "users", "nothing there"):
        PAGES[kind][1](person, record)
        helping = person.page.locator(".topbar summary", has_text="Help")
        top = helping.evaluate("(one) => Math.round(one.getBoundingClientRect().top + scrollY)")
        places.add((top, person.page.locator(".topbar summary:visible").all_inner_texts()[0].strip()))

    assert len(places) == 1


@once
def test_the_appearance_is_kept_per_person_and_never_flashes(enter: Enter, desk: Desk) -> None:
    """The page arrives in its appearance: it stands in the markup, so that no script has to change it afterwards."""
    tom = enter("tom", scheme="light")
    page = tom.open("/")
    page.locator("summary", has_text="Appearance").click()
    with page.expect_response("**/theme"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    low = page.locator(".btn:visible").first.evaluate("(one) => one.offsetHeight")
    page.locator("summary", has_text="Appearance").click()
    with page.expect_response("**/density"):
        page.get_by_role("button", name="Comfortable").click()
    expect(page.locator("html")).to_have_attribute("data-density", "comfortable")
    assert page.locator(".btn:visible").first.evaluate("(one) => one.offsetHeight") > low

    tom.page.context.clear_cookies()
    page.goto(f"{tom.address}/login/")
    page.fill("#username", "tom")
    page.fill("#password", desk.password)
    page.locator("form[name=login] button").click()
    page.wait_for_url(f"{tom.address}/")

    assert '<html lang="en" data-bs-theme="dark" data-density="comfortable">' in page.request.get(f"{tom.address}/").text()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_asks_for_more_contrast_gets_it(enter: Enter, scheme: str) -> None:
    admin = enter("admin", scheme=scheme)
    admin.page.emulate_media(contrast="more", color_scheme=scheme)  # type: ignore[arg-type]
    page = admin.open("/gallery")

    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(0, 0, 0)")
    assert admin.reach() == []


@once
def test_forced_colours_leave_an_edge_around_what_is_told_by_its_ground(enter: Enter) -> None:
    admin = enter("admin")
    admin.page.emulate_media(forced_colors="active")
    page = admin.open("/gallery")

    for part in (".badge", ".path li[aria-current]", ".btn-solid", ".avatar"):
        style = page.locator(part).first.evaluate("(one) => { const s = getComputedStyle(one); return [s.borderTopStyle, s.borderTopWidth, s.outlineStyle]; }")
        assert (style[0] == "solid" and style[1] != "0px") or style[2] == "solid", (part, style)


@once
def test_a_narrow_screen_has_the_navigation_in_a_menu_within_reach_of_a_thumb(enter: Enter) -> None:
    """Row 26: 360 pixels, one hand."""
    anna = enter("anna", width=360)
    page = anna.open("/")

    page.locator("summary", has_text="Menu").click()
    entry = page.get_by_role("navigation", name="Menu").get_by_role("link", name="Contacts")
    box = entry.bounding_box()
    entry.click()

    assert box is not None
    assert box["height"] >= 40
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
