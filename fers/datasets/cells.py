"""What the cells of a data set's tables say, checked. Every function raises DataError for what makes no sense."""

import math
from typing import Any

from fers.datasets.faces import DataError
from fers.domain.boxes import Box
from fers.domain.emotions import Emotion

LARGEST = 1_000_000
"""No count of votes, class id or pixel is larger."""


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def number(cell: Any) -> float:
    """Return a number from -`LARGEST` to `LARGEST`."""
    try:
        value = float(cell)
    except (TypeError, ValueError, OverflowError):
        value = math.nan  # Which is not in any range.
    if not abs(value) <= LARGEST:
        raise DataError(f"{cell!r} is not a usable number")
    return value


def emotion(cell: Any) -> Emotion:
    """Return the class of that name."""
    try:
        return Emotion.from_label(str(cell))
    except ValueError as error:
        raise DataError(str(error)) from error


def dimensions(valence: Any, arousal: Any) -> tuple[float, float]:
    """Return valence and arousal in [-1, 1], NaN for an empty cell."""
    values = [math.nan if is_empty(cell) else number(cell) for cell in (valence, arousal)]
    if any(abs(value) > 1 for value in values):
        raise DataError(f"valence {valence} and arousal {arousal} are not both from -1 to 1")
    return tuple(values)


def box(left: Any, top: Any, width: Any, height: Any) -> Box:
    """Return a box. What of it lies left of or above the picture is cut off."""
    x, y, right, bottom = number(left), number(top), number(left) + number(width), number(top) + number(height)
    try:
        x, y = max(round(x), 0), max(round(y), 0)
        return Box(x, y, round(right) - x, round(bottom) - y)
    except ValueError as error:
        raise DataError(f"{[left, top, width, height]} is not a box (left, top, width, height)") from error
