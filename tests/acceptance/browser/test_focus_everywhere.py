"""Every kind of page is walked by the tabulator, wide and narrow: each place of the focus is seen, marked and behind nothing (WCAG 2.4.7, 2.4.11, 1.4.11)."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.acceptance.browser.conftest import Enter, once, sampled
from tests.acceptance.browser.hands import Hands
from tests.acceptance.browser.pages import PAGES, prepared
from tests.acceptance.running import Client, Desk

pytestmark = once
#: The gallery shows words that are longer than any place for them.
_KINDS = tuple(kind for kind in PAGES if kind != "gallery")


@pytest.fixture(scope="module")
def record(desk: Desk, leader: Client) -> Mapping[str, Any]:
    """A record to look at."""
    return prepared(desk, leader)


@pytest.mark.parametrize("kind", sampled(_KINDS, ("menu", "explain mode", "modal")))
def test_the_focus_is_seen_at_every_place_of_every_page(enter: Enter, record: Mapping[str, Any], kind: str) -> None:
    login, go = PAGES[kind]
    person = enter(login)
    hands = Hands(person.page)
    go(person, record)

    for width, height in ((1280, 500), (360, 640)):
        person.page.set_viewport_size({"width": width, "height": height})
        hands.round()

    assert hands.stops > 2
    assert hands.faults == []
