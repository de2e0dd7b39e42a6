"""What is typed while an answer is on its way stays, with the focus and the caret, in every part that an answer exchanges (QUALITY 24, 2.5)."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, Request, Route, expect
from tests.acceptance.browser.conftest import Enter, Person, once, sampled
from tests.acceptance.browser.routes import intercept
from tests.acceptance.running import Client

pytestmark = once


class _Slow:
    """The answer to one kind of request, held back until it is let through."""

    def __init__(self, page: Page, sent: str) -> None:
        self._page, self._held, self._sent, self._open = page, list[Route](), sent, False
        intercept(page, "**/r/**", self._stop)

    def _stop(self, route: Route) -> None:
        if not self._open and self._wanted(route.request):
            self._held.append(route)
        else:
            route.continue_()

    def _wanted(self, request: Request) -> bool:
        return request.method == "POST" and self._sent in (request.post_data or "")

    def asked(self) -> None:
        """Wait until it was asked for."""
        for _ in range(500):
            if self._held:
                return
            self._page.wait_for_timeout(20)
        raise AssertionError(f"nobody asked with {self._sent}")

    def answer(self) -> None:
        """Let it through, and whatever is asked from now on."""
        self._open = True
        for route in self._held[:-1]:  # given up by now for the one after it
            route.continue_()
        with self._page.expect_response(lambda answer: answer.request.method == "POST"):
            self._held[-1].continue_()
        expect(self._page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


@pytest.fixture(scope="module")
def account(leader: Client) -> str:
    """An account to choose."""
    contact = leader.create("contact", kind="person", person={"first_name": "Mean", "last_name": "While"})
    return str(leader.create("account", owner=contact["number"], classification="private", credit_rating="a")["number"])


def _form(person: Person) -> Page:
    """Open a form that a choice draws anew; mark how it was drawn first."""
    page = person.open("/r/{communication}/new")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('[data-sections]').dataset.first = ''")
    return page


def _drawn_anew(page: Page) -> None:
    expect(page.locator("[data-first]")).to_have_count(0)
    expect(page.locator("[data-sections]")).to_have_count(1)


def test_a_form_that_a_choice_draws_anew_keeps_what_is_typed_and_chosen_meanwhile(enter: Enter) -> None:
    """The focus and the caret in the middle of a word; a choice and several references beside it."""
    page = _form(enter("anna"))
    slow = _Slow(page, "_line=refresh")

    page.get_by_label("Direction").select_option("incoming")
    slow.asked()
    page.get_by_label("Category").select_option(label="Inquiry")
    page.get_by_role("combobox", name="Referring to").press_sequentially("SR1,")
    page.get_by_label("Content").focus()
    page.keyboard.type("Hello world")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    slow.answer()
    _drawn_anew(page)
    page.keyboard.type("big ")

    expect(page.get_by_label("Content")).to_be_focused()
    expect(page.get_by_label("Content")).to_have_value("Hello big world")
    expect(page.get_by_label("Category").locator("option:checked")).to_have_text("Inquiry")
    expect(page.locator(".chips li")).to_contain_text("SR1")
    expect(page.get_by_label("Direction")).to_have_value("incoming")


@pytest.mark.parametrize("place", sampled(("Content", "Referring to", "Direction"), ("Referring to",)))
def test_the_place_of_the_focus_is_found_in_the_form_that_was_drawn_anew(enter: Enter, place: str) -> None:
    """Also where a script makes the control of what the server draws."""
    page = _form(enter("anna"))
    slow = _Slow(page, "_line=refresh")

    page.get_by_label("Direction").select_option("incoming")
    slow.asked()
    page.get_by_label(place).focus()
    slow.answer()
    _drawn_anew(page)

    expect(page.get_by_label(place)).to_be_focused()


def test_the_answers_to_two_choices_are_never_mixed_up(enter: Enter) -> None:
    """The newer one counts, whichever answer comes first; the form comes to rest."""
    page = _form(enter("anna"))
    slow = _Slow(page, "_line=refresh")

    page.get_by_label("Direction").select_option("incoming")
    slow.asked()
    page.get_by_label("Direction").select_option("outgoing")
    slow.answer()
    _drawn_anew(page)

    expect(page.get_by_label("Direction")).to_have_value("outgoing")
    expect(page.locator("[data-name=to] .must")).to_be_visible()


def _bad_contact(page: Page) -> None:
    page.get_by_label("Born on").fill("gestern oder so")
    page.get_by_label("Last name").fill("Sent")


def _page_form(person: Person, _request: str) -> None:
    page = person.open("/r/{contact}/new?kind={person}")
    _bad_contact(page)
    page.locator("main").get_by_role("button", name="Create").focus()


def _window(person: Person, request: str) -> None:
    page = person.open(f"/r/{{service_request}}/{request}")
    page.wait_for_load_state("networkidle")
    page.locator("main").get_by_role("link", name=re.compile("^Respond")).click()
    page.locator("dialog [name='response.date']").fill("gestern oder so")
    page.get_by_role("dialog").get_by_role("button", name="Respond").focus()


def _quick(person: Person, _request: str) -> None:
    page = person.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Owner").press_sequentially("Nobody of it", delay=5)
    page.get_by_role("option", name="New contact").click()
    page.locator("dialog.quick").get_by_label("Kind").select_option("person")
    page.locator("dialog.quick").get_by_label("Last name").fill("Sent")
    page.locator("dialog.quick").get_by_role("button", name="Create").focus()


#: What is sent in vain: how it is filled in, something of what is sent, and the label of another field.
_SENT: Mapping[str, tuple[Callable[[Person, str], None], str, str]] = {
    "a page": (_page_form, "_key=", "First name"),
    "a window": (_window, "_key=", "Description"),
    "a record on the way": (_quick, "_quick=1", "Middle name"),
}


@pytest.mark.parametrize("kind", sampled(_SENT, ("a page", "a window")))
def test_a_refused_form_keeps_what_is_typed_after_it_was_sent(enter: Enter, leader: Client, account: str, kind: str) -> None:
    fill, sent, label = _SENT[kind]
    given = {"subtype": "information_request", "account": account, "assigned_user": "anna", "description": "Meanwhile"}
    request = str(leader.create("service_request", **given)["number"])
    anna = enter("anna")
    fill(anna, request)
    page = anna.page
    slow = _Slow(page, sent)

    page.keyboard.press("Enter")
    slow.asked()
    field = page.locator("dialog[open], main").last.get_by_label(label)
    field.focus()
    page.keyboard.type("Typed too late")
    slow.answer()

    expect(page.locator("dialog[open], main").last.get_by_role("alert").first).to_be_focused()
    expect(field).to_have_value("Typed too late")


def test_a_filter_keeps_the_value_that_is_typed_while_its_kind_changes(enter: Enter) -> None:
    page = enter("anna").open("/r/{service_request}?view={all}")
    page.locator("#add-filter").click()
    page.locator("button[name=_add][value=description]").click()
    expect(page.locator("#chip-value-0")).to_be_focused()
    slow = _Slow(page, "_redraw=1")

    page.locator("#chip-op").select_option(index=1)
    slow.asked()
    page.locator("#chip-value-0").focus()
    page.keyboard.type("Typed mean")
    slow.answer()
    page.keyboard.type("while")

    expect(page.locator("#chip-value-0")).to_be_focused()
    expect(page.locator("#chip-value-0")).to_have_value("Typed meanwhile")


def test_a_search_goes_on_being_typed_while_its_answer_comes(enter: Enter) -> None:
    page = enter("anna").open("/r/{contact}")
    search = page.locator("#q")
    search.focus()
    page.keyboard.type("Mean")
    slow = _Slow(page, "_q=Mean")

    page.keyboard.press("Enter")
    slow.asked()
    page.keyboard.type("while")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    slow.answer()
    page.keyboard.type(" ")

    expect(search).to_be_focused()
    expect(search).to_have_value("Mean while")


def test_a_menu_that_is_opened_while_an_answer_comes_stays_open(enter: Enter) -> None:
    """With what was typed in it; one that the choice in it sent closes with its answer."""
    page = enter("anna").open("/r/{contact}")
    page.locator("#q").fill("Mean")
    slow = _Slow(page, "_q=Mean")

    page.locator("#q").press("Enter")
    slow.asked()
    page.locator("#add-filter").click()
    page.keyboard.type("kin")
    slow.answer()

    expect(page.locator("[data-menu-fields] [data-narrow]")).to_be_focused()
    expect(page.locator("[data-menu-fields] [data-narrow]")).to_have_value("kin")
    page.locator("button[name=_add][value=kind]").click()
    expect(page.locator("[data-chip-editor]")).to_be_visible()
    expect(page.locator("button[name=_add][value=kind]")).to_be_hidden()
