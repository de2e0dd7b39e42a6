"""Whoever has said something in the course of one task is not asked for it again: it stands there, or can be chosen (WCAG 3.3.7, QUALITY 24)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once, sampled
from tests.acceptance.running import Client, Desk

pytestmark = once

#: What stands in the controls of a part that somebody fills in, by name; what the page sends of itself begins with a line.
_FILLED = """part => [...part.querySelectorAll("input:not([type=hidden]):not([type=file]), select, textarea")]
  .filter(one => one.name && !one.name.startsWith("_")).map(one => [one.name, ["checkbox", "radio"].includes(one.type) ? one.checked : one.value])"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who asked something."""

    account: str
    request: str


@pytest.fixture
def caller(leader: Client) -> Caller:
    """A new caller with a request of anna's."""
    contact = leader.create("contact", kind="person", person={"first_name": "Once", "last_name": "Asked"})
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_user": "anna", "description": "Once asks"}
    return Caller(account=str(account["number"]), request=str(leader.create("service_request", **given)["number"]))


def _inside(page: Page) -> Locator:
    """Return the window on top, else the page."""
    return page.locator("dialog[open], main").last


def _contact(person: Person, _caller: Caller) -> None:
    page = person.open("/r/{contact}/new?kind={person}")
    page.wait_for_load_state("networkidle")
    page.get_by_label("First name").fill("Onno")
    page.get_by_label("VIP").check()
    page.get_by_label("Preferred language").select_option(index=1)
    page.get_by_label("Born on").fill("some day")
    page.get_by_role("button", name=re.compile("^Add: Phone")).click()
    page.locator("[data-lines] .line [name$=number]").first.fill("030 1234")


def _account(person: Person, caller: Caller) -> None:
    page = person.open("/r/{service_request}/new?subtype={information_request}")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Account", exact=False).first.fill(caller.account)
    page.get_by_label("Description").first.fill("Said once")
    page.locator("[name=caller_email]").fill("no address")


def _step(person: Person, caller: Caller) -> None:
    page = person.open(f"/r/{{service_request}}/{caller.request}")
    page.wait_for_load_state("networkidle")
    page.locator("main").get_by_role("link", name=re.compile("^Respond")).click()
    page.locator("dialog [name='response.description']").fill("Said once")
    page.locator("dialog [name='response.category']").select_option(index=1)
    page.locator("dialog [name='response.date']").fill("some day")


def _on_the_way(person: Person, _caller: Caller) -> None:
    page = person.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Owner").press_sequentially("Nobody of it", delay=5)
    page.get_by_role("option", name="New contact").click()
    window = page.locator("dialog.quick")
    window.get_by_label("Kind").select_option("person")
    window.get_by_label("First name").fill("Onno")
    window.get_by_label("Title").select_option(index=1)


_REFUSED: Mapping[str, tuple[Callable[[Person, Caller], None], str]] = {
    "a new record with rows": (_contact, "Create"),
    "a new record with references": (_account, "Create"),
    "a step in a window": (_step, "Respond"),
    "a record on the way": (_on_the_way, "Create"),
}


@pytest.mark.parametrize("kind", sampled(_REFUSED, ("a new record with rows", "a step in a window")))
def test_what_was_refused_comes_back_as_it_was_filled_in(enter: Enter, caller: Caller, kind: str) -> None:
    fill, button = _REFUSED[kind]
    anna = enter("anna")
    fill(anna, caller)
    before = dict(_inside(anna.page).evaluate(_FILLED))

    _inside(anna.page).get_by_role("button", name=button, exact=True).click()
    expect(_inside(anna.page).get_by_role("alert").first).to_be_focused()

    after = dict(_inside(anna.page).evaluate(_FILLED))
    assert [value for value in before.values() if value not in ("", False)], before
    assert {name: after.get(name) for name in before} == before


def test_what_was_looked_for_can_be_chosen_in_the_form_of_what_was_not_found(enter: Enter) -> None:
    page = enter("anna").open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Owner").press_sequentially("Quentin Unfound", delay=5)
    page.get_by_role("option", name="New contact").click()
    window = page.locator("dialog.quick")
    window.get_by_label("Kind").select_option("person")

    offered = window.get_by_label("Last name").evaluate("one => [...(one.list?.options ?? [])].map(each => each.value)")
    again = window.get_by_label("Born on").count() and window.get_by_label("Born on").evaluate("one => one.list")

    assert offered == ["Quentin Unfound", "Quentin", "Unfound"]
    assert not again


