/** Asks again and again how far work is, while somebody looks, and ends with the work; what is read out changes a few times only. */
import htmx from "htmx.org";

/** The longest pause between two questions: short work is told at once, and long work does not cost more for being watched. */
const LONGEST = 15_000;

function poll(root: Document, region: HTMLElement): void {
  const told = root.getElementById(region.dataset.tells ?? "");
  const tools = root.getElementById("job-tools");
  const say = () => {
    const words = region.querySelector<HTMLElement>("[data-say]")?.dataset.say ?? "";
    if (told && words && told.textContent !== words) told.textContent = words;
  };
  let pause = Number(region.dataset.poll);
  let timer = 0;
  const ask = () => {
    timer = window.setTimeout(ask, pause);
    pause = Math.min(2 * pause, LONGEST);
    if (root.visibilityState === "visible") htmx.trigger(region, "poll", {});
  };
  timer = window.setTimeout(ask, pause);
  root.addEventListener("visibilitychange", () => {
    if (root.visibilityState === "visible" && !region.querySelector("[data-over]")) htmx.trigger(region, "poll", {});
  });
  let inHand = false;
  region.addEventListener("htmx:beforeSwap", () => {
    inHand = region.contains(root.activeElement) || (tools?.contains(root.activeElement) ?? false);
  });
  region.addEventListener("htmx:afterSettle", () => {
    say();
    if (!region.querySelector("[data-over]")) return;
    window.clearTimeout(timer);
    // The button that was focused went with the work that it could stop.
    const settled = region.querySelector<HTMLElement>("[data-settled]");
    if (settled && (inHand || root.activeElement === root.body)) settled.focus({ preventScroll: true });
  });
}

export function connectPolling(root: Document): void {
  root.querySelectorAll<HTMLElement>("[data-poll]").forEach((region) => poll(root, region));
}
