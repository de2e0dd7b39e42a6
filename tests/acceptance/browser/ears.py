"""Somebody who hears a page: a screen reader inside it, that says what its own would say of the same markup.

In: a page. Out: what is said, in order: of the place of the focus its name, role, state and description, of a part everything that stands
in it, and by itself what a live region announces. A sentence can be said whole or in pieces; who asks for it names what has to be in it.
"""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page

from packdesk_ui import build

#: Makes one script of the reader and of what it needs, for every page that is opened from now on.
_BUNDLE = ["--bundle", "--minify", "--format=iife", "--global-name=packdeskReader", '--define:process.env.NODE_ENV="production"', "--log-level=warning"]
_READER = 'export { Virtual } from "@guidepup/virtual-screen-reader";'
_LISTEN = """
window.packdeskReader = packdeskReader;
if (window === window.top) addEventListener("DOMContentLoaded", async () => {
  window.packdeskHears = new packdeskReader.Virtual();
  await packdeskHears.start({ container: document.body });
  await packdeskHears.clearSpokenPhraseLog();
});"""
_BY_ITSELF = ("polite: ", "assertive: ")
_HEARD = """async () => {
  await new Promise((done) => setTimeout(done));
  const said = await packdeskHears.spokenPhraseLog();
  await packdeskHears.clearSpokenPhraseLog();
  return said;
}"""
_THROUGH = """async (part) => {
  const reader = new packdeskReader.Virtual();
  await reader.start({ container: part });
  const first = await reader.lastSpokenPhrase();
  for (let step = 0; step < 3000; step++) {
    await reader.next();
    if (await reader.lastSpokenPhrase() === first) break;
  }
  const said = await reader.spokenPhraseLog();
  await reader.stop();
  return said;
}"""


def bundled(folder: Path) -> str:
    """Return the script of the reader, made with the tools that the screens are made with."""
    tool = build.ASSETS / "node_modules" / "esbuild" / "bin" / "esbuild"
    made = folder / "reader.js"
    subprocess.run([*build.node(), str(tool), *_BUNDLE, f"--outfile={made}"], input=_READER, text=True, check=True, cwd=build.ASSETS)
    return made.read_text()


class Ears:
    """What somebody hears of the pages that are opened from now on."""

    def __init__(self, page: Page, reader: str) -> None:
        self.page = page
        #: How many twentieths of a second somebody waits for what is to be said.
        self.patience = 60
        self._heard: list[str] = []
        page.add_init_script(reader + _LISTEN)
        page.emulate_media(reduced_motion="reduce")

    def at(self, place: Locator) -> str:
        """Go to a place and return what is said of it; what is announced meanwhile is heard later."""
        self._listen()
        place.focus()
        said = [each for each in self._listen() if not each.startswith(_BY_ITSELF)]
        assert said, f"nothing is said of {place}, or the focus stood there already"
        return said[0]

    def chosen(self) -> str:
        """Return what is said of the choice that the arrow keys have come to; the focus stays in its field."""
        field = "document.activeElement"
        said: list[str] = self.page.evaluate(f"({_THROUGH})(document.getElementById({field}.getAttribute('aria-controls')))")
        assert self.page.evaluate(f"document.getElementById({field}.getAttribute('aria-activedescendant')).getAttribute('aria-selected')") == "true"
        return next(each for each in said if each.startswith("option") and "not selected" not in each)

    def announced(self, *sentences: str | re.Pattern[str]) -> None:
        """Wait until all of this was said by itself, in this order, since somebody listened last."""
        for _ in range(self.patience):
            self._listen()
            if not _missing(self._heard, sentences):
                self._heard.clear()
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{_missing(self._heard, sentences)!r} was not said: {self._heard}")

    def reads(self, part: Locator, *sentences: str | re.Pattern[str]) -> None:
        """Demand that who reads a part hears all of this, in this order."""
        said: list[str] = part.evaluate(_THROUGH)
        assert not _missing(said, sentences), f"{_missing(said, sentences)!r} is not read: {said}"

    def _listen(self) -> list[str]:
        heard: list[str] = self.page.evaluate(_HEARD)
        self._heard += heard
        return heard


def _missing(said: list[str], sentences: tuple[str | re.Pattern[str], ...]) -> str | re.Pattern[str] | None:
    """Return the first of the sentences that does not come after those before it."""
    rest = iter(said)
    for sentence in sentences:
        if not any(each == sentence if isinstance(sentence, str) else sentence.search(each) for each in rest):
            return sentence
    return None
