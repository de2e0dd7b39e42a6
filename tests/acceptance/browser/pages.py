"""Every kind of page: who opens it and how, for tests that look at all of them."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.acceptance.browser.conftest import Person
from tests.acceptance.running import Client, Desk

#: Leads somebody to a page, given a record to look at.
Way = Callable[[Person, Mapping[str, Any]], None]


def _path(path: str) -> Way:
    """Return the way to an address; ids stand in angle brackets, ``#`` is the number of the record."""

    def go(person: Person, record: Mapping[str, Any]) -> None:
        person.open(path.replace("#", str(record["number"])).replace("<", "{").replace(">", "}"))

    return go


def _form_with_errors(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{contact}/new")
    person.press("Create")
    expect(page.get_by_role("alert").first).to_be_visible()


def _modal(person: Person, record: Mapping[str, Any]) -> None:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    _in_the_open(page, page.locator("[hx-target='#modal-inside']")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _in_the_open(page: Page, found: Locator) -> Locator:
    """Return the first that can be pressed; what stands in a menu has the menu opened."""
    if not found.first.is_visible():
        page.locator("details.menu", has=found).first.locator("summary").click()
    return found.locator("visible=true").first


def _conflict(person: Person, record: Mapping[str, Any]) -> None:
    number = record["contact"]["number"]
    page = person.open(f"/r/{{contact}}/{number}/edit")
    version = page.locator("input[name=_version]")
    other = person.page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Last name").fill(f"Theirs{version.get_attribute('value')}")
    other.locator("main .form-end button").first.click()
    other.wait_for_url(re.compile(f"{number}$"))
    other.close()
    page.get_by_label("Last name").fill("Mine")
    person.press("Save")
    expect(page.get_by_label(re.compile("^Keep ")).first).to_be_visible()


def _desk(person: Person, record: Mapping[str, Any]) -> None:
    person.open(f"/r/{{contact}}/{record['contact']['number']}/desk?tab={{service_requests}}")


def _found(person: Person, record: Mapping[str, Any]) -> None:
    number = str(record["contact"]["number"])
    page = person.open("/")
    page.get_by_role("searchbox", name="Search everything").fill(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def _menu(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/")
    page.locator(".topbar details.menu:visible").last.locator("summary").click()


def _bulk_form(person: Person, record: Mapping[str, Any]) -> None:
    number = record["contact"]["number"]
    page = person.search("/r/{contact}", number)
    page.get_by_label(f"Select {number}").check()
    person.press("Edit selected 1")
    page.get_by_label("Field", exact=True).select_option("vip")
    person.press("Add field")
    page.get_by_role("checkbox", name="VIP").check()


def _preview(person: Person, record: Mapping[str, Any]) -> None:
    _bulk_form(person, record)
    person.press("Preview")
    expect(person.page.get_by_role("heading", name=re.compile("of 1 will change|of 1 would"))).to_be_visible(timeout=30_000)


def _report(person: Person, record: Mapping[str, Any]) -> None:
    _bulk_form(person, record)
    person.press("Change all at once")
    expect(person.page.get_by_role("heading", name=re.compile("of 1 (were|was) changed"))).to_be_visible(timeout=30_000)


def _split(person: Person, record: Mapping[str, Any]) -> None:
    page = person.search("/r/{service_request}?view={all}", str(record["number"]))
    page.get_by_role("link", name="Split").click()
    expect(page.locator(".opened-record h1")).to_be_visible()


def _keys(person: Person, record: Mapping[str, Any]) -> None:
    page = person.open(f"/r/{{service_request}}/{record['number']}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()


def _in_a_window(path: str, link: str) -> Way:
    """Return the way to what a link of a list opens as a window."""

    def go(person: Person, _record: Mapping[str, Any]) -> None:
        page = person.open(path.replace("<", "{").replace(">", "}"))
        page.wait_for_load_state("networkidle")
        page.get_by_role("link", name=link).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return go


def _chip(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{service_request}?view={all}")
    page.locator("#add-filter").click()
    page.locator("button[name=_add][value=status]").click()
    expect(page.locator("[data-chip-editor]")).to_be_visible()


def _quick(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Owner").press_sequentially("Nobody of this name", delay=5)
    page.get_by_role("option", name="New contact").click()
    window = page.locator("dialog.quick")
    window.get_by_role("button", name="Create").click()
    expect(window.locator("[role=alert]")).to_be_visible()


def _choices(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{account}/new")
    page.wait_for_load_state("networkidle")
    page.get_by_role("combobox", name="Owner").press_sequentially("Access", delay=5)
    expect(page.get_by_role("option").first).to_be_visible()


def _import_report(person: Person, _record: Mapping[str, Any]) -> None:
    page = person.open("/r/{contact}/import")
    rows = b"kind,person.first_name,person.last_name\nperson,Ida,Imported\nperson,,Refused\n"
    page.get_by_label("File").set_input_files({"name": "rows.csv", "mimeType": "text/csv", "buffer": rows})
    person.press("Try without saving")
    expect(page.locator("main .card table")).to_be_visible()


def _stale_view(person: Person, _record: Mapping[str, Any]) -> None:
    """Keep a view that somebody changed in another window: 409."""
    page = person.open("/r/{contact}/views/new")
    page.get_by_label("Name of the view").fill("Stale")
    person.press("Save")
    page.wait_for_url(re.compile("view=v-"))
    view = re.search(r"view=v-([^&]+)", page.url)
    assert view is not None
    _post(page, f"/r/contact/views/{view[1]}/update?view=v-{view[1]}", {"_version": "77"})
    expect(page.locator("[data-code]")).to_be_visible()


def _post(page: Page, address: str, values: Mapping[str, str]) -> None:
    """Send a form as a page without a script would."""
    with page.expect_navigation():
        page.evaluate(
            """([address, values]) => {
              const form = Object.assign(document.createElement("form"), { method: "post", action: address });
              for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
              document.body.append(form);
              HTMLFormElement.prototype.submit.call(form);
            }""",
            [address, dict(values)],
        )


def _refused(status: int, path: str) -> Way:
    """Return the way to an address that answers with a page and this status."""

    def go(person: Person, record: Mapping[str, Any]) -> None:
        answer = person.page.goto(person.address + person.called(path.replace("#", str(record["number"])).replace("<", "{").replace(">", "}")))
        assert answer is not None
        assert answer.status == status, answer.status
        expect(person.page.locator("[data-code]")).to_be_visible()

    return go


def _broken_file(person: Person, record: Mapping[str, Any]) -> None:
    """Ask for a file in whose place on the disk there is something else: 500."""
    answer = person.page.goto(f"{person.address}{record['broken']}")
    assert answer is not None
    assert answer.status == 500
    expect(person.page.locator("main")).to_contain_text(re.compile("Quote [0-9a-f]+"))


#: What kinds there are: the login of who opens it, and how.
PAGES: Mapping[str, tuple[str, Way]] = {
    "start": ("anna", _path("/")),
    "menu": ("admin", _menu),
    "list": ("anna", _path("/r/<service_request>?view=<all>")),
    "list for leaders": ("lena", _path("/r/<service_request>?view=<all>")),
    "record": ("anna", _path("/r/<service_request>/#")),
    "desk": ("anna", _desk),
    "form": ("anna", _path("/r/<contact>/new")),
    "types to choose from": ("anna", _path("/r/<service_request>/new")),
    "form with errors": ("anna", _form_with_errors),
    "modal": ("anna", _modal),
    "conflict": ("anna", _conflict),
    "bulk choice": ("lena", _bulk_form),
    "bulk preview": ("lena", _preview),
    "job report": ("lena", _report),
    "jobs": ("lena", _path("/jobs")),
    "board": ("anna", _path("/r/<service_request>?view=<all>&layout=board")),
    "split view": ("anna", _split),
    "chip editor": ("anna", _chip),
    "sheet of keys": ("anna", _keys),
    "column chooser": ("anna", _path("/r/<service_request>/columns")),
    "column chooser in a window": ("anna", _in_a_window("/r/<service_request>?view=<all>", "Columns")),
    "new view": ("lena", _path("/r/<service_request>/views/new")),
    "new view in a window": ("lena", _in_a_window("/r/<service_request>?view=<all>", "Save as view")),
    "choices of a picker": ("anna", _choices),
    "new record on the way": ("anna", _quick),
    "assignment": ("lena", _path("/r/<service_request>/#/assign")),
    "deletion": ("lena", _path("/r/<service_request>/#/delete")),
    "explain mode": ("anna", _path("/r/<service_request>/#?explain=1")),
    "import with its report": ("lena", _import_report),
    "not allowed": ("anna", _refused(403, "/r/<contact>/import")),
    "no such record": ("anna", _refused(404, "/r/<contact>/NONE1")),
    "overtaken": ("anna", _stale_view),
    "failed": ("lena", _broken_file),
    "history": ("anna", _path("/r/<service_request>/#/history")),
    "import": ("lena", _path("/r/<contact>/import")),
    "search results": ("anna", _found),
    "nothing there": ("anna", _path("/r/no_such_type")),
    "gallery": ("admin", _path("/gallery")),
    "users": ("admin", _path("/users/list/")),
    "user": ("admin", _path("/users/show/2")),
    "edit user": ("admin", _path("/users/edit/2")),
    "new user": ("admin", _path("/users/add")),
    "roles": ("admin", _path("/roles/list/")),
    "role": ("admin", _path("/roles/show/3")),
    "profile": ("admin", _path("/users/userinfo/")),
    "password": ("admin", _path("/resetmypassword/form")),
}


#: One of each make; their likes are judged in the long run.
EACH_TIME = (
    *("start", "list for leaders", "record", "desk", "form", "form with errors", "modal", "conflict", "bulk choice", "job report", "board"),
    *("split view", "chip editor", "sheet of keys", "choices of a picker", "explain mode", "import", "failed", "gallery", "users", "new user"),
)


def prepared(desk: Desk, leader: Client) -> Mapping[str, Any]:
    """Return a service request to look at, with a file that is broken on the disk."""
    contact = leader.create(
        "contact", kind="person", person={"first_name": "Erika", "last_name": "Access"}, phones=[{"type": "mobile", "number": "+49 30 765"}]
    )
    account = leader.create("account", owner=contact["number"], classification="private", credit_rating="a")
    made = leader.create("service_request", subtype="information_request", account=account["number"], description="Where?", assigned_user="anna")
    content = b"To be broken by the test of pages"
    form = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="broken.txt"\r\n\r\n' + content + b"\r\n--cut--\r\n"
    path = f"/records/service_request/{made['number']}/attachments"
    attached = leader.api("POST", path, form, Content_Type="multipart/form-data; boundary=cut").json
    for file in desk.home.rglob(hashlib.sha256(content).hexdigest()):
        file.unlink()
        file.mkdir()
    return {**made, "contact": contact, "broken": desk.called(f"/r/{{service_request}}/{made['number']}/attachments/{attached['id']}")}
