/** A form is sent once: further clicks are ignored until the page or its answer arrives. The server keeps the promise by the form's request key. */
export function confirmOnce(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || form.hasAttribute("data-repeat")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "yes";
    const submitter = (event as SubmitEvent).submitter;
    submitter?.setAttribute("aria-busy", "true");
  }, true);
  const again = (element: Element | null) => {
    const form = element?.closest("form");
    if (form) delete form.dataset.sent;
    for (const button of form?.elements ?? []) button.removeAttribute("aria-busy");
  };
  root.addEventListener("htmx:afterRequest", (event) => again((event as CustomEvent<{ elt: Element }>).detail.elt));
  window.addEventListener("pageshow", () => root.querySelectorAll("form[data-sent]").forEach(again));
}
