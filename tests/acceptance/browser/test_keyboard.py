"""The keyboard: characters press what names them on every layout, never while somebody types, and a life of a record without a mouse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.running import Client

SHIFT, CONTROL, ALT = 8, 2, 1


@dataclass(frozen=True, slots=True)
class Key:
    """A key as a layout types it: the character, where it lies, and what is held down with it."""

    typed: str
    code: str
    held: int = 0


#: How the same characters are typed; AltGr is what Linux sends: the character alone.
LAYOUTS: Mapping[str, Mapping[str, Key]] = {
    "US": {"m": Key("m", "KeyM"), "?": Key("?", "Slash", SHIFT), "/": Key("/", "Slash"), "a": Key("a", "KeyA")},
    "DE": {"m": Key("m", "KeyM"), "?": Key("?", "Minus", SHIFT), "/": Key("/", "Digit7", SHIFT), "a": Key("a", "KeyA")},
    "PL": {"m": Key("m", "KeyM"), "?": Key("?", "Slash", SHIFT), "/": Key("/", "Slash"), "a": Key("a", "KeyA")},
    "FR": {"m": Key("m", "Semicolon"), "?": Key("?", "KeyM", SHIFT), "/": Key("/", "Period", SHIFT), "a": Key("a", "KeyQ")},
}
#: What these layouts type with AltGr or where a shortcut lies on another, and chords of browsers: nothing of it is a shortcut.
OTHERS = {
    "PL AltGr+E": Key("ę", "KeyE"),
    "PL AltGr+A": Key("ą", "KeyA"),
    "DE AltGr+Q": Key("@", "KeyQ"),
    "DE AltGr+E": Key("€", "KeyE"),
    "FR q where US has a": Key("q", "KeyA"),
    "Windows AltGr as Ctrl+Alt": Key("e", "KeyE", CONTROL | ALT),
    "Ctrl+E": Key("e", "KeyE", CONTROL),
    "Alt+M": Key("m", "KeyM", ALT),
    "Ctrl+M": Key("m", "KeyM", CONTROL),
}


def strike(page: Page, key: Key, *, repeat: bool = False) -> None:
    """Type a key as this layout produces it."""
    session = page.context.new_cdp_session(page)
    text = {} if key.held & (CONTROL | ALT) else {"text": key.typed, "unmodifiedText": key.typed}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key.typed, "code": key.code, "modifiers": key.held, "autoRepeat": repeat, **text})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key.typed, "code": key.code, "modifiers": key.held})
    session.detach()


def _request(leader: Client, name: str) -> Mapping[str, Any]:
    contact = leader.create("contact", kind="person", person={"first_name": "Erika", "last_name": name}, phones=[{"type": "mobile", "number": "+49 30 1"}])
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    return leader.create(
        "service_request", subtype="information_request", account=account["number"], description="Where is my bill?", assigned_unit="first_line"
    )


def _open(person: Person, record: Mapping[str, Any]) -> Page:
    return person.open(f"/r/{{service_request}}/{record['number']}")


@once
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_character_presses_what_names_it_wherever_it_lies(enter: Enter, leader: Client, layout: str) -> None:
    keys, record = LAYOUTS[layout], _request(leader, f"Layout {layout}")
    lena = enter("lena")

    page = _open(lena, record)
    strike(page, keys["m"])
    expect(page.get_by_label("New note")).to_be_focused()
    expect(page.get_by_label("New note")).to_have_value("")
    page.locator("#content").focus()
    strike(page, keys["/"])
    expect(page.locator("[data-key='/']")).to_be_focused()
    page.locator("#content").focus()
    strike(page, keys["?"])
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    expect(sheet.locator("[data-keys-page] div", has=page.locator("kbd", has_text=re.compile("^a$")))).to_contain_text("Assign")
    assert lena.reach() == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    strike(page, keys["a"])

    expect(page.get_by_role("dialog", name="Assign")).to_be_visible()


@once
def test_what_types_another_character_or_belongs_to_the_browser_presses_nothing(enter: Enter, leader: Client) -> None:
    lena = enter("lena")
    page = _open(lena, _request(leader, "Nothing"))
    address = page.url

    for key in OTHERS.values():
        strike(page, key)
    strike(page, Key("m", "KeyM"), repeat=True)

    assert page.url == address
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_label("New note")).not_to_be_focused()


@once
@pytest.mark.parametrize("place", ["#note", "[data-key='/']", "#attach", "#editable"])
def test_no_letter_is_a_shortcut_while_somebody_types(enter: Enter, leader: Client, place: str) -> None:
    lena = enter("lena")
    page = _open(lena, _request(leader, "Typing"))
    page.evaluate("document.getElementById('content').insertAdjacentHTML('beforeend', '<div id=editable contenteditable=true></div>')")
    address = page.url

    page.locator(place).focus()
    for letter in "abcdefghijklmnopqrstuvwxyz?/123456789":
        strike(page, Key(letter, "KeyX", SHIFT if letter == "?" else 0))

    assert page.url == address
    expect(page.locator("dialog[open]")).to_have_count(0)
    if place in ("#note", "[data-key='/']"):
        expect(page.locator(place)).to_have_value("abcdefghijklmnopqrstuvwxyz?/123456789")


@once
def test_shortcuts_are_switched_off_for_a_person_and_stay_off(enter: Enter, leader: Client) -> None:
    """WCAG 2.1.4; the sheet is still there for the mouse."""
    mia, record = enter("mia"), _request(leader, "Off")
    page = mia.open("/r/{contact}")
    strike(page, LAYOUTS["US"]["?"])
    with page.expect_response(re.compile("/shortcuts$")):
        page.get_by_label("Single characters are shortcuts").uncheck()
    page.keyboard.press("Escape")

    page = mia.open(f"/r/{{contact}}?again={record['number']}")
    strike(page, LAYOUTS["US"]["?"])
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("summary", has_text="Help").click()
    page.get_by_role("button", name="Show the keys of this page").click()
    with page.expect_response(re.compile("/shortcuts$")):
        page.get_by_label("Single characters are shortcuts").check()

    page.keyboard.press("Escape")
    page.locator("#content").focus()
    strike(page, LAYOUTS["US"]["?"])
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


@once
def test_g_and_a_letter_lead_to_an_entry_of_the_navigation(enter: Enter) -> None:
    lena = enter("lena")
    page = lena.open("/")

    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(r"/r/(contact|communication|complaint)"))
    page.keyboard.press("g")
    page.wait_for_timeout(1200)
    page.keyboard.press("s")

    expect(page).to_have_url(re.compile(r"/r/(contact|communication|complaint)"))


@once
def test_a_blocked_step_is_reached_by_its_digit_and_says_why(enter: Enter, leader: Client) -> None:
    lena = enter("lena")
    page = _open(lena, _request(leader, "Blocked"))

    page.keyboard.press(str(page.locator(".next-steps [aria-disabled=true]").first.get_attribute("data-key")))

    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-disabled", "true")
    assert focused.get_attribute("aria-describedby")
    expect(page.locator("dialog[open]")).to_have_count(0)


@once
def test_a_life_of_a_request_is_walked_by_keyboard_alone(enter: Enter, leader: Client) -> None:
    """Create, accept, answer, resolve, complete: no click, no tap."""
    account = _request(leader, "Keyboard")["account"]
    number = account["number"] if isinstance(account, Mapping) else account
    anna = enter("anna")
    page = anna.open("/r/{service_request}/new?subtype={information_request}")

    _to(page, "Account")
    page.keyboard.type(str(number))
    page.wait_for_timeout(400)
    _to(page, "Description")
    page.keyboard.type("By keyboard")
    _to(page, "Assigned unit")
    page.keyboard.type("First line")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("was created.")

    page.locator("#content").focus()
    page.keyboard.press("c")
    expect(page.locator("main")).to_contain_text("Done: Take over.")
    for step in ("Respond", "Finally resolve", "Accepted by contact", "Complete"):
        _step(page, step)
    expect(page.locator(".head .badge")).to_have_text("Done")
    assert anna.reach() == []


@once
def test_the_focus_stays_when_a_tab_or_a_part_of_the_history_is_exchanged(enter: Enter, leader: Client) -> None:
    record = _request(leader, "Focus")
    lena = enter("lena")
    page = _open(lena, record)

    for link, there in (("#tab-communications", "Communications"), ("#history-notes", "Notes")):
        page.locator(link).focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"{link}[aria-current]")).to_be_focused()
        expect(page.locator(link)).to_contain_text(there)

    assert page.url.endswith(str(record["number"]))


@once
def test_back_comes_to_where_one_was(enter: Enter, leader: Client) -> None:
    """Nothing of the page is kept in the browser's storage for it."""
    record = _request(leader, "Back")
    lena = enter("lena")
    page = _open(lena, record)
    page.set_viewport_size({"width": 1000, "height": 400})
    page.evaluate("window.scrollTo(0, 600)")
    page.wait_for_timeout(200)

    page.locator("a[href*='/r/contact/']").first.evaluate("link => link.click()")
    expect(page).to_have_url(re.compile("/r/contact/"))
    page.go_back()

    expect(page).to_have_url(re.compile(f"{record['number']}$"))
    page.wait_for_function("window.scrollY > 500")
    assert page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(name => name !== 'htmx-current-path-for-history')") == []


