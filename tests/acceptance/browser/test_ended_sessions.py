"""A session that ends while a script asks for something: the same login opens in place as for what is sent, and what was begun goes on."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once, sampled
from tests.acceptance.running import Client, Desk

TEXT = "Typed before the session ended"
Step = Callable[[Person, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that is begun by one person: what he typed before, what makes the script ask, and what shows that it went on."""

    login: str
    typed: Step
    asks: Step
    went_on: Step


def _account_form(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")


def _contact_form(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{contact}/new?{kind}={person}")
    page.get_by_label("First name").fill(TEXT)
    page.get_by_label("Born on").fill("31.2.2026")


def _left(person: Person, _record: Mapping[str, Any]) -> None:
    person.page.get_by_label("Last name").focus()


def _fault_is_told(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.locator(".fault")).to_contain_text("existing date")
    expect(person.page.get_by_label("First name")).to_have_value(TEXT)


def _owner(person: Person) -> Locator:
    return person.page.get_by_role("combobox", name="Owner")


def _search(person: Person, _record: Mapping[str, Any]) -> None:
    _owner(person).press_sequentially("Sessioned", delay=20)


def _choices_are_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(_owner(person)).to_be_focused()
    expect(_owner(person)).to_have_value("Sessioned")
    expect(person.page.locator(".combo li").first).to_contain_text("Sessioned")


def _choices_open(person: Person, record: Mapping[str, Any]) -> None:
    _account_form(person, record)
    _owner(person).press_sequentially("Nobody of this name", delay=5)
    expect(person.page.get_by_role("option", name="New contact")).to_be_visible()


def _new_on_the_way(person: Person, _record: Mapping[str, Any]) -> None:
    person.page.get_by_role("option", name="New contact").click()


def _quick(page: Page) -> Locator:
    return page.locator("dialog.quick")


def _window_is_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(_quick(person.page).get_by_role("heading", level=1)).to_contain_text(re.compile("contact", re.IGNORECASE))


def _quick_filled(person: Person, record: Mapping[str, Any]) -> None:
    _choices_open(person, record)
    _new_on_the_way(person, record)
    window = _quick(person.page)
    window.get_by_label("Kind").select_option(person.called("{company}"))
    window.get_by_label("Company name").fill("Made after the login")


def _quick_sent(person: Person, _record: Mapping[str, Any]) -> None:
    _quick(person.page).get_by_role("button", name="Create").click()


def _quick_is_chosen(person: Person, _record: Mapping[str, Any]) -> None:
    expect(_quick(person.page)).to_have_count(0)
    expect(_owner(person)).to_have_value(re.compile("Made after the login"))


def _note_typed(person: Person, record: Mapping[str, Any]) -> None:
    person.open(f"/r/{{contact}}/{record['number']}")
    person.page.get_by_label("New note").fill(TEXT)


def _note_sent(person: Person, _record: Mapping[str, Any]) -> None:
    person.press("Add note")


def _note_is_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.locator("section:has(#notes) .trail")).to_contain_text(TEXT)


def _file_chosen(person: Person, record: Mapping[str, Any]) -> None:
    person.open(f"/r/{{contact}}/{record['number']}")
    person.page.get_by_label("File").set_input_files({"name": "late.txt", "mimeType": "text/plain", "buffer": TEXT.encode()})


def _file_sent(person: Person, _record: Mapping[str, Any]) -> None:
    person.press("Attach file")


def _file_is_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.get_by_role("link", name="late.txt")).to_have_count(1)


def _bulk_filled(person: Person, record: Mapping[str, Any]) -> None:
    page = person.search("/r/{contact}", record["number"])
    page.get_by_label(f"Select {record['number']}").check()
    person.press("Edit selected 1")
    person.choose("Field", "vip")
    person.press("Add field")
    page.get_by_role("checkbox", name="VIP").check()


def _previewed(person: Person, _record: Mapping[str, Any]) -> None:
    person.press("Preview")


def _preview_is_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.get_by_role("heading", name="1 of 1 will change")).to_be_visible(timeout=30_000)


def _list_opened(person: Person, _record: Mapping[str, Any]) -> None:
    person.open("/r/{contact}")


