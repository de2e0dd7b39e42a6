/** Fields that come and go, or become required, while a form is filled in: the browser evaluates the rules that came with the form. */
import { holds, type Form, type Json } from "./expressions";

type Environment = { record: { values: { [path: string]: Json } } } & { [name: string]: Json };

function valueOf(control: HTMLInputElement | HTMLSelectElement): Json {
  return control instanceof HTMLInputElement && control.type === "checkbox" ? control.checked : control.value || null;
}

/** Shows and hides one field; what is hidden is not sent. Returns whether anything changed. */
function show(box: HTMLElement, visible: boolean): boolean {
  if (box.hidden === !visible) return false;
  box.hidden = !visible;
  for (const control of box.querySelectorAll<HTMLInputElement>("input, select, textarea")) control.disabled = !visible;
  return true;
}

function demand(box: HTMLElement, required: boolean): void {
  box.querySelector<HTMLElement>(".must")?.toggleAttribute("hidden", !required);
  for (const control of box.querySelectorAll("[id]:is(input, select, textarea)")) {
    if (required) control.setAttribute("aria-required", "true");
    else control.removeAttribute("aria-required");
  }
}

function apply(sections: HTMLElement): void {
  const environment = JSON.parse(sections.dataset.environment ?? "{}") as Environment;
  // A field that goes may decide about others: as many rounds as it takes, each can only start when something changed.
  for (let round = 0, changed = true; changed && round < 9; round++) {
    changed = false;
    for (const control of sections.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-decides]:not(:disabled)")) {
      environment.record.values[control.name] = valueOf(control);
    }
    for (const box of sections.querySelectorAll<HTMLElement>("[data-visible]")) {
      const rules = JSON.parse(box.dataset.visible ?? "[]") as Form[];
      changed = show(box, rules.every((rule) => holds(rule, environment))) || changed;
    }
  }
  for (const box of sections.querySelectorAll<HTMLElement>("[data-required]")) {
    demand(box, holds(JSON.parse(box.dataset.required ?? "") as Form, environment));
  }
  for (const section of sections.querySelectorAll<HTMLElement>(":scope > section")) {
    section.hidden = section.querySelector(".field:not([hidden])") === null;
  }
}

export function connectConditions(root: Document): void {
  root.addEventListener("change", (event) => {
    const control = event.target as HTMLElement;
    const sections = control.hasAttribute("data-decides") ? control.closest<HTMLElement>("[data-environment]") : null;
    if (sections) apply(sections);
  });
}
