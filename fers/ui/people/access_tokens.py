"""Access tokens on the datasets page."""

from functools import partial

import streamlit as st

from fers.domain.access import AccessToken
from fers.domain.people import Person
from fers.domain.studies import Study
from fers.exporting.archive import DEFAULT
from fers.ui import guard
from fers.ui.confirming import confirmed
from fers.ui.in_hand import ShownOnce
from fers.ui.languages import moment
from fers.ui.people.studies import address
from fers.ui.services import platform
from fers.ui.state import state

_REVOKED = "Scripts that use this token will no longer be able to fetch anything."


def tokens(actor: Person, study: Study, version: str) -> None:
    """Create tokens for scripts, and see and revoke those there are."""
    st.write(
        "With an access token, a script or a cluster without a browser can fetch this study's versions. A token can do"
        " nothing else, and never more than you can. It expires after six months."
    )
    with st.form("access-token", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("What is it for?", placeholder="The cluster")
        made = st.form_submit_button("Create a token", icon=":material/key:")
    if made:
        with guard.explaining():
            state().access_token = ShownOnce(study.id, platform().access.make(actor, study.id, name))
    if (new := state().access_token) and new.study_id == study.id:
        _show(new.text, version)
    for token in platform().access.mine(actor):
        if token.study_id == study.id:
            _offer_revoking(actor, token)


def _show(secret: str, version: str) -> None:
    st.write("Keep it as safe as a password. It is shown only once:")
    st.code(secret, language=None, wrap_lines=True)
    st.code(
        f'curl -fOJ -H "Authorization: Bearer $FERS_TOKEN" {address()}/api/versions/{version}/{DEFAULT}.zip',
        language="sh",
        wrap_lines=True,
    )
    if st.button("I have copied it", key="access-token-noted"):
        state().access_token = None
        st.rerun()


def _offer_revoking(actor: Person, token: AccessToken) -> None:
    what, button = st.columns([4, 1], vertical_alignment="center")
    used = f"last used {moment(token.last_used_at)}" if token.last_used_at else "never used"
    what.text(f"{token.name}: {used}, expires {moment(token.expires_at)}")
    revoke = partial(platform().access.revoke, actor, token.id)
    with button:
        if confirmed("Revoke", _REVOKED, "Revoke it", revoke, about=f"access-token-{token.id}", wide=True):
            st.rerun()
