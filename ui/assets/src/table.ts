/** Picks all rows of a list at once, and says how many are picked. */
export function connectTable(root: Document): void {
  root.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    const table = box.closest?.("table");
    if (!table || box.type !== "checkbox") return;
    const rows = [...table.querySelectorAll<HTMLInputElement>('tbody input[name="picked"]')];
    if (box.hasAttribute("data-all")) rows.forEach((row) => { row.checked = box.checked; });
    const all = table.querySelector<HTMLInputElement>("[data-all]");
    const picked = rows.filter((row) => row.checked).length;
    if (all) {
      all.checked = picked === rows.length;
      all.indeterminate = picked > 0 && picked < rows.length;
    }
    const told = root.querySelector("[data-picked]");
    if (told) told.textContent = picked ? String(picked) : "";
  });
}
