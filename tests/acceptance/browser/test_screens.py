"""The main job on screen, in a real browser: log in, create, correct an error, move on, be refused with a reason, meet a conflict."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import BASE, COMPLAINTS, Client, Desk


def _customer(leader: Client, name: str) -> Mapping[str, Any]:
    return leader.create("contact", kind="person", person={"first_name": "Erika", "last_name": name}, phones=[{"type": "mobile", "number": "+49 30 1234567"}])


def _request(leader: Client, name: str, *, description: str = "Where is my bill?", **responsible: str) -> Mapping[str, Any]:
    given = responsible or {"assigned_unit": "first_line"}
    contact = _customer(leader, name)
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    return leader.create("service_request", subtype="information_request", account=account["number"], description=description, **given)


@once
def test_who_is_not_logged_in_comes_to_the_page_after_the_login(desk: Desk, enter: Enter) -> None:
    anna = enter("anna")
    anna.page.context.clear_cookies()

    anna.open("/r/{contact}?view={vips}")
    expect(anna.page).to_have_url(re.compile("/login/"))
    anna.page.fill("#username", "anna")
    anna.page.fill("#password", desk.password)
    anna.page.locator("form[name=login] button").click()

    expect(anna.page).to_have_url(re.compile(anna.called(r"/r/{contact}\?view={vips}")))


def test_a_record_is_created_after_an_error_and_nothing_typed_is_lost(enter: Enter) -> None:
    """GEN-10: validation on save; the summary leads to the field, the fields that a choice calls for appear at once."""
    anna = enter("anna")
    page = anna.open("/r/{contact}/new")

    anna.choose("Kind", "person")
    page.get_by_label("First name").fill("Grace")
    anna.press("Add: Phones")
    anna.lines("phones").locator("input[type=tel]").fill("+49 30 998877")
    anna.press("Create")

    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Last name is required.")
    expect(page.get_by_label("Last name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("First name")).to_have_value("Grace")
    expect(anna.lines("phones").locator("input[type=tel]")).to_have_value("+49 30 998877")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Last name")).to_be_focused()

    page.get_by_label("Last name").fill("Hopper")
    anna.lines("phones").locator("select").first.select_option(anna.called("{mobile}"))
    anna.press("Create")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Grace Hopper")
    expect(page.locator("main")).to_contain_text("+49 30 998877")
    assert anna.reach() == []


def test_an_edit_is_refused_by_field_and_stored_when_it_is_right(enter: Enter, leader: Client) -> None:
    record = _customer(leader, "Lovelace")
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{record['number']}/edit")

    page.get_by_label("Last name").fill("")
    page.get_by_label("Middle name").fill("Byron")
    anna.press("Save")
    expect(page.get_by_role("alert")).to_contain_text("Last name is required.")
    expect(page.get_by_label("Middle name")).to_have_value("Byron")
    page.get_by_label("Last name").fill("King")
    anna.press("Save")

    expect(page.get_by_role("heading", level=1)).to_contain_text("King")
    expect(page.locator("section:has(#history)")).to_contain_text("Lovelace")
    after = leader.read("contact", str(record["number"]))
    assert (after["person"]["middle_name"], after["phones"]) == ("Byron", leader.read("contact", str(record["number"]))["phones"])


def test_a_form_works_without_scripts(enter: Enter, leader: Client) -> None:
    anna = enter("anna", scripts=False)
    page = anna.open("/r/{contact}/new")

    anna.choose("Kind", "person")
    anna.press("Add: Phones")
    page.get_by_label("First name").fill("Alan")
    page.get_by_label("Last name").fill("Turing")
    anna.lines("phones").locator("input[type=tel]").fill("+44 161 1")
    anna.lines("phones").locator("select").first.select_option(anna.called("{mobile}"))
    anna.press("Create")

    number = page.url.rsplit("/", 1)[1]
    assert leader.read("contact", number)["phones"][0]["number"] == "+44 161 1"


def test_a_refused_step_says_why_and_the_next_step_is_taken(enter: Enter, leader: Client) -> None:
    """Only legal next steps are buttons; a refused one is disabled, with its reason and the rule's pack, file and line (X-6).

    The next step's form opens as a window on top of the record and returns to it (GEN-12).
    """
    record = _request(leader, "Curie")
    anna = enter("anna")
    page = anna.open(f"/r/{{service_request}}/{record['number']}")

    step = page.locator(anna.called("[data-action={respond}]"))
    button = step.get_by_role("button", name="Respond")
    expect(button).to_have_attribute("aria-disabled", "true")
    reason = step.locator(f"#{button.get_attribute('aria-describedby')}")
    expect(reason).to_have_text("Somebody must take the record over first.")
    step.get_by_text("Why?").click()
    expect(step).to_contain_text(anna.called("transitions.{service_request}.moves.{respond}.{needs_assignee}"))
    expect(step).to_contain_text(re.compile(r"care/transitions/service_request\.json:\d+"))
    assert anna.reach() == []

    anna.press("Take over")
    expect(page.locator("main")).to_contain_text("Done: Take over.")
    page.locator(anna.called("[data-action={respond}]")).get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Respond")).to_be_visible()
    assert anna.reach() == []
    dialog.get_by_role("button", name="Respond").click()

    expect(page.locator(".path [aria-current=step]")).to_contain_text("Answered")
    assert leader.read("service_request", str(record["number"]))["state"] == "responded"


def test_why_a_step_is_refused_is_answered_with_rule_place_and_values(desk: Desk, enter: Enter, leader: Client) -> None:
    """X-6: pack, file and line of the rule, its condition, and what each part of it comes to for this record."""
    record = _request(leader, "Why", assigned_user="lena")
    parent = {"entity_type": "service_request", "record": record["number"]}
    leader.create("activity", subtype="call_back", contact=record["contact"]["number"], parent=parent, assigned_user="lena")
    for action in ("respond", "finally_resolve"):
        assert leader.act("service_request", leader.read("service_request", str(record["number"])), action).status == 200
    lena = enter("lena")
    page = lena.open(f"/r/{{service_request}}/{record['number']}")
    step = page.locator(lena.called("[data-action={complete}]"))
    condition = lena.renamer.expression("record.activities.all(a, a.state in ['completed', 'cancelled'])")
    answer = step.locator("details.why", has_text=condition)

    expect(step.get_by_role("button")).to_have_attribute("aria-disabled", "true")
    expect(answer.get_by_text(condition)).to_be_hidden()
    answer.get_by_text("Why?").click()

    expect(answer).to_contain_text(lena.called("transitions.{service_request}.moves.{complete}.checks.{activities_closed}"))
    expect(answer.get_by_role("listitem").filter(has_text=condition)).to_contain_text(f"{condition} = false")
    part = lena.renamer.expression("a.state in ['completed', 'cancelled']")
    expect(answer.get_by_role("listitem").last).to_contain_text(f"{part} = false")
    expect(answer.get_by_role("listitem").last).to_contain_text(lena.called("item 1 of 1: ") + f"{part} - " + lena.called("'{pending}'"))
    place = re.search(r"care/(transitions/service_request\.json):(\d+)", answer.inner_text())
    assert place is not None
    file = Path(desk.packs or BASE) / place[1]
    assert condition in "".join(file.read_text().splitlines()[int(place[2]) - 1 :][:3])
    assert lena.reach() == []


def test_two_people_who_change_the_same_field_are_asked_and_different_fields_are_both_kept(enter: Enter, leader: Client) -> None:
    """GEN-26: no silent overwrite."""
    record = _customer(leader, "Noether")
    path = f"/r/{{contact}}/{record['number']}/edit"
    anna, tom = enter("anna"), enter("tom")
    anna.open(path)
    tom.open(path)

    tom.page.get_by_label("Last name").fill("Theirs")
    tom.press("Save")
    expect(tom.page.get_by_role("heading", level=1)).to_contain_text("Theirs")
    anna.page.get_by_label("Last name").fill("Mine")
    anna.page.get_by_label("Middle name").fill("Amalie")
    anna.press("Save")

    expect(anna.page.get_by_role("alert")).to_contain_text("Tom Falk")
    expect(anna.page.get_by_label(re.compile("Keep theirs"))).to_be_visible()
    expect(anna.page.locator("main")).to_contain_text("Theirs")
    assert anna.reach() == []
    anna.page.get_by_label(re.compile("Keep theirs")).check()
    anna.press("Save the choice")
    expect(anna.page.get_by_role("heading", level=1)).to_contain_text("Theirs")
    person = leader.read("contact", str(record["number"]))["person"]
    assert (person["last_name"], person["middle_name"]) == ("Theirs", "Amalie")

    anna.open(path)
    tom.open(path)
    tom.page.get_by_label("First name").fill("Emmy")
    tom.press("Save")
    expect(tom.page.get_by_role("heading", level=1)).to_contain_text("Emmy")
    anna.page.get_by_label("Last name").fill("Noether")
    anna.press("Save")
    expect(anna.page.locator("main")).to_contain_text("both changes were kept")
    person = leader.read("contact", str(record["number"]))["person"]
    assert (person["first_name"], person["last_name"]) == ("Emmy", "Noether")


def test_a_form_sent_twice_counts_once(enter: Enter, leader: Client) -> None:
    anna = enter("anna")
    page = anna.open("/r/{contact}/new")
    anna.choose("Kind", "person")
    page.get_by_label("First name").fill("Doubly")
    page.get_by_label("Last name").fill("Sent")

    sent = page.evaluate(
        """async () => {
          const body = () => new URLSearchParams(new FormData(document.querySelector("main form.card")));
          const send = () => fetch(location.pathname, { method: "POST", body: body() }).then((answer) => answer.url);
          return Promise.all([send(), send()]);
        }"""
    )

    assert sent[0] == sent[1]
    found = leader.api("GET", "/records/contact?q=Doubly").json["records"]
    assert len(found) == 1


def test_a_list_is_searched_filtered_and_sorted_and_says_what_is_wrong(enter: Enter, leader: Client) -> None:
    """GEN-9; what is searched for does not stand in the address."""
    _customer(leader, "Zuse")
    anna = enter("anna")
    page = anna.open("/r/{contact}")
    condition = anna.renamer.expression("record.kind == 'company' && record.customer_number == 'nobody has it'")

    page.get_by_label("Search", exact=True).fill("Zuse")
    anna.press("Search")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    assert "Zuse" not in page.url
    page.get_by_label("Search", exact=True).fill("")
    page.get_by_text("Condition", exact=True).click()
    page.get_by_label("Filter", exact=True).fill(condition)
    anna.press("Search")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_label("Filter", exact=True).fill(condition.replace("kind", "knd"))
    anna.press("Search")
    expect(page.get_by_role("alert")).to_contain_text(anna.called("Did you mean '{kind}'?"))
    page.get_by_label("Filter", exact=True).fill("")
    page.get_by_role("link", name="Reset").first.click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Name")
    page.get_by_role("button", name="Name").click()

    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Name")
    assert anna.reach() == []


def test_many_records_are_changed_at_once_with_a_result_for_each(enter: Enter, leader: Client) -> None:
    first, second = (_request(leader, "Bulk", description="To be settled together") for _ in range(2))
    lena = enter("lena")
    page = lena.search("/r/{service_request}?view={all}", "settled together")
    expect(page.locator("#results tbody tr")).to_have_count(2)

    for record in (first, second):
        page.get_by_label(f"Select {record['number']}").check()
    lena.press("Edit selected 2")
    lena.choose("Field", "description")
    lena.press("Add field")
    page.get_by_role("textbox", name="Description").fill("Settled by phone")
    lena.press("Preview")
    expect(page.get_by_role("heading", name="2 of 2 will change")).to_be_visible(timeout=30_000)
    lena.press("Change 2 records")

    expect(page.get_by_role("heading", name="2 of 2 were changed")).to_be_visible(timeout=30_000)
    assert leader.read("service_request", str(first["number"]))["description"] == "Settled by phone"


def test_notes_files_and_deletion(enter: Enter, leader: Client) -> None:
    record = _request(leader, "Files")
    lena = enter("lena")
    page = lena.open(f"/r/{{service_request}}/{record['number']}")

    page.get_by_label("New note").fill("Called back.")
    lena.press("Add note")
    expect(page.locator("section:has(#notes)")).to_contain_text("Called back.")
    page.get_by_label("File").set_input_files({"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12 EUR"})
    lena.press("Attach file")
    expect(page.get_by_role("link", name="bill.txt")).to_be_visible()
    page.locator("main summary", has_text="More").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.locator("main")).to_contain_text(f"{record['number']} was deleted.")
    assert leader.api("GET", f"/records/service_request/{record['number']}").status == 404


def test_the_screens_speak_german(enter: Enter) -> None:
    """GEN-25: fields, statuses and the screens' own words."""
    anna = enter("anna", language="de-DE")

    page = anna.open("/r/{service_request}/new")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcher Typ?")
    page = anna.open("/r/{contact}/new")
    anna.press("Anlegen")

    expect(page.get_by_role("alert")).to_contain_text("ist erforderlich.")


