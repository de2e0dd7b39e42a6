"""A pack whose texts are attacks, records that say such things, and every kind of page: all of it is shown literally (QUALITY C: no XSS).

What the check of packs refuses is in the table at the end; what it lets through is shown as the letters that it is.
"""

import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.acceptance.browser.conftest import Person
from tests.acceptance.running import BASE, Client, Desk
from tests.renaming import Renamer

from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)>",
    "javascript:alert(4)",
    "{{ 7 * 7 }} ${7*7} <%= 7*7 %>",
    "{% raw %}{{ config }}",
    "&lt;b class=injected&gt;",
    "</textarea><b class=injected>",
    "</title><b class=injected>",
    "--><b class=injected>",
    "]]><b class=injected>",
    "</style></script><b class=injected>",
    '" autofocus onfocus="alert(5)',
    "' onmouseover='alert(6)",
    '" hx-on:click="alert(7)" hx-get="/nowhere',
    '<a href="javascript:alert(8)" class=injected>open</a>',
    '<input name="_key" value="x" class=injected>',
    "<iframe srcdoc='<script>parent.alert(9)</script>'>",
    '<form action="https://evil.invalid/"><button class=injected>',
    "<style>body{display:none}</style>",
    "<base href=https://evil.invalid/>",
    "<meta http-equiv=refresh content=0;url=https://evil.invalid/>",
    "data:text/html,<script>alert(10)</script>",
    "%3Cscript%3Ealert(11)%3C/script%3E",
    "\\u003cimg src=x onerror=alert(12)\\u003e",
    "`${alert(13)}`",
    "{count} {0} %s %(label)s {name!r}",
    "#record.number #nobody",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE record; --",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034dalgo",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 <b class=injected>",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f4",
)
#: Keys of documents whose values people read.
_TEXTS = frozenset({"label", "plural", "description", "guidance", "hint", "message", "title_text"})
#: Keys whose members are named by fields, which may be called like a text.
_OF_FIELDS = frozenset({"carry_over", "values"})
#: What may have got out of a text: elements and attributes that nobody of ours writes.
_INJECTED = """() => [...document.querySelectorAll("*")].filter((one) =>
  one.matches(".injected, iframe, object, embed, base, meta[http-equiv], img[src='x'], script:not([src]), style, svg[onload]") ||
  [...one.attributes].some((each) => each.name.startsWith("on") || each.name.startsWith("hx-on")) ||
  ["href", "src", "action", "formaction"].some((name) => /^\\\\s*(javascript|data):/i.test(one.getAttribute(name) ?? "")) ||
  (one.localName === "form" && new URL(one.action).origin !== location.origin)).map((one) => one.outerHTML.slice(0, 200))"""
#: Everything that somebody can read, in fields too.
_READ = """() => [document.title, document.body.textContent, ...[...document.querySelectorAll("input, textarea")].map((one) => one.value),
  ...[...document.querySelectorAll("[aria-label], [title], [placeholder], [data-told]")].flatMap((one) =>
    ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? ""))].join("\\n").replace(/\\s+/g, " ")"""
_WIDE = """() => {
  const held = (one) => one !== null && one !== document.body && (getComputedStyle(one).overflowX !== "visible" || held(one.parentElement));
  const edge = document.documentElement.clientWidth + 1;
  return document.documentElement.scrollWidth <= edge ? [] : [...document.body.querySelectorAll("*")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > edge && !held(one.parentElement)).map((one) => one.outerHTML.slice(0, 160));
}"""


def _told(name: str, value: str, drawn: Iterator[str]) -> str:
    return f"{value} {next(drawn)}" if name in _TEXTS else value


