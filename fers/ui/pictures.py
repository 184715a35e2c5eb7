"""Showing pictures. One goes to the browser inside the page that shows it and never lies at an address of its own, so
whoever may not look at it any more, or a cache on the way, has nowhere to look; and it is there at once, where what has
an address is given only to whom the browser's cookie names, and right after signing in there is none yet."""

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

_QUALITY = 90


def show_face(pixels: np.ndarray | Image.Image, caption: str | None = None, **shown) -> None:
    """`pixels`: height x width x 3 RGB (uint8). `shown`: as `st.image` takes it."""
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    st.image(within_page(file.getvalue(), "jpeg"), caption, **shown)


def within_page(picture: bytes, kind: str) -> str:
    """A picture file of a `kind` such as "png", for `st.image` to show."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
