"""Compare models, and people, on the same labelled faces."""

import streamlit as st

from fers.domain.permissions import Action
from fers.ui import guard, next_up
from fers.ui.models import arena, arena_runs, comparison
from fers.ui.people.studies import choose_study
from fers.ui.services import platform

actor = guard.enter(Action.COMPARE_MODELS)

st.title("Compare")
st.write("Every model is measured on the same faces. A difference that could be chance is called a tie.")
choose_study(actor)
with guard.explaining():
    on = arena.choose_evaluation_set(platform().arena.evaluation_sets(actor, platform().studies.current(actor).id))
    if on:
        arena_runs.show(actor, on)
        if rows := arena_runs.measured(actor, on):
            st.header("Leaderboard")
            comparison.leaderboard(actor, on, rows)
            st.header("Side by side")
            comparison.side_by_side(actor, on, rows)
    else:
        next_up.show(actor)
