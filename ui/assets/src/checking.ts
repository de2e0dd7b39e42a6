/** Asks the server what it would say of a field that somebody typed in and left, and puts its sentences there; the focus stays where it is. */
import { released } from "./pointer";
import { inLogin } from "./session";

interface Said { faults: string[]; read: string; }
interface Asking { control: AbortController; names: Set<string>; }

/** What was typed in, by form: a field says nothing before. */
const typed = new WeakMap<HTMLFormElement, Set<string>>();
const asking = new WeakMap<HTMLFormElement, Asking>();

const boxOf = (element: EventTarget | null): HTMLElement | null => (element instanceof Element ? element.closest<HTMLElement>("[data-name]") : null);
const formOf = (box: Element): HTMLFormElement | null => box.closest<HTMLFormElement>("form[data-check]");
const boxNamed = (form: HTMLFormElement, name: string) => form.querySelector<HTMLElement>(`[data-name="${CSS.escape(name)}"]`);
const controlsOf = (box: HTMLElement) => (box.dataset.lines === undefined ? [...box.querySelectorAll<HTMLElement>("[id]:is(input, select, textarea)")] : []);

function describe(control: HTMLElement, id: string, present: boolean): void {
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (present) ids.push(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

/** Puts a text below the field, or takes it away. */
function put(box: HTMLElement, kind: "fault" | "read", text: string): void {
  const first = controlsOf(box)[0];
  const id = `${box.id || first?.id || box.dataset.name}-${kind}`;
  let place = box.querySelector<HTMLElement>(`:scope > .${kind}`);
  if (!text) place?.remove();
  else {
    if (!place) {
      place = document.createElement("div");
      place.className = kind;
      place.id = id;
      box.append(place);
    }
    place.textContent = text;
  }
  for (const control of controlsOf(box)) describe(control, place?.id ?? id, text !== "");
}

function show(form: HTMLFormElement, fields: { [name: string]: Said }): void {
  const news: string[] = [];
  for (const [name, said] of Object.entries(fields)) {
    const box = boxNamed(form, name);
    if (!box) continue;
    const text = said.faults.join(" ");
    if (text) for (let part = box.closest("details"); part; part = part.parentElement?.closest("details") ?? null) part.open = true;
    if (text && box.querySelector(":scope > .fault")?.textContent?.trim() !== text) news.push(text);
    put(box, "read", said.read && !text ? `= ${said.read}` : "");
    put(box, "fault", text);
    for (const control of controlsOf(box)) {
      if (text) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
  const told = form.querySelector("[data-told]");
  if (told) told.textContent = news.join(" ");
}

async function ask(form: HTMLFormElement, names: Iterable<string>): Promise<void> {
  const before = asking.get(form);
  before?.control.abort();
  const marked = [...form.querySelectorAll<HTMLElement>("[data-name]:has(> .fault)")].map((box) => box.dataset.name ?? "");
  const now = { control: new AbortController(), names: new Set([...(before?.names ?? []), ...names, ...marked]) };
  asking.set(form, now);
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  for (const name of now.names) body.append("_left", name);
  try {
    const answer = await fetch(form.dataset.check ?? "", { method: "POST", body, signal: now.control.signal, headers: { Accept: "application/json" } });
    // Whatever else keeps the answer away is said when the form is sent; nobody asked to hear it now.
    const fields = answer.ok ? ((await answer.json()) as { fields: { [name: string]: Said } }).fields : {};
    await released();
    if (now.control.signal.aborted || form.dataset.sent) return;
    asking.delete(form);
    show(form, fields);
  } catch (error) {
    if (!(error instanceof TypeError) && !now.control.signal.aborted) throw error;
  }
}

/** Takes what was typed as typed, also where a script typed it for somebody. */
export function noteTyped(control: HTMLElement): void {
  const form = formOf(control);
  const name = boxOf(control)?.dataset.name;
  if (form && name !== undefined) typed.set(form, (typed.get(form) ?? new Set<string>()).add(name));
}

/** Says whether anything was typed into a form. */
export function isTyped(form: HTMLFormElement): boolean {
  return (typed.get(form)?.size ?? 0) > 0;
}

export function connectChecking(root: Document): void {
  const note = (event: Event) => (event.target instanceof HTMLElement ? noteTyped(event.target) : undefined);
  root.addEventListener("input", note);
  root.addEventListener("change", note);
  root.addEventListener("focusout", (event) => {
    const box = boxOf(event.target);
    const form = box && formOf(box);
    if (!box || !form || box.contains(event.relatedTarget as Node | null) || inLogin(event.relatedTarget)) return;
    const name = box.dataset.name ?? "";
    if (typed.get(form)?.has(name)) void ask(form, [name]);
  });
  // A form that the server drew anew has lost what stood at its fields.
  root.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: Element }>).detail.target;
    const form = target.isConnected ? target.closest<HTMLFormElement>("form[data-check]") : root.querySelector<HTMLFormElement>("form[data-check]");
    const known = form && typed.get(form);
    if (form && known?.size) void ask(form, known);
  });
}
