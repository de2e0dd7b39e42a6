"""Bad days on screen: a server that stops in mid-save, a failure, a session that ends while somebody types, another account."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.browser.routes import intercept
from tests.acceptance.running import Client, Desk, open_desk

NOTE = "Spoke to her for twenty minutes; she wants the bill explained line by line."


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Desk]:
    """An installation of this test's own, to be stopped."""
    with open_desk(tmp_path) as running:
        yield running


def _logged_in(browser: Browser, desk: Desk, login: str, language: str = "en-GB") -> Page:
    page = browser.new_context(locale=language).new_page()
    page.set_default_timeout(10_000)
    page.goto(f"http://127.0.0.1:{desk.port}/login/")
    page.fill("#username", login)
    page.fill("#password", desk.password)
    page.locator("form[name=login] button").click()
    page.wait_for_url(f"http://127.0.0.1:{desk.port}/")
    return page


def _contact_form(page: Page, desk: Desk, name: str) -> None:
    page.goto(f"http://127.0.0.1:{desk.port}/r/contact/new")
    page.get_by_label("Kind").select_option("company")
    page.get_by_label("Company name").fill(name)


def _count(desk: Desk, name: str) -> int:
    return len(desk.login("lena").api("GET", f"/records/contact?q={name}").json["records"])


def test_a_server_stopped_in_mid_save_and_started_again_stores_one_record(browser: Browser, own: Desk) -> None:
    """The text stays, a banner says what is, and what is sent again counts once, even where the first sending was stored unheard."""
    page = _logged_in(browser, own, "lena")
    _contact_form(page, own, "Lost and found Ltd")
    sent = page.evaluate("new URLSearchParams(new FormData(document.querySelector('form:has([name=_key])'))).toString()")
    assert own.process is not None
    intercept(page, "**/r/contact/new", lambda route: (route.fetch(), route.abort("connectionreset")))

    page.get_by_role("button", name="Create").click()
    expect(page.locator("[data-notices]")).to_contain_text("Packdesk can't be reached.")
    page.unroute("**/r/contact/new")
    own.stop()
    page.get_by_role("button", name="Create").click()
    expect(page.locator("[data-notices]")).to_contain_text("nothing is lost")
    expect(page.get_by_label("Company name")).to_have_value("Lost and found Ltd")
    own.start()
    again = page.get_by_role("button", name="Send again")
    expect(again).to_be_visible(timeout=20_000)
    again.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Lost and found Ltd", timeout=20_000)
    assert "_key=" in sent
    assert _count(own, "Lost") == 1


@once
def test_actions_on_rows_that_the_network_lost_are_said_and_sent_again_one_after_the_other(enter: Enter, leader: Client) -> None:
    """The first was done unheard, the second never arrived: both count once, and the answer leads back to the list as it was asked for."""
    contact = leader.create("contact", kind="company", company={"name": "Rows on a bad day Ltd"})
    numbers = [leader.create("activity", subtype="call_back", contact=contact["number"], assigned_unit="first_line")["number"] for _ in range(2)]
    anna = enter("anna")
    page = anna.open("/r/{activity}?view=unassigned&order=-number")
    searched = page.url
    heard = [page.get_by_role("button", name=re.compile(f"Take over.*{number}")) for number in numbers]
    intercept(page, f"**/{numbers[0]}/actions/claim", lambda route: (route.fetch(), route.abort("connectionreset")))
    intercept(page, f"**/{numbers[1]}/actions/claim", lambda route: route.abort("connectionreset"))

    for button in heard:
        button.click()
        expect(page.locator("[data-notices]")).to_contain_text("Packdesk can't be reached.")
        expect(button).not_to_have_attribute("aria-busy", "true")
    page.unroute_all()
    page.get_by_role("button", name="Send again").click(timeout=20_000)

    expect(page.locator("main")).to_contain_text(f"{numbers[1]}: Done: Take over.")
    assert page.url == searched
    assert {leader.api("GET", f"/records/activity/{number}").json["assigned_user"] for number in numbers} == {"anna"}
    happened = [leader.api("GET", f"/records/activity/{number}/history").json["entries"] for number in numbers]
    assert [sum(one.get("action") == "claim" for one in entries) for entries in happened] == [1, 1]


