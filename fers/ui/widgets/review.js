// Faces to label, one at a time. The next ones are here already, so a key shows the next at once; what was said goes
// to the server meanwhile (outbox.js), each label with the face it is about, so that it can't land on another. The list
// of one's last labels is what the server says, with what it does not know yet done to it.
const LATEST = 12; // Of one's own labels, in sight.
const WIDE = 900; // Pixels, from which on there is room beside the face.
const KEYS = "fers-review-keys"; // Where it is kept that somebody wants no single keys.
const LETTERS = {
  u: "unknown",
  x: "not a face",
  f: "flag",
  v: "affect",
  g: "guide",
  "?": "help",
  Backspace: "undo",
  Escape: "escape",
};
const verdicts = () => ({ unknown: _("Can't tell"), "not a face": _("Not a face"), flagged: _("Flagged") });

class Review {
  constructor(root, outbox) {
    this.root = root;
    this.outbox = outbox;
    this.find = (selector) => root.querySelector(selector);
    this.pictures = new Map(); // By face; each is on the stage or in the list.
    this.pad = new Pad(this.find(".grid"), this.find(".marker"));
    this.guesses = new Map();
    this.queue = []; // Ids of faces; the first is on the screen.
    this.returned = new Map(); // What was said of faces that were gone back to.
    this.asked = new Set(); // Faces in the list whose pictures were asked for.
    this.panel = this.before = null; // What is open beside the face, and what was before.
    this.keys = wantsKeys();
    this.latest = new LastLabels(this.find(".latest"), this.pictures, (said) => this.words(said));
    this.pause = new Pause(this.find(".pause"));
    root.addEventListener("click", (event) => this.click(event));
    this.find("form").addEventListener("submit", (event) => this.flag(event));
    this.onKey = (event) => this.key(event);
    this.onLeave = (event) => this.unsent.length && event.preventDefault();
  }

  get unsent() {
    return this.outbox.unsent;
  }

  receive(data, send) {
    const isFirst = !this.data;
    this.send = send;
    this.data = data;
    this.outbox.acknowledge(data.window, data.done);
    for (const { id, picture, guess } of data.faces) {
      this.take(id, picture);
      this.guesses.set(id, guess);
    }
    const looked = Object.entries(data.pictures);
    for (const [id, picture] of looked) this.take(id, picture);
    this.lineUp();
    if (this.guide !== data.guide)
      // Its tags are the server's.
      Object.assign(this.find(".words"), { innerHTML: (this.guide = data.guide), lang: data.guideLanguage });
    this.find("[data-act=guide]").hidden = !data.guide;
    if (isFirst) this.begin();
    for (const button of this.root.querySelectorAll("[data-emotion]"))
      name(button, data.emotions[button.dataset.emotion]);
    this.show();
    this.retryLater();
    const before = this.asked.size;
    for (const { id } of this.said()) if (!this.pictures.has(id)) this.asked.add(id);
    const isAsking = this.asked.size > before || (looked.length > 0 && this.wanted().length > 0);
    // A page that was left and opened again holds none of the pictures it had.
    const isLacking = data.faces.some(({ id }) => !this.pictures.has(id));
    if (isAsking || isLacking || (isFirst && this.unsent.length)) this.tell();
  }

  take(id, picture) {
    if (picture && !this.pictures.has(id)) this.pictures.set(id, load(id, picture));
  }

  // The faces in hand: first those gone back to, and none that was labelled since.
  lineUp() {
    const pending = new Map(this.unsent.map(({ face, kind }) => [face, kind]));
    const inHand = this.data.faces.map(({ id }) => id);
    this.queue = this.queue.filter((id) => inHand.includes(id) || pending.get(id) === "undo");
    const isNew = (id) => !this.queue.includes(id) && pending.get(id) !== "label" && this.pictures.has(id);
    this.queue.push(...inHand.filter(isNew));
  }

  // One's last labels, newest first.
  said() {
    let said = this.data.said;
    for (const event of this.unsent) {
      said = said.filter(({ id }) => id !== event.face);
      if (event.kind === "label") said = [{ ...event, id: event.face }, ...said];
    }
    return said.slice(0, LATEST);
  }

  wanted() {
    return this.said().flatMap(({ id }) => (this.asked.has(id) && !this.pictures.has(id) ? [id] : []));
  }

  begin() {
    this.data.emotions.forEach((word, emotion) => {
      const button = document.createElement("button");
      const key = document.createElement("kbd");
      key.textContent = emotion + 1;
      Object.assign(button, { type: "button" }).dataset.emotion = emotion;
      button.append(key, word);
      this.find(".emotions").append(button);
    });
    const isNewcomer = this.data.progress.own === 0 && !this.said().length;
    if (isNewcomer && this.data.guide && this.root.clientWidth >= WIDE) this.panel = "guide";
  }

