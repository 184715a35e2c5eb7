"""Asking once more before something is gone."""

import streamlit as st


def confirmed(button: str, consequence: str, yes: str, *, about: str, icon: str | None = None, wide=False) -> bool:
    """Whether somebody pressed `button`, was told the `consequence` and pressed `yes`.

    `about`: what is at stake, like no other on the page. The question belongs to it and goes with it: one that belonged
    to its place on the page would stay open there and ask about whatever comes next, under a finger about to press.
    """
    width = "stretch" if wide else "content"
    with st.popover(button, icon=icon, width=width, key=f"ask-{about}"):
        st.write(consequence)
        return st.button(yes, type="primary", width="stretch", key=f"yes-{about}")