def _searched(person: Person, record: Mapping[str, Any]) -> None:
    person.page.locator("#q").fill(str(record["number"]))
    person.page.locator("#q").press("Enter")


def _found(person: Person, record: Mapping[str, Any]) -> None:
    expect(person.page.locator("#results tbody tr")).to_have_count(1)
    expect(person.page.locator("#q")).to_have_value(str(record["number"]))


def _finder(person: Person) -> Locator:
    return person.page.get_by_role("searchbox", name="Search everything")


def _searched_everywhere(person: Person, _record: Mapping[str, Any]) -> None:
    _finder(person).fill("Sessioned")
    _finder(person).press("Enter")


def _found_everywhere(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("Sessioned")
    expect(person.page.get_by_role("link", name=re.compile("Sessioned Ltd"))).to_be_visible()


def _user_form(person: Person, _record: Mapping[str, Any]) -> None:
    form = person.open("/users/add").locator("main form")
    texts = {"first_name": "Typed", "username": "typed", "email": "typed@example.org", "password": "a long enough word", "conf_password": "a long enough word"}
    for name, text in texts.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_label("Agent").check()


def _user_sent(person: Person, _record: Mapping[str, Any]) -> None:
    person.press("Create")


def _user_is_there(person: Person, _record: Mapping[str, Any]) -> None:
    expect(person.page.locator("main")).to_contain_text("Typed was created.")


CASES: Mapping[str, Case] = {
    "the sentences of a field": Case(login="anna", typed=_contact_form, asks=_left, went_on=_fault_is_told),
    "the choices of a picker": Case(login="tom", typed=_account_form, asks=_search, went_on=_choices_are_there),
    "the window of a new record": Case(login="lena", typed=_choices_open, asks=_new_on_the_way, went_on=_window_is_there),
    "a record made on the way": Case(login="lena", typed=_quick_filled, asks=_quick_sent, went_on=_quick_is_chosen),
    "a note": Case(login="anna", typed=_note_typed, asks=_note_sent, went_on=_note_is_there),
    "a file": Case(login="anna", typed=_file_chosen, asks=_file_sent, went_on=_file_is_there),
    "the preview of a bulk change": Case(login="lena", typed=_bulk_filled, asks=_previewed, went_on=_preview_is_there),
    "a search in a list": Case(login="tom", typed=_list_opened, asks=_searched, went_on=_found),
    "the search over everything": Case(login="tom", typed=_list_opened, asks=_searched_everywhere, went_on=_found_everywhere),
    "a new user": Case(login="admin", typed=_user_form, asks=_user_sent, went_on=_user_is_there),
}


@pytest.fixture(scope="module")
def record(leader: Client) -> Mapping[str, Any]:
    """A firm to find."""
    return leader.create("contact", kind="company", company={"name": "Sessioned Ltd"})


def _log_in_again(person: Person, password: str) -> None:
    dialog = person.page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize("name", sampled(CASES, ("the sentences of a field", "a note", "a file", "a search in a list", "the search over everything")))
def test_what_a_script_asks_for_goes_on_after_the_login(desk: Desk, enter: Enter, record: Mapping[str, Any], name: str) -> None:
    case = CASES[name]
    person = enter(case.login)
    case.typed(person, record)

    person.page.context.clear_cookies()
    case.asks(person, record)
    _log_in_again(person, desk.password)

    case.went_on(person, record)


@once
def test_who_closes_the_login_is_asked_again_only_by_what_he_sends(desk: Desk, enter: Enter, record: Mapping[str, Any]) -> None:
    person = enter("tom")
    page, dialog = person.page, person.page.get_by_role("dialog", name="Your session has ended")
    _contact_form(person, record)
    page.context.clear_cookies()
    _left(person, record)
    dialog.get_by_role("button", name="Cancel").click()

    with page.expect_response("**/check"):
        page.get_by_label("Last name").fill("Still here")
        page.get_by_label("First name").focus()
    expect(dialog).to_be_hidden()
    person.press("Create")
    expect(dialog).to_be_visible()

    expect(page.get_by_label("First name")).to_have_value(TEXT)
    expect(page.get_by_label("Last name")).to_have_value("Still here")
