/** Forms that count once are sent from the page, so that it stays when the network, the server or the session does not; they are sent again under the same key. */
import htmx from "htmx.org";
import { isStale, keepFiles } from "./files";
import { settle } from "./leaving";
import { paneOf, sayOrigin } from "./origin";
import { logInAgain, person } from "./session";
import { now, putBack, typedSince } from "./typing";

/** Between two looks whether the server is back. */
const PAUSE = 3000;

/** What did not reach the server when it was sent last, in order: a form with the button that was pressed; rows of a list share a form, and each has a button. */
interface Unsent { form: HTMLFormElement; submitter: HTMLElement | null; }
let unsent: Unsent[] = [];
/** Forms that the browser itself sends, once the session is known to stand. */
const standing = new WeakSet<HTMLFormElement>();
let looking = 0;

const region = () => document.querySelector<HTMLElement>("[data-notices]");
const pattern = (name: string) => document.querySelector<HTMLTemplateElement>(`template[data-notice="${name}"]`)?.content.cloneNode(true) as DocumentFragment | undefined;

/** Says something in the bar at the end of the window, or nothing; what sticks to that end or has the focus stands above it. */
function notice(name: string): void {
  const found = pattern(name);
  region()?.replaceChildren(...(found ? [found] : []));
  document.documentElement.style.setProperty("--pd-notice", `${region()?.offsetHeight ?? 0}px`);
  document.activeElement?.scrollIntoView({ block: "nearest" });
}

/** Looks whether the server is back while it was not, and only then. */
async function look(): Promise<void> {
  window.clearTimeout(looking);
  const answer = navigator.onLine ? await fetch(region()?.dataset.health ?? "", { cache: "no-store" }).catch(() => null) : null;
  if (!answer?.ok) {
    looking = window.setTimeout(look, PAUSE);
    return;
  }
  unsent = unsent.filter(({ form }) => form.isConnected);
  notice("online");
  if (unsent.length) return;
  region()?.querySelector("[data-again]")?.remove();
  window.setTimeout(() => { notice(""); }, PAUSE);
}

/** Whether buttons of a form are sent apart: those that bring the key with them. */
const brings = (button: HTMLElement | null) => button?.getAttribute("name") === "_key";

/** Takes what reached the server from what is to be sent again. */
function sent(form: HTMLFormElement, submitter: HTMLElement | null): void {
  unsent = unsent.filter((one) => one.form !== form || (brings(submitter) && one.submitter !== submitter));
}

/** Sends again what did not reach the server, one after the other; says whether there was anything. */
function sendNext(): boolean {
  unsent = unsent.filter(({ form, submitter }) => form.isConnected && (submitter?.isConnected ?? true));
  const next = unsent.shift();
  next?.form.requestSubmit(next.submitter);
  return next !== undefined;
}

/** Says that the server cannot be reached; what was typed stays where it is. */
export function gone(form: HTMLFormElement | null, submitter: HTMLElement | null = null): void {
  if (form?.closest("dialog[open]")) {
    // Behind a window the region can be neither heard nor pressed: the window says it, and its own button sends again.
    say(form, pattern("offline")?.textContent?.trim() ?? "");
    return;
  }
  if (form) {
    sent(form, submitter);
    unsent.push({ form, submitter });
  }
  notice("offline");
  window.clearTimeout(looking);
  looking = window.setTimeout(look, PAUSE);
}

function release(form: HTMLFormElement): void {
  delete form.dataset.sent;
  for (const button of form.elements) button.removeAttribute("aria-busy");
  form.querySelector("[data-sending]")?.remove();
}

/** Says in the form why the server refused it, with the number to quote. */
export function failed(form: HTMLFormElement, page: Document | null): void {
  const told = [...(page?.querySelectorAll("main [data-code] p") ?? [])].map((part) => part.textContent?.trim()).filter(Boolean);
  say(form, told.length ? told.join(" ") : (pattern("words")?.textContent?.trim() ?? ""));
}

/** Says something at the top of a form, instead of what was said there before. */
function say(form: HTMLFormElement, words: string): void {
  const found = pattern("failed")?.firstElementChild as HTMLElement | undefined;
  if (!found) return;
  form.querySelector("[data-failed]")?.remove();
  (found.querySelector("p") as HTMLElement).textContent = words;
  form.prepend(found);
  found.focus();
}

/** Puts the page that the server answered in place of this one, or of the pane that its form stood in; the frame around it stays. */
function show(page: Document, address: string, pane: HTMLElement | null, moment: number): void {
  const here = pane ?? document.getElementById("content");
  const there = page.getElementById("content");
  if (!here || !there) {
    location.assign(address);
    return;
  }
  if (!pane) document.title = page.title;
  keepFiles(here, there);
  const typed = typedSince(document, moment);
  here.replaceChildren(...there.childNodes);
  htmx.process(here);
  putBack(document, typed);
  // Pickers and lists of what the server drew are made ready by whoever listens to this.
  here.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: here } }));
  const first = here.querySelector<HTMLElement>("[autofocus]") ?? here.querySelector<HTMLElement>("[role=alert][tabindex]") ?? here;
  if (!pane) window.scrollTo({ top: 0 });
  first.focus();
}

