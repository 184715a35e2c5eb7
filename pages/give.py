"""Give a face: take or upload a photo, place the crop, see the guess, say what it shows."""

import streamlit as st

from fers.ui import guard, next_up
from fers.ui.faces.giving import at_hand, look_and_answer, look_for_lost, next_words, take_photo, thank
from fers.ui.faces.step import begin
from fers.ui.languages import _
from fers.ui.people import leaving
from fers.ui.services import platform
from fers.ui.state import state

actor = guard.enter_agreed("give")

giving = at_hand(actor)
look_for_lost(actor, giving)
mine = platform().participations.mine(actor)
is_done = giving is not None and giving.answer is not None
if mine and mine.is_over and not is_done:
    begin(leaving.heading(mine.status))
    leaving.say_goodbye(actor, mine)
elif not is_done and not platform().studies.current(actor).open:
    begin(_("The study is closed"))  # A photo at hand waits in case it opens again.
    st.write(_("It takes no more photos at the moment."))
    leaving.offer_to_stop(actor)
    next_up.show(actor, next_up.CLOSED)
elif giving is None:
    take_photo(actor)
elif giving.answer is None:
    look_and_answer(actor, giving)
else:
    thank(actor, giving)
    if st.button(next_words(giving), type="primary", icon=":material/photo_camera:", width="stretch"):
        state().next_photo()
        st.rerun()
    leaving.offer_to_finish(actor)
    st.page_link("pages/my_data.py", label=_("See what you gave"), icon=":material/folder_shared:")
