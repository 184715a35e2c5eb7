"""Boxes that are objects of their own within a record, such as `"face": {"x": 4, "y": 8, "w": 20, "h": 32}`."""

from collections.abc import Iterator
from typing import Any

from fers.datasets.box_columns import is_of_a_box

_DEEPEST = 8
"""No tool is known to put a box into more objects than three."""
_OF_LABEL_STUDIO = "original_width"
"""Regions of its say so: they are labels, whatever they are called."""


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """The record, where each side of such a box is a cell of its own, called as `face.x`, in place of the object. Of a
    list of boxes there is one more cell, called as `faces.boxes`: a row is of one face, so nobody can tell which."""
    if not any(isinstance(cell, dict | list) for cell in record.values()):
        return record
    cells: dict[str, Any] = {}
    for name, cell in record.items():
        sides = dict(_sides(name, cell, _DEEPEST))
        cells |= sides if sides and isinstance(cell, dict) else {name: cell} | sides
    return cells


def _sides(name: str, cell: Any, deeper: int) -> Iterator[tuple[str, Any]]:
    """The name and the cell of each side within a cell."""
    if isinstance(cell, list):
        boxes = [one for one in cell if isinstance(one, dict) and _OF_LABEL_STUDIO not in one]
        if deeper and any(True for one in boxes for _ in _sides(name, one, deeper - 1)):
            yield f"{name}.boxes", cell
    elif isinstance(cell, dict):
        for key, value in cell.items():
            path = f"{name}.{key}"
            below = list(_sides(path, value, deeper - 1)) if deeper else []
            yield from below or ([(path, value)] if is_of_a_box(path) else [])
