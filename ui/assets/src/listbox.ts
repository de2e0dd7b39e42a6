/** The list of a combobox (ARIA 1.2): shown below the input, walked by arrow keys, never in the way of what is typed. */
import { tell } from "./telling";

export interface Item { value: string; text: string; href?: string; depth?: number; quiet?: boolean; create?: boolean; note?: boolean; }

let count = 0;
const listOf = (input: HTMLInputElement) => input.closest(".combo")?.querySelector<HTMLUListElement>("ul[role=listbox]") ?? null;

export const isOpen = (input: HTMLInputElement): boolean => input.getAttribute("aria-expanded") === "true";

export function close(input: HTMLInputElement): void {
  listOf(input)?.remove();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  input.removeAttribute("aria-controls");
}

/** Shows the items below the input that has the focus; `chosen` is called with the one that was picked. */
export function show(input: HTMLInputElement, items: Item[], chosen: (item: Item) => void): void {
  close(input);
  if (items.length === 0 || document.activeElement !== input) return;
  const list = document.createElement("ul");
  list.id = `choices-${++count}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent?.trim() ?? "");
  const known = new Map<Element, Item>();
  items.forEach((item, index) => {
    const row = document.createElement("li");
    row.id = `${list.id}-${index}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    if (item.note) row.setAttribute("aria-disabled", "true");
    if (item.create) row.dataset.create = "";
    if (item.depth) row.dataset.depth = String(Math.min(item.depth, 6));
    if (item.quiet || item.note) row.className = "quiet";
    row.textContent = item.text;
    known.set(row, item);
    list.append(row);
  });
  const pick = (row: Element | null) => {
    const item = row && known.get(row);
    if (!item || item.note) return;
    close(input);
    chosen(item);
  };
  // The focus stays in the input: a press on the list must not take it away.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => pick((event.target as Element).closest("li")));
  list.addEventListener("listbox:pick", () => pick(list.querySelector('li[aria-selected="true"]')));
  input.closest(".combo")?.append(list);
  const words = input.closest<HTMLElement>(".combo")?.dataset.found ?? "";
  tell(document, words.replace("{count}", String(items.filter((item) => !item.note && !item.create).length)), input);
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");
}

function move(input: HTMLInputElement, step: number): void {
  const rows = [...(listOf(input)?.querySelectorAll<HTMLElement>("li:not([aria-disabled])") ?? [])];
  if (rows.length === 0) return;
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.abs(step) > 1 ? Math.max(0, Math.min(rows.length - 1, now + step)) : (now + step + rows.length) % rows.length;
  rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === next)));
  rows[next].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", rows[next].id);
}

const STEPS: { [key: string]: number } = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Walks the open list; returns whether the key was used. Enter picks only what the person has highlighted, else it closes the list; it sends no form. */
export function walk(input: HTMLInputElement, event: KeyboardEvent): boolean {
  if (!isOpen(input)) return false;
  const selected = listOf(input)?.querySelector('li[aria-selected="true"]');
  if (event.key in STEPS) move(input, STEPS[event.key]);
  else if (event.key === "Escape") {
    close(input);
    event.stopPropagation();
  } else if (event.key === "Enter" && selected) listOf(input)?.dispatchEvent(new Event("listbox:pick"));
  else if (event.key === "Enter") close(input);
  else {
    if (event.key === "Tab" && selected) listOf(input)?.dispatchEvent(new Event("listbox:pick"));
    return false;
  }
  event.preventDefault();
  return true;
}
