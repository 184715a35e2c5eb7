"""Random changes to a training face, drawn by a recipe's `Augmentation`."""

import cv2
import numpy as np

from training.recipe import Augmentation

# Reading threads share the work already; threads within an operation would only wait for one another.
cv2.setNumThreads(1)

_LEVELS = np.arange(256, dtype=np.float32)[:, None] / 255


def augment(image: np.ndarray, side: int, how: Augmentation, random: np.random.Generator) -> np.ndarray:
    """Return `image` (h x w x c, uint8) as a randomly changed side x side x c training face (uint8)."""
    return _reframe(_relight(image, how, random), side, how, random)


def _relight(image, how, random):
    channels = image.shape[2]
    mean = image.mean() / 255
    # What happens to a pixel depends on its value alone, so it is worked out for the 256 values there are.
    levels = (_LEVELS - mean) * (1 + _draw(random, how.contrast)) + mean + _draw(random, how.brightness)
    if channels == 3 and random.random() < 0.5:
        levels = levels * (1 + _draw(random, how.colour, 3))
    levels = levels.clip(0, 1) ** (1 + _draw(random, how.gamma))
    table = (np.broadcast_to(levels, (256, channels)) * 255).astype(np.uint8)
    face = cv2.LUT(image, table[:, None])
    if how.blur and random.random() < 0.5:
        face = cv2.GaussianBlur(face, (0, 0), random.uniform(0.001, how.blur) * max(face.shape[:2]))
    noise = random.standard_normal(face.shape[:2], np.float32) * (255 * _draw(random, how.noise))
    return (face.reshape(*face.shape[:2], channels) + noise[..., None]).clip(0, 255).astype(np.uint8)


def _reframe(image, side, how, random):
    """Crop, shift, rotate, mirror and resize in one interpolation."""
    height, width = image.shape[:2]
    zoom = random.uniform(*how.zoom)
    angle = np.deg2rad(_draw(random, how.rotation))
    mirror = random.choice((-1, 1))
    cos, sin = zoom * np.cos(angle) / side, zoom * np.sin(angle) / side
    # Output pixel (x, y) shows input pixel A (x, y) + b; the two centres meet when nothing is shifted.
    a = np.array([[mirror * cos * width, -sin * width], [mirror * sin * height, cos * height]])
    centre = np.array([width, height]) * (0.5 + _draw(random, how.shift, 2)) - 0.5
    b = centre - a @ np.full(2, (side - 1) / 2)
    # Beyond the face image there is nothing to see: half the faces get a mirrored border, half an even one.
    border = cv2.BORDER_REFLECT if random.random() < 0.5 else cv2.BORDER_CONSTANT
    framed = cv2.warpAffine(
        image,
        np.column_stack([a, b]),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
        borderValue=[float(random.integers(256))] * 3,
    )
    return framed.reshape(side, side, -1)


def _draw(random, largest, size=None):
    return random.uniform(-largest, largest, size)
