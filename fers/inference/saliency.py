"""Which pixels mattered, from predictions alone: RISE (Petsiuk et al., BMVC 2018), for any network."""

import time
from collections.abc import Callable

import numpy as np
from PIL import Image

MASKS = 160
"""Covers that are tried. More make the map steadier and take longer."""
SECONDS = 1.5
"""After which no more are tried, so that slow networks explain themselves within two seconds too, with fewer."""
AT_ONCE = 8
"""Covers between two looks at the clock."""
SIDE = 96
"""Of the faces that are covered, in pixels: the covers are coarse, and larger ones only take longer."""
CELLS = 7
"""Side of the coarse grid that covers are drawn on. Eyes and mouths are about a cell or two large."""
STEPS = 20
"""In which a face is covered or uncovered to see whether a map is true."""
SHOWN = 0.5
"""Share of the cells that a cover leaves to be seen."""


def rise(
    predict: Callable[[np.ndarray], np.ndarray],
    face: np.ndarray,
    columns: list[int],
    masks: int = MASKS,
    seconds: float = SECONDS,
) -> np.ndarray:
    """How much seeing each pixel raises what `predict` says, by column.

    `predict` takes n x h x w x 3 (uint8) to n x outputs. Returns len(columns) x h x w from 0 to 1, where 1 mattered
    most. The same covers are tried in the same order each time: as many as `masks`, or as `seconds` leave time for.
    """
    side = [min(pixels, SIDE) for pixels in face.shape[1::-1]]
    small = np.asarray(Image.fromarray(face).resize(side, Image.Resampling.BILINEAR))
    covers, scores = _tried(predict, small, columns, masks, time.perf_counter() + seconds)
    # What all covers have in common says nothing about a pixel.
    scores -= scores.mean(axis=0)
    covers -= covers.mean(axis=0)
    return np.stack([enlarged(heat, face.shape) for heat in np.tensordot(scores, covers, axes=(0, 0))])


def _tried(
    predict: Callable[[np.ndarray], np.ndarray], face: np.ndarray, columns: list[int], masks: int, until: float
) -> tuple[np.ndarray, np.ndarray]:
    """n x h x w covers and, n x len(columns), what `predict` says of the face under each. AT_ONCE are tried whatever
    they take; more only while there is time for as many again before `until`."""
    random = np.random.default_rng(0)
    covers, scores, slowest = [], [], 0.0
    for done in range(0, masks, AT_ONCE):
        began = time.perf_counter()
        if done and began + slowest > until:
            break
        covers.append(_covers(min(AT_ONCE, masks - done), face.shape[:2], random))
        scores.append(predict(_covered(face, covers[-1]))[:, columns].astype(np.float32))
        slowest = max(slowest, time.perf_counter() - began)
    return np.concatenate(covers), np.concatenate(scores)


def _covered(face: np.ndarray, covers: np.ndarray) -> np.ndarray:
    """n x h x w x 3 (uint8): gray where covered, as black would be an edge of its own."""
    plain = np.float32(face.mean())
    mixed: np.ndarray = face[None] * covers[..., None] + plain * (1 - covers[..., None])
    return mixed.astype(np.uint8)


def _covers(count: int, size: tuple[int, int], random: "np.random.Generator") -> np.ndarray:
    """count x h x w from 0 (covered) to 1 (seen): coarse random grids, enlarged smoothly and shifted at random."""
    height, width = size
    cell = (-(-height // CELLS), -(-width // CELLS))
    large = ((CELLS + 1) * cell[1], (CELLS + 1) * cell[0])
    covers = np.empty((count, height, width), np.float32)
    for cover in covers:
        grid = (random.random((CELLS + 1, CELLS + 1)) < SHOWN).astype(np.float32)
        smooth = np.asarray(Image.fromarray(grid).resize(large, Image.Resampling.BILINEAR))
        top, left = random.integers(cell[0] + 1), random.integers(cell[1] + 1)
        cover[:] = smooth[top : top + height, left : left + width]
    return covers


def enlarged(heat: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A map of any size as one of height and width `shape`, stretched to 0..1; all 0 where every pixel mattered the
    same."""
    low, high = float(heat.min()), float(heat.max())
    heat = (heat - low) / (high - low) if high > low else np.zeros_like(heat)
    picture = Image.fromarray(heat.astype(np.float32))
    return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def deletion_and_insertion(
    predict: Callable[[np.ndarray], np.ndarray], face: np.ndarray, column: int, heat: np.ndarray
) -> tuple[float, float]:
    """Areas (0 to 1) under what `predict` says as the pixels that mattered most are covered first (deletion: lower is
    better) or uncovered first (insertion: higher is better); Petsiuk et al., BMVC 2018, with gray as the cover."""
    ranks = (-heat).ravel().argsort(kind="stable").argsort().reshape(heat.shape) / heat.size
    shares = np.linspace(0, 1, STEPS + 1)
    first = ranks[None] < shares[:, None, None]
    gray = np.full_like(face, face.mean())
    deleted = np.where(first[..., None], gray, face)
    inserted = np.where(first[..., None], face, gray)
    deletion, insertion = (np.trapezoid(predict(series)[:, column], shares) for series in (deleted, inserted))
    return float(deletion), float(insertion)
