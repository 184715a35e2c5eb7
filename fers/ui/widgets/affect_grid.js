// Sends the point of its pad, from -1 to 1 each way: by click or tap, or by the arrow keys.
const SETTLE_MS = 400; // Arrow keys are pressed in a row: only where they end is sent.

export default function ({ data, parentElement, setStateValue }) {
  speak(data, parentElement.querySelector(".frame"));
  const grid = parentElement.querySelector(".grid");
  // The page calls this function anew in every run; the element stays, and its pad with it.
  const pad = (grid.pad ??= new Pad(grid, parentElement.querySelector(".marker")));
  pad.put(pad.point); // In the language of this run.
  const send = () => {
    clearTimeout(pad.settling);
    pad.settling = null;
    setStateValue("point", pad.point);
  };
  grid.onclick = send;
  grid.onblur = () => pad.settling && send(); // What is pressed next may be the button that saves.
  grid.onkeydown = (event) => {
    if (event.key in ARROWS) pad.move(ARROWS[event.key]);
    else if (event.key === "Delete" || event.key === "Backspace") pad.put(null);
    else return;
    event.preventDefault();
    clearTimeout(pad.settling);
    pad.settling = setTimeout(send, SETTLE_MS);
  };
}
