"""Takes the pictures of ``docs/screenshots``: ``make screenshots``.

In: a demo server of its own, made for this in a folder that is thrown away, on a free port of this machine. Out: one PNG per page,
appearance and width, and of the main pages one in German. The made-up past is drawn by a fixed random, so that the same records are
shown each time.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402 - the tests' own helpers stand beside this folder
from tests import chromium, large  # noqa: E402
from tests.acceptance.browser.conftest import FLAGS  # noqa: E402
from tests.acceptance.running import Client, Desk  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = {"wide": (1440, 900), "narrow": (360, 740)}
_CUSTOMERS = "60"
_FINISHED = re.compile("Completed|Done|Cancelled")
#: A contact with much of its own.
_CALLER = "CO00000027"
#: The contact that two people change at once.
_SHARED = "CO00000003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the pictures are taken, and who else works there."""

    address: str
    #: A person beside the one at the screen, at the API.
    lena: Client


Way = Callable[[Page, Stage], None]
#: Page, language, appearance and width of a picture.
Look = tuple[str, str, str, str]


def _at(path: str) -> Way:
    """Return the way to an address."""

    def go(page: Page, stage: Stage) -> None:
        page.goto(stage.address + path)

    return go


def _number(page: Page) -> str:
    """Return the number of a request that can be answered now."""
    page.goto(_address(page) + "/r/service_request?view=mine")
    return page.locator("#results").get_by_role("link", name=re.compile("^SR")).nth(1).inner_text()


def _address(page: Page) -> str:
    return str(page.evaluate("location.origin"))


def _record(page: Page, stage: Stage) -> None:
    page.goto(stage.address)
    page.goto(f"{stage.address}/r/service_request/{_number(page)}")


def _start(page: Page, stage: Stage) -> None:
    """Open some records first, so that the page tells of them."""
    page.goto(stage.address)
    page.goto(f"{stage.address}/r/service_request?view=mine")
    for href in page.locator("#results td.lead a").evaluate_all("(all) => all.slice(2, 6).map((one) => one.href)"):
        page.goto(href)
    page.goto(f"{stage.address}/r/contact/{_CALLER}")
    page.goto(stage.address)


def _split(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.address}/r/service_request?view=mine&open={_number_at(page, stage)}")


def _number_at(page: Page, stage: Stage) -> str:
    page.goto(stage.address)
    return _number(page)


def _errors(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.address}/r/contact/new")
    page.locator("[name=kind]").select_option("person")
    page.locator("[name='person.first_name']").fill("Grace")
    page.locator("[name='person.born_on']").fill("31.2.1990")
    page.locator("main .form-end button").first.click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _modal(page: Page, stage: Stage) -> None:
    _record(page, stage)
    opener = page.locator(".next-steps [hx-target='#modal-inside']").first
    opener.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _conflict(page: Page, stage: Stage) -> None:
    """Let somebody else change name and phones while the form is open, and send it with other changes to both."""
    opened = {"person": {"last_name": "Keller"}, "phones": [{"type": "mobile", "number": "+49 30 901820 11"}, {"type": "home", "number": "+49 30 901820 12"}]}
    _changed(stage, opened)
    page.goto(f"{stage.address}/r/contact/{_SHARED}/edit")
    mobile, home = (str(row["id"]) for row in stage.lena.read("contact", _SHARED)["phones"])
    phones = [{"id": mobile, "type": "mobile", "number": "+49 30 901820 31"}, {"id": home, "type": "home", "number": "+49 30 901820 12"}]
    _changed(stage, {"person": {"last_name": "Keller-Berg"}, "phones": [*phones, {"type": "office", "number": "+49 30 901820 32"}]})
    page.locator("[name='person.last_name']").fill("Keller-Sommer")
    page.locator("[name='phones[1].number']").fill("+49 30 901820 44")
    page.locator("main .form-end button").first.click()
    expect(page.locator("[name^='_keep']").first).to_be_visible()


def _changed(stage: Stage, values: Mapping[str, object]) -> None:
    """Change the record that two people work on, as the other one of them."""
    stage.lena.edit("contact", stage.lena.read("contact", _SHARED), **values)


def _keys(page: Page, stage: Stage) -> None:
    _record(page, stage)
    page.locator("body").press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _bulk(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.address}/r/service_request?view=all")
    for place in range(3):
        page.locator("input[name=picked]").nth(place).check()
    _urgency(page)


