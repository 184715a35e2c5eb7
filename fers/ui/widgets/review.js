// Faces to label, one at a time. The next ones are here already, so a key shows the next at once; what was said goes
// to the server meanwhile. Everything not yet acknowledged is sent again each time, with numbers, so that nothing is
// lost or counted twice; each label carries the face it is about, so that it can't land on another.
const KEPT = 20; // Faces that can be gone back to.
const STEP = 0.1;
const LONG_MS = 25 * 60_000; // After this much work a pause is suggested.
const PATIENCE_MS = 5_000; // Without an answer what was said is sent again.
const BREAK_MS = 5 * 60_000;
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowDown: [0, -STEP], ArrowUp: [0, STEP] };
const LETTERS = { u: "unknown", x: "not a face", f: "flag", v: "affect", "?": "help", Backspace: "undo" };

const clamp = (value) => Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;

class Review {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.window = Math.random().toString(36).slice(2); // This page's numbers are its own.
    this.number = 0;
    this.unsent = []; // What the server has not acknowledged.
    this.pictures = new Map();
    this.guesses = new Map();
    this.queue = []; // Ids of faces; the first is on the screen.
    this.labelled = []; // Ids, the latest last.
    this.shown = null;
    this.since = this.last = performance.now();
    this.fresh();
    root.addEventListener("click", (event) => this.click(event));
    this.find("form").addEventListener("submit", (event) => this.flag(event));
    this.onKey = (event) => this.key(event);
  }

  receive(data, send) {
    this.send = send;
    this.data = data;
    if (data.window === this.window) this.unsent = this.unsent.filter((event) => event.n > data.done);
    const pending = new Map(this.unsent.map((event) => [event.face, event.kind]));
    for (const { id, picture, guess } of data.faces) {
      if (picture && !this.pictures.has(id)) this.pictures.set(id, load(id, picture));
      this.guesses.set(id, guess);
    }
    const inHand = data.faces.map(({ id }) => id);
    this.queue = this.queue.filter((id) => inHand.includes(id) || pending.get(id) === "undo");
    const isNew = (id) => !this.queue.includes(id) && pending.get(id) !== "label" && this.pictures.has(id);
    this.queue.push(...inHand.filter(isNew));
    this.drawLabels();
    this.show();
    this.retryLater();
    // A page that was left and opened again holds none of the pictures it had.
    if (inHand.some((id) => !this.pictures.has(id))) this.tell();
  }

  show() {
    const [face] = this.queue;
    const empty = this.find(".empty");
    empty.hidden = face !== undefined;
    this.find(".work").hidden = face === undefined && !this.labelled.length;
    empty.textContent = this.unsent.length ? "One moment…" : "Nothing to label at present. Thank you!";
    this.progress();
    if (face === this.shown) return;
    this.shown = face;
    this.find(".stage").replaceChildren(...(face === undefined ? [] : [this.pictures.get(face)]));
    this.shownAt = performance.now();
    const guess = this.guesses.get(face);
    this.find(".guess").hidden = guess == null;
    this.find(".guess").textContent = guess == null ? "" : `The machine's guess: ${this.data.emotions[guess]}`;
    this.fresh();
  }

  fresh() {
    this.second = this.point = null;
    this.mixing = false;
    this.find("form").hidden = true;
    this.find("form").reset();
    this.mark();
  }

  label(said, words) {
    const [face] = this.queue;
    if (face === undefined) return;
    const seconds = Math.round(performance.now() - this.shownAt) / 1000;
    const saw = !this.find(".guess").hidden;
    const [valence, arousal] = this.point ?? [null, null];
    this.queue.shift();
    this.labelled = [...this.labelled, face].slice(-KEPT);
    this.find(".said").textContent = `${words}.`;
    this.note({ kind: "label", face, seconds, saw, valence, arousal, ...said });
    this.suggestPause();
  }

  choose(emotion) {
    const { emotions } = this.data;
    if (this.mixing) {
      this.second = this.second === emotion ? null : emotion;
      this.mixing = false;
      return this.mark();
    }
    const second = this.second === emotion ? null : this.second;
    const words = second === null ? emotions[emotion] : `Mostly ${emotions[emotion]}, a little ${emotions[second]}`;
    return this.label({ verdict: "emotion", emotion, second }, words);
  }

  undo() {
    const face = this.labelled.pop();
    if (face === undefined) return;
    this.queue.unshift(face);
    this.find(".said").textContent = "Back to this face.";
    this.note({ kind: "undo", face });
  }

  note(event) {
    this.unsent.push({ n: ++this.number, ...event });
    this.show();
    this.tell();
  }

  tell() {
    const needed = new Set([...this.queue, ...this.labelled, ...this.data.faces.map(({ id }) => id)]);
    for (const id of this.pictures.keys()) if (!needed.has(id)) this.pictures.delete(id);
    this.send({ window: this.window, events: this.unsent, have: [...this.pictures.keys()] });
    this.retryLater();
  }

  retryLater() {
    clearTimeout(this.retrying);
    this.retrying = setTimeout(() => this.unsent.length && this.tell(), PATIENCE_MS);
  }

  act(name) {
    if (name === "undo") this.undo();
    else if (name === "unknown") this.label({ verdict: name }, "Can't tell");
    else if (name === "not a face") this.label({ verdict: name }, "Not a face");
    else if (name === "flag" && this.queue.length) this.toggle("form");
    else if (name === "affect") this.toggle(".affect");
    else if (name === "help") this.toggle(".help");
    else if (name === "little") this.mixing = !this.mixing;
    else if (name === "rest") this.rest();
    this.mark();
    if (name === "flag" && !this.find("form").hidden) this.find("input").focus();
  }

  toggle(selector) {
    this.find(selector).hidden = !this.find(selector).hidden;
  }

  flag(event) {
    event.preventDefault();
    const reason = this.find("input").value.trim();
    this.find("input").blur();
    if (reason) this.label({ verdict: "flagged", reason }, "Flagged");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (target.isContentEditable || target.matches?.("input, textarea, select, [role=combobox]")) {
      if (event.key === "Escape" && target === this.find("input")) this.fresh();
      return;
    }
    if (this.handle(event)) event.preventDefault();
  }

  handle(event) {
    const digit = /^(?:Digit|Numpad)([1-8])$/.exec(event.code)?.[1]; // By place, whatever Shift makes of it.
    const name = LETTERS[event.key] ?? LETTERS[event.key.toLowerCase()];
    const isArrow = event.key in ARROWS && !this.find(".affect").hidden;
    if (!digit && !name && !isArrow) return false;
    if (isArrow) this.move(ARROWS[event.key]);
    else if (event.repeat) return true; // A key held down is one label.
    else if (digit) {
      this.mixing = event.shiftKey;
      this.choose(digit - 1);
    } else this.act(name);
    return true;
  }

  click(event) {
    const button = event.target.closest("[data-act], [data-emotion]");
    if (button?.dataset.act) this.act(button.dataset.act);
    else if (button) this.choose(Number(button.dataset.emotion));
    else if (event.target.closest(".grid")) {
      const { left, top, width, height } = this.find(".grid").getBoundingClientRect();
      this.point = [((event.clientX - left) / width) * 2 - 1, 1 - ((event.clientY - top) / height) * 2].map(clamp);
      this.mark();
    }
  }

  move([valence, arousal]) {
    const [x, y] = this.point ?? [0, 0];
    this.point = [clamp(x + valence), clamp(y + arousal)];
    this.mark();
  }

  mark() {
    for (const button of this.root.querySelectorAll("[data-emotion]"))
      button.classList.toggle("second", Number(button.dataset.emotion) === this.second);
    this.find("[data-act=little]").setAttribute("aria-pressed", this.mixing);
    this.find("[data-act=affect]").setAttribute("aria-pressed", !this.find(".affect").hidden);
    this.find("[data-act=help]").setAttribute("aria-expanded", !this.find(".help").hidden);
    const marker = this.find(".marker");
    marker.hidden = this.point === null;
    const [valence, arousal] = this.point ?? [0, 0];
    Object.assign(marker.style, { left: `${(valence + 1) * 50}%`, top: `${(1 - arousal) * 50}%` });
  }

  drawLabels() {
    if (this.find(".emotions").childElementCount) return;
    this.data.emotions.forEach((word, emotion) => {
      const button = document.createElement("button");
      const key = document.createElement("kbd");
      key.textContent = emotion + 1;
      Object.assign(button, { type: "button" }).dataset.emotion = emotion;
      button.append(key, word);
      this.find(".emotions").append(button);
    });
  }

  progress() {
    const { own, done, open } = this.data.progress;
    const said = this.unsent.reduce((sum, event) => sum + (event.kind === "label" ? 1 : -1), own);
    this.find(".progress").hidden = done + open === 0;
    this.find("progress").value = done / Math.max(1, done + open);
    this.find(".numbers").textContent = `You labelled ${said} · ${done} of ${done + open} faces are done`;
  }

  suggestPause() {
    const now = performance.now();
    if (now - this.last > BREAK_MS) this.since = now;
    this.last = now;
    this.find(".pause").hidden = now - this.since < LONG_MS;
  }

  rest() {
    this.since = this.last = performance.now();
    this.find(".pause").hidden = true;
  }
}

function load(id, picture) {
  const image = new Image();
  image.alt = "The face to label";
  image.dataset.face = id;
  image.src = `data:image/jpeg;base64,${picture}`;
  image.decode().catch(() => {}); // So that nothing is left to do when it is shown.
  return image;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".review");
  const review = (root.review ??= new Review(root)); // The page calls this function anew in every run.
  document.addEventListener("keydown", review.onKey);
  review.receive(data, (sent) => setStateValue("sent", sent));
  return () => {
    document.removeEventListener("keydown", review.onKey);
    clearTimeout(review.retrying);
  };
}
