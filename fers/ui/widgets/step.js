// What had the focus is gone with the step before: the heading of the next one takes it, so that a screen reader reads
// on from there. Whoever put the focus somewhere else meanwhile keeps it.
const PATIENCE_MS = 10_000;
const EVERY_MS = 100;

export default function ({ data }) {
  const page = (window.fersStep ??= {});
  // What is pressed quickly is pressed before this file is there: then the server knows what step came before.
  const before = page.heading ?? data.before;
  if (before === data.heading) return;
  page.heading = data.heading;
  clearInterval(page.waiting);
  if (before === null) return;
  let until = Date.now() + PATIENCE_MS;
  page.waiting = setInterval(() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const heading = document.querySelector(".stMain h1");
    const isRunning = app?.dataset.testScriptState !== "notRunning";
    // However long it takes: the first photo of a server waits for the models.
    if (isRunning) until = Date.now() + PATIENCE_MS;
    if (Date.now() >= until) return clearInterval(page.waiting);
    const isThere = !isRunning && heading?.textContent.trim() === data.heading;
    // Again where the focus is lost meanwhile: to what was pressed before, which is going, or to what is drawn anew.
    if (!isThere || document.activeElement !== document.body) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, EVERY_MS);
  const waiting = page.waiting;
  for (const act of ["pointerdown", "keydown"])
    addEventListener(act, () => clearInterval(waiting), { once: true, capture: true });
}
