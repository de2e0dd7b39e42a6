/** Makes a record on the way: the form of its type in a window on top of the one in hand, which gets the new record and the focus back. */
import htmx from "htmx.org";
import { failed, gone } from "./connection";
import { mayLeave, settle } from "./leaving";
import { now, putBack, typedSince } from "./typing";

type Chosen = (input: HTMLInputElement, text: string, href: string) => void;

const PART = { "HX-Request": "true", "HX-Target": "modal-inside" };

/** Names inside the window differ from those of the form below it, so that labels and descriptions find their own. */
function apart(inside: HTMLElement): void {
  for (const element of inside.querySelectorAll<HTMLElement>("[id], [for], [aria-describedby], [aria-labelledby], [list], #faults a")) {
    for (const name of ["id", "for", "aria-describedby", "aria-labelledby", "list"]) {
      const value = element.getAttribute(name);
      if (value && element.id !== "sections" && !value.startsWith("q-")) element.setAttribute(name, value.split(" ").map((one) => `q-${one}`).join(" "));
    }
    const href = element.getAttribute("href");
    if (href?.startsWith("#") && !href.startsWith("#q-")) element.setAttribute("href", `#q-${href.slice(1)}`);
  }
}

/** Offers what was looked for, whole and word by word, in the texts of the form of what was not found: nobody types it again. */
function offer(inside: HTMLElement, words: string): void {
  const typed = words.trim();
  if (!typed) return;
  const offers = document.createElement("datalist");
  offers.id = "q-typed";
  offers.append(...[...new Set([typed, ...typed.split(/\s+/)])].map((text) => new Option(text, text)));
  inside.append(offers);
  for (const text of inside.querySelectorAll(".field input[type=text]:not([role], [list], [placeholder], [inputmode])")) text.setAttribute("list", offers.id);
}

function put(dialog: HTMLDialogElement, content: string, sought: string): void {
  const inside = dialog.querySelector<HTMLElement>(".quick-inside");
  if (!inside) return;
  inside.innerHTML = content;
  apart(inside);
  offer(inside, sought);
  htmx.process(inside);
  dialog.setAttribute("aria-label", inside.querySelector("h1")?.textContent?.trim() ?? "");
  const form = inside.querySelector("form");
  for (const name of [...(form?.attributes ?? [])].map((each) => each.name).filter((each) => each.startsWith("hx-"))) form?.removeAttribute(name);
  (inside.querySelector<HTMLElement>("[role=alert]") ?? inside.querySelector<HTMLElement>(".field:not([hidden]) :is(input:not([type=hidden]), select, textarea)") ?? inside.querySelector<HTMLElement>("a, button"))?.focus();
}

/** Opens the form behind the address above everything; `chosen` hears of the record that was made. */
export function openQuick(input: HTMLInputElement, address: string, chosen: Chosen): void {
  const sought = input.value;
  const dialog = document.createElement("dialog");
  dialog.className = "modal-window quick";
  const place = document.createElement("div");
  place.className = "quick-inside";
  dialog.append(place);
  document.body.append(dialog);
  const leave = () => dialog.close();
  dialog.addEventListener("close", () => {
    dialog.remove();
    input.focus();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (mayLeave(dialog)) leave();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if (mayLeave(dialog)) leave();
  });
  dialog.addEventListener("htmx:afterSwap", () => apart(place));
  dialog.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (link?.closest(".form-end")) {
      event.preventDefault();
      if (mayLeave(dialog)) leave();
    } else if (link?.closest(".tiles")) {
      event.preventDefault();
      void load(link.href);
    }
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(event.target as HTMLFormElement, (event as SubmitEvent).submitter);
  });

  async function load(from: string): Promise<void> {
    const answer = await fetch(from, { headers: PART });
    if (!answer.ok || answer.headers.get("HX-Redirect")) return leave();
    put(dialog, await answer.text(), sought);
    if (!dialog.open) dialog.showModal();
  }

  async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") body.append(name, value);
    body.set("_quick", "1");
    const moment = now();
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: PART });
      if (answer.headers.get("Content-Type")?.includes("application/json") && answer.ok) {
        const made = ((await answer.json()) as { made: { text: string; href: string } }).made;
        settle(form);
        leave();
        chosen(input, made.text, made.href);
      } else if ((answer.ok || answer.status === 422) && !answer.headers.has("Packdesk-Refused")) {
        const again = await answer.text();
        const typed = typedSince(document, moment);
        put(dialog, again, sought);
        putBack(document, typed);
      } else if (answer.status !== 401) {
        // Nothing but the form itself comes in place of what was typed; it can be sent again under its key.
        failed(form, new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      gone(form, submitter);
    } finally {
      delete form.dataset.sent;
      submitter?.removeAttribute("aria-busy");
    }
  }

  void load(address);
}
