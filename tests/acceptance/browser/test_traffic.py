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
