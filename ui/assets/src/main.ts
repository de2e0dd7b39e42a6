/** What the pages gain from a script; without it every page still works through links, forms and server answers. */
import htmx from "htmx.org";
import { confirmOnce } from "./submitting";
import { connectPickers } from "./pickers";
import { connectLines } from "./lines";
import { connectDialog } from "./dialog";
import { connectTable } from "./table";
import { connectList } from "./list";
import { connectCounts } from "./counts";
import { connectCalendar } from "./calendar";
import { connectTabs } from "./tabs";
import { connectToasts } from "./toasts";
import { connectPolling } from "./polling";
import { connectConditions } from "./conditions";
import { connectChecking } from "./checking";
import { connectSummary, reachNamed } from "./summary";
import { connectCategories } from "./categories";
import { connectLeaving } from "./leaving";
import { connectKeys } from "./keys";
import { connectSession } from "./session";
import { connectConnection } from "./connection";
import { connectFiles } from "./files";
import { connectFocus } from "./focus";
import { connectLoading } from "./loading";
import { connectOrigin } from "./origin";
import { connectTelling } from "./telling";
import { connectTyping } from "./typing";
import { connectPointer } from "./pointer";
import { connectBoard } from "./board";
import { connectAppearance } from "./appearance";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.selfRequestsOnly = true;
htmx.config.allowScriptTags = false;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4(0[034]|09|12|22|28)", swap: true },
  { code: "...", swap: false, error: true },
];

confirmOnce(document);
connectPointer(document);
connectPickers(document);
connectLines(document);
connectLeaving(document);
connectDialog(document);
connectTable(document);
connectTabs(document);
connectToasts(document);
connectList(document);
connectCounts(document);
connectCalendar(document);
connectPolling(document);
connectConditions(document);
connectChecking(document);
connectSummary(document);
connectCategories(document);
connectKeys(document);
connectSession(document);
connectConnection(document);
connectFiles(document);
connectTyping(document);
connectTelling(document);
connectFocus(document);
connectLoading(document);
connectOrigin(document);
connectBoard(document);
connectAppearance(document);

// A menu made of <details> closes when the focus or a click goes elsewhere, and on Escape.
// A window that was opened from a menu gives the focus back to it.
for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    const target = event.target as Element;
    if (name === "focusin" && target.closest("dialog")) return;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
reachNamed(document);
