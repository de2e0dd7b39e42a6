/** Reference fields as comboboxes: the server searches; a number or a name typed without choosing is resolved on saving. */
import { enhanceSeveral, isSeveral, take } from "./chips";
import { noteTyped } from "./checking";
import { close, isOpen, show, walk, type Item } from "./listbox";
import { openQuick } from "./quick";
import { inLogin } from "./session";

interface Answer { choices: { value: string; text: string; href: string }[]; more: string; create: { label: string; href: string }[]; }
interface Pending { timer: number; control: AbortController; }

const pending = new WeakMap<HTMLInputElement, Pending>();
const picker = (event: Event) => (event.target instanceof HTMLInputElement && event.target.dataset.search ? event.target : null);

/** Writes what was chosen into the input, as if it had been typed. */
export function choose(input: HTMLInputElement, text: string, href = ""): void {
  if (isSeveral(input)) take(input, text);
  else input.value = text;
  tellLink(input, href);
  noteTyped(input);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function tellLink(input: HTMLInputElement, href: string): void {
  const combo = input.closest(".combo");
  const link = combo?.querySelector<HTMLAnchorElement>("a[data-open]");
  if (link) {
    link.hidden = !href;
    link.href = href || "#";
  }
  combo?.querySelector("[data-clear]")?.toggleAttribute("hidden", input.value === "");
}

async function search(input: HTMLInputElement, asked: AbortSignal): Promise<void> {
  const body = new URLSearchParams({ q: input.value, field: input.dataset.field ?? "" });
  try {
    const answer = await fetch(input.dataset.search ?? "", { method: "POST", body, signal: asked, headers: { Accept: "application/json" } });
    if (!answer.ok || asked.aborted) return;
    const found = (await answer.json()) as Answer;
    const items: Item[] = [...found.choices, ...(found.more ? [{ value: "", text: found.more, note: true }] : [])];
    // A record that is made on the way does not open another form on top of its own.
    if (!input.closest("dialog.quick")) items.push(...found.create.map((one) => ({ value: one.href, text: one.label, create: true })));
    show(input, items, (item) => (item.create ? openQuick(input, item.value, choose) : choose(input, item.text, item.href)));
  } catch (error) {
    // Without the network the text is resolved when the form is saved.
    if (!asked.aborted && !(error instanceof TypeError)) throw error;
  }
}

/** Asks after a pause, or at once; an answer to an older question never arrives. */
function ask(input: HTMLInputElement, after: number): void {
  stop(input);
  const control = new AbortController();
  pending.set(input, { control, timer: window.setTimeout(() => void search(input, control.signal), after) });
}

function stop(input: HTMLInputElement): void {
  const before = pending.get(input);
  if (!before) return;
  window.clearTimeout(before.timer);
  before.control.abort();
}

/** Makes pickers ready for a person with a script: chips for several, a button that clears for one. */
function enhance(part: ParentNode): void {
  enhanceSeveral(part);
  for (const clear of part.querySelectorAll<HTMLElement>(".combo [data-clear]")) {
    clear.hidden = clear.closest(".combo")?.querySelector<HTMLInputElement>("input[data-search]")?.value === "";
  }
}

export function connectPickers(root: Document): void {
  enhance(root);
  root.addEventListener("htmx:load", (event) => enhance((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));
  root.addEventListener("input", (event) => {
    const input = picker(event);
    if (!input) return;
    tellLink(input, "");
    ask(input, 150);
  });
  root.addEventListener("click", (event) => {
    const input = picker(event);
    if (input && !isOpen(input)) ask(input, 0);
    const clear = (event.target as Element).closest<HTMLElement>(".combo [data-clear]");
    const cleared = clear?.closest(".combo")?.querySelector<HTMLInputElement>("input[data-search]");
    if (!cleared) return;
    cleared.value = "";
    choose(cleared, "");
    cleared.focus();
  });
  root.addEventListener("keydown", (event) => {
    const input = picker(event);
    if (!input) return;
    if (walk(input, event)) {
      // Who closed the list doesn't want the answer that is still on its way.
      if (!isOpen(input)) stop(input);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      ask(input, 0);
    }
    // On the way down: the window around the input hears of an Escape only when no list was open.
  }, true);
  root.addEventListener("focusout", (event) => {
    const input = picker(event);
    if (!input || inLogin(event.relatedTarget)) return;
    stop(input);
    close(input);
  });
}