@once
def test_a_failure_of_the_server_names_its_number_and_keeps_the_form(desk: Desk, enter: Enter) -> None:
    lena = enter("lena")
    page = lena.open("/r/{contact}/new")
    page.get_by_label("Kind").select_option("company")
    page.get_by_label("Company name").fill("Kept Ltd")
    body = (
        '<main id="content"><div class="card" data-code="internal_error"><p>Something failed here.</p><p>Quote 4711abcd when you ask for help.</p></div></main>'
    )
    intercept(page, "**/r/contact/new", lambda route: route.fulfill(status=500, content_type="text/html", body=body))

    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("alert")).to_contain_text("Something failed here. Quote 4711abcd when you ask for help.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Company name")).to_have_value("Kept Ltd")


def _ended(page: Page) -> None:
    """End the session as time does: the browser still shows the page."""
    page.context.clear_cookies()


def _log_in_there(page: Page, login: str, password: str) -> None:
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_label("User name").fill(login)
    dialog.get_by_label("Password").fill(password)
    dialog.get_by_role("button", name="Log in").click()


@once
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_session_that_ends_while_somebody_types_is_taken_up_in_place_and_the_text_is_sent(
    desk: Desk, browser: Browser, leader: Client, language: str
) -> None:
    record = leader.create("contact", kind="company", company={"name": f"Session {language} Ltd"})
    page = _logged_in(browser, desk, "tom", language)
    page.goto(f"http://127.0.0.1:{desk.port}/r/contact/{record['number']}")
    page.locator("#note").fill(NOTE)
    _ended(page)
    page.locator("form:has(#note) button[type=submit]").click()

    dialog = page.locator("dialog[data-session]")
    expect(dialog.get_by_role("heading")).to_have_text("Your session has ended" if language == "en" else "Ihre Sitzung ist abgelaufen")
    dialog.locator("[name=password]").fill("wrong one")
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_text("User name or password is wrong." if language == "en" else "Benutzername oder Kennwort ist falsch.")).to_be_visible()
    expect(page.locator("#note")).to_have_value(NOTE)
    dialog.locator("[name=password]").fill(desk.password)
    dialog.locator("button[type=submit]").click()

    expect(dialog).to_be_hidden(timeout=20_000)
    expect(page.locator("section:has(#notes) .trail")).to_contain_text(NOTE, timeout=20_000)
    notes = leader.api("GET", f"/records/contact/{record['number']}/notes").json["notes"]
    assert [(one["by"], one["text"]) for one in notes] == [("tom", NOTE)]
    page.context.close()


@once
def test_another_account_is_told_so_and_nothing_is_sent_in_its_name(desk: Desk, browser: Browser, leader: Client) -> None:
    record = leader.create("contact", kind="company", company={"name": "Other account Ltd"})
    page = _logged_in(browser, desk, "anna")
    page.goto(f"http://127.0.0.1:{desk.port}/r/contact/{record['number']}")
    page.get_by_label("New note").fill(NOTE)
    _ended(page)
    page.get_by_role("button", name="Add note").click()

    _log_in_there(page, "lena", desk.password)
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog.get_by_text("This is another account. What was typed here belongs to Anna Berg")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Add note").click()
    expect(dialog).to_be_visible()

    assert leader.api("GET", f"/records/contact/{record['number']}/notes").json["notes"] == []
    expect(page.get_by_label("New note")).to_have_value(NOTE)
    page.context.close()


@once
def test_a_window_on_top_keeps_what_was_typed_when_the_session_ended(desk: Desk, browser: Browser, leader: Client) -> None:
    """What htmx sends is taken up the same way."""
    contact = leader.create("contact", kind="company", company={"name": "Modal Ltd"})
    record = leader.create("activity", subtype="call_back", contact=contact["number"], assigned_unit="first_line")
    page = _logged_in(browser, desk, "lena")
    page.goto(f"http://127.0.0.1:{desk.port}/r/activity/{record['number']}")
    page.get_by_role("link", name="Assign").click()
    page.get_by_role("dialog", name="Assign").get_by_label("Assigned unit").select_option("technical")
    _ended(page)
    page.get_by_role("dialog", name="Assign").get_by_role("button", name="Assign").click()

    _log_in_there(page, "lena", desk.password)

    expect(page.locator("main")).to_contain_text("The assignment was changed.")
    page.context.close()


@once
def test_without_a_script_the_login_leads_back_to_the_page(desk: Desk, browser: Browser, leader: Client) -> None:
    record = leader.create("contact", kind="company", company={"name": "Scriptless Ltd"})
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()

    page.goto(f"http://127.0.0.1:{desk.port}/r/contact/{record['number']}")
    page.fill("#username", "lena")
    page.fill("#password", desk.password)
    page.locator("form[name=login] button").click()

    expect(page).to_have_url(re.compile(f"/r/contact/{record['number']}$"))
    context.close()
