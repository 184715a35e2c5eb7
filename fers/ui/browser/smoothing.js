// A guess that follows the face without flickering, however many frames a second there are.
const MEMORY_MS = 250; // A guess fades by 1/e in this time.

/** Probabilities `passed` ms after `before` was shown (null: nothing was), when the model now says `now`. */
export function smoothed(before, now, passed) {
  if (!before) return now;
  const keep = Math.exp(-passed / MEMORY_MS);
  return now.map((value, index) => keep * before[index] + (1 - keep) * value);
}
