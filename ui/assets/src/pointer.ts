/** Whether a button of the pointer is down: what moves the page between press and release would take the click away. */
let up: Promise<void> = Promise.resolve();

/** Resolves when no button of the pointer is down, and what its release pressed has been told. */
export const released = (): Promise<void> => up;

export function connectPointer(root: Document): void {
  root.addEventListener("pointerdown", () => {
    up = new Promise((resolve) => {
      const done = () => window.setTimeout(resolve);
      for (const name of ["pointerup", "pointercancel", "dragend"]) root.addEventListener(name, done, { once: true });
    });
  }, true);
}
