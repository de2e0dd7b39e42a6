"""Lists in a real browser: chips, columns, views, the board and the split view, with and without a mouse, a script and room."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.running import Client, Desk

pytestmark = once


def _requests(leader: Client, name: str, count: int) -> list[Mapping[str, Any]]:
    """Make requests of one caller, who is found by his name."""
    contact = leader.create("contact", kind="person", person={"first_name": name, "last_name": "Listed"})
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_unit": "first_line", "description": f"{name} asks"}
    return [leader.create("service_request", **given) for _ in range(count)]


def _settled(person: Person) -> None:
    expect(person.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def _focused(person: Person) -> str:
    return str(person.page.evaluate("document.activeElement.id"))


def _add_text_chip(person: Person, path: str, value: str) -> None:
    person.page.locator("#add-filter").click()
    person.page.locator(f"button[name=_add][value='{path}']").click()
    person.page.locator("#chip-value-0").fill(value)
    person.page.get_by_role("button", name="Set filter").click()
    _settled(person)


def test_a_chip_is_set_changed_and_taken_off_with_the_keyboard_alone(enter: Enter, leader: Client) -> None:
    """GEN-9: the focus is never lost, and no address says what was looked for."""
    _requests(leader, "Keyboard", 2)
    anna = enter("anna")
    page = anna.open("/r/{service_request}?view={all}")

    page.locator("#add-filter").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("descr")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#chip-value-0")).to_be_focused()
    page.keyboard.type("KEYBOARD asks")
    page.get_by_role("button", name="Set filter").press("Enter")
    expect(page.locator("#results tbody tr")).to_have_count(2)
    _settled(anna)

    assert _focused(anna) == "add-filter"
    assert "asked=" in page.url
    assert "eyboard" not in page.url
    expect(page.locator(".chip")).to_contain_text("contains KEYBOARD asks")
    page.locator("#unchip-0").press("Enter")
    expect(page.locator(".chip")).to_have_count(0)
    _settled(anna)
    assert _focused(anna) == "add-filter"


def test_going_back_finds_the_chips_the_place_and_the_selection_again(enter: Enter, leader: Client) -> None:
    _requests(leader, "Returning", 14)
    lena = enter("lena")
    page = lena.open("/r/{service_request}?view={all}")
    page.set_viewport_size({"width": 1280, "height": 500})
    _add_text_chip(lena, "description", "Returning asks")
    expect(page.locator("#results tbody tr")).to_have_count(14)
    expect(page.locator(".views [aria-current] [data-count]")).not_to_be_empty()
    picked = page.locator("#results tbody tr").nth(11).locator("input[name=picked]")
    picked.check()
    number = picked.get_attribute("value")
    before = page.evaluate("window.scrollY")

    page.locator("#results tbody tr").nth(12).locator("a").first.click()
    page.wait_for_url(re.compile(r"/r/\w+/\w+$"))
    page.go_back()

    expect(page.locator("#results tbody tr")).to_have_count(14)
    expect(page.locator(f"input[name=picked][value={number}]")).to_be_checked()
    expect(page.locator("[data-picked]")).to_have_text("1")
    assert before > 0
    page.wait_for_function("before => Math.abs(window.scrollY - before) < 40", arg=before)


def test_the_row_that_has_the_focus_is_edited_by_its_character_in_a_window(enter: Enter, leader: Client) -> None:
    """GEN-9, GEN-12; without a row there is nothing that the character could mean."""
    [record] = _requests(leader, "Edited at once", 1)
    page = enter("anna").open("/r/{service_request}?view={unassigned}&order=-number")
    row = page.locator(f"tr[data-row='{record['number']}']")

    page.locator("#content").focus()
    page.keyboard.press("e")
    expect(page.locator("dialog[open]")).to_have_count(0)
    row.locator("td.lead a").focus()
    page.keyboard.press("e")
    form = page.get_by_role("dialog").locator("form")
    form.locator("[name=description]").fill("Edited in the window")
    form.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(row).to_be_visible()


def test_columns_are_moved_and_left_out_without_a_mouse_and_stay_so(enter: Enter, leader: Client) -> None:
    _requests(leader, "Columned", 1)
    tom = enter("tom")
    page = tom.open("/r/{contact}")
    page.get_by_role("link", name="Columns").press("Enter")
    second = page.locator(".column-choices li").nth(2)
    label = second.locator("label").inner_text()
    second.get_by_role("button", name=f"Move up: {label}").press("Enter")
    expect(page.locator(".column-choices li").nth(1).locator("label")).to_have_text(label)
    page.locator(".column-choices li").nth(2).locator("input[type=checkbox]").uncheck()
    left_out = page.locator(".column-choices li").nth(2).locator("label").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Save").press("Enter")
    page.wait_for_load_state("networkidle")

    again = enter("tom").open("/r/{contact}")

    heads = [text.strip() for text in again.locator("thead th:not(.pick, .acts)").all_inner_texts()]
    assert heads[1] == label
    assert left_out not in heads


def test_a_view_is_saved_shared_and_opened_by_somebody_else(enter: Enter, leader: Client) -> None:
    """However long its name is, its count stands beside it and no narrow page gets wider; who may see less of the records counts less of them."""
    kept = _requests(leader, "Viewed", 2)[0]
    assert leader.edit("service_request", kept, privacy_level="confidential").status == 200
    lena = enter("lena")
    page = lena.open("/r/{service_request}?view={all}")
    _add_text_chip(lena, "description", "Viewed asks")
    page.get_by_role("link", name="Save as view").click()
    page.get_by_label("Name of the view").fill("  <b>Seen</b> by all who look after what was promised ")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("view=v-"))
    private = page.url
    expect(page.locator(".views [aria-current]")).to_contain_text("<b>Seen</b> by all")

    anna = enter("anna")
    assert anna.page.goto(private).status == 404  # type: ignore[union-attr]
    page.locator("summary", has_text="More for this view").click()
    page.get_by_role("link", name="Name and sharing").click()
    page.get_by_label("Open to everybody").check()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Save").click()

    assert anna.page.goto(private).status == 200  # type: ignore[union-attr]
    expect(anna.page.locator("#results tbody tr")).to_have_count(2)
    narrow = enter("anna", width=360).open(private.removeprefix(anna.address))
    expect(narrow.locator(".views [aria-current] .count")).to_have_text("2")
    assert narrow.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    mia = enter("mia").open(private.removeprefix(anna.address))
    expect(mia.locator("#results tbody tr")).to_have_count(1)
    expect(mia.locator(".views [aria-current] .count")).to_have_text("1")
    expect(mia.locator("body")).not_to_contain_text(kept["number"])
    ends = "one => one.getBoundingClientRect().right"
    assert narrow.locator(".views [aria-current] .count").evaluate(ends) <= narrow.locator(".views [aria-current]").evaluate(ends)
    page.locator("summary", has_text="More for this view").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.locator("main")).to_contain_text("was deleted")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#results tbody tr")).to_have_count(2)


def test_chips_work_without_a_script(enter: Enter, leader: Client) -> None:
    _requests(leader, "Scriptless", 3)
    anna = enter("anna", scripts=False)
    page = anna.open("/r/{service_request}?view={all}")

    page.locator("#add-filter").click()
    page.locator("button[name=_add][value=description]").click()
    page.locator("#chip-value-0").fill("scriptless")
    page.get_by_role("button", name="Set filter").click()
    expect(page.locator("#results tbody tr")).to_have_count(3)
    page.locator("#unchip-0").click()

    expect(page.locator(".chip")).to_have_count(0)


@pytest.mark.parametrize(("width", "path"), [(1280, "/r/{service_request}?view={all}"), (1280, "/r/{contact}"), (360, "/r/{service_request}?view={all}")])
def test_nothing_of_a_list_is_cut_with_its_usual_columns(enter: Enter, desk: Desk, leader: Client, width: int, path: str) -> None:
    """Neither long names make it wider nor a status of several words."""
    (request,) = _requests(leader, "Bartholomaeus-Maximilian", 1)
    anna = desk.login("anna")
    anna.act("service_request", request, "claim")
    claimed = leader.read("service_request", str(request["number"]))
    assert anna.act("service_request", claimed, "respond", status="waiting_for_customer").status == 200
    page = enter("lena", width=width).open(path)

    cut = page.evaluate("[document.querySelector('.scroll'), document.documentElement].map(one => one.scrollWidth - one.clientWidth)")

    assert max(cut) <= 0


@pytest.mark.parametrize(("width", "highest"), [(360, 220), (768, 220), (1280, 190)])
def test_the_toolbar_stays_low_however_narrow_the_screen_and_many_the_filters(enter: Enter, leader: Client, width: int, highest: int) -> None:
    """QUALITY 26: views, search, tools and chips are a row each that scrolls sideways, and nothing hangs out of the page."""
    _requests(leader, "Toolbar", 1)
    anna = enter("anna", width=width)
    page = anna.open("/r/{service_request}?view={all}")
    for text in ("Toolbar", "Toolbar asks", "asks for nothing"):
        _add_text_chip(anna, "description", text)
    expect(page.locator(".chip")).to_have_count(3)

    top, results = (page.locator(part).bounding_box() for part in ("[data-list]", "#results"))
    page.locator("#add-filter").click()
    menu = page.locator("[data-menu-fields] > div").bounding_box()

    assert top is not None
    assert results is not None
    assert menu is not None
    assert results["y"] - top["y"] <= highest
    assert (menu["x"] >= 0, menu["x"] + menu["width"] <= width) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert anna.reach() == []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_board_scrolls_in_its_own_region(enter: Enter, leader: Client, width: int) -> None:
    _requests(leader, "Wide", 1)
    page = enter("lena", width=width).open("/r/{service_request}?view={all}&layout=board")

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_card_moves_by_its_steps_and_the_board_comes_back(enter: Enter, leader: Client) -> None:
    (request,) = _requests(leader, "Boarded", 1)
    anna = enter("anna")
    page = anna.open("/r/{service_request}?view={all}&layout=board")
    _add_text_chip(anna, "description", "Boarded asks")
    card = page.locator(f"[data-row={request['number']}]")

    card.get_by_role("link", name="Next steps").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[aria-disabled=true]").first).to_be_visible()
    dialog.get_by_role("button", name="Take over", exact=True).press("Enter")

    expect(page.locator("main")).to_contain_text("Done: Take over.")
    expect(page.locator(".board-card")).to_have_count(1)
    assert leader.read("service_request", str(request["number"]))["assigned_user"] == "anna"


def test_the_list_stays_beside_an_opened_record_and_its_neighbours_are_near(enter: Enter, leader: Client) -> None:
    _requests(leader, "Beside", 3)
    anna = enter("anna")
    page = anna.open("/r/{service_request}?view={all}")
    _add_text_chip(anna, "description", "Beside asks")
    page.get_by_role("link", name="Split").click()
    expect(page.locator(".opened-record h1")).to_contain_text("Beside Listed")
    first = page.locator(".pane-rows [aria-current]").inner_text()

    page.get_by_role("link", name="Next record").click()
    expect(page.locator(".opened-record h1")).to_contain_text("Beside Listed")
    expect(page.locator(".pane-list")).to_be_visible()
    assert page.locator(".pane-rows [aria-current]").inner_text() != first
    expect(page.locator(".split-bar")).to_contain_text("2 / 3")
    page.get_by_role("link", name="Back to the list").first.click()

    expect(page.locator(".chip")).to_contain_text("Beside asks")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/r/{service_request}?view={all}", "/r/{service_request}?view={all}&layout=board", "/r/{service_request}/columns"])
def test_everybody_reaches_the_pages_of_lists(enter: Enter, leader: Client, address: str, scheme: str) -> None:
    _requests(leader, "Reached", 1)
    lena = enter("lena", scheme=scheme)

    lena.open(address)

    assert lena.reach() == []


def test_everybody_reaches_the_editor_of_a_chip_and_the_split_view(enter: Enter, leader: Client) -> None:
    _requests(leader, "Reached", 2)
    lena = enter("lena")
    page = lena.open("/r/{service_request}?view={all}")
    page.locator("#add-filter").click()
    assert lena.reach() == []
    page.locator("button[name=_add][value=status]").click()
    expect(page.locator("[data-chip-editor]")).to_be_visible()
    _settled(lena)
    assert lena.reach() == []
    page.get_by_role("link", name="Split").click()
    expect(page.locator(".opened-record h1")).to_be_visible()

    assert [found for found in lena.reach() if "pane" in found or "split" in found] == []


def _drag(person: Person, number: str, column: str, *, drop: bool = True) -> None:
    """Drag a card with the mouse onto a column, by its title: the links are for pressing."""
    page = person.page
    card = page.locator(f"[data-row={number}] .board-title").bounding_box()
    there = page.locator(f"[data-column={column}]").bounding_box()
    assert card is not None
    assert there is not None
    page.mouse.move(card["x"] + 10, card["y"] + 8)
    page.mouse.down()
    page.mouse.move(card["x"] + 40, card["y"] + 20, steps=3)
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + 60, steps=5)
    if drop:
        page.mouse.up()


def test_a_card_is_dragged_by_the_same_actions_or_told_why_not(enter: Enter, leader: Client) -> None:
    """QUALITY 24: dragging is an addition to the menu; what it does is what the menu does."""
    (request,) = _requests(leader, "Dragged", 1)
    number = str(request["number"])
    anna = enter("anna")
    page = anna.open("/r/{service_request}?view={all}&layout=board")
    _add_text_chip(anna, "description", "Dragged asks")

    _drag(anna, number, "answered", drop=False)
    expect(page.locator(".board-ghost")).to_have_count(1)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".board-ghost")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    _drag(anna, number, "answered")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody must take the record over first.")
    assert anna.reach() == []
    dialog.get_by_role("link", name="Cancel").click()
    page.locator(f"[data-row={number}]").get_by_role("link", name="Next steps").click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="Take over", exact=True).click()
    _drag(anna, number, "answered")
    expect(dialog.get_by_label("New status")).to_have_value("answered")
    with page.expect_navigation():
        dialog.get_by_role("button", name="Respond", exact=True).click()

    expect(page.locator(f"[data-column=answered] [data-row={number}]")).to_be_visible()
    expect(page.locator(".chip")).to_contain_text("Dragged asks")
    assert leader.read("service_request", number)["status"] == "answered"
    with page.expect_navigation():
        _drag(anna, number, "waiting_for_customer")
    assert leader.read("service_request", number)["status"] == "waiting_for_customer"
    _drag(anna, number, "workaround")
    expect(dialog.locator("[role=alert], .reason").first).to_be_visible()
