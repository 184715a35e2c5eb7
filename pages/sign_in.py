"""The front page: the way in, and for whoever is in already the way to their work."""

import streamlit as st

from fers.ui import guard, menu, session
from fers.ui.signing_in import welcome

guard.enter_public()

if actor := session.person():
    st.switch_page(menu.landing(actor))
welcome()