function bodyOf(form: HTMLFormElement, submitter: HTMLElement | null): FormData | URLSearchParams {
  const data = new FormData(form, submitter);
  if (form.enctype === "multipart/form-data") return data;
  const text = new URLSearchParams();
  // As the browser itself would write them, so that a form sent again is the same form.
  for (const [name, value] of data) text.append(name, String(value).replace(/\r\n|\r|\n/g, "\r\n"));
  return text;
}

function progressOf(form: HTMLFormElement): HTMLProgressElement | null {
  if (form.enctype !== "multipart/form-data") return null;
  const found = pattern("sending");
  if (found) form.append(found);
  return form.querySelector("[data-sending] progress");
}

function send(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const address = submitter?.getAttribute("formaction") ?? form.action;
  const request = new XMLHttpRequest();
  const moment = now();
  const bar = progressOf(form);
  request.open("POST", address);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("Accept", "text/html");
  request.setRequestHeader("Packdesk-Login", person());
  sayOrigin(request);
  request.upload.addEventListener("progress", (event) => { if (bar && event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
  request.addEventListener("load", async () => {
    sent(form, submitter);
    notice("");
    const onward = request.getResponseHeader("HX-Redirect");
    if (onward) {
      settle(form);
      if (unsent.length) release(form);
      if (!sendNext()) location.assign(onward);
      return;
    }
    if (request.status === 401) {
      const again = await logInAgain();
      release(form);
      if (again) form.requestSubmit(submitter);
      return;
    }
    const page = request.getResponseHeader("Content-Type")?.startsWith("text/html") ? new DOMParser().parseFromString(request.responseText, "text/html") : null;
    release(form);
    if (request.getResponseHeader("Packdesk-Refused") || !page || request.status >= 500) failed(form, page);
    else show(page, request.responseURL, paneOf(form), moment);
  });
  for (const name of ["error", "timeout", "abort"]) {
    request.addEventListener(name, async () => {
      const stale = await isStale(form);
      release(form);
      if (stale) say(form, pattern("stale")?.textContent?.trim() ?? "");
      else gone(form, submitter);
    });
  }
  request.send(bodyOf(form, submitter));
}

/** Forms of ours that count once, those that send a file, and all of a record that is open beside its list; htmx sends its own. */
const isOurs = (form: HTMLFormElement, submitter: HTMLElement | null) =>
  form.method === "post" && !form.hasAttribute("hx-post") && !form.hasAttribute("data-repeat") &&
  (brings(submitter) || form.matches(":has(input[name=_key]), [data-drop], [data-pane] *"));

/** Forms that lead to a page of its own are sent by the browser, but not before the session is known to stand: what was typed would be gone. */
const leads = (form: HTMLFormElement) => form.method === "post" && form.hasAttribute("data-leads") && !standing.has(form);

async function lead(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const asks = document.querySelector<HTMLFormElement>("dialog[data-session] form")?.dataset.asks ?? "";
  const answer = await fetch(asks, { headers: { Accept: "application/json", "Packdesk-Login": "" }, cache: "no-store" }).catch(() => null);
  release(form);
  if (!answer?.ok) {
    gone(form, submitter);
    return;
  }
  const { login } = (await answer.json()) as { login: string };
  if (login !== person() && !(await logInAgain())) return;
  sent(form, submitter);
  notice("");
  standing.add(form);
  form.requestSubmit(submitter);
}

export function connectConnection(root: Document): void {
  if (!region()) return;
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const submitter = (event as SubmitEvent).submitter;
    if (event.defaultPrevented) return;
    if (isOurs(form, submitter)) {
      event.preventDefault();
      send(form, submitter);
    } else if (leads(form)) {
      event.preventDefault();
      void lead(form, submitter);
    }
  });
  window.addEventListener("pageshow", () => root.querySelectorAll<HTMLFormElement>("form[data-leads]").forEach((form) => standing.delete(form)));
  root.addEventListener("htmx:sendError", (event) => {
    const { elt, requestConfig } = (event as CustomEvent<{ elt: Element; requestConfig?: { verb: string } }>).detail;
    const form = requestConfig?.verb === "post" ? elt.closest("form") : null;
    gone(form);
  });
  root.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    const form = detail.elt.closest("form");
    if (!detail.xhr.getResponseHeader("Packdesk-Refused")) return;
    detail.shouldSwap = false;
    if (form && form.method === "post") failed(form, new DOMParser().parseFromString(detail.xhr.responseText, "text/html"));
  });
  root.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-again]")) return;
    notice("");
    sendNext();
  });
  window.addEventListener("offline", () => gone(null));
  window.addEventListener("online", () => { if (region()?.firstChild) void look(); });
}
