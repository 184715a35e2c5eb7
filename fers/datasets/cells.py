"""What the cells of a data set's tables say, checked. Every function raises DataError for what makes no sense."""

import math
import re
import unicodedata
from contextlib import suppress
from typing import Any

from fers.datasets.faces import DataError, DrawnBox
from fers.domain.boxes import Box

LARGEST = 1_000_000
"""No count of votes, class id or pixel is larger."""
_NOBODY = ("nan", "NaN", "null", "NULL", "None", "<NA>")
"""What programs write where there is no name. NA, which R writes, is one: of somebody in JAFFE, for instance."""
_LARGEST_SHARE = 2
"""Where a box ends that is told in shares of its picture's sides: a face at the edge sticks out."""
_WHOLE = re.compile(r"^(\d+)\.0+$")


def is_empty(cell: Any) -> bool:
    is_nan = cell != cell  # Nothing else is not itself.
    return cell is None or is_nan or cell == [] or (isinstance(cell, str) and not cell.strip())


def is_unknown(cell: Any) -> bool:
    """Whether a cell for a number holds none: it is empty, or says so as R and pandas do."""
    return is_empty(cell) or str(cell).strip() in (*_NOBODY, "NA", "N/A", "n/a", "#N/A")


def votes(cell: Any) -> float:
    """Return how many votes a cell counts. Where classes are marked as true or false, true is one. Raises DataError."""
    said = str(cell).strip().casefold()
    count = float(said == "true") if said in ("true", "false") else number(cell)
    if count < 0:
        raise DataError("cell.negative-votes")
    return count


def name(cell: Any) -> str:
    """Return what somebody or something is called, empty where the cell is. A number is the same name wherever it
    stands: pandas writes 3 as 3.0 in each column where a cell is empty."""
    said = "" if is_empty(cell) else unicodedata.normalize("NFC", str(cell).strip())
    return "" if said in _NOBODY else _WHOLE.sub(r"\1", said)


def number(cell: Any) -> float:
    """Return a number from -`LARGEST` to `LARGEST`."""
    try:
        value = float(cell)
    except (TypeError, ValueError, OverflowError):
        value = math.nan  # Which is not in any range.
    if not abs(value) <= LARGEST:
        raise DataError("cell.no-number", cell=cell)
    return value


def dimensions(valence: Any, arousal: Any) -> tuple[float, float]:
    """Return valence and arousal in [-1, 1], NaN for an empty cell."""
    values = [math.nan if is_unknown(cell) else number(cell) for cell in (valence, arousal)]
    if any(abs(value) > 1 for value in values):
        raise DataError("cell.dimensions", valence=valence, arousal=arousal)
    return tuple(values)


def box(left: Any, top: Any, width: Any, height: Any) -> Box:
    """Return a box. What of it lies left of or above the picture is cut off, where that is less than half of it."""
    x, y = number(left), number(top)
    return _box(x, y, x + number(width), y + number(height), [left, top, width, height])


def box_of_corners(left: Any, top: Any, right: Any, bottom: Any) -> Box:
    """As `box`, from two of its corners."""
    return _box(*map(number, (left, top, right, bottom)), [left, top, right, bottom])


def drawn_in(box: Box, width: Any, height: Any) -> Box:
    """The same box, drawn in a picture of this size."""
    with suppress(DataError):
        within = round(number(width)), round(number(height))
        if min(within) > 0:
            return DrawnBox(*box.as_list(), within=within)
    return box


def is_size_of(box: Box, width: Any, height: Any) -> bool:
    """Whether this may be the size of the box itself, and not of its picture: one that begins in the picture's corner
    rather fills it."""
    with suppress(DataError):
        is_alike = abs(number(width) - box.width) <= 2 and abs(number(height) - box.height) <= 2
        return is_alike and max(box.left, box.top) > 1
    return False


def _box(left: float, top: float, right: float, bottom: float, said: list[Any]) -> Box:
    if max(map(abs, (left, top, right, bottom))) <= _LARGEST_SHARE:
        raise DataError("cell.box-in-shares", box=str(said))
    x, y = max(round(left), 0), max(round(top), 0)
    try:
        inside = Box(x, y, round(right) - x, round(bottom) - y)
    except ValueError as error:
        raise DataError("cell.no-box", box=str(said)) from error
    if 2 * inside.area < (right - left) * (bottom - top):
        raise DataError("cell.box-outside", box=str(said))
    return inside
