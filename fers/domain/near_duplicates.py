"""Near-duplicates: pictures that look alike to the eye, though their bytes differ (smaller, brighter, saved again)."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from fers.domain.boxes import Box

SIDE = 16
LARGEST_DISTANCE = 16
"""Bits, of 256: a face saved again at a quarter of its size stays within; two photos of a person one after the other
differ in more."""
_PAIRS_AT_ONCE = 4_000_000
"""Some 50 MB."""


def fingerprint(pixels: Image.Image, box: Box) -> str:
    """The difference hash of the crop, 256 bits as hexadecimal digits: for a 17 x 16 gray picture, whether each pixel
    is brighter than its left neighbour (Krawetz, "Kind of like that", hackerfactor.com, 2013)."""
    gray = np.asarray(pixels.resize((SIDE + 1, SIDE), Image.Resampling.BOX, box=box.corners()).convert("L"))
    return np.packbits(gray[:, 1:] > gray[:, :-1]).tobytes().hex()


def alike(fingerprints: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """For each of `fingerprints` whether one of `others` is a near-duplicate (n booleans)."""
    ours, theirs = _words(fingerprints), _words(others)
    found = np.zeros(len(ours), bool)
    if not len(theirs):
        return found
    at_once = max(1, _PAIRS_AT_ONCE // len(theirs))
    for start in range(0, len(ours), at_once):
        some = ours[start : start + at_once]
        distance = np.zeros((len(some), len(theirs)), np.uint16)
        for word in range(ours.shape[1]):
            distance += np.bitwise_count(some[:, word, None] ^ theirs[None, :, word])
        found[start : start + at_once] = (distance <= LARGEST_DISTANCE).any(axis=1)
    return found


def _words(fingerprints: Sequence[str]) -> np.ndarray:
    """n x 4 words of 64 bits."""
    joined = b"".join(map(bytes.fromhex, fingerprints))
    return np.frombuffer(joined, np.uint64).reshape(len(fingerprints), -1 if fingerprints else SIDE * SIDE // 64)
