// What was said and is not on the server yet. All of it is sent again each time, with numbers, so that nothing is lost
// or counted twice. It is kept under a name of its own as long as the tab is there: a reload loses none of it.
const PATIENCE_MS = 5_000; // Without an answer it is sent again, and the page says so.

class Outbox {
  constructor(name) {
    this.name = name;
    const { window, number, unsent } = this.kept() ?? {};
    this.window = window ?? Math.random().toString(36).slice(2); // This page's numbers are its own.
    this.number = number ?? 0;
    this.unsent = unsent ?? [];
    this.since = performance.now(); // An answer has been due since then.
  }

  get isLate() {
    return this.unsent.length > 0 && performance.now() - this.since >= PATIENCE_MS;
  }

  add(event) {
    if (!this.unsent.length) this.since = performance.now();
    this.unsent.push({ n: ++this.number, ...event });
    this.keep();
  }

  acknowledge(window, done) {
    const left = this.unsent.filter(({ n }) => window !== this.window || n > done);
    if (left.length === this.unsent.length) return;
    this.unsent = left;
    this.since = performance.now();
    this.keep();
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name));
    } catch {
      return null; // A browser that keeps nothing.
    }
  }

  keep() {
    const { window, number, unsent } = this;
    try {
      if (unsent.length) sessionStorage.setItem(this.name, JSON.stringify({ window, number, unsent }));
      else sessionStorage.removeItem(this.name);
    } catch {} // As above.
  }
}
