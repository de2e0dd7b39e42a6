"""Lists as cards on a telephone: no heads are left of the table, no text stands on another, and the order is chosen from a menu (QUALITY 26)."""

import pytest
from playwright.sync_api import Page, expect
from tests.acceptance.browser.conftest import Enter, once
from tests.acceptance.running import Client

pytestmark = once

_WIDTH, _HEIGHT = 360, 640
#: Texts of the page whose boxes stand on one another, and what is still seen of the heads of a table.
_FAULTS = """() => {
  const clipped = (one) => one && (getComputedStyle(one).clipPath !== "none" || clipped(one.parentElement));
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest("option") && !clipped(one);
  const texts = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !seen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) texts.push([node.data.trim(), box]);
  }
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  const faults = texts.flatMap(([one, box], place) => texts.slice(place + 1).filter(([, other]) => over(box, other)).map(([two]) => `${one} over ${two}`));
  const heads = [...document.querySelectorAll("main thead, main thead *")].filter((one) => one.getClientRects().length);
  return [...faults, ...heads.map((one) => `head: ${one.textContent.trim()}`)];
}"""


def _order(page: Page, name: str) -> None:
    """Choose from the menu what the list is put in order by, and wait for the list."""
    page.locator(".order summary").click()
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/r/" in answer.url):
        page.locator(".order").get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


@pytest.mark.parametrize(
    ("login", "path"), [("admin", "/r/contact?view=all"), ("lena", "/r/contact?view=all"), ("admin", "/users/list/"), ("admin", "/roles/list/")]
)
def test_cards_show_no_heads_and_no_text_on_another(enter: Enter, leader: Client, login: str, path: str) -> None:
    leader.create("contact", kind="person", person={"first_name": "Carda", "last_name": "Narrow"})
    someone = enter(login, width=_WIDTH)

    page = someone.open(path)

    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("html")).to_have_js_property("scrollWidth", _WIDTH)
    assert page.evaluate(_FAULTS) == []


def test_cards_are_put_in_order_from_a_menu(enter: Enter, leader: Client) -> None:
    for name in ("Ordera", "Orderb"):
        leader.create("contact", kind="company", company={"name": f"{name} Cardsorted"})
    lena = enter("lena", width=_WIDTH)
    page = lena.search("/r/contact?view=all", "Cardsorted")
    rows = page.locator("#results tbody tr")

    _order(page, "Name")
    one_way = rows.locator("td.lead").all_inner_texts()
    _order(page, "Name")
    other_way = rows.locator("td.lead").all_inner_texts()

    assert len(one_way) == 2
    assert other_way == one_way[::-1]
    expect(page.locator(".order summary")).to_be_focused()
