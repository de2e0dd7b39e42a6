/** Light or dark, dense or comfortable are changed where somebody stands: what he is typing stays, and the server remembers the choice. */
import { gone } from "./connection";
import { logInAgain, person } from "./session";

/** What the page says where nothing was chosen: then the attribute is not there. */
const USUAL: Record<string, string> = { theme: "auto", density: "dense" };
const ATTRIBUTE: Record<string, string> = { theme: "data-bs-theme", density: "data-density" };

function wear(part: string, chosen: string): void {
  const page = document.documentElement;
  if (chosen === USUAL[part]) page.removeAttribute(ATTRIBUTE[part]);
  else page.setAttribute(ATTRIBUTE[part], chosen);
}

/** Marks the choice in its menu, with the signs that the other one had. */
function mark(form: HTMLFormElement, button: HTMLButtonElement): void {
  const before = form.querySelector<HTMLButtonElement>("[aria-current]");
  if (!before || before === button) return;
  const [old, fresh] = [before, button].map((one) => one.querySelector("svg"));
  if (old && fresh) {
    const place = document.createElement("i");
    old.replaceWith(place);
    fresh.replaceWith(old);
    place.replaceWith(fresh);
  }
  before.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
}

async function remember(address: string, part: string, chosen: string): Promise<void> {
  const headers = { "HX-Request": "true", "Packdesk-Login": person() };
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ [part]: chosen }), headers, keepalive: true }).catch(() => null);
  if (!answer) gone(null);
  else if (answer.status === 401 && (await logInAgain())) await remember(address, part, chosen);
}

export function connectAppearance(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    const part = form.dataset.wears ?? "";
    if (!button || !(part in ATTRIBUTE) || event.defaultPrevented) return;
    event.preventDefault();
    // At once: what the server remembers is for the next page.
    wear(part, button.value);
    mark(form, button);
    const menu = form.closest<HTMLDetailsElement>("details.menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    void remember(form.action, part, button.value);
  });
}
