"""The crop box on a photo, as wide as the screen allows."""

import streamlit as st
from streamlit_cropper import st_cropper

from fers.domain.boxes import Box
from fers.domain.images import Photo
from fers.ui.in_hand import Cropping
from fers.ui.languages import N_, _, translated
from fers.ui.state import state
from fers.ui.widgets import widget

LARGEST_WIDTH, LARGEST_HEIGHT = 700, 560
"""Pixels of the picture on the screen."""
SMALLEST_SIDE = 16
"""Pixels of the photo that a box covers at least, however small it was drawn."""

_MOVES = {
    N_("Left"): (-1, 0, 0),
    N_("Right"): (1, 0, 0),
    N_("Up"): (0, -1, 0),
    N_("Down"): (0, 1, 0),
    N_("Larger"): (0, 0, 1),
    N_("Smaller"): (0, 0, -1),
}
"""Change of left, top and side that a button makes, in steps."""
_STEP = 0.1
"""A step, as a part of the box's side."""

_FRAME = 4
"""Pixels of the screen that the box's frame is wide."""

_width = widget("width")


def choose_crop(photo: Photo, start: Box | None, key: str) -> Box | None:
    """Let the person place a square box on `photo`, beginning with `start` (None: a box in the middle).

    Both boxes are in the pixels of `photo`; only a reduced copy goes to the browser, as wide as there is space. `key`
    has to be new for every photo and `start`. Returns None for the moment it takes to learn how wide the screen is.
    """
    width = _width(key="page_width", on_width_change=lambda: None).width
    if width is None:
        return None
    cropping = _at_hand(key, width, start or _middle(photo.size))
    factor = min(min(width, LARGEST_WIDTH) / photo.width, LARGEST_HEIGHT / photo.height)
    picture = photo.view.resize((round(photo.width * factor), round(photo.height * factor)), reducing_gap=2.0)
    box = cropping.start.scaled(factor, picture.size)
    # streamlit-cropper draws the frame around what it is given, and gives back the frame's outside once it was moved.
    # So it is given what the frame holds: at an edge of the picture, the frame would be out of sight.
    side = max(1, min(box.width, box.height) - _FRAME)
    held = {"left": box.left, "top": box.top, "width": side, "height": side}
    drawn = st_cropper(
        picture,
        default_coords=(box.left, box.left + side, box.top, box.top + side),
        aspect_ratio=(1, 1),
        box_color="#ff7a45",
        stroke_width=_FRAME,
        return_type="box",
        should_resize_image=False,
        key=f"{key}-{width}-{cropping.start.as_list()}",
    )
    cropping.box = cropping.start if drawn == held else on_photo(drawn, factor, photo.size)
    _offer_buttons(cropping, photo.size)
    return cropping.box


def _at_hand(key: str, width: int, start: Box) -> Cropping:
    """The box being drawn. streamlit-cropper begins anew when a phone is turned, so it begins where the box was."""
    cropping = state().cropping
    if cropping is None or cropping.key != key:
        cropping = Cropping(key, width, start, start)
    elif cropping.width != width:
        cropping = Cropping(key, width, cropping.box, cropping.box)
    state().cropping = cropping
    return cropping


def _offer_buttons(cropping: Cropping, size: tuple[int, int]) -> None:
    """The canvas takes mouse and finger only: these move the box for people who use a keyboard or a screen reader."""
    with (
        st.popover(_("Move the box with buttons"), icon=":material/open_with:", key="move-box"),
        st.container(horizontal=True),
    ):
        for word, (right, down, larger) in _MOVES.items():
            if st.button(translated(word), key=f"move-{word}"):
                box, step = cropping.box, max(1, round(cropping.box.width * _STEP))
                drawn = {
                    "left": box.left + step * right - step * larger / 2,
                    "top": box.top + step * down - step * larger / 2,
                    "width": box.width + step * larger,
                    "height": box.width + step * larger,
                }
                cropping.start = cropping.box = on_photo(drawn, 1.0, size)
                st.rerun()


def _middle(size: tuple[int, int]) -> Box:
    width, height = size
    side = min(size) * 3 // 4
    return Box((width - side) // 2, (height - side) // 2, side, side)


def on_photo(rect: dict, factor: float, size: tuple[int, int]) -> Box:
    """The square that was drawn, in the photo's pixels, moved inside when it was drawn over an edge."""
    side = round(min(rect["width"], rect["height"]) / factor)
    side = min(max(side, SMALLEST_SIDE), *size)
    left, top = (
        min(max(round(rect[edge] / factor), 0), length - side)
        for edge, length in zip(("left", "top"), size, strict=True)
    )
    return Box(left, top, side, side)
