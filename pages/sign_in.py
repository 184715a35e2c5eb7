"""The front page: the way in, and for whoever is in already the way to their work."""

import streamlit as st

from fers.ui import guard, menu, session
from fers.ui.people import leaving
from fers.ui.people.signing_in import welcome
from fers.ui.state import state

guard.enter_public()

if actor := session.person():
    asked_for = menu.page_asked_for(state().wanted)
    state().wanted = ""
    page, query = asked_for or (menu.landing(actor), None)
    st.switch_page(page, query_params=query)
if state().farewell:
    leaving.confirm_withdrawal()
welcome()
