"""What people drop and paste: files on their form and beside it, large ones, a table into a line, a book into a note; nothing goes without a word."""

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from tests.acceptance.browser.conftest import Enter, Person, once
from tests.acceptance.browser.routes import intercept
from tests.acceptance.running import Client

_MB = 2**20
_NUMBERS = itertools.count(1)
_DROP = """(element, name) => {
  const moved = new DataTransfer();
  moved.items.add(new File(["dropped"], name, { type: "text/plain" }));
  const send = (kind) => element.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: moved }));
  send("dragover");
  return !send("drop");
}"""


@pytest.fixture
def record(leader: Client) -> Mapping[str, Any]:
    """A firm to write about."""
    return leader.create("contact", kind="company", company={"name": f"Dropped {next(_NUMBERS)} Ltd"})


def _open(person: Person, record: Mapping[str, Any]) -> Page:
    page = person.open(f"/r/{{contact}}/{record['number']}")
    page.wait_for_load_state("networkidle")
    return page


def _files(leader: Client, record: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(one["name"], one["size"]) for one in leader.api("GET", f"/records/contact/{record['number']}/attachments").json["attachments"]]


def _large(folder: Path, name: str, size: int) -> Path:
    """Make a file of so many zeros that the browser reads itself: what a test hands over goes through three programs."""
    path = folder / name
    with path.open("wb") as file:
        file.truncate(size)
    return path


def _paste(page: Page, text: str) -> None:
    """Paste as people do: from the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_a_file_that_is_dropped_on_its_form_is_attached(enter: Enter, leader: Client, record: Mapping[str, Any]) -> None:
    page = _open(enter("anna"), record)

    page.locator("form.drop").evaluate(_DROP, "dropped.txt")

    expect(page.get_by_role("link", name="dropped.txt")).to_be_visible()
    assert _files(leader, record) == [("dropped.txt", 7)]


@once
def test_a_file_that_is_dropped_beside_its_form_takes_no_page_away(enter: Enter, leader: Client, record: Mapping[str, Any]) -> None:
    page = _open(enter("anna"), record)
    page.get_by_label("New note").fill("Half a note")

    kept = [page.locator(place).first.evaluate(_DROP, "beside.txt") for place in ("main h1", "#note", ".topbar")]

    assert kept == [True, True, True]
    expect(page.get_by_label("New note")).to_have_value("Half a note")
    assert _files(leader, record) == []


@once
def test_what_chooses_a_file_speaks_the_language_of_the_page(enter: Enter) -> None:
    """Its name is there once it is chosen, also on the page that comes after it was tried; the key and the focus are those of the browser's own input."""
    page = enter("lena", language="de-DE").open("/r/{contact}/import")
    page.wait_for_load_state("networkidle")
    page.on("filechooser", lambda _: None)  # a browser hears in its own time that somebody waits for it, so it hears it now
    pick, file = page.locator(".pick"), page.get_by_label("CSV-Datei")

    expect(pick).to_contain_text("Datei wählen")
    expect(pick).to_contain_text("Keine Datei gewählt")
    assert file.evaluate("input => getComputedStyle(input).opacity") == "0"
    page.locator("#key").focus()
    page.keyboard.press("Shift+Tab")
    expect(file).to_be_focused()
    assert pick.locator(".picked").evaluate("seen => getComputedStyle(seen).outlineStyle") == "solid"
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files({"name": "Leute.csv", "mimeType": "text/csv", "buffer": b"kind\nnobody\n"})
    expect(pick).to_contain_text("Leute.csv")
    with page.expect_file_chooser():
        pick.locator(".btn").click(force=True)

    page.get_by_role("button", name="Probe ohne Speichern").click()

    expect(page.locator("main table")).to_be_visible()
    expect(pick).to_contain_text("Leute.csv")
    expect(pick).not_to_contain_text("Keine Datei gewählt")


@once
def test_without_a_script_the_browser_names_the_chosen_file_itself(enter: Enter) -> None:
    page = enter("lena", scripts=False).open("/r/{contact}/import")

    expect(page.locator(".pick input")).to_have_css("opacity", "1")
    expect(page.locator(".picked")).to_be_hidden()


@once
def test_a_large_file_shows_how_far_it_is_and_arrives_whole(enter: Enter, leader: Client, record: Mapping[str, Any], tmp_path: Path) -> None:
    person = enter("lena")
    page = _open(person, record)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 8 * _MB})
    page.get_by_label("File").set_input_files(_large(tmp_path, "large.bin", 20 * _MB))

    page.get_by_role("button", name="Attach file").click()

    expect(page.locator("[data-sending]")).to_contain_text("Sending")
    page.wait_for_function("() => { const bar = document.querySelector('[data-sending] progress'); return bar && bar.value > 0 && bar.value < 100; }")
    assert person.reach() == []
    expect(page.get_by_role("link", name="large.bin")).to_be_visible(timeout=30_000)
    assert _files(leader, record) == [("large.bin", 20 * _MB)]


