"""What the machine looked at: the parts of the face that spoke for each of its guesses."""

import numpy as np
import streamlit as st

from fers.domain.people import Person
from fers.services.models.saliency import Explained
from fers.ui import guard
from fers.ui.faces.result import word, word_inside
from fers.ui.faces.stage import stage
from fers.ui.in_hand import Giving
from fers.ui.languages import N_, _, percent, translated
from fers.ui.pictures import show_face
from fers.ui.services import platform

GLOW = np.array([255, 120, 40])
"""Orange is told from skin and from gray also by people who see few colours."""
DIMMED = 0.35
"""Brightness of what did not matter."""
WIDTH = 92
"""Of a picture, in pixels: three fit beside one another wherever they are shown."""

EXPLANATION = N_("Bright parts speak for the guess. They show what the machine used, not what anybody felt.")


def offer_why(actor: Person, giving: Giving) -> None:
    """Offer the pictures; they are made when asked for, since that takes a moment."""
    if not st.toggle(_("What did it look at?"), key=f"why-{giving.draft.id}"):
        return
    if giving.explained is None:
        # An answer can be given whether or not the guess can be explained.
        with guard.explaining_everything(), st.spinner(_("Looking again…")):
            giving.explained = stage().capture.explain(actor, giving.draft, giving.box, giving.prediction)
    if giving.explained is None:
        return
    show_maps(giving.explained)
    st.caption(translated(EXPLANATION))


def offer_why_of(face_id: str) -> None:
    """Offer the same for a stored face and the guess that came with it."""
    if st.button(_("What did it look at?"), key=f"why-{face_id}", type="tertiary", icon=":material/visibility:"):
        st.dialog(_("What did it look at?"))(_show_why)(face_id)


@guard.for_whoever_is_here
def _show_why(actor: Person, face_id: str) -> None:
    with guard.explaining_everything(), st.spinner(_("Looking again…")):
        show_maps(platform().saliency.guess(actor, face_id))
        st.caption(translated(EXPLANATION))  # Not which model it was: in a blind trial people are not told.


def show_maps(explained: Explained) -> None:
    """The face once for each of the top three, lit where that guess came from."""
    confidences = dict(explained.prediction.top(3))
    # Side by side on phones too, where columns would stand below one another.
    with st.container(horizontal=True, gap="small"):
        for emotion, heat in explained.maps:
            caption = f"{word(emotion)} {percent(confidences[emotion])}"
            alt = _("What speaks for {expression}", expression=word_inside(emotion))
            show_face(lit(explained.face, heat), caption=caption, width=WIDTH, alt=alt)


def lit(face: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """`face` (h x w x 3, uint8), dark except where `heat` (h x w, 0 to 1) is high, with a glow there."""
    heat = heat[..., None]
    bright = face * (DIMMED + (1 - DIMMED) * heat)
    return (bright * (1 - 0.3 * heat) + GLOW * 0.3 * heat).clip(0, 255).astype(np.uint8)
