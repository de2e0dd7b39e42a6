/** Reference fields as comboboxes (ARIA 1.2): the server searches; a number or a name typed without choosing is resolved on saving. */
interface Choice { value: string; text: string; }

let count = 0;

function close(input: HTMLInputElement): void {
  input.parentElement?.querySelector("ul")?.remove();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function show(input: HTMLInputElement, choices: Choice[]): void {
  close(input);
  if (choices.length === 0 || document.activeElement !== input) return;
  const list = document.createElement("ul");
  list.id = `choices-${++count}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent?.trim() ?? "");
  choices.forEach((choice, index) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.value = choice.text;
    item.textContent = choice.text;
    list.append(item);
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = (event.target as Element).closest("li");
    if (item) choose(input, item);
  });
  input.parentElement?.append(list);
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");
}

function choose(input: HTMLInputElement, item: HTMLElement): void {
  input.value = item.dataset.value ?? "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  close(input);
}

function move(input: HTMLInputElement, step: number): void {
  const items = [...(input.parentElement?.querySelectorAll<HTMLElement>("li") ?? [])];
  if (items.length === 0) return;
  const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const next = items[(now + step + items.length + (now < 0 && step < 0 ? 1 : 0)) % items.length];
  items.forEach((item) => item.setAttribute("aria-selected", String(item === next)));
  next.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", next.id);
}

async function search(input: HTMLInputElement, asked: AbortSignal): Promise<void> {
  const body = new URLSearchParams({ q: input.value, ...(input.dataset.field ? { field: input.dataset.field } : {}) });
  try {
    const answer = await fetch(input.dataset.search ?? "", { method: "POST", body, signal: asked, headers: { Accept: "application/json" } });
    if (answer.ok) show(input, ((await answer.json()) as { choices: Choice[] }).choices);
  } catch (error) {
    if (!asked.aborted) close(input);
  }
}

export function connectPickers(root: Document): void {
  const pending = new WeakMap<HTMLInputElement, { timer: number; control: AbortController }>();
  const picker = (event: Event) => (event.target instanceof HTMLInputElement && event.target.dataset.search ? event.target : null);
  root.addEventListener("input", (event) => {
    const input = picker(event);
    if (!input) return;
    const before = pending.get(input);
    if (before) {
      window.clearTimeout(before.timer);
      before.control.abort();
    }
    const control = new AbortController();
    pending.set(input, { control, timer: window.setTimeout(() => void search(input, control.signal), 150) });
  });
  root.addEventListener("keydown", (event) => {
    const input = picker(event);
    if (!input) return;
    const open = input.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) move(input, event.key === "ArrowDown" ? 1 : -1);
      else void search(input, new AbortController().signal);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      event.preventDefault();
      close(input);
    } else if ((event.key === "Enter" || event.key === "Tab") && open) {
      // Enter chooses only what the person has highlighted.
      const chosen = input.parentElement?.querySelector<HTMLElement>('li[aria-selected="true"]');
      if (chosen) {
        if (event.key === "Enter") event.preventDefault();
        choose(input, chosen);
      } else close(input);
    }
  });
  root.addEventListener("focusout", (event) => {
    const input = picker(event);
    if (input) close(input);
  });
}
