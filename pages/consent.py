"""What taking part means, and what exactly somebody agrees to."""

import streamlit as st

from fers.domain.consent import Purpose
from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.services import platform
from fers.ui.studies import choose_study
from fers.ui.words import quoted

actor = guard.enter(Action.GIVE_FACE)
consents = platform().consents
current, text = consents.current(actor), consents.text(actor)


def choose(purpose: Purpose, possible: bool = True) -> bool:
    """A checkbox for one purpose. Nothing is ticked beforehand but what the person chose earlier."""
    chosen = st.checkbox(
        purpose.question,
        value=current is not None and current.permits(purpose),
        disabled=not possible,
        key=f"{purpose}-{text.sha256}",
    )
    return chosen and possible


choose_study(actor)
st.markdown(quoted(text.body))
st.divider()
st.subheader("Your choices")
st.write("Each is up to you, and you can change it later under “My data”.")
store = choose(Purpose.STORE)
others = [purpose for purpose in Purpose if purpose is not Purpose.STORE]
purposes = frozenset(purpose for purpose in others if choose(purpose, possible=store))
if store:
    purposes |= {Purpose.STORE}
elif given := len(platform().own_data.faces(actor)):
    st.warning(f"Without the first choice, what you gave is removed: {given} photo{'s' * (given > 1)}.")
else:
    st.info("Without the first choice you can still try it out: you see the guess, and nothing is kept.")
adult = st.checkbox("I am 18 or older.", value=current is not None, key=f"adult-{text.sha256}")
if st.button("Save my choices" if current else "I agree to take part", type="primary", width="stretch"):
    with guard.explaining():
        consents.give(actor, text.sha256, purposes, adult)
        if current is None:
            st.switch_page(f"pages/{'live' if st.query_params.get('then') == 'live' else 'give'}.py")
        st.success("Your choices are saved.", icon=":material/check_circle:")