def test_a_change_of_many_is_carried_out_as_it_was_previewed_and_changed_without_beginning_anew(enter: Enter, leader: Client) -> None:
    number = str(leader.create("contact", kind="company", company={"name": "Once Ltd"})["number"])
    lena = enter("lena")
    page = lena.search("/r/{contact}", number)
    page.get_by_label(f"Select {number}").check()
    lena.press("Edit selected 1")
    page.get_by_label("Field", exact=True).select_option("vip")
    lena.press("Add field")
    page.get_by_role("checkbox", name="VIP").check()
    lena.press("Preview")
    expect(page.get_by_role("heading", name="1 of 1 will change")).to_be_visible(timeout=30_000)

    assert page.locator("main").evaluate(_FILLED) == []
    page.locator("#job-tools").get_by_role("link", name=re.compile("Change")).click()
    expect(page.get_by_role("checkbox", name="VIP")).to_be_checked()
    expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    lena.press("Preview")
    expect(page.get_by_role("heading", name="1 of 1 will change")).to_be_visible(timeout=30_000)
    page.locator("#job-tools").get_by_role("button", name=re.compile("^Change")).click()
    expect(page.get_by_role("heading", name="1 of 1 was changed")).to_be_visible(timeout=30_000)

    assert leader.read("contact", number)["vip"] is True


def test_a_session_that_ended_asks_for_the_password_alone(enter: Enter, desk: Desk, caller: Caller) -> None:
    """The name is there; a password is asked again because of what it protects."""
    page = enter("anna").open(f"/r/{{service_request}}/{caller.request}")
    page.get_by_label("New note").fill("Said once")
    page.context.clear_cookies()
    page.locator("main").get_by_role("button", name="Add note").click()
    window = page.get_by_role("dialog", name="Your session has ended")

    expect(window.locator("[name=username]")).to_have_value("anna")
    window.get_by_label("Password").fill(desk.password)
    page.keyboard.press("Enter")

    expect(page.locator("section:has(#notes) .trail")).to_contain_text("Said once")


def test_a_new_record_knows_the_one_that_it_was_begun_at_whatever_is_asked_between(enter: Enter, caller: Caller) -> None:
    """From an account over the choice of a type to the form."""
    page = enter("anna").open(f"/r/{{account}}/{caller.account}")
    page.get_by_role("link", name="New service request").first.click()
    page.get_by_role("link", name="Information request", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("information request")
    account = page.locator("main").get_by_label(re.compile("^Account")).first
    assert caller.account in account.evaluate("one => one.value || one.textContent")


def test_a_filter_that_is_kept_as_a_view_is_not_set_again(enter: Enter) -> None:
    lena = enter("lena")
    page = lena.open("/r/{service_request}?view={all}")
    page.locator("#add-filter").click()
    page.locator("button[name=_add][value=created_at]").click()
    page.locator("#chip-op").select_option(label="is in the last days")
    expect(page.locator("#chip-value-0[type=number]")).to_be_visible()
    page.locator("#chip-value-0").fill("30")
    page.get_by_role("button", name="Set filter").click()
    expect(page.locator(".chip")).to_have_count(1)
    chip = page.locator(".chip").inner_text()
    page.get_by_role("link", name="Save as view").click()
    window = page.get_by_role("dialog")

    assert [name for name, _ in window.evaluate(_FILLED) if name != "shared"] == ["label"]
    window.get_by_label("Name of the view").fill("Asked once")
    window.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("view=v-"))

    assert page.locator(".chip").inner_text() == chip


def test_a_search_over_everything_that_finds_nothing_keeps_its_words(enter: Enter) -> None:
    page = enter("anna").open("/")
    search = page.get_by_role("searchbox", name="Search everything")
    search.fill("Nobodyiscalledlikethat")
    search.press("Enter")

    expect(page.locator("main")).to_contain_text("Nobodyiscalledlikethat")
    expect(search).to_have_value("Nobodyiscalledlikethat")
