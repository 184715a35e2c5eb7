"""How far a study's annotators agree, and how well they know the gold standard."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, next_up
from fers.ui.labelling.agreement import asked, by_annotator, by_class, flags, gold_standard, of_sets, overall
from fers.ui.people.studies import choose_study
from fers.ui.services import platform

actor = guard.enter(Action.VIEW_DATASET)
study = platform().studies.current(actor)

st.title("Inter-rater agreement")
choose_study(actor)
with st.spinner("Comparing labels…"):
    report = platform().agreement.report(actor, study.id)
    of_asked = platform().agreement.asked(actor, study.id)
if not report.labels:
    st.info("Nobody has labelled a face yet.")
    next_up.show(actor)
    of_sets(report)
    if of_asked.faces:
        asked(of_asked)
    st.stop()
overall(report)
names = ["Expressions", "Annotators", "Gold standard", "Flags"] + ["Intended"] * bool(of_asked.faces)
classes, annotators, gold, flagged, *intended = st.tabs(names)
with classes:
    by_class(report)
with annotators:
    by_annotator(report)
with gold:
    gold_standard(study)
with flagged:
    flags(actor, report)
if intended:
    with intended[0]:
        asked(of_asked)
