"""What pages ask of the server: few requests and few bytes for each, and nothing while nobody touches them (QUALITY 3)."""

import pytest
from playwright.sync_api import Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

pytestmark = once

_MOST_REQUESTS, _MOST_BYTES = 5, 200_000
#: What travelled for the page: its own answer and whatever did not come from the browser's memory.
_TRAVELLED = """() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return all.map(one => [one.name, one.transferSize]).filter(([, bytes]) => bytes > 0);
}"""


def _opened(page: Page, address: str) -> list[tuple[str, int]]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return [(str(name), int(size)) for name, size in page.evaluate(_TRAVELLED)]


@pytest.mark.parametrize("kind", ["list", "record", "form"])
def test_a_page_is_opened_by_few_requests_and_few_bytes(enter: Enter, leader: Client, kind: str) -> None:
    record = leader.create("contact", kind="person", person={"first_name": "Travelled", "last_name": "Traffic"})
    anna = enter("anna")
    address = {"list": "/r/contact", "record": f"/r/contact/{record['number']}", "form": f"/r/contact/{record['number']}/edit"}[kind]
    _opened(anna.page, f"{anna.address}/")

    travelled = _opened(anna.page, anna.address + address)

    assert any(name.endswith(address) for name, _ in travelled)
    assert len(travelled) <= _MOST_REQUESTS, travelled
    assert sum(size for _, size in travelled) <= _MOST_BYTES, travelled


@pytest.mark.parametrize("path", ["/", "/r/{contact}", "/r/{contact}/CONTACT", "/r/{contact}/CONTACT/edit"])
def test_a_page_that_nobody_touches_asks_nothing(enter: Enter, leader: Client, path: str) -> None:
    """QUALITY 3 lets it ask twice a minute; while no job runs it has no reason to. An hour goes by on the page's own clock."""
    record = leader.create("contact", kind="person", person={"first_name": "Idle", "last_name": "Traffic"})
    anna = enter("anna", kept=False)  # its clock is not given back
    anna.page.clock.install()
    page = anna.open(path.replace("CONTACT", str(record["number"])))
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for _ in range(60):
        page.clock.run_for(60_000)
    expect(page.locator("main")).to_be_visible()

    assert asked == []


def test_a_page_that_watches_long_work_asks_at_most_four_times_a_minute(enter: Enter) -> None:
    """At first sooner, so that short work is told at once. The region is one that never says that the work is over."""
    anna = enter("anna", kept=False)  # its clock is not given back
    page = anna.page
    page.clock.install()
    watching = '<div data-poll="1500" hx-get="/jobs/running" hx-trigger="poll" hx-target="this" hx-swap="innerHTML"></div></main>'
    page.route("**/r/contact", lambda route: route.fulfill(response=(answer := route.fetch()), body=answer.text().replace("</main>", watching)))
    page.route("**/jobs/running", lambda route: route.fulfill(body="on its way", content_type="text/html"))
    anna.open("/r/contact")
    page.evaluate("() => { window.asked = 0; addEventListener('poll', () => { window.asked += 1; }); }")

    page.clock.run_for(60_000)
    first = page.evaluate("asked")
    page.clock.run_for(600_000)

    assert 5 <= first <= 8
    assert 39 <= page.evaluate("asked") - first <= 41
