"""How soon the screen answers a hand: interaction to next paint in Chromium, against the real server over the filled database.

In: the filled installation. Out: a row for filter, tab and window. Event timing counts from the press to the next frame (in steps of
8 ms), so what the server takes is told beside it: the time until its answer was painted.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from tests import chromium
from tests.acceptance.running import free_port, packdesk

from benchmarks.data import REQUEST
from benchmarks.installation import Installation
from benchmarks.measure import Row, most
from packdesk.web import members

_LOGIN = "painter"
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_DEMAND = 100
_VISITS = 12
#: A visit counts by its worst interaction, and three of four visits must meet the demand, as Core Web Vitals judge.
_QUARTILE = 3
_PATIENCE = 60
#: Collects what event timing says of presses; the shortest are left out by browsers and count as one step.
_WATCH = """() => {
  window.presses = new Map();
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.interactionId) window.presses.set(one.interactionId, Math.max(one.duration, window.presses.get(one.interactionId) ?? 0));
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
}"""
#: Resolves two frames later: whatever was changed is painted.
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds: the worst press of a visit until its next paint, and the longest until an answer was painted."""

    press: float
    answer: float


Deed = Callable[[Page], Iterator[Callable[[], object]]]


def rows(at: Installation) -> list[Row]:
    """Return how soon filter, tab and window paint; says so loudly where there is no browser to measure in."""
    path = chromium.find()
    if path is None:
        sys.stderr.write("\nNO CHROMIUM: interaction to next paint was NOT measured. Say make browser, or set PACKDESK_CHROMIUM.\n\n")
        return [Row(f"next paint: {what}", "NOT MEASURED", "no Chromium on this machine", f"at most {_DEMAND} ms", met=False) for what in _DEEDS]
    with _serving(at) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(f"{address}/login/")
        page.fill("#username", _LOGIN)
        page.fill("#password", password)
        page.locator("form[name=login] button").click()
        page.wait_for_url(f"{address}/")
        found = [_row(what, _visits(page, address + where, deed)) for what, (where, deed) in _DEEDS.items()]
        browser.close()
    return found


def _row(what: str, visits: list[Visit]) -> Row:
    presses, answers = sorted(visit.press for visit in visits), [visit.answer for visit in visits]
    figure = statistics.quantiles(presses, n=4)[_QUARTILE - 1] if len(presses) > 1 else presses[0]
    beside = f"median {statistics.median(presses):.0f} ms, worst {presses[-1]:.0f} ms; the server's answer painted after {statistics.median(answers):.0f} ms"
    return Row(f"next paint: {what}", f"{figure:.0f} ms", beside, f"at most {_DEMAND} ms", met=figure <= _DEMAND)


def _visits(page: Page, address: str, deed: Deed) -> list[Visit]:
    """Return what each visit took, the first left out: it warms the server and the browser up."""
    found = []
    for _ in range(most(_VISITS) + 1):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate(_WATCH)
        answers = []
        for press in deed(page):
            begun = time.perf_counter()
            press()
            page.evaluate(_PAINTED)
            answers.append((time.perf_counter() - begun) * 1000)
        page.wait_for_timeout(100)
        presses = json.loads(page.evaluate("() => JSON.stringify([...window.presses.values()])"))
        found.append(Visit(press=max(presses, default=16), answer=max(answers)))
    return found[1:]


def _filter(page: Page) -> Iterator[Callable[[], object]]:
    """Set a filter by its menu, and take it off."""
    yield lambda: page.locator("#add-filter").click()

    def choose() -> None:
        page.locator("button[name=_add][value=description]").click()
        page.locator("#chip-value-0").wait_for()

    def enter() -> None:
        page.keyboard.press("Enter")
        page.locator("#unchip-0").wait_for()
        page.locator("[data-chip-editor]").wait_for(state="detached")

    def take_off() -> None:
        page.locator("#unchip-0").click()
        page.locator("#unchip-0").wait_for(state="detached")

    yield choose
    page.locator("#chip-value-0").focus()
    yield lambda: page.keyboard.type("bill")
    yield enter
    yield take_off


def _tab(page: Page) -> Iterator[Callable[[], object]]:
    """Go through the tabs of what belongs to a record."""
    tabs = page.locator("[id^=tab-][hx-get]")
    for place in (1, 0):
        name = tabs.nth(place).get_attribute("id")

        def open_tab(name: str | None = name) -> None:
            page.locator(f"#{name}").click()
            page.locator(f"#{name}[aria-current]").wait_for()

        yield open_tab


def _window(page: Page) -> Iterator[Callable[[], object]]:
    """Open the window of a step, and close it."""
    opener = page.locator("main [hx-target='#modal-inside']")
    if not opener.first.is_visible():
        yield lambda: page.locator("details.menu", has=opener).first.locator("summary").click()

    def open_window() -> None:
        opener.locator("visible=true").first.click()
        page.locator("dialog#modal[open]").wait_for()

    def close() -> None:
        page.keyboard.press("Escape")
        page.locator("dialog#modal[open]").wait_for(state="hidden")

    yield open_window
    yield close


_DEEDS: Mapping[str, tuple[str, Deed]] = {
    "filter": ("/r/service_request?view=all", _filter),
    "tab": (f"/r/service_request/{REQUEST}", _tab),
    "window": (f"/r/service_request/{REQUEST}", _window),
}


@contextmanager
def _serving(at: Installation) -> Iterator[tuple[str, str]]:
    """Run the server over the database of the installation; gives its address and the password of an agent."""
    password = members.new_password()
    members.add(at.app, [members.Member(login=_LOGIN, name="Paula Painter", password=password, roles=("agent",), units=("first_line",))])
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="packdesk-paint-") as home, (Path(home) / "server.log").open("w") as log:
        environment = {**os.environ, "PACKDESK_HOME": home, "PACKDESK_DATABASE_URL": at.url}
        command = [*packdesk(), "serve", "--port", str(port), "--workers", "1"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(server, address, Path(log.name))
            yield address, password
        finally:
            server.terminate()
            server.wait(timeout=_PATIENCE)


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"the server did not answer: {log.read_text()}")
