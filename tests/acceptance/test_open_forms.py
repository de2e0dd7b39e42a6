"""A form that was opened before a release and is sent after it: who filled it in learns what became of what he typed, and keeps the rest."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.doors.screen import Browser, Form, read_page
from tests.acceptance.running import COMPLAINTS, Answer, Client, Desk


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that was opened and filled in before the field was taken away."""

    path: str
    form: Form
    #: The record that it changes; for a new one the customer.
    record: Mapping[str, Any]


@pytest.fixture(scope="module")
def opened(desk: Desk, browser: Browser, lena: Client, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Opened]:
    """Forms by what somebody does with them; after they were filled in, a release took the field ``goodwill`` away."""
    pack = tmp_path_factory.mktemp("packs") / "complaints"
    shutil.copytree(COMPLAINTS, pack)
    desk.command("publish", *desk.pack(pack), "--note", "complaints")
    customer = lena.create("contact", kind="person", person={"first_name": "Ada", "last_name": "Moor"})
    given = {"subtype": "about_staff", "complainant": customer["number"], "publicity": "private", "received_on": "2026-01-15", "description": "The box hums."}
    paid = {"goodwill": {"amount": "5.00", "currency": "EUR"}}
    touched, untouched = (lena.create("complaint", **given, **paid, assigned_unit="customer_care") for _ in range(2))
    settled = lena.create("complaint", **given, assigned_user="lena")
    forms = {
        "touched": _open(desk, browser, f"/r/{{complaint}}/{touched['number']}/edit", touched),
        "untouched": _open(desk, browser, f"/r/{{complaint}}/{untouched['number']}/edit", untouched),
        "new": _open(desk, browser, "/r/{complaint}/new?subtype={about_staff}", customer),
        "settle": _open(desk, browser, f"/r/{{complaint}}/{settled['number']}/actions/{{settle}}", settled),
    }
    _fill(desk, forms["touched"], goodwill="777 EUR", description="It still hums.")
    _fill(desk, forms["untouched"], description="It hums less.")
    _fill(desk, forms["new"], complainant=customer["number"], received_on="2026-01-15", publicity="{private}", assigned_unit="{customer_care}")
    _fill(desk, forms["new"], description="He was rude.", goodwill="778 EUR")
    _fill(desk, forms["settle"], goodwill="779 EUR")
    _edit(pack / "entity_types/complaint.json", lambda body: body["fields"].pop("goodwill"))
    _edit(pack / "actions/complaint.json", lambda body: body["settle"].pop("inputs"))
    _edit(pack / "locale/de.json", lambda body: body["labels"].pop("entity_types.complaint.fields.goodwill"))
    desk.command("publish", *desk.pack(pack), "--note", "without goodwill")
    return forms


def _edit(path: Path, change: Callable[[Any], object]) -> None:
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body, ensure_ascii=False))


def _open(desk: Desk, browser: Browser, path: str, record: Mapping[str, Any]) -> Opened:
    answer = browser.ask("GET", desk.called(path))
    assert answer.status == 200, (path, answer.status)
    return Opened(desk.called(path), _form(answer), record)


def _form(answer: Answer) -> Form:
    return next(form for form in read_page(answer).forms if "_key" in form.values)


def _fill(desk: Desk, opened: Opened, **typed: str) -> None:
    for name, value in typed.items():
        opened.form.fill(desk.renamer.word(name), desk.called(value))


def _refusals(answer: Answer) -> list[str]:
    return [one.code for one in read_page(answer).refusals]


def test_what_was_typed_into_a_removed_field_is_shown_and_the_rest_stays(desk: Desk, browser: Browser, lena: Client, opened: Mapping[str, Opened]) -> None:
    """GEN-28: never a failure, and nothing goes without a word."""
    was = opened["touched"]

    answer = browser.send(was.form, was.path)
    again = _form(answer)
    kept = browser.send(again, was.path)

    assert (answer.status, _refusals(answer)) == (422, ["field_gone"])
    assert "was taken away while this form was open" in answer.body.decode()
    assert "777" in answer.body.decode()
    assert again.values[desk.called("{description}")] == ["It still hums."]
    assert desk.called("{goodwill}") not in again.values
    assert kept.status == 303
    assert lena.read("complaint", was.record["number"])["description"] == "It still hums."


def test_a_removed_field_that_nobody_touched_is_no_matter(browser: Browser, lena: Client, opened: Mapping[str, Opened]) -> None:
    """GEN-28."""
    was = opened["untouched"]

    answer = browser.send(was.form, was.path)

    assert answer.status == 303
    assert lena.read("complaint", was.record["number"])["description"] == "It hums less."


def test_a_form_for_a_new_record_keeps_what_else_was_typed(desk: Desk, browser: Browser, lena: Client, opened: Mapping[str, Opened]) -> None:
    """GEN-28."""
    was = opened["new"]

    answer = browser.send(was.form, was.path)
    again = _form(answer)
    stored = browser.send(again, was.path)

    assert (answer.status, _refusals(answer)) == (422, ["field_gone"])
    assert "778" in answer.body.decode()
    assert again.values[desk.called("{description}")] == ["He was rude."]
    assert stored.status == 303
    assert lena.read("complaint", stored.headers["location"].rpartition("/")[2])["description"] == "He was rude."


def test_an_input_of_an_action_that_is_gone_stops_the_action(browser: Browser, lena: Client, opened: Mapping[str, Opened]) -> None:
    """GEN-28: the action is not done with less than was typed."""
    was = opened["settle"]

    answer = browser.send(was.form, was.path)

    assert (answer.status, _refusals(answer)) == (422, ["field_gone"])
    assert "779" in answer.body.decode()
    assert lena.read("complaint", was.record["number"])["version"] == was.record["version"]
