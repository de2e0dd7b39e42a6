/** Calendar: arrow keys go from day to day, Home and End to the ends of its week; every day is a link, so that nothing needs them. */
export function connectCalendar(root: Document): void {
  root.addEventListener("keydown", (event) => {
    const calendar = (event.target as Element).closest?.<HTMLElement>("[data-calendar]");
    const day = (event.target as Element).closest?.<HTMLElement>("[data-day]");
    if (!calendar || !day || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const days = [...calendar.querySelectorAll<HTMLElement>("[data-day]")];
    const place = days.indexOf(day);
    const week = Number(calendar.dataset.calendar);
    // Where days stand below one another, up and down go to the neighbour too, past days that are not shown.
    const below = days.length > 1 && getComputedStyle(day.parentElement as HTMLElement).display === "block";
    const onwards = getComputedStyle(calendar).direction === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowLeft: -onwards, ArrowRight: onwards, ArrowUp: below ? -1 : -week, ArrowDown: below ? 1 : week, Home: -(place % week), End: week - 1 - (place % week),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    let to = place + step;
    while (below && days[to] && !days[to].checkVisibility()) to += Math.sign(step) || 1;
    const target = days[to]?.querySelector<HTMLElement>("h3 a");
    if (!target?.checkVisibility()) return;
    event.preventDefault();
    target.focus();
  });
}
