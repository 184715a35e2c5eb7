"""The steps of a page on which one thing comes after the other in the same place."""

import streamlit as st

from fers.ui.state import state
from fers.ui.widgets import widget

_step = widget("step")


def begin(heading: str) -> None:
    """Begin a step, and have its heading take the focus, which was on something of the one before."""
    if heading != state().step:
        state().step_before, state().step = state().step, heading
    st.title(heading, anchor=False)
    with st.container(key="fers-step"):
        _step(key="step", data={"heading": heading, "before": state().step_before})
