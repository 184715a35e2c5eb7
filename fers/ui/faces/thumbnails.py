"""A face of somebody else's, as small as it is looked through."""

from typing import Literal

import streamlit as st

from fers.domain.people import Person
from fers.errors import NotFound
from fers.services.faces.explore import THUMBNAIL_PIXELS
from fers.ui.pictures import show_face
from fers.ui.services import platform

CELL_PIXELS = 168
"""Of a face with what is said about it: four fit beside each other on a wide page, two on a phone."""


def linked_thumbnail(actor: Person, face_id: str, title: str = "See details", alt: str = "A face", **shown) -> None:
    """A face with its title, either of which leads to everything that is known about it; `shown`: see `thumbnail`."""
    with st.container(gap="xxsmall"):
        thumbnail(actor, face_id, alt, **shown)
        st.page_link("pages/face.py", label=title, query_params={"id": face_id})


def thumbnail(
    actor: Person,
    face_id: str,
    alt: str = "A face",
    caption: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    pixels: int = THUMBNAIL_PIXELS,
) -> None:
    """Show a face; where it may not be looked at, or was withdrawn a moment ago, say so in its place."""
    try:
        pixels = platform().explore.thumbnail(actor, face_id, pixels)
    except NotFound as gone:
        st.caption(gone.what)
        return
    if pixels is None:
        st.caption("The participant lets nobody look at this photo.")
    else:
        show_face(pixels, caption, width=width, alt=alt)
