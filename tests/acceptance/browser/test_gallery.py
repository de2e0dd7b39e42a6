"""The gallery shows every component in each state, and the components behave: tabs by keyboard, windows, menus, passing messages."""

import re

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import ROOT

COMPONENTS = ROOT / "ui" / "packdesk_ui" / "templates" / "components"
GALLERY = ROOT / "ui" / "packdesk_ui" / "templates" / "gallery"
#: Drawn on every page, or only on the pages of the administration and of records.
ELSEWHERE = frozenset({"dialog", "administration", "explained", "keyed", "shortcut", "board", "job"})


def test_every_component_stands_in_the_gallery() -> None:
    written = "".join(path.read_text() for path in [*GALLERY.glob("*.html"), *COMPONENTS.glob("*.html")])

    assert sorted({path.stem for path in COMPONENTS.glob("*.html")} - ELSEWHERE - set(re.findall(r'"components/(\w+)\.html"', written))) == []


@once
def test_tabs_are_walked_by_the_arrow_keys_and_opened_by_a_link_to_what_is_inside(enter: Enter) -> None:
    admin = enter("admin")
    page = admin.open("/gallery")
    tabs = page.get_by_role("tablist", name="Tabs").get_by_role("tab")

    expect(page.get_by_role("tab", selected=True)).to_have_text("Fields")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Tables")).to_be_visible()
    expect(page.locator("#tab-field")).to_be_hidden()
    page.keyboard.press("End")
    expect(tabs.nth(2)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    page.keyboard.press("Tab")

    tabs.nth(1).click()
    page.get_by_role("tabpanel", name="Tables").get_by_role("link", name="As a link").click()
    expect(page.locator("#tab-field")).to_be_visible()


@once
def test_without_a_script_every_part_of_tabs_is_there(enter: Enter) -> None:
    admin = enter("admin", scripts=False)
    page = admin.open("/gallery")

    expect(page.locator("#tab-field")).to_be_visible()
    expect(page.locator("#tab-timeline")).to_be_visible()


@once
def test_a_window_takes_the_focus_and_gives_it_back(enter: Enter) -> None:
    admin = enter("admin")
    page = admin.open("/gallery")
    opener = page.get_by_role("link", name="Open the window")

    opener.click()
    window = page.get_by_role("dialog")
    expect(window.get_by_label("Text, filled")).to_be_focused()
    page.keyboard.press("Escape")

    expect(window).to_be_hidden()
    expect(opener).to_be_focused()


@once
def test_a_menu_opens_by_keyboard_and_closes_on_escape_with_the_focus_on_its_button(enter: Enter) -> None:
    admin = enter("admin")
    page = admin.open("/gallery")
    menu = page.locator("#menu details.menu")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Edit")).to_be_visible()
    page.keyboard.press("Escape")

    expect(menu.get_by_role("link", name="Edit")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


@once
def test_a_passing_message_is_said_politely_and_goes_unless_it_offers_something(enter: Enter) -> None:
    admin = enter("admin", kept=False)
    page = admin.open("/gallery")
    page.clock.install()
    page.reload()
    region = page.locator("#toasts")
    expect(region).to_have_attribute("aria-live", "polite")

    page.evaluate("document.querySelectorAll('#toast .toast').forEach((one) => document.getElementById('toasts').append(one.cloneNode(true)))")
    expect(region.locator(".toast")).to_have_count(4)
    page.clock.run_for(9000)

    expect(region.locator(".toast")).to_have_count(1)
    region.get_by_role("button", name="Close").click()
    expect(region.locator(".toast")).to_have_count(0)


@once
@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_long_hostile_and_right_to_left_texts_stay_inside_and_are_shown_as_written(enter: Enter, width: int) -> None:
    admin = enter("admin", width=width)
    page = admin.open("/gallery")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("#text")).to_contain_text("<script>alert('1')</script>")
    expect(page.locator("#person bdi").filter(has_text=re.compile("محمد")).first).to_be_visible()


@once
def test_the_gallery_is_offered_to_those_who_build_pages_and_to_nobody_else(enter: Enter) -> None:
    for login, offered in (("admin", 1), ("paul", 1), ("anna", 0)):
        page = enter(login).open("/")

        expect(page.locator('a[href="/gallery"]')).to_have_count(offered)


@once
def test_everything_is_searched_by_name_number_and_phone_from_the_bar(enter: Enter) -> None:
    anna = enter("anna")
    made = anna.open("/r/{contact}/new")
    anna.choose("Kind", "person")
    made.get_by_label("First name").fill("Hedy")
    made.get_by_label("Last name").fill("Lamarr")
    anna.press("Add: Phones")
    anna.lines("phones").locator("input[type=tel]").fill("+49 30 445566")
    anna.lines("phones").locator("select").first.select_option(anna.called("{mobile}"))
    anna.press("Create")
    expect(made.get_by_role("heading", level=1)).to_contain_text("Hedy Lamarr")
    number = made.url.rsplit("/", 1)[1]

    for typed in ("lamarr", number, "030 445566", "0049 30 445566"):
        page = anna.open("/")
        page.get_by_role("searchbox", name="Search everything").fill(typed)
        # The start page may have seen her already: what is looked at is what was found.
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("main").get_by_role("link", name=re.compile("Hedy Lamarr"))).to_be_visible()
        assert typed not in page.url
    page = anna.open("/")
    expect(page.locator("section", has=page.get_by_role("heading", name="Recently seen")).get_by_role("link").first).to_contain_text("Hedy Lamarr")
    page.get_by_role("searchbox", name="Search everything").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
