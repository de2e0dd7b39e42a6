/** Asks again and again how far work is, while somebody looks, and ends with the work; what is read out changes a few times only. */
import htmx from "htmx.org";

function poll(root: Document, region: HTMLElement): void {
  const told = root.getElementById(region.dataset.tells ?? "");
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
    const settled = region.querySelector<HTMLElement>("[data-settled]");
    if (settled && (inHand || root.activeElement === root.body)) settled.focus({ preventScroll: true });
  });
}

export function connectPolling(root: Document): void {
  root.querySelectorAll<HTMLElement>("[data-poll]").forEach((region) => poll(root, region));
}
