/** Views say how many records they hold: asked for once the page is there, in as many goes as that takes, and kept while parts of it are exchanged. */
interface Counted { counts: Record<string, string>; rest: string }

export function connectCounts(root: Document): void {
  const address = root.querySelector<HTMLElement>("[data-counts]")?.dataset.counts;
  if (!address) return;
  const known: Record<string, string> = {};
  const fill = () => root.querySelectorAll<HTMLElement>("[data-count]").forEach((place) => { place.textContent = known[place.dataset.count ?? ""] ?? ""; });
  const ask = async (from: string): Promise<void> => {
    const answer = await fetch(`${address}?${new URLSearchParams({ from })}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { counts, rest } = await answer.json() as Counted;
    Object.assign(known, counts);
    fill();
    if (rest) await ask(rest);
  };
  root.addEventListener("htmx:afterSettle", fill);
  void ask("");
}
