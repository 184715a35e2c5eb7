"""Give a face: take or upload a photo, place the crop, see the guess, say what it shows."""

import streamlit as st

from fers.ui import guard
from fers.ui.faces.giving import at_hand, look_and_answer, look_for_lost, next_words, take_photo, thank
from fers.ui.state import state

actor = guard.enter_agreed("give")

giving = at_hand(actor)
look_for_lost(actor, giving)
if giving is None:
    take_photo(actor)
elif giving.answer is None:
    look_and_answer(actor, giving)
else:
    thank(actor, giving)
    if st.button(next_words(giving), type="primary", icon=":material/photo_camera:", width="stretch"):
        state().next_photo()
        st.rerun()
