"""Which columns of a table hold a box around each face, whatever they are called."""

import itertools
import re
import unicodedata
from collections.abc import Sequence

from fers.datasets.faces import DataError

BOXES = (
    ("left", "top", "right", "bottom"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("minx", "miny", "maxx", "maxy"),
    ("xtl", "ytl", "xbr", "ybr"),
    ("x1", "y1", "x2", "y2"),
    ("x0", "y0", "x1", "y1"),
    ("left", "top", "width", "height"),
    ("x", "y", "w", "h"),
    ("x", "y", "width", "height"),
    ("xmin", "ymin", "width", "height"),
)
"""A corner and the one opposite, or a corner and the size. Names may say what it is of, as in `face_x` or `bbox_x1`.
Corners come first: a width and a height beside them may be the picture's."""
SPANS = {"w", "h", "width", "height"}
_UNREAD = re.compile(
    r"(?:faces?|heads?|persons?|crop|bounding|detect(?:ed|ions?)|gt|pred|obj(?:ect)?s?)*"
    r"(?:bnd|b)?(?:box(?:es)?|rect(?:angle)?s?|roi)(?:coord(?:inate)?s|xyxy|xywh|ltrb|tlbr|ltwh|tlwh|px|pixels?)?"
    r"|facialarea|face(?:coord(?:inate)?s|location)|xcenter|centerx|objects|regionshapeattributes"
)
"""Columns of a box that may be its size or its corners, or begin in its centre: nobody can tell. Hugging Face keeps
boxes within `objects`, VGG's annotator within `region_shape_attributes`."""
_SIDES = {
    *itertools.chain(*BOXES),
    *("xleft", "ytop", "xright", "ybottom", "leftx", "topy", "rightx", "bottomy", "centerx", "centery"),
    *("topleftx", "toplefty", "bottomrightx", "bottomrighty", "xtopleft", "ytopleft", "xbottomright", "ybottomright"),
}
"""What parts of a box are called."""
_VAGUE = SPANS | {"x", "y"}
"""Of those, what says nothing of a box where the name doesn't, too: a point, or the size of a picture."""
_OF_A_BOX = r"(?:faces?|heads?|region|detect(?:ed|ions?)|facialarea|bounding|bndbox|b?box|bb|rect(?:angle)?|roi|crop)*"
_PART = re.compile(f"({_OF_A_BOX})({'|'.join(_SIDES)})({_OF_A_BOX}|px|pixels?)")
_NUMBERED = re.compile(r"(?:faces?)?(?:bounding|b)?box[0-3]")

_Parts = dict[str, str]
"""The parts of one box, and their columns."""


def box_columns(there: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of `BOXES` the columns `there` hold, and in which columns; empty where they hold none. Raises DataError for
    what seems to be a box but can't be read for sure: were it passed over, the whole picture would be the face."""
    boxes = _boxes(there)
    for parts in boxes:
        for names in BOXES:
            if parts.keys() >= {*names}:
                return names, tuple(parts[name] for name in names)
    plain = {_bare(name) for name in there}
    if {"left", "top"} & plain and (missing := {"width", "height"} - plain):
        raise DataError("columns.incomplete-box", missing=sorted(missing))
    seeming = [next(iter(parts.values())) for parts in boxes if len(parts.keys() - SPANS) > 1]
    named = [name for name in there if _UNREAD.fullmatch(_bare(name)) or _NUMBERED.fullmatch(_bare(name))]
    if unread := [*named, *seeming]:
        raise DataError("columns.unread-box", column=unread[0])
    return (), ()


def is_of_a_box(name: str) -> bool:
    """Whether a column of this name seems to hold a box, or a side of one."""
    return any(kind.fullmatch(_bare(name)) for kind in (_PART, _UNREAD, _NUMBERED))


def _boxes(there: Sequence[str]) -> list[_Parts]:
    """Apart by what they are said to be of: faces first, last those that don't say."""
    plain, boxes = {_bare(name) for name in there}, {}
    for name in there:
        part = _PART.fullmatch(_bare(name))
        if part is None or _is_of_points(part, plain):
            continue
        before, side, after = part.groups()
        parts = boxes.setdefault((before, after), {})
        if parts.setdefault(side, name) is not name:
            raise DataError("columns.twice", column=name)
    said = {of: parts for of, parts in boxes.items() if any(of) or parts.keys() - _VAGUE or len(parts) > 3}
    return [said[of] for of in sorted(said, key=lambda of: ("fac" not in "".join(of), not any(of)))]


def _is_of_points(part: re.Match[str], plain: set[str]) -> bool:
    """Whether it is one of many numbered points, such as the landmarks of a face."""
    before, side, after = part.groups()
    points = {number for number in "0123" if f"{before}x{number}{after}" in plain}
    return side[-1].isdigit() and (len(points) > 2 or "3" in points)


def _bare(name: str) -> str:
    """The same for "Face Box.X", "face_box_x" and "faceBoxX"."""
    return re.sub(r"[\s._:\-\[\]()/]+", "", unicodedata.normalize("NFC", str(name)).casefold())
