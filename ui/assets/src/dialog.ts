/** The one modal window: filled by htmx, opened when it has content, closed by Escape or a button, focus goes back where it was. */
export function connectDialog(root: Document): void {
  const dialog = root.querySelector<HTMLDialogElement>("dialog[data-window]");
  if (!dialog) return;
  root.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: Element }>).detail.target;
    if (!dialog.contains(target)) return;
    if (!dialog.open) dialog.showModal();
    dialog.setAttribute("aria-label", dialog.querySelector("h1")?.textContent?.trim() ?? "");
    (dialog.querySelector<HTMLElement>("[role=alert], [autofocus]") ?? dialog.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea"))?.focus();
  });
  dialog.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
}
