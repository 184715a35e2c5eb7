// Pictures as rows of RGB bytes, and the ways Pillow reduces and resizes them, so that a network reads in the browser
// what it reads on the server.

/** A picture from RGBA bytes, as a canvas gives them. */
export function picture({ width, height, data }) {
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { width, height, rgb };
}

/** A square part of a picture, black where that is outside of it, averaged over blocks of `factor` x `factor` pixels. */
export function reduced({ width, height, rgb }, factor, left = 0, top = 0, across = width, down = height) {
  const columns = Math.ceil(across / factor);
  const rows = Math.ceil(down / factor);
  const sums = new Uint32Array(columns * rows * 3);
  const from = Math.max(left, 0);
  const to = Math.min(left + across, width);
  for (let y = Math.max(top, 0); y < Math.min(top + down, height); y++) {
    const row = Math.floor((y - top) / factor) * columns;
    let block = (from - left) % factor;
    let sum = (row + Math.floor((from - left) / factor)) * 3;
    for (let x = from, at = (y * width + from) * 3; x < to; x++, at += 3) {
      sums[sum] += rgb[at];
      sums[sum + 1] += rgb[at + 1];
      sums[sum + 2] += rgb[at + 2];
      if (++block === factor) {
        block = 0;
        sum += 3;
      }
    }
  }
  const means = new Uint8ClampedArray(sums.length);
  for (let y = 0, at = 0; y < rows; y++) {
    const high = Math.min(factor, down - y * factor);
    for (let x = 0; x < columns; x++) {
      const pixels = high * Math.min(factor, across - x * factor);
      for (let channel = 0; channel < 3; channel++, at++) means[at] = Math.floor(sums[at] / pixels + 0.5);
    }
  }
  return { width: columns, height: rows, rgb: means };
}

const triangle = (x) => Math.max(0, 1 - Math.abs(x));
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);
export const BILINEAR = { weigh: triangle, support: 1 };
export const LANCZOS = { weigh: lanczos, support: 3 };

/** The part inside `box` ([left, top, width, height], fractions allowed), resized with one of the filters above. */
export function resized({ width, height, rgb }, [left, top, across, down], columns, rows, filter) {
  const horizontal = taps(width, left, across, columns, filter);
  const vertical = taps(height, top, down, rows, filter);
  const first = vertical[0].start;
  const end = vertical[rows - 1].start + vertical[rows - 1].weights.length;
  // Across first, then down, rounded in between: as Pillow does.
  const between = new Uint8ClampedArray((end - first) * columns * 3);
  for (let y = first; y < end; y++) {
    weighed(rgb, y * width * 3, 3, horizontal, between, (y - first) * columns * 3, 3);
  }
  const small = new Uint8ClampedArray(rows * columns * 3);
  for (let x = 0; x < columns; x++) {
    weighed(between, (x - first * columns) * 3, columns * 3, vertical, small, x * 3, columns * 3);
  }
  return { width: columns, height: rows, rgb: small };
}

/** For each new pixel the first old one that counts and the weights of it and the next ones. */
function taps(length, offset, extent, count, { weigh, support }) {
  const scale = extent / count;
  const spread = Math.max(scale, 1);
  return Array.from({ length: count }, (_, index) => {
    const centre = offset + (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support * spread + 0.5));
    const end = Math.min(length, Math.trunc(centre + support * spread + 0.5));
    const weights = Array.from({ length: end - start }, (_, tap) => weigh((tap + start - centre + 0.5) / spread));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

function weighed(from, begin, step, all, to, at, stride) {
  for (const { start, weights } of all) {
    let red = 0.5;
    let green = 0.5;
    let blue = 0.5;
    for (let tap = 0, source = begin + start * step; tap < weights.length; tap++, source += step) {
      red += from[source] * weights[tap];
      green += from[source + 1] * weights[tap];
      blue += from[source + 2] * weights[tap];
    }
    to[at] = Math.floor(red);
    to[at + 1] = Math.floor(green);
    to[at + 2] = Math.floor(blue);
    at += stride;
  }
}

/** One number a pixel, as Pillow turns colour to gray. */
export function gray({ rgb }) {
  const values = new Uint8ClampedArray(rgb.length / 3);
  for (let at = 0; at < values.length; at++) {
    values[at] = (rgb[3 * at] * 19595 + rgb[3 * at + 1] * 38470 + rgb[3 * at + 2] * 7471 + 0x8000) >> 16;
  }
  return values;
}
