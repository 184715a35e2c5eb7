"""Access tokens on the datasets page."""

from functools import partial

import streamlit as st

from fers.domain.access import AccessToken
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.exporting.archive import DEFAULT
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.people.studies import address
from fers.ui.services import platform
from fers.ui.state import state
from fers.ui.words import moment

_REVOKED = "Scripts that use this token can't fetch anything any more."


def tokens(actor: Person, study: Study, version: str) -> None:
    """Make tokens for scripts, and see and revoke those there are."""
    st.write(
        "A script or a cluster without a browser fetches this study's versions with an access token. It may do nothing"
        " else, never more than you may yourself, and ends after half a year."
    )
    with st.form("access-token", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("What is it for?", placeholder="The cluster", max_chars=60)
        made = st.form_submit_button("Make a token", icon=":material/key:")
    if made:
        with guard.explaining():
            state().access_token = platform().access.make(actor, study.id, name)
    if state().access_token:
        _show(state().access_token, version)
    for token in platform().access.mine(actor):
        if token.study_id == study.id:
            _offer_revoking(actor, token)


def _show(secret: str, version: str) -> None:
    st.write("Keep it like a password. It is shown this once:")
    st.code(secret, language=None, wrap_lines=True)
    st.code(
        f'curl -fOJ -H "Authorization: Bearer $FERS_TOKEN" {address()}/api/versions/{version}/{DEFAULT}.zip',
        language="sh",
        wrap_lines=True,
    )
    if st.button("I have it", key="access-token-noted"):
        state().access_token = None
        st.rerun()


def _offer_revoking(actor: Person, token: AccessToken) -> None:
    what, button = st.columns([4, 1], vertical_alignment="center")
    used = f"last used {moment(token.last_used_at)}" if token.last_used_at else "never used"
    what.text(f"{token.name}: {used}, ends {moment(token.expires_at)}")
    revoke = partial(platform().access.revoke, actor, token.id)
    with button:
        if confirmed("Revoke", _REVOKED, "Revoke it", revoke, about=f"access-token-{token.id}", wide=True):
            st.rerun()
