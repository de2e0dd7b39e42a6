"""Ten tasks of an agent who hears the pages: what is said of each place, and by itself when something came of it (QUALITY 24: 1.3.1, 2.4.2, 3.3.1, 4.1.2, 4.1.3)."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, once, sampled
from tests.acceptance.browser.ears import Ears, bundled
from tests.acceptance.running import Client

pytestmark = once
Hear = Callable[..., tuple[Page, Ears]]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of the screen reader."""
    return bundled(tmp_path_factory.mktemp("reader"))


@pytest.fixture
def hear(enter: Enter, reader: str) -> Hear:
    """Give a function that lets somebody in who hears the page that he opens."""

    def open_page(path: str, *, login: str = "anna", language: str = "en-GB") -> tuple[Page, Ears]:
        person = enter(login, language=language)
        ears = Ears(person.page, reader)
        page = person.open(path)
        page.wait_for_load_state("networkidle")
        return page, ears

    return open_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody whose name nobody else bears, and what he asked."""

    name: str
    phone: str
    request: str


_COUNT = itertools.count(101)


@pytest.fixture
def caller(leader: Client) -> Caller:
    """Somebody new, with a request that nobody has taken."""
    number = next(_COUNT)
    phone = f"030 76543{number}"
    person = {"first_name": "Otto", "last_name": f"Aloud{number}"}
    contact = leader.create("contact", kind="person", person=person, phones=[{"type": "mobile", "number": phone}])
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "assigned_unit": "first_line", "description": f"Aloud{number} asks"}
    return Caller(name=f"Otto Aloud{number}", phone=phone, request=str(leader.create("service_request", **given)["number"]))


def _search(page: Page, words: str) -> None:
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def _main(page: Page) -> Locator:
    return page.locator("main")


def test_the_way_to_a_list_is_read_by_its_landmarks_and_headings(hear: Hear) -> None:
    """Task 1: where one is, where one can go, and where one has come to."""
    page, ears = hear("/")

    ears.reads(
        page.locator("body"),
        "link, Skip to content",
        "navigation, Navigation",
        "link, Start, current page",
        "heading, Work, level 2",
        "link, Service requests",
        "banner",
        "navigation, You are here",
        "search",
        re.compile("^searchbox, Search everything, .*key shortcuts /, placeholder Number, name or phone$"),
        "main",
        re.compile("^heading, .*, level 1$"),
        "contentinfo",
    )
    assert ears.at(page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Service requests")) == "link, Service requests"
    page.keyboard.press("Enter")
    expect(page).to_have_title("Service requests · Packdesk")
    ears.reads(page.locator("body"), "link, Service requests, current page", "main", "heading, Service requests, level 1", "navigation, Views")


def test_a_view_is_read_with_its_count_and_its_table_by_its_columns(hear: Hear, caller: Caller) -> None:
    """Task 2: another view."""
    page, ears = hear("/r/{service_request}")
    everything = page.locator(".views a", has_text=re.compile("^All"))
    expect(everything.locator("[data-count]")).not_to_be_empty()

    assert re.fullmatch(r"link, All [\d,+]+", ears.at(everything))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("view=all"))
    expect(page.locator(".views [aria-current] [data-count]")).not_to_be_empty()
    _search(page, caller.request)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    ears.reads(
        _main(page),
        "heading, Service requests, level 1",
        "navigation, Views",
        re.compile(r"^link, All [\d,+]+, current page$"),
        "region, Service requests",
        "table",
        re.compile("^columnheader, Number, sorted"),
        "columnheader, Account owner",
        "columnheader, Status",
        f"link, {caller.request}",
        f"link, Edit: {caller.request}, Edit (e), key shortcuts e",
        "cell, New",
        "cell, empty",
    )


#: What is said, in English and in German, of the search of a list.
_SEARCH = {
    "en-GB": ("searchbox, Search, placeholder Number, Account owner, Caller email, …", "1 record", "Nothing matches", "Choices: 1"),
    "de-DE": ("searchbox, Suchen, placeholder Nummer, E-Mail des Anrufers, Telefon des Anrufers, …", "1 Datensatz", "Keine Treffer", "Treffer: 1"),
}


@pytest.mark.parametrize("language", sampled(_SEARCH, ("en-GB",)))
def test_a_search_and_a_filter_say_how_many_they_found(hear: Hear, caller: Caller, language: str) -> None:
    """Task 3: said by itself, each time, while the focus stays; a filter says which one it is, its way and its value."""
    place, one, none, _ = _SEARCH[language]
    page, ears = hear("/r/{service_request}?view={all}", language=language)

    assert ears.at(page.locator("#q")) == place
    _search(page, caller.request)
    ears.announced(f"polite: {one}")
    _search(page, f"{caller.request} ")
    ears.announced(f"polite: {one}")
    _search(page, "Nobody is called so")
    ears.announced(f"polite: {none}")
    _search(page, "")
    ears.announced(re.compile(r"^polite: [\d,.+]+"))

    if language != "en-GB":
        return
    page.locator("#add-filter").press("Enter")
    page.keyboard.type("descr")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    ears.announced(re.compile("^searchbox, Find in this list"), re.compile("^button, Description"), "textbox, Value")
    ears.reads(page.locator("[data-chip-editor]"), "group, Description", re.compile("^combobox, How, "), "textbox, Value", re.compile("^button, Set filter"))
    page.keyboard.type(f"{caller.name.removeprefix('Otto ')} asks")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ears.announced("polite: 1 record")
    ears.reads(page.locator("#chips"), "list, Filters", re.compile("^button, .*Description.*asks"), re.compile("^button, .*Description.*asks"))


def test_a_record_is_read_from_its_title_to_what_cannot_be_done_and_why(hear: Hear, caller: Caller) -> None:
    """Task 4: its status, its way, its next steps, and the reason of one that is blocked."""
    page, ears = hear(f"/r/{{service_request}}/{caller.request}")

    expect(page).to_have_title(f"{caller.request} · Packdesk")
    ears.reads(
        _main(page),
        "Service request",
        f"heading, {caller.request} {caller.name}, level 1",
        "New",
        "list, Path of statuses",
        "listitem, level 1, current step, position 1, set size 5",
        "region, Next steps",
        "heading, Next steps, level 2",
        "heading, Not possible now, level 3",
        re.compile("^button, Respond, Somebody must take the record over first., disabled"),
        "region, Customer",
        "term",
        "Account owner",
        "definition",
        re.compile(f"^link, {caller.name}"),
        "region, History",
        "list, Show only",
        "link, Everything, current item",
        "region, Notes",
    )
    assert ears.at(page.locator("[aria-disabled=true]", has_text="Respond")).startswith("button, Respond, Somebody must take the record over first., disabled")
    page.locator("#history-notes").press("Enter")
    ears.announced("polite: Notes")


def test_a_step_is_told_by_the_title_and_a_window_says_what_it_wants(hear: Hear, caller: Caller) -> None:
    """Tasks 5 to 7: a step, a step that asks for something first and is refused, and a note."""
    page, ears = hear(f"/r/{{service_request}}/{caller.request}")

    assert ears.at(page.get_by_role("button", name="Take over", exact=True)).startswith("button, Take over")
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"Done: Take over. · {caller.request} · Packdesk")
    ears.reads(_main(page), "status", "Done: Take over.", re.compile("level 1$"))

    page.locator("main").get_by_role("link", name=re.compile("^Respond")).press("Enter")
    ears.announced("dialog, Respond", re.compile(r"^combobox, New status \(required\), .*required$"))
    date = page.locator("dialog [name='response.date']")
    date.fill("some day")
    assert ears.at(page.locator("dialog [name='response.description']")) == "textbox, Description"
    ears.announced(re.compile("^polite: Date must be an existing moment"))
    page.keyboard.press("Control+Enter")
    ears.announced("alert, Not done. Please check:")
    ears.reads(page.locator("dialog #faults"), "heading, Not done. Please check:, level 2", re.compile("^link, Date must be an existing moment"))
    assert re.fullmatch(r"textbox, Date \(required\), some day, Date must be an existing moment .*, invalid, required", ears.at(date))
    date.fill("today")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(f"Done: Respond. · {caller.request} · Packdesk")

    assert re.fullmatch("textbox, New note, .*key shortcuts m, required", ears.at(page.get_by_label("New note")))
    page.keyboard.type("Said aloud.")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(re.compile("^.*[Nn]ote.* · "))
    ears.reads(page.locator("section:has(#notes)"), "region, Notes", "heading, Notes, level 2", "Said aloud.")


#: What is said of an address that is none, in English and in German: its label, what is wrong, the heading of what is refused, saving.
_REFUSED = {
    "en-GB": ("Caller email", "Caller email must be an e-mail address.", "alert, Not saved. Please check:", "Saved"),
    "de-DE": ("E-Mail des Anrufers", "E-Mail des Anrufers muss eine E-Mail-Adresse sein.", "alert, Nicht gespeichert. Bitte prüfen Sie:", "Gespeichert"),
}


@pytest.mark.parametrize("language", sampled(_REFUSED, ("en-GB",)))
def test_what_is_wrong_is_said_once_it_is_typed_in_the_summary_and_at_its_field(hear: Hear, caller: Caller, language: str) -> None:
    """Task 8: an edit that is refused, put right and stored."""
    label, fault, refused, saved = _REFUSED[language]
    page, ears = hear(f"/r/{{service_request}}/{caller.request}/edit", language=language)
    address = page.locator("main [name=caller_email]")

    assert ears.at(address) == f"textbox, {label}"
    page.keyboard.type("none")
    page.keyboard.press("Tab")
    ears.announced(f"polite: {fault}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#faults")).to_be_focused()
    ears.announced(refused)
    ears.reads(page.locator("#faults"), f"link, {fault}")
    page.locator("#faults a").press("Enter")
    ears.announced(f"textbox, {label}, none, {fault}, invalid")
    address.fill("otto@example.org")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(re.compile(f"^{saved}"))


def test_who_is_found_over_everything_is_read_by_type_and_name(hear: Hear, caller: Caller) -> None:
    """Task 9: by his telephone."""
    page, ears = hear("/")

    assert ears.at(page.get_by_role("searchbox", name="Search everything")).startswith("searchbox, Search everything")
    page.keyboard.type(caller.phone)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(caller.phone)
    ears.reads(_main(page), re.compile(f"^heading, .*{caller.phone}.*, level 1$"), "region, Contacts", re.compile(f"^link, .*{caller.name}"))


@pytest.mark.parametrize("language", sampled(_SEARCH, ("en-GB",)))
def test_a_picker_says_how_much_it_offers_and_what_the_arrows_come_to(hear: Hear, caller: Caller, language: str) -> None:
    """Task 10: a new record, its reference found by name."""
    page, ears = hear("/r/{account}/new", language=language)
    owner = page.locator("[name=owner]")

    assert re.fullmatch(r"combobox, \w+ \(\w+\), .*not expanded, autocomplete in list, required", ears.at(owner))
    page.keyboard.type(caller.name)
    ears.announced(f"polite: {_SEARCH[language][3]}")
    page.keyboard.press("ArrowDown")
    assert re.fullmatch(f"option, .*{caller.name}.*, selected, position 1, set size 2", ears.chosen())
    page.keyboard.press("Enter")
    assert ears.at(page.locator("[name=classification]")).endswith("required")
    assert re.search(rf"{caller.name}, .*not expanded", ears.at(owner))
    page.locator("[name=classification]").focus()
    page.keyboard.press("ArrowDown")
    page.locator("[name=credit_rating]").press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_title(re.compile(r"^AR\d+ .*\. · AR\d+ · Packdesk$"))


def test_what_no_region_says_is_not_heard(hear: Hear) -> None:
    """Who listens must be able to miss something."""
    page, ears = hear("/r/{contact}")
    page.evaluate("document.querySelector('[data-told-page]').remove()")

    ears.patience = 10
    _search(page, "Nobody is called so")

    with pytest.raises(AssertionError, match="was not said"):
        ears.announced("polite: Nothing matches")
    with pytest.raises(AssertionError, match="is not read"):
        ears.reads(_main(page), "heading, Nothing matches, level 1")
