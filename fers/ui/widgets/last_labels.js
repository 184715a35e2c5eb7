// The list of one's own last labels. It is drawn once the next face is on the screen, and only what changed: nobody who
// labels fast waits for it.
class LastLabels {
  constructor(section, pictures, words) {
    this.section = section;
    this.list = section.querySelector("ol");
    this.pictures = pictures; // By face.
    this.words = words;
  }

  show(said) {
    this.said = said;
    this.drawing ??= requestAnimationFrame(() => setTimeout(() => this.draw()));
  }

  draw() {
    this.drawing = null;
    const drawn = new Map([...this.list.children].map((item) => [item.dataset.entry, item]));
    const entries = this.said.map((said) => {
      const entry = `${said.id} ${this.words(said)}`;
      const [item, picture] = [drawn.get(entry), this.pictures.get(said.id)];
      return item && (!picture || item.contains(picture)) ? item : this.entry(said, entry);
    });
    for (const item of drawn.values()) if (!entries.includes(item)) item.remove();
    entries.forEach((item, place) => {
      const there = this.list.children[place] ?? null;
      if (there !== item) this.list.insertBefore(item, there);
    });
    this.section.hidden = !entries.length;
  }

  entry(said, entry) {
    const [item, button, words] = ["li", "button", "span"].map((tag) => document.createElement(tag));
    const picture = this.pictures.get(said.id);
    if (picture) picture.alt = "";
    words.textContent = this.words(said);
    Object.assign(button, { type: "button", title: _("Correct this label") }).dataset.label = said.id;
    button.append(picture ?? "", words);
    item.dataset.entry = entry;
    item.append(button);
    return item;
  }
}
