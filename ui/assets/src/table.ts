/** Picks all rows of a list at once, says how many are picked, and offers all that match once the whole page is. */
function tell(table: HTMLTableElement): void {
  const rows = [...table.querySelectorAll<HTMLInputElement>('tbody input[name="picked"]')];
  const picked = rows.filter((row) => row.checked).length;
  const whole = rows.length > 0 && picked === rows.length;
  // The head of the table is not there on a narrow screen; below the cards stands another.
  for (const all of document.querySelectorAll<HTMLInputElement>("[data-all]")) {
    all.checked = whole;
    all.indeterminate = picked > 0 && !whole;
  }
  const told = document.querySelector("[data-picked]");
  if (told) told.textContent = picked ? String(picked) : "";
  const beyond = document.querySelector<HTMLElement>("[data-whole]");
  if (beyond) beyond.hidden = !whole;
  const said = document.querySelector<HTMLElement>("[data-whole-said]");
  if (said) said.textContent = whole ? (said.dataset.wholeSaid ?? "") : "";
}

/** Without a script all that match can be taken at any time; with one, when the page is: who ticked it all may mean more than the page. */
function begin(part: ParentNode): void {
  const table = part.querySelector<HTMLElement>('input[name="picked"]')?.closest("table");
  if (table) tell(table);
}

export function connectTable(root: Document): void {
  begin(root);
  root.addEventListener("htmx:load", (event) => begin((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));
  root.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    const table = box.closest?.("table") ?? (box.matches?.("[data-all]") ? box.closest("[data-list]")?.querySelector("table") : null);
    if (!table || box.type !== "checkbox") return;
    if (box.hasAttribute("data-all")) table.querySelectorAll<HTMLInputElement>('tbody input[name="picked"]').forEach((row) => { row.checked = box.checked; });
    tell(table);
  });
}
