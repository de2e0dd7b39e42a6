/** Files: dropped on their form or chosen in it; one that is too large is told before it is sent. */
function check(form: HTMLFormElement): boolean {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const limit = Number(form.dataset.limit ?? "0");
  const large = [...(input?.files ?? [])].some((file) => limit > 0 && file.size > limit);
  input?.setCustomValidity(large ? (form.dataset.tooLarge ?? "") : "");
  return !large;
}

/** Says the names of the chosen files where the page shows them, in its own words. */
function name(input: HTMLInputElement): void {
  const place = input.parentElement?.querySelector<HTMLElement>("[data-picked]");
  if (!place) return;
  place.textContent = [...(input.files ?? [])].map((file) => file.name).join(", ") || (place.dataset.none ?? "");
  input.title = place.textContent;
}

const nameAll = (part: ParentNode) => part.querySelectorAll<HTMLInputElement>(".pick > input[type=file]").forEach(name);

/** Takes files that were chosen over to the same fields of a page that asks for them once more, so that nobody chooses a file twice. */
export function keepFiles(from: Element, to: Element): void {
  for (const field of to.querySelectorAll<HTMLInputElement>("input[type=file][data-kept]")) {
    const before = from.querySelector<HTMLInputElement>(`input[type=file][id="${CSS.escape(field.id)}"]`);
    if (before?.files?.length) field.files = before.files;
  }
}

/** Says whether a file of a form is no longer what it was when it was chosen: the browser refuses to read it then, and to send it. */
export async function isStale(form: HTMLFormElement): Promise<boolean> {
  const files = [...form.querySelectorAll<HTMLInputElement>("input[type=file]")].flatMap((field) => [...(field.files ?? [])]);
  const read = await Promise.allSettled(files.map((file) => file.slice(0, 1).arrayBuffer()));
  return read.some(({ status }) => status === "rejected");
}

export function connectFiles(root: Document): void {
  const formOf = (event: Event) => (event.target as Element | null)?.closest?.<HTMLFormElement>("form[data-drop]") ?? null;
  // A browser that comes back to a page knows what was chosen in it.
  nameAll(root);
  window.addEventListener("pageshow", () => nameAll(root));
  root.addEventListener("htmx:load", (event) => nameAll((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));
  root.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") name(event.target);
    const form = formOf(event);
    if (form && !check(form)) form.reportValidity();
  });
  root.addEventListener("dragover", (event) => {
    const form = formOf(event);
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
  // A file that is dropped beside its form would be opened in place of the page, and everything typed in it.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      const moved = (event as DragEvent).dataTransfer;
      if (event.defaultPrevented || !moved?.types.includes("Files") || (event.target as Element).matches?.("input[type=file]")) return;
      event.preventDefault();
      moved.dropEffect = "none";
    });
  }
  root.addEventListener("dragleave", (event) => formOf(event)?.classList.remove("over"));
  root.addEventListener("drop", (event) => {
    const form = formOf(event);
    const input = form?.querySelector<HTMLInputElement>("input[type=file]");
    if (!form || !input || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    form.classList.remove("over");
    input.files = event.dataTransfer.files;
    name(input);
    if (check(form)) form.requestSubmit();
    else form.reportValidity();
  });
}
