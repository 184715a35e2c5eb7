// A square whose points are [valence, arousal], each from -1 to 1: clicked, or moved in steps.
const STEP = 0.1;
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowDown: [0, -STEP], ArrowUp: [0, STEP] };

const clamp = (value) => Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;

class Pad {
  constructor(grid, marker) {
    this.grid = grid;
    this.marker = marker;
    this.put(null);
    grid.addEventListener("click", ({ clientX, clientY }) => {
      const { left, top, width, height } = grid.getBoundingClientRect();
      this.put([((clientX - left) / width) * 2 - 1, 1 - ((clientY - top) / height) * 2]);
    });
  }

  put(point) {
    this.point = point && point.map(clamp);
    this.marker.hidden = point === null;
    const [valence, arousal] = this.point ?? [0, 0];
    Object.assign(this.marker.style, { left: `${(valence + 1) * 50}%`, top: `${(1 - arousal) * 50}%` });
    const pleasant = `${valence < 0 ? _("unpleasant") : _("pleasant")} ${Math.abs(valence).toFixed(1)}`;
    const excited = `${arousal < 0 ? _("calm") : _("excited")} ${Math.abs(arousal).toFixed(1)}`;
    this.grid.setAttribute("aria-valuenow", valence);
    this.grid.setAttribute("aria-valuetext", point ? `${pleasant}, ${excited}` : _("not chosen"));
  }

  move([right, up]) {
    const [valence, arousal] = this.point ?? [0, 0];
    this.put([valence + right, arousal + up]);
  }
}
