/** A session that ended is taken up in place: the login opens on top of the page, and what was typed is sent afterwards, in nobody else's name. */
import { released } from "./pointer";

let waiting: Promise<boolean> | null = null;
/** Whoever closed the dialog is not asked again by what nobody pressed. */
let declined = false;

const region = () => document.querySelector<HTMLElement>("[data-notices]");

/** Whose page this is; the server compares it with who is logged in now. */
export const person = (): string => region()?.dataset.login ?? "";

function say(dialog: HTMLElement, what: string): void {
  for (const part of dialog.querySelectorAll<HTMLElement>("[data-says]")) part.hidden = part.dataset.says !== what;
}

/** Logs in by the server's own form; says how it went. */
async function logIn(form: HTMLFormElement): Promise<string> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (answer.status === 429) return "limited";
    // For nobody: asked for the person of this page, the answer to somebody else would be the login again.
    const known = await fetch(form.dataset.asks ?? "", { headers: { Accept: "application/json", "Packdesk-Login": "" }, cache: "no-store" });
    const { login } = (await known.json()) as { login: string };
    if (!login) return "wrong";
    return login === person() ? "" : "other";
  } catch {
    return "offline";
  }
}

function asked(dialog: HTMLDialogElement): Promise<boolean> {
  const form = dialog.querySelector("form") as HTMLFormElement;
  const password = form.elements.namedItem("password") as HTMLInputElement;
  say(dialog, "");
  password.value = "";
  const before = document.activeElement as HTMLElement | null;
  dialog.showModal();
  password.focus();
  return new Promise((done) => {
    const stop = new AbortController();
    const end = (good: boolean) => {
      stop.abort();
      if (dialog.open) dialog.close();
      before?.focus();
      done(good);
    };
    let trying = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      // One try at a time: the answer to a wrong one, arriving last, would take the session of the right one away.
      if (trying) return;
      trying = true;
      const failed = await logIn(form);
      trying = false;
      if (!failed) {
        end(true);
        return;
      }
      say(dialog, failed);
      password.value = "";
      password.focus();
    }, { signal: stop.signal });
    dialog.addEventListener("click", (event) => {
      const pressed = event.target as Element;
      if (pressed.closest("[data-close]")) end(false);
      if (pressed.closest("[data-reload]")) {
        event.preventDefault();
        location.reload();
      }
    }, { signal: stop.signal });
    dialog.addEventListener("close", () => end(false), { signal: stop.signal });
  });
}

/** Asks for the login, once however many requests ask; says whether the person of this page is logged in again. */
export function logInAgain(): Promise<boolean> {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-session]");
  if (!dialog) return Promise.resolve(false);
  waiting ??= released().then(() => asked(dialog)).then((good) => {
    declined = !good;
    return good;
  }).finally(() => { waiting = null; });
  return waiting;
}

/** Says whether this lies in the dialog that asks for the login: to lose the focus to it is not to leave a field. */
export const inLogin = (target: EventTarget | null): boolean => target instanceof Element && target.closest("dialog[data-session]") !== null;

/** Says whether somebody pressed something for this request, rather than a script asking ahead: what is only asked may be given up again. */
const pressed = (init?: RequestInit) => init?.method === "POST" && !init.signal;

interface Sent { elt: HTMLElement; xhr: XMLHttpRequest; requestConfig: { headers: { [name: string]: string }; triggeringEvent?: Event }; }

export function connectSession(root: Document): void {
  root.addEventListener("htmx:configRequest", (event) => {
    (event as CustomEvent<{ headers: { [name: string]: string } }>).detail.headers["Packdesk-Login"] = person();
  });
  root.addEventListener("htmx:responseError", async (event) => {
    const { elt, xhr, requestConfig } = (event as CustomEvent<Sent>).detail;
    if (xhr.status !== 401) return;
    const again = requestConfig.triggeringEvent;
    if ((declined && !again?.isTrusted) || !(await logInAgain())) return;
    if (elt instanceof HTMLFormElement) elt.requestSubmit((again as SubmitEvent | undefined)?.submitter);
    else if (again) elt.dispatchEvent(new Event(again.type, { bubbles: true, cancelable: true }));
  });
  // What a script asks for on the way (choices, the sentences of a field) asks for the login alike, and is asked again afterwards.
  const plain = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const address = new URL(input instanceof Request ? input.url : String(input), location.href);
    if (address.origin !== location.origin) return plain(input, init);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const login = address.pathname.includes("/login");
    if (!login && !headers.has("Packdesk-Login")) headers.set("Packdesk-Login", person());
    const answer = await plain(input, { ...init, headers });
    if (answer.status !== 401 || login || (declined && !pressed(init)) || !(await logInAgain())) return answer;
    return plain(input, { ...init, headers });
  };
}
