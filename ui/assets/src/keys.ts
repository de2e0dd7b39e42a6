/** Shortcuts: the character that a visible link or button names in `data-key` presses it, wherever that character lies on the keyboard. */
const EDITABLE = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=combobox], [role=textbox], [role=searchbox]";
const SEQUENCE = 1000;
const GO = "g";

/** Says whether somebody types: then no character is a shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(EDITABLE) !== null;
}

/** The layer on top: an open window, else the page. */
function layer(root: Document): ParentNode {
  const open = [...root.querySelectorAll<HTMLDialogElement>("dialog[open]")];
  return open.at(-1) ?? root;
}

/** What can be seen, or would be once the menu is open that it stands in. */
function isThere(element: HTMLElement): boolean {
  const menu = element.closest("details:not([open])");
  return (menu ?? element).checkVisibility() && !element.hasAttribute("disabled");
}

/** What stands in a row of a list is meant while the focus is in that row. */
function isMeant(element: HTMLElement): boolean {
  const row = element.closest("[data-row]");
  return row === null || row.contains(element.ownerDocument.activeElement);
}

/** The usual character -> the one that the person chose instead; empty: none. */
let own: Record<string, string> = {};

function keyOf(usual: string): string {
  return own[usual] ?? usual;
}

function standing(root: Document): HTMLElement[] {
  return [...layer(root).querySelectorAll<HTMLElement>("[data-key]")].filter((one) => keyOf(one.dataset.key ?? "") && isThere(one));
}

function keyed(root: Document): HTMLElement[] {
  const found = standing(root).filter(isMeant);
  // What belongs to the row that has the focus comes first, what the page is about before what stands around it.
  const near = (one: HTMLElement) => (one.closest("[data-row]") ? 0 : one.closest("main") ? 1 : 2);
  return found.sort((one, other) => near(one) - near(other));
}

