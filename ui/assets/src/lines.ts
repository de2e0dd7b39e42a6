/** Adds, removes, brings back and moves rows of a line group in place; without a script the same buttons ask the server. */
import { noteTyped } from "./checking";

const FIRST = "input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";

function renumber(element: Element, index: number): void {
  for (const name of ["name", "id", "for", "aria-describedby", "value", "data-name"]) {
    const value = element.getAttribute(name);
    if (value?.includes("__row__")) element.setAttribute(name, value.replaceAll("__row__", String(index)));
  }
}

function add(group: HTMLElement, rows: HTMLElement, pattern: HTMLTemplateElement): void {
  const next = Number(group.dataset.next ?? "0");
  group.dataset.next = String(next + 1);
  const row = pattern.content.cloneNode(true) as DocumentFragment;
  for (const element of row.querySelectorAll("*")) renumber(element, next);
  const added = row.firstElementChild;
  rows.append(row);
  // Pickers and other enhanced controls of the row are made ready by whoever listens to this.
  added?.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: added } }));
  added?.querySelector<HTMLElement>(FIRST)?.focus();
}

/** Takes a row out and leaves the offer to bring it back where it stood. */
function remove(group: HTMLElement, row: HTMLElement): void {
  group.querySelector(".line-gone")?.remove();
  const offer = document.createElement("div");
  offer.className = "line-gone";
  offer.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = group.dataset.removed ?? "";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-plain";
  button.textContent = group.dataset.undo ?? "";
  button.addEventListener("click", () => {
    offer.replaceWith(row);
    row.querySelector<HTMLElement>(FIRST)?.focus();
  });
  offer.append(words, button);
  row.replaceWith(offer);
  button.focus();
}

function move(row: HTMLElement, button: HTMLElement, up: boolean): void {
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (up) other.before(row);
  else other.after(row);
  button.focus();
}

export function connectLines(root: Document): void {
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-line]");
    const group = button?.closest<HTMLElement>("[data-lines]");
    const rows = group?.querySelector<HTMLElement>(".lines");
    const pattern = group?.querySelector("template");
    const row = button?.closest<HTMLElement>(".line");
    if (!button || !group || !rows || !pattern) return;
    event.preventDefault();
    noteTyped(rows);
    if (button.dataset.line === "add") add(group, rows, pattern);
    else if (row && button.dataset.line === "remove") remove(group, row);
    else if (row) move(row, button, button.dataset.line === "up");
  });
}