@once
@pytest.mark.parametrize("path", ["/", "/r/{contact}", "/r/{contact}/new", "/r/{service_request}/new?subtype={service_outage}", "/r/{contact}/import"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_open_to_everybody_and_fit_a_small_screen(enter: Enter, path: str, scheme: str) -> None:
    """Axe finds nothing serious, in both appearances; at 360 pixels nothing has to be scrolled sideways."""
    lena = enter("lena", scheme=scheme)

    lena.open(path)
    assert lena.reach() == []
    lena.page.set_viewport_size({"width": 360, "height": 740})

    assert lena.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert lena.reach() == []


@once
def test_users_are_administered_in_the_same_frame(enter: Enter) -> None:
    ada = enter("admin")
    page = ada.open("/")

    page.get_by_role("link", name="Users").click()
    expect(page.locator("table")).to_contain_text("anna")
    assert ada.reach() == []
    page.locator("tr", has_text="anna").get_by_role("link", name="Edit").click()

    expect(page.get_by_role("button", name="Save")).to_be_visible()
    assert ada.reach() == []


def test_a_type_published_meanwhile_appears_in_the_menu_and_works(desk: Desk, enter: Enter, leader: Client) -> None:
    """T-33 on screen: no restart, no code."""
    contact = _customer(leader, "Meanwhile")
    anna = enter("anna")
    expect(anna.open("/").get_by_role("link", name="Complaints")).to_have_count(0)

    desk.command("publish", *desk.pack(COMPLAINTS), "--note", "complaints")

    page = anna.open("/")
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Complaints").click()
    anna.press("New complaint")
    page.locator(".tile h2 a").first.click()
    page.get_by_label("Complainant").fill("Meanwh")
    page.get_by_role("listbox").get_by_role("option").first.click()
    expect(page.get_by_label("Complainant")).to_have_value(re.compile(str(contact["number"])))
    page.get_by_label("Received on").fill("2026-01-02")
    page.get_by_label("Publicity").select_option(index=1)
    page.get_by_label("Description").fill("The invoice came twice.")
    anna.choose("Assigned unit", "first_line")
    anna.press("Create")

    expect(page.locator("main")).to_contain_text("was created.")
    assert anna.reach() == []


def test_a_file_is_tried_and_imported_row_by_row(enter: Enter, leader: Client) -> None:
    lena = enter("lena")
    page = lena.open("/r/{contact}/import")
    file = {
        "name": "people.csv",
        "mimeType": "text/csv",
        "buffer": lena.renamer.words(b"kind,person.first_name,person.last_name\nperson,Im,Ferried\nperson,No,\n"),
    }

    page.get_by_label("CSV file").set_input_files(file)  # type: ignore[arg-type]
    lena.press("Try without saving")
    expect(page.locator("main")).to_contain_text("1 row would be imported, 1 refused")
    expect(page.locator("table")).to_contain_text("Last name is required.")
    assert leader.api("GET", "/records/contact?q=Ferried").json["records"] == []
    lena.press("Import")

    expect(page.locator("main")).to_contain_text("1 row imported, 1 refused")
    assert len(leader.api("GET", "/records/contact?q=Ferried").json["records"]) == 1
    expect(page.get_by_label("CSV file")).to_have_value("")


def test_a_file_that_is_tried_is_not_asked_for_again_and_one_that_changed_meanwhile_is(enter: Enter, leader: Client, tmp_path: Path) -> None:
    """WCAG 3.3.7. The browser does not send a file that is no longer what was chosen; after it was chosen again the import goes on."""
    lena = enter("lena")
    chosen = tmp_path / "people.csv"
    chosen.write_bytes(lena.renamer.words(b"kind,person.first_name,person.last_name\nperson,No,\n"))
    page = lena.open("/r/{contact}/import")
    page.get_by_label("CSV file").set_input_files(chosen)
    page.get_by_label("Import all rows or none").check()
    lena.press("Import")
    expect(page.locator("main")).to_contain_text("0 rows would be imported, 1 refused")
    expect(page.get_by_label("CSV file")).to_have_value(re.compile("people.csv$"))

    chosen.write_bytes(lena.renamer.words(b"kind,person.first_name,person.last_name\nperson,Now,Complete\n"))
    os.utime(chosen, times=(2_000_000_000, 2_000_000_000))  # the browser compares whole seconds
    lena.press("Import")

    expect(page.locator("main [role=alert]")).to_contain_text("The file has changed since you chose it.")
    expect(page.get_by_label("Import all rows or none")).to_be_checked()
    page.get_by_label("CSV file").set_input_files(chosen)
    lena.press("Import")
    expect(page.locator("main")).to_contain_text("1 row imported, 0 refused")
    assert len(leader.api("GET", "/records/contact?q=Complete").json["records"]) == 1


def test_a_list_is_given_out_as_a_file(enter: Enter, leader: Client) -> None:
    _customer(leader, "Exported")
    lena = enter("lena")
    page = lena.open("/r/{contact}")

    page.locator("summary", has_text="Export CSV").click()
    with page.expect_download() as download:
        lena.press("For reading")

    assert "Exported" in download.value.path().read_text()


@once
def test_what_is_not_there_is_a_page_with_a_way_back(enter: Enter) -> None:
    anna = enter("anna")

    for path in ("/nothing/here", "/r/no_such_type", "/r/contact/CO99999999"):
        anna.open(path)
        expect(anna.page.get_by_role("heading", name="Not found")).to_be_visible()
        expect(anna.page.get_by_role("link", name="Go to the start page")).to_be_visible()


def test_a_change_inside_an_action_asks_for_its_fields_and_does_nothing_yet(enter: Enter, leader: Client) -> None:
    record = _request(leader, "Asks")
    anna = enter("anna")
    page = anna.open(f"/r/{{service_request}}/{record['number']}")
    anna.press("Take over")
    expect(page.get_by_role("button", name="Take over")).to_have_count(0)
    page = anna.open(f"/r/{{service_request}}/{record['number']}/actions/{{respond}}")

    for option in page.get_by_label("Category").locator("option").all()[1:]:
        page.get_by_label("Category").select_option(option.get_attribute("value"))
        page.wait_for_load_state("networkidle")

    expect(page.get_by_role("heading", name="Respond", level=1)).to_be_visible()
    assert leader.read("service_request", str(record["number"]))["state"] == "pending"
