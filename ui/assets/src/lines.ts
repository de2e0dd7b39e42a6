/** Adds and removes rows of a line group in place; without a script the same buttons ask the server. */
export function connectLines(root: Document): void {
  root.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-line]");
    const group = button?.closest<HTMLElement>("[data-lines]");
    if (!button || !group) return;
    const rows = group.querySelector<HTMLElement>(".lines");
    if (button.dataset.line === "remove") {
      event.preventDefault();
      button.closest(".line")?.remove();
      (rows?.querySelector<HTMLElement>(".line:last-child input, .line:last-child select") ?? group.querySelector<HTMLElement>('[data-line="add"]'))?.focus();
      return;
    }
    const pattern = group.querySelector("template");
    if (!pattern || !rows) return;
    event.preventDefault();
    const next = Number(group.dataset.next ?? "0");
    group.dataset.next = String(next + 1);
    const row = pattern.content.cloneNode(true) as DocumentFragment;
    for (const element of row.querySelectorAll<HTMLElement>("*")) {
      for (const name of ["name", "id", "for", "aria-describedby", "value"]) {
        const value = element.getAttribute(name);
        if (value?.includes("__row__")) element.setAttribute(name, value.replaceAll("__row__", String(next)));
      }
    }
    rows.append(row);
    rows.querySelector<HTMLElement>(".line:last-child input:not([type=hidden]), .line:last-child select")?.focus();
  });
}
