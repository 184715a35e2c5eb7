// Suggests a pause after long work.
const LONG_MS = 25 * 60_000;
const BREAK_MS = 5 * 60_000; // Whoever did nothing for so long had one.

class Pause {
  constructor(notice) {
    this.notice = notice;
    this.since = this.last = performance.now();
  }

  suggest() {
    const now = performance.now();
    if (now - this.last > BREAK_MS) this.since = now;
    this.last = now;
    this.notice.hidden = now - this.since < LONG_MS;
  }

  rest() {
    this.since = this.last = performance.now();
    this.notice.hidden = true;
  }
}
