/** Says what came of it: in a region that was there before, for what comes into a page with its words in it is not read out everywhere. */
const SOON = 60;

/** Says words politely; what lies behind a window is not heard, so that one says it itself. */
export function tell(root: Document, words: string, near: Element | null = null): void {
  const place = near?.closest("form")?.querySelector("[data-told]") ?? root.querySelector("[data-told-page]");
  if (!place || !words) return;
  // The same words once more are news too.
  place.textContent = "";
  window.setTimeout(() => { place.textContent = words; }, SOON);
}

export function connectTelling(root: Document): void {
  root.addEventListener("htmx:afterSettle", (event) => {
    const { target } = (event as CustomEvent<{ target?: Element }>).detail;
    // Who is setting a filter has changed nothing yet.
    if (target && target === event.target && !root.querySelector("[data-chip-editor]")) tell(root, target.querySelector("[data-tell]")?.textContent?.replace(/\s+/g, " ").trim() ?? "");
  });
}