def _urgency(page: Page) -> None:
    """Go from the picked rows of a list to the form that changes their urgency."""
    page.locator("[data-plain]").click()
    page.wait_for_url(re.compile("bulk"))
    page.locator("[name=_field]").select_option("urgency")
    page.locator("[value=add]").click()
    expect(page.locator("[name=urgency]")).to_be_visible()


def _report(page: Page, stage: Stage) -> None:
    """Preview another urgency of requests, of which some are finished."""
    page.goto(f"{stage.address}/r/service_request?view=all")
    for rows in (page.locator("#results tr", has_not_text=_FINISHED), page.locator("#results tr", has_text=_FINISHED)):
        for place in range(min(4, rows.locator("[name=picked]").count())):
            rows.locator("[name=picked]").nth(place).check()
    _urgency(page)
    page.locator("[name=urgency]").select_option(index=page.locator("[name=urgency] option").count() - 1)
    page.locator("button.btn[value=preview]").click()
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.locator("main progress")).to_have_count(0)
    expect(page.locator("main tbody tr").first).to_be_visible()
    page.evaluate("document.activeElement?.blur()")


def _import(page: Page, stage: Stage) -> None:
    """Try a file with two contacts, of which one can't be."""
    page.goto(f"{stage.address}/r/contact/import")
    table = "kind,person.first_name,person.last_name,person.born_on\nperson,Grace,Hopper,1906-12-09\nperson,Ada,Lovelace,31.2.1990\n"
    page.set_input_files("#file", {"name": "contacts.csv", "mimeType": "text/csv", "buffer": table.encode()})
    page.locator("[value=try]").click()
    expect(page.locator("main tbody tr").first).to_be_visible()
    page.evaluate("scrollTo(0, 0)")


def _print(page: Page, stage: Stage) -> None:
    _record(page, stage)
    page.emulate_media(media="print")
    page.evaluate("document.body.style.padding = '16px'")


def _comfortable(page: Page, stage: Stage) -> None:
    """Choose more room in the menu and open a form."""
    page.goto(stage.address)
    page.locator("[name=density][value=comfortable]").evaluate("(button) => button.click()")
    expect(page.locator("html[data-density=comfortable]")).to_be_attached()
    page.goto(f"{stage.address}/r/contact/new")


def _gallery(page: Page, stage: Stage) -> None:
    """Show the top of the page, whichever example took the focus."""
    page.goto(f"{stage.address}/gallery")
    page.evaluate("scrollTo(0, 0)")


def _desk(page: Page, stage: Stage) -> None:
    """Open the desk of the customer of a request that can be completed from it."""
    page.goto(f"{stage.address}/r/service_request?view=mine")
    page.locator("#results tr", has=page.locator("td.acts .btn:not(.row-edit)")).first.locator("td:not(.lead, .acts) a").first.click()
    page.wait_for_url(re.compile("/r/contact/"))
    page.goto(f"{page.url}/desk")
    page.locator(".desk-tabs a").nth(2).click()
    expect(page.locator(".desk-tabs a").nth(2)).to_have_attribute("aria-current", "page")


def _survey(rest: str) -> Way:
    """Return the way to a page of the record that has much of everything."""
    return _at(f"/r/survey/SV00000001{rest}")


def _options(page: Page, stage: Stage) -> None:
    _survey("/edit")(page, stage)
    page.wait_for_load_state("networkidle")
    combo = page.locator(".combo", has=page.locator("[name='part_0.field_019']"))
    search = combo.locator("input:not([type=hidden])").first
    search.scroll_into_view_if_needed()
    search.click()
    search.fill("bremen")
    expect(combo.locator("li").nth(1)).to_be_visible()


def _rows(page: Page, stage: Stage) -> None:
    _survey("/edit")(page, stage)
    page.locator("[data-lines=rows] .line").nth(97).scroll_into_view_if_needed()


def _note(page: Page, stage: Stage) -> None:
    _survey("")(page, stage)
    page.get_by_role("link", name=re.compile("Show all 100,000 characters")).click()
    expect(page.locator("section:has(#notes)")).to_contain_text("The very end.")
    page.locator("section:has(#notes)").evaluate("(notes) => notes.scrollIntoView({ block: 'start' })")