  show() {
    const [face] = this.queue;
    const picture = this.pictures.get(face) ?? null;
    this.progress();
    this.latest.show(this.said());
    if (face !== this.shown || picture !== this.find(".stage img")) this.stage(face, picture);
    const isEmpty = face === undefined;
    this.find(".empty").hidden = !isEmpty;
    this.find(".work").hidden = isEmpty;
    this.find(".desk").classList.toggle("idle", isEmpty);
    if (isEmpty) this.find(".empty span").textContent = this.whyEmpty();
    this.find("[data-act=again]").hidden = this.unsent.length > 0;
    this.find("[data-act=leave]").hidden = !this.returned.has(face);
  }

  stage(face, picture) {
    const isAnother = face !== this.shown;
    this.shown = face;
    if (picture) picture.alt = _("The face to label"); // Among the last labels it says nothing beside their words.
    this.find(".stage").replaceChildren(...(face === undefined ? [] : [picture ?? _("One moment…")]));
    this.shownAt = performance.now();
    const guess = this.guesses.get(face);
    this.find(".guess").hidden = guess == null;
    this.find(".guess").textContent = guess == null ? "" : _("The machine's guess: {expression}", { expression: this.data.emotions[guess] });
    if (isAnother) this.fresh();
  }

  whyEmpty() {
    const { waiting } = this.left();
    if (this.unsent.length)
      return this.outbox.isLate ? _("More faces will come once the server answers.") : _("One moment…");
    if (!waiting) return _("Nothing to label right now. Thank you!");
    return _("Nothing to label right now. Faces with other annotators: {count}. Check again in ten minutes.", {
      count: waiting,
    });
  }

  fresh() {
    this.second = null;
    this.mixing = false;
    this.pad.put(null);
    if (this.panel === "flag") this.open("flag");
    this.find("form").reset();
    this.mark();
  }

  label(said, point = this.pad.point) {
    const [face] = this.queue;
    if (face === undefined) return;
    const seconds = Math.round(performance.now() - this.shownAt) / 1000;
    const saw = !this.find(".guess").hidden;
    const [valence, arousal] = point ?? [null, null];
    this.queue.shift();
    this.returned.delete(face);
    this.tellAloud(`${this.words(said)}.`);
    this.note({ kind: "label", face, seconds, saw, valence, arousal, ...said });
    this.pause.suggest();
  }

  words({ verdict, emotion, second }) {
    if (verdict !== "emotion") return verdicts()[verdict];
    const [main, other] = [this.data.inside[emotion], this.data.inside[second]];
    return other ? _("Mostly {main}, a little {other}", { main, other }) : this.data.emotions[emotion];
  }

  tellAloud(words) {
    this.find(".said").textContent = words;
  }

  choose(emotion) {
    if (this.mixing) {
      this.second = this.second === emotion ? null : emotion;
      this.mixing = false;
      return this.mark();
    }
    return this.label({ verdict: "emotion", emotion, second: this.second === emotion ? null : this.second });
  }

  undo() {
    const [last] = this.said();
    if (last) this.goBack(last);
  }

  goBack(said) {
    this.queue = [said.id, ...this.queue.filter((id) => id !== said.id)];
    this.returned.set(said.id, said);
    this.tellAloud(_("Back to this face. You said: {label}.", { label: this.words(said) }));
    this.note({ kind: "undo", face: said.id });
  }

  leave() {
    const was = this.returned.get(this.queue[0]);
    if (!was) return;
    const { verdict, emotion, second, reason, valence, arousal } = was;
    this.label({ verdict, emotion, second, reason }, valence == null ? null : [valence, arousal]);
  }

  note(event) {
    this.outbox.add(event);
    this.show();
    this.tell();
  }

  tell() {
    const needed = new Set([...this.queue, ...this.said().map(({ id }) => id), ...this.data.faces.map(({ id }) => id)]);
    for (const id of this.pictures.keys()) if (!needed.has(id)) this.pictures.delete(id);
    const { window, unsent: events } = this.outbox;
    this.send({ window, events, have: [...this.pictures.keys()], want: this.wanted() });
    this.retryLater();
  }

  retryLater() {
    clearTimeout(this.retrying);
    if (this.unsent.length) this.retrying = setTimeout(() => (this.tell(), this.show()), PATIENCE_MS);
  }

  act(name) {
    if (name === "undo") this.undo();
    else if (name === "unknown" || name === "not a face") this.label({ verdict: name });
    else if (name === "little") this.mixing = !this.mixing;
    else if (name === "again") this.tell();
    else if (name === "leave") this.leave();
    else if (name === "rest") this.pause.rest();
    else if (name === "escape") this.escape();
    else if (name === "keys") this.switchKeys();
    else if (name === "flag" ? this.queue.length : name !== "guide" || this.guide) this.open(name);
    this.mark();
    if (this.panel === name) this.find(`[data-panel=${name}]`).scrollIntoView({ block: "nearest" });
    if (name === "flag" && this.panel === "flag") this.find("input").focus();
  }

  // Opens a panel beside the face, or closes it and goes back to saying how it feels, where that was open.
  open(name) {
    if (this.panel === name) {
      if (name === "affect") this.pad.put(null);
      [this.panel, this.before] = [this.before, null];
    } else {
      this.before = name !== "affect" && [this.panel, this.before].includes("affect") ? "affect" : null;
      this.panel = name;
    }
  }

