"""The personal code of somebody who joined without an e-mail, shown once.

Until its owner noted it the browser does not remember them: whoever loses this page joins again and has lost nothing.
"""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, session
from fers.ui.state import state

guard.enter(Action.GIVE_FACE)

st.title("Your personal code")
st.write("This code is the **only way back** to your photos. It is shown once: copy it, or write it down.")
st.code(state().personal_code, language=None)
if st.button("I have noted it", type="primary", width="stretch"):
    state().personal_code = None
    session.remember()
    st.rerun()
