"""Asking once more before something is gone."""

from collections.abc import Callable

import streamlit as st

from fers.ui import guard


def confirmed(
    button: str,
    consequence: str,
    yes: str,
    act: Callable[[], object],
    *,
    about: str,
    icon: str | None = None,
    wide: bool = False,
) -> bool:
    """Do `act` for somebody who pressed `button`, was told the `consequence` and pressed `yes`. Returns whether it was
    done; when it fails, they are told where they are looking.

    `about`: what is at stake, like no other on the page. The question belongs to it and goes with it: one that belonged
    to its place on the page would stay open there and ask about whatever comes next, under a finger about to press.
    """
    width = "stretch" if wide else "content"
    with st.popover(button, icon=icon, width=width, key=f"ask-{about}"):
        st.write(consequence)
        if st.button(yes, type="primary", width="stretch", key=f"yes-{about}"):
            with guard.explaining():
                act()
                return True
    return False
