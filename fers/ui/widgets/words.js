// What a widget says, in the language of the page: `_("…")` holds the message in English, as `_` in Python does. What
// its HTML says, to screen readers too, is a message as it stands; with data-whole one message holds tags as well.
const SAID_BY = ["aria-label", "title", "placeholder", "alt"];
const NO_WORDS = "kbd, style, script, [data-whole] *";
let words = {};

const _ = (message, fields = {}) =>
  (words[message] ?? message).replace(/\{(\w+)\}/g, (placeholder, name) => fields[name] ?? placeholder);

const percent = (share) =>
  new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" }).format(share);

// To be called first in every run: the language may be another one. `root`: the widget's HTML, where it has any.
function speak(data, root) {
  words = data.words;
  if (!root || root.language === data.language) return;
  root.language = data.language;
  root.written ??= [...messages(root)];
  for (const say of root.written) say();
}

function* messages(root) {
  const inOneLine = (text) => text.trim().replace(/\s+/g, " ");
  for (const element of [root, ...root.querySelectorAll("*")]) {
    for (const name of SAID_BY) {
      const message = element.getAttribute(name);
      if (message) yield () => element.setAttribute(name, _(message));
    }
    if (element.matches(NO_WORDS)) continue;
    if (element.dataset.whole !== undefined) {
      const message = inOneLine(element.innerHTML);
      yield () => (element.innerHTML = _(message));
    } else {
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const [before, after] = [/^\s*/, /\s*$/].map((space) => space.exec(node.data)[0]);
        const message = inOneLine(node.data);
        yield () => (node.data = before + _(message) + after);
      }
    }
  }
}
