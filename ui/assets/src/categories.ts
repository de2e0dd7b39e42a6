/** Long lists and trees of choices: the select becomes a combobox that searches first and shows every find under its parents. */
import { noteTyped } from "./checking";
import { close, isOpen, show, walk, type Item } from "./listbox";

const MOST = 100;
const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** Choices that stand once for all rows of a group, in its pattern. */
const sharedNodes = new WeakMap<Element, Map<string, Node[]>>();

function shared(select: HTMLSelectElement): Node[] {
  const group = select.closest("[data-lines]");
  const name = select.dataset.shared ?? "";
  const known = (group && sharedNodes.get(group)) ?? new Map<string, Node[]>();
  if (group) sharedNodes.set(group, known);
  const pattern = group?.querySelector("template")?.content.querySelector<HTMLSelectElement>(`select[name$=".${CSS.escape(name)}"]`);
  if (!known.has(name)) known.set(name, pattern ? nodesOf(pattern) : nodesOf(select));
  return known.get(name) ?? [];
}

interface Node { value: string; text: string; depth: number; parent: Node | null; plain: string; }

function nodesOf(select: HTMLSelectElement): Node[] {
  const way: Node[] = [];
  return [...select.options].filter((option) => option.value).map((option) => {
    const depth = Number(option.dataset.depth ?? "0");
    const text = option.text.trim();
    const node = { value: option.value, text, depth, parent: way[depth - 1] ?? null, plain: plain(text) };
    way[depth] = node;
    way.length = depth + 1;
    return node;
  });
}

/** Returns what fits, in the order of the tree, each with its parents above it. */
function found(nodes: Node[], typed: string): { node: Node; fits: boolean }[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const fits = new Set(nodes.filter((node) => words.every((word) => node.plain.includes(word))));
  const shown = new Set<Node>();
  for (const node of fits) for (let one: Node | null = node; one; one = one.parent) shown.add(one);
  return nodes.filter((node) => shown.has(node)).map((node) => ({ node, fits: fits.has(node) }));
}

const pathOf = (node: Node): string => (node.parent ? `${pathOf(node.parent)} › ${node.text}` : node.text);

function enhance(combo: HTMLElement): void {
  const select = combo.querySelector("select");
  if (!select || select.closest("template")) return;
  combo.dataset.ready = "";
  const nodes = select.dataset.shared === undefined ? nodesOf(select) : shared(select);
  const input = document.createElement("input");
  for (const [name, value] of Object.entries({ type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-autocomplete": "list", id: select.id, class: "form-control", placeholder: combo.dataset.words ?? "" })) input.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name) ?? "");
  input.disabled = select.disabled;
  select.removeAttribute("id");
  select.hidden = true;
  select.after(input);
  const tell = () => {
    const chosen = nodes.find((node) => node.value === select.value);
    input.value = chosen ? pathOf(chosen) : "";
  };
  const choose = (value: string) => {
    if (select.value !== value) {
      if (![...select.options].some((option) => option.value === value)) select.append(new Option(nodes.find((node) => node.value === value)?.text, value));
      select.value = value;
      noteTyped(select);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    tell();
  };
  const open = (typed: string) => {
    const all = found(nodes, typed);
    const items: Item[] = all.slice(0, MOST).map(({ node, fits }) => ({ value: node.value, text: node.text, depth: node.depth, quiet: !fits }));
    if (all.length > MOST) items.push({ value: "", text: combo.dataset.more ?? "", note: true });
    if (all.length === 0) items.push({ value: "", text: combo.dataset.none ?? "", note: true });
    show(input, items, (item) => choose(item.value));
  };
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => {
    if (!isOpen(input)) open("");
    input.select();
  });
  input.addEventListener("keydown", (event) => {
    if (walk(input, event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open("");
    }
  });
  input.addEventListener("focusout", () => {
    close(input);
    // What was typed stands for the one choice of that name; an empty input for none; anything else leaves the choice as it was.
    const typed = plain(input.value);
    const named = nodes.filter((node) => node.plain === typed || plain(pathOf(node)) === typed);
    if (!typed) choose("");
    else if (named.length === 1) choose(named[0].value);
    else tell();
  });
  tell();
}

export function connectCategories(root: Document): void {
  const ready = (part: ParentNode) => part.querySelectorAll<HTMLElement>(".combo[data-tree]:not([data-ready])").forEach(enhance);
  ready(root);
  root.addEventListener("htmx:load", (event) => ready((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));
}
