"""A real browser in front of a real server: one installation for all tests of this folder, a fresh browser context for each."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from tests import chromium
from tests.acceptance.running import ROOT, Client, Desk

AXE = ROOT / "ui" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SERIOUS = ("serious", "critical")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder in one worker: they share one server."""
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass(slots=True)
class Person:
    """Somebody at a screen, and everything that went wrong on it."""

    page: Page
    address: str
    #: What the content security policy blocked, and errors of scripts.
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(f"{self.address}{path}")
        return self.page

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium; where there is none, say so loudly."""
    path = chromium.find()
    if path is None:
        sys.__stdout__.write("\nNO CHROMIUM: the browser tests were left out. Install chromium or set PACKDESK_CHROMIUM.\n")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation with the demo's people."""
    running = Desk(tmp_path_factory.mktemp("desk"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def leader(desk: Desk) -> Client:
    """A team leader at the API, who prepares what a test needs."""
    return desk.login("lena")


@pytest.fixture(scope="session")
def sessions(desk: Desk, browser: Browser) -> Callable[[str], StorageState]:
    """Give the cookies of somebody who logged in; each logs in once, because the server counts how often he tries."""
    known: dict[str, StorageState] = {}

    def of(login: str) -> StorageState:
        if login not in known:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{desk.port}/login/")
            page.fill("#username", login)
            page.fill("#password", desk.password)
            page.locator("form[name=login] button").click()
            page.wait_for_url(f"http://127.0.0.1:{desk.port}/")
            known[login] = context.storage_state()
            context.close()
        return known[login]

    return of


@pytest.fixture
def enter(desk: Desk, browser: Browser, sessions: Callable[[str], StorageState]) -> Iterator[Enter]:
    """Give a function that logs somebody in, in a browser context of his own; fail at the end when a page broke the policy."""
    opened: list[tuple[BrowserContext, Person]] = []

    def log_in(login: str, *, width: int = 1280, scheme: str = "light", language: str = "en-GB", scripts: bool = True) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=language,
            java_script_enabled=scripts,
            storage_state=sessions(login),
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        person = Person(page, f"http://127.0.0.1:{desk.port}")
        page.on("console", lambda message: person.faults.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("pageerror", lambda error: person.faults.append(str(error)))
        opened.append((context, person))
        return person

    yield log_in
    for context, person in opened:
        context.close()
        assert person.faults == []


@pytest.fixture
def shots() -> Path:
    """A folder for screenshots that a person looks at."""
    folder = ROOT / "var" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
