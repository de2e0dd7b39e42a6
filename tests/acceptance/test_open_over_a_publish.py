"""A page that was opened before a release and is used after it: an option that went, a field that became required, a view that names what went (GEN-28)."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.doors.screen import Browser, Form, read_page
from tests.acceptance.running import COMPLAINTS, Answer, Client, Desk

TYPED = "He was rude, and nobody rang me back."


@dataclass(frozen=True, slots=True)
class Before:
    """What was open before the release."""

    new: Form
    edit: Form
    #: Address of the record that is edited, and of the form of a new one.
    edit_path: str
    new_path: str
    #: Address of a saved view that shows, sorts and narrows by what went.
    view: str


@pytest.fixture(scope="module")
def before(desk: Desk, browser: Browser, lena: Client, tmp_path_factory: pytest.TempPathFactory) -> Before:
    """Pages that were filled in; then a release took an option and a field away and made another field required."""
    pack = tmp_path_factory.mktemp("packs") / "complaints"
    shutil.copytree(COMPLAINTS, pack)
    _edit(pack / "entity_types/complaint.json", lambda body: body["fields"].update(witness={"type": "string", "maxLength": 100}))
    desk.command("publish", *desk.pack(pack), "--note", "complaints")
    customer = lena.create("contact", kind="person", person={"first_name": "Ada", "last_name": "Overtaken"})
    given = {"subtype": "about_staff", "complainant": customer["number"], "publicity": "private", "received_on": "2026-01-15", "description": "It hums."}
    record = lena.create("complaint", **given, assigned_unit="customer_care")
    new_path, edit_path = desk.called("/r/{complaint}/new?subtype={about_staff}"), desk.called(f"/r/{{complaint}}/{record['number']}/edit")
    new, edit = (_form(browser.ask("GET", path)) for path in (new_path, edit_path))
    for name, value in {**given, "publicity": "{press}", "description": TYPED, "assigned_unit": "{customer_care}"}.items():
        if name != "subtype":
            new.fill(desk.renamer.word(name), desk.called(value))
    edit.fill(desk.called("{description}"), TYPED)
    view = _view(desk, browser)
    _edit(pack / "level_lists/complaint.json", lambda body: body["publicity"]["levels"].pop("press"))
    _edit(pack / "matrices/complaint_rank.json", _without_press)
    _edit(pack / "entity_types/complaint.json", lambda body: (body["fields"].pop("goodwill"), body["fields"]["witness"].update(required=True)))
    _edit(pack / "actions/complaint.json", lambda body: body["settle"].pop("inputs"))
    _edit(pack / "locale/de.json", lambda body: [body["labels"].pop(name) for name in list(body["labels"]) if name.endswith((".goodwill", ".press"))])
    shutil.rmtree(pack / "scenarios", ignore_errors=True)
    desk.command("publish", *desk.pack(pack), "--note", "without press and goodwill")
    return Before(new, edit, edit_path, new_path, view)


def _without_press(body: Any) -> None:
    for row in body["complaint_rank"]["cells"].values() if "complaint_rank" in body else body["cells"].values():
        row.pop("press", None)


def _view(desk: Desk, browser: Browser) -> str:
    """Save a view that shows and sorts by the field that goes."""
    path = desk.called("/r/{complaint}/views/new?order=-{goodwill}")
    form = next(form for form in read_page(browser.ask("GET", path)).forms if "label" in form.values)
    form.fill("label", "By goodwill")
    saved = browser.send(form, path)
    assert saved.status == 303, saved.body
    # The page that follows says that it is saved, in its title and once more: read here, for the pages of the tests speak of other things.
    browser.ask("GET", saved.headers["location"])
    return saved.headers["location"]


def _edit(path: Path, change: Callable[[Any], object]) -> None:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body, ensure_ascii=False))


def _form(answer: Answer) -> Form:
    assert answer.status < 500, answer.body
    return next(form for form in read_page(answer).forms if "_key" in form.values)


def _said(answer: Answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.body.decode())))


def _refusals(desk: Desk, answer: Answer) -> set[tuple[str, str]]:
    return {(one.code, desk.renamer.back(one.field.encode()).decode()) for one in read_page(answer).refusals}


def test_an_option_that_went_is_said_by_its_field_and_the_rest_stays(desk: Desk, browser: Browser, lena: Client, before: Before) -> None:
    answer = browser.send(before.new, before.new_path)
    again = _form(answer)

    assert answer.status == 422
    assert "publicity" in {field for _, field in _refusals(desk, answer)}
    assert "Publicity" in _said(answer)
    assert again.values[desk.called("{description}")] == [TYPED]
    assert again.values[desk.called("{publicity}")] == [desk.called("{press}")], "what was chosen is still to be seen"

    again.fill(desk.called("{publicity}"), desk.called("{private}"))
    again.fill(desk.called("{witness}"), "Tom")
    stored = browser.send(again, before.new_path)
    assert stored.status == 303, _refusals(desk, stored)
    assert lena.read("complaint", stored.headers["location"].rpartition("/")[2])["description"] == TYPED


def test_a_field_that_became_required_is_asked_for_and_the_rest_stays(desk: Desk, browser: Browser, lena: Client, before: Before) -> None:
    answer = browser.send(before.edit, before.edit_path)
    again = _form(answer)

    assert answer.status == 422
    assert _refusals(desk, answer) == {("required_field", "witness")}
    assert "itness is required." in _said(answer), "the label is made of the id"
    assert again.values[desk.called("{description}")] == [TYPED]

    again.fill(desk.called("{witness}"), "Tom")
    stored = browser.send(again, before.edit_path)
    assert stored.status == 303
    assert lena.read("complaint", before.edit_path.split("/")[3])["description"] == TYPED


def test_a_view_that_names_what_went_opens_without_it_and_says_so(desk: Desk, browser: Browser, before: Before) -> None:
    answer = browser.ask("GET", before.view)

    assert answer.status == 200
    assert "By goodwill" in _said(answer)
    assert re.search(r"(no longer|not any more|took away|was taken|left out)", _said(answer)), _said(answer)[:3000]


def test_a_link_that_sorts_by_what_went_still_leads_to_the_list(desk: Desk, browser: Browser, before: Before) -> None:
    assert before.view

    answer = browser.ask("GET", desk.called("/r/{complaint}?order=-{goodwill}"))

    assert answer.status < 500
    assert "h1" in answer.body.decode()
    assert _said(answer).count("goodwill") <= 2
