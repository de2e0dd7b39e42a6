/** Asks before what was typed is left behind: the page, or a window on top of it. */
import { isTyped } from "./checking";

const settled = new WeakSet<HTMLFormElement>();
const formsIn = (part: ParentNode) => [...part.querySelectorAll<HTMLFormElement>("form:is([data-check], [data-leave])")];
/** A form that is not checked while somebody types has something typed where a text differs from what came. */
const isWritten = (form: HTMLFormElement) => form.dataset.check === undefined && [...form.querySelectorAll("textarea")].some((text) => text.value !== text.defaultValue);
const isOpen = (form: HTMLFormElement) => (isTyped(form) || isWritten(form) || form.querySelector("[role=alert]") !== null) && !settled.has(form) && !form.dataset.sent;

/** Takes a form as done with: leaving it asks no more. */
export function settle(form: HTMLFormElement): void {
  settled.add(form);
}

/** Asks, where something was typed that is not stored; says whether it may go. */
export function mayLeave(part: HTMLElement): boolean {
  const open = formsIn(part).filter(isOpen);
  if (open.length === 0) return true;
  const question = open[0].dataset.leave ?? "";
  // The browser's own question: it stands above every window and needs no room in the page.
  if (!window.confirm(question)) return false;
  open.forEach(settle);
  return true;
}

export function connectLeaving(root: Document): void {
  window.addEventListener("beforeunload", (event) => {
    if (formsIn(root).some(isOpen)) event.preventDefault();
  });
  const dialog = root.querySelector<HTMLDialogElement>("dialog#modal");
  // The browser gives no chance to refuse the cancelling of a window in which nobody clicked yet, so the key is asked about itself.
  dialog?.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !mayLeave(dialog)) event.preventDefault();
  });
  dialog?.addEventListener("cancel", (event) => {
    if (!mayLeave(dialog)) event.preventDefault();
  });
  // Before the window closes itself at the press of its button.
  dialog?.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]") && !mayLeave(dialog)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  root.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest }>).detail;
    const form = elt.closest("form");
    if (form && xhr.getResponseHeader("HX-Redirect")) settle(form);
  });
}