#: Name of the picture -> who is logged in (nobody: empty) and how to get there.
PICTURES: Mapping[str, tuple[str, Way]] = {
    "login": ("", _at("/login/")),
    "start": ("anna", _start),
    "list": ("anna", _at("/r/service_request?view=mine")),
    "board": ("anna", _at("/r/service_request?view=mine&layout=board")),
    "calendar": ("anna", _at("/r/activity?view=all&layout=calendar")),
    "split": ("anna", _split),
    "desk": ("anna", _desk),
    "record": ("anna", _record),
    "form": ("anna", _at("/r/contact/new")),
    "comfortable": ("tom", _comfortable),
    "errors": ("anna", _errors),
    "modal": ("anna", _modal),
    "conflict": ("anna", _conflict),
    "keys": ("anna", _keys),
    "shortcuts": ("anna", _at("/shortcuts/keys")),
    "empty": ("anna", _at("/r/communication?view=drafts")),
    "bulk": ("lena", _bulk),
    "job": ("lena", _report),
    "import": ("lena", _import),
    "print": ("anna", _print),
    "users": ("admin", _at("/users/list/")),
    "user": ("admin", _at("/users/edit/2")),
    "role": ("admin", _at("/roles/show/3")),
    "gallery": ("admin", _gallery),
}


#: Pictures of much of everything, taken when a pack with 200 fields, 500 options and a record with a long past lies on the demo.
LARGE: Mapping[str, tuple[str, Way]] = {
    "large-record": ("anna", _survey("")),
    "large-history": ("anna", _survey("/history")),
    "large-form": ("anna", _survey("/edit")),
    "large-options": ("anna", _options),
    "large-rows": ("anna", _rows),
    "large-note": ("anna", _note),
}
#: The main pages, also shown in German.
GERMAN = ("login", "start", "list", "record", "form", "errors", "conflict", "users")


def _sessions(browser: Browser, desk: Desk, address: str) -> Mapping[str, object]:
    """Log everybody in once; the server counts how often somebody tries."""
    found: dict[str, object] = {"": None}
    for login in sorted({who for who, _ in PICTURES.values()} - {""}):
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{address}/login/")
        page.fill("#username", login)
        page.fill("#password", desk.password)
        page.locator("form[name=login] button").click()
        page.wait_for_url(f"{address}/")
        found[login] = context.storage_state()
        context.close()
    return found


def _take_all(browser: Browser, desk: Desk, wanted: set[str]) -> None:
    stage = Stage(address=f"http://127.0.0.1:{desk.port}", lena=desk.login("lena"))
    states = _sessions(browser, desk, stage.address)
    _take(browser, stage, states, (look for look in _looks() if not wanted or look[0] in wanted), PICTURES)
    some = {name: way for name, way in LARGE.items() if not wanted or name in wanted}
    if some:
        desk.command("publish", large.write_pack(desk.home / "large"), "--note", "much of everything")
        large.fill(desk, stage.lena)
        _take(browser, stage, states, ((name, "en", "light", size) for name in some for size in WIDTHS), some)


def _take(browser: Browser, stage: Stage, states: Mapping[str, object], looks: Iterable[Look], pictures: Mapping[str, tuple[str, Way]]) -> None:
    for name, language, scheme, size in looks:
        login, go = pictures[name]
        width, height = WIDTHS[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=f"{language}-{'GB' if language == 'en' else 'DE'}",
            reduced_motion="reduce",
            storage_state=states[login],  # type: ignore[arg-type]
        )
        page = context.new_page()
        go(page, stage)
        page.wait_for_load_state("networkidle")
        page.mouse.move(0, 0)
        path = FOLDER / f"{name}-{'' if language == 'en' else 'de-'}{size}-{scheme}.png"
        page.screenshot(path=path)
        context.close()
        sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} kB\n")


def _looks() -> Iterator[Look]:
    """Yield page, language, appearance and width of each picture."""
    yield from ((name, "en", scheme, size) for name in PICTURES for scheme in ("light", "dark") for size in WIDTHS)
    yield from ((name, "de", "light", size) for name in GERMAN for size in WIDTHS)


def main(names: list[str]) -> int:
    """Take the pictures of these names, or all."""
    executable = chromium.find()
    if executable is None:
        sys.stdout.write("NO CHROMIUM: no pictures were taken. Say make browser, or set PACKDESK_CHROMIUM.\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        desk = Desk(Path(home))
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            desk.start("--customers", _CUSTOMERS)
            _take_all(browser, desk, set(names))
        finally:
            browser.close()
            desk.stop()
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
