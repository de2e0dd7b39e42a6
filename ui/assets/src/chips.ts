/** Several references in one control: each a chip that can be removed; what the form sends stays the list that works without a script. */
import { noteTyped } from "./checking";

const sentBy = (input: HTMLInputElement) => input.closest(".combo")?.querySelector<HTMLInputElement>("input[data-sent]") ?? null;
const chipsOf = (input: HTMLInputElement) => [...(input.closest(".combo")?.querySelectorAll<HTMLElement>(".chips li") ?? [])];
const namesIn = (text: string) => text.split(",").map((part) => part.trim()).filter(Boolean);

export const isSeveral = (input: HTMLInputElement): boolean => input.closest(".combo[data-several]") !== null;

/** Writes the chips and what is being typed into the input that is sent. */
function sync(input: HTMLInputElement): void {
  const sent = sentBy(input);
  if (sent) sent.value = [...chipsOf(input).map((chip) => chip.dataset.text ?? ""), ...namesIn(input.value)].join(", ");
}

function add(input: HTMLInputElement, text: string): void {
  const list = input.closest(".combo")?.querySelector(".chips");
  if (!list || chipsOf(input).some((chip) => chip.dataset.text === text)) return;
  const chip = document.createElement("li");
  chip.dataset.text = text;
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", (list as HTMLElement).dataset.remove?.replace("{name}", text) ?? text);
  chip.append(words, button);
  list.append(chip);
}

/** Takes what was chosen, or typed, as a chip. */
export function take(input: HTMLInputElement, text: string): void {
  namesIn(text).forEach((name) => add(input, name));
  input.value = "";
  changed(input);
}

function changed(input: HTMLInputElement): void {
  sync(input);
  noteTyped(input);
  sentBy(input)?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Turns the text inputs of several references into chips. */
export function enhanceSeveral(part: ParentNode): void {
  for (const combo of part.querySelectorAll<HTMLElement>(".combo[data-several]:not([data-chips])")) {
    const sent = combo.querySelector<HTMLInputElement>("input[data-search]");
    if (!sent || sent.closest("template")) continue;
    combo.dataset.chips = "";
    const input = sent.cloneNode() as HTMLInputElement;
    for (const name of [...input.attributes].map((each) => each.name).filter((each) => each === "name" || each.startsWith("hx-"))) input.removeAttribute(name);
    for (const name of ["id", "role", "data-search", "aria-describedby", "aria-expanded", "aria-autocomplete"]) sent.removeAttribute(name);
    sent.type = "hidden";
    sent.dataset.sent = "";
    const list = document.createElement("ul");
    list.className = "chips";
    list.dataset.remove = combo.dataset.remove ?? "{name}";
    sent.after(list, input);
    input.value = "";
    namesIn(sent.value).forEach((name) => add(input, name));
    input.addEventListener("input", () => sync(input));
    input.addEventListener("focusout", () => (input.value.trim() ? take(input, input.value) : undefined));
    input.addEventListener("keydown", (event) => {
      const last = chipsOf(input).at(-1);
      if (event.key === "," && input.value.trim()) {
        event.preventDefault();
        take(input, input.value);
      } else if (event.key === "Backspace" && input.value === "" && last) {
        last.remove();
        changed(input);
      }
    });
    list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      if (!button) return;
      button.closest("li")?.remove();
      changed(input);
      input.focus();
    });
  }
}
