// Remembers which photo is being worked on, for as long as the tab is there. Where the page knows of none any more,
// since the server has lost it, it is told which that was, and can say what became of it.
const NAME = "fers-at-hand";

export default function ({ data, setTriggerValue }) {
  const { photo, known, owner } = data;
  try {
    const before = JSON.parse(sessionStorage.getItem(NAME));
    if (photo) sessionStorage.setItem(NAME, JSON.stringify({ photo, owner }));
    else sessionStorage.removeItem(NAME);
    if (!photo && before?.owner === owner && before.photo !== known) setTriggerValue("left", before.photo);
  } catch {} // A browser that keeps nothing.
}
