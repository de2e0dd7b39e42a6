/** Toasts: said politely, gone by themselves after a while unless they offer something or somebody is at them; closed by their button. */
const LONG_ENOUGH = 8000;

function fade(toast: HTMLElement): void {
  if (toast.querySelector("a, form, button:not([data-off])")) return;
  window.setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) fade(toast);
    else toast.remove();
  }, LONG_ENOUGH);
}

export function connectToasts(root: Document): void {
  const region = root.getElementById("toasts");
  if (!region) return;
  region.querySelectorAll<HTMLElement>(".toast").forEach(fade);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => { if (node instanceof HTMLElement) fade(node); });
  }).observe(region, { childList: true });
  root.addEventListener("click", (event) => {
    const off = (event.target as Element).closest?.("[data-off]");
    if (!off) return;
    off.closest(".toast")?.remove();
  });
}
