"""Random changes to a training face, drawn by a recipe's `Augmentation`."""

import cv2
import numpy as np

from training.recipe import Augmentation


def augment(image: np.ndarray, side: int, how: Augmentation, random: np.random.Generator) -> np.ndarray:
    """Return `image` (h x w x 3, uint8) as a randomly changed side x side x 3 training face (uint8)."""
    return _reframe(_relight(image, how, random), side, how, random)


def _relight(image, how, random):
    face = image.astype(np.float32) / 255
    mean = face.mean()
    face = (face - mean) * (1 + _draw(random, how.contrast)) + mean + _draw(random, how.brightness)
    if random.random() < 0.5:
        face = face * (1 + _draw(random, how.colour, 3))
    face = face.clip(0, 1) ** (1 + _draw(random, how.gamma))
    face = face + random.normal(0, abs(_draw(random, how.noise)), (*face.shape[:2], 1))
    return (face.clip(0, 1) * 255).astype(np.uint8)


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
    return cv2.warpAffine(
        image,
        np.column_stack([a, b]),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
        borderValue=[float(random.integers(256))] * 3,
    )


def _draw(random, largest, size=None):
    return random.uniform(-largest, largest, size)
