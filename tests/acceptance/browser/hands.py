"""Somebody who has nothing but the keyboard, and what he can demand of every place where the focus comes to stand.

In: keys. Out: what a person with a keyboard could not see or would lose, as sentences: a focus without a mark, behind something else,
out of sight, or gone after a part of the page was exchanged (WCAG 2.4.3, 2.4.7, 2.4.11, 1.4.11).
"""

from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Locator, Page, expect

#: Least contrast of what marks the focus, and the ground that it lies on (WCAG 1.4.11).
_CONTRAST = 3
#: The tabulator comes round a page in fewer steps than this.
_MOST = 220

#: What is wrong with the place of the focus; the mark of a place can only be judged when the focus has left it again.
_LOOK = """([wanted, least]) => {
  const state = (window.packdeskFocus ??= { faults: [] });
  const one = document.activeElement ?? document.body;
  const named = (each) => each.outerHTML.replace(/\\s+/g, " ").slice(0, 140);
  // The browser's own file field lies unseen over what shows its focus.
  const seen = (each) => (each.matches("input[type=file]") && each.parentElement.querySelector(":scope > .picked")) || each;
  const styles = (each) => { const s = getComputedStyle(seen(each)); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow].join(" "); };
  const left = state.last;
  if (left && left.one !== one && left.one.isConnected && left.styles === styles(left.one)) state.faults.push(`no mark: ${named(left.one)}`);
  state.last = undefined;
  if (one !== document.body) {
    state.last = { one, styles: styles(one) };
    const style = getComputedStyle(seen(one));
    const ground = (each) => {
      const layers = [];
      for (let part = each; part; part = part.parentElement) layers.unshift(getComputedStyle(part).backgroundColor);
      return layers;
    };
    const light = (colours) => {
      const known = (state.known ??= new Map());
      const key = colours.join();
      if (!known.has(key)) {
        const pen = (state.pen ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true }));
        for (const colour of ["white", ...colours]) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
        const parts = [...pen.getImageData(0, 0, 1, 1).data].map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        known.set(key, 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]);
      }
      return known.get(key);
    };
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) state.faults.push(`no outline: ${named(one)}`);
    else {
      const below = ground(parseFloat(style.outlineOffset) < 0 ? one : one.parentElement);
      const [darker, lighter] = [light(below), light([...below, style.outlineColor])].sort((a, b) => a - b);
      const contrast = (lighter + 0.05) / (darker + 0.05);
      if (contrast < least) state.faults.push(`contrast ${contrast.toFixed(2)}: ${named(one)}`);
    }
    const edge = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth) / 2;
    const clips = [];
    for (let part = one.parentElement; part && part !== document.body; part = part.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(part);
      const area = part.getBoundingClientRect();
      if (overflowX !== "visible" || overflowY !== "visible") clips.push({ left: area.left, top: area.top, right: area.right, bottom: area.bottom });
      if (position === "fixed" || part.matches("dialog")) break;
    }
    const whole = one.getBoundingClientRect();
    const middle = { x: (whole.left + whole.right) / 2, y: (whole.top + whole.bottom) / 2 };
    const sides = { left: [whole.left - edge, middle.y], right: [whole.right + edge, middle.y], top: [middle.x, whole.top - edge], bottom: [middle.x, whole.bottom + edge] };
    const cut = Object.entries(sides).filter(([, [x, y]]) => clips.some((clip) => x < clip.left || x > clip.right || y < clip.top || y > clip.bottom)).map(([side]) => side);
    if (cut.length && one.offsetHeight < innerHeight / 2) state.faults.push(`mark cut at ${cut.join()}: ${named(one)}`);
    const box = [...one.getClientRects()].find((each) => each.width > 1 && each.height > 1);
    const inside = box && { left: Math.max(box.left, 0), top: Math.max(box.top, 0), right: Math.min(box.right, innerWidth), bottom: Math.min(box.bottom, innerHeight) };
    if (!box || !seen(one).checkVisibility({ visibilityProperty: true, opacityProperty: true })) state.faults.push(`nothing to see: ${named(one)}`);
    else if (inside.left >= inside.right || inside.top >= inside.bottom) state.faults.push(`out of sight: ${named(one)}`);
    else {
      const tall = one.offsetHeight > innerHeight / 2;
      if (!tall && (box.top < -1 || box.bottom > innerHeight + 1)) state.faults.push(`partly out of sight: ${named(one)}`);
      const hidden = [[0.5, 0.5], [0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]].map(([x, y]) => {
        const hit = document.elementFromPoint(inside.left + x * (inside.right - inside.left), inside.top + y * (inside.bottom - inside.top));
        return hit && (one.contains(hit) || [...(one.labels ?? [])].some((label) => label.contains(hit))) ? null : (hit ?? document.body);
      }).filter(Boolean);
      if (hidden.length && !tall) state.faults.push(`${hidden.length} of 5 points behind ${named(hidden[0]).slice(0, 60)}: ${named(one)}`);
    }
  }
  return { there: wanted === one, away: one === document.body, faults: state.faults.splice(0), where: named(one), key: one.id || named(one) };
}"""
#: Notes each exchange of a part of the page that took the focus away.
_WATCH = """() => {
  let had = false;
  const held = () => document.activeElement !== null && document.activeElement !== document.body;
  document.addEventListener("htmx:beforeSwap", () => { had = held(); }, true);
  document.addEventListener("htmx:afterSettle", (event) => setTimeout(() => {
    if (had && !held()) (window.packdeskFocus ??= { faults: [] }).faults.push(`the focus went with ${event.target.id}`);
  }));
}"""


