/** Makes a tablist of the headings of parts that stand below each other: arrow keys, Home and End move and open at once. */
interface Part { tab: HTMLButtonElement; panel: HTMLElement; }

const known = new WeakMap<Element, Part[]>();

function open(parts: Part[], chosen: Part): void {
  for (const part of parts) {
    const current = part === chosen;
    part.panel.hidden = !current;
    part.tab.setAttribute("aria-selected", String(current));
    part.tab.tabIndex = current ? 0 : -1;
  }
}

function part(panel: HTMLElement): Part {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `${panel.id}-tab`;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  tab.textContent = panel.querySelector(".tab-title")?.textContent ?? "";
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  if (panel.querySelector(".fault")) {
    const mark = document.createElement("span");
    mark.className = "fault-mark";
    mark.textContent = "●";
    tab.append(mark);
  }
  return { tab, panel };
}

function make(tabs: HTMLElement): void {
  if (known.has(tabs)) return;
  const parts = [...tabs.querySelectorAll<HTMLElement>(":scope > section")].map(part);
  if (parts.length === 0) return;
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", tabs.dataset.tabs ?? "");
  list.append(...parts.map((each) => each.tab));
  tabs.prepend(list);
  known.set(tabs, parts);
  open(parts, parts.find((each) => each.panel.querySelector(".fault")) ?? parts[0]);
  list.addEventListener("click", (event) => {
    const chosen = parts.find((each) => each.tab.contains(event.target as Node));
    if (chosen) open(parts, chosen);
  });
  list.addEventListener("keydown", (event) => {
    const here = parts.findIndex((each) => each.tab === document.activeElement);
    const ahead = getComputedStyle(list).direction === "rtl" ? -1 : 1;
    const steps: Record<string, number> = { ArrowRight: here + ahead, ArrowLeft: here - ahead, Home: 0, End: parts.length - 1 };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    const next = parts[(steps[event.key] + parts.length) % parts.length];
    open(parts, next);
    next.tab.focus();
  });
}

/** Opens every tab that an element stands in. */
export function reveal(target: Element): void {
  for (let tabs = target.closest("[data-tabs]"); tabs; tabs = tabs.parentElement?.closest("[data-tabs]") ?? null) {
    const parts = known.get(tabs);
    const inside = parts?.find((each) => each.panel.contains(target));
    if (parts && inside) open(parts, inside);
  }
}

export function connectTabs(root: Document): void {
  const all = () => root.querySelectorAll<HTMLElement>("[data-tabs]").forEach(make);
  all();
  root.addEventListener("htmx:afterSwap", all);
  // A link to something inside a closed tab opens it first; whoever moves the focus there comes after.
  root.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[href^="#"]');
    const target = link && root.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) reveal(target);
  }, true);
}
