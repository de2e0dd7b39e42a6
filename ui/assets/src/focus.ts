/** The focus survives what htmx exchanges: by id htmx finds it again itself; where it is gone, the exchanged part takes it, never the page's top. */
export function connectFocus(root: Document): void {
  let within: Element | null = null;
  root.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: Element }>).detail;
    within = target.contains(root.activeElement) ? target : null;
  });
  root.addEventListener("htmx:afterSettle", () => {
    const lost = within && (root.activeElement === null || root.activeElement === root.body);
    const part = lost ? (within as HTMLElement).isConnected ? (within as HTMLElement) : root.getElementById((within as HTMLElement).id) : null;
    within = null;
    if (!part) return;
    const marked = part.querySelector<HTMLElement>("[autofocus]");
    const target = marked ?? part;
    if (!target.hasAttribute("tabindex") && !marked) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  });
}