  escape() {
    if (this.panel && this.panel !== "affect") this.open(this.panel);
    else this.leave();
  }

  switchKeys() {
    this.keys = !this.keys;
    try {
      localStorage.setItem(KEYS, this.keys ? "on" : "off");
    } catch {} // As below.
  }

  flag(event) {
    event.preventDefault();
    const reason = this.find("input").value.trim();
    if (!reason) return;
    this.find(".stage").focus({ preventScroll: true });
    this.label({ verdict: "flagged", reason });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (target.isContentEditable || target.matches?.("input, textarea, select, [role=combobox]")) {
      if (event.key !== "Escape" || target !== this.find("input")) return;
      this.find(".stage").focus({ preventScroll: true });
    }
    if (this.handle(event)) event.preventDefault();
  }

  handle(event) {
    const digit = /^(?:Digit|Numpad)([1-8])$/.exec(event.code)?.[1]; // By place, whatever Shift makes of it.
    const name = LETTERS[event.key] ?? LETTERS[event.key.toLowerCase()];
    const isArrow = event.key in ARROWS && this.panel === "affect";
    if (!digit && !name && !isArrow) return false;
    if (!this.keys && !isArrow && name !== "escape") return false;
    if (isArrow) this.pad.move(ARROWS[event.key]);
    else if (event.repeat) return true; // A key held down is one label.
    else if (digit) {
      this.mixing = event.shiftKey;
      this.choose(digit - 1);
    } else this.act(name);
    return true;
  }

  click(event) {
    const button = event.target.closest("[data-act], [data-emotion], [data-label]");
    if (button?.dataset.act) this.act(button.dataset.act);
    else if (button?.dataset.emotion) this.choose(Number(button.dataset.emotion));
    else if (button) this.correct(button.dataset.label);
  }

  correct(id) {
    const said = this.said().find((one) => one.id === id);
    if (!said) return;
    this.goBack(said);
    this.find(".stage").focus();
  }

  mark() {
    for (const button of this.root.querySelectorAll("[data-emotion]"))
      button.classList.toggle("second", Number(button.dataset.emotion) === this.second);
    for (const panel of this.root.querySelectorAll("[data-panel]")) {
      panel.hidden = panel.dataset.panel !== this.panel;
      this.find(`.others [data-act=${panel.dataset.panel}]`).setAttribute("aria-expanded", !panel.hidden);
    }
    this.find("[data-act=little]").setAttribute("aria-pressed", this.mixing);
    this.find("[data-act=keys]").setAttribute("aria-pressed", this.keys);
    this.root.classList.toggle("keyless", !this.keys);
  }

  // The server's count, with what it does not know yet.
  left() {
    const { own, waiting, done, open } = this.data.progress;
    const labels = this.unsent.reduce((sum, { kind }) => sum + (kind === "label" ? 1 : -1), 0);
    return { own: own + labels, waiting: Math.max(0, waiting - labels), done, faces: done + open };
  }

  progress() {
    const { own, waiting, done, faces } = this.left();
    this.find("progress").value = own / Math.max(1, own + waiting);
    this.find(".numbers").textContent = _("You have labelled {own} · {waiting} to go", { own, waiting });
    this.find(".study").textContent = _("Whole study: {done} of {faces} faces done", { done, faces });
    const [count, { isLate }] = [this.unsent.length, this.outbox];
    const saved = this.find(".saved");
    if (!count) saved.textContent = _("All saved");
    else saved.textContent = isLate ? _("{count} not saved yet", { count }) : _("Saving {count}…", { count });
    saved.classList.toggle("late", isLate);
    const trouble = this.find(".trouble");
    if (trouble.hidden !== isLate) return;
    trouble.hidden = !isLate;
    trouble.textContent = isLate
      ? _("The server can't be reached. Your labels are kept here and sent as soon as it answers: keep this page open.")
      : "";
  }
}

function wantsKeys() {
  try {
    return localStorage.getItem(KEYS) !== "off";
  } catch {
    return true; // A browser that keeps nothing.
  }
}

function name(button, emotion) {
  button.lastChild.data = emotion;
  button.dataset.little = _("a little");
}

function load(id, picture) {
  const image = new Image();
  image.dataset.face = id;
  image.src = `data:image/jpeg;base64,${picture}`;
  image.decode().catch(() => {}); // So that nothing is left to do when it is shown.
  return image;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".review");
  speak(data, root);
  const review = (root.review ??= new Review(root, new Outbox(data.outbox))); // This function is called in every run.
  document.addEventListener("keydown", review.onKey);
  window.addEventListener("beforeunload", review.onLeave);
  review.receive(data, (sent) => setStateValue("sent", sent));
  return () => {
    document.removeEventListener("keydown", review.onKey);
    window.removeEventListener("beforeunload", review.onLeave);
    clearTimeout(review.retrying);
  };
}
