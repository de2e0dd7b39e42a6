/** What is typed while an answer is on its way stays: a form that is only drawn anew is asked for again, one that was sent gets it put back. */
import htmx from "htmx.org";
import { noteTyped } from "./checking";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
interface Kept { id: string; name: string; type: string; value: string; checked: boolean; }

const CONTROLS = "input:not([type=hidden]:not([data-sent]), [type=file]), select, textarea";
/** Counts what is typed and chosen, in place of a clock that is too coarse to tell it from a request. */
let count = 0;
let repeating = false;
const written = new WeakMap<Element, number>();
const tickable = (one: { type: string }) => one.type === "checkbox" || one.type === "radio";

/** The moment by which `typedSince` measures. */
export const now = (): number => count;

/** Returns what was typed after a moment and is in the page still. */
export function typedSince(root: Document, moment: number): Kept[] {
  return [...root.querySelectorAll<Control>(CONTROLS)].filter((one) => (written.get(one) ?? 0) > moment).map((one) => ({
    id: one.id, name: one.name, type: one.type, value: one.value, checked: (one as HTMLInputElement).checked,
  }));
}

/** Asks for the same part again, with what has been typed since. */
export function askAgain(element: Element): void {
  window.setTimeout(() => {
    repeating = true;
    htmx.trigger(element, "change", {});
    repeating = false;
  });
}

function counterpart(root: Document, kept: Kept): Control | null {
  const named = [...root.querySelectorAll<Control>(CONTROLS)].filter((one) => kept.name !== "" && one.name === kept.name);
  const found = (kept.id && root.getElementById(kept.id)) || named.find((one) => !tickable(kept) || one.value === kept.value);
  return found instanceof HTMLElement && found.matches(CONTROLS) ? (found as Control) : null;
}

/** Puts it where it was typed, in what has come in place of that; returns what has no place yet. */
export function putBack(root: Document, all: Kept[]): Kept[] {
  return all.filter((kept) => {
    const control = counterpart(root, kept);
    // Several references are sent by a hidden input, made of the one that the server draws.
    if (!control || ![control.type, "hidden"].includes(kept.type)) return true;
    if (written.has(control)) return false;
    if (tickable(kept)) (control as HTMLInputElement).checked = kept.checked;
    else control.value = kept.value;
    written.set(control, ++count);
    noteTyped(control);
    control.dispatchEvent(new Event("change", { bubbles: true }));
    return false;
  });
}

export function connectTyping(root: Document): void {
  const note = (event: Event) => { if (event.target instanceof Element && !repeating) written.set(event.target, ++count); };
  root.addEventListener("input", note, true);
  root.addEventListener("change", note, true);
}