def _hostile_pack(target: Path) -> Path:
    """Write the base pack with a payload in each of its texts, in both languages, and return where; ids stay."""
    shutil.copytree(BASE, target)
    drawn = itertools.cycle(PAYLOADS)

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: _told(name, value, drawn) if isinstance(value, str) else value if name in _OF_FIELDS else walk(value) for name, value in node.items()}
        return [walk(value) for value in node] if isinstance(node, list) else node

    for path in sorted(target.rglob("*.json")):
        if not {"records", "scenarios", "locale"} & set(path.relative_to(target).parts) and path.name != "pack.json":
            path.write_text(json.dumps(walk(json.loads(path.read_text()))))
    organisation = target / "organisation" / "demo.json"
    body = json.loads(organisation.read_text())
    for user in body["users"].values():
        user["name"] = f"{user['name']} {next(drawn)}"[:100]
    organisation.write_text(json.dumps(body))
    german = json.loads((target / "locale" / "de.json").read_text())
    spoken = {path: {name: f"{text} {next(drawn)}" for name, text in texts.items()} for path, texts in german["labels"].items()}
    english = {path: {"label": f"{path.rpartition('.')[2]} {next(drawn)}"} for path, texts in german["labels"].items() if "label" in texts}
    (target / "locale" / "de.json").write_text(json.dumps({**german, "labels": spoken}))
    (target / "locale" / "en.json").write_text(json.dumps({"id": "en", "labels": english}))
    return target


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation with the hostile pack."""
    home = tmp_path_factory.mktemp("hostile")
    desk = Desk(home, packs=str(_hostile_pack(home / "pack")))
    try:
        yield desk.start()
    finally:
        desk.stop()


@dataclass(frozen=True, slots=True)
class Told:
    """Records that say hostile things, by what they are."""

    contact: Mapping[str, Any]
    firm: Mapping[str, Any]
    request: Mapping[str, Any]
    activity: Mapping[str, Any]


@pytest.fixture(scope="module")
def told(hostile: Desk) -> Told:
    """Records, notes, files, views and a job with payloads."""
    lena = hostile.login("lena")
    named = {"first_name": PAYLOADS[0], "last_name": "W" * 100, "middle_name": PAYLOADS[30][:100]}
    contact = lena.create("contact", kind="person", person=named, phones=[{"type": "mobile", "number": "+49 30 123"}])
    firm = lena.create("contact", kind="company", company={"name": PAYLOADS[1] + "X" * 60}, customer_number=PAYLOADS[29][:40])
    for _ in range(2):
        account = lena.create("account", owner=contact["number"], classification="private", credit_rating="a")
    described = "\n".join(PAYLOADS) + "\n" + "Y" * 300
    request = lena.create("service_request", subtype="information_request", account=account["number"], description=described, assigned_unit="first_line")
    activity = lena.create("activity", subtype="call_back", contact=contact["number"], assigned_unit="first_line", description=described)
    for payload in PAYLOADS:
        assert lena.api("POST", f"/records/service_request/{request['number']}/notes", {"text": f"{payload}\n\u202eexe.txt " + "Z" * 300}).status == 201
    for number, name in enumerate((PAYLOADS[1], "'><svg onload=alert(3)>.txt", "N" * 300 + ".pdf", "\u202egnp.exe", PAYLOADS[31])):
        _attach(lena, request, name, str(number))
    return Told(contact, firm, request, activity)


def _attach(client: Client, record: Mapping[str, Any], name: str, content: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n{content}\r\n--cut--\r\n'
    answer = client.api("POST", f"/records/service_request/{record['number']}/attachments", head.encode(), Content_Type="multipart/form-data; boundary=cut")
    assert answer.status == 201, answer.body


Way = Callable[[Person, Told], object]


def _at(path: str) -> Way:
    """Return the way to an address; ``#`` is the number of the request, ``@`` the contact's, ``~`` the activity's."""

    def go(person: Person, told: Told) -> None:
        numbers = {"#": told.request["number"], "@": told.contact["number"], "~": told.activity["number"]}
        person.page.goto(person.address + re.sub("[#@~]", lambda match: str(numbers[match[0]]), path))

    return go


def _sent_empty(path: str) -> Way:
    """Return the way to a form that was refused."""

    def go(person: Person, told: Told) -> None:
        _at(path)(person, told)
        person.page.locator("main .form-end button[type=submit]").last.click()
        expect(person.page.get_by_role("alert").first).to_be_visible()

    return go


def _step(person: Person, told: Told) -> None:
    _at("/r/service_request/#")(person, told)
    opener = person.page.locator("[hx-target='#modal-inside']")
    if not opener.first.is_visible():
        person.page.locator("details.menu", has=opener).first.locator("summary").click()
    opener.locator("visible=true").first.click()
    expect(person.page.get_by_role("dialog")).to_be_visible()


