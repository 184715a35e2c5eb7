"""How far a study's annotators agree, and how well they know the faces whose expression is known."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.labelling.agreement import by_annotator, by_class, flags, known_faces, of_sets, overall
from fers.ui.people.studies import choose_study
from fers.ui.services import platform

actor = guard.enter(Action.VIEW_DATASET)
study = platform().studies.current(actor)

st.title("Agreement")
choose_study(actor)
with st.spinner("Comparing labels…"):
    report = platform().agreement.report(actor, study.id)
if not report.labels:
    st.info("Nobody has labelled a face yet. Invite annotators on the study page.")
    of_sets(report)
    st.stop()
overall(report)
classes, annotators, known, flagged = st.tabs(["Expressions", "Annotators", "Known faces", "Flags"])
with classes:
    by_class(report)
with annotators:
    by_annotator(report)
with known:
    known_faces(study)
with flagged:
    flags(actor, report)
