"""Dataset versions: freeze a study's faces, download what was frozen, see what changed."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, next_up
from fers.ui.datasets.versions import compare, describe, download, freeze, has_chosen
from fers.ui.people import access_tokens
from fers.ui.people.studies import choose_study
from fers.ui.services import platform

actor = guard.enter(Action.SHARE_DATASET)
study = platform().studies.current(actor)

st.title("Dataset versions")
st.write("A version never changes, so you can cite results on it. Faces leave it only if they are withdrawn.")
choose_study(actor)
versions = platform().versions.of_study(actor, study.id)
frozen, work = st.columns([3, 2], gap="large")
with frozen:
    for version in versions:
        describe(version)
    if not versions:
        st.info("There is no version yet.")
        next_up.show(actor)
with work:
    with st.expander("Freeze a new version", icon=":material/ac_unit:", expanded=has_chosen()):
        freeze(actor, study)
    if not versions:
        st.stop()
    st.header("Download")
    with guard.explaining():
        download(actor, study, versions)
    with st.expander("From a script", icon=":material/terminal:"):
        access_tokens.tokens(actor, study, versions[0].dataset_version.name)
    if len(versions) > 1:
        st.header("What changed")
        with guard.explaining():
            compare(actor, versions)
