/** Asks again and again how far work is, while somebody looks, and ends with the work; what is read out changes a few times only. */
import htmx from "htmx.org";

export function connectPolling(root: Document): void {
  const region = root.querySelector<HTMLElement>("[data-poll]");
  if (!region) return;
  const told = root.querySelector<HTMLElement>("[data-said]");
  const tools = root.getElementById("job-tools");
  const say = () => {
    const words = region.querySelector<HTMLElement>("[data-say]")?.dataset.say ?? "";
    if (told && words && told.textContent !== words) told.textContent = words;
  };
  const timer = setInterval(() => {
    if (root.visibilityState === "visible") htmx.trigger(region, "poll", {});
  }, Number(region.dataset.poll));
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
    clearInterval(timer);
    // The button that was focused went with the work that it could stop.
    if (inHand || root.activeElement === root.body) region.querySelector<HTMLElement>("[data-settled]")?.focus({ preventScroll: true });
  });
}