@dataclass(slots=True)
class Hands:
    """Two hands on a keyboard; what they press is pressed where the focus stands."""

    page: Page
    #: What was wrong with the places that the focus came to.
    faults: list[str] = field(default_factory=list)
    #: How many places it came to.
    stops: int = 0

    def __post_init__(self) -> None:
        """Keep an eye on the focus from the next page on; what moves by itself would be judged half way."""
        self.page.add_init_script(f"({_WATCH})()")
        self.page.emulate_media(reduced_motion="reduce")

    def to(self, wanted: Locator, *, back: bool = False) -> None:
        """Go by the tabulator until the focus stands on something, and judge every place on the way."""
        target = wanted.first.element_handle()
        assert not self.look(target), "The focus stands there already."
        for _ in range(_MOST):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            if self.look(target):
                return
        raise AssertionError(f"the tabulator never came to {wanted}")

    def into(self) -> None:
        """Skip what stands before the content of every page."""
        self.page.keyboard.press("Tab")
        self.look()
        expect(self.page.locator(".skip")).to_be_focused()
        self.press("Enter")
        expect(self.page.locator("#content")).to_be_focused()

    def round(self, *, back: bool = False) -> int:
        """Go round the page once and return how many places there were."""
        seen: set[str] = set()
        for _ in range(_MOST):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            found = self._looked()
            if found["away"]:
                break
            seen.add(str(found["key"]))
        else:
            raise AssertionError("the tabulator never left the page")
        return len(seen)

    def press(self, *keys: str) -> None:
        """Press keys where the focus stands, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, *keys: str) -> None:
        """Press keys that lead to another page."""
        with self.page.expect_event("domcontentloaded"):
            self.press(*keys)

    def type(self, text: str) -> None:
        """Type where the focus stands."""
        self.page.keyboard.type(text)

    def settled(self) -> None:
        """Wait until what was asked for has arrived; the focus stands somewhere then."""
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        self.look()
        assert self.page.evaluate("document.activeElement !== document.body"), "the focus is gone"

    def look(self, wanted: ElementHandle | None = None) -> bool:
        """Judge the place of the focus; say whether it is the wanted one."""
        return bool(self._looked(wanted)["there"])

    def _looked(self, wanted: ElementHandle | None = None) -> dict[str, object]:
        found: dict[str, object] = self.page.evaluate(_LOOK, [wanted, _CONTRAST])
        self.stops += 1
        faults = found["faults"]
        assert isinstance(faults, list)
        self.faults += [each for each in faults if each not in self.faults]
        return found
