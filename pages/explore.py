"""Look through a study's faces: how many of what, when, and where model and people disagree."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard
from fers.ui.exploring import (
    agreement,
    balance,
    choose_filter,
    disputed_grid,
    freeze_these,
    growth,
    newest_grid,
    people_by_group,
)
from fers.ui.services import platform
from fers.ui.studies import choose_study

actor = guard.enter(Action.VIEW_DATASET)
study = platform().studies.current(actor)

st.title("Explore")
choose_study(actor)
sizes = platform().groups.sizes(actor, study.id)
wanted = choose_filter(sizes)
counts = platform().explore.counts(actor, study.id, wanted)
found = sum(count.count for count in counts)
disputed = sum(count.count for count in counts if count.disputed)
faces, differ = st.columns(2)
faces.metric(f"Faces in {study.name}", f"{found:,}")
differ.metric("Where the model says otherwise", f"{disputed / found:.0%}" if found else "–")
if not found:
    st.info("No face fits. Choose less, or wait for the first ones.")
    st.stop()
# Only the open tab is worked out: each face shown is decoded for it.
freeze_these(wanted)
newest, doubts, plots = st.tabs(["Newest", "Most disputed", "Plots"], key="views", on_change="rerun")
if newest.open:
    with newest:
        newest_grid(actor, study, wanted)
if doubts.open:
    with doubts:
        disputed_grid(actor, study)
if plots.open:
    with plots:
        balance(counts)
        agreement(platform().explore.agreement(actor, study.id, wanted))
        growth(counts)
        people_by_group(sizes)