function wordsOf(element: HTMLElement): string {
  const label = (element as HTMLInputElement).labels?.[0]?.textContent;
  return (element.dataset.said ?? element.getAttribute("aria-label") ?? label ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
}

function press(element: HTMLElement): void {
  element.focus();
  if (!isTyping(element) && element.getAttribute("aria-disabled") !== "true") element.click();
}

/** Letter -> entry of the navigation: the first letter of its name, else the next of its letters that nobody has. */
function places(root: Document): Map<string, HTMLAnchorElement> {
  const found = new Map<string, HTMLAnchorElement>();
  const entries = [...root.querySelectorAll<HTMLAnchorElement>(".sidebar nav a[href]")];
  const lettersOf = (link: HTMLElement) => [...wordsOf(link).toLowerCase()].filter((letter) => /\p{L}/u.test(letter));
  for (const link of entries) if (!found.has(lettersOf(link)[0] ?? "")) found.set(lettersOf(link)[0] ?? "", link);
  for (const link of entries) {
    const free = [...found.values()].includes(link) ? undefined : lettersOf(link).find((letter) => !found.has(letter));
    if (free) found.set(free, link);
  }
  return found;
}

/** Tells assistive technology and the mouse which character presses it. */
function sayKey(element: HTMLElement, on: boolean): void {
  const key = on ? keyOf(element.dataset.key ?? "") : "";
  if (key) element.setAttribute("aria-keyshortcuts", key);
  else element.removeAttribute("aria-keyshortcuts");
  element.dataset.title ??= element.getAttribute("title") ?? "";
  const title = [element.dataset.title || wordsOf(element), key ? `(${key})` : ""].join(" ").trim();
  if (key) element.title = title;
  else element.title = element.dataset.title;
}

function line(key: string, words: string): HTMLElement {
  const row = document.createElement("div");
  const term = row.appendChild(document.createElement("dt"));
  term.appendChild(document.createElement("kbd")).textContent = key;
  row.appendChild(document.createElement("dd")).textContent = words;
  return row;
}

/** Fills the sheet from what is on the page, so that it is never wrong, and shows it. */
function openSheet(root: Document, sheet: HTMLDialogElement): void {
  const rows = standing(root).filter((one) => !isMeant(one));
  const here = [...keyed(root), ...rows].filter((one, place, all) => all.findIndex((other) => other.dataset.key === one.dataset.key) === place);
  const said = (one: HTMLElement) => (rows.includes(one) ? (sheet.dataset.inRow ?? "%").replace("%", one.dataset.title ?? wordsOf(one)) : wordsOf(one));
  sheet.querySelector("[data-keys-page]")?.replaceChildren(...here.map((one) => line(keyOf(one.dataset.key ?? ""), said(one))));
  sheet.querySelector<HTMLElement>("[data-keys-none]")?.toggleAttribute("hidden", here.length > 0);
  sheet.querySelector("[data-keys-go]")?.replaceChildren(...[...places(root)].map(([key, link]) => line(key, wordsOf(link))));
  sheet.querySelector("[data-keys-go-on]")?.toggleAttribute("hidden", root.querySelector("[data-go-on]") === null);
  sheet.showModal();
  sheet.querySelector<HTMLElement>("h2")?.focus();
}

/** Returns the character that was typed, as it lies on this keyboard; nothing for a chord that browsers and systems use. */
function typed(event: KeyboardEvent): string {
  const chord = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph"));
  if (chord || event.repeat || event.isComposing || event.defaultPrevented || [...event.key].length !== 1) return "";
  return event.key;
}

export function connectKeys(root: Document): void {
  const sheet = root.querySelector<HTMLDialogElement>("dialog[data-keys]");
  if (!sheet) return;
  own = JSON.parse(sheet.dataset.own ?? "{}") as Record<string, string>;
  const hint = () => root.querySelectorAll<HTMLElement>("[data-key]").forEach((one) => sayKey(one, sheet.dataset.on === "yes"));
  hint();
  root.addEventListener("htmx:afterSettle", hint);
  let going = -SEQUENCE;
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const top = layer(root);
      const form = (event.target as Element).closest("form") ?? (top === root ? null : top.querySelector<HTMLFormElement>("form:has(input[name=_key])"));
      if (form && form.method === "post") {
        event.preventDefault();
        form.requestSubmit(event.shiftKey ? form.querySelector<HTMLElement>("[data-go-on]") : null);
      }
      return;
    }
    const key = typed(event);
    if (!key || isTyping(event.target) || sheet.dataset.on !== "yes") return;
    const went = event.timeStamp - going < SEQUENCE;
    going = -SEQUENCE;
    const target = went && layer(root) === root ? places(root).get(key.toLowerCase()) : keyed(root).find((one) => keyOf(one.dataset.key ?? "") === key);
    if (target) {
      event.preventDefault();
      press(target);
    } else if (!went && key === keyOf("?") && layer(root) === root) {
      event.preventDefault();
      openSheet(root, sheet);
    } else if (!went && key === keyOf(GO)) going = event.timeStamp;
  });
  root.addEventListener("click", (event) => {
    const pressed = event.target as Element;
    if (pressed.closest("[data-keys-open]")) openSheet(root, sheet);
    if (sheet.contains(pressed) && pressed.closest("[data-close]")) sheet.close();
  });
  for (const button of root.querySelectorAll<HTMLElement>("[data-keys-open]")) button.hidden = false;
  sheet.querySelector("[data-keys-switch]")?.addEventListener("change", async (event) => {
    const box = event.target as HTMLInputElement;
    const body = new URLSearchParams({ shortcuts: box.checked ? "on" : "off" });
    const answer = await fetch(box.form?.action ?? "", { method: "POST", body }).catch(() => null);
    if (answer?.ok) {
      sheet.dataset.on = box.checked ? "yes" : "no";
      hint();
    } else box.checked = !box.checked;
  });
}