def _choices(person: Person, told: Told) -> None:
    _at("/r/account/new")(person, told)
    person.page.wait_for_load_state("networkidle")
    person.page.locator("input[data-search]").first.press_sequentially("WWWW", delay=5)
    expect(person.page.locator(".combo li").first).to_be_visible()


def _quick(person: Person, told: Told) -> None:
    _choices(person, told)
    person.page.locator(".combo li").last.click()
    expect(person.page.locator("dialog.quick")).to_be_visible()


def _keys(person: Person, told: Told) -> None:
    _at("/r/service_request/#")(person, told)
    person.page.wait_for_load_state("networkidle")
    person.page.keyboard.press("?")
    expect(person.page.locator("dialog[data-keys]")).to_be_visible()


def _saved_view(person: Person, told: Told) -> None:
    _at("/r/contact/views/new")(person, told)
    person.page.locator("#view-label").fill(PAYLOADS[1])
    person.page.locator("main .form-end button[type=submit]").click()
    person.page.wait_for_url(re.compile("view=v-"))


def _chip(person: Person, told: Told) -> None:
    _at("/r/service_request?view=all")(person, told)
    page = person.page
    page.locator("#add-filter").click()
    page.locator("button[name=_add][value=description]").click()
    page.locator("#chip-value-0").fill(PAYLOADS[0])
    page.locator("#chip-value-0").press("Enter")
    expect(page.locator(".chip").first).to_be_visible()


def _chip_editor(person: Person, told: Told) -> None:
    _at("/r/service_request?view=all")(person, told)
    person.page.locator("#add-filter").click()
    person.page.locator("button[name=_add][value=status]").click()
    expect(person.page.locator("[data-chip-editor]")).to_be_visible()


def _bulk(person: Person, told: Told) -> None:
    page = person.search("/r/contact", str(told.contact["number"]))
    page.locator("input[name=picked]").first.check()
    page.locator("[formaction*='/bulk'], form[action*='/bulk'] button[type=submit]").first.click()
    page.locator("select[name=_field]").select_option("vip")
    page.locator("button.btn[name=_bulk][value=add]").click()
    expect(page.locator("[name=vip]").last).to_be_attached()


def _report(person: Person, told: Told) -> None:
    _bulk(person, told)
    person.page.locator("button.btn[name=_bulk][value=preview]").click()
    expect(person.page.locator("[data-over]")).to_be_attached(timeout=30_000)


def _searched(person: Person, told: Told) -> None:
    _at("/")(person, told)
    person.page.locator("input[type=search][name=q]").first.fill(PAYLOADS[0])
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def _conflict(person: Person, told: Told) -> None:
    path = f"/r/contact/{told.contact['number']}/edit"
    page = person.page
    page.goto(person.address + path)
    other = page.context.new_page()
    other.goto(person.address + path)
    middle = other.locator("[name='person.middle_name']")
    middle.fill(PAYLOADS[2] if middle.input_value() != PAYLOADS[2] else PAYLOADS[5])
    other.locator("main .form-end button").first.click()
    other.wait_for_url(re.compile(r"/r/contact/\w+$"))
    other.close()
    page.locator("[name='person.middle_name']").fill(PAYLOADS[3])
    page.locator("main .form-end button").first.click()
    expect(page.locator("[name^='_keep']").first).to_be_attached()


def _noted(person: Person, told: Told) -> None:
    _at("/r/contact/@")(person, told)
    person.page.locator("#note").fill(PAYLOADS[0])
    person.page.locator("form:has(#note) button").click()
    expect(person.page.locator("section:has(#notes) .trail")).to_contain_text(PAYLOADS[0])


