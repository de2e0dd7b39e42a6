/** The focus, the caret and what was typed meanwhile survive what htmx exchanges; where the place of the focus is gone, the exchanged part takes it. */
import { askAgain, now, putBack, typedSince } from "./typing";

interface Answered { target: HTMLElement; xhr: XMLHttpRequest; shouldSwap: boolean; requestConfig: { elt: Element; triggeringEvent?: Event }; }
interface Held { id: string; start: number | null; end: number | null; }

function held(active: Element | null): Held {
  const { selectionStart: start = null, selectionEnd: end = null } = (active ?? {}) as HTMLInputElement;
  return { id: active?.id ?? "", start, end };
}

/** Puts the caret where it was, once the text stands there that it was in. */
function putCaret(active: Element | null, { id, start, end }: Held): void {
  if (active?.id === id && start !== null && held(active).start !== null) (active as HTMLInputElement).setSelectionRange(start, end);
}

/** The names of the parts that are open, and of the menus. */
const opened = (target: ParentNode) => [...target.querySelectorAll<HTMLElement>("details[open] > summary [id]")].map((one) => one.id);
const menus = (root: Document) => [...root.querySelectorAll<HTMLElement>("details.menu[open] > summary[id]")].map((one) => one.id);

/** Columns that stay when a table scrolls sideways lie over the others: what has the focus stops where they end. */
function clearPinned(active: HTMLElement): void {
  const table = active.closest<HTMLElement>(".pinned");
  if (!table) return;
  const stays = [...(active.closest("tr")?.children ?? [])].filter((cell) => getComputedStyle(cell).position === "sticky");
  const taken = stays.some((cell) => cell.contains(active)) ? 0 : stays.reduce((sum, cell) => sum + (cell as HTMLElement).offsetWidth, 0);
  table.style.scrollPaddingInlineStart = `${taken}px`;
}

export function connectFocus(root: Document): void {
  const sent = new WeakMap<XMLHttpRequest, { at: number; open: string[] }>();
  let within: HTMLElement | null = null;
  let before: Held = held(null);
  let open: string[] = [];
  let kept: ReturnType<typeof typedSince> = [];
  // Browsers are content with a part of what the tabulator comes to; all of it is to be seen, also in a row that scrolls sideways.
  root.addEventListener("keyup", (event) => {
    const active = root.activeElement as HTMLElement | null;
    if (event.key !== "Tab" || !active || active === root.body || active.offsetHeight >= window.innerHeight / 2) return;
    clearPinned(active);
    active.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  root.addEventListener("htmx:beforeSend", (event) => { sent.set((event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr, { at: now(), open: menus(root) }); });
  root.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<Answered>).detail;
    const { target, xhr, requestConfig } = detail;
    const asked = sent.get(xhr);
    const typed = typedSince(root, asked?.at ?? Infinity);
    // A choice redraws what depends on it, and can do so as well with what was typed meanwhile: nothing moves under the hands of who types.
    if (typed.length && requestConfig.triggeringEvent?.type === "change") {
      detail.shouldSwap = false;
      askAgain(requestConfig.elt);
      return;
    }
    within = target.contains(root.activeElement) ? target : null;
    before = held(root.activeElement);
    // A menu that was opened while the answer was on its way stays open; one that was open before closes with what was chosen in it.
    open = [...opened(target), ...(asked ? menus(root).filter((id) => !asked.open.includes(id)) : [])];
    kept = [...kept, ...typed];
  });
  root.addEventListener("htmx:afterSwap", () => {
    for (const id of open) root.getElementById(id)?.closest("details")?.setAttribute("open", "");
    open = [];
    kept = putBack(root, kept);
    putCaret(root.activeElement, before);
  });
  root.addEventListener("htmx:afterSettle", () => {
    // Some controls are there only now, made by a script of what the server drew.
    putBack(root, kept);
    kept = [];
    const lost = () => root.activeElement === null || root.activeElement === root.body || !(root.activeElement as HTMLElement).checkVisibility();
    if (lost() && before.id) {
      root.getElementById(before.id)?.focus({ preventScroll: true });
      putCaret(root.activeElement, before);
    }
    before = held(null);
    const part = lost() && within ? (within.isConnected ? within : root.getElementById(within.id)) : null;
    within = null;
    if (!part) return;
    const marked = part.querySelector<HTMLElement>("[autofocus]");
    const target = marked ?? part;
    if (!target.hasAttribute("tabindex") && !marked) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  });
}
