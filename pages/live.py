"""Live: the webcam and the model run in the visitor's browser; a face leaves it only when its owner gives it."""

import streamlit as st

from fers.ui import guard
from fers.ui.faces.live import choose_model, give, watch
from fers.ui.languages import _
from fers.ui.services import platform

actor = guard.enter_agreed("live")

st.title(_("Live"))
st.write(_("Make a face and watch the guess change. It all happens in your browser: no picture leaves your device."))
with guard.explaining():
    model_id = choose_model(platform().live.models(actor))
    given = watch(platform().live.plan(actor, model_id)) if model_id else None
    if given:
        give(actor, given)
st.page_link("pages/give.py", label=_("Take a single photo instead"), icon=":material/photo_camera:")
