"""Ten tasks of an agent with the keyboard alone: the focus is always seen, marked and where it was (QUALITY 24: 2.1.1, 2.4.3, 2.4.7, 2.4.11)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, once, sampled
from tests.acceptance.browser.hands import Hands
from tests.acceptance.running import Client

pytestmark = once


@pytest.fixture(scope="module")
def numbers(leader: Client) -> list[str]:
    """Requests of one caller, one for each way to look at them."""
    contact = leader.create(
        "contact", kind="person", person={"first_name": "Keyed", "last_name": "Byhand"}, phones=[{"type": "mobile", "number": "+49 30 7654399"}]
    )
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_unit": "first_line", "description": "Byhand asks"}
    return [str(leader.create("service_request", **given)["number"]) for _ in range(3)]


def _button(page: Page, name: str) -> Locator:
    return page.locator("dialog[open], main").last.get_by_role("button", name=name, exact=True)


def _link(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("link", name=re.compile(f"^{name}"))


#: A window of 1,280 by 900 that is enlarged twice, and in the long run a low one, in the dark.
@pytest.mark.parametrize(("width", "height", "scheme"), [pytest.param(1280, 500, "dark", marks=pytest.mark.long), (640, 450, "light")])
def test_ten_tasks_are_done_with_the_keyboard_alone(enter: Enter, numbers: list[str], width: int, height: int, scheme: str) -> None:
    anna = enter("anna", width=width, scheme=scheme)
    hands, page = Hands(anna.page), anna.page
    page.set_viewport_size({"width": width, "height": height})
    anna.open("/")

    # 1. to a list by the menu
    if width < 821:
        hands.to(page.locator("summary", has_text="Menu"))
        hands.press("Enter")
    hands.to(page.get_by_role("navigation", name=re.compile("^(Menu|Navigation)$")).get_by_role("link", name="Service requests"))
    hands.go("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Service requests")

    # 2. to another view
    hands.into()
    hands.to(page.locator(".views a", has_text=re.compile("^All")))
    hands.go("Enter")
    assert "view=all" in page.url

    # 3. a search, and a filter chip
    hands.into()
    hands.to(page.locator("#q"))
    hands.type("Byhand")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        hands.press("Enter")
    hands.settled()
    expect(page.locator("#q")).to_be_focused()
    hands.to(page.locator("#add-filter"))
    hands.press("Enter")
    hands.type("descr")
    hands.press("ArrowDown")
    hands.look()
    hands.press("Enter")
    expect(page.locator("#chip-value-0")).to_be_focused()
    hands.settled()
    hands.type("Byhand asks")
    hands.to(_button(page, "Set filter"))
    hands.press("Enter")
    expect(page.locator("#results tbody tr")).to_have_count(3)
    hands.settled()
    expect(page.locator("#add-filter")).to_be_focused()

    # 4. a record
    number = numbers.pop()
    hands.to(page.locator(f"tr[data-row={number}] td.lead a"))
    hands.go("Enter")
    expect(page.locator("main")).to_contain_text("Byhand asks")

    # 5. its next step
    hands.into()
    hands.to(_button(page, "Take over"))
    hands.go("Space")
    expect(page.locator("main")).to_contain_text("Done: Take over.")

    # 6. a step that asks for something first, in a window
    hands.into()
    hands.to(_link(page, "Respond"))
    hands.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    hands.settled()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    hands.to(_button(page, "Respond"))
    hands.go("Enter")
    expect(page.locator("main")).to_contain_text("Done: Respond.")

    # 7. a note
    hands.into()
    hands.to(page.get_by_label("New note"))
    hands.type("Typed without a mouse.")
    hands.to(_button(page, "Add note"))
    hands.go("Enter")
    expect(page.locator("section:has(#notes) .trail")).to_contain_text("Typed without a mouse.")

    # 8. an edit that is refused, put right and stored
    hands.into()
    hands.to(_link(page, "Edit"))
    hands.go("Enter")
    hands.into()
    hands.to(page.locator("main [name=description]"))
    hands.press("Control+A")
    hands.type("Byhand asks again")
    address = page.locator("main [name=caller_email]")
    hands.to(address)
    hands.type("no address")
    hands.to(_button(page, "Save"))
    expect(address).to_have_attribute("aria-invalid", "true")
    hands.press("Enter")
    expect(page.locator("#faults")).to_be_focused()
    hands.settled()
    hands.to(page.locator("#faults a").first)
    hands.press("Enter")
    expect(address).to_be_focused()
    hands.look()
    hands.press("Control+A")
    hands.type("keyed@example.org")
    hands.go("Control+Enter")
    expect(page.locator("main")).to_contain_text("Byhand asks again")

    # 9. somebody is searched for over everything, and found by his telephone
    hands.to(page.get_by_role("searchbox", name="Search everything"))
    hands.type("030 7654399")
    hands.go("Enter")
    hands.into()
    hands.to(page.locator("main").get_by_role("link", name=re.compile("Keyed Byhand")))
    hands.go("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Keyed Byhand")

    # 10. a new record, its reference found by name
    if width < 821:
        hands.to(page.locator("summary", has_text="Menu"))
        hands.press("Enter")
    hands.to(page.get_by_role("navigation", name=re.compile("^(Menu|Navigation)$")).get_by_role("link", name="Accounts"))
    hands.go("Enter")
    hands.into()
    hands.to(_link(page, "New account"))
    hands.go("Enter")
    hands.into()
    owner = page.get_by_role("combobox", name="Owner")
    hands.to(owner)
    hands.type("Keyed")
    expect(page.get_by_role("option", name=re.compile("Keyed Byhand"))).to_be_visible()
    hands.press("ArrowDown", "Enter")
    expect(owner).to_have_value(re.compile("Keyed Byhand"))
    hands.look()
    hands.to(page.get_by_label("Classification"))
    hands.type("Priv")
    hands.to(page.get_by_label("Credit rating"))
    hands.type("A")
    hands.to(_button(page, "Create"))
    hands.go("Enter")
    expect(page.locator("main")).to_contain_text("was created.")

    assert hands.stops > 120
    assert hands.faults == []


def _picked(page: Page) -> None:
    """Pick a row, so that what can be done with it stays at the bottom."""
    page.locator("input[name=picked]").first.evaluate("box => { box.checked = true; box.dispatchEvent(new Event('change', { bubbles: true })); }")
    expect(page.locator(".pick-bar")).to_have_css("position", "sticky")


def _told(page: Page) -> None:
    """Say something in the corner that stays until it is closed."""
    words = "<div class='toast'><p>120 of 120 were changed, which is what was asked for. <a href='/jobs'>See the report</a></p></div>"
    page.locator("#toasts").evaluate(f'region => {{ region.innerHTML = "{words}" }}')


def _offline(page: Page) -> None:
    """Say that the network is away, in a bar that stays at the bottom."""
    page.evaluate("document.querySelector('[data-notices]').append(document.querySelector('template[data-notice=online]').content.cloneNode(true))")


_BARS: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "picked rows": ("lena", "/r/{service_request}?view={all}", _picked),
    "a toast": ("anna", "/r/{service_request}?view={all}", _told),
    "a notice": ("anna", "/r/{contact}/new?kind={person}", _offline),
    "a form": ("anna", "/r/{service_request}/new?subtype={information_request}", lambda _: None),
    "two panes": ("anna", "/r/{service_request}?view={all}&open=#", lambda page: page.locator("#opened .record-head").wait_for()),
}


#: Where one goes by the tabulator, and which way.
_WAYS = tuple(f"{bar}, {way}" for bar in _BARS for way in ("forwards", "backwards"))


@pytest.mark.parametrize("way", sampled(_WAYS, ("picked rows, forwards", "a toast, forwards", "a form, backwards")))
def test_no_bar_of_a_page_hides_what_has_the_focus(enter: Enter, numbers: list[str], way: str) -> None:
    """WCAG 2.4.11, demanded of all of what has the focus: bars that stay at an end of the window, and what is said in its corner."""
    bar, _, where = way.partition(", ")
    login, path, put = _BARS[bar]
    person = enter(login)
    hands, page = Hands(person.page), person.page
    page.set_viewport_size({"width": 1280, "height": 500})
    person.open(path.replace("#", str(numbers[0])))
    put(page)

    places = hands.round(back=where == "backwards")

    assert places > 25
    assert hands.faults == []


def _over(page: Page, style: str) -> None:
    page.evaluate("style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style); document.adoptedStyleSheets = [sheet]; }", style)


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        ("#content::before { content: ''; position: fixed; inset: 60px 0 0; z-index: 99; background: white; }", "5 of 5 points behind"),
        ("#q { outline: none !important; }", "no outline"),
        ("#q { outline: 2px solid #ddd !important; }", "contrast 1."),
        ("#q { outline: 2px solid blue !important; }", "no mark"),
        (".searching { overflow: hidden; }", "mark cut at left,right,top,bottom"),
        ("#q { opacity: 0; }", "nothing to see"),
        ("#q { position: absolute; left: -999px; }", "out of sight"),
    ],
)
def test_a_focus_that_cannot_be_seen_is_noticed(enter: Enter, style: str, fault: str) -> None:
    """Who judges the places of the focus must be able to find fault with one."""
    anna = enter("anna")
    hands, page = Hands(anna.page), anna.page
    anna.open("/r/{contact}")
    hands.into()
    _over(page, style)
    field = page.locator("#q")

    hands.to(field)
    hands.press("Tab")
    hands.look()

    assert [each for each in hands.faults if each.startswith(fault) and 'id="q"' in each], hands.faults


@pytest.mark.usefixtures("numbers")
def test_a_focus_that_goes_with_what_is_exchanged_is_noticed(enter: Enter) -> None:
    anna = enter("anna")
    hands, page = Hands(anna.page), anna.page
    anna.open("/r/{contact}")
    hands.into()
    hands.to(page.locator(".sort").first)
    page.evaluate("""() => document.addEventListener("htmx:beforeSwap", () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("[data-list] { display: none; }");
      document.adoptedStyleSheets = [sheet];
    })""")

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        hands.press("Enter")
    page.wait_for_timeout(200)
    hands.look()

    assert "the focus went with results" in hands.faults


def test_heads_of_a_list_that_scrolls_sideways_are_seen_whole(enter: Enter, numbers: list[str]) -> None:
    """At every width another head stands at the end of what is seen, or under the columns that stay."""
    person = enter("lena")
    hands, page = Hands(person.page), person.page
    person.open("/r/{service_request}?view={all}")
    heads = page.locator("button.sort")
    heads.first.wait_for()

    for width in (830, 848, 884, 902, 926, 968, 1040):
        page.set_viewport_size({"width": width, "height": 500})
        for end, key in ((heads.first, "Tab"), (heads.last, "Shift+Tab")):
            end.focus()
            for _ in range(heads.count() - 1):
                hands.press(key)
                hands.look()

    assert hands.faults == []
