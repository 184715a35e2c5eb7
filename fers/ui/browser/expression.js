// From a face in a picture to the probabilities of the eight expressions, as fers/inference/prepare.py prepares and
// reads them.
import { BILINEAR, LANCZOS, gray, resized } from "./pixels.js";

/** What a network reads of the part of a picture inside `box`: n numbers in the order that `input` describes. */
export function toInput(picture, box, input, faceSide) {
  let face = resized(picture, box, faceSide, faceSide, BILINEAR);
  if (input.detail_px) face = resize(face, input.detail_px, input.detail_px, BILINEAR);
  face = resize(face, input.width, input.height, LANCZOS);
  const values = input.channels === 1 ? gray(face) : face.rgb;
  const [low, high] = input.range;
  const pixels = input.width * input.height;
  const prepared = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const channel = at % input.channels;
    const source = input.order === "BGR" && input.channels === 3 ? at - channel + 2 - channel : at;
    let value = (values[source] * (high - low)) / 255 + low;
    if (input.mean.length) value = (value - input.mean[channel]) / input.std[channel];
    prepared[input.layout === "NCHW" ? channel * pixels + Math.floor(at / input.channels) : at] = value;
  }
  return prepared;
}

const resize = (face, width, height, filter) =>
  face.width === width && face.height === height
    ? face
    : resized(face, [0, 0, face.width, face.height], width, height, filter);

/** The same face as in a mirror, for models that look twice. */
export function mirrored(prepared, { width, height, channels, layout }) {
  const flipped = new Float32Array(prepared.length);
  const [planes, depth] = layout === "NCHW" ? [channels, 1] : [1, channels];
  for (let row = 0; row < planes * height; row++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < depth; channel++) {
        flipped[(row * width + x) * depth + channel] = prepared[(row * width + width - 1 - x) * depth + channel];
      }
    }
  }
  return flipped;
}

/** Eight calibrated probabilities in the order of `Emotion`. `output.columns` gives, for each, the network's output. */
export function toEmotions(outputs, { columns, kind, temperature }) {
  const scores = kind === "logits" ? outputs : outputs.map((value) => Math.log(Math.max(value, 1e-12)));
  const logits = columns.map((column) => (column === null ? -Infinity : scores[column] / temperature));
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
