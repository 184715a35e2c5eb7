"""The steps of a page on which one thing comes after the other in the same place."""

import streamlit as st

from fers.ui.widgets import widget

_step = widget("step")


def begin(heading: str) -> None:
    """Begin a step, and have its heading take the focus, which was on something of the one before."""
    st.title(heading, anchor=False)
    with st.container(key="fers-step"):
        _step(key="step", data={"heading": heading})
