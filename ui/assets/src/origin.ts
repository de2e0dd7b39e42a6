/** What is done to a record from a list says which list it was, so that the answer leads back there; a record beside its list stays there. */
import htmx from "htmx.org";
import { reach } from "./summary";

const HEADER = "Packdesk-Origin";

/** The list of this page as its address says it; empty where there is none. */
export function origin(): string {
  const list = document.querySelector<HTMLElement>("[data-list]");
  return list ? (list.dataset.origin ?? location.pathname + location.search) : "";
}

/** Says it with a request that is no one's but ours. */
export function sayOrigin(request: XMLHttpRequest): void {
  if (origin()) request.setRequestHeader(HEADER, origin());
}

/** The pane that a link or form stands in, where what it leads to is shown. */
export function paneOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-pane]");
}

/** Says whether a link leads to something that belongs into the pane: the record itself, its form. */
function stays(link: HTMLAnchorElement, pane: HTMLElement): boolean {
  const known = (pane.dataset.stays ?? "").split(" ");
  return link.origin === location.origin && known.includes(link.pathname) && (!link.hash || link.pathname !== location.pathname) && !link.target && !link.hasAttribute("hx-get");
}

export function connectOrigin(root: Document): void {
  root.addEventListener("htmx:configRequest", (event) => {
    if (origin()) (event as CustomEvent<{ headers: { [name: string]: string } }>).detail.headers[HEADER] = origin();
  });
  root.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    const pane = link && paneOf(link);
    if (!link || !pane || !stays(link, pane)) return;
    event.preventDefault();
    pane.focus();
    void htmx.ajax("get", link.href, { source: pane, target: pane, swap: "innerHTML", select: "#content > *" }).then(() => {
      const named = link.hash && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (named) {
        reach(named);
        return;
      }
      const first = pane.querySelector<HTMLElement>("form[data-check] :is(input, select, textarea):not([type=hidden])") ?? pane;
      first.focus({ preventScroll: first === pane });
    });
  });
  // The key of the way that is none lands on it; the end is said there.
  root.addEventListener("focusin", (event) => {
    const end = (event.target as HTMLElement).dataset?.end;
    const told = root.querySelector("[data-end-said]");
    if (end && told) told.textContent = end;
  });
}
