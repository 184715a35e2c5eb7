"""The study's particulars, for its administrator."""

from dataclasses import replace

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.services import platform

actor = guard.enter(Action.MANAGE_STUDY)
study = platform().studies.current()

st.title("The study")
st.write("Participants read this before they take part. When you change it, they are asked again.")
with st.form("study"):
    name = st.text_input("Name", study.name)
    purpose = st.text_area("What the photos are for", study.purpose)
    owner = st.text_input("Who runs it", study.owner)
    contact = st.text_input("How to reach them", study.contact)
    retention_days = st.number_input("Days a photo is kept", 1, 3650, study.retention_days)
    ask_first = st.slider(
        "Share of participants asked before they see the guess",
        0,
        100,
        round(study.ask_first_share * 100),
        format="%d%%",
        help="The guess sways people. Drawn once for everybody who joins from now on.",
    )
    join_code = st.text_input("Study code", study.join_code, help="Lets people join without an e-mail address.")
    confirmed = st.checkbox(
        "I confirm that this study does not infer emotions of people at work or in education, which the EU AI Act "
        "(Art. 5(1)(f)) forbids.",
        study.purpose_confirmed,
    )
    is_open = st.toggle("Open for photos", study.open)
    if st.form_submit_button("Save", type="primary", width="stretch"):
        changed = replace(
            study,
            name=name,
            purpose=purpose,
            owner=owner,
            contact=contact,
            retention_days=int(retention_days),
            ask_first_share=ask_first / 100,
            join_code=join_code,
            purpose_confirmed=confirmed,
            open=is_open,
        )
        with guard.explaining():
            platform().studies.update(actor, changed)
            st.success("Saved.", icon=":material/check_circle:")
