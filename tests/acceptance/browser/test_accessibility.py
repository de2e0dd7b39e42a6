"""Every kind of page can be used by everybody: read out, enlarged four times, hit with a thumb, printed, in both appearances (WCAG 2.2 AA)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.running import Client, Desk

#: Targets smaller than 24 pixels, unless a circle of 24 around each touches no other (WCAG 2.5.8), in a sentence, hidden or the browser's own.
_SMALL = """() => {
  const boxes = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=tab], [role=option]")]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !one.closest("[inert]"))
    .map((one) => ({one, box: one.getBoundingClientRect()}))
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

Way = Callable[[Person, Mapping[str, Any]], None]


def _path(path: str) -> Way:
    """Return the way to an address; ids stand in angle brackets, ``#`` is the number of the record."""

    def go(person: Person, record: Mapping[str, Any]) -> None:
        person.open(path.replace("#", str(record["number"])).replace("<", "{").replace(">", "}"))

    return go


def _form_with_errors(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{contact}/new")
    person.press("Create")
    expect(page.get_by_role("alert").first).to_be_visible()


def _modal(person: Person, record: Mapping[str, Any]) -> None:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    _in_the_open(page, page.locator("[hx-target='#modal-inside']")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _in_the_open(page: Page, found: Locator) -> Locator:
    """Return the first that can be pressed; what stands in a menu has the menu opened."""
    if not found.first.is_visible():
        page.locator("details.menu", has=found).first.locator("summary").click()
    return found.locator("visible=true").first


def _conflict(person: Person, record: Mapping[str, Any]) -> None:
    number = record["contact"]["number"]
    page = person.open(f"/r/{{contact}}/{number}/edit")
    version = page.locator("input[name=_version]")
    other = person.page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Last name").fill(f"Theirs{version.get_attribute('value')}")
    other.locator("main .form-end button").first.click()
    other.wait_for_url(re.compile(f"{number}$"))
    other.close()
    page.get_by_label("Last name").fill("Mine")
    person.press("Save")
    expect(page.get_by_label(re.compile("Keep theirs")).first).to_be_visible()


def _found(person: Person, record: Mapping[str, Any]) -> None:
    number = str(record["contact"]["number"])
    page = person.open("/")
    page.get_by_role("searchbox", name="Search everything").fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def _menu(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/")
    page.locator(".topbar details.menu:visible").last.locator("summary").click()


_PAGES: Mapping[str, tuple[str, Way]] = {
    "start": ("anna", _path("/")),
    "menu": ("admin", _menu),
    "list": ("anna", _path("/r/<service_request>?view=<all>")),
    "list for leaders": ("lena", _path("/r/<service_request>?view=<all>")),
    "calendar": ("anna", _path("/r/<activity>?view=<all>&layout=calendar")),
    "record": ("anna", _path("/r/<service_request>/#")),
    "form": ("anna", _path("/r/<contact>/new")),
    "types to choose from": ("anna", _path("/r/<service_request>/new")),
    "form with errors": ("anna", _form_with_errors),
    "modal": ("anna", _modal),
    "conflict": ("anna", _conflict),
    "history": ("anna", _path("/r/<service_request>/#/history")),
    "import": ("lena", _path("/r/<contact>/import")),
    "search results": ("anna", _found),
    "nothing there": ("anna", _path("/r/no_such_type")),
    "gallery": ("admin", _path("/gallery")),
    "users": ("admin", _path("/users/list/")),
    "user": ("admin", _path("/users/show/2")),
    "edit user": ("admin", _path("/users/edit/2")),
    "new user": ("admin", _path("/users/add")),
    "roles": ("admin", _path("/roles/list/")),
    "role": ("admin", _path("/roles/show/3")),
    "profile": ("admin", _path("/users/userinfo/")),
    "password": ("admin", _path("/resetmypassword/form")),
}


@pytest.fixture(scope="module")
def record(leader: Client) -> Mapping[str, Any]:
    """A service request to look at."""
    contact = leader.create(
        "contact", kind="person", person={"first_name": "Erika", "last_name": "Access"}, phones=[{"type": "mobile", "number": "+49 30 765"}]
    )
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    made = leader.create("service_request", subtype="information_request", account=account["number"], description="Where?", assigned_user="anna")
    return {**made, "contact": contact}


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
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", _PAGES)
def test_every_kind_of_page_is_open_to_everybody(enter: Enter, record: Mapping[str, Any], kind: str, scheme: str) -> None:
    """Row 24 to 26: nothing serious for axe, every target large enough or apart, nothing to scroll sideways at 400 percent."""
    login, go = _PAGES[kind]
    person = enter(login, scheme=scheme)

    go(person, record)

    _judge(person)


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_open_to_everybody(enter: Enter, scheme: str) -> None:
    nobody = enter("anna", scheme=scheme)
    nobody.page.context.clear_cookies()

    nobody.page.goto(f"{nobody.address}/login/")

    _judge(nobody)
    expect(nobody.page.get_by_text("Cannot log in?")).to_be_visible()


@once
@pytest.mark.parametrize("kind", ["record", "list", "gallery"])
def test_print_keeps_the_content_and_leaves_the_frame_out(enter: Enter, record: Mapping[str, Any], kind: str) -> None:
    login, go = _PAGES[kind]
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
        _PAGES[kind][1](person, record)
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
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    tom.page.context.clear_cookies()
    page.goto(f"{tom.address}/login/")
    page.fill("#username", "tom")
    page.fill("#password", desk.password)
    page.locator("form[name=login] button").click()
    page.wait_for_url(f"{tom.address}/")

    assert 'data-bs-theme="dark"' in page.request.get(f"{tom.address}/").text()
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
