/** The summary of a refused form leads to its fields: the focus goes to the control, and what hides it opens. */

/** Brings a field into view and into focus. */
export function reach(target: Element): void {
  for (let part = target.closest("details"); part; part = part.parentElement?.closest("details") ?? null) part.open = true;
  const control = target.matches("input, select, textarea, button") ? target : target.querySelector("input:not([type=hidden]), select, textarea, button");
  const found = (control ?? target) as HTMLElement;
  if (!control) found.tabIndex = -1;
  found.scrollIntoView({ block: "center" });
  found.focus({ preventScroll: true });
}

export function connectSummary(root: Document): void {
  root.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('#faults a[href^="#"]');
    const target = link && root.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    reach(target);
  });
}

/** Brings the field that the address names into view and into focus: whoever came by such a link wants to fill it in. */
export function reachNamed(root: Document): void {
  const named = location.hash.startsWith("#f-") && root.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named) reach(named);
}
