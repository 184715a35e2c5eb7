"""What a face's picture is like, whoever is in it: how large, how bright, how sharp.

One place for hints to the person in front of the camera and for the slices in which models are compared.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from PIL import Image

from fers.domain.boxes import Box
from fers.domain.images import crop

MEASURED_SIDE = 96
"""Side that faces are brought to before sharpness and light are measured, so that thresholds hold at any size."""
FACTS_ID = hashlib.sha256(b"picture: side, brightness, sharpness; 1").hexdigest()
"""What `AnswerStore` keeps these numbers under, beside what models said. The last figure rises when they change."""

SMALLEST_CLEAR_SIDE = 90
"""Side, in pixels, under which a crop holds fewer details than a network makes use of."""
LEAST_SHARPNESS = 10.0
"""Under it are 1% of ordinary portraits, and 95% of them once blurred by a 50th of the crop's side."""
DARKEST, BRIGHTEST = 50, 200
"""Mean light, 0 to 255: the middle 98% of ordinary portraits lie between 55 and 161."""


@dataclass(frozen=True)
class PictureFacts:
    side: float
    """The crop's longer side in pixels of the stored photo."""
    brightness: float
    """Mean luma (ITU-R BT.601) of the crop, 0 to 255."""
    sharpness: float
    """Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) over that of the light, so that a dim photo does not
    pass for a blurred one; in thousandths. About 20 to 120 in ordinary portraits."""

    def as_array(self) -> np.ndarray:
        return np.array([self.side, self.brightness, self.sharpness])


@dataclass(frozen=True)
class Bins:
    """How a measure is cut into slices. An edge belongs to the bin above it."""

    measure: str
    """A field of `PictureFacts`."""
    edges: tuple[float, ...]
    names: tuple[str, ...]
    """One more than edges."""

    def name(self, facts: PictureFacts) -> str:
        return self.names[bisect_right(self.edges, getattr(facts, self.measure))]


RESOLUTION = Bins("side", (SMALLEST_CLEAR_SIDE, 224), ("Under 90 px", "90 to 223 px", "224 px and more"))
BRIGHTNESS = Bins("brightness", (DARKEST, 90, 130, BRIGHTEST), ("Dark", "Dim", "Medium light", "Bright", "Very bright"))
SHARPNESS = Bins("sharpness", (LEAST_SHARPNESS, 30, 80), ("Blurred", "Soft", "Clear", "Sharp"))
"""The outer edges are those at which people get a hint; between them about a tenth of ordinary portraits are soft and a
quarter sharp."""


def measure(pixels: Image.Image, box: Box) -> PictureFacts:
    """Of the crop `box` of an RGB picture."""
    gray = np.asarray(Image.fromarray(crop(pixels, box, MEASURED_SIDE)).convert("L")).astype(np.float32)
    return PictureFacts(max(box.width, box.height), float(gray.mean()), _sharpness(gray))


def _sharpness(gray: np.ndarray) -> float:
    laplacian = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:] - 4 * gray[1:-1, 1:-1]
    return float(laplacian.var() / max(gray.var(), 1.0) * 1000)
