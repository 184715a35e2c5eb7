// Face detection with BlazeFace, the same looks at a picture as the server takes (fers/inference/faces.py).
import { BILINEAR, reduced, resized } from "./pixels.js";

/** `plan` is what `fers.inference.browser` writes; `run(file, input)` gives a network's outputs as [{shape, data}]. */
export function detector(plan, run) {
  const anchors = Object.fromEntries(plan.variants.map((variant) => [variant.file, anchorsOf(variant)]));
  const sides = Object.fromEntries(plan.variants.map(({ file, side }) => [file, side]));

  /** Boxes [left, top, width, height] in whole pixels around the faces in a picture, largest first. */
  return async function detect(picture) {
    const shrink = Math.max(1, Math.floor(Math.max(picture.width, picture.height) / plan.previewSide));
    const preview = shrink === 1 ? picture : reduced(picture, shrink);
    for (const { windows, leastScore } of plan.looks) {
      const found = [];
      for (const { file, share } of windows) {
        for (const window of windowsOf(preview, share)) {
          const outputs = await run(file, shown(preview, window, sides[file]));
          found.push(...read(outputs, anchors[file], sides[file], window, leastScore));
        }
      }
      if (found.length) {
        const boxes = merged(found, plan.sameFaceOverlap).map((corners) => toBox(corners, shrink, picture));
        return boxes.sort((one, other) => other[2] * other[3] - one[2] * one[3]);
      }
    }
    return [];
  };
}

function anchorsOf({ grids }) {
  return grids.flatMap(([cells, repeats]) =>
    Array.from({ length: cells * cells * repeats }, (_, index) => {
      const cell = Math.floor(index / repeats);
      return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
    }),
  );
}

function windowsOf({ width, height }, share) {
  const side = Math.max(1, round(share * Math.max(width, height)));
  return starts(height, side).flatMap((top) => starts(width, side).map((left) => [left, top, side]));
}

function starts(length, side) {
  if (side >= length) return [Math.floor((length - side) / 2)];
  const count = Math.ceil(length / side);
  return Array.from({ length: count }, (_, index) => round((index * (length - side)) / (count - 1)));
}

/** What a network is shown of a window: its square, black outside of the picture, from -1 to 1. */
function shown(preview, [left, top, side], wanted) {
  const factor = Math.max(1, Math.floor(side / wanted));
  const square = reduced(preview, factor, left, top, side, side);
  const { rgb } = resized(square, [0, 0, side / factor, side / factor], wanted, wanted, BILINEAR);
  const input = new Float32Array(rgb); // A copy, and several times faster than `Float32Array.from` with a function.
  for (let at = 0; at < input.length; at++) input[at] = input[at] / 127.5 - 1;
  return input;
}

function read(outputs, anchors, inputSide, [left, top, side], leastScore) {
  const scores = outputs.find(({ shape }) => shape[2] === 1).data;
  const boxes = outputs.find(({ shape }) => shape[2] === 16).data;
  const found = [];
  scores.forEach((raw, index) => {
    const score = 1 / (1 + Math.exp(-raw));
    if (score <= leastScore) return;
    const [x, y, width, height] = boxes.subarray(index * 16, index * 16 + 4).map((value) => value / inputSide);
    const centre = [x + anchors[index][0], y + anchors[index][1]];
    const corners = [centre[0] - width / 2, centre[1] - height / 2, centre[0] + width / 2, centre[1] + height / 2];
    found.push({ score, corners: corners.map((value, axis) => value * side + (axis % 2 ? top : left)) });
  });
  return found;
}

/** Detections that overlap the best one left become one box, averaged by score. */
function merged(found, sameFaceOverlap) {
  const boxes = [];
  while (found.length) {
    const best = found.reduce((one, other) => (other.score > one.score ? other : one));
    const isSame = (one) => one === best || overlap(best.corners, one.corners) > sameFaceOverlap;
    const same = found.filter(isSame);
    const total = same.reduce((sum, { score }) => sum + score, 0);
    boxes.push([0, 1, 2, 3].map((axis) => same.reduce((sum, one) => sum + one.corners[axis] * one.score, 0) / total));
    found = found.filter((one) => !isSame(one));
  }
  return boxes;
}

function overlap(one, other) {
  const area = ([x0, y0, x1, y1]) => (x1 - x0) * (y1 - y0);
  const inner = [0, 1].map((axis) => Math.min(one[axis + 2], other[axis + 2]) - Math.max(one[axis], other[axis]));
  const shared = Math.max(inner[0], 0) * Math.max(inner[1], 0);
  return shared / Math.max(Math.min(area(one), area(other)), 1e-9);
}

function toBox(corners, shrink, size) {
  const [x0, y0, x1, y1] = corners.map((value) => value * shrink);
  return clamped(x0, y0, x1 - x0, y1 - y0, size);
}

function clamped(left, top, width, height, size) {
  const x0 = Math.min(Math.max(Math.round(left), 0), size.width - 1);
  const y0 = Math.min(Math.max(Math.round(top), 0), size.height - 1);
  const x1 = Math.min(Math.max(Math.round(left + width), x0 + 1), size.width);
  const y1 = Math.min(Math.max(Math.round(top + height), y0 + 1), size.height);
  return [x0, y0, x1 - x0, y1 - y0];
}

/** The square that a model likes to see around a face: `Box.with_context` on the server. */
export function withContext([left, top, width, height], scale, size) {
  const side = Math.min(scale * Math.max(width, height), size.width, size.height);
  const within = (centre, length) => Math.min(Math.max(centre - side / 2, 0), length - side);
  return clamped(within(left + width / 2, size.width), within(top + height / 2, size.height), side, side, size);
}

/** Python's rounding: halves go to the even number. */
function round(value) {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(value);
}
