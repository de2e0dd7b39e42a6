"""Every kind of button pressed twice: by a hand that trembles, and by a form that arrives twice, counts once (QUALITY B: a double click is one action)."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Enter, Person, once, sampled
from tests.acceptance.running import Client

#: Sends the form of a button twice at once, past everything that the page's own scripts do against it.
_BOTH = """async (button) => {
  const form = button.closest("form");
  const data = () => new FormData(form, button);
  const body = () => (form.enctype === "multipart/form-data" ? data() : new URLSearchParams([...data()]));
  const send = () => fetch(button.getAttribute("formaction") ?? form.action, { method: "POST", body: body(), headers: { Accept: "text/html" } });
  const answers = await Promise.all([send(), send()]);
  return answers.map((one) => [one.status, one.url]);
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A button: how one comes to it, and how often what it does was done."""

    button: Callable[[Person, Mapping[str, Any], str], Locator]
    count: Callable[[Client, Mapping[str, Any], str], int]
    login: str = "lena"


_NUMBERS = itertools.count(1)


@pytest.fixture
def name() -> str:
    """A name of this test's own."""
    return f"Twice{next(_NUMBERS):03d}"


def _submit(page: Page, form: str) -> Locator:
    return page.locator(f"main {form} button[type=submit]").first


def _firm(leader: Client, name: str) -> Mapping[str, Any]:
    return leader.create("contact", kind="company", company={"name": name})


def _request(leader: Client, name: str) -> Mapping[str, Any]:
    firm = _firm(leader, name)
    account = leader.create("account", owner=firm["number"], classification="private", credit_rating="a")
    made = leader.create("service_request", subtype="information_request", account=account["number"], description=name, assigned_unit="first_line")
    return {**made, "contact": firm}


def _changed(entity_type: str, path: str) -> Callable[[Client, Mapping[str, Any], str], int]:
    """Return what counts how often a field was changed after the record was made."""

    def count(leader: Client, record: Mapping[str, Any], _name: str) -> int:
        number = record["number"] if entity_type == "service_request" else record[entity_type]["number"]
        entries = leader.api("GET", f"/records/{entity_type}/{number}/history").json["entries"]
        return sum(path in entry["changes"] for entry in entries if entry["kind"] != "created")

    return count


def _new(person: Person, _record: Mapping[str, Any], name: str) -> Locator:
    page = person.open("/r/{contact}/new?{kind}={company}")
    page.get_by_label("Company name").fill(f"{name} made")
    return page.get_by_role("button", name="Create", exact=True)


def _made(leader: Client, _record: Mapping[str, Any], name: str) -> int:
    found = leader.api("GET", f"/records/contact?q={name}&fields=company.name").json["records"]
    return sum(one["company"]["name"] == f"{name} made" for one in found)


def _edit(person: Person, record: Mapping[str, Any], name: str) -> Locator:
    page = person.open(f"/r/{{contact}}/{record['contact']['number']}/edit")
    page.get_by_label("Company name").fill(f"{name} edited")
    return page.get_by_role("button", name="Save", exact=True)


def _act(person: Person, record: Mapping[str, Any], _name: str) -> Locator:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    return page.locator(person.called("[data-action={claim}] button")).first


def _assign(person: Person, record: Mapping[str, Any], _name: str) -> Locator:
    page = person.open(f"/r/{{service_request}}/{record['number']}/assign")
    person.choose("Assigned unit", "technical")
    return page.locator("main .form-end button").first


def _delete(person: Person, record: Mapping[str, Any], _name: str) -> Locator:
    return _submit(person.open(f"/r/{{service_request}}/{record['number']}/delete"), "form")


def _note(person: Person, record: Mapping[str, Any], name: str) -> Locator:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    page.get_by_label("New note").fill(name)
    return page.get_by_role("button", name="Add note")


def _attach(person: Person, record: Mapping[str, Any], name: str) -> Locator:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    page.get_by_label("File").set_input_files({"name": f"{name}.txt", "mimeType": "text/plain", "buffer": name.encode()})
    return page.get_by_role("button", name="Attach file")


def _import(person: Person, _record: Mapping[str, Any], name: str) -> Locator:
    page = person.open("/r/{contact}/import")
    rows = person.called("{kind},{company}.{name}\n{company}," + name.lower() + " made\n").replace(name.lower(), name)
    page.get_by_label("File").set_input_files({"name": "rows.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    return page.get_by_role("button", name="Import", exact=True)


def _bulk(person: Person, record: Mapping[str, Any], _name: str) -> Locator:
    page = person.search("/r/{contact}", record["contact"]["number"])
    page.get_by_label(f"Select {record['contact']['number']}").check()
    person.press("Edit selected 1")
    person.choose("Field", "vip")
    person.press("Add field")
    page.get_by_role("checkbox", name="VIP").check()
    return page.get_by_role("button", name="Change all at once")


def _start(person: Person, record: Mapping[str, Any], name: str) -> Locator:
    _bulk(person, record, name)
    person.press("Preview")
    button = person.page.get_by_role("button", name="Change 1 record")
    expect(button).to_be_visible(timeout=30_000)
    return button


def _jobs(leader: Client, record: Mapping[str, Any], _name: str) -> int:
    """Return how many jobs changed the record or are about to."""
    own = str(record["contact"]["number"])
    jobs = [one["id"] for one in leader.api("GET", "/jobs").json["jobs"] if one["kind"] == "bulk"]
    return sum(own in {row["number"] for row in leader.api("GET", f"/jobs/{job}/rows?limit=50").json["rows"]} for job in jobs[:5])


def _view(person: Person, _record: Mapping[str, Any], name: str) -> Locator:
    page = person.open("/r/{contact}/views/new")
    page.get_by_label("Name of the view").fill(name)
    return page.get_by_role("button", name="Save", exact=True)


CASES: Mapping[str, Case] = {
    "create": Case(button=_new, count=_made),
    "save": Case(button=_edit, count=_changed("contact", "company.name")),
    "act": Case(button=_act, count=_changed("service_request", "assigned_user"), login="anna"),
    "assign": Case(button=_assign, count=_changed("service_request", "assigned_unit")),
    "delete": Case(button=_delete, count=lambda leader, record, _name: int(leader.api("GET", f"/records/service_request/{record['number']}").status == 404)),
    "note": Case(button=_note, count=lambda leader, record, _name: len(leader.api("GET", f"/records/service_request/{record['number']}/notes").json["notes"])),
    "attach": Case(
        button=_attach,
        count=lambda leader, record, _name: len(leader.api("GET", f"/records/service_request/{record['number']}/attachments").json["attachments"]),
    ),
    "import": Case(button=_import, count=_made),
    "bulk": Case(button=_bulk, count=_jobs),
    "start after a preview": Case(button=_start, count=_jobs),
}


@pytest.mark.parametrize("case", sampled(CASES, ("create", "act", "attach", "start after a preview")))
def test_a_form_that_arrives_twice_at_once_counts_once(enter: Enter, leader: Client, name: str, case: str) -> None:
    record = _request(leader, name)
    person = enter(CASES[case].login)
    button = CASES[case].button(person, record, name)

    answers = button.evaluate(_BOTH)

    assert answers[0] == answers[1], answers
    assert answers[0][0] == 200
    assert CASES[case].count(leader, record, name) == 1


@pytest.mark.parametrize("case", sampled(CASES, ("save", "note", "bulk")))
def test_a_button_that_is_pressed_twice_in_a_row_counts_once(enter: Enter, leader: Client, name: str, case: str) -> None:
    record = _request(leader, name)
    person = enter(CASES[case].login)
    button = CASES[case].button(person, record, name)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)

    with person.page.expect_response(lambda answer: answer.request.method == "POST" and "/check" not in answer.url):
        button.dblclick(no_wait_after=True)
    person.page.wait_for_load_state("networkidle")

    assert len([address for address in asked if not address.endswith("/check")]) == 1
    assert CASES[case].count(leader, record, name) == 1


def test_a_view_that_is_saved_twice_is_there_once(enter: Enter, name: str) -> None:
    anna = enter("anna")
    button = _view(anna, {}, name)

    answers = button.evaluate(_BOTH)

    assert answers[0] == answers[1], answers
    page = anna.open("/r/{contact}")
    expect(page.get_by_role("link", name=name)).to_have_count(1)


@once
def test_a_page_stands_where_it_stays_at_once(enter: Enter) -> None:
    """What glides to its place moves a button between press and release, and nothing is pressed."""
    page = enter("anna").open("/r/{contact}/new?kind={person}")
    page.set_viewport_size({"width": 1280, "height": 400})

    at_once, later = page.evaluate(
        """() => new Promise((done) => {
          document.querySelector("main form.card button[type=submit].btn-solid").focus();
          const at = scrollY;
          setTimeout(() => done([at, scrollY]), 300);
        })"""
    )

    assert at_once == later > 0
