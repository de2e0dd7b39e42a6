"""Filling in forms in a real browser: what is said when, what is found, what two people do to one record (QUALITY B 2, 7, 24, 27)."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Dialog, Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

MODAL = "dialog.quick"


def _person(leader: Client, first: str, **person: object) -> Mapping[str, Any]:
    return leader.create("contact", kind="person", person={"first_name": first, "last_name": "Filler", **person})


def _request(leader: Client, first: str) -> Mapping[str, Any]:
    account = leader.create("account", owner=_person(leader, first)["number"], classification="private", credit_rating="a")
    return leader.create("service_request", subtype="information_request", account=account["number"], assigned_unit="first_line", description="Where?")


def _edit(page: Page, number: str, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(text)


@once
def test_leaving_a_field_says_what_saving_would_and_leaves_the_focus_alone(enter: Enter) -> None:
    """QUALITY B 7: beside the field, for those who see and those who hear; nothing where nobody typed."""
    page = enter("anna").open("/r/{contact}/new?kind=person")
    born, first = page.get_by_label("Born on"), page.get_by_label("First name")

    first.focus()
    page.keyboard.press("Tab")
    born.fill("31.2.2026")
    first.focus()

    fault = page.locator(".fault")
    expect(fault).to_have_count(1)
    expect(fault).to_contain_text("existing date")
    expect(born).to_have_attribute("aria-invalid", "true")
    expect(born).to_have_attribute("aria-describedby", re.compile(str(fault.get_attribute("id"))))
    expect(page.locator("[data-told]")).to_contain_text("existing date")
    expect(first).to_be_focused()

    born.fill("22.11.1990")
    first.focus()

    expect(fault).to_have_count(0)
    expect(page.locator(".read")).to_have_text("= Thu, Nov 22, 1990")
    expect(born).not_to_have_attribute("aria-invalid", "true")


@once
def test_what_the_summary_names_it_leads_to_and_nothing_is_cleared(enter: Enter) -> None:
    """QUALITY B 7."""
    anna = enter("anna", language="de-DE")
    page = anna.open("/r/{contact}/new?kind=person")
    page.get_by_label("Geboren am").fill("gestern oder so")
    page.get_by_label(re.compile("^Vorname")).fill("Erika")

    anna.press("Anlegen")

    expect(page.locator("#faults")).to_be_focused()
    expect(page.get_by_label("Geboren am")).to_have_value("gestern oder so")
    expect(page.get_by_label(re.compile("^Vorname"))).to_have_value("Erika")
    page.locator("#faults a", has_text="Geboren am").click()
    expect(page.get_by_label("Geboren am")).to_be_focused()
    assert anna.reach() == []


@once
def test_a_picker_finds_by_name_and_is_worked_by_keys(enter: Enter, leader: Client) -> None:
    person = _person(leader, "Pickwick")
    anna = enter("anna")
    page = anna.open("/r/{account}/new")
    owner = page.get_by_role("combobox", name="Owner")

    owner.press_sequentially("Pickw", delay=20)
    expect(page.locator(".combo li").first).to_contain_text("Pickwick Filler")
    owner.press("Enter")
    expect(page.locator(".combo li")).to_have_count(0)
    owner.press("ArrowDown")
    expect(page.locator(".combo li").first).to_be_visible()
    owner.press("ArrowDown")
    expect(owner).to_have_attribute("aria-activedescendant", re.compile("choices"))
    owner.press("Enter")

    expect(owner).to_have_value(re.compile(f"{person['number']} · .*Pickwick"))
    expect(page.locator(".combo li")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("Open in a new tab: Owner"))).to_have_attribute("href", re.compile(str(person["number"])))
    page.get_by_role("button", name=re.compile("Clear: Owner")).click()
    expect(owner).to_have_value("")
    expect(owner).to_be_focused()


@once
def test_a_record_is_made_on_the_way_and_the_focus_comes_back(enter: Enter) -> None:
    """GEN-12: a form on top of another, which is as it was."""
    anna = enter("anna")
    page = anna.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    owner = page.get_by_role("combobox", name="Owner")
    owner.press_sequentially("Quickly", delay=20)
    page.get_by_role("option", name="New contact").click()

    inside = page.locator(MODAL)
    expect(inside.get_by_role("heading", level=1)).to_contain_text("contact")
    inside.get_by_label("Kind").select_option("person")
    inside.get_by_role("button", name="Create").click()
    expect(inside.locator("[role=alert]")).to_be_focused()
    inside.get_by_label("First name").fill("Quentin")
    inside.get_by_label("Last name").fill("Quickly")
    inside.get_by_role("button", name="Create").click()

    expect(page.locator(MODAL)).to_have_count(0)
    expect(owner).to_have_value(re.compile("Quentin Quickly"))
    expect(owner).to_be_focused()


def test_a_record_made_on_the_way_is_asked_for_what_its_window_shows_and_nothing_else(enter: Enter) -> None:
    """GEN-12: a pack says what matters when somebody is logged on the way."""
    anna = enter("anna")
    page = anna.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    owner = page.get_by_role("combobox", name="Owner")
    owner.press_sequentially("Windowed", delay=20)
    page.get_by_role("option", name="New contact").click()
    inside = page.locator(MODAL)
    expect(inside.get_by_role("heading", level=1)).to_contain_text(re.compile("contact", re.IGNORECASE))
    shown = set(inside.locator("[data-sections] > section").evaluate_all("all => all.map(one => one.getAttribute('aria-labelledby'))"))

    inside.get_by_label("Kind").select_option(anna.renamer.word("person"))
    inside.get_by_label("First name").fill("Wilma")
    inside.get_by_label("Last name").fill("Windowed")
    inside.get_by_role("button", name="Create").click()

    assert shown == {f"q-section-{anna.renamer.word(name)}" for name in ("general", "person", "company", "phones", "emails")}
    expect(page.locator(MODAL)).to_have_count(0)
    expect(owner).to_have_value(re.compile("Wilma Windowed"))


@once
def test_escape_closes_the_choices_and_only_then_asks_about_the_window(enter: Enter, leader: Client) -> None:
    """GEN-12: a key closes what lies on top, one thing at a time."""
    _person(leader, "Escapist")
    page = enter("anna").open("/r/{service_request}/new?subtype={information_request}")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Account").press_sequentially("zz", delay=20)
    page.get_by_role("option", name="New account").click()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    owner = page.locator(MODAL).get_by_role("combobox", name="Owner")
    owner.press_sequentially("Escapist", delay=20)
    expect(page.locator(f"{MODAL} .combo li").first).to_be_visible()

    owner.press("Escape")

    expect(page.locator(f"{MODAL} .combo li")).to_have_count(0)
    expect(page.locator(MODAL)).to_be_visible()
    expect(owner).to_be_focused()
    assert asked == []
    owner.press("Escape")
    assert len(asked) == 1


@once
def test_rows_are_moved_and_taken_back_by_buttons(enter: Enter, leader: Client) -> None:
    """QUALITY B 24: nothing by drag; the order is kept."""
    person = leader.create(
        "contact",
        kind="person",
        person={"first_name": "Rows", "last_name": "Filler"},
        phones=[{"type": kind, "number": f"030 11{n}"} for n, kind in enumerate(("mobile", "home", "office"), start=1)],
    )
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{person['number']}/edit")
    page.wait_for_load_state("networkidle")
    rows = anna.lines("phones").locator(".line")
    typed = rows.get_by_label("Number")

    rows.nth(2).get_by_role("button", name=re.compile("Move up")).click()
    assert [typed.nth(n).input_value() for n in range(3)] == ["030 111", "030 113", "030 112"]
    rows.nth(0).get_by_role("button", name=re.compile("Remove")).click()
    expect(rows).to_have_count(2)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)
    anna.press("Save")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Rows")
    assert [line["number"] for line in leader.read("contact", str(person["number"]))["phones"]] == ["030 111", "030 113", "030 112"]


@once
def test_two_people_change_different_fields_and_both_changes_stay(enter: Enter, leader: Client) -> None:
    """QUALITY B 2."""
    person = _person(leader, "Two")
    anna, lena = enter("anna"), enter("lena")
    pages = [one.open(f"/r/{{contact}}/{person['number']}/edit") for one in (anna, lena)]
    _edit(pages[0], str(person["number"]), First_name="Anna's")
    _edit(pages[1], str(person["number"]), Last_name="Lena's")

    anna.press("Save")
    expect(pages[0].get_by_role("heading", level=1)).to_contain_text("Anna's")
    lena.press("Save")

    expect(pages[1].get_by_role("heading", level=1)).to_contain_text("Anna's Lena's")
    found = leader.read("contact", str(person["number"]))["person"]
    assert (found["first_name"], found["last_name"]) == ("Anna's", "Lena's")


@once
def test_two_people_change_the_same_field_and_the_second_chooses(enter: Enter, leader: Client) -> None:
    """QUALITY B 2: who, what and when; a field for each, the rest merged; a refusal afterwards loses nothing."""
    person = _person(leader, "Same")
    anna, lena = enter("anna"), enter("lena")
    pages = [one.open(f"/r/{{contact}}/{person['number']}/edit") for one in (anna, lena)]
    _edit(pages[0], str(person["number"]), First_name="Anna's", Middle_name="One")
    _edit(pages[1], str(person["number"]), First_name="Lena's", Middle_name="Two", Last_name="Kept")

    anna.press("Save")
    expect(pages[0].get_by_role("heading", level=1)).to_contain_text("Anna's")
    lena.press("Save")

    main = pages[1].locator("main")
    expect(main).to_contain_text(re.compile("First name was set to “Anna's” .*(second|now).* by Anna"))
    expect(main).to_contain_text("Your other changes are kept: Last name.")
    assert lena.reach() == []
    pages[1].get_by_role("group", name="First name").get_by_label(re.compile("Use mine")).check()
    pages[1].get_by_role("group", name="Middle name").get_by_label(re.compile("Keep theirs")).check()
    lena.press("Save the choice")

    expect(pages[1].get_by_role("heading", level=1)).to_contain_text("Lena's Kept")
    found = leader.read("contact", str(person["number"]))["person"]
    assert (found["first_name"], found["last_name"], found["middle_name"]) == ("Lena's", "Kept", "One")


@once
def test_leaving_what_was_typed_is_asked_about(enter: Enter) -> None:
    """QUALITY B 27: only where something was typed, also of a window on top."""
    page = enter("anna").open("/r/{contact}/new?kind=person")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Cancel").click()
    assert asked == []

    page.goto(page.url)
    page.get_by_role("link", name=re.compile("New|Create")).first.click()
    page.get_by_label("Kind").select_option("person")
    page.get_by_label("First name").fill("Leaver")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_load_state()

    assert asked == ["beforeunload"]


@once
def test_a_window_with_something_typed_in_it_asks_before_it_closes(enter: Enter, leader: Client) -> None:
    """QUALITY B 27: Escape and the button ask alike; staying keeps the text."""
    request = _request(leader, "Escape")
    page = enter("anna").open(f"/r/{{service_request}}/{request['number']}")
    page.wait_for_load_state("networkidle")
    answers = [False, True]
    page.on("dialog", lambda dialog: dialog.accept() if answers.pop(0) else dialog.dismiss())
    page.locator("main").get_by_role("link", name="Cancel ...").click()
    window = page.locator("dialog#modal")
    expect(window).to_be_visible()
    reason = window.get_by_role("combobox").first
    reason.select_option(index=1)
    chosen = reason.input_value()

    page.keyboard.press("Escape")
    expect(window).to_be_visible()
    expect(reason).to_have_value(chosen)
    window.get_by_role("link", name="Cancel").click()

    expect(window).to_be_hidden()
    assert answers == []


#: Makes of a picker of one what the server draws for several, and of a select what it draws for many choices.
SEVERAL = (
    "combo => { combo.dataset.several = ''; combo.dataset.remove = 'Remove: {name}'; combo.querySelectorAll('.combo-tool').forEach(one => one.remove()); }"
)
TREE = (
    "select => { const combo = document.createElement('div'); combo.className = 'combo'; combo.dataset.tree = ''; select.before(combo); combo.append(select); }"
)
READY = "document.dispatchEvent(new CustomEvent('htmx:load', { detail: { elt: document.body } }))"


@once
def test_several_references_are_chips_that_are_added_and_taken_away(enter: Enter) -> None:
    page = enter("anna").open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.locator(".combo").first.evaluate(SEVERAL)
    page.evaluate(READY)
    owner, sent = page.get_by_role("combobox", name="Owner"), page.locator("input[data-sent]")

    owner.fill("CO1 · One, CO2")
    expect(sent).to_have_value("CO1 · One, CO2")
    owner.press("Tab")
    expect(page.locator(".chips li")).to_have_count(2)
    page.get_by_role("button", name="Remove: CO1 · One").click()
    expect(sent).to_have_value("CO2")
    expect(owner).to_be_focused()
    owner.press("Backspace")

    expect(sent).to_have_value("")
    expect(page.locator(".chips li")).to_have_count(0)


@once
def test_a_tree_is_searched_and_shows_what_it_found_under_its_parents(enter: Enter) -> None:
    page = enter("anna").open("/r/{service_request}/new?subtype={information_request}")
    page.wait_for_load_state("networkidle")
    select = page.get_by_label("Category").first
    options = select.locator("option[data-depth]")
    child, value = str(options.first.text_content()).strip(), str(options.first.get_attribute("value"))
    name = str(select.get_attribute("name"))
    select.evaluate(TREE)
    page.evaluate(READY)
    search = page.locator("[data-tree] input")

    search.fill(child.lower())
    rows = page.locator("[data-tree] li")
    expect(rows.last).to_have_text(child)
    assert rows.count() > 1
    search.press("ArrowUp")
    search.press("Enter")
    expect(search).to_have_value(re.compile(f"\u203a {child}$"))
    assert page.locator(f"select[name='{name}']").evaluate("one => one.value") == value
    search.fill("no such thing")
    expect(rows).to_have_count(1)
    search.press("Tab")

    expect(search).to_have_value(re.compile(f"\u203a {child}$"))