@once
@pytest.mark.parametrize(("language", "sentence"), [("en-GB", "The file is too large; at most 25 MB."), ("de-DE", "Die Datei ist zu groß; höchstens 25 MB.")])
def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    enter: Enter, leader: Client, record: Mapping[str, Any], tmp_path: Path, language: str, sentence: str
) -> None:
    page = _open(enter("anna", language=language), record)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.locator("#attach").set_input_files(_large(tmp_path, "huge.bin", 25 * _MB + 1))
    page.locator("form.drop button").click()

    assert page.locator("#attach").evaluate("input => input.validationMessage") == sentence
    assert sent == []
    assert _files(leader, record) == []


@once
def test_an_upload_that_is_cut_off_and_sent_again_is_there_once(enter: Enter, leader: Client, record: Mapping[str, Any]) -> None:
    """The first sending was stored unheard; the second bears the same key."""
    page = _open(enter("anna"), record)
    page.get_by_label("File").set_input_files({"name": "cut.txt", "mimeType": "text/plain", "buffer": b"Cut off"})

    def cut(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    intercept(page, "**/attachments", cut)
    page.get_by_role("button", name="Attach file").click()
    expect(page.locator("[data-notices]")).to_contain_text("can't be reached")
    page.unroute("**/attachments")
    page.get_by_role("button", name="Send again").click(timeout=20_000)

    expect(page.get_by_role("link", name="cut.txt")).to_have_count(1)
    assert _files(leader, record) == [("cut.txt", 7)]


@once
@pytest.mark.parametrize(
    ("language", "book", "sentence"),
    [
        ("en-GB", "And so it went on.\n" * 55_000, "New note may have at most 100,000 characters; there are 1,044,999."),
        ("en-GB", "é" * 1_000_000, "New note may have at most 100,000 characters; there are 1,000,000."),
        ("de-DE", "x" * 101_000, "Neue Notiz darf höchstens 100.000 Zeichen haben; es sind 101.000."),
    ],
)
def test_a_book_that_is_pasted_into_a_note_is_refused_with_a_sentence_and_stays(
    enter: Enter, leader: Client, record: Mapping[str, Any], language: str, book: str, sentence: str
) -> None:
    page = _open(enter("anna", language=language), record)

    # As a paste leaves it; the browser's own editing of so long a text takes it half a minute.
    page.locator("#note").evaluate("(note, text) => { note.value = text; note.dispatchEvent(new InputEvent('input', { bubbles: true })); }", book)
    page.locator("form:has(#note) button").click()

    expect(page.locator("form:has(#note) [role=alert]")).to_contain_text(sentence)
    assert page.locator("#note").input_value() == book
    assert leader.api("GET", f"/records/contact/{record['number']}/notes").json["notes"] == []


@once
def test_the_longest_note_of_wide_characters_is_taken(enter: Enter, leader: Client, record: Mapping[str, Any]) -> None:
    page = _open(enter("anna"), record)
    page.get_by_label("New note").fill("\U0001f600" * 100_000)

    page.get_by_role("button", name="Add note").click()

    expect(page.locator("section:has(#notes) .trail")).to_contain_text("\U0001f600\U0001f600", timeout=20_000)
    assert len(leader.api("GET", f"/records/contact/{record['number']}/notes").json["notes"]) == 1


@once
def test_a_table_that_is_pasted_into_a_line_is_kept_as_a_line(enter: Enter, leader: Client, record: Mapping[str, Any]) -> None:
    anna = enter("anna")
    page = anna.open(f"/r/{{contact}}/{record['number']}/edit")
    name = page.get_by_label("Company name")
    name.fill("")
    name.focus()

    _paste(page, "Name\tTown\nMoor Ltd\tBremen\n")
    typed = name.input_value()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        anna.press("Save")
    page.wait_for_load_state("networkidle")

    assert "Moor Ltd" in typed
    refused = page.get_by_role("alert")
    if refused.count():
        expect(refused.first).to_contain_text("Company name")
        expect(name).to_have_value(typed)
    else:
        assert leader.read("contact", str(record["number"]))["company"]["name"].split() == typed.split()


@once
def test_a_note_that_is_not_sent_yet_is_asked_about_before_it_is_left(enter: Enter, record: Mapping[str, Any]) -> None:
    page = _open(enter("anna"), record)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("New note").click()
    page.keyboard.type("Not sent yet")

    page.get_by_role("link", name="Contacts").first.click()
    page.wait_for_url(re.compile("/r/contact$|/r/contact[?]"))

    assert asked == ["beforeunload"]
