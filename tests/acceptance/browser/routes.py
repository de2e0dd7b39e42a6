"""Requests of a page that a test answers itself."""

from collections.abc import Callable

from playwright.sync_api import Page, Route

_TRIED = "/-tried"


def intercept(page: Page, pattern: str, handle: Callable[[Route], object]) -> None:
    """Hand a page's requests to a function, from the next one on.

    Chromium brings the word that requests are held back to a page in its own time: what the page asks for right after it was told goes
    out all the same. So the page asks for nothing until that is held back, and only then does the test go on.
    """
    held: list[str] = []

    def hold(route: Route) -> None:
        held.append(route.request.url)
        route.fulfill(status=204)

    page.route(pattern, handle)
    page.route(f"**{_TRIED}", hold)
    for _ in range(500):
        page.evaluate(f"fetch({_TRIED!r}).catch(() => null)")
        if held:
            return
    raise AssertionError(f"no request of the page was ever held back for {pattern}")
