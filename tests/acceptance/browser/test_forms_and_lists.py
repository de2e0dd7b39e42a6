"""Forms that follow what is chosen and what opened them, lists that act, values shown on purpose, in a real browser."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client


def _contact(leader: Client, first: str, **person: object) -> Mapping[str, Any]:
    return leader.create("contact", kind="person", person={"first_name": first, "last_name": "Follow", **person})


def _request(leader: Client, first: str) -> Mapping[str, Any]:
    account = leader.create("account", owner=_contact(leader, first)["number"], classification="private", credit_rating="a")
    return leader.create("service_request", subtype="information_request", account=account["number"], assigned_unit="first_line", description="Where is it?")


def test_fields_come_and_go_with_a_choice_without_asking_the_server(enter: Enter) -> None:
    """GEN-10: the browser evaluates the conditions that came with the form."""
    anna = enter("anna")
    page = anna.open("/r/{contact}/new")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    company, first = page.get_by_label("Company name"), page.get_by_label("First name")
    expect(company).to_be_hidden()

    anna.choose("Kind", "company")
    expect(company).to_be_visible()
    expect(first).to_be_hidden()
    expect(page.get_by_role("heading", name="Person")).to_be_hidden()
    anna.choose("Kind", "person")

    expect(first).to_be_enabled()
    expect(company).to_be_disabled()
    assert asked == []


def test_an_action_opens_the_form_that_it_names_and_saving_links_the_record(enter: Enter, leader: Client) -> None:
    request = _request(leader, "Opens")
    anna = enter("anna")
    page = anna.open(f"/r/{{service_request}}/{request['number']}")

    anna.press("Communicate")
    expect(page.get_by_role("heading", level=1)).to_have_text("New communication")
    expect(page.locator(anna.called("output#f-{contact}"))).to_contain_text("Opens Follow")
    expect(page.locator(anna.called("output#f-{referring_to}"))).to_be_visible()
    anna.choose("Direction", "incoming")
    page.wait_for_load_state("networkidle")
    anna.choose("Media", "letter")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Content").fill("Hello.")
    anna.press("Create")
    page.wait_for_url(re.compile(r"/r/\w*communication/[A-Z]+[0-9]+"))

    expect(page.get_by_role("alert")).to_have_count(0)
    number = re.search(r"/r/\w*communication/([A-Z0-9]+)", page.url)
    assert number is not None
    made = leader.read("communication", number[1])
    assert made["contact"]["id"] == request["contact"]["id"]
    linked = made["referring_to"]
    assert (linked if isinstance(linked, dict) else linked[0])["number"] == request["number"]


def test_links_with_fields_of_their_own_are_edited_as_rows(enter: Enter, leader: Client) -> None:
    one, other = _contact(leader, "One"), _contact(leader, "Other")
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{one['number']}/edit")

    anna.press("Add: Related")
    row = anna.lines("related").locator(".line")
    row.get_by_role("combobox", name="Contact").fill(str(other["number"]))
    anna.press("Save")
    expect(page.get_by_role("alert")).to_contain_text("Relation is required.")
    row.get_by_label("Relation").select_option(anna.called("{family}"))
    anna.press("Save")

    expect(page.locator("main")).to_contain_text("Other Follow")
    (link,) = leader.read("contact", str(one["number"]))["related"]
    assert (link["number"], link["relation"]) == (other["number"], "family")


def test_a_protected_value_is_shown_on_purpose_and_that_is_remembered(enter: Enter, leader: Client) -> None:
    contact = _contact(leader, "Secret", born_on="1980-02-03")
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{contact['number']}")
    expect(page.locator("main")).not_to_contain_text("1980")

    anna.press("Show")

    expect(page.locator("main")).to_contain_text("1980")
    expect(page.locator("main")).to_contain_text("looked at a protected value")


def test_a_row_of_a_list_is_acted_on_where_it_stands(enter: Enter, leader: Client) -> None:
    request = _request(leader, "Rows")
    anna = enter("anna")
    page = anna.open("/r/{service_request}?view={all}")
    page.get_by_label("Search", exact=True).fill(str(request["number"]))
    anna.press("Search")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    assert anna.reach() == []

    page.get_by_role("button", name=f"Take over: {request['number']}").click()

    expect(page.locator("main")).to_contain_text(f"{request['number']}: Done: Take over.")
    expect(page).to_have_url(re.compile(anna.called(r"/r/{service_request}\?view={all}")))
    assert leader.read("service_request", str(request["number"]))["assigned_user"] == "anna"


def test_a_file_changes_what_is_there_when_it_is_asked_to(enter: Enter, leader: Client) -> None:
    leader.create("contact", kind="person", customer_number="C-77", person={"first_name": "Old", "last_name": "Name"})
    lena = enter("lena")
    page = lena.open("/r/{contact}/import")
    content = lena.renamer.words(b"customer_number,person.first_name\nC-77,New\n")

    page.get_by_label("CSV file").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": content})
    lena.choose("Column that recognises existing records", "customer_number")
    page.get_by_label("Change records that are there already; otherwise they are skipped").check()
    lena.press("Import")

    expect(page.locator("table")).to_contain_text("changed")
    (found,) = leader.api("GET", "/records/contact?q=C-77").json["records"]
    assert found["person"]["first_name"] == "New"


@once
def test_a_role_shows_what_the_release_grants(enter: Enter) -> None:
    ada = enter("admin")
    page = ada.open("/roles/list/")

    page.get_by_role("link", name="Agent", exact=True).click()

    grants = page.get_by_role("region", name="What this role may do")
    expect(grants.get_by_role("row", name="Leads")).to_contain_text("view, create, edit, act")
    assert ada.reach() == []
