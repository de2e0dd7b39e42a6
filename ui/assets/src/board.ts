/** A card can be dragged onto a column, beside its menu: the server says which step leads there, asks which of several, or says why none does. */
import htmx from "htmx.org";

/** So far a pointer moves before it drags: less is a press. */
const START = 6;
/** So near the edge of the board it scrolls along. */
const EDGE = 48;

interface Drag { card: HTMLElement; ghost: HTMLElement | null; x: number; y: number; left: number; top: number; over: HTMLElement | null; }

function lift(drag: Drag): void {
  const box = drag.card.getBoundingClientRect();
  drag.left = box.left;
  drag.top = box.top;
  const ghost = drag.card.cloneNode(true) as HTMLElement;
  ghost.className = "board-card board-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.querySelectorAll("[id]").forEach((each) => each.removeAttribute("id"));
  ghost.style.width = `${box.width}px`;
  document.body.append(ghost);
  document.body.classList.add("dragging");
  drag.card.classList.add("lifted");
  drag.ghost = ghost;
}

function follow(drag: Drag, event: PointerEvent): void {
  const { ghost } = drag;
  if (!ghost) return;
  ghost.style.left = `${drag.left + event.clientX - drag.x}px`;
  ghost.style.top = `${drag.top + event.clientY - drag.y}px`;
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>(".board-column") ?? null;
  if (over !== drag.over) {
    drag.over?.classList.remove("over");
    if (over !== drag.card.closest(".board-column")) over?.classList.add("over");
    drag.over = over;
  }
  const board = drag.card.closest<HTMLElement>(".board");
  const box = board?.getBoundingClientRect();
  if (board && box) board.scrollLeft += event.clientX > box.right - EDGE ? 12 : event.clientX < box.left + EDGE ? -12 : 0;
}

function drop(drag: Drag): void {
  drag.ghost?.remove();
  drag.card.classList.remove("lifted");
  drag.over?.classList.remove("over");
  document.body.classList.remove("dragging");
}

/** Asks for the steps that lead to the column; the only one that needs nothing more is done at once. */
function move(card: HTMLElement, column: HTMLElement): void {
  const address = new URL(card.dataset.moves ?? "", location.href);
  address.searchParams.set("to", column.dataset.column ?? "");
  card.querySelector<HTMLElement>(".board-move")?.focus({ preventScroll: true });
  void htmx.ajax("get", address.pathname + address.search, { source: card, target: "#modal-inside", swap: "innerHTML" });
}

function doAtOnce(event: Event): void {
  const detail = (event as CustomEvent<{ target: Element; xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
  if (detail.target.id !== "modal-inside" || !detail.xhr.responseText.includes("data-at-once")) return;
  const form = new DOMParser().parseFromString(detail.xhr.responseText, "text/html").querySelector<HTMLFormElement>("form[data-at-once]");
  if (!form) return;
  detail.shouldSwap = false;
  form.hidden = true;
  document.querySelector("main")?.append(form);
  form.requestSubmit();
}

export function connectBoard(root: Document): void {
  let drag: Drag | null = null;
  const end = () => {
    if (drag) drop(drag);
    drag = null;
  };
  root.addEventListener("pointerdown", (event) => {
    const pressed = event.target as Element;
    const card = pressed.closest<HTMLElement>(".board-card[data-moves]");
    // A finger scrolls; the menu is there for it.
    if (!card || event.button !== 0 || event.pointerType === "touch" || pressed.closest("a, button")) return;
    drag = { card, ghost: null, x: event.clientX, y: event.clientY, left: 0, top: 0, over: null };
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < START) return;
    if (!drag.ghost) lift(drag);
    event.preventDefault();
    getSelection()?.removeAllRanges();
    follow(drag, event);
  });
  root.addEventListener("pointerup", () => {
    const done = drag;
    end();
    if (done?.ghost && done.over && done.over !== done.card.closest(".board-column")) move(done.card, done.over);
  });
  root.addEventListener("pointercancel", end);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
  root.addEventListener("htmx:beforeSwap", doAtOnce);
}
