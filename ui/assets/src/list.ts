/** Lists: what has the focus keeps it when a part of the page is exchanged, long menus can be narrowed, scroll and selection come back. */

/** The element that had the focus is found again by its id, the entry of a menu by the menu's; where it is gone, the home of its region takes over. */
function keepFocus(root: Document): void {
  let had = "";
  root.addEventListener("htmx:beforeSwap", () => {
    const list = root.querySelector("[data-list]");
    const active = root.activeElement;
    const menu = active?.closest("details.menu > div")?.parentElement?.querySelector("summary");
    had = list && active && list.contains(active) ? active.id || menu?.id || "?" : "";
  });
  root.addEventListener("htmx:afterSettle", () => {
    const editor = root.querySelector("[data-chip-editor]:not([data-seen])");
    if (editor) {
      const first = editor.querySelector<HTMLElement>("[data-first]") ?? editor.querySelector("select");
      editor.setAttribute("data-seen", "");
      if (had !== "chip-op") {
        first?.focus();
        return;
      }
    }
    if (!had || (root.activeElement && root.activeElement !== root.body)) return;
    const again = root.getElementById(had) ?? root.querySelector<HTMLElement>("[data-list] [data-focus-home]");
    again?.focus();
  });
}

/** A field above a long list hides what does not contain what is typed. */
function connectNarrowing(root: Document): void {
  const show = () => root.querySelectorAll<HTMLElement>("[data-narrow][hidden]").forEach((field) => { field.hidden = false; });
  show();
  root.addEventListener("htmx:afterSettle", show);
  // The menu opens here and now, not once the browser comes to it: what is typed at once is typed into its field.
  root.addEventListener("click", (event) => {
    const menu = (event.target as Element).closest("[data-menu-fields] > summary")?.parentElement as HTMLDetailsElement | null | undefined;
    if (!menu || event.defaultPrevented) return;
    event.preventDefault();
    menu.open = !menu.open;
    if (menu.open) menu.querySelector<HTMLElement>("[data-narrow]")?.focus();
  });
  const narrow = (event: Event) => {
    const field = event.target as HTMLInputElement;
    if (!field.matches?.("[data-narrow]")) return;
    const wanted = field.value.trim().toLocaleLowerCase();
    field.parentElement?.querySelectorAll<HTMLElement>("[data-narrowed]").forEach((item) => {
      item.hidden = !(item.textContent ?? "").toLocaleLowerCase().includes(wanted);
    });
  };
  // A script that puts back what was typed changes it without an input.
  for (const name of ["input", "change"]) root.addEventListener(name, narrow);
  root.addEventListener("keydown", (event) => {
    const field = event.target as HTMLInputElement;
    if (!field.matches?.("[data-narrow]")) return;
    const items = [...(field.parentElement?.querySelectorAll<HTMLElement>("[data-narrowed]:not([hidden])") ?? [])];
    if (event.key === "Enter") {
      event.preventDefault();
      if (items.length === 1) items[0].click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      items[0]?.focus();
    }
  });
}

interface Kept { list?: { y: number; pane: number; picked: string[]; row: string } }

/** Before a list is left, this entry of the history learns where it was scrolled to and which rows were picked: numbers, nothing of a record. */
function connectReturning(root: Document): void {
  const list = () => root.querySelector<HTMLElement>("[data-list]");
  const pane = () => root.querySelector<HTMLElement>(".pane-list");
  const remember = () => {
    if (!list()) return;
    const picked = [...root.querySelectorAll<HTMLInputElement>('input[name="picked"]:checked')].map((box) => box.value);
    const row = root.activeElement?.closest<HTMLElement>("[data-row]")?.dataset.row ?? "";
    history.replaceState({ ...(history.state ?? {}), list: { y: window.scrollY, pane: pane()?.scrollTop ?? 0, picked, row } }, "");
  };
  const restore = () => {
    const kept = (history.state as Kept | null)?.list;
    if (!list() || !kept) return;
    for (const box of root.querySelectorAll<HTMLInputElement>('input[name="picked"]')) box.checked = kept.picked.includes(box.value);
    root.querySelector('input[name="picked"]')?.dispatchEvent(new Event("change", { bubbles: true }));
    window.scrollTo(0, kept.y);
    const held = pane();
    if (held) held.scrollTop = kept.pane;
    root.querySelector<HTMLElement>(`[data-row="${CSS.escape(kept.row)}"] a`)?.focus({ preventScroll: true });
  };
  window.addEventListener("pagehide", remember);
  root.addEventListener("click", (event) => { if ((event.target as Element).closest?.("a[href]")) remember(); }, true);
  const navigation = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  if (navigation?.type === "back_forward" || navigation?.type === "reload") restore();
  root.querySelector(".pane-list :is([aria-current=true], [data-near])")?.scrollIntoView({ block: "nearest" });
}

/** On a narrow screen the views are a row that scrolls: the one that is open is in it, whichever place it has. */
function connectViews(root: Document): void {
  const show = () => {
    const open = root.querySelector<HTMLElement>(".views > [aria-current]");
    if (open?.parentElement) open.parentElement.scrollLeft = open.offsetLeft - (open.parentElement.clientWidth - open.offsetWidth) / 2;
  };
  show();
  root.addEventListener("htmx:afterSettle", show);
}

/** What leads to another page is sent by the browser itself; the form around it would put that page inside the list. */
function connectPlain(root: Document): void {
  root.addEventListener("submit", (event) => { if (event.submitter?.hasAttribute("hx-disable")) event.stopPropagation(); }, true);
}

export function connectList(root: Document): void {
  connectPlain(root);
  keepFocus(root);
  connectNarrowing(root);
  connectReturning(root);
  connectViews(root);
}
