/** Says that an answer takes a while: a bar along the top edge, only after a moment, so that what is quick does not flicker; it moves nothing. */
const PATIENCE = 300;

interface Asked { xhr: XMLHttpRequest; target?: Element }

export function connectLoading(root: Document): void {
  const bar = root.createElement("div");
  bar.className = "loading";
  bar.hidden = true;
  bar.setAttribute("aria-hidden", "true");
  root.body.append(bar);
  const waiting = new Map<XMLHttpRequest, Element | undefined>();
  let timer = 0;
  const asked = (event: Event) => (event as CustomEvent<Asked>).detail;
  root.addEventListener("htmx:beforeSend", (event) => {
    const { xhr, target } = asked(event);
    waiting.set(xhr, target);
    target?.setAttribute("aria-busy", "true");
    if (waiting.size === 1) timer = window.setTimeout(() => { bar.hidden = false; }, PATIENCE);
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = asked(event);
    waiting.get(xhr)?.removeAttribute("aria-busy");
    waiting.delete(xhr);
    if (waiting.size) return;
    window.clearTimeout(timer);
    bar.hidden = true;
  });
}
