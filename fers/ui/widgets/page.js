// Says which language the page is in, to the browser and to whatever reads it aloud; keeps in a cookie what was chosen;
// puts what Streamlit says by itself, such as "Take Photo", into that language; and marks what a study says in another one.
const YEAR = 365 * 24 * 3600;
const SAID_BY = ["aria-label", "title", "placeholder", "alt"];
// Streamlit writes its own button for files as it writes ours.
const OURS =
  '[data-testid="stMarkdownContainer"]:not([data-testid="stFileUploaderDropzone"] *), [data-testid="stCode"], ' +
  '[data-testid="stTextInputRootElement"] input';

// By the message; those with a placeholder, such as "{size} per file", are looked for one by one.
const said = (words) => {
  const patterns = Object.entries(words).flatMap(([message, translation]) => {
    if (!message.includes("{")) return [];
    const escaped = message.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/, "(.+)");
    return [[new RegExp(`^${escaped}$`), translation]];
  });
  return (text) => {
    if (Object.hasOwn(words, text)) return words[text];
    const [found, translation] = patterns.find(([pattern]) => pattern.test(text)) ?? [];
    return found && translation.replace(/\{\w+\}/, found.exec(text)[1]);
  };
};

function put(node, translation) {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.data.trim();
    const now = text && !node.parentElement?.closest(OURS) && translation(text);
    if (now && now !== text) node.data = node.data.replace(text, now);
  } else if (node.nodeType === Node.ELEMENT_NODE) {
    for (const name of SAID_BY) {
      const now = translation(node.getAttribute(name)?.trim() ?? "");
      if (now && now !== node.getAttribute(name)) node.setAttribute(name, now);
    }
    for (const child of node.childNodes) put(child, translation);
  }
}

// Of places that `fers/ui/own_words.py` makes. One may become the place of something else.
function mark(node) {
  const [, own] = /-said-in-([a-z]+)(?:\s|$)/.exec(node.className) ?? [];
  if (own) Object.assign(node, { lang: own, dir: "auto" });
  else if (node.lang && node.dir === "auto") for (const name of ["lang", "dir"]) node.removeAttribute(name);
}

function markAll() {
  for (const node of document.querySelectorAll('[class*="-said-in-"]')) mark(node);
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes") mark(target);
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        for (const place of [node, ...node.querySelectorAll('[class*="-said-in-"]')]) mark(place);
      }
    }
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["class"] });
}

export default function ({ data }) {
  const { language, direction, cookie, chosen, streamlit } = data;
  Object.assign(document.documentElement, { lang: language, dir: direction });
  if (chosen) document.cookie = `${cookie}=${chosen}; path=/; max-age=${YEAR}; samesite=lax`;
  const page = (window.fersPage ??= {}); // Mounted anew in every run; what it looks at stays.
  page.marking ??= (markAll(), true);
  const key = language + Object.keys(streamlit).length;
  if (page.key === key) return;
  page.observer?.disconnect();
  page.key = key;
  if (!Object.keys(streamlit).length) return;
  const translation = said(streamlit);
  put(document.body, translation);
  page.observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "childList") for (const node of addedNodes) put(node, translation);
      else if (type === "characterData") put(target, translation);
      else {
        for (const name of SAID_BY) {
          const now = translation(target.getAttribute(name)?.trim() ?? "");
          if (now && now !== target.getAttribute(name)) target.setAttribute(name, now);
        }
      }
    }
  });
  const everything = { subtree: true, childList: true, characterData: true, attributeFilter: SAID_BY };
  page.observer.observe(document.body, everything);
}