def _to(page: Page, label: str) -> None:
    """Reach a field by the tabulator."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => (document.activeElement?.labels?.[0]?.textContent ?? '').trim().startsWith(wanted)", label):
            return
    raise AssertionError(f"the tabulator never came to {label}")


def _step(page: Page, label: str) -> None:
    """Press the digit of a step, fill in what its window asks for, and send it."""
    page.wait_for_load_state()
    button = page.locator("[data-key]", has_text=re.compile(rf"^\s*{label}")).first
    asks = (button.text_content() or "").strip().endswith("...")
    page.keyboard.press(button.get_attribute("data-key") or "")
    if asks:
        page.locator("dialog#modal[open] form").wait_for()
        for _ in range(15):
            if page.evaluate("document.activeElement?.matches('dialog select') && !document.activeElement.value"):
                page.keyboard.press("ArrowDown")
                page.wait_for_load_state("networkidle")
            if page.evaluate("document.activeElement?.type === 'checkbox' && !document.activeElement.checked"):
                page.keyboard.press("Space")
            page.keyboard.press("Tab")
            if not page.evaluate("document.activeElement?.matches('dialog input, dialog select, dialog textarea')"):
                break
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Control+Enter")
    expect(page.locator("body")).to_contain_text(f"Done: {label}.", timeout=15_000)


def _own_keys(person: Person, **wanted: str) -> Page:
    """Choose other characters on the page of shortcuts; a name is what the usual one presses."""
    page = person.open("/shortcuts/keys")
    for label, key in wanted.items():
        page.locator("main").get_by_label(label.replace("_", " "), exact=True).fill(key)
    person.press("Save")
    return page


@once
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_person_presses_by_characters_of_his_own_and_the_usual_ones_rest(enter: Enter, leader: Client, layout: str) -> None:
    """WCAG 2.1.4: each shortcut can be given another character or none, on every layout; the sheet and the hints say which."""
    paul, record = enter("paul"), _request(leader, f"Own {layout}")
    other = {"US": Key("z", "KeyZ"), "DE": Key("ö", "Semicolon"), "PL": Key("ł", "KeyL"), "FR": Key("é", "Digit2")}[layout]

    page = _own_keys(paul, New_note=other.typed, Search_everything="", Show_the_keys_of_this_page="y")
    expect(page.get_by_text("Your shortcuts are saved.")).to_be_visible()
    page = _open(paul, record)
    strike(page, LAYOUTS[layout]["m"])
    strike(page, LAYOUTS[layout]["/"])
    expect(page.locator("#note")).not_to_be_focused()
    expect(page.locator("[data-key='/']")).not_to_be_focused()
    expect(page.locator("#note")).to_have_attribute("aria-keyshortcuts", other.typed)
    expect(page.locator("#note")).to_have_attribute("title", f"New note ({other.typed})")
    strike(page, LAYOUTS[layout]["?"])
    expect(page.locator("dialog[open]")).to_have_count(0)
    strike(page, Key("y", "KeyY"))
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet.locator(".key-list > div", has_text="New note").locator("kbd")).to_have_text(other.typed)
    expect(sheet.get_by_text("Search everything")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("#content").focus()
    strike(page, other)

    expect(page.locator("#note")).to_be_focused()
    expect(page.locator("#note")).to_have_value("")
    page = paul.open("/shortcuts/keys")
    paul.press("Back to the usual shortcuts")
    expect(page.get_by_text("The usual shortcuts apply again.")).to_be_visible()
    page = _open(paul, record)
    strike(page, LAYOUTS[layout]["m"])
    expect(page.locator("#note")).to_be_focused()


@once
def test_one_character_for_two_things_is_refused_with_a_sentence_and_nothing_is_stored(enter: Enter) -> None:
    paul = enter("paul")

    page = _own_keys(paul, Assign="e", New_note="ab")

    expect(page.get_by_role("alert")).to_contain_text("“e” can press only one thing: “Assign” has it, and so has “Edit”.")
    expect(page.get_by_role("alert")).to_contain_text("“New note” takes a single character.")
    expect(page.get_by_label("Assign", exact=True)).to_have_value("e")
    assert paul.reach() == []
    page = paul.open("/shortcuts/keys")
    expect(page.get_by_label("Assign", exact=True)).to_have_value("a")
    page.get_by_label("Assign", exact=True).press("Control+Enter")
    expect(page.get_by_text("Your shortcuts are saved.")).to_be_visible()


@once
def test_shortcuts_are_chosen_without_a_script(enter: Enter) -> None:
    tom = enter("tom", scripts=False)

    page = _own_keys(tom, Edit="x")

    expect(page.get_by_text("Your shortcuts are saved.")).to_be_visible()
    expect(page.get_by_label("Edit", exact=True)).to_have_value("x")
    tom.press("Back to the usual shortcuts")
    expect(page.get_by_label("Edit", exact=True)).to_have_value("e")


@once
def test_a_list_is_walked_by_characters_that_its_sheet_shows(enter: Enter, leader: Client) -> None:
    """QUALITY 2.4, lists: new, filter, side by side, and editing the row with the focus; each can be changed like the others."""
    number = _request(leader, "Listed")["number"]
    lena = enter("lena")
    page = lena.open("/r/{service_request}?view=all")
    row = page.locator(f"tr[data-row={number}]")

    strike(page, LAYOUTS["US"]["?"])
    sheet = page.get_by_role("dialog", name="Keyboard")
    shown = {key: sheet.locator("[data-keys-page] div", has=page.locator("kbd", has_text=re.compile(f"^{key}$"))) for key in "nfeb"}
    expect(shown["n"]).to_contain_text("New service request")
    expect(shown["f"]).to_contain_text("Add filter")
    expect(shown["e"]).to_contain_text("Edit (the row with the focus)")
    expect(shown["b"]).to_contain_text("List and record side by side")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.locator("[data-narrow]")).to_be_focused()
    page.keyboard.press("Escape")
    row.locator("td.lead a").focus()
    page.keyboard.press("e")
    expect(page.get_by_role("dialog", name=re.compile("Edit"))).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#content").focus()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/new"))
    page.goto(page.url.partition("/r/")[0] + "/shortcuts/keys")

    for label in ("New record", "Add filter", "Previous page", "Next page", "List and record side by side"):
        expect(page.get_by_label(label)).to_be_visible()
