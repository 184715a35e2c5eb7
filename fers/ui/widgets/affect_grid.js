// A square whose points are (valence, arousal), each from -1 to 1. Click or tap it, or move with the arrow keys.
const STEP = 0.1;
const SETTLE_MS = 400; // Arrow keys are pressed in a row: only where they end is sent.

const inWords = ([valence, arousal]) =>
  `${valence < 0 ? _("unpleasant") : _("pleasant")} ${Math.abs(valence).toFixed(1)}, ` +
  `${arousal < 0 ? _("calm") : _("excited")} ${Math.abs(arousal).toFixed(1)}`;

const clamp = (value) => Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;

export default function ({ data, parentElement, setStateValue }) {
  speak(data, parentElement.querySelector(".frame"));
  const grid = parentElement.querySelector(".grid");
  const marker = parentElement.querySelector(".marker");
  let point = grid.point ?? null; // The page calls this function anew in every run; the element stays.
  let settling;

  const show = () => {
    marker.hidden = point === null;
    grid.setAttribute("aria-valuetext", point ? inWords(point) : _("not chosen"));
    grid.setAttribute("aria-valuenow", point ? point[0] : 0);
    if (point === null) return;
    marker.style.left = `${(point[0] + 1) * 50}%`;
    marker.style.top = `${(1 - point[1]) * 50}%`;
  };
  const choose = (chosen, delay = 0) => {
    point = grid.point = chosen && chosen.map(clamp);
    show();
    clearTimeout(settling);
    settling = setTimeout(() => setStateValue("point", point), delay);
  };

  grid.onclick = ({ clientX, clientY }) => {
    const { left, top, width, height } = grid.getBoundingClientRect();
    choose([((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2]);
  };
  grid.onkeydown = (event) => {
    const [valence, arousal] = point ?? [0, 0];
    const moves = {
      ArrowLeft: [valence - STEP, arousal],
      ArrowRight: [valence + STEP, arousal],
      ArrowDown: [valence, arousal - STEP],
      ArrowUp: [valence, arousal + STEP],
      Delete: null,
      Backspace: null,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    choose(moves[event.key], SETTLE_MS);
  };
  show();
}
