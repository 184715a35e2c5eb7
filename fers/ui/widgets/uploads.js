// Looks at files before the upload beside it does: of one that is too large the page is told, and nothing is sent.
// The upload itself would show a sign and no word, and never tell the page.

export default function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.host ?? parentElement;
  const place = host.closest(`.st-key-${data.place}`);
  if (!place) return;
  const offered = (event) => [...(event.dataTransfer ?? event.target).files ?? []];
  const look = (event) => {
    if (!offered(event).some((file) => file.size > data.largest)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.target.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
    else event.target.value = ""; // Or choosing the same file again would be no change.
    setTriggerValue("refused", true);
  };
  // What the system's chooser offers first. A file of another kind is still taken, and answered in words.
  const ask = (event) => event.target.matches("input[type=file]") && (event.target.accept = data.accept);
  const heard = { change: look, drop: look, click: ask };
  for (const [name, hear] of Object.entries(heard)) place.addEventListener(name, hear, { capture: true });
  return () => {
    for (const [name, hear] of Object.entries(heard)) place.removeEventListener(name, hear, { capture: true });
  };
}
