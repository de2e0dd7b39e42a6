"""Browser contexts of people who are logged in, kept from one test to the next as a browser is kept open, and emptied in between.

A new context costs a second of computing time: a window and processes of its own, and everything that pages bring with them loaded again.
One that was given back has no page but an empty one, which keeps its window open, its first cookies and nothing else in its storage.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

#: More would hold memory that the machine needs for other things.
_MOST_KEPT = 5
_STORED = "local_storage,indexeddb,cache_storage,service_workers"


class Kind(NamedTuple):
    """What is fixed when a context is made."""

    login: str
    language: str
    scripts: bool


@dataclass(slots=True)
class Contexts:
    """The contexts of one installation; nobody has one that another one works in."""

    browser: Browser
    #: Where the installation answers.
    address: str
    #: Gives the cookies of somebody who logged in.
    sessions: Callable[[str], StorageState]
    #: Those that nobody works in, the longest unused first.
    _kept: list[tuple[Kind, BrowserContext]] = field(default_factory=list)

    def page(self, kind: Kind, *, width: int, scheme: str) -> Page:
        """Return a new page in a context that nobody else has; the caller gives the page's context back."""
        context = self._free(kind) or self._made(kind)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        self._empty(page)
        return page

    def give_back(self, kind: Kind, context: BrowserContext) -> None:
        """Close the pages of a context and keep it for whoever comes next; what was changed for good is to be closed instead."""
        for page in context.pages[1:]:
            page.close()
        context.clear_permissions()
        context.clear_cookies()
        context.add_cookies(self.sessions(kind.login)["cookies"])  # type: ignore[typeddict-item, arg-type]
        self._kept.append((kind, context))
        if len(self._kept) > _MOST_KEPT:
            self._kept.pop(0)[1].close()

    def close(self) -> None:
        """Close what is kept."""
        for _, context in self._kept:
            context.close()

    def _free(self, kind: Kind) -> BrowserContext | None:
        for kept in self._kept:
            if kept[0] == kind:
                self._kept.remove(kept)
                return kept[1]
        return None

    def _made(self, kind: Kind) -> BrowserContext:
        made = self.browser.new_context(
            viewport={"width": 1280, "height": 900},
            color_scheme="light",
            locale=kind.language,
            java_script_enabled=kind.scripts,
            storage_state=self.sessions(kind.login),
        )
        made.new_page()
        return made

    def _empty(self, page: Page) -> None:
        line = page.context.new_cdp_session(page)
        line.send("Storage.clearDataForOrigin", {"origin": self.address, "storageTypes": _STORED})
        line.detach()
