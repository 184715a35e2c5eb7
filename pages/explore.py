"""Look through a study's faces: how many of what, when, and where model and people disagree."""

import streamlit as st

from fers.domain.permissions import Action, allowed
from fers.ui import guard, next_up
from fers.ui.faces.exploring import (
    agreement,
    balance,
    disputed_grid,
    freeze_these,
    growth,
    newest_grid,
    people_by_group,
)
from fers.ui.faces.face_filter import VIEW, choose_filter
from fers.ui.people.studies import choose_study
from fers.ui.services import platform
from fers.ui.words import as_typed

actor = guard.enter(Action.VIEW_DATASET)
study = platform().studies.current(actor)

st.title("Explore")
lands_here = not allowed(actor, Action.MANAGE_STUDY, study.id)
if lands_here:
    next_up.show(actor, next_up.OF_RESEARCHERS)
side, content = st.columns([1, 4], gap="medium")
with side:
    choose_study(actor)
    sizes = platform().groups.sizes(actor, study.id)
    wanted = choose_filter(sizes, asks=not study.protocol.is_free)
with content:
    counts = platform().explore.counts(actor, study.id, wanted)
    found = sum(count.count for count in counts)
    disputed = sum(count.count for count in counts if count.disputed)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.metric(f"Faces in {as_typed(study.name)}", f"{found:,}", width="content")
        st.metric("Model disagrees", f"{disputed / found:.0%}" if found else "–", width="content")
        if found:
            freeze_these(wanted)
    if not found:
        st.info("No faces match. Take a filter away, or wait for the first faces to come in.")
        if not lands_here:
            next_up.show(actor, next_up.WITHOUT_FACES)
        st.stop()
    # Only the open tab is worked out: each face shown is decoded for it.
    views = st.tabs(["Newest", "Most disputed", "Plots"], key=VIEW, on_change="rerun", bind="query-params")
    newest, doubts, plots = views
    if newest.open:
        with newest:
            newest_grid(actor, study, wanted)
    if doubts.open:
        with doubts:
            disputed_grid(actor, study)
    if plots.open:
        what, when = plots.columns(2, gap="large")
        with what:
            balance(counts)
            agreement(platform().explore.agreement(actor, study.id, wanted))
        with when:
            growth(counts)
            people_by_group(sizes)
