"""Offering a sample study to whoever runs an installation in which nothing has happened yet."""

from urllib.parse import urlsplit

import streamlit as st

from fers import config
from fers.demo.place import ADDRESSES
from fers.domain.people import Person
from fers.ui import guard
from fers.ui.web.sample_study import Running, sample_study

COMMAND = "fers demo --port 8502"
_OTHER_NAME = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}
"""Browsers keep cookies by name whatever the port: by the same name, signing in there would sign somebody out here."""
_LOOK_AGAIN = "2s"


def offer(actor: Person) -> None:
    """A button where the browser is on the server's own machine, which alone reaches a second server there; elsewhere
    the command."""
    other = _OTHER_NAME.get(urlsplit(st.context.url or "").hostname or "")
    if other is None or config.load().addresses:
        st.markdown("**New here?** Look around in a sample study of drawn faces first. On your own computer, run:")
        st.code(COMMAND, language=None)
    else:
        is_busy = sample_study().is_starting(actor)
        st.fragment(_show, run_every=_LOOK_AGAIN if is_busy else None)(other)


@guard.for_whoever_is_here
def _show(actor: Person, host: str) -> None:
    sample = sample_study()
    if running := sample.running(actor):
        _lead_there(actor, running, host)
    elif sample.is_starting(actor):
        st.markdown(
            ":material/hourglass_top: The sample study is being made. The first time this takes about a minute."
        )
    else:
        if sample.has_failed(actor):
            st.warning(f"The sample study could not be started. In a terminal, `{COMMAND}` says why.")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                "**New here?** Look around in a sample study of drawn faces first. It has a store of its own, the "
                "folder `demo`, so nothing of it gets into yours.",
                width="content",
            )
            pressed = st.button("Make a sample study", icon=":material/draw:", key="make-sample", type="tertiary")
        if pressed:
            with guard.explaining():
                sample.start(actor)
                st.rerun()


def _lead_there(actor: Person, running: Running, host: str) -> None:
    st.markdown(
        f"The sample study is ready. Its accounts all have the password `{running.password}`:  \n"
        + "  \n".join(f"`{address}` ({role})" for role, address in ADDRESSES.items())
    )
    with st.container(horizontal=True):
        st.link_button("Open the sample study", f"http://{host}:{running.port}", icon=":material/open_in_new:")
        if st.button("Stop it", key="stop-sample"):
            sample_study().stop(actor)
            st.rerun()