def _imported(person: Person, told: Told) -> None:
    _at("/r/contact/import")(person, told)
    rows = f'kind,person.first_name,person.last_name\nperson,{PAYLOADS[0]},\n"{PAYLOADS[1].replace(chr(34), chr(34) * 2)}",a,b\n'
    person.page.locator("#file").set_input_files({"name": "<b class=injected>.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    person.page.locator("button[value=try]").click()
    expect(person.page.locator(".card table")).to_be_visible()


_PAGES: Mapping[str, tuple[str, Way]] = {
    "start": ("anna", _at("/")),
    "search": ("anna", _searched),
    "contacts": ("lena", _at("/r/contact")),
    "requests": ("lena", _at("/r/service_request?view=all")),
    "board": ("lena", _at("/r/service_request?view=all&layout=board")),
    "calendar": ("lena", _at("/r/activity?view=all&layout=calendar")),
    "split": ("lena", _at("/r/service_request?view=all&open=#")),
    "columns": ("anna", _at("/r/service_request/columns")),
    "chip": ("anna", _chip),
    "chip editor": ("anna", _chip_editor),
    "saved view": ("lena", _saved_view),
    "record": ("anna", _at("/r/service_request/#")),
    "explained": ("anna", _at("/r/service_request/#?explain=1")),
    "contact": ("anna", _at("/r/contact/@")),
    "activity": ("anna", _at("/r/activity/~")),
    "history": ("lena", _at("/r/service_request/#/history")),
    "notes": ("lena", _at("/r/service_request/#/notes")),
    "note added": ("anna", _noted),
    "window of a step": ("anna", _step),
    "moves": ("anna", _at("/r/service_request/#/moves")),
    "sheet of keys": ("anna", _keys),
    "assignment": ("lena", _at("/r/service_request/#/assign")),
    "deletion": ("lena", _at("/r/service_request/#/delete")),
    "types": ("anna", _at("/r/service_request/new")),
    "form": ("anna", _at("/r/service_request/new?subtype=service_outage")),
    "form refused": ("anna", _sent_empty("/r/contact/new?kind=person")),
    "edit": ("lena", _at("/r/service_request/#/edit")),
    "choices": ("anna", _choices),
    "on the way": ("anna", _quick),
    "conflict": ("anna", _conflict),
    "bulk": ("lena", _bulk),
    "job": ("lena", _report),
    "jobs": ("lena", _at("/jobs")),
    "import": ("lena", _imported),
    "no such page": ("anna", _at("/r/%3Cscript%3Ealert(1)%3C%2Fscript%3E")),
    "no such record": ("anna", _at("/r/contact/%22%3E%3Cimg%20src=x%20onerror=alert(2)%3E")),
    "wrong view": ("anna", _at("/r/contact?view=%3Cb%20class=injected%3E")),
    "wrong order": ("anna", _at("/r/contact?order=%3Cb%20class=injected%3E")),
    "not allowed": ("anna", _at("/r/contact/import")),
    "gallery": ("admin", _at("/gallery")),
    "users": ("admin", _at("/users/list/")),
    "user": ("admin", _at("/users/show/2")),
    "roles": ("admin", _at("/roles/list/")),
    "role": ("admin", _at("/roles/show/3")),
    "profile": ("admin", _at("/users/userinfo/")),
}
#: Pages that show nothing of a pack or a record beside the frame.
_PLAIN = frozenset({"gallery"})


@pytest.fixture(scope="module")
def people(hostile: Desk, browser: Browser) -> Iterator[Callable[[str, str], tuple[Person, list[str]]]]:
    """Give somebody with a screen in a language, logged in once, and the dialogs that opened by themselves."""
    known: dict[str, Any] = {}
    opened = []

    def enter(login: str, language: str) -> tuple[Person, list[str]]:
        address = f"http://127.0.0.1:{hostile.port}"
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE" if language == "de" else "en-GB", storage_state=known.get(login))
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        person, dialogs = Person(page, address, Renamer()), []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message) if dialog.type != "beforeunload" else None, dialog.accept()))
        page.on("console", lambda message: person.faults.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("pageerror", lambda error: person.faults.append(str(error)))
        if login not in known:
            page.goto(f"{address}/login/")
            page.fill("#username", login)
            page.fill("#password", hostile.password)
            page.locator("form[name=login] button").click()
            page.wait_for_url(f"{address}/")
            known[login] = context.storage_state()
        return person, dialogs

    yield enter
    for context in opened:
        context.close()


#: Everybody's pages in English, and those of whoever sees most in German; the other German ones in the long run.
_PASSES = [
    pytest.param(login, language, marks=() if language == "en" or login == "lena" else pytest.mark.long)
    for language in ("en", "de")
    for login in sorted({login for login, _ in _PAGES.values()})
]


def _judge(page: Page, kind: str) -> list[str]:
    """Return what is wrong with the page in hand."""
    wrong = [f"{kind}: injected {one}" for one in page.evaluate(_INJECTED)]
    text = page.evaluate(_READ)
    wrong += [f"{kind}: written as code: {one}" for one in ("&amp;lt;", "&amp;amp;", "&#34;", "&#39;", " 49 $") if one in text]
    page.set_viewport_size({"width": 360, "height": 740})
    wrong += [f"{kind}, narrow: wide {one}" for one in page.evaluate(_WIDE)[:3]]
    page.set_viewport_size({"width": 1280, "height": 900})
    wrong += [f"{kind}: wide {one}" for one in page.evaluate(_WIDE)[:3]]
    return wrong


@pytest.mark.parametrize(("login", "language"), _PASSES)
def test_hostile_texts_are_shown_as_the_letters_they_are(
    people: Callable[[str, str], tuple[Person, list[str]]], told: Told, seen: dict[str, set[str]], login: str, language: str
) -> None:
    person, dialogs = people(login, language)
    wrong: list[str] = []

    for kind, (who, go) in _PAGES.items():
        if who != login:
            continue
        go(person, told)
        person.page.wait_for_load_state("networkidle")
        text = str(person.page.evaluate(_READ))
        found = {payload for payload in PAYLOADS if re.sub(r"\s+", " ", payload) in text}
        if not found and kind not in _PLAIN:
            wrong.append(f"{kind}: shows no payload at all")
        seen.setdefault(language, set()).update(found)
        wrong += _judge(person.page, kind)

    assert wrong == [], "\n".join(wrong)
    assert (dialogs, person.faults) == ([], [])
    if login == "lena":
        assert set(PAYLOADS) - seen[language] == set()


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    """Payloads that were read on a page, by language."""
    return {}


#: What no pack may say: file, way to the value, value, code of the problem.
_REFUSED: Mapping[str, tuple[str, tuple[str, ...], object]] = {
    "an icon that is markup": ("entity_types/contact.json", ("icon",), '"><svg onload=alert(1)>'),
    "an icon that is a path": ("entity_types/contact.json", ("icon",), "../../etc/passwd"),
    "a colour that is a style": ("level_lists/priority.json", ("levels", "p1", "colour"), "red;background:url(//evil.invalid)"),
    "a colour that is markup": ("level_lists/priority.json", ("levels", "p1", "colour"), '"><script>alert(1)</script>'),
    "a label that turns what follows round": ("entity_types/contact.json", ("label",), "\u202egnp.exe"),
    "a label of two lines": ("entity_types/contact.json", ("label",), "Contact\nadmin"),
    "a label with a NUL": ("entity_types/contact.json", ("label",), "Contact\u0000"),
    "a label longer than a line": ("entity_types/contact.json", ("label",), "W" * 300),
    "a label of nothing": ("entity_types/contact.json", ("label",), "  "),
    "a label that is no text": ("entity_types/contact.json", ("label",), {"html": "<b>"}),
    "a prefix that is markup": ("entity_types/contact.json", ("number", "prefix"), "<b>"),
    "an id that is markup": ("entity_types/contact.json", ("id",), "<script>"),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_what_the_check_of_packs_refuses_it_names_by_file_and_place(tmp_path: Path, case: str) -> None:
    file, way, value = _REFUSED[case]
    shutil.copytree(BASE, tmp_path / "pack")
    body = json.loads((tmp_path / "pack" / file).read_text())
    node = body
    for name in way[:-1]:
        node = node[name]
    node[way[-1]] = value
    (tmp_path / "pack" / file).write_text(json.dumps(body))

    problems = load([FolderSource(tmp_path / "pack")]).problems

    assert problems, case
    assert file in {problem.file for problem in problems}
    assert all(problem.code and problem.message for problem in problems)
