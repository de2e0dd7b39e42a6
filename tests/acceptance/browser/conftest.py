"""A real browser in front of a real server, the pack as written and with every id renamed: one installation each.

Whoever works with it in a test has a browser context for himself.

A test that proves nothing about ids runs on the pack as written only; it carries the mark ``once``. Of the others, those of the main
job of each screen run on both each time, the rest on the renamed pack in ``make soak``.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Browser, Locator, Page, Playwright, StorageState, expect, sync_playwright
from tests import chromium
from tests.acceptance.browser.contexts import Contexts, Kind
from tests.acceptance.running import AS_WRITTEN, RENAMED, ROOT, Client, Desk, open_desk
from tests.renaming import Renamer

AXE = ROOT / "ui" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SERIOUS = ("serious", "critical")
#: What every run walks through with renamed ids too: the main job of each screen. ``make soak`` walks through all of it so.
_RENAMED_EACH_TIME = frozenset({"test_screens.py", "test_forms_and_lists.py", "test_calendar.py", "test_desk_page.py"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave most tests of the renamed pack to the long run."""
    if not os.environ.get("PACKDESK_SOAK"):
        left = [item for item in items if _is_for_the_long_run(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


def sampled(cases: Iterable[str], each_time: Collection[str]) -> list[ParameterSet]:
    """Return cases of one kind as parameters: some are tried each time, the others in ``make soak`` only."""
    return [pytest.param(case, marks=() if case in each_time else pytest.mark.long) for case in cases]


def _is_for_the_long_run(item: pytest.Item) -> bool:
    if item.get_closest_marker("long") is not None:
        return True
    renamed = "/browser/" in item.path.as_posix() and hasattr(item, "callspec") and item.callspec.params.get("desk") == RENAMED
    return renamed and item.path.name not in _RENAMED_EACH_TIME


@dataclass(slots=True)
class Person:
    """Somebody at a screen, and everything that went wrong on it."""

    page: Page
    address: str
    renamer: Renamer
    #: What the content security policy blocked, and errors of scripts.
    faults: list[str] = field(default_factory=list)

    def called(self, text: str) -> str:
        """Return a text with the ids that stand in braces as this installation calls them."""
        return self.renamer.called(text)

    def open(self, path: str) -> Page:
        """Open a page of ours; ids stand in braces."""
        self.page.goto(f"{self.address}{self.called(path)}")
        return self.page

    def search(self, path: str, words: str) -> Page:
        """Open a list and search it; its first page may be full of what other tests made, and no address says what is looked for."""
        page = self.open(path)
        page.locator("#q").fill(words)
        with page.expect_response(lambda answer: answer.request.method == "POST" and "/r/" in answer.url):
            page.locator("#q").press("Enter")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        return page

    def choose(self, label: str, option: str) -> None:
        """Choose an option by its id."""
        self.page.get_by_label(label).select_option(self.renamer.word(option))

    def lines(self, group: str) -> Locator:
        """Return the rows of a line group."""
        return self.page.locator(f"[data-lines={self.renamer.word(group)}]")

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name in the middle of the page."""
        main = self.page.locator("main")
        main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True)).first.click()

    def reach(self) -> list[str]:
        """Return what keeps people with assistive technology out of the page: the serious findings of axe."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in SERIOUS]


Enter = Callable[..., Person]
#: What the frame around the records does, and what goes through all pages: the ids of a pack play no part.
once = pytest.mark.parametrize("desk", [AS_WRITTEN], indirect=True, scope="session")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """An installed Chromium; where there is none, say so loudly."""
    path = chromium.find()
    if path is None:
        sys.__stdout__.write("\nNO CHROMIUM: the browser tests were left out. Install chromium or set PACKDESK_CHROMIUM.\n")
        pytest.skip("no Chromium on this machine")
    started = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session", params=[AS_WRITTEN, RENAMED])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation with the demo's people."""
    with open_desk(tmp_path_factory.mktemp("desk"), request.param) as running:
        yield running


@pytest.fixture(scope="session")
def leader(desk: Desk) -> Client:
    """A team leader at the API, who prepares what a test needs."""
    return desk.login("lena")


@pytest.fixture(scope="session")
def sessions(desk: Desk, playwright: Playwright) -> Callable[[str], StorageState]:
    """Give the cookies of somebody who logged in; each logs in once, because the server counts how often he tries."""
    known: dict[str, StorageState] = {}
    address = f"http://127.0.0.1:{desk.port}"

    def of(login: str) -> StorageState:
        if login not in known:
            form = playwright.request.new_context(base_url=address)
            answer = form.post("/login/", form={"username": login, "password": desk.password}, headers={"Origin": address})
            assert answer.url == f"{address}/", (answer.status, answer.url)
            known[login] = form.storage_state()
            form.dispose()
        return known[login]

    return of


@pytest.fixture(scope="session")
def contexts(desk: Desk, browser: Browser, sessions: Callable[[str], StorageState]) -> Iterator[Contexts]:
    """The browser contexts that tests take turns in."""
    made = Contexts(browser, f"http://127.0.0.1:{desk.port}", sessions)
    yield made
    made.close()


@pytest.fixture
def enter(desk: Desk, contexts: Contexts) -> Iterator[Enter]:
    """Give a function that lets somebody in, in a browser context that he has for himself; fail at the end when a page broke the policy."""
    opened: list[tuple[Kind, Person, bool]] = []

    def let_in(login: str, *, width: int = 1280, scheme: str = "light", language: str = "en-GB", scripts: bool = True, kept: bool = True) -> Person:
        """Let somebody in; ``kept=False`` for a test that changes his context in a way that nobody takes back."""
        kind = Kind(login, language, scripts)
        page = contexts.page(kind, width=width, scheme=scheme)
        page.set_default_timeout(10_000)
        person = Person(page, contexts.address, desk.renamer)
        page.on("console", lambda message: person.faults.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("pageerror", lambda error: person.faults.append(str(error)))
        opened.append((kind, person, kept))
        return person

    yield let_in
    for kind, person, kept in opened:
        if kept:
            contexts.give_back(kind, person.page.context)
        else:
            person.page.context.close()
    assert [fault for _, person, _ in opened for fault in person.faults] == []


@pytest.fixture
def shots() -> Path:
    """A folder for screenshots that a person looks at."""
    folder = ROOT / "var" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
